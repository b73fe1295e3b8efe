/**
 * The linear members of an automatic classifier. Each gives a text a score for every class (for two, one score: for the
 * second against the first), a sum over its features times the text's scale.
 */

import { NUMBERS, type Pieces, ROWS, spans } from "../../base/pieces.js";
import type { SynchronousEngine } from "../../engines/engine.js";
import { pack, unpack } from "../../processes/packing.js";
import type { ScaleRule } from "../../tokens/feature-encoder.js";
import {
  type ClassCounts,
  inverseDocumentFrequencies,
  logCountRatios,
  totalsOf,
} from "../../tokens/feature-values.js";
import { BLOCKS, type Block } from "../../tokens/ngrams.js";
import { type FeatureRows, select } from "../../tokens/sparse-texts.js";
import { type LinearOptions, type LinearProblem, LinearSolver } from "../../train/linear.js";

/** What a member is and how it is fitted. */
export interface ScorerRules {
  /**
   * margin: a linear support vector machine · ratio: the same on features weighed by their log-count ratio in each class ·
   * mean: the cosine to the mean of each class's texts, features weighed by rarity (tf-idf)
   */
  readonly method: "margin" | "ratio" | "mean";
  /** The blocks that count together; of "mean" several lists, whose cosines add up. */
  readonly blocks: readonly (readonly Block[])[];
  /** Of "margin" and "ratio": what a row's error costs. */
  readonly cost: number;
  /** Of "ratio": α, the texts added to each count. */
  readonly smoothing: number;
  /** C_i = cost (n / 2 n_side)^p: 0 takes classes as large as they are, 1 makes both sides count alike. */
  readonly balance: number;
}

/** Scores over the features of some blocks. */
export interface ColumnGroup {
  readonly scale: ScaleRule;
  /** [columns][features] */
  readonly columns: readonly Float32Array[];
  /** [columns] */
  readonly bias: readonly number[];
}

/** A fitted member. */
export interface Scorer {
  readonly rules: ScorerRules;
  readonly groups: readonly ColumnGroup[];
}

/** A scorer as processes tell it each other: rules and scales, then of each group the columns and their biases. */
export const packScorer = ({ rules, groups }: Scorer): Uint8Array =>
  pack({
    plain: { rules, scales: groups.map(({ scale }) => scale) },
    arrays: groups.flatMap(({ columns, bias }) => [...columns, Float64Array.from(bias)]),
  });

export function unpackScorer(bytes: Uint8Array): Scorer {
  const { plain, arrays } = unpack(bytes);
  const { rules, scales } = plain as { rules: ScorerRules; scales: ScaleRule[] };
  const each = arrays.length / scales.length;
  const groups = scales.map((scale, g): ColumnGroup => {
    const own = arrays.slice(g * each, (g + 1) * each);
    return { scale, columns: own.slice(0, -1) as Float32Array[], bias: Array.from(own.at(-1)!) };
  });
  return { rules, groups };
}

/** Labelled rows to fit to. */
export interface Labelled {
  readonly data: FeatureRows;
  /** [rows] from 0 */
  readonly classes: Int32Array;
  readonly labels: number;
}

/** One column for two classes, else one for each. */
export const columnsFor = (labels: number): number => (labels === 2 ? 1 : labels);

/** In how many rows of each class every feature is. */
export function* classCounts({ data, classes, labels }: Labelled): Pieces<ClassCounts> {
  const { starts, ids } = data;
  const counts = new Uint32Array(data.features * labels);
  const rows = new Array<number>(labels).fill(0);
  yield* spans(data.rows, ROWS, (from, to) => {
    for (let i = from; i < to; i++) {
      const [k, end] = [classes[i]!, starts[i + 1]!];
      rows[k]!++;
      for (let at = starts[i]!; at < end; at++) counts[ids[at]! * labels + k]!++;
    }
  });
  return { counts, rows };
}

export const isIn = (data: FeatureRows, blocks: readonly Block[]): ((feature: number) => boolean) => {
  const wanted = BLOCKS.map((block) => blocks.includes(block));
  return (feature) => wanted[data.blocks[feature]!]!;
};

