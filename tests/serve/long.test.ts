/** Networks that take rows of any length: one long text must not stop the server for the others, nor fill its memory. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layers, model, sequential } from "../../src/index.js";
import { trainerOf } from "../../src/model/model.js";
import { createServer } from "../../src/serve/index.js";
import { servedNetwork } from "../../src/serve/served-network.js";
import { ask, good, refused, serving } from "./asking.js";
import * as made from "./models.js";

const words = (count: number) => "good ".repeat(count).trim();

interface Outputs {
  answers: { outputs: number[] }[];
}

describe("texts that are padded to the longest", () => {
  test("many of them are answered in batches, as they are in one", async () => {
    const reading = made.reading();
    const texts = [...made.many(99), words(40)];
    const expected = [...reading.predictFlat(texts).data];
    await serving({ reading }, { batchSize: 8 }, async (url) => {
      const { answers } = await good<Outputs>(url, "/predict", { body: { texts } });
      assert.deepEqual(
        answers.map(({ outputs: [chance] }) => chance),
        expected,
      );
      const metrics = (await ask(url, "/metrics")).text;
      assert.match(metrics, /^cellstate_batch_rows_count\{model="reading"\} 13$/m);
    });
  });

  test("they are counted with their padding, before there is room for it", async () => {
    const reading = made.reading();
    await serving({ reading }, { maxBody: 20_000 }, async (url) => {
      const many = Array.from({ length: 500 }, () => "a");
      const [status, error] = await refused(url, "/predict", { body: { texts: [...many, words(1000)] } });
      assert.equal(status, 413);
      assert.equal(
        error,
        "Received 501 texts that are padded to 1000 words, 501000 ids; this server takes 20000 ids a request, as --max-body says (in code: maxBody). Send long texts in requests of their own.",
      );
      // Each of them for itself is none too large.
      assert.equal((await good<Outputs>(url, "/predict", { body: { texts: many } })).answers.length, 500);
      assert.equal(
        (await good<Outputs>(url, "/predict", { body: { texts: [words(1000)] } })).answers.length,
        1,
      );
    });
  });

  test("a layer that names its length cuts them, and they are asked with others'", async () => {
    const fixed = sequential(
      [
        layers.textVectorization({ vocabulary: made.WORDS, outputSequenceLength: 5 }),
        layers.embedding({ inputDim: made.WORDS.length, outputDim: 4 }),
        layers.lstm({ units: 3 }),
        layers.dense({ units: 1 }),
      ],
      { seed: 3 },
    );
    const texts = [words(1000), "", "bad film", ...made.many(5)];
    await serving({ fixed }, { batchSize: 8, batchWait: 10_000 }, async (url) => {
      // The batch waits until it is full: they came in requests of their own.
      const answers = await Promise.all(
        texts.map((text) => good<Outputs>(url, "/predict", { body: { texts: [text] } })),
      );
      assert.deepEqual(
        answers.map(({ answers: [one] }) => one!.outputs[0]),
        [...fixed.predictFlat(texts).data],
      );
    });
  });

  test("beside another input they are refused when the server is made", async () => {
    const texts = layers.textVectorization({ vocabulary: made.WORDS, name: "texts" });
    const numbers = layers.input({ shape: [4], name: "numbers" });
    const read = layers.embedding({ inputDim: made.WORDS.length, outputDim: 4 }).apply(texts);
    const mean = layers.globalAveragePooling1D().apply(read);
    const outputs = layers.concatenate().apply([mean, numbers]);
    const both = model({ inputs: [texts, numbers], outputs });
    await assert.rejects(createServer({ both }), /expected one input, where texts are read/);
  });
});

describe("rows of numbers", () => {
  test("of long ones there are fewer in a batch", () => {
    const steps = made.steps();
    const served = servedNetwork(steps, trainerOf(steps).network, () => {});
    const question = (rows: number, length: number) => ({
      inputs: [{ data: new Float32Array(rows * length * 2), rows, shape: [length, 2] }],
    });
    const most = (rows: number, length: number) => served.most!(question(rows, length));
    assert.deepEqual([most(1, 1), most(7, 100), most(2, 2 ** 14), most(1, 2 ** 20)], [32_768, 327, 2, 1]);
  });

  test("what is wrong is told by its row in the request", async () => {
    const ids = sequential([
      layers.embedding({ inputDim: 10, outputDim: 2, inputLength: 3, name: "words" }),
      layers.lstm({ units: 2 }),
    ]);
    const huge = sequential([layers.input({ shape: [1], name: "x" }), layers.dense({ units: 1 })]);
    huge.setWeights([Float32Array.of(1e30), Float32Array.of(0)]);
    await serving({ ids, huge }, { batchSize: 8 }, async (url) => {
      const infer = (name: string, input: string, data: number[], width: number) =>
        refused(url, `/v2/models/${name}/infer`, {
          body: { inputs: [{ name: input, shape: [data.length / width, width], datatype: "FP32", data }] },
        });
      const { inputs } = await good<{ inputs: { name: string }[] }>(url, "/v2/models/ids");
      const rows = Array.from({ length: 90 }, (_, i) => (i === 62 ? 10 : i % 10));
      const [status, error] = await infer("ids", inputs[0]!.name, rows, 3);
      assert.equal(status, 400);
      assert.match(
        error,
        /Embedding words, row 20, position 2: expected a token id from 0 to 9 .* received 10/,
      );
      const numbers = Array.from({ length: 30 }, (_, i) => (i === 21 ? 1e30 : 1));
      assert.match((await infer("huge", "x", numbers, 1))[1], /row 21: expected outputs that are numbers/);
    });
  });
});

test("a stop asks what waits for others, and answers it", async () => {
  // Were it to wait as long as others may come, it would be cut before that.
  const server = await createServer({ spam: made.spam() }, { port: 0, batchWait: 10_000, stopWithin: 9 });
  const url = await server.listen();
  const waiting = good<{ answers: object[] }>(url, "/predict", { body: { texts: ["good"] } });
  while (!/^cellstate_queue_rows 1$/m.test((await ask(url, "/metrics")).text));
  const [{ answers }] = await Promise.all([waiting, server.close()]);
  assert.deepEqual(answers, [made.spam().predict("good")]);
});
