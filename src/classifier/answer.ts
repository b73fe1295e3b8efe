/** From a row of outputs to a label; and why there is none where an output is no number. */
import { type InputError, inputError, show } from "../base/errors.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import type { NetworkLike } from "../network/network.js";
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

/** The network that answers, and how rows of ids [rows][length] are put to it. */
export interface Answering {
  readonly network: NetworkLike;
  predict(ids: Rows): Rows;
}

/**
 * The answers to texts, one after another: those before a text without an answer are given.
 * @param first the number that messages call the first text
 * @throws InputError that names the first text to which the network's output is no number
 */
export function* answersTo(
  texts: readonly string[],
  part: TextPart,
  { network, predict }: Answering,
  first: number,
): Generator<Prediction> {
  const { ids, rows, length } = part.vectorizer.encodeRows(texts, part.length);
  if (rows === 0) return;
  const { data } = predict({ data: ids, rows, shape: [length] });
  const outputs = network.outputSize;
  for (const [row, text] of texts.entries()) {
    const output = data.subarray(row * outputs, (row + 1) * outputs);
    const answer = answerOf(output, part);
    if (!answer) {
      const where = `text ${first + row} (${show(text)})`;
      throw noAnswer(network, ids.subarray(row * length, (row + 1) * length), output, where);
    }
    yield answer;
  }
}

/** Says which text has no answer, and why. `ids` is its row, `output` what the model gave. */
export function noAnswer(
  model: NetworkLike,
  ids: ArrayLike<number>,
  output: ArrayLike<number>,
  where: string,
): InputError {
  return inputError({
    expected: "an answer that is a number",
    where,
    received: Array.from(output).find((value) => !Number.isFinite(value)),
    next: whyNot(model, ids),
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
    next: whyNot(model, padding),
  });
}

function whyNot(model: NetworkLike, ids: ArrayLike<number>): string {
  const astray = model.getWeights().find(({ data }) => !data.every(Number.isFinite));
  if (astray) return `The weights ${astray.name} hold what is no finite number: the model's file is damaged.`;
  if (!Array.from(ids).every((id) => id === 0))
    return "The network's arithmetic leaves the range of numbers.";
  const mean = model.nodes.find(({ layer }) => layer.kind.needsSteps)?.layer.name;
  const cause = mean
    ? `${mean} averages over the words of a text, of which there are none`
    : "the model has no answer to padding alone";
  return `No known word is left in it, and ${cause}. Leave such texts out, or have a vocabulary that gives unknown words an id.`;
}
