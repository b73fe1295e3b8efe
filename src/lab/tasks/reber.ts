/**
 * The embedded Reber grammar: B, T or P, a Reber string, the same T or P again, E. The next symbol is to be predicted at
 * every step; the last but one hangs on the second.
 */
import type { Draw } from "../draw.js";
import { drawLength, type LabTask, longest, type TaskSizes } from "../task.js";

const ALPHABET = "BTPSXVE";
const O = ALPHABET.length;

/** The Reber grammar: from each node, the two symbols that may come (or one) and the node each leads to. */
const GRAMMAR: readonly (readonly (readonly [symbol: string, to: number])[])[] = [
  [["B", 1]],
  [
    ["T", 2],
    ["P", 3],
  ],
  [
    ["S", 2],
    ["X", 4],
  ],
  [
    ["T", 3],
    ["V", 5],
  ],
  [
    ["X", 3],
    ["S", 6],
  ],
  [
    ["P", 4],
    ["V", 6],
  ],
  [["E", 7]],
];
const START = 0;
const END = 7;

/** [length + 1][node] the probability that the grammar, at this node, ends after exactly so many more symbols. */
function endings(length: number): number[][] {
  const table = [GRAMMAR.map(() => 0).concat(1)];
  for (let left = 1; left <= length; left++) {
    const previous = table[left - 1]!;
    table.push(
      GRAMMAR.map((arcs) => arcs.reduce((sum, [, to]) => sum + previous[to]! / arcs.length, 0)).concat(0),
    );
  }
  return table;
}

const tables = new Map<number, number[][]>();
function endingsOf(length: number): number[][] {
  let table = tables.get(length);
  if (!table) tables.set(length, (table = endings(length)));
  return table;
}

/** A Reber string of exactly `length` symbols, drawn from the grammar's own distribution given that length. */
export function reberString(numbers: Draw, length: number): string {
  const table = endingsOf(length);
  let node = START;
  let text = "";
  for (let left = length; left > 0; left--) {
    const arcs = GRAMMAR[node]!;
    const weight = (k: number) => table[left - 1]![arcs[k]![1]]!;
    const total = arcs.reduce((sum, _, k) => sum + weight(k), 0);
    const chosen = numbers.uniform() * total < weight(0) ? arcs[0]! : arcs.at(-1)!;
    text += chosen[0];
    node = chosen[1];
  }
  return text;
}

/** The symbols that may follow each one of a Reber string; after its last, none of its own. */
export function possibleNext(text: string): string[] {
  let node = START;
  return Array.from(text, (symbol) => {
    node = GRAMMAR[node]!.find(([s]) => s === symbol)?.[1] ?? END;
    return (GRAMMAR[node] ?? []).map(([s]) => s).join("");
  });
}

/** Symbols but the last, which nothing follows. */
const stepsFor = (inner: number) => inner + 3;
const place = (symbol: string) => ALPHABET.indexOf(symbol);

export const reber: LabTask = {
  name: "reber",
  title: "Embedded Reber grammar",
  reads: "B, T or P, a Reber string, the same T or P, E; each as a one-hot vector of 7",
  asked: "at every step, the next symbol; the last but one is the second again",
  source: {
    paper:
      "Hochreiter and Schmidhuber 1997, experiment 1 (Smith and Zipser 1989; Cleeremans et al. 1989; Fahlman 1991)",
    settings:
      "strings as the grammar makes them (least lag 9), 256 to learn and 256 to test; 3 or 4 cell blocks, learning rate 0.1 to 0.5",
    success:
      "at every step the possible next symbols are the most active: LSTM in 148 of 150 trials, after 8,440 to 39,740 strings",
  },
  answer: "softmaxSteps",
  criterion: "at every step, the symbol that comes is more active than every symbol that cannot",
  allowedWrong: 0.01,
  /** The shortest Reber string has five symbols; the second symbol is kept over all of it. */
  leastLag: 5,
  defaults: { lags: [9, 14, 18], units: 32, batchSize: 16, sequences: 60_000 },
  sizes: (lag) => ({ steps: stepsFor(longest(lag)), features: O, outputs: O }),
  /** Shorter strings end before the row does: steps without a target are not learned from. */
  draw(numbers, lag, x, y) {
    const inner = reberString(numbers, drawLength(numbers, lag));
    const kept = numbers.below(2) === 0 ? "T" : "P";
    const text = `B${kept}${inner}${kept}E`;
    for (let t = 0; t + 1 < text.length; t++) {
      x[t * O + place(text[t]!)] = 1;
      y[t * O + place(text[t + 1]!)] = 1;
    }
  },
  right: (output, target, sizes) => {
    const text = readBack(target, sizes);
    const kept = text[0]!;
    // After the opening B, T or P; then inside the Reber string; after its end the second symbol; then E.
    const possible = ["TP", "B", ...possibleNext(text.slice(1, -2)), "E"];
    possible[possible.length - 2] = kept;
    return Array.from(text).every((symbol, t) => {
      const at = t * O;
      const own = output[at + place(symbol)]!;
      return Array.from(ALPHABET).every((other, k) => possible[t]!.includes(other) || output[at + k]! < own);
    });
  },
};

/** The string from its second symbol on, as the targets hold it. */
function readBack(target: Float32Array, { steps }: TaskSizes): string {
  let text = "";
  for (let t = 0; t < steps; t++) {
    for (let k = 0; k < O; k++) if (target[t * O + k] === 1) text += ALPHABET[k];
  }
  return text;
}
