import { classCount, type Predictions, ratio, weightOf } from "./predictions.js";

/** Keras's default number of thresholds, and so of buckets. */
const THRESHOLDS = 200;

export interface AucOptions {
  /**
   * With more than one output: false (Keras's default) pools all outputs into one yes-or-no question a cell;
   * true takes the mean over classes of each class against the rest. Of no account with one output.
   */
  multiLabel?: boolean;
}

/**
 * The area under the ROC curve as `keras.metrics.AUC` computes it: scores fall into 200 even buckets (a score on an
 * edge falls below it), and the curve is joined by straight lines. Add rows as they come; nothing is kept of them.
 */
export class AucBuckets {
  readonly #positives = new Float64Array(THRESHOLDS);
  readonly #negatives = new Float64Array(THRESHOLDS);

  reset(): void {
    this.#positives.fill(0);
    this.#negatives.fill(0);
  }

  add(score: number, positive: boolean, weight: number): void {
    const clipped = Math.min(Math.max(score, 0), 1);
    const bucket = Math.max(0, Math.ceil(Math.fround(clipped * (THRESHOLDS - 1))) - 1);
    (positive ? this.#positives : this.#negatives)[bucket]! += weight;
  }

  /** Area by the trapezium rule; 0 where a class is absent, as Keras. */
  area(): number {
    const positives = this.#positives.reduce((a, b) => a + b, 0);
    const negatives = this.#negatives.reduce((a, b) => a + b, 0);
    let area = 0;
    let found = 0;
    for (let bucket = THRESHOLDS - 1; bucket >= 0; bucket--) {
      const before = found;
      found += this.#positives[bucket]!;
      area += ratio(this.#negatives[bucket]!, negatives) * ratio((before + found) / 2, positives);
    }
    return area;
  }
}

/** ROC AUC as Keras computes it: see `AucBuckets`. */
export function auc(p: Predictions, { multiLabel = false }: AucOptions = {}): number {
  return areaOver(p, multiLabel, (cells) => {
    const buckets = new AucBuckets();
    for (const { score, positive, weight } of cells) buckets.add(score, positive, weight);
    return buckets.area();
  });
}

/**
 * ROC AUC from the ranks themselves (Mann–Whitney; ties count half), the value that 200 buckets approximate.
 * 0 where a class is absent.
 */
export function aucExact(p: Predictions, { multiLabel = false }: AucOptions = {}): number {
  return areaOver(p, multiLabel, rankArea);
}

/** One question of the ROC curve: did this cell deserve its score? */
interface Cell {
  score: number;
  positive: boolean;
  weight: number;
}

function areaOver(p: Predictions, multiLabel: boolean, area: (cells: Cell[]) => number): number {
  const columns = Array.from({ length: p.outputs }, (_, k) => k);
  if (!multiLabel || p.outputs === 1) return area(columns.flatMap((k) => cellsOf(p, k)));
  return ratio(
    columns.reduce((total, k) => total + area(cellsOf(p, k)), 0),
    classCount(p.outputs),
  );
}

function cellsOf(p: Predictions, column: number): Cell[] {
  const label = p.outputs === 1 ? 1 : column;
  return Array.from({ length: p.labels.length }, (_, row) => ({
    score: p.probabilities[row * p.outputs + column]!,
    positive: p.labels[row] === label,
    weight: weightOf(p, row),
  }));
}

function rankArea(cells: Cell[]): number {
  const sorted = [...cells].sort((a, b) => a.score - b.score);
  let positives = 0;
  let negatives = 0;
  let area = 0;
  for (let i = 0; i < sorted.length; ) {
    const { score } = sorted[i]!;
    let up = 0;
    let down = 0;
    for (; i < sorted.length && sorted[i]!.score === score; i++) {
      if (sorted[i]!.positive) up += sorted[i]!.weight;
      else down += sorted[i]!.weight;
    }
    area += up * (negatives + down / 2);
    positives += up;
    negatives += down;
  }
  return ratio(area, positives * negatives);
}
