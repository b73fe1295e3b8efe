/** Traps that show in the model's answers to the texts. */
import { count, decimal, percent } from "../../base/numbers.js";
import { type Pieces, spans } from "../../base/pieces.js";
import { classesOf } from "../../classifier/corpus.js";
import { rowsAtOnce } from "../../network/network.js";
import { type Predictions, predictedClass } from "../../objectives/metrics/predictions.js";
import { bestThreshold } from "../../objectives/metrics/threshold.js";
import type { Check, Finding } from "./finding.js";
import { rowsOf, type Subject, sample } from "./subject.js";

/** Texts that are answered. */
const ANSWERED = 2000;

/** The model's outputs for a sample of the texts, or null where there are no texts to run. */
function* outputs({
  model,
  texts,
  vectorizer,
  length,
  labels,
  threshold,
}: Subject): Pieces<Predictions | null> {
  if (!texts || !vectorizer || !length || model.outputNode.shape.length !== 1) return null;
  const names = labels ?? texts.corpus.labels();
  const width = model.outputSize;
  if (width !== names.length && !(width === 1 && names.length === 2)) return null;
  const rows = sample(rowsOf(texts), ANSWERED);
  const classes = classesOf(texts.corpus, names, rows);
  const probabilities = new Float32Array(rows.length * width);
  yield* spans(rows.length, rowsAtOnce(model.threads), (from, to) => {
    const some = texts.corpus.encode(rows.slice(from, to), vectorizer, length);
    probabilities.set(model.predictFlat(some).data, from * width);
  });
  return { probabilities, outputs: width, labels: classes, threshold };
}

function thresholdMisplaced(p: Predictions): Finding[] {
  if (p.outputs !== 1 || p.labels.length < 50) return [];
  const best = bestThreshold(p, "accuracy");
  const now = accuracyAt(p);
  const gain = best.accuracy - now;
  // Less than this many standard errors may be luck.
  const luck = Math.sqrt((now * (1 - now)) / p.labels.length);
  if (gain < 0.01 || gain < 2 * luck) return [];
  const threshold = p.threshold ?? 0.5;
  return [
    {
      id: "threshold-not-best",
      severity: "note",
      title: "Another threshold would be right more often",
      seen: `At ${decimal(threshold, 2)} ${percent(now)} of ${count(p.labels.length)} texts are right, at ${decimal(best.threshold, 2)} ${percent(best.accuracy)}.`,
      evidence: { threshold, accuracy: now, best: best.threshold, bestAccuracy: best.accuracy },
      remedy: "Set the threshold on texts kept apart from training and test; chosen on the test it flatters.",
    },
  ];
}

function accuracyAt(p: Predictions): number {
  const right = Array.from(p.labels).filter(
    (label, row) => predictedClass(p.probabilities, row, p.outputs, p.threshold) === label,
  );
  return right.length / p.labels.length;
}

function oneAnswer(p: Predictions, labels: readonly string[]): Finding[] {
  const rows = p.labels.length;
  const given = new Array<number>(labels.length).fill(0);
  for (let row = 0; row < rows; row++) given[predictedClass(p.probabilities, row, p.outputs, p.threshold)]!++;
  const most = Math.max(...given);
  const answer = given.indexOf(most);
  const own = Array.from(p.labels).filter((label) => label === answer).length;
  if (rows < 20 || most / rows < 0.995 || own / rows > 0.99) return [];
  return [
    {
      id: "always-one-answer",
      severity: "problem",
      title: "The model always gives the same answer",
      seen: `It answers "${labels[answer]}" to ${percent(most / rows)} of ${count(rows)} texts, of which ${percent(own / rows)} are.`,
      evidence: { answer: labels[answer]!, share: most / rows, texts: rows, trueShare: own / rows },
      remedy: "It has not learned: look at padding, loss and learning rate above, then train longer.",
    },
  ];
}

/** Texts that the model has no answer to, though its weights are numbers: those that leave it nothing to average over. */
function unanswered(p: Predictions, { model }: Subject): Finding[] {
  const missing = Array.from(p.labels, (_, row) =>
    p.probabilities.subarray(row * p.outputs, (row + 1) * p.outputs).some(Number.isNaN),
  ).filter(Boolean).length;
  // A broken model is found by its weights.
  if (missing === 0 || !model.weightSnapshot().every(Number.isFinite)) return [];
  return [
    {
      id: "texts-without-answer",
      severity: "problem",
      title: "The model has no answer to some texts",
      seen: `For ${count(missing)} of ${count(p.labels.length)} texts its output is NaN, which names no label: such a text has no word that the vocabulary knows, and a mean over no word has no value.`,
      evidence: { missing, texts: p.labels.length },
      remedy: "Leave such texts out, or have a vocabulary that gives unknown words an id.",
    },
  ];
}

function* answers(subject: Subject): Pieces<Finding[]> {
  const p = yield* outputs(subject);
  if (!p) return [];
  // Outputs beyond 0 to 1 are found by the loss.
  if (!p.probabilities.every((value) => value >= 0 && value <= 1.000001)) return unanswered(p, subject);
  return [...oneAnswer(p, subject.labels ?? subject.texts!.corpus.labels()), ...thresholdMisplaced(p)];
}

export const ANSWERS: readonly Check<Subject>[] = [answers];
