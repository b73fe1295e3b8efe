/** Adding and multiplication: two marked numbers far apart, their sum or product at the end. */
import type { Draw } from "../draw.js";
import { drawLength, type LabTask, longest, withinError } from "../task.js";

/** Steps [value, marker]: markers are 1 at the two that count, −1 at both ends, else 0. */
interface Marked {
  first: number;
  second: number;
}

/**
 * Writes a sequence of T = 2 · lag to T + T/10 pairs: one of the first ten is marked, and one of the first T/2 − 1 still
 * unmarked. Where the very first pair is the marked one, its value is `neutral`.
 */
function writePairs(
  numbers: Draw,
  lag: number,
  x: Float32Array,
  value: () => number,
  neutral: number,
): Marked {
  const T = 2 * lag;
  const length = drawLength(numbers, T);
  const start = x.length / 2 - length;
  for (let t = 0; t < length; t++) x[(start + t) * 2] = value();
  const one = numbers.below(Math.min(10, lag));
  const unmarked = numbers.below(lag - 1);
  const two = unmarked >= one ? unmarked + 1 : unmarked;
  x[start * 2 + 1] = -1;
  x[x.length - 1] = -1;
  for (const t of [one, two]) {
    if (t === 0) x[start * 2] = neutral;
    x[(start + t) * 2 + 1] = 1;
  }
  return { first: x[(start + one) * 2]!, second: x[(start + two) * 2]! };
}

const common = {
  answer: "linear",
  criterion: "error at the end below 0.04",
  leastLag: 2,
  sizes: (lag: number) => ({ steps: longest(2 * lag), features: 2, outputs: 1 }),
  right: (output: Float32Array, target: Float32Array) => withinError(output, target, 0.04),
} as const;

export const adding: LabTask = {
  ...common,
  name: "adding",
  title: "Adding: two marked numbers, far apart",
  reads: "pairs of a number from −1 to 1 and a marker; two are marked",
  asked: "at the end, 0.5 + (X1 + X2) / 4 of the marked numbers",
  source: {
    paper: "Hochreiter and Schmidhuber 1997, experiment 4",
    settings:
      "T = 100, 500 or 1,000 (lag T/2), length T to T + T/10; 2 cell blocks of size 2, learning rate 0.5",
    success: "mean error below 0.01 and the last 2,000 sequences right: after 74,000 sequences at lag 50",
  },
  allowedWrong: 0.01,
  defaults: { lags: [10, 25, 50], units: 16, batchSize: 32, sequences: 80_000 },
  draw(numbers, lag, x, y) {
    const { first, second } = writePairs(numbers, lag, x, () => 2 * numbers.uniform() - 1, 0);
    y[0] = 0.5 + (first + second) / 4;
  },
};

export const multiplication: LabTask = {
  ...common,
  name: "multiplication",
  title: "Multiplication: two marked numbers, far apart",
  reads: "pairs of a number from 0 to 1 and a marker; two are marked",
  asked: "at the end, the product X1 · X2 of the marked numbers",
  source: {
    paper: "Hochreiter and Schmidhuber 1997, experiment 5",
    settings: "T = 100 (lag 50), length T to T + T/10; 2 cell blocks of size 2, learning rate 0.1",
    success: "at most 140 of the last 2,000 sequences wrong: after 482,000 sequences",
  },
  allowedWrong: 0.07,
  defaults: { lags: [10, 25, 50], units: 16, batchSize: 32, sequences: 80_000 },
  draw(numbers, lag, x, y) {
    const { first, second } = writePairs(numbers, lag, x, () => numbers.uniform(), 1);
    y[0] = first * second;
  },
};
