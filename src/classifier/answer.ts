/** From a row of outputs to a label; and why there is none where an output is no number. */
import { type InputError, inputError, knownOptions, show } from "../base/errors.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import type { Network, NetworkLike } from "../network/network.js";
import type { WeightArray } from "../network/weights.js";
import type { EncodedBatch } from "../tokens/row-encoder.js";
import { checkReject, type TextPart } from "../tokens/text-part.js";
import type { Vectorizer } from "../tokens/vectorizer.js";
import type { Corpus } from "./corpus.js";

/** What a classifier answers to a text. */
export interface Prediction {
  /** The label answered: the likeliest, or of two the one that the threshold chooses. */
  label: string;
  /** Of that label. */
  probability: number;
  /** Probability of every label. */
  scores: Record<string, number>;
  /**
   * Of an automatic classifier: the share of the text's words that it has learned from. Where it is small, doubt the answer. Any
   * other tells only where there is none: 0 where what it reads of the text holds no word of its vocabulary, and the answer is
   * a guess.
   */
  known?: number;
  /** Where rejecting was asked for: why the answer is not to be relied on, or false. */
  rejected?: Rejection | false;
}

/**
 * Why an answer is rejected. unsure: its probability is too small · strange: of an automatic classifier, too few of the
 * text's words are known for any probability to mean much
 */
export type Rejection = "unsure" | "strange";

/** Options of `predict` and its like. */
export interface AnswerOptions {
  /**
   * From 0 to 1: answers below this probability are `rejected`, and whatever their probability those to texts that are strange
   * to an automatic classifier (fewer than half of their words known, as a rule; 0 rejects only them). A network of words does not
   * tell: there the probability alone decides. null: none is rejected. Default: the classifier's own `reject`.
   */
  reject?: number | null;
}

/**
 * The probability below which answers are rejected, by the options or else the classifier; null: none are.
 * @param others what else may be among the options
 * @throws InputError
 */
export function rejectOf(
  options: AnswerOptions,
  { reject = null }: Pick<TextPart, "reject">,
  where: string,
  others: readonly string[] = [],
): number | null {
  knownOptions(options, [...others, "reject"], where);
  return checkReject(options.reject === undefined ? reject : options.reject, `${where} reject`);
}

/** @param known the share of the text's words that are known, where the encoder tells */
export function rejectionOf(
  probability: number,
  known: number | undefined,
  reject: number,
  familiar: number | undefined,
): Rejection | false {
  if (known !== undefined && familiar !== undefined && known < familiar) return "strange";
  return probability < Math.fround(reject) && "unsure";
}

/** What tells a row of outputs apart. */
export interface Labelling {
  labels: readonly string[];
  /** One output only: the second label is answered above it. */
  threshold: number;
}

/** The answer that a row of outputs gives; null where one of them is no finite number, for that compares with nothing. */
export function answerOf(output: Float32Array, { labels, threshold }: Labelling): Prediction | null {
  if (!output.every(Number.isFinite)) return null;
  const probabilities = output.length === 1 ? [1 - output[0]!, output[0]!] : Array.from(output);
  const best = bestOf(output, threshold);
  // Labels come from data: a plain object would drop "__proto__".
  const scores = Object.fromEntries(labels.map((label, k) => [label, probabilities[k]!]));
  return { label: labels[best]!, probability: probabilities[best]!, scores };
}

/** The class that outputs answer. */
export function bestOf(output: Float32Array, threshold: number): number {
  if (output.length === 1) return output[0]! > Math.fround(threshold) ? 1 : 0;
  let best = 0;
  for (let k = 1; k < output.length; k++) if (output[k]! > output[best]!) best = k;
  return best;
}

/** Who answers: a network, and the model or predictor that asks it. */
export interface Answering {
  readonly network: Network;
  readonly model: Pick<Model, "predictFlat" | "predictFlatAsync">;
}

/** A row whose outputs are no answer, with its ids and what messages call it. */
interface Unanswered {
  ids: ArrayLike<number>;
  output: ArrayLike<number>;
  where: string;
}

/**
 * The answers to texts, one after another: those before a text without an answer are given.
 * @param first the number that messages call the first text
 * @param reject the probability below which answers are rejected; null: none are
 * @throws InputError that names the first text to which the network's output is no number
 */
export function* answersTo(
  texts: readonly string[],
  { encoder, labels, threshold }: TextPart,
  { network, model }: Answering,
  first: number,
  reject: number | null,
): Generator<Prediction> {
  const batches = encoder.encodeTexts(texts);
  const outputs = batches.map(({ inputs }) => model.predictFlat(inputsOf(inputs)));
  const unanswered = yield* answersIn(
    gather(batches, outputs, texts.length),
    texts,
    { encoder, labels, threshold, reject },
    first,
  );
  if (unanswered) throw noAnswer(network, unanswered, network.getWeights());
}

