/** The memory's decomposition by word of a sentence, padding added up. */

import { indicesOf, listOf, numbersOf, objectOf } from "../base/arguments.js";
import { inputError } from "../base/errors.js";
import type { StateName } from "./cells/names.js";
import type { MemoryDecomposition } from "./memory.js";
import { checkSentence, type Sentence, type Word, wordAt, wordsAt } from "./sentence.js";

/** The final memory as a sum with one term a word. */
export interface MemoryView {
  /** The layer's name. */
  layer: string;
  /** The state that remembers: "cell" in an LSTM, else "hidden". */
  state: StateName;
  /** The words in the order of the row. */
  words: Word[];
  /** [words][U] what each word left in the final memory. */
  contributions: number[][];
  /** [words][U] the share of each word's writing that later steps kept: Π_{s>t} of what they keep. */
  kept: number[][];
  /** [words] Σ_u |contribution|, as shares of all; with `padding` they sum to 1. */
  shares: number[];
  /** [U] what the steps of padding left together, and their share. */
  padding: { steps: number; contributions: number[]; share: number };
  /** [U] the final memory: all of the above added up. */
  memory: number[];
  /** Largest |sum of the terms − memory|. */
  residual: number;
}

/**
 * A decomposition by words, with the steps of padding summed up. @throws InputError where the two are not of one
 * row
 */
export function memoryView(decomposition: MemoryDecomposition, sentence: Sentence): MemoryView {
  const given = objectOf(decomposition, "memoryView", "what decomposeMemory gave");
  const { layer, state, contributions, kept, shares, times, memory, residual } = given;
  checkSentence(sentence);
  indicesOf(listOf(times, "memoryView times"), "memoryView times", times.length);
  numbersOf(shares, "memoryView shares");
  listOf(contributions, "memoryView contributions", numbersOf);
  listOf(kept, "memoryView kept", numbersOf);
  numbersOf(listOf(memory, "memoryView memory"), "memoryView memory");
  const whole = [shares, contributions, kept].every(({ length }) => length === times.length);
  if (!whole || [...contributions, ...kept].some((row) => row.length !== memory.length)) {
    throw inputError({ expected: "what decomposeMemory gave", where: "memoryView", received: decomposition });
  }
  // By place in the row, whichever way the layer runs.
  const order = times.map((t, s) => ({ t, s })).sort((a, b) => a.t - b.t);
  const ofWords = order.filter(({ t }) => wordAt(sentence, t, times.length) !== "");
  const ofPadding = order.filter(({ t }) => wordAt(sentence, t, times.length) === "");
  return {
    layer,
    state,
    words: wordsAt(
      sentence,
      ofWords.map(({ t }) => t),
      times.length,
    ),
    contributions: ofWords.map(({ s }) => contributions[s]!),
    kept: ofWords.map(({ s }) => kept[s]!),
    shares: ofWords.map(({ s }) => shares[s]!),
    padding: {
      steps: ofPadding.length,
      contributions: memory.map((_, u) => ofPadding.reduce((sum, { s }) => sum + contributions[s]![u]!, 0)),
      share: ofPadding.reduce((sum, { s }) => sum + shares[s]!, 0),
    },
    memory,
    residual,
  };
}
