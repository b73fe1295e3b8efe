/** Reductions of losses and weighted metrics: what Keras reports and learns over batches, the last one smaller. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json } from "../../src/base/json.js";
import { readCompileConfig, writeCompileConfig } from "../../src/formats/keras/compile-config.js";
import { Notes } from "../../src/formats/keras/receipt.js";
import type { Model } from "../../src/index.js";
import { buildModel, ENGINES, type TestedEngine } from "./models.js";
import { readVectors } from "./vectors.js";

interface ReductionCase {
  name: string;
  compile: Json;
  outputs: number;
  activation: string | null;
  x: number[][];
  y: number[] | number[][];
  weights: number[];
  start: number[][];
  plain: Record<string, number>;
  weighed: Record<string, number>;
  history: Record<string, number[]>;
  after: number[][];
}

const { cases, batch, epochs } = readVectors<ReductionCase, { batch: number; epochs: number }>("reductions");

function make(c: ReductionCase, engine: TestedEngine): Model {
  const model = buildModel(
    [
      ["input", { shape: [4] }],
      ["dense", { units: c.outputs, activation: c.activation ?? "linear" }],
    ],
    engine,
  );
  const notes = new Notes();
  const context = { file: "f", major: 3, minor: 15, notes };
  model.compile(readCompileConfig(c.compile, context, c.outputs)!);
  assert.deepEqual(notes.warnings, []);
  // Written and read, it is the same.
  const again = readCompileConfig(JSON.parse(JSON.stringify(writeCompileConfig(model))), context, c.outputs)!;
  const { loss, metrics, weightedMetrics } = model.compiled;
  assert.deepEqual(
    { loss: again.loss, metrics: again.metrics, weightedMetrics: again.weightedMetrics },
    { loss, metrics, weightedMetrics },
  );
  model.setWeights(c.start);
  return model;
}

function close(found: number | undefined, expected: number, what: string): void {
  const tolerance = 2e-5 * Math.max(1, Math.abs(expected));
  assert.ok(
    found !== undefined && Math.abs(found - expected) <= tolerance,
    `${what}: ${found}, not ${expected}`,
  );
}

for (const engine of ENGINES) {
  describe(`reductions as in Keras, ${engine} engine`, () => {
    for (const c of cases) {
      test(c.name, async () => {
        const model = make(c, engine);
        const plain = await model.evaluate(c.x, c.y);
        const weighed = await model.evaluate(c.x, c.y, { sampleWeight: c.weights, batchSize: batch });
        for (const [found, expected] of [[plain, c.plain] as const, [weighed, c.weighed] as const]) {
          assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
          for (const [name, value] of Object.entries(expected)) close(found[name], value, name);
        }
        const { history } = await model.fit(c.x, c.y, {
          sampleWeight: c.weights,
          batchSize: batch,
          epochs,
          shuffle: false,
          validationData: [c.x.toReversed(), (c.y as number[][]).toReversed(), c.weights.toReversed()],
        });
        for (const [name, values] of Object.entries(c.history)) {
          const ours = name.replace(/^val_(.)/, (_, first: string) => `val${first.toUpperCase()}`);
          for (const [epoch, value] of values.entries())
            close(history[ours]?.[epoch], value, `${ours} ${epoch}`);
        }
        for (const [i, { data }] of model.getWeights().entries()) {
          for (const [k, value] of c.after[i]!.entries()) close(data[k], value, `weight ${i} ${k}`);
        }
        model.dispose();
      });
    }
  });
}
