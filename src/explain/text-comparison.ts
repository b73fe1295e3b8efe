/** Two models on one text, word beside word: what each word did to the answer, and what is kept of it. */

import { inputError } from "../base/errors.js";
import type { Model } from "../model/model.js";
import { attribute } from "./attribution.js";
import { cellView } from "./cell-view.js";
import type { Sentence } from "./sentence.js";

/** What a word is to one model. */
export interface WordSide {
  /** Integrated gradients: its share of the answer's log-odds. */
  share: number;
  /** Its share of the final memory; null where there is none to divide. */
  held: number | null;
  /** Mean over the units of the gate that keeps (forget, update) at it; null in a SimpleRNN. */
  keep: number | null;
}

/** A word of the text; null on the side of a model that does not read it. */
export interface ComparedWord {
  word: string;
  sides: [WordSide | null, WordSide | null];
}

/** Two models on one text. */
export interface TextComparison {
  /** "log-odds of spam", and its value in each. */
  objective: string;
  values: [number, number];
  /** What each would say of padding alone. */
  baselines: [number, number];
  words: ComparedWord[];
}

/** A model with the text as it reads it. */
export interface ComparedText {
  model: Model;
  sentence: Sentence;
  /** Names of its classes. */
  labels?: readonly string[];
  /** A recurrent layer's name; the last by default. */
  layer?: string;
}

/**
 * Asks both about the class that the first finds likeliest: by its name where both have names.
 * @throws InputError where a model does not begin with an Embedding or has no recurrent layer, or the second has no such class
 */
export function compareOnText(a: ComparedText, b: ComparedText): TextComparison {
  const first = sideOf(a, undefined);
  const second = sideOf(b, targetIn(b, a, first.target));
  return {
    objective: first.objective,
    values: [first.value, second.value],
    baselines: [first.baseline, second.baseline],
    words: aligned(first.words, second.words),
  };
}

interface Read {
  word: string;
  side: WordSide;
}

function sideOf({ model, sentence, labels, layer }: ComparedText, target: number | undefined) {
  if (sentence.row) {
    throw inputError({
      expected: "a text, which both models read",
      where: "explain compare",
      received: "a row of numbers, or of several inputs",
      next: "explain attribute and explain cell open one model on it.",
    });
  }
  const place = layer === undefined ? {} : { layer };
  const attribution = attribute(model, sentence.ids, {
    ...place,
    ...(target === undefined ? {} : { target }),
    ...(labels ? { labels } : {}),
  });
  const { series, words: seen } = cellView(model, sentence, place);
  const gate = series.find(({ id }) => id === "forget" || id === "update");
  const keepAt = new Map(seen.map(({ t }, k) => [t, gate ? meanOf(gate.values[k]!) : null]));
  return {
    ...attribution,
    words: attribution.words.map(
      ({ t, integratedGradients, held }): Read => ({
        word: sentence.words[t]!,
        side: { share: integratedGradients, held, keep: keepAt.get(t) ?? null },
      }),
    ),
  };
}

function targetIn({ labels: own }: ComparedText, { labels }: ComparedText, target: number): number {
  if (!own || !labels) return target;
  const place = own.indexOf(labels[target]!);
  if (place >= 0) return place;
  const expected = `a second model with the label ${JSON.stringify(labels[target])}, which the first gives this text`;
  throw inputError({ expected, where: "explain compare", received: own });
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The longest row of words that both have in the same order stands beside one another (by dynamic programming). */
function aligned(a: readonly Read[], b: readonly Read[]): ComparedWord[] {
  const best = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i]![j] =
        a[i]!.word === b[j]!.word ? best[i + 1]![j + 1]! + 1 : Math.max(best[i + 1]![j]!, best[i]![j + 1]!);
    }
  }
  const out: ComparedWord[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [p, q] = [a[i], b[j]];
    if (p && q && p.word === q.word) {
      out.push({ word: p.word, sides: [p.side, q.side] });
      i++;
      j++;
    } else if (p && (!q || best[i + 1]![j]! >= best[i]![j + 1]!)) {
      out.push({ word: p.word, sides: [p.side, null] });
      i++;
    } else {
      out.push({ word: q!.word, sides: [null, q!.side] });
      j++;
    }
  }
  return out;
}
