import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atOnce } from "../../src/base/pieces.js";
import { fitTemperature, scaledLogLoss, softmaxOf } from "../../src/objectives/temperature.js";
import { decode, type Encoded, readVectors } from "./vectors.js";

interface Golden {
  name: string;
  scores: Encoded;
  classes: number[];
  factor: number;
  loss: number;
  probabilities: Encoded;
}

const { cases } = readVectors<Golden>("temperature");

const columnsOf = (scores: Encoded): Float32Array[] => {
  const [classes, rows] = scores.shape as [number, number];
  const all = decode(scores);
  return Array.from({ length: classes }, (_, k) => all.subarray(k * rows, (k + 1) * rows));
};

describe("the factor, its loss and its probabilities are SciPy's", () => {
  for (const { name, scores: encoded, classes, factor, loss, probabilities } of cases) {
    test(name, () => {
      const scores = columnsOf(encoded);
      const found = atOnce(fitTemperature({ scores, classes }));
      assert.ok(Math.abs(Math.log(found / factor)) < 1e-3, `${found}, not ${factor}`);
      assert.ok(Math.abs(scaledLogLoss({ scores, classes }, factor) - loss) < 1e-7 * Math.max(1, loss));
      const wanted = decode(probabilities);
      for (const [k, value] of softmaxOf(scores, factor).entries())
        assert.ok(Math.abs(value - wanted[k]!) < 1e-6);
    });
  }
});

describe("where there is little to go by", () => {
  test("no rows, and scores that do not differ, leave the likely factor", () => {
    for (const scores of [
      [[], []],
      [
        [3, 3, 3],
        [3, 3, 3],
      ],
    ]) {
      const classes = scores[0]!.map(() => 1);
      assert.ok(Math.abs(Math.log(atOnce(fitTemperature({ scores, classes })) / 0.4)) < 1e-3);
    }
    assert.equal(scaledLogLoss({ scores: [[], []], classes: [] }, 1), 0);
  });

  test("rows that are all right make it larger, rows that are all wrong smaller, both within bounds", () => {
    const scores = (sign: number) => [new Float32Array(1000).fill(sign), new Float32Array(1000).fill(-sign)];
    const classes = new Int32Array(1000);
    const [right, wrong] = [1, -1].map((sign) => atOnce(fitTemperature({ scores: scores(sign), classes })));
    assert.ok(right! > 2 && right! < 1000, `${right}`);
    assert.ok(wrong! < 0.02 && wrong! >= 1e-3, `${wrong}`);
  });

  test("of scores ± 1 of which seven in ten are right, the odds, for many rows", () => {
    const rows = 100_000;
    const positive = Float32Array.from({ length: rows }, (_, i) => (i % 10 < 7 ? 1 : -1));
    const found = atOnce(
      fitTemperature({
        scores: [positive, positive.map((one) => -one)],
        classes: new Int32Array(rows),
      }),
    );
    assert.ok(Math.abs(found - Math.log(7 / 3) / 2) < 1e-3);
  });

  test("scores far apart do not run over", () => {
    const scores = [Float64Array.of(1e6, -1e6), Float64Array.of(-1e6, 1e6)];
    assert.deepEqual([...softmaxOf(scores, 1e3)], [1, 0, 0, 1]);
    assert.ok(Number.isFinite(scaledLogLoss({ scores, classes: [1, 0] }, 1e3)));
    assert.ok(Number.isFinite(atOnce(fitTemperature({ scores, classes: [1, 0] }))));
  });
});
