/** Groups of n-grams: the rows of each, scaled by how many n-grams of the group they have, and weights over them. */
import { NUMBERS, type Pieces, spans } from "../../base/pieces.js";
import type { ScaleRule } from "../../tokens/feature-encoder.js";
import type { Block } from "../../tokens/ngrams.js";
import type { FeatureRows } from "../../tokens/sparse-texts.js";
import { countScales, isIn, knownBlocks, reducedTo } from "./scorers.js";

/** Rows of the n-grams of some blocks. */
export interface GroupRows {
  /** Those blocks of which n-grams are known: at others a reader of the file does not look. */
  readonly blocks: readonly Block[];
  /** [features of the group] which they are of all */
  readonly places: Uint32Array;
  readonly rows: FeatureRows;
  /** [rows] */
  readonly scales: Float32Array;
}

export function* groupRows(data: FeatureRows, blocks: readonly Block[]): Pieces<GroupRows> {
  const known = knownBlocks(data, blocks);
  const { own, reduced } = yield* reducedTo(data, isIn(data, known));
  return { blocks: known, places: own, rows: reduced, scales: countScales(reduced, known) };
}

/** What the n-grams of a group weigh: the score of a row is scale · Σ weights + bias. */
export interface GroupWeights {
  readonly blocks: readonly Block[];
  readonly places: Uint32Array;
  /** [columns][features of the group] */
  readonly columns: readonly Float32Array[];
  /** [columns] */
  readonly bias: readonly number[];
}

/** How a reader scales the group's scores. */
export const scaleOf = ({ blocks }: GroupWeights): ScaleRule => ({ by: "count", blocks, smoothing: 1 });

/** [features of all] how much each decides in a group: the largest |weight| over its columns. */
export function* groupStrength({ places, columns }: GroupWeights, features: number): Pieces<Float32Array> {
  const strength = new Float32Array(features);
  for (const column of columns) {
    yield* spans(places.length, NUMBERS, (from, to) => {
      for (let j = from; j < to; j++) {
        strength[places[j]!] = Math.max(strength[places[j]!]!, Math.abs(column[j]!));
      }
    });
  }
  return strength;
}

/** [features of all] a column of a group's, 0 for the n-grams of others. */
export function spread({ places }: GroupWeights, column: Float32Array, features: number): Float32Array {
  const whole = new Float32Array(features);
  for (let j = 0; j < places.length; j++) whole[places[j]!] = column[j]!;
  return whole;
}
