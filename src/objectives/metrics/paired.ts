/** Two classifiers asked the same rows: who is right where the other is not. */
import { inputError, wholeNumber } from "../../base/errors.js";
import { erfc } from "../../kernels/activations.js";
import { type Interval, wilsonInterval } from "./intervals.js";
import { ratio } from "./predictions.js";

/** McNemar's test: could two classifiers that are equally good differ so much by chance? */
export interface McNemar {
  /** Rows that A alone got right. */
  onlyA: number;
  /** Rows that B alone got right. */
  onlyB: number;
  /** Of the exact test the smaller of the two counts, else the value of χ² with one degree of freedom. */
  statistic: number;
  /** How often a difference at least this large, either way, would come by chance were both equally good: 0 to 1. */
  p: number;
  /** Exact below 25 rows that one alone got right. */
  test: "exact binomial" | "chi-square with continuity correction";
}

/** What the same rows say of two classifiers, A and B. */
export interface PairedComparison {
  /** Rows that both were asked. */
  rows: number;
  /** Rows that both got right. */
  both: number;
  /** Rows that neither got right. */
  neither: number;
  /** The accuracy of B less that of A, and its 95 % interval by Newcombe's method of paired shares. */
  difference: { accuracy: number; interval: Interval };
  /** Rows that one alone got right, and whether chance explains them. */
  mcnemar: McNemar;
}

/** With fewer rows that one alone got right χ² is no good approximation. */
const EXACT_BELOW = 25;

/**
 * McNemar's test of two classifiers on the same rows ("Note on the sampling error of the difference between correlated
 * proportions or percentages", 1947), which Dietterich recommends where each was trained once ("Approximate statistical tests
 * for comparing supervised classification learning algorithms", 1998). Only rows count that one alone got right; were both
 * equally good, each of those would be a throw of a coin. Below 25 of them the coin is counted out; from there on χ² =
 * (|onlyA − onlyB| − 1)² / (onlyA + onlyB), with Edwards's correction (1948).
 *
 * @param onlyA how many rows A alone got right
 * @param onlyB how many rows B alone got right
 * @throws InputError for what is no count
 * @example mcnemar(10, 22).p // 0.05183…
 */
export function mcnemar(onlyA: number, onlyB: number): McNemar {
  wholeNumber(onlyA, "mcnemar onlyA");
  wholeNumber(onlyB, "mcnemar onlyB");
  const rows = onlyA + onlyB;
  const counts = { onlyA, onlyB };
  if (rows < EXACT_BELOW) {
    const statistic = Math.min(onlyA, onlyB);
    const p = Math.min(1, 2 * atMostHeads(statistic, rows));
    return { ...counts, statistic, p, test: "exact binomial" };
  }
  const statistic = Math.max(0, Math.abs(onlyA - onlyB) - 1) ** 2 / rows;
  const p = erfc(Math.sqrt(statistic / 2));
  return { ...counts, statistic, p, test: "chi-square with continuity correction" };
}

/** The probability of at most `heads` in so many throws of a coin. */
function atMostHeads(heads: number, throws: number): number {
  let ways = 1;
  let sum = 1;
  for (let k = 1; k <= heads; k++) {
    ways = (ways * (throws - k + 1)) / k;
    sum += ways;
  }
  return sum / 2 ** throws;
}

/**
 * Compares the answers of two classifiers to the same rows.
 *
 * @param a [rows] whether A got the row right
 * @param b [rows] whether B did
 * @throws InputError for lists of different lengths
 */
export function comparePaired(a: readonly boolean[], b: readonly boolean[]): PairedComparison {
  if (a.length !== b.length) {
    throw inputError({ expected: `${a.length} rows, as of A`, where: "comparePaired B", received: b.length });
  }
  const count = (inA: boolean, inB: boolean) =>
    a.reduce((sum, right, row) => sum + Number(right === inA && b[row] === inB), 0);
  const [both, onlyA, onlyB, neither] = [
    count(true, true),
    count(true, false),
    count(false, true),
    count(false, false),
  ];
  return {
    ...{ rows: a.length, both, neither },
    difference: {
      accuracy: ratio(onlyB - onlyA, a.length),
      interval: differenceInterval(both, onlyA, onlyB, neither),
    },
    mcnemar: mcnemar(onlyA, onlyB),
  };
}

/**
 * The 95 % interval of B's accuracy less A's, from their Wilson intervals and how far they are right on the same rows:
 * Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired data" (1998),
 * method 10.
 */
function differenceInterval(both: number, onlyA: number, onlyB: number, neither: number): Interval {
  const rows = both + onlyA + onlyB + neither;
  const [rightA, rightB] = [both + onlyA, both + onlyB];
  const [a, b] = [ratio(rightA, rows), ratio(rightB, rows)];
  const [[lowA, highA], [lowB, highB]] = [wilsonInterval(a, rows), wilsonInterval(b, rows)];
  // The correlation of being right, drawn towards 0 where it is above.
  const together = both * neither - onlyA * onlyB;
  const spread = Math.sqrt(rightA * (rows - rightA) * rightB * (rows - rightB));
  const phi = ratio(together > 0 ? Math.max(0, together - rows / 2) : together, spread);
  const reach = (x: number, y: number) => Math.sqrt(Math.max(0, x ** 2 - 2 * phi * x * y + y ** 2));
  return [b - a - reach(b - lowB, highA - a), b - a + reach(highB - b, a - lowA)];
}
