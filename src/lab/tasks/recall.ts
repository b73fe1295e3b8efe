/**
 * Hochreiter and Schmidhuber's experiment 2: the first symbol, x or y, comes again at the end of p steps, and the next
 * symbol is to be predicted at every step. Only that last one is decided by the first.
 */
import type { Draw } from "../draw.js";
import type { LabTask, TaskSizes } from "../task.js";

/** Symbols a_1 … a_(p−1), then x, then y: p + 1 in all. */
const symbols = (p: number) => p + 1;

/** (x or y, inner symbols, the same again): step t shows symbol t and is to predict symbol t + 1. */
function writeRecall(
  inner: (k: number) => number,
  first: number,
  p: number,
  x: Float32Array,
  y: Float32Array,
): void {
  const F = symbols(p);
  const symbolAt = (t: number) => (t === 0 || t === p ? first : inner(t));
  let shown = symbolAt(0);
  for (let t = 0; t < p; t++) {
    const next = symbolAt(t + 1);
    x[t * F + shown] = 1;
    y[t * F + next] = 1;
    shown = next;
  }
}

/** The error of all outputs at the last step is below 0.25. */
function rightAtEnd(output: Float32Array, target: Float32Array, { steps, outputs }: TaskSizes): boolean {
  for (let k = (steps - 1) * outputs; k < steps * outputs; k++) {
    if (!(Math.abs(output[k]! - target[k]!) < 0.25)) return false;
  }
  return true;
}

const common = {
  asked: "at every step, the next symbol; the last one is the first again",
  answer: "softmaxSteps",
  criterion: "error of every output at the last step below 0.25",
  allowedWrong: 0,
  leastLag: 2,
  sizes: (p: number): TaskSizes => ({ steps: p, features: symbols(p), outputs: symbols(p) }),
  right: rightAtEnd,
} as const;

export const noiseFree: LabTask = {
  ...common,
  name: "noise-free",
  title: "Noise-free sequences: x or y, then always the same symbols",
  reads: "x or y, then the symbols a1, a2, … in their order, each as a one-hot vector",
  source: {
    paper: "Hochreiter and Schmidhuber 1997, experiment 2a",
    settings: "p = 100 (lag 100); one memory cell, learning rate 1.0",
    success: "error of all outputs below 0.25 on 10,000 sequences: LSTM after 5,040; BPTT and RTRL never",
  },
  defaults: { lags: [10, 15, 20], units: 32, batchSize: 16, sequences: 48_000 },
  draw(numbers: Draw, p: number, x: Float32Array, y: Float32Array): void {
    writeRecall((t) => t - 1, p - 1 + numbers.below(2), p, x, y);
  },
};

export const noisy: LabTask = {
  ...common,
  name: "noisy",
  title: "Noisy sequences: x or y, then random symbols",
  reads: "x or y, then random symbols from a1, a2, …, each as a one-hot vector",
  source: {
    paper: "Hochreiter and Schmidhuber 1997, experiment 2b",
    settings: "p = 100 (lag 100); one memory cell, learning rate 1.0",
    success: "error of all outputs at the end below 0.25 on 10,000 sequences: LSTM after 5,680",
  },
  defaults: { lags: [10, 20, 30], units: 32, batchSize: 16, sequences: 32_000 },
  draw(numbers: Draw, p: number, x: Float32Array, y: Float32Array): void {
    const first = p - 1 + numbers.below(2);
    const inner = Array.from({ length: p }, () => numbers.below(p - 1));
    writeRecall((t) => inner[t]!, first, p, x, y);
  },
};
