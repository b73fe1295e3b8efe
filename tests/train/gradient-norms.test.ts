/** Norms of gradients, for callbacks that want them: those of the batch before clipping, and nothing is learned otherwise. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layers, optimizers, sequential } from "../../src/index.js";

const X = Array.from({ length: 10 }, (_, r) =>
  Array.from({ length: 4 }, (_, t) => (r * 5 + t * 3 + r * t) % 7),
);
const Y = X.map((row) => (row.includes(3) ? 1 : 0));

const network = (options: Parameters<typeof optimizers.adam>[0] = {}) => {
  const model = sequential(
    [
      layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 4 }),
      layers.lstm({ units: 2, kernelRegularizer: { l1: 0, l2: 0.1 } }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 5, engine: "wasm", threads: 1 },
  );
  model.compile({ optimizer: optimizers.adam(options), loss: "binaryCrossentropy" });
  return model;
};

/** Trains an epoch in order; the norms that callbacks saw. */
async function normsOf(model: ReturnType<typeof network>, wants = true) {
  const seen: (Readonly<Record<string, number>> | null)[] = [];
  const losses: number[] = [];
  await model.fit(X, Y, {
    batchSize: 4,
    shuffle: false,
    callbacks: [
      {
        wantsGradientNorms: wants,
        onTrainBegin: (progress) =>
          void assert.deepEqual([progress.gradientNorms, progress.batchLoss], [null, NaN]),
        onBatchEnd: ({ gradientNorms, batchLoss }) => {
          seen.push(gradientNorms);
          losses.push(batchLoss);
        },
      },
    ],
  });
  return { seen, losses };
}

const normOf = (data: Float32Array) => Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));

describe("gradient norms", () => {
  for (const [label, options] of [
    ["plain", {}],
    ["clipped by norm", { clipnorm: 1e-4 }],
    ["clipped by global norm", { globalClipnorm: 1e-4 }],
  ] as const) {
    test(`${label}: of the batch, before clipping`, async () => {
      const model = network(options);
      const { loss, gradients } = network().gradients(X.slice(0, 4), Y.slice(0, 4));
      const { seen, losses } = await normsOf(model);
      assert.equal(seen.length, 3);
      assert.deepEqual(
        Object.keys(seen[0]!),
        gradients.map(({ name }) => name),
      );
      for (const { name, data } of gradients) {
        const expected = normOf(data);
        assert.ok(Math.abs(seen[0]![name]! - expected) <= 1e-6 * expected, name);
      }
      assert.ok(Math.abs(losses[0]! - loss) < 1e-6);
      assert.notDeepEqual(seen[0], seen[1]);
    });
  }

  test("are not there unasked, and change nothing", async () => {
    const [asked, unasked] = [network(), network()];
    await normsOf(asked);
    const { seen } = await normsOf(unasked, false);
    assert.deepEqual(seen, [null, null, null]);
    assert.deepEqual(asked.weightSnapshot(), unasked.weightSnapshot());
  });

  test("of a table that is updated by rows: of the rows that the batch names", async () => {
    const model = sequential(
      [
        layers.embedding({ inputDim: 50, outputDim: 3, inputLength: 4 }),
        layers.lstm({ units: 2 }),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ],
      { seed: 5, engine: "wasm", threads: 1 },
    );
    model.compile({ optimizer: optimizers.adam({ sparse: true }), loss: "binaryCrossentropy" });
    const expected = model.gradients(X.slice(0, 4), Y.slice(0, 4)).gradients[0]!;
    const { seen } = await normsOf(model as ReturnType<typeof network>);
    const norm = normOf(expected.data);
    assert.ok(Math.abs(seen[0]!["embedding/embeddings"]! - norm) <= 1e-6 * norm);
    assert.ok(norm > 0);
  });
});
