/** Temporal order: two or three symbols, X or Y, far apart among distractors; which came in which order? */
import type { Draw } from "../draw.js";
import { drawLength, type LabTask, longest, withinError } from "../task.js";

/** The symbols' places in their one-hot vectors. */
const SYMBOL = { E: 0, B: 1, distractors: 2, X: 6, Y: 7 } as const;
const SYMBOLS = 8;
const DISTRACTORS = 4;

/** Where the relevant symbols stand, as shares of the least length T; each window is T/10 wide. */
type Windows = readonly number[];

/** Writes E, distractors, the relevant symbols in their windows, and the trigger B; returns the class. */
function writeOrder(numbers: Draw, T: number, windows: Windows, x: Float32Array): number {
  const length = drawLength(numbers, T);
  const start = x.length / SYMBOLS - length;
  const shown = Array.from({ length }, () => SYMBOL.distractors + numbers.below(DISTRACTORS));
  shown[0] = SYMBOL.E;
  shown[length - 1] = SYMBOL.B;
  let order = 0;
  for (const share of windows) {
    const from = Math.max(1, Math.round(share * T));
    const isY = numbers.below(2);
    shown[numbers.between(from, from + Math.max(1, Math.round(T / 10)) - 1)] = isY ? SYMBOL.Y : SYMBOL.X;
    order = order * 2 + isY;
  }
  shown.forEach((symbol, t) => {
    x[(start + t) * SYMBOLS + symbol] = 1;
  });
  return order;
}

/** The last window ends at this share of T, and the lag runs from there to the end. */
const leastLength = (lag: number, windows: Windows) => Math.round(lag / (1 - windows.at(-1)! - 0.1));

function orderTask(
  windows: Windows,
  about: Pick<LabTask, "name" | "title" | "source" | "defaults">,
): LabTask {
  return {
    ...about,
    reads: "symbols as one-hot vectors: E, distractors a to d with X or Y among them, at the end B",
    asked: `at the end, in which order the ${windows.length} X or Y came (${2 ** windows.length} classes)`,
    answer: "softmax",
    criterion: "error of every output at the end below 0.3",
    allowedWrong: 0.01,
    leastLag: 4,
    sizes: (lag) => ({
      steps: longest(leastLength(lag, windows)),
      features: SYMBOLS,
      outputs: 2 ** windows.length,
    }),
    draw(numbers, lag, x, y) {
      y[writeOrder(numbers, leastLength(lag, windows), windows, x)] = 1;
    },
    right: (output, target) => withinError(output, target, 0.3),
  };
}

export const order2 = orderTask([0.1, 0.5], {
  name: "order2",
  title: "Temporal order of two symbols",
  source: {
    paper: "Hochreiter and Schmidhuber 1997, experiment 6a",
    settings:
      "length 100 to 110, symbols at 10–20 and 50–60 (lag 40); 2 cell blocks of size 2, learning rate 0.5",
    success: "mean error below 0.1 and the last 2,000 sequences right: after 31,390 sequences",
  },
  defaults: { lags: [8, 20, 40], units: 16, batchSize: 32, sequences: 50_000 },
});

export const order3 = orderTask([0.1, 0.33, 0.66], {
  name: "order3",
  title: "Temporal order of three symbols",
  source: {
    paper: "Hochreiter and Schmidhuber 1997, experiment 6b",
    settings:
      "length 100 to 110, symbols at 10–20, 33–43 and 66–76 (lag 24); 3 cell blocks of size 2, learning rate 0.1",
    success: "mean error below 0.1 and the last 2,000 sequences right: after 571,100 sequences",
  },
  defaults: { lags: [8, 16, 24], units: 16, batchSize: 32, sequences: 60_000 },
});
