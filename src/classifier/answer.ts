/** From a row of outputs to a label; and why there is none where an output is no number. */
import { type InputError, inputError, show } from "../base/errors.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import type { Network, NetworkLike } from "../network/network.js";
import type { WeightArray } from "../network/weights.js";
import type { TextPart } from "../tokens/text-part.js";
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
  let best = 0;
  if (output.length === 1) best = output[0]! > Math.fround(threshold) ? 1 : 0;
  else for (let k = 1; k < output.length; k++) if (output[k]! > output[best]!) best = k;
  // Labels come from data: a plain object would drop "__proto__".
  const scores = Object.fromEntries(labels.map((label, k) => [label, probabilities[k]!]));
  return { label: labels[best]!, probability: probabilities[best]!, scores };
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
 * @throws InputError that names the first text to which the network's output is no number
 */
export function* answersTo(
  texts: readonly string[],
  part: TextPart,
  { network, model }: Answering,
  first: number,
): Generator<Prediction> {
  const ids = idsOf(texts, part);
  if (ids.rows === 0) return;
  const unanswered = yield* answersIn(model.predictFlat(ids), ids, texts, part, first);
  if (unanswered) throw noAnswer(network, unanswered, network.getWeights());
}

/** As `answersTo`, of a network on any engine. The threshold is that of when it was asked. */
export async function answersLater(
  texts: readonly string[],
  { vectorizer, length, labels, threshold }: TextPart,
  { network, model }: Answering,
): Promise<Prediction[]> {
  const asked = texts.slice();
  const ids = idsOf(asked, { vectorizer, length });
  if (ids.rows === 0) return [];
  const answers: Prediction[] = [];
  const reading = answersIn(await model.predictFlatAsync(ids), ids, asked, { labels, threshold }, 1);
  let next = reading.next();
  for (; !next.done; next = reading.next()) answers.push(next.value);
  if (next.value) throw noAnswer(network, next.value, await network.getWeightsAsync());
  return answers;
}

/** Texts as rows of ids [rows][length]. */
function idsOf(texts: readonly string[], part: Pick<TextPart, "vectorizer" | "length">): Rows {
  const { ids, rows, length } = part.vectorizer.encodeRows(texts, part.length);
  return { data: ids, rows, shape: [length] };
}

/** The answers that outputs give, up to the first row that has none: that one comes back at the end. */
function* answersIn(
  { data: outputs }: Rows,
  { data: ids, rows, shape }: Rows,
  texts: readonly string[],
  labelling: Labelling,
  first: number,
): Generator<Prediction, Unanswered | null> {
  const [length] = shape as [number];
  const width = outputs.length / rows;
  for (const [row, text] of texts.entries()) {
    const output = outputs.subarray(row * width, (row + 1) * width);
    const answer = answerOf(output, labelling);
    if (!answer) {
      const where = `text ${first + row} (${show(text)})`;
      return { ids: ids.subarray(row * length, (row + 1) * length), output, where };
    }
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
