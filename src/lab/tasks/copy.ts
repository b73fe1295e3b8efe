/** The copying memory task: symbols, a long blank, and then the same symbols again. */
import { argMax } from "../../objectives/metrics/predictions.js";
import type { LabTask, TaskSizes } from "../task.js";

const SYMBOLS = 8;
const BLANK = 8;
const DELIMITER = 9;
const CATEGORIES = 10;
/** Symbols to keep. */
const KEPT = 10;

/** Input: the symbols, lag − 1 blanks, the delimiter, blanks. Target: blanks, then the symbols. */
export const copy: LabTask = {
  name: "copy",
  title: `Copying: ${KEPT} symbols, a long blank, the same symbols again`,
  reads: `${KEPT} symbols of ${SYMBOLS}, blanks, a delimiter, blanks; each as a one-hot vector of ${CATEGORIES}`,
  asked: "at every step a category: blank, and after the delimiter the symbols in their order",
  source: {
    paper: "Arjovsky, Shah and Bengio 2016 (copying memory), after Hochreiter and Schmidhuber 1997",
    settings: "10 symbols of 8, T = 100 to 500 steps, 128 LSTM units; RMSprop, learning rate 0.001, batch 20",
    success: "none stated; cross-entropy against the memoryless 10 · ln 8 / (T + 20)",
  },
  answer: "softmaxSteps",
  criterion: "every symbol of the answer is the most active output at its step",
  allowedWrong: 0.01,
  leastLag: 1,
  measure: { loss: "nats", of: "a step" },
  /** Blanks until the delimiter, then a symbol of eight at random, ten times: over all T + 20 steps. */
  baselines: (lag) => ({ memoryless: (KEPT * Math.log(SYMBOLS)) / (lag + 2 * KEPT) }),
  defaults: { lags: [100], units: 64, batchSize: 20, sequences: 80_000 },
  sizes: (lag) => ({ steps: lag + 2 * KEPT, features: CATEGORIES, outputs: CATEGORIES }),
  draw(numbers, lag, x, y) {
    const steps = lag + 2 * KEPT;
    const put = (rows: Float32Array, t: number, category: number) => {
      rows[t * CATEGORIES + category] = 1;
    };
    for (let t = KEPT; t < steps; t++) put(x, t, t === KEPT + lag - 1 ? DELIMITER : BLANK);
    for (let t = 0; t < steps - KEPT; t++) put(y, t, BLANK);
    for (let k = 0; k < KEPT; k++) {
      const symbol = numbers.below(SYMBOLS);
      put(x, k, symbol);
      put(y, steps - KEPT + k, symbol);
    }
  },
  right(output: Float32Array, target: Float32Array, { steps }: TaskSizes): boolean {
    for (let t = steps - KEPT; t < steps; t++) {
      const at = t * CATEGORIES;
      if (target[at + argMax(output, at, CATEGORIES)] !== 1) return false;
    }
    return true;
  },
};
