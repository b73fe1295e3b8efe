/**
 * Which words decided, of an automatic classifier, exactly: it is linear in a text's n-grams up to its last activation, so
 * that each n-gram has a part in the score, Σ_d table[id][d] · scale[d] / L · kernel[d][class], and a word the parts of the
 * n-grams that hold it. Nothing of it is estimated: the parts and what every text has add up to the score. Where networks
 * over words in order stand beside the n-grams, their scores have a part as well, Σ_k scale[k] · score_k · kernel[k][class],
 * which is no sum over words: each word is hidden from them in turn. Of several labels a text each has a score of its own,
 * Σ over kernel[d][label]; of an amount the score is the amount.
 */
import { objectOf, textOf } from "../base/arguments.js";
import { inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { LONG_OPTIONS, type LongOptions } from "../base/progress.js";
import type { AmountPrediction } from "../classifier/amount-answer.js";
import type { Prediction } from "../classifier/answer.js";
import type { LabelSetPrediction } from "../classifier/label-set-answer.js";
import type { Model } from "../model/model.js";
import type { Node } from "../network/graph.js";
import type { EncodedRow, FeatureEncoder } from "../tokens/feature-encoder.js";
import { type PlacedNgram, placedNgrams } from "../tokens/ngram-places.js";
import { type Block, Ngrams } from "../tokens/ngrams.js";
import type { RowEncoder } from "../tokens/row-encoder.js";
import { TokenizedTexts } from "../tokens/tokenized-texts.js";
import { looking } from "./looking.js";
import { networkScores } from "./network-scores.js";

/** A word (or number, or run of punctuation) of a text, and its part in the score. */
export interface TokenAttribution {
  /** As the text has it. */
  text: string;
  /** Whether it is among the words that the classifier has learned from. */
  known: boolean;
  /** Its share of the parts of the n-grams that it is in: above 0 for the label, below 0 against it. */
  part: number;
  /**
   * How much the networks' part falls when they read a stranger in its place; of words that they do not read 0. Null where
   * there are no networks.
   */
  hidden: number | null;
}

/** An n-gram of a text that the classifier knows, and its part in the score. */
export interface FeatureContribution {
  /** As people read it: "free entry"; of characters, "␣fre" with ␣ for an end of the word. */
  text: string;
  /** Which kind of n-gram: w1 … w3 of words, c2 … c5 of characters, case, shape, p1, p2, head, pattern. */
  block: Block;
  /** Its part in the score. */
  part: number;
  /** How often it is in the text; it counts once. */
  times: number;
  /** In how many texts of each label it was among those learned from; null where the file does not say. */
  texts: Record<string, number> | null;
}

/** What decided an automatic model's answer: parts that add up to the score. What hiding a word does is none of them. */
export interface FeatureAttribution {
  /** The label answered, of one label a text; else null. */
  label: string | null;
  /** Of that label; of several labels a text of the one that the score speaks for; of an amount null. */
  probability: number | null;
  /** What `predict` answers to the text. */
  answer: Prediction | LabelSetPrediction | AmountPrediction;
  /** The share of the text's words that the classifier has learned from. */
  known: number;
  /** The label that the score speaks for; "amount" of an amount. */
  of: string;
  /**
   * "log-odds of spam", of two labels and of several a text; "score of spam less the mean over labels", of one of more; "amount".
   */
  objective: string;
  /** The score: `base`, `beginning`, `end`, the parts of `tokens` and `networks`, added up. */
  logit: number;
  /** What the score gives as probability of `of` (of an amount the score), less what the network answered: rounding, and no more. */
  difference: number;
  /** The part of every text: how common the label is, and what the members add. */
  base: number;
  /** The part of the text's beginning, which n-grams of words count as one. */
  beginning: number;
  /** The part of the text's end. */
  end: number;
  /** The part of the networks over words in order; null where there are none. */
  networks: number | null;
  /** The text's words in order. */
  tokens: TokenAttribution[];
  /** The n-grams that did most, either way; none that did nothing. */
  features: FeatureContribution[];
  /** How many texts of each label the classifier has learned from; empty where it does not count them. */
  rows: Record<string, number>;
}

/** Options of `attributeFeatures`. */
export interface FeatureAttributionOptions extends LongOptions {
  /** Whose score. Default: of two labels the second, else the likeliest. Of an amount there is none to choose. */
  label?: string;
  /** How many n-grams to list. Default 20. */
  features?: number;
}

/** The parts of a classifier, multi-label classifier or regressor that `attributeFeatures` looks at. */
interface Asked {
  readonly model: Model;
  readonly encoder: RowEncoder;
  /** None of a regressor. */
  readonly labels?: readonly string[];
  predict(text: string): Prediction | LabelSetPrediction | AmountPrediction;
}

/**
 * Attributes an automatic model's answer to a text's words and n-grams, exactly; of networks beside the n-grams it says what
 * hiding each word from them does.
 * @throws InputError for a model whose network reads words (see `attribute`), or a label that it has not; AbortError
 */
export async function attributeFeatures(
  classifier: Asked,
  text: string,
  options: FeatureAttributionOptions = {},
): Promise<FeatureAttribution> {
  const { model, encoder, labels = [] } = objectOf(classifier, "attributeFeatures classifier");
  textOf(text, "attributeFeatures text");
  knownOptions(options, ["label", "features", ...LONG_OPTIONS], "attributeFeatures");
  const most = wholeNumber(options.features ?? 20, "attributeFeatures features");
  const features = checkEncoder(encoder);
  const answer = classifier.predict(text);
  const score = scoreOf(answer, labels, options.label);
  const linear = linearIn(model, features);
  const read = readFeatures(features, text);
  const { partOf, networksPart } = partsFor(linear, read.row, score.take);
  const long = looking(model, options, "attributeFeatures");
  long.begin("hiding words", linear.networks ? read.tokens.length + 1 : 0);
  const scores =
    linear.networks &&
    (await long.run(networkScores(model, linear.networks, features, text, read.tokens.length)));
  long.end();
  const networks = scores && networksPart(scores.whole);
  const places = read.tokens.map(() => 0);
  const marks = { beginning: 0, end: 0 };
  const found: FeatureContribution[] = [];
  for (const [feature, ngrams] of read.found) {
    const part = partOf(feature);
    found.push({
      text: ngrams[0]!.text,
      block: ngrams[0]!.block,
      part,
      times: ngrams.length,
      texts: textsWith(features, feature, labels),
    });
    for (const { places: covered } of ngrams) {
      const share = part / ngrams.length / covered.length;
      for (const t of covered) {
        if (t < 0) marks.beginning += share;
        else if (t >= places.length) marks.end += share;
        else places[t]! += share;
      }
    }
  }
  const base = partOf(features.features) + score.take(linear.bias);
  const ofNgrams = places.reduce((sum, part) => sum + part, base + marks.beginning + marks.end);
  const logit = ofNgrams + (networks ?? 0);
  const hidden = scores?.hidden.map((without) => networks! - networksPart(without));
  const sumOf = (take: Take) => {
    const parts = partsFor(linear, read.row, take);
    const rest = take(linear.bias) + parts.networksPart(scores?.whole ?? []);
    return read.row.ids.reduce((sum, id) => sum + parts.partOf(id), rest);
  };
  return {
    label: "label" in answer ? answer.label : null,
    probability: score.probability,
    answer,
    known: read.row.known,
    of: score.of,
    objective: score.objective,
    logit,
    difference: score.difference(logit, sumOf),
    base,
    ...marks,
    networks,
    tokens: read.tokens.map((token, t) => ({ ...token, part: places[t]!, hidden: hidden?.[t] ?? null })),
    features: found
      .filter(({ part }) => part !== 0)
      .sort((a, b) => Math.abs(b.part) - Math.abs(a.part))
      .slice(0, most),
    rows: rowsLearned(features, labels),
  };
}

/** Told by what it has: its class would bring all that reads and writes encoders along. */
const isFeatureEncoder = (encoder: Asked["encoder"]): encoder is FeatureEncoder => "featureOf" in encoder;

function checkEncoder(encoder: Asked["encoder"]): FeatureEncoder {
  objectOf(encoder, "attributeFeatures classifier's encoder");
  if (isFeatureEncoder(encoder)) return encoder;
  throw inputError({
    expected: "an automatic classifier, which reads n-grams",
    where: "attributeFeatures classifier",
    received: "one whose network reads words",
    next: "attribute(classifier.model, ids) explains its answers.",
  });
}

/** Of numbers by output, what a score takes. */
type Take = (values: Float32Array) => number;

/** The score that is divided. */
interface Score extends Pick<FeatureAttribution, "of" | "objective" | "probability"> {
  take: Take;
  /** What the score comes to as an answer, less the network's. @param sumOf the score by another take */
  difference(score: number, sumOf: (take: Take) => number): number;
}

/** @throws InputError for a label that is none of them */
function scoreOf(
  answer: FeatureAttribution["answer"],
  labels: readonly string[],
  asked: string | undefined,
): Score {
  const where = "attributeFeatures label";
  if ("value" in answer) {
    if (asked !== undefined)
      throw inputError({
        expected: "to be left out of an amount, which has no labels",
        where,
        received: asked,
      });
    const take: Take = ([value]) => value!;
    const of = "amount";
    return { of, objective: of, probability: null, take, difference: (score) => score - answer.value };
  }
  const { scores } = answer;
  if ("labels" in answer) {
    const of = oneOf(asked ?? likeliest(scores), labels, where);
    const place = labels.indexOf(of);
    return {
      ...{ of, objective: `log-odds of ${of}`, probability: scores[of]! },
      take: (values) => values[place]!,
      difference: (score) => sigmoid(score) - scores[of]!,
    };
  }
  const of = oneOf(asked ?? (labels.length === 2 ? labels[1]! : answer.label), labels, where);
  const takes = labels.map(
    (_, target): Take =>
      (values) =>
        offset(values, target, labels.length),
  );
  const two = labels.length === 2;
  return {
    of,
    objective: two ? `log-odds of ${of}` : `score of ${of} less the mean over labels`,
    probability: answer.probability,
    take: takes[labels.indexOf(of)]!,
    difference(score, sumOf) {
      if (two) return sigmoid(score) - scores[of]!;
      const exps = labels.map((label, k) => Math.exp(label === of ? score : sumOf(takes[k]!)));
      return Math.exp(score) / exps.reduce((sum, one) => sum + one, 0) - scores[of]!;
    },
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const likeliest = (scores: Record<string, number>): string =>
  Object.keys(scores).reduce((a, b) => (scores[b]! > scores[a]! ? b : a));

const rowsLearned = ({ parts: { counts } }: FeatureEncoder, labels: readonly string[]) =>
  Object.fromEntries(counts ? labels.map((label, k) => [label, counts.rows[k]!]) : []);

/** The numbers of a network that is linear in the n-grams of a text, and in the scores of networks beside them. */
interface Linear {
  /** [features + 2][columns]; row 0 is padding's, the last is of every text */
  readonly table: Float32Array;
  readonly columns: number;
  /** [columns, then the networks' scores][outputs] */
  readonly kernel: Float32Array;
  /** [outputs] */
  readonly bias: Float32Array;
  /** Whose output are the networks' scores; null where there are none. */
  readonly networks: Node | null;
}

/**
 * Of Ids → Embedding → mean → × scales → Dense, where the networks' scores may stand behind the mean, the numbers.
 * @throws InputError where the network is anything else
 */
function linearIn(model: Model, { columns, parts }: FeatureEncoder): Linear {
  const { nodes, outputNode: dense, outputSize: outputs } = model;
  const isA = (node: Node | undefined, className: string) => node?.layer.kind.className === className;
  const before = (node: Node | undefined): (Node | undefined)[] => (node?.inputs ?? []).map((n) => nodes[n]);
  const [scaled] = before(dense);
  const [scores, scales] = before(scaled);
  const [mean, networks = null] = isA(scores, "Concatenate") ? before(scores) : [scores];
  const [table] = before(mean);
  const [ids] = before(table);
  const found = [ids, scales, table, mean, scaled, dense];
  const weights = new Map(model.getWeights().map(({ name, data }) => [name, data]));
  const kernel = weights.get(`${dense.layer.name}/kernel`);
  const width = columns + (networks?.shape.at(-1) ?? 0);
  const fits = kernel?.length === width * outputs && (networks === null) === !parts.channels;
  if (!fits || !found.every((node, at) => isA(node, LINEAR[at]!))) {
    const expected = "a network that is linear in n-grams";
    const received = nodes.map(({ layer }) => layer.kind.className);
    throw inputError({ expected, where: `model ${model.name}`, received });
  }
  return {
    table: weights.get(`${table!.layer.name}/embeddings`)!,
    columns,
    kernel,
    bias: weights.get(`${dense.layer.name}/bias`) ?? new Float32Array(outputs),
    networks,
  };
}

const LINEAR = ["InputLayer", "InputLayer", "Embedding", "GlobalAveragePooling1D", "Multiply", "Dense"];

/** A text as the network reads it, with the n-grams behind its features. */
interface ReadText {
  row: EncodedRow;
  tokens: Pick<TokenAttribution, "text" | "known">[];
  /** By feature, an id less one: where it stands. */
  found: Map<number, PlacedNgram[]>;
}

function readFeatures(encoder: FeatureEncoder, text: string): ReadText {
  const texts = new TokenizedTexts(encoder.frontEnd);
  const tokens = texts.tokensOf(texts.add(text));
  const { rules, words } = encoder.parts;
  const ngrams = new Ngrams(rules, texts.table);
  const found = new Map<number, PlacedNgram[]>();
  for (const ngram of placedNgrams(tokens, rules, texts.table)) {
    const feature = encoder.featureOf(ngram.hash);
    if (feature < 0) continue;
    const known = found.get(feature);
    if (known) known.push(ngram);
    else found.set(feature, [ngram]);
  }
  return {
    row: encoder.encodeRow(tokens, ngrams),
    tokens: Array.from(tokens, (token) => {
      return { text: texts.table.word(token), known: words.has(ngrams.knownBy(token)) };
    }),
    found,
  };
}

/** What makes up the score of a label. */
interface PartsFor {
  /** The part of a feature, an id less one. */
  partOf(feature: number): number;
  /** The part of the networks' scores. */
  networksPart(scores: ArrayLike<number>): number;
}

function partsFor({ table, columns, kernel, bias }: Linear, { scales }: EncodedRow, take: Take): PartsFor {
  const outputs = bias.length;
  // What the score takes of each column of the table, and then of each of the networks' scores.
  const slopes = scales.map((scale, d) => scale * take(kernel.subarray(d * outputs, (d + 1) * outputs)));
  const [ofColumns, ofScores] = [slopes.slice(0, columns), slopes.slice(columns)];
  const weighted = (by: readonly number[], values: ArrayLike<number>, from = 0) =>
    by.reduce((sum, slope, d) => sum + slope * values[from + d]!, 0);
  return {
    partOf: (feature) => weighted(ofColumns, table, (feature + 1) * columns),
    networksPart: (scores) => weighted(ofScores, scores),
  };
}

/** Of numbers by output, what the score takes: of one output its own, for or against; of several, less their mean. */
function offset(values: Float32Array, target: number, labels: number): number {
  if (values.length === 1) return target === 1 ? values[0]! : -values[0]!;
  // The log-odds of one label of two.
  if (labels === 2) return values[target]! - values[1 - target]!;
  return values[target]! - values.reduce((sum, value) => sum + value, 0) / labels;
}

/** The counts are kept where scales are made of them. */
function textsWith(
  { parts: { counts } }: FeatureEncoder,
  feature: number,
  labels: readonly string[],
): Record<string, number> | null {
  if (!counts || counts.counts.length === 0) return null;
  return Object.fromEntries(labels.map((label, k) => [label, counts.counts[feature * labels.length + k]!]));
}
