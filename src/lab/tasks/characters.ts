/** A character language model of made-up sentences: verbs agree with nouns far before them, quotes are closed. */
import { Draw } from "../draw.js";
import type { LabTask } from "../task.js";
import { put, symbolAt } from "./symbols.js";

const ALPHABET = ' ".abcdefghijklmnopqrstuvwxyz';
const O = ALPHABET.length;
const NOUNS = ["dog", "cat", "teacher", "farmer", "child", "bird"];
const VERBS = ["see", "hear", "follow", "like"];
const ENDS = ["sleep", "sing", "run", "wait"];
const ADJECTIVES = ["old", "small", "quiet"];

/** A sentence: a subject, perhaps with a clause between it and its verb, perhaps quoted. */
function sentence(numbers: Draw): string {
  const one = (words: readonly string[]) => words[numbers.below(words.length)]!;
  const noun = (plural: boolean) => {
    const word = one(NOUNS);
    return plural ? (word === "child" ? "children" : `${word}s`) : word;
  };
  const verb = (words: readonly string[], plural: boolean) => `${one(words)}${plural ? "" : "s"}`;
  const plural = numbers.below(2) === 0;
  const adjective = numbers.below(3) === 0 ? `${one(ADJECTIVES)} ` : "";
  const clause =
    numbers.below(2) === 0 ? ` that ${verb(VERBS, plural)} the ${noun(numbers.below(2) === 0)}` : "";
  const said = `the ${adjective}${noun(plural)}${clause} ${verb(ENDS, plural)}`;
  return numbers.below(4) === 0 ? `"${said}". ` : `${said}. `;
}

/** Sentences one after another, `length` characters from the beginning of one on. */
function text(numbers: Draw, length: number): string {
  let made = "";
  while (made.length < length) made += sentence(numbers);
  return made.slice(0, length);
}

/** Cross-entropies, in nats a character, of what the frequencies of characters and of pairs alone tell. */
function frequencies(): { unigram: number; bigram: number } {
  const sample = text(new Draw(0, "gates", 1), 200_000);
  const single = new Map<string, number>();
  const pairs = new Map<string, number>();
  for (let t = 1; t < sample.length; t++) {
    const pair = sample.slice(t - 1, t + 1);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    single.set(pair[1]!, (single.get(pair[1]!) ?? 0) + 1);
  }
  const entropy = (counts: Map<string, number>) => {
    const total = [...counts.values()].reduce((a, b) => a + b);
    return -[...counts.values()].reduce((sum, n) => sum + (n / total) * Math.log(n / total), 0);
  };
  const unigram = entropy(single);
  return { unigram, bigram: entropy(pairs) - unigram };
}

let known: { unigram: number; bigram: number } | null = null;

export const characters: LabTask = {
  name: "characters",
  title: "A character language model",
  reads: `made-up sentences, a character a step, each as a one-hot vector of ${O}`,
  asked: "at every step, the next character",
  source: {
    paper:
      "Sutskever, Martens and Hinton 2011; Karpathy, Johnson and Fei-Fei 2015 (character language models)",
    settings: "Wikipedia, novels, source code: millions of characters, 128 to 512 units and more",
    success: "none stated; cross-entropy a character against n-gram models",
  },
  answer: "softmaxSteps",
  criterion: "every character is more active than all others",
  allowedWrong: null,
  measure: { loss: "bits", of: "a character" },
  baselines: () => ({ ...(known ??= frequencies()) }),
  leastLag: 8,
  defaults: { lags: [100], units: 64, batchSize: 32, sequences: 16_000 },
  sizes: (lag) => ({ steps: lag, features: O, outputs: O }),
  draw(numbers, lag, x, y) {
    const made = text(numbers, lag + 1);
    for (let t = 0; t < lag; t++) {
      put(x, t, O, ALPHABET.indexOf(made[t]!));
      put(y, t, O, ALPHABET.indexOf(made[t + 1]!));
    }
  },
  right(output, target, { steps }) {
    for (let t = 0; t < steps; t++) {
      const row = output.subarray(t * O, (t + 1) * O);
      if (row.indexOf(Math.max(...row)) !== symbolAt(target, t, O)) return false;
    }
    return true;
  },
};
