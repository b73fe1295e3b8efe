/** Data that does not fit: every complaint says what was expected, in which row, what came, and what to do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, type LossName, layers, Model, sequential } from "../../src/index.js";

const complaint =
  (...parts: string[]) =>
  (error: unknown) => {
    assert.ok(error instanceof InputError, String(error));
    for (const part of parts)
      assert.ok(error.message.includes(part), `"${error.message}" says nothing of ${part}`);
    return true;
  };

const text = () => {
  const model = sequential([
    layers.embedding({ inputDim: 10, outputDim: 2, inputLength: 3 }),
    layers.simpleRNN({ units: 2 }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  model.compile({ loss: "binaryCrossentropy" });
  return model;
};
const vectors = (loss: LossName = "meanSquaredError", units = 1) => {
  const model = sequential([layers.input({ shape: [2] }), layers.dense({ units, activation: "softmax" })]);
  model.compile({ loss });
  return model;
};

const BAD_ROWS: Record<string, [unknown, ...string[]]> = {
  "nothing at all": [undefined, "x: expected rows of numbers"],
  "no rows": [[], "x: expected rows of numbers"],
  "one row that is not in a list": [[1, 2, 3], "x: expected rows of numbers", "A single row is [[…]]."],
  text: [["a b c"], "x: expected rows of numbers", '"a b c"'],
  "rows of other lengths": [
    [
      [1, 2, 3],
      [1, 2],
    ],
    "x row 1",
    "3 numbers, as in row 0",
    '"2"',
    "Pad the rows",
  ],
  "a row that is missing": [[[1, 2, 3], null], "x row 1", "null"],
  "another length than the model's": [[[1, 2]], "rows of shape [3]", "rows of shape [2]"],
  "sequences of vectors instead of ids": [[[[1], [2], [3]]], "rows of shape [3]", "rows of shape [3, 1]"],
  "null among numbers": [[[1, null, 3]], "x row 0, position 1", "null"],
  "text among numbers": [[[1, "2", 3]], "x row 0, position 1", '"2"'],
  "NaN among numbers": [[[1, 2, Number.NaN]], "x row 0, position 2", "NaN"],
  "a hole": [[[1, 2, 3], Array.from({ length: 3 })], "x row 1, position 0"],
  "an id beyond the vocabulary": [
    [
      [1, 2, 3],
      [1, 10, 3],
    ],
    "a token id from 0 to 9",
    "row 1, position 1",
    "10",
  ],
  "a negative id": [[[-1, 2, 3]], "a token id from 0 to 9", "-1"],
  "an id that is no whole number": [[[1, 2.5, 3]], "a token id", "2.5"],
  "flat rows that do not add up": [
    { data: new Float32Array(5), rows: 2, shape: [3] },
    "2 rows × [3] = 6 numbers",
    "5",
  ],
  "flat rows with NaN": [{ data: Float32Array.of(1, 2, Number.NaN), rows: 1, shape: [3] }, "x row 0", "NaN"],
};

for (const [what, [x, ...parts]] of Object.entries(BAD_ROWS)) {
  test(`x: ${what}`, async () => {
    const model = text();
    const rows = Array.isArray(x) ? x.length : 1;
    const y = new Array<number>(rows).fill(0);
    assert.throws(() => model.predict(x as never), complaint(...parts));
    await assert.rejects(model.fit(x as never, y), complaint(...parts));
    await assert.rejects(model.evaluate(x as never, y), complaint(...parts));
    assert.equal(model.iterations, 0);
  });
}

const ROWS = [
  [1, 2],
  [3, 4],
  [5, 6],
];
const BAD_TARGETS: Record<string, [LossName, number, unknown, ...string[]]> = {
  "nothing at all": ["meanSquaredError", 1, undefined, "y: expected targets"],
  "too few": ["meanSquaredError", 1, [1, 2], "3 targets, one a row", "2 numbers"],
  "too many": ["meanSquaredError", 1, [1, 2, 3, 4], "3 targets, one a row", "4 numbers"],
  "one number for rows of two": ["meanSquaredError", 2, [1, 2, 3], "3 targets of 2 numbers"],
  "null among numbers": ["meanSquaredError", 1, [1, null, 3], "y, position 1", "null"],
  "vectors of another width": ["categoricalCrossentropy", 2, [[1, 0], [1], [0, 1]], "y row 1", '"1"'],
  "text among numbers": [
    "categoricalCrossentropy",
    2,
    [
      [1, 0],
      ["a", 0],
      [0, 1],
    ],
    "y row 1, position 0",
    '"a"',
  ],
  "a class that is not there": [
    "sparseCategoricalCrossentropy",
    2,
    [0, 1, 2],
    "a class index from 0 to 1",
    "y row 2",
    "one a class",
  ],
  "a class that is no whole number": ["sparseCategoricalCrossentropy", 2, [0, 0.5, 1], "y row 1", "0.5"],
  "labels that are no probabilities": [
    "binaryCrossentropy",
    1,
    [1, 2, 1],
    "targets from 0 to 1",
    "y row 1",
    "2",
  ],
  "one-hot rows below 0": [
    "categoricalCrossentropy",
    2,
    [
      [1, 0],
      [1, 0],
      [-1, 1],
    ],
    "y row 2",
    "-1",
  ],
};

for (const [what, [loss, units, y, ...parts]] of Object.entries(BAD_TARGETS)) {
  test(`y: ${what}`, async () => {
    const model = vectors(loss, units);
    await assert.rejects(model.fit(ROWS, y as never), complaint(...parts));
    await assert.rejects(model.evaluate(ROWS, y as never), complaint(...parts));
  });
}

test("a loss on a sequence says where to end it", async () => {
  const model = sequential([
    layers.input({ shape: [2, 1] }),
    layers.gru({ units: 1, returnSequences: true }),
  ]);
  model.compile({ loss: "meanSquaredError" });
  await assert.rejects(
    model.fit([[[1], [2]]], [1]),
    complaint("one vector a row, for the loss", "output of GRU gru", "[2, 1]", "returnSequences: false"),
  );
  assert.equal((model.predict([[[1], [2]]])[0] as number[][]).length, 2);
});

test("batch sizes and options of predict and evaluate", async () => {
  const model = vectors();
  for (const batchSize of [0, -1, 2.5, Number.NaN]) {
    assert.throws(() => model.predict(ROWS, { batchSize }), complaint("predict batchSize"));
    await assert.rejects(model.evaluate(ROWS, [1, 2, 3], { batchSize }), complaint("evaluate batchSize"));
  }
  assert.throws(() => model.predict(ROWS, { batchsize: 4 } as never), complaint("Did you mean batchSize?"));
  const misspelt = model.evaluate(ROWS, [1, 2, 3], { sampleWeights: [1, 1, 1] } as never);
  await assert.rejects(misspelt, complaint("Did you mean sampleWeight?"));
  const none = { data: new Float32Array(0), rows: 0, shape: [2] };
  assert.deepEqual(model.predict(none), []);
  await assert.rejects(model.evaluate(none, []), complaint("at least one row"));
  await assert.rejects(model.fit(none, []), complaint("at least one row"));
});

test("compile says what it does not know", () => {
  const model = vectors();
  const refused: [unknown, ...string[]][] = [
    [undefined, "compile", "loss"],
    [{ loss: "mse" }, "compile loss", "one of binaryCrossentropy"],
    [{ loss: null }, "compile loss", "null"],
    [{ loss: "meanSquareError" }, "Did you mean meanSquaredError?"],
    [{ loss: "meanSquaredError", metric: [] }, "Did you mean metrics?"],
    [{ loss: "meanSquaredError", metrics: "accuracy" }, "a list of metrics"],
    [{ loss: "meanSquaredError", metrics: ["acuracy"] }, "Did you mean accuracy?"],
    [{ loss: "meanSquaredError", optimizer: "adm" }, "Did you mean adam?"],
    [{ loss: "meanSquaredError", optimizer: null }, "compile optimizer"],
    [
      { loss: "meanSquaredError", optimizer: { name: "adam", learningrate: 1 } },
      "Did you mean learningRate?",
    ],
    [{ loss: { name: "binaryCrossentropy", labelSmothing: 1 } }, "Did you mean labelSmoothing?"],
  ];
  for (const [options, ...parts] of refused) {
    assert.throws(() => model.compile(options as never), complaint(...parts));
  }
});

test("several inputs: as many lists, of equally many rows", () => {
  const [a, b] = [layers.input({ shape: [2] }), layers.input({ shape: [1] })];
  const head = layers.dense({ units: 1 });
  const links = [a, b, head].map((layer) => ({ layer, inputs: layer === head ? [1] : [] }));
  const model = new Model([a, b, head], links, {});
  assert.equal(model.predict([ROWS, [[1], [2], [3]]]).length, 3);
  assert.throws(() => model.predict(ROWS), complaint("a list of 2 inputs"));
  assert.throws(() => model.predict([ROWS, [[1]]]), complaint("inputs of equally many rows", "[3, 1]"));
  assert.throws(
    () =>
      model.predict([
        ROWS,
        [
          [1, 1],
          [2, 2],
          [3, 3],
        ],
      ]),
    complaint("rows of shape [1]"),
  );
});

test("rows may be typed arrays, or one flat array with its shape", () => {
  const model = vectors();
  const expected = model.predict([
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(model.predict([Float32Array.of(1, 2), Float64Array.of(3, 4)]), expected);
  assert.deepEqual(model.predict({ data: Float32Array.of(1, 2, 3, 4), rows: 2, shape: [2] }), expected);
});
