/** Tasks that ask whether a rule was found: parity, aⁿbⁿ and brackets, learned on short strings and asked of longer ones. */
import type { Draw } from "../draw.js";
import type { LabTask } from "../task.js";
import { predicts, put, symbolAt } from "./symbols.js";

/** Longer strings have up to twice as many. */
const BEYOND = 2;

// ---- parity ----------------------------------------------------------------------------------------------------

/** Bits as 1 and −1 at the row's end; before them zeros. */
function drawParity(numbers: Draw, bits: number, x: Float32Array, y: Float32Array): void {
  let odd = 0;
  for (let t = x.length - bits; t < x.length; t++) {
    const bit = numbers.below(2);
    x[t] = bit === 1 ? 1 : -1;
    odd ^= bit;
  }
  y[0] = odd;
}

export const parity: LabTask = {
  name: "parity",
  title: "Parity: is the number of ones odd?",
  reads: "one bit a step, 1 or −1",
  asked: "at the end, whether the number of ones is odd",
  source: {
    paper: "Bengio, Simard and Frasconi 1994 (parity problem); Hochreiter and Schmidhuber 1997 on guessing",
    settings: "sequences of varying length, the target at the end only",
    success:
      "none stated here; both papers note that random search of weights is quick where gradients are not",
  },
  answer: "sigmoid",
  criterion: "the answer is on the right side of 1/2",
  allowedWrong: 0,
  leastLag: 2,
  defaults: { lags: [5, 10, 20], units: 16, batchSize: 32, sequences: 80_000 },
  sizes: (lag) => ({ steps: BEYOND * lag, features: 1, outputs: 1 }),
  draw: (numbers, lag, x, y) => drawParity(numbers, numbers.between(1, lag), x, y),
  drawBeyond: (numbers, lag, x, y) => drawParity(numbers, numbers.between(lag + 1, BEYOND * lag), x, y),
  right: (output, target) => Math.abs(output[0]! - target[0]!) < 0.5,
};

// ---- aⁿbⁿ ------------------------------------------------------------------------------------------------------

const [A, B, END] = [0, 1, 2];
const LETTERS = 3;

/** Reads S (the end of the string before) aⁿ bⁿ; each step's target is the symbol that comes, at last the end. */
function drawCounted(n: number, x: Float32Array, y: Float32Array): void {
  const text = [END, ...Array<number>(n).fill(A), ...Array<number>(n).fill(B), END];
  for (let t = 0; t + 1 < text.length; t++) {
    put(x, t, LETTERS, text[t]!);
    put(y, t, LETTERS, text[t + 1]!);
  }
}

/** What can come after each prefix of aⁿbⁿ: after a's another or the first b, then exactly what is left. */
function possibleAfter(as: number, bs: number): number[] {
  if (bs === 0) return as === 0 ? [A] : [A, B];
  return bs < as ? [B] : [END];
}

export const anbn: LabTask = {
  name: "anbn",
  title: "Counting: n times a, then n times b",
  reads: "a mark, n times a, n times b, each as a one-hot vector of 3; n from 1 to the lag",
  asked: "at every step, what can come next; after the first b there is one answer, the end after the nth",
  source: {
    paper: "Gers and Schmidhuber 2001 (LSTM learns simple context-free and context-sensitive languages)",
    settings:
      "n from 1 to 10, 20, 30, 40 or 50 to learn; peephole LSTM, one block; online, a string an update",
    success: "accepts all strings to n = 1,000 in the best case after training to n = 10 or more",
  },
  answer: "softmaxSteps",
  criterion: "at every step, the symbol that comes is more active than every symbol that cannot",
  allowedWrong: 0,
  leastLag: 2,
  defaults: { lags: [10, 20], units: 8, batchSize: 16, sequences: 48_000 },
  sizes: (lag) => ({ steps: 2 * BEYOND * lag + 1, features: LETTERS, outputs: LETTERS }),
  draw: (numbers, lag, x, y) => drawCounted(numbers.between(1, lag), x, y),
  drawBeyond: (numbers, lag, x, y) => drawCounted(numbers.between(lag + 1, BEYOND * lag), x, y),
  right(output, target, { steps }) {
    let [as, bs] = [0, 0];
    for (let t = 0; t < steps; t++) {
      const comes = symbolAt(target, t, LETTERS);
      if (comes < 0) break;
      if (!predicts(output, t, LETTERS, comes, possibleAfter(as, bs))) return false;
      if (comes === A) as++;
      else if (comes === B) bs++;
    }
    return true;
  },
};

// ---- brackets --------------------------------------------------------------------------------------------------

const [OPEN, CLOSE] = [0, 1];

/** [left][open] how many ways so many brackets, with so many open, can still end with none open. */
const waysTable: number[][] = [[1]];
function ways(left: number, open: number): number {
  if (open < 0 || open > left) return 0;
  for (let k = waysTable.length; k <= left; k++) {
    waysTable.push(
      Array.from({ length: k + 1 }, (_, o) => {
        const at = (n: number) => (n < 0 || n > k - 1 ? 0 : waysTable[k - 1]![n]!);
        return at(o + 1) + at(o - 1);
      }),
    );
  }
  return waysTable[left]![open]!;
}

/** A balanced string of so many pairs, every one as likely as any other; after each bracket, whether all are closed. */
function drawBrackets(numbers: Draw, pairs: number, x: Float32Array, y: Float32Array): void {
  let open = 0;
  for (let t = 0; t < 2 * pairs; t++) {
    const left = 2 * pairs - t - 1;
    const [up, down] = [ways(left, open + 1), ways(left, open - 1)];
    const opens = numbers.uniform() * (up + down) < up;
    open += opens ? 1 : -1;
    put(x, t, 2, opens ? OPEN : CLOSE);
    put(y, t, 2, open === 0 ? 1 : 0);
  }
}

export const dyck: LabTask = {
  name: "dyck",
  title: "Brackets: is everything closed?",
  reads: "a balanced string of ( and ), each as a one-hot vector of 2; pairs from 1 to half the lag",
  asked: "after every bracket, whether all are closed: whether another ) could come",
  source: {
    paper: "Suzgun, Gehrmann, Belinkov and Shieber 2019 (LSTM networks can perform dynamic counting)",
    settings:
      "Dyck-1 of length 2 to 50 to learn, 52 to 100 to test; 10,000 strings; squared error, threshold 0.5",
    success:
      "a string counts when every step is right: LSTM 100 % of the longer strings in the best of 10 runs",
  },
  answer: "softmaxSteps",
  criterion: "after every bracket the right answer is the more active one",
  allowedWrong: 0,
  leastLag: 4,
  defaults: { lags: [20, 50], units: 8, batchSize: 16, sequences: 48_000 },
  sizes: (lag) => ({ steps: BEYOND * 2 * Math.floor(lag / 2), features: 2, outputs: 2 }),
  draw: (numbers, lag, x, y) => drawBrackets(numbers, numbers.between(1, Math.floor(lag / 2)), x, y),
  drawBeyond(numbers, lag, x, y) {
    const most = Math.floor(lag / 2);
    drawBrackets(numbers, numbers.between(most + 1, BEYOND * most), x, y);
  },
  right(output, target, { steps }) {
    for (let t = 0; t < steps; t++) {
      const answer = symbolAt(target, t, 2);
      if (answer < 0) break;
      if (!predicts(output, t, 2, answer, [answer])) return false;
    }
    return true;
  },
};
