/** What evaluate() of a model from a Keras file gives: Keras's values, by Keras's names. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Model } from "../../src/index.js";
import { readKeras, writeKeras, writeKerasH5 } from "../../src/keras.js";
import { readSample } from "./samples.js";

interface MetricFile {
  name: string;
  files: string[];
  x: number[][];
  y: number[] | number[][];
  weights: number[];
  results: Record<string, number | number[]>;
}

const { batch, cases } = JSON.parse(readSample("metric_files.json").toString()) as {
  batch: number;
  cases: MetricFile[];
};

/** "acc" is accuracy here; what has several values gives each by its place. */
const expected = ({ results }: MetricFile): [string, number][] =>
  Object.entries(results).flatMap(([name, value]): [string, number][] =>
    typeof value === "number"
      ? [[name.replace(/^acc$/, "accuracy"), value]]
      : value.length === 1
        ? [[name, value[0]!]]
        : value.map((each, k) => [`${name}[${k}]`, each]),
  );

async function assertScores(model: Model, c: MetricFile, what: string): Promise<void> {
  const scores = await model.evaluate(c.x, c.y, { batchSize: batch, sampleWeight: c.weights });
  const wanted = expected(c);
  assert.deepEqual(Object.keys(scores).sort(), wanted.map(([name]) => name).sort(), what);
  for (const [name, value] of wanted) {
    const tolerance = 2e-5 * Math.max(1, Math.abs(value));
    assert.ok(Math.abs(scores[name]! - value) <= tolerance, `${what} ${name}: ${scores[name]}, not ${value}`);
  }
}

describe("metrics of Keras's files", () => {
  for (const c of cases) {
    for (const file of c.files) {
      test(file, async () => {
        const { model, receipt } = readKeras(readSample(file), { name: file });
        assert.deepEqual(
          receipt.warnings.filter((line) => !line.startsWith("optimizer state")),
          [],
        );
        await assertScores(model, c, file);
        model.dispose();
      });
    }
    test(`${c.name}, written and read again`, async () => {
      const { model } = readKeras(readSample(c.files[0]!), { name: c.name });
      for (const bytes of [writeKeras(model), writeKerasH5(model)]) {
        const again = readKeras(bytes, { name: "again" });
        assert.deepEqual(again.receipt.warnings, []);
        assert.deepEqual(again.model.compiled.metrics, model.compiled.metrics);
        await assertScores(again.model, c, c.name);
        again.model.dispose();
      }
      model.dispose();
    });
  }
});
