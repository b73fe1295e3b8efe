/** Bengio et al.'s two-sequence problem: the first element tells the class, noise follows on the same line. */
import type { Draw } from "../draw.js";
import { drawLength, type LabTask, longest, withinError } from "../task.js";

const NOISE = Math.sqrt(0.2);

export const latch: LabTask = {
  name: "latch",
  title: "Latch: one signal, then noise",
  reads: "one number a step: first 1 or −1, then Gaussian noise of variance 0.2",
  asked: "at the end, which of the two came first",
  source: {
    paper:
      "Bengio, Simard and Frasconi 1994 (latch and two-sequence problems); Hochreiter and Schmidhuber 1997, experiment 3a, N = 1",
    settings: "T = 100 or 1,000, length T to T + T/10; LSTM of 3 cells, learning rate 1.0",
    success: "absolute error below 0.2 on all of 256 sequences (ST1): after 58,370 sequences at T = 100",
  },
  answer: "sigmoid",
  criterion: "error at the end below 0.2",
  allowedWrong: 0,
  leastLag: 1,
  defaults: { lags: [20, 60, 100], units: 16, batchSize: 32, sequences: 80_000 },
  sizes: (lag) => ({ steps: longest(lag + 1), features: 1, outputs: 1 }),
  draw(numbers: Draw, lag: number, x: Float32Array, y: Float32Array): void {
    const start = x.length - drawLength(numbers, lag + 1);
    const first = numbers.below(2);
    x[start] = first === 1 ? 1 : -1;
    for (let t = start + 1; t < x.length; t++) x[t] = NOISE * numbers.normal();
    y[0] = first;
  },
  right: (output, target) => withinError(output, target, 0.2),
};
