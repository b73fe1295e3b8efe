/** What going on from a classifier changed: answers that are others now, and how many are right, before and after. */
import type { LongOptions } from "../base/progress.js";
import { predictedClass } from "../objectives/metrics/predictions.js";
import type { Corpus } from "./corpus.js";
import { outputsOf } from "./corpus-answers.js";
import type { ChangedAnswers, Parts } from "./options.js";

/** What answers: the parts of a classifier that its answers follow from. */
type Answering = Pick<Parts, "model" | "encoder" | "labels" | "threshold">;

/**
 * Holds the answers of two classifiers to the same rows against each other. Both read texts taken apart as the corpus has them.
 * @throws AbortError when the signal was given
 */
export async function changedAnswers(
  before: Answering,
  after: Answering,
  { corpus, rows }: { corpus: Corpus; rows: ArrayLike<number> },
  long: LongOptions = {},
): Promise<ChangedAnswers> {
  const [old, fresh] = [
    await answersOf(before, corpus, rows, long),
    await answersOf(after, corpus, rows, long),
  ];
  // A label that one of them lacks is none of its answers.
  const labels = corpus.labels(after.labels);
  const classes = corpus.classes(labels);
  const accuracyOf = (answers: readonly (string | undefined)[]) =>
    answers.filter((answer, i) => answer === labels[classes[rows[i]!]!]).length / Math.max(1, rows.length);
  return {
    rows: rows.length,
    changed: fresh.filter((answer, i) => answer !== old[i]).length,
    accuracy: { before: accuracyOf(old), after: accuracyOf(fresh) },
  };
}

async function answersOf(
  { model, encoder, labels, threshold }: Answering,
  corpus: Corpus,
  rows: ArrayLike<number>,
  long: LongOptions,
): Promise<(string | undefined)[]> {
  const outputs = model.outputSize;
  const probabilities = await outputsOf({ model, encoder }, corpus, rows, long);
  return Array.from(
    { length: rows.length },
    (_, i) => labels[predictedClass(probabilities, i, outputs, threshold)],
  );
}
