/** Metrics as Keras's files describe them, with the values Keras gives: read, added up in batches, written and read. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json } from "../../src/base/json.js";
import { readMetrics, writeMetrics } from "../../src/formats/keras/compile-metrics.js";
import { Notes } from "../../src/formats/keras/receipt.js";
import { losses } from "../../src/index.js";
import { type Loss, type LossName, targetWidth } from "../../src/objectives/losses.js";
import { CompiledMetrics } from "../../src/objectives/metrics/compiled.js";
import { readVectors } from "./vectors.js";

interface MetricCase {
  name: string;
  loss: string;
  outputs: number;
  y: number[];
  p: number[];
  weights: number[];
  metrics: Json[];
  weighted: Json[];
  results: Record<string, number | number[] | null>;
}

const { cases, batch } = readVectors<MetricCase, { batch: number }>("metrics");

/** What is none of ours, by the name of its result. */
const LEFT_OUT: Record<string, readonly string[]> = {
  "class numbers": ["but_1"],
  functions: ["huber", "cosine_similarity", "binary_focal_crossentropy"],
};

const lossOf = (snake: string): Loss =>
  losses[snake.replace(/_(.)/g, (_, c: string) => c.toUpperCase()) as LossName]();

function read(c: MetricCase, notes: Notes) {
  const context = { file: "f", major: 3, minor: 15, notes };
  const of = { loss: lossOf(c.loss), outputs: c.outputs };
  const metrics = readMetrics(c.metrics, of, context);
  const weightedMetrics = readMetrics(c.weighted, of, context);
  // What is written is read as the same.
  const again = readMetrics(JSON.parse(JSON.stringify(writeMetrics(metrics, of))), of, context);
  assert.deepEqual(again, metrics);
  return new CompiledMetrics({ loss: of.loss, metrics, weightedMetrics }, c.outputs);
}

/** Keras's values are of float32: to a hundred thousandth of the value, or of 1. */
function close(found: number | undefined, expected: number, what: string): void {
  const tolerance = 2e-5 * Math.max(1, Math.abs(expected));
  assert.ok(
    found !== undefined && Math.abs(found - expected) <= tolerance,
    `${what}: ${found}, not ${expected}`,
  );
}

describe("metrics of Keras's files give Keras's values", () => {
  for (const c of cases) {
    test(c.name, () => {
      const notes = new Notes();
      const compiled = read(c, notes);
      const left = LEFT_OUT[c.name] ?? [];
      const rows = c.p.length / c.outputs;
      const width = targetWidth(lossOf(c.loss), c.outputs);
      const p = Float32Array.from(c.p);
      for (const pass of [0, 1]) {
        // The first pass is to be forgotten.
        compiled.reset();
        for (let from = 0; from < rows; from += batch) {
          const to = Math.min(rows, from + batch);
          compiled.update(
            p.subarray(from * c.outputs, to * c.outputs),
            Float32Array.from(c.y.slice(from * width, to * width)),
            to - from,
            pass === 0 ? undefined : Float32Array.from(c.weights.slice(from, to)),
          );
        }
      }
      const found = compiled.result();
      let compared = 0;
      for (const [name, expected] of Object.entries(c.results)) {
        if (left.includes(name)) continue;
        if (typeof expected === "number") close(found[name], expected, name);
        else if (expected === null) assert.ok(Number.isNaN(found[name]), `${name}: ${found[name]}`);
        else if (expected.length === 1) close(found[name], expected[0]!, name);
        else for (const [k, each] of expected.entries()) close(found[`${name}[${k}]`], each, `${name}[${k}]`);
        compared += Array.isArray(expected) ? expected.length : 1;
      }
      assert.equal(Object.keys(found).length, compared, "no other values");
      assert.equal(notes.warnings.length, left.length, notes.warnings.join("\n"));
      for (const name of left)
        assert.ok(
          notes.warnings.some((line) => line.includes(name)),
          name,
        );
    });
  }
});
