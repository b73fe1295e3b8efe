/** What rejecting does to a classifier on labelled texts: how many are still answered, and how many of those rightly. */
import { bestOf, rejectionOf } from "./answer.js";

/** How many texts are answered where doubtful answers are rejected, and how well. */
export interface RejectingScores {
  /** The probability below which answers were rejected. */
  reject: number;
  /** Share of the texts that were answered. */
  coverage: number;
  /** The texts that were answered, and the share of them answered rightly; null where there are none. */
  answered: { rows: number; accuracy: number | null };
  /** Texts that were rejected because the probability was too small. */
  unsure: number;
  /** Texts that were rejected because too few of their words are known. */
  strange: number;
}

/** Outputs and the classes of their rows. */
interface Answers {
  /** [rows][outputs] */
  probabilities: Float32Array;
  outputs: number;
  /** [rows] */
  labels: ArrayLike<number>;
  /** Of one output. */
  threshold: number;
}

interface Rejecting {
  reject: number;
  /** Texts of which a smaller share of words is known are strange. */
  familiar: number | undefined;
  /** [rows] */
  known: readonly (number | undefined)[];
}

export function measureRejecting(
  { probabilities, outputs, labels, threshold }: Answers,
  { reject, familiar, known }: Rejecting,
): RejectingScores {
  const counts = { answered: 0, right: 0, unsure: 0, strange: 0 };
  for (let row = 0; row < labels.length; row++) {
    const output = probabilities.subarray(row * outputs, (row + 1) * outputs);
    const best = bestOf(output, threshold);
    const probability = outputs > 1 ? output[best]! : best === 1 ? output[0]! : 1 - output[0]!;
    const rejection = rejectionOf(probability, known[row], reject, familiar);
    if (rejection) counts[rejection]++;
    else {
      counts.answered++;
      if (best === labels[row]) counts.right++;
    }
  }
  const { answered, right, unsure, strange } = counts;
  return {
    reject,
    coverage: answered / Math.max(1, labels.length),
    answered: { rows: answered, accuracy: answered > 0 ? right / answered : null },
    unsure,
    strange,
  };
}
