/** Traps in how training went, by its record. */
import { count, decimal, percent } from "../../base/numbers.js";
import type { Check } from "./finding.js";
import type { Subject } from "./subject.js";

/** Loss of every epoch on the texts held out; empty where none were. */
const heldOut = ({ training }: Subject): number[] => training?.history["valLoss"] ?? [];

const stoppedEarly: Check<Subject> = (subject) => {
  const losses = heldOut(subject);
  const { training } = subject;
  if (losses.length < 2 || training?.stopped) return [];
  const [before, last] = losses.slice(-2) as [number, number];
  if (!(last < before * 0.97 && last === Math.min(...losses))) return [];
  return [
    {
      id: "stopped-too-soon",
      severity: "note",
      title: "Training ended while it was still getting better",
      seen: `The last of ${count(losses.length)} epochs was the best: validation loss ${decimal(last)}, after ${decimal(before)}.`,
      evidence: { epochs: losses.length, lastLoss: last, lossBefore: before },
      remedy: "Allow more epochs; early stopping ends training when nothing improves.",
    },
  ];
};

const overfitting: Check<Subject> = (subject) => {
  const losses = heldOut(subject);
  const train = subject.training?.history["loss"] ?? [];
  if (losses.length < 3 || train.length !== losses.length) return [];
  const best = Math.min(...losses);
  const at = losses.indexOf(best);
  const [last, trained] = [losses.at(-1)!, train.at(-1)!];
  if (!(last > 1.3 * best && trained < train[at]!)) return [];
  return [
    {
      id: "overfitted",
      severity: "note",
      title: "It went on to learn its texts by heart",
      seen: `After epoch ${at + 1} the training loss fell to ${decimal(trained)} while the validation loss rose from ${decimal(best)} to ${decimal(last)}.`,
      evidence: { bestEpoch: at + 1, bestLoss: best, lastLoss: last, trainingLoss: trained },
      remedy:
        "Keep the best epoch's weights (early stopping does), and try more dropout, fewer units or more texts.",
    },
  ];
};

const neverLearned: Check<Subject> = ({ training }) => {
  const accuracy = training?.history["accuracy"] ?? [];
  const counts = Object.values(training?.perClass ?? {});
  const rows = counts.reduce((a, b) => a + b, 0);
  if (accuracy.length < 2 || rows === 0) return [];
  const majority = Math.max(...counts) / rows;
  const best = Math.max(...accuracy);
  if (best > majority + 0.01) return [];
  return [
    {
      id: "never-learned",
      severity: "problem",
      title: "Training never beat the commonest label",
      seen: `The best epoch was right on ${percent(best)} of the training texts; always answering the commonest label is on ${percent(majority)}.`,
      evidence: { bestAccuracy: best, majority, epochs: accuracy.length },
      remedy:
        "Look for padding after the text, a loss that does not fit, an extreme learning rate; then try more epochs.",
    },
  ];
};

export const HISTORY: readonly Check<Subject>[] = [neverLearned, stoppedEarly, overfitting];
