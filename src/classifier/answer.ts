/** From a row of outputs to a label. */
import { knownOptions } from "../base/errors.js";
import { checkReject, type TextPart } from "../tokens/text-part.js";
import type { Reading } from "./answering.js";

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

/**
 * How a classifier's outputs are read: one label.
 * @param reject the probability below which answers are rejected; null: none are
 */
export function labelReading(
  { encoder, labels, threshold }: TextPart,
  reject: number | null,
): Reading<Prediction> {
  return {
    encoder,
    read(output, known) {
      const answer: Prediction = answerOf(output, { labels, threshold });
      if (known !== undefined) answer.known = known;
      if (reject !== null) answer.rejected = rejectionOf(answer.probability, known, reject, encoder.familiar);
      return answer;
    },
  };
}

/** The answer that a row of outputs gives. */
export function answerOf(output: Float32Array, { labels, threshold }: Labelling): Prediction {
  const probabilities = output.length === 1 ? [1 - output[0]!, output[0]!] : Array.from(output);
  const best = bestOf(output, threshold);
  return { label: labels[best]!, probability: probabilities[best]!, scores: scoresOf(labels, probabilities) };
}

/** Each label's probability. Labels come from data: a plain object would drop "__proto__". */
export const scoresOf = (
  labels: readonly string[],
  probabilities: ArrayLike<number>,
): Record<string, number> => Object.fromEntries(labels.map((label, k) => [label, probabilities[k]!]));

/** The class that outputs answer. */
export function bestOf(output: Float32Array, threshold: number): number {
  if (output.length === 1) return output[0]! > Math.fround(threshold) ? 1 : 0;
  let best = 0;
  for (let k = 1; k < output.length; k++) if (output[k]! > output[best]!) best = k;
  return best;
}
