/** What members say of rows that they have not learned from, and how well. */
import type { Pieces } from "../../base/pieces.js";
import { fitTemperature, scaledLogLoss } from "../../objectives/temperature.js";

/** Rows that were held out of a fit, and how it scored them. */
export interface HeldOut {
  /** Which they are of the texts. */
  readonly rows: Uint32Array;
  /** [rows] from 0 */
  readonly classes: Int32Array;
  /** [labels][rows] */
  readonly scores: readonly Float64Array[];
  /** How many different texts they are. */
  readonly texts: number;
}

/** How a member, or a mixture of them, did on rows held out. */
export interface Trial {
  readonly name: string;
  /** How many rows it was judged by. */
  readonly rows: number;
  /** The share of rows answered rightly, and the mean of that share over classes. */
  readonly accuracy: number;
  readonly macroRecall: number;
  readonly logLoss: number;
}

/** [labels][rows] scores less their mean over the classes; one column for two classes is − and + itself. */
export function centred(columns: readonly (Float32Array | Float64Array)[]): Float64Array[] {
  const [first] = columns.map((column) => Float64Array.from(column));
  if (columns.length === 1) return [first!.map((score) => -score), first!];
  const means = first!.map((_, i) => columns.reduce((sum, each) => sum + each[i]!, 0) / columns.length);
  return columns.map((column) => Float64Array.from(column, (score, i) => score - means[i]!));
}

export function deviationOf(columns: readonly Float64Array[]): number {
  let [sum, count] = [0, 0];
  for (const column of columns) {
    for (const score of column) sum += score * score;
    count += column.length;
  }
  return Math.sqrt(sum / Math.max(1, count)) || 1;
}

/** [rows] the class of the largest score, of equal ones the first. */
export function answersOf(scores: readonly ArrayLike<number>[]): Int32Array {
  return Int32Array.from({ length: scores[0]!.length }, (_, i) => {
    let best = 0;
    for (let k = 1; k < scores.length; k++) if (scores[k]![i]! > scores[best]![i]!) best = k;
    return best;
  });
}

/** How scores answer rows of known classes. */
export function* measured(
  scores: readonly ArrayLike<number>[],
  classes: Int32Array,
): Pieces<Omit<Trial, "name">> {
  const right = new Array<number>(scores.length).fill(0);
  const of = new Array<number>(scores.length).fill(0);
  const answers = answersOf(scores);
  for (let i = 0; i < classes.length; i++) {
    of[classes[i]!]!++;
    if (answers[i] === classes[i]) right[answers[i]!]!++;
  }
  const recalls = right.flatMap((count, k) => (of[k]! > 0 ? [count / of[k]!] : []));
  yield 0;
  const factor = yield* fitTemperature({ scores, classes });
  return {
    rows: classes.length,
    accuracy: right.reduce((sum, count) => sum + count, 0) / Math.max(1, classes.length),
    macroRecall: recalls.reduce((sum, one) => sum + one, 0) / Math.max(1, recalls.length),
    logLoss: scaledLogLoss({ scores, classes }, factor),
  };
}

/** The log loss at the best temperature: the mean of its mean over rows and its mean over classes. */
export function* evenLogLoss(scores: readonly Float64Array[], classes: Int32Array): Pieces<number> {
  const factor = yield* fitTemperature({ scores, classes });
  const all = Uint32Array.from(classes.keys());
  const of = (rows: Uint32Array) =>
    scaledLogLoss(
      {
        scores: scores.map((column) => Float64Array.from(rows, (i) => column[i]!)),
        classes: Int32Array.from(rows, (i) => classes[i]!),
      },
      factor,
    );
  const each = [...new Set(classes)].map((k) => of(all.filter((i) => classes[i] === k)));
  return (of(all) + each.reduce((sum, one) => sum + one, 0) / each.length) / 2;
}