/** Those of some blocks of which n-grams are known: at others a reader of the file does not look, nor count there. */
export function knownBlocks(data: FeatureRows, blocks: readonly Block[]): Block[] {
  const present = new Uint8Array(BLOCKS.length);
  for (const block of data.blocks) present[block] = 1;
  return blocks.filter((block) => present[BLOCKS.indexOf(block)] === 1);
}

/** The rows with some of their features, and which those are of all. */
export function* reducedTo(
  data: FeatureRows,
  member: (feature: number) => boolean,
): Pieces<{ own: Uint32Array; reduced: FeatureRows }> {
  const kept = new Uint8Array(data.features);
  yield* spans(kept.length, NUMBERS, (from, to) => {
    for (let j = from; j < to; j++) kept[j] = member(j) ? 1 : 0;
  });
  const reduced = yield* select(data, kept);
  const own = new Uint32Array(reduced.features);
  let count = 0;
  yield* spans(kept.length, NUMBERS, (from, to) => {
    for (let j = from; j < to; j++) if (kept[j] === 1) own[count++] = j;
  });
  return { own, reduced };
}

function gathered(values: Float32Array, places: Uint32Array): Float32Array {
  const found = new Float32Array(places.length);
  for (let k = 0; k < found.length; k++) found[k] = values[places[k]!]!;
  return found;
}

/** Fits a member. @param engine makes an engine of its own for the solver */
export async function fitScorer(
  given: Labelled,
  rules: ScorerRules,
  engine: () => SynchronousEngine,
  options: LinearOptions,
): Promise<Scorer> {
  const { turns } = options;
  const counts = await turns.run(classCounts(given));
  const groups: ColumnGroup[] = [];
  for (const blocks of rules.blocks) {
    groups.push(
      rules.method === "mean"
        ? await turns.run(meanGroup(given, counts, blocks))
        : await marginGroup(given, counts, { ...rules, blocks }, engine, options),
    );
  }
  return { rules, groups };
}

/** The classes that have a column: of two the second alone. */
const classesOf = (labels: number): number[] =>
  labels === 2 ? [1] : Array.from({ length: labels }, (_, k) => k);

async function marginGroup(
  { data, classes, labels }: Labelled,
  counts: ClassCounts,
  { method, cost, smoothing, balance, ...rules }: Omit<ScorerRules, "blocks"> & { blocks: readonly Block[] },
  engine: () => SynchronousEngine,
  options: LinearOptions,
): Promise<ColumnGroup> {
  const blocks = knownBlocks(data, rules.blocks);
  const scale: ScaleRule = { by: method === "ratio" ? "ratio" : "count", blocks, smoothing };
  const member = isIn(data, blocks);
  const { own: places, reduced } = await options.turns.run(reducedTo(data, member));
  const ones = new Float32Array(reduced.features).fill(1);
  const scales = method === "ratio" ? null : countScales(data, blocks);
  const totals = totalsOf(counts);
  const problemOf = (k: number): LinearProblem => {
    const full = method === "ratio" ? logCountRatios(counts, k, smoothing, member, totals) : null;
    const values = full ? gathered(full, places) : ones;
    const inside = counts.rows[k]!;
    const costOf = (side: number) => cost * (data.rows / (2 * side)) ** balance;
    const [own, others] = [costOf(inside), costOf(data.rows - inside)];
    return {
      values,
      scales,
      targets: Float32Array.from(classes, (one) => (one === k ? 1 : -1)),
      costs: Float32Array.from(classes, (one) => (one === k ? own : others)),
    };
  };
  function* problems() {
    for (const k of classesOf(labels)) yield problemOf(k);
  }
  const solver = engine();
  try {
    const solutions = await new LinearSolver(solver, reduced).solve(problems(), options);
    const columns: Float32Array[] = [];
    for (const { weights } of solutions) {
      const column = new Float32Array(data.features);
      for (let j = 0; j < places.length; j++) column[places[j]!] = weights[j]!;
      columns.push(column);
      await options.turns.did();
    }
    return { scale, columns, bias: solutions.map(({ bias }) => bias) };
  } finally {
    solver.dispose();
  }
}

