/** Graphs of layers: what model({ inputs, outputs }) makes of them, and what it refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, layers, model } from "../../src/index.js";

const dense = (name: string, units = 2) => layers.dense({ units, name });

test("layers come in Keras's order, farthest from the output first", () => {
  const a = layers.input({ shape: [3], name: "a" });
  const b = layers.input({ shape: [3], name: "b" });
  const long = dense("third").apply(dense("second").apply(dense("first").apply(b)));
  const short = dense("short").apply(a);
  const joined = layers.concatenate({ name: "joined" }).apply([short, long]);
  const made = model({ inputs: [a, b], outputs: dense("last").apply(joined) });
  const names = made.nodes.map(({ layer }) => layer.name);
  assert.deepEqual(names, ["a", "b", "first", "second", "short", "third", "joined", "last"]);
  assert.deepEqual(
    made.nodes.at(-2)!.inputs.map((i) => names[i]),
    ["short", "third"],
  );
  assert.deepEqual(made.outputNode.shape, [2]);
});

test("data is given in the order of the inputs", () => {
  const a = layers.input({ shape: [2] });
  const b = layers.input({ shape: [2] });
  const difference = () => layers.subtract().apply([a, b]);
  assert.deepEqual(model({ inputs: [a, b], outputs: difference() }).predict([[[5, 7]], [[1, 2]]]), [[4, 5]]);
  const [c, d] = [layers.input({ shape: [2] }), layers.input({ shape: [2] })];
  const turned = model({ inputs: [d, c], outputs: layers.subtract().apply([c, d]) });
  assert.deepEqual(turned.predict([[[5, 7]], [[1, 2]]]), [[-4, -5]]);
});

test("a graph of two inputs learns", async () => {
  const words = layers.input({ shape: [4] });
  const facts = layers.input({ shape: [2] });
  const read = layers.lstm({ units: 4 }).apply(layers.embedding({ inputDim: 6, outputDim: 3 }).apply(words));
  const both = layers.concatenate().apply([read, facts]);
  const made = model({
    inputs: [words, facts],
    outputs: layers.dense({ units: 1, activation: "sigmoid" }).apply(both),
    seed: 4,
  });
  made.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  made.learningRate = 0.05;
  // The label takes both: a 5 among the words, or a positive first fact, but not both.
  const rows = Array.from({ length: 64 }, (_, r) => ({ word: r % 2, fact: (r >> 1) % 2, r }));
  const x = [
    rows.map(({ word, r }) => [1 + (r % 3), word ? 5 : 4, 2, 1]),
    rows.map(({ fact, r }) => [fact ? 1 : -1, (r % 5) / 5]),
  ];
  const y = rows.map(({ word, fact }) => Number(word > fact));
  const before = (await made.evaluate(x, y)).loss;
  await made.fit(x, y, { epochs: 30, batchSize: 16 });
  const after = await made.evaluate(x, y);
  assert.ok(before > 0.5 && after.loss < 0.1, `loss ${before}, after training ${after.loss}`);
  assert.equal(after.accuracy, 1);
});

test("the summary of a graph says what is connected to what", () => {
  const a = layers.input({ shape: [3], name: "a" });
  const sum = layers.add().apply([dense("left").apply(a), dense("right").apply(a)]);
  const text = model({ inputs: a, outputs: sum, name: "fork" }).summary({ terminalColumns: 120 });
  assert.match(text, /│ a \(InputLayer\) +│ \(None, 3\) +│ +0 │ - +│/);
  assert.match(text, /│ add \(Add\) +│ \(None, 2\) +│ +0 │ left\[0\]\[0\], right\[0\]\[0\] +│/);
  assert.match(text, /Total params: 16 /);
});

const refused = (message: RegExp, build: () => unknown) =>
  assert.throws(build, (error: unknown) => error instanceof InputError && message.test(error.message));

test("what is no graph is refused", () => {
  const input = () => layers.input({ shape: [3] });
  refused(/layers.input/, () => model({ inputs: dense("no") as never, outputs: dense("x").apply(input()) }));
  refused(/the layer Dense itself/, () => dense("y").apply(dense("x")));
  refused(/one output/, () => model({ inputs: input(), outputs: [] as never }));
  refused(/all inputs.*1/, () => {
    const [a, b] = [input(), input()];
    return model({ inputs: a, outputs: layers.add().apply([a, b]) });
  });
  refused(/input 1, which does not/, () => {
    const a = input();
    return model({ inputs: [a, input()], outputs: dense("x").apply(a) });
  });
  refused(/a layer of its own/, () => {
    const [a, twice] = [input(), dense("twice", 3)];
    return model({ inputs: a, outputs: twice.apply(twice.apply(a)) });
  });
});

test("inputs that do not go together are refused with their shapes", () => {
  const two = (kind: { apply: (parts: never) => never }, x: number[], y: number[]) => {
    const inputs = [layers.input({ shape: x }), layers.input({ shape: y })];
    return model({ inputs, outputs: kind.apply(inputs as never) });
  };
  refused(/Add add.*inputs of one shape.*\[3\] and \[4\]/, () => two(layers.add() as never, [3], [4]));
  refused(/Concatenate.*\[2, 3\].*\[4, 5\]/, () => two(layers.concatenate() as never, [2, 3], [4, 5]));
  refused(/axis.*received 2/, () => two(layers.concatenate({ axis: 2 }) as never, [3], [4]));
  refused(/axis/, () => layers.concatenate({ axis: 0 }));
  refused(/at least two inputs/, () => {
    const a = layers.input({ shape: [3] });
    return model({ inputs: a, outputs: layers.multiply().apply(a) });
  });
  refused(/option among.*axsi/, () => layers.concatenate({ axsi: 1 } as never));
  refused(/received nmae|name.*nmae/, () => layers.add({ nmae: "x" } as never));
});
