/** Fewer n-grams: those that decide most are kept and fitted again. */
import type { FeatureRows } from "../../tokens/sparse-texts.js";
import type { WideRecipe } from "./recipes.js";
import type { Scorer } from "./scorers.js";

/** Bytes of a feature in an archive, measured: its hash and counts, and each of its columns. */
const FEATURE_OVERHEAD = 3.5;
const COLUMN_BYTES = 1.2;

/** Bytes that a feature takes in a file, about. @param columns numbers that are kept of it */
export const bytesOfFeature = (columns: number): number => FEATURE_OVERHEAD + COLUMN_BYTES * columns;

/** [features] how much each decides in a member: the largest |u_j| over its columns. */
export function strengthOf({ groups }: Scorer, features: number): Float32Array {
  const strength = new Float32Array(features);
  for (const { columns } of groups) {
    for (const column of columns) {
      for (let j = 0; j < features; j++) strength[j] = Math.max(strength[j]!, Math.abs(column[j]!));
    }
  }
  return strength;
}

/**
 * [features] 1 for those that decide most: the largest strength over members, times √df.
 * @param strengths [members][features] @param deviations [members] of their scores
 */
export function strongest(
  data: FeatureRows,
  strengths: readonly Float32Array[],
  deviations: readonly number[],
  most: number,
): Uint8Array {
  const frequency = new Uint32Array(data.features);
  for (const id of data.ids) frequency[id]!++;
  const strength = new Float32Array(data.features);
  strengths.forEach((own, m) => {
    for (let j = 0; j < strength.length; j++) {
      strength[j] = Math.max(strength[j]!, own[j]! / deviations[m]!);
    }
  });
  for (let j = 0; j < strength.length; j++) strength[j]! *= Math.sqrt(frequency[j]!);
  return largest(strength, most);
}

/** [values] 1 for the largest, so many at the most; of those that are as large as the last one the first ones. */
export function largest(values: Float32Array | Uint32Array, most: number): Uint8Array {
  const kept = new Uint8Array(values.length);
  if (most >= values.length) return kept.fill(1);
  const threshold = values.slice().sort()[values.length - most]!;
  // Texts that repeat have many n-grams alike.
  let room = most;
  for (let j = 0; j < values.length; j++) if (values[j]! > threshold) room -= kept[j] = 1;
  for (let j = 0; j < values.length && room > 0; j++) if (values[j] === threshold) room -= kept[j] = 1;
  return kept;
}

/** The part of the features from which on the others decide next to nothing: fits to them are judged as those to all are. */
export const PLENTY = 1 / 3;
const EASE = 0.75;

/** The recipe for so small a share of the features: what few of them weigh is held nearer to 0. */
export function easedFor(share: number, { name, members }: WideRecipe, kept: number): WideRecipe {
  const factor = Math.min(1, share / PLENTY) ** EASE;
  return {
    name: `${name}, ${kept.toLocaleString("en")} kept`,
    members: members.map((member) => ({
      ...member,
      rules: { ...member.rules, cost: factor * member.rules.cost },
    })),
  };
}