/** Σ over a class's rows of idf_j / ‖row‖, over the rows; for two classes half the difference, as scores are ± one. */
function* meanGroup(
  { data, classes, labels }: Labelled,
  counts: ClassCounts,
  blocks: readonly Block[],
): Pieces<ColumnGroup> {
  const idf = inverseDocumentFrequencies(counts, isIn(data, blocks));
  const scales = yield* ratioScales(data, idf);
  const means = Array.from({ length: labels }, () => new Float32Array(data.features));
  yield* spans(data.rows, ROWS, (from, to) => {
    for (let i = from; i < to; i++) {
      const k = classes[i]!;
      const share = scales[i]! / counts.rows[k]!;
      for (let at = data.starts[i]!; at < data.starts[i + 1]!; at++) {
        const j = data.ids[at]!;
        means[k]![j]! += idf[j]! * idf[j]! * share;
      }
    }
  });
  const columns = labels === 2 ? [means[1]!.map((value, j) => (value - means[0]![j]!) / 2)] : means;
  return { scale: { by: "idf", blocks, smoothing: 1 }, columns, bias: columns.map(() => 0) };
}

/** [rows] 1 over the length of each row of values */
function* ratioScales({ rows, starts, ids }: FeatureRows, values: Float32Array): Pieces<Float32Array> {
  const scales = new Float32Array(rows);
  yield* spans(rows, ROWS, (from, to) => {
    for (let i = from; i < to; i++) {
      let sum = 0;
      for (let at = starts[i]!; at < starts[i + 1]!; at++) sum += values[ids[at]!]! * values[ids[at]!]!;
      scales[i] = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    }
  });
  return scales;
}

/** [rows] 1 over the root of how many n-grams each row has, known or not */
export function countScales(
  { rows, counts }: Pick<FeatureRows, "rows" | "counts">,
  blocks: readonly Block[],
): Float32Array {
  const own = blocks.map((block) => counts[BLOCKS.indexOf(block)]!);
  return Float32Array.from({ length: rows }, (_, i) => {
    const count = own.reduce((sum, each) => sum + each[i]!, 0);
    return count > 0 ? 1 / Math.sqrt(count) : 0;
  });
}

/** [columns][rows] a member's scores of rows. @param counts of the rows that it was fitted to */
export function* scoresOf(
  { groups }: Scorer,
  data: FeatureRows,
  counts: ClassCounts,
): Pieces<Float32Array[]> {
  const labels = counts.rows.length;
  const columns = groups[0]!.columns.length;
  const scores = Array.from({ length: columns }, () => new Float32Array(data.rows));
  const totals = totalsOf(counts);
  for (const { scale, columns: tables, bias } of groups) {
    const member = isIn(data, scale.blocks);
    const { own, reduced } = yield* reducedTo(data, member);
    const shared =
      scale.by === "ratio"
        ? null
        : scale.by === "idf"
          ? yield* ratioScales(reduced, gathered(inverseDocumentFrequencies(counts, member), own))
          : countScales(data, scale.blocks);
    for (let c = 0; c < columns; c++) {
      const of = classesOf(labels)[c]!;
      const scales =
        shared ??
        (yield* ratioScales(
          reduced,
          gathered(logCountRatios(counts, of, scale.smoothing, member, totals), own),
        ));
      const [table, out] = [gathered(tables[c]!, own), scores[c]!];
      yield* spans(reduced.rows, ROWS, (from, to) => {
        for (let i = from; i < to; i++) {
          let sum = 0;
          for (let at = reduced.starts[i]!; at < reduced.starts[i + 1]!; at++) {
            sum += table[reduced.ids[at]!]!;
          }
          out[i]! += scales[i]! * sum + bias[c]!;
        }
      });
    }
  }
  return scores;
}
