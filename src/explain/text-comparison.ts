/** Two models on one text, word beside word: what each word did to the answer, and what is kept of it. */

import { objectOf, textsOf } from "../base/arguments.js";
import { inputError, knownOptions } from "../base/errors.js";
import { checkLongOptions, LONG_OPTIONS, Long, type LongOptions } from "../base/progress.js";
import { modelOf } from "../model/given.js";
import type { Model } from "../model/model.js";
import type { Vectorizer } from "../tokens/vectorizer.js";
import { attribute } from "./attribution.js";
import { type CellView, cellView } from "./cell-view.js";
import { endsInProbabilities } from "./objective.js";
import { checkSentence, readSentence, type Sentence } from "./sentence.js";
import type { TextNetwork } from "./units/network.js";

/** What a word is to one model. */
export interface WordSide {
  /** Its place in the row that the model reads. */
  t: number;
  /** Integrated gradients: its share of the answer's log-odds. */
  share: number;
  /** Its share of the final memory; null where there is none to divide. */
  held: number | null;
  /** Mean over the units of the gate that keeps (forget, update) at it; null in a SimpleRNN. */
  keep: number | null;
}

/** A word of the text; null on the side of a model that does not read it. */
export interface ComparedWord {
  /** The word. */
  word: string;
  /** To the first and to the second. */
  sides: [WordSide | null, WordSide | null];
}

/** Two models on one text. */
export interface TextComparison {
  /** "log-odds of spam" */
  objective: string;
  /** Its value in each. */
  values: [number, number];
  /** The probability of the class in each; null where outputs are no probabilities. */
  probabilities: [number | null, number | null];
  /** What each would say of padding alone. */
  baselines: [number, number];
  /** The words of both, in order. */
  words: ComparedWord[];
  /** The recurrent layer of each at every word that it reads. */
  views: [CellView, CellView];
}

/** Options of `compareOnText`. */
export interface CompareOnTextOptions extends LongOptions {
  /** The recurrent layer in both. Default: the last of each. */
  layer?: string;
}

/** A network with the text as it reads it. */
interface Side {
  model: Model;
  sentence: Sentence;
  labels?: readonly string[];
  layer?: string;
}

const WHERE = "compareOnText";

/**
 * Two networks on one text, word beside word: both are asked about the class that the first finds likeliest, by its name where both
 * have names.
 * @param first a classifier or regressor whose network reads words, or `{ model, labels? }`
 * @param second another, of any cell and vocabulary
 * @param text the text; or, where a network has no vectorizer, the row that each of the two reads
 * @throws InputError where a model does not begin with an Embedding or has no recurrent layer, the text has no word that it reads, or
 * the second has no such class; AbortError
 * @example const { words } = await compareOnText(before, after, "what a film")
 */
export async function compareOnText(
  first: TextNetwork,
  second: TextNetwork,
  text: string | readonly [Sentence, Sentence],
  options: CompareOnTextOptions = {},
): Promise<TextComparison> {
  knownOptions(options, ["layer", ...LONG_OPTIONS], WHERE);
  checkLongOptions(options, WHERE);
  const long = new Long(options, WHERE);
  const place = options.layer === undefined ? {} : { layer: options.layer };
  const sentences = sentencesOf([first, second], text);
  const side = (network: TextNetwork, k: 0 | 1): Side => ({
    model: modelOf(network.model, `${WHERE} model`),
    sentence: sentences[k],
    ...(network.labels === undefined ? {} : { labels: textsOf(network.labels, `${WHERE} labels`) }),
    ...place,
  });
  const [a, b] = [side(first, 0), side(second, 1)];
  const one = await sideOf(a, undefined, long);
  const other = await sideOf(b, targetIn(b, a, one.target), long);
  return {
    objective: one.objective,
    values: [one.value, other.value],
    probabilities: [one.probability, other.probability],
    baselines: [one.baseline, other.baseline],
    words: aligned(one.words, other.words),
    views: [one.view, other.view],
  };
}

function sentencesOf(
  networks: readonly [TextNetwork, TextNetwork],
  text: string | readonly [Sentence, Sentence],
): readonly [Sentence, Sentence] {
  for (const network of networks) objectOf(network, WHERE, "a classifier, or { model, labels }");
  if (typeof text === "string") {
    const [a, b] = networks.map(({ vectorizer, length, model }) => {
      const T = length ?? modelOf(model, `${WHERE} model`).inputShapes[0]?.[0];
      return readSentence(vectorizer as Vectorizer, text, T as number);
    });
    return [a!, b!];
  }
  if (!Array.isArray(text) || text.length !== 2) {
    const expected = "a text, or a sentence for each of the two";
    throw inputError({ expected, where: `${WHERE} text`, received: text });
  }
  const [a, b] = text;
  return [checkSentence(a as Sentence), checkSentence(b as Sentence)];
}

interface Read {
  word: string;
  side: WordSide;
}

async function sideOf({ model, sentence, labels, layer }: Side, target: number | undefined, long: Long) {
  if (sentence.row) {
    throw inputError({
      expected: "a text, which both models read",
      where: "explain compare",
      received: "a row of numbers, or of several inputs",
      next: "explain attribute and explain cell open one model on it.",
    });
  }
  const place = layer === undefined ? {} : { layer };
  const attribution = await attribute(model, sentence.ids, {
    ...long.inner(),
    ...place,
    ...(target === undefined ? {} : { target }),
    ...(labels ? { labels } : {}),
  });
  const view = cellView(model, sentence, place);
  const { series, words: seen } = view;
  const gate = series.find(({ id }) => id === "forget" || id === "update");
  const keepAt = new Map(seen.map(({ t }, k) => [t, gate ? meanOf(gate.values[k]!) : null]));
  return {
    ...attribution,
    view,
    // What attribute gives of probabilities are their log-odds.
    probability: endsInProbabilities(model) ? 1 / (1 + Math.exp(-attribution.value)) : null,
    words: attribution.words.map(
      ({ t, integratedGradients, held }): Read => ({
        word: sentence.words[t]!,
        side: { t, share: integratedGradients, held, keep: keepAt.get(t) ?? null },
      }),
    ),
  };
}

function targetIn({ labels: own }: Side, { labels }: Side, target: number): number {
  if (!own || !labels) return target;
  const place = own.indexOf(labels[target]!);
  if (place >= 0) return place;
  const expected = `a second model with the label ${JSON.stringify(labels[target])}, which the first gives this text`;
  throw inputError({ expected, where: WHERE, received: own, typed: { where: "explain compare" } });
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
