/**
 * Which words decided, of an automatic classifier, exactly: it is linear in a text's n-grams up to its last activation, so
 * that each n-gram has a part in the score, Σ_d table[id][d] · scale[d] / L · kernel[d][class], and a word the parts of the
 * n-grams that hold it. Nothing is estimated: the parts and what every text has add up to the score.
 */
import { objectOf, textOf } from "../base/arguments.js";
import { inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import type { Prediction } from "../classifier/answer.js";
import type { Classifier } from "../classifier/options.js";
import type { Model } from "../model/model.js";
import type { EncodedRow, FeatureEncoder } from "../tokens/feature-encoder.js";
import { type PlacedNgram, placedNgrams } from "../tokens/ngram-places.js";
import { type Block, Ngrams } from "../tokens/ngrams.js";
import { TokenizedTexts } from "../tokens/tokenized-texts.js";

/** A word (or number, or run of punctuation) of a text, and its part in the score. */
export interface TokenAttribution {
  /** As the text has it. */
  text: string;
  /** Whether it is among the words that the classifier has learned from. */
  known: boolean;
  /** Its share of the parts of the n-grams that it is in: above 0 for the label, below 0 against it. */
  part: number;
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

/** What decided an automatic classifier's answer: parts that add up to the score. */
export interface FeatureAttribution {
  /** The label answered. */
  label: string;
  /** Of that label. */
  probability: number;
  /** The share of the text's words that the classifier has learned from. */
  known: number;
  /** The label that the score speaks for. */
  of: string;
  /** "log-odds of spam", of two labels; "score of spam less the mean over labels", of more. */
  objective: string;
  /** The score: `base`, `beginning`, `end` and the parts of `tokens`, added up. */
  logit: number;
  /** What the score gives as probability of `of`, less what the network answered: rounding, and no more. */
  difference: number;
  /** The part of every text: how common the label is, and what the members add. */
  base: number;
  /** The part of the text's beginning, which n-grams of words count as one. */
  beginning: number;
  /** The part of the text's end. */
  end: number;
  /** The text's words in order. */
  tokens: TokenAttribution[];
  /** The n-grams that did most, either way; none that did nothing. */
  features: FeatureContribution[];
  /** How many texts of each label the classifier has learned from. */
  rows: Record<string, number>;
}

/** Options of `attributeFeatures`. */
export interface FeatureAttributionOptions {
  /** Whose score. Default: of two labels the second, of more the one answered. */
  label?: string;
  /** How many n-grams to list. Default 20. */
  features?: number;
}

/** The parts that `attributeFeatures` looks at. */
type Asked = Pick<Classifier, "model" | "encoder" | "labels" | "predict">;

/**
 * Attributes an automatic classifier's answer to a text's words and n-grams, exactly.
 * @throws InputError for a classifier whose network reads words (see `attribute`), or a label that it has not
 */
export function attributeFeatures(
  classifier: Asked,
  text: string,
  options: FeatureAttributionOptions = {},
): FeatureAttribution {
  const { model, encoder, labels } = objectOf(classifier, "attributeFeatures classifier");
  textOf(text, "attributeFeatures text");
  knownOptions(options, ["label", "features"], "attributeFeatures");
  const most = wholeNumber(options.features ?? 20, "attributeFeatures features");
  const features = checkEncoder(encoder);
  const answer = classifier.predict(text);
  const asked = options.label ?? (labels.length === 2 ? labels[1]! : answer.label);
  const target = labels.indexOf(oneOf(asked, labels, "attributeFeatures label"));
  const linear = linearIn(model, features);
  const read = readFeatures(features, text);
  const partOf = partsFor(linear, read.row, target, labels.length);
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
  const base = partOf(features.features) + offset(linear.bias, target, labels.length);
  const logit = places.reduce((sum, part) => sum + part, base + marks.beginning + marks.end);
  return {
    label: answer.label,
    probability: answer.probability,
    known: read.row.known,
    of: asked,
    objective: labels.length === 2 ? `log-odds of ${asked}` : `score of ${asked} less the mean over labels`,
    logit,
    difference: differenceOf(answer, asked, logit, read.row, linear, labels),
    base,
    ...marks,
    tokens: read.tokens.map((token, t) => ({ ...token, part: places[t]! })),
    features: found
      .filter(({ part }) => part !== 0)
      .sort((a, b) => Math.abs(b.part) - Math.abs(a.part))
      .slice(0, most),
    rows: Object.fromEntries(labels.map((label, k) => [label, features.parts.counts.rows[k]!])),
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

/** The numbers of a network that is linear in the n-grams of a text. */
interface Linear {
  /** [features + 2][columns]; row 0 is padding's, the last is of every text */
  readonly table: Float32Array;
  readonly columns: number;
  /** [columns][outputs] */
  readonly kernel: Float32Array;
  /** [outputs] */
  readonly bias: Float32Array;
}

/** Ids → Embedding → mean → × scales → Dense. */
const LINEAR = ["InputLayer", "InputLayer", "Embedding", "GlobalAveragePooling1D", "Multiply", "Dense"];

/** @throws InputError where the network is anything else */
function linearIn(model: Model, { columns }: FeatureEncoder): Linear {
  const found = model.nodes.map(({ layer }) => layer.kind.className);
  if ([...found].sort().join() !== [...LINEAR].sort().join()) {
    const expected = "a network that is linear in n-grams";
    throw inputError({ expected, where: `model ${model.name}`, received: found });
  }
  const weights = new Map(model.getWeights().map(({ name, data }) => [name, data]));
  const named = (className: string) =>
    model.nodes.find(({ layer }) => layer.kind.className === className)!.layer.name;
  const dense = named("Dense");
  const outputs = model.outputSize;
  return {
    table: weights.get(`${named("Embedding")}/embeddings`)!,
    columns,
    kernel: weights.get(`${dense}/kernel`)!,
    bias: weights.get(`${dense}/bias`) ?? new Float32Array(outputs),
  };
}

/** A text as the network reads it, with the n-grams behind its features. */
interface ReadText {
  row: EncodedRow;
  tokens: Omit<TokenAttribution, "part">[];
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

/** A feature's part in the score of a label: a function of its id less one. */
function partsFor(
  { table, columns, kernel, bias }: Linear,
  { scales }: EncodedRow,
  target: number,
  labels: number,
) {
  const outputs = bias.length;
  // What the score takes of each column.
  const slopes = scales.map(
    (scale, d) => scale * offset(kernel.subarray(d * outputs, (d + 1) * outputs), target, labels),
  );
  return (feature: number): number => {
    const from = (feature + 1) * columns;
    return slopes.reduce((sum, slope, d) => sum + slope * table[from + d]!, 0);
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
  if (counts.counts.length === 0) return null;
  return Object.fromEntries(labels.map((label, k) => [label, counts.counts[feature * labels.length + k]!]));
}

/** The probability that the parts come to, less the network's. */
function differenceOf(
  { scores }: Prediction,
  asked: string,
  logit: number,
  row: EncodedRow,
  linear: Linear,
  labels: readonly string[],
): number {
  if (labels.length === 2) return 1 / (1 + Math.exp(-logit)) - scores[asked]!;
  const exps = labels.map((label, target) => {
    const partOf = partsFor(linear, row, target, labels.length);
    const sum = row.ids.reduce((total, id) => total + partOf(id), offset(linear.bias, target, labels.length));
    return Math.exp(label === asked ? logit : sum);
  });
  const all = exps.reduce((sum, one) => sum + one, 0);
  return exps[labels.indexOf(asked)]! / all - scores[asked]!;
}