/** As `answersTo`, of a network on any engine. The threshold is that of when it was asked. */
export async function answersLater(
  texts: readonly string[],
  { encoder, labels, threshold }: TextPart,
  { network, model }: Answering,
  reject: number | null,
): Promise<Prediction[]> {
  const asked = texts.slice();
  const batches = encoder.encodeTexts(asked);
  // All is asked at once, so that all is answered with the same weights.
  const outputs = await Promise.all(batches.map(({ inputs }) => model.predictFlatAsync(inputsOf(inputs))));
  const answers: Prediction[] = [];
  const reading = answersIn(
    gather(batches, outputs, asked.length),
    asked,
    { encoder, labels, threshold, reject },
    1,
  );
  let next = reading.next();
  for (; !next.done; next = reading.next()) answers.push(next.value);
  if (next.value) throw noAnswer(network, next.value, await network.getWeightsAsync());
  return answers;
}

/** What a network of one input or several takes. */
export const inputsOf = (inputs: EncodedBatch["inputs"]): Rows | Rows[] =>
  inputs.length === 1 ? inputs[0]! : [...inputs];

/** What became of texts, in their order. */
interface Gathered {
  /** [texts][outputs] */
  outputs: Float32Array;
  /** The ids that stood for a text. */
  idsOf(text: number): Float32Array;
  /** The share of a text's words that are known, where the encoder tells. */
  known: (number | undefined)[];
}

/** Brings the outputs of batches into the order of the texts. */
export function gather(batches: readonly EncodedBatch[], outputs: readonly Rows[], texts: number): Gathered {
  const width = outputs.length === 0 ? 0 : outputs[0]!.data.length / outputs[0]!.rows;
  const all = new Float32Array(texts * width);
  const places = new Array<readonly [batch: number, row: number]>(texts);
  batches.forEach(({ positions }, b) => {
    for (let row = 0; row < positions.length; row++) {
      places[positions[row]!] = [b, row];
      all.set(outputs[b]!.data.subarray(row * width, (row + 1) * width), positions[row]! * width);
    }
  });
  return {
    outputs: all,
    idsOf: (text) => {
      const [b, row] = places[text]!;
      const { data, shape } = batches[b]!.inputs[0]!;
      return data.subarray(row * shape[0]!, (row + 1) * shape[0]!);
    },
    known: places.map(([b, row]) => batches[b]!.known?.[row]),
  };
}

/** The answers that outputs give, up to the first row that has none: that one comes back at the end. */
function* answersIn(
  { outputs, idsOf, known }: Gathered,
  texts: readonly string[],
  part: TextPart & { reject: number | null },
  first: number,
): Generator<Prediction, Unanswered | null> {
  const width = outputs.length / texts.length;
  const { encoder, reject } = part;
  for (const [row, text] of texts.entries()) {
    const output = outputs.subarray(row * width, (row + 1) * width);
    const answer = answerOf(output, part);
    if (!answer) return { ids: idsOf(row), output, where: `text ${first + row} (${show(text)})` };
    const share = known[row];
    if (share !== undefined) answer.known = share;
    if (reject !== null) answer.rejected = rejectionOf(answer.probability, share, reject, encoder.familiar);
    yield answer;
  }
  return null;
}

/** Says which row has no answer, and why. */
export function noAnswer(
  model: NetworkLike,
  { ids, output, where }: Unanswered,
  weights: readonly WeightArray[],
): InputError {
  return inputError({
    expected: "an answer that is a number",
    where,
    received: Array.from(output).find((value) => !Number.isFinite(value)),
    next: whyNot(model, ids, weights),
  });
}

/**
 * Refuses rows without a known word where the model has no answer to padding alone, as a masked mean has none.
 * @throws InputError that names the rows, by their numbers in the file
 */
export function checkAnswerable(
  model: Model,
  corpus: Corpus,
  rows: ArrayLike<number>,
  vectorizer: Vectorizer,
  length: number,
): void {
  const empty = Array.from(rows).filter((row) => corpus.isEmpty(row, vectorizer));
  if (empty.length === 0) return;
  const padding = new Float32Array(length);
  const { data } = model.predictFlat({ data: padding, rows: 1, shape: [length] });
  if (data.every(Number.isFinite)) return;
  const numbers = empty.map((row) => corpus.rowNumber(row)).sort((a, b) => a - b);
  const named = numbers.slice(0, 5);
  const more = empty.length > named.length ? `, … (${empty.length} in all)` : "";
  throw inputError({
    expected: "texts that the model has an answer to",
    where: `${empty.length === 1 ? "row" : "rows"} ${named.join(", ")}${more}`,
    received: data.find((value) => !Number.isFinite(value)),
    next: whyNot(model, padding, model.getWeights()),
  });
}

function whyNot(model: NetworkLike, ids: ArrayLike<number>, weights: readonly WeightArray[]): string {
  const astray = weights.find(({ data }) => !data.every(Number.isFinite));
  if (astray) return `The weights ${astray.name} hold what is no finite number: the model's file is damaged.`;
  if (!Array.from(ids).every((id) => id === 0))
    return "The network's arithmetic leaves the range of numbers.";
  const mean = model.nodes.find(({ layer }) => layer.kind.needsSteps)?.layer.name;
  const cause = mean
    ? `${mean} averages over the words of a text, of which there are none`
    : "the model has no answer to padding alone";
  return `No known word is left in it, and ${cause}. Leave such texts out, or have a vocabulary that gives unknown words an id.`;
}
