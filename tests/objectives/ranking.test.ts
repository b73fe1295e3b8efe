/** Scores in order: areas and thresholds by their definitions, row against row, and in how much memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce } from "../../src/base/pieces.js";
import { PURPOSE, Random } from "../../src/kernels/philox.js";
import { aucExact } from "../../src/objectives/metrics/auc.js";
import type { Predictions } from "../../src/objectives/metrics/predictions.js";
import { rank } from "../../src/objectives/metrics/ranking.js";
import { bestThreshold, thresholdCurve } from "../../src/objectives/metrics/threshold.js";
import { evaluating } from "../../src/objectives/metrics.js";

/** Answers that are often equal ones, with a signed zero and a sum of probabilities that rounding took above 1. */
function answers(rows: number, { weighted = false, grain = 20, seed = 1 } = {}): Predictions {
  const random = new Random(seed, PURPOSE.bootstrap, 0);
  const probabilities = Float32Array.from(
    { length: rows },
    (_, i) => Math.round(random.uniform(i) * grain) / grain,
  );
  probabilities.set([-0, 1.0000009], 1);
  const labels = Uint8Array.from({ length: rows }, (_, i) =>
    Number(random.uniform(rows + i) < probabilities[i]!),
  );
  const weights = Float64Array.from({ length: rows }, (_, i) => random.uniform(2 * rows + i));
  return { probabilities, outputs: 1, labels, ...(weighted ? { weights } : {}) };
}

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} and ${b}`);

for (const weighted of [false, true]) {
  test(`areas and thresholds are what their definitions say${weighted ? ", with weights" : ""}`, () => {
    const p = answers(150, { weighted });
    const all = Array.from(p.probabilities, (score, row) => ({
      score,
      isOne: p.labels[row] === 1,
      weight: p.weights?.[row] ?? 1,
    }));
    const weigh = (some: typeof all) => some.reduce((sum, { weight }) => sum + weight, 0);
    let [won, pairs] = [0, 0];
    for (const a of all.filter(({ isOne }) => isOne)) {
      for (const b of all.filter(({ isOne }) => !isOne)) {
        pairs += a.weight * b.weight;
        won += a.weight * b.weight * (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0);
      }
    }
    close(aucExact(p), won / pairs);
    const at = (threshold: number) => {
      const [ones, above] = [
        all.filter(({ isOne }) => isOne),
        all.filter(({ score }) => score > Math.fround(threshold)),
      ];
      const found = weigh(above.filter(({ isOne }) => isOne));
      const right = weigh(all.filter(({ score, isOne }) => score > Math.fround(threshold) === isOne));
      return { accuracy: right / weigh(all), f1: (2 * found) / (weigh(above) + weigh(ones)) };
    };
    for (const { threshold, accuracy, f1 } of thresholdCurve(p)) {
      close(accuracy, at(threshold).accuracy);
      close(f1, at(threshold).f1);
    }
    for (const by of ["accuracy", "f1"] as const) {
      const best = bestThreshold(p, by);
      close(best[by], at(best.threshold)[by]);
      close(best[by], Math.max(...[0, ...p.probabilities].map((threshold) => at(threshold)[by])));
    }
  });
}

test("many scores are in the order that few are", () => {
  const p = answers(40_000, { grain: 1e9 });
  const { positive, negative } = atOnce(rank(p, [0]));
  const of = (label: number) => p.probabilities.filter((_, row) => p.labels[row] === label).sort();
  assert.deepEqual(Array.from(positive.scores), Array.from(of(1)));
  assert.deepEqual(Array.from(negative.scores, Math.abs), Array.from(of(0), Math.abs));
});

test("an evaluation takes no more memory than its answers do", () => {
  const rows = 1_000_000;
  const p = answers(rows, { grain: 1e9 });
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const pieces = evaluating(p);
  while (!pieces.next().done) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  assert.ok(most >= 4 * rows, `${most} bytes: not all of it was looked at`);
  assert.ok(most <= 6 * rows, `${most} bytes of ${rows} rows`);
});
