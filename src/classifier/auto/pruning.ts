/** Fewer n-grams: those that decide most are kept and fitted again. */
import { NUMBERS, type Pieces, spans } from "../../base/pieces.js";
import { type FeatureRows, frequenciesOf, select } from "../../tokens/sparse-texts.js";
import type { WideRecipe } from "./recipes.js";
import type { Scorer } from "./scorers.js";

/** n-grams times outputs: what is counted or weighed of each. */
export const MOST_COUNTS = 5e7;
/** Bytes that the features of a saved classifier may take, about. */
export const FEATURE_BYTES = 1.6e6;

/** Bytes of a feature in an archive, measured: its hash and counts, and each of its columns. */
const FEATURE_OVERHEAD = 3.5;
const COLUMN_BYTES = 1.2;

/** Bytes that a feature takes in a file, about. @param columns numbers that are kept of it */
export const bytesOfFeature = (columns: number): number => FEATURE_OVERHEAD + COLUMN_BYTES * columns;

/** [features] how much each decides in a member: the largest |u_j| over its columns. */
export function* strengthOf({ groups }: Scorer, features: number): Pieces<Float32Array> {
  const strength = new Float32Array(features);
  for (const column of groups.flatMap(({ columns }) => columns)) {
    yield* spans(features, NUMBERS, (from, to) => {
      for (let j = from; j < to; j++) strength[j] = Math.max(strength[j]!, Math.abs(column[j]!));
    });
  }
  return strength;
}

/**
 * [features] 1 for those that decide most: the largest strength over members, times √df.
 * @param strengths [members][features] @param deviations [members] of their scores
 */
export function* strongest(
  data: FeatureRows,
  strengths: readonly Float32Array[],
  deviations: readonly number[],
  most: number,
): Pieces<Uint8Array> {
  const frequency = yield* frequenciesOf(data);
  const strength = new Float32Array(data.features);
  yield* spans(strength.length, NUMBERS, (from, to) => {
    strengths.forEach((own, m) => {
      for (let j = from; j < to; j++) strength[j] = Math.max(strength[j]!, own[j]! / deviations[m]!);
    });
    for (let j = from; j < to; j++) strength[j]! *= Math.sqrt(frequency[j]!);
  });
  return yield* largest(strength, most);
}

/**
 * [values] 1 for the largest, so many at the most; of those that are as large as the last one the first ones.
 * @param values not negative
 */
export function* largest(values: Float32Array | Uint32Array, most: number): Pieces<Uint8Array> {
  const kept = new Uint8Array(values.length);
  if (most >= values.length) return kept.fill(1);
  // The bits of numbers that are not negative rise with them.
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const threshold = yield* largestBut(bits, most - 1);
  // Texts that repeat have many n-grams alike.
  let room = most;
  yield* spans(bits.length, NUMBERS, (from, to) => {
    for (let j = from; j < to; j++) if (bits[j]! > threshold) room -= kept[j] = 1;
  });
  yield* spans(bits.length, NUMBERS, (from, to) => {
    for (let j = from; j < to && room > 0; j++) if (bits[j] === threshold) room -= kept[j] = 1;
  });
  return kept;
}

/** The largest but so many: by counting upper halves, and then the lower halves of those with the one in question. */
function* largestBut(values: Uint32Array, before: number): Pieces<number> {
  let [above, left] = [0, before];
  for (const shift of [16, 0]) {
    const counts = new Uint32Array(2 ** 16);
    yield* spans(values.length, NUMBERS, (from, to) => {
      for (let j = from; j < to; j++) {
        const value = values[j]!;
        if (shift === 16 || value >>> 16 === above) counts[(value >>> shift) & 0xffff]!++;
      }
    });
    let half = 0xffff;
    while (left >= counts[half]!) left -= counts[half--]!;
    above = shift === 16 ? half : above * 2 ** 16 + half;
  }
  return above;
}

/** The same rows with the features that are in most of them, so many at the most. */
export function* commonest(data: FeatureRows, most: number): Pieces<FeatureRows> {
  if (data.features <= most) return data;
  return yield* select(data, yield* largest(yield* frequenciesOf(data), most));
}

/** The part of the features from which on the others decide next to nothing: fits to them are judged as those to all are. */
export const PLENTY = 1 / 3;
const EASE = 0.75;

/** What costs are multiplied by where so small a share of the features is left: what few of them weigh is held nearer to 0. */
export const easeFor = (share: number): number => Math.min(1, share / PLENTY) ** EASE;

/** What a recipe is called that keeps so many. */
export const keptName = (name: string, kept: number): string => `${name}, ${kept.toLocaleString("en")} kept`;

/** The recipe for so small a share of the features. */
export function easedFor(share: number, { name, members }: WideRecipe, kept: number): WideRecipe {
  const factor = easeFor(share);
  return {
    name: keptName(name, kept),
    members: members.map((member) => ({
      ...member,
      rules: { ...member.rules, cost: factor * member.rules.cost },
    })),
  };
}
