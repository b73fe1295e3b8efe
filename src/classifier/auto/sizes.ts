/** Files that may not be large: how few n-grams they may hold, and what fewer of them answer. */
import { inputError } from "../../base/errors.js";
import { counted } from "../../base/numbers.js";
import type { Parts, SizedAccuracy } from "../options.js";
import type { Wide } from "./wide.js";

/** Bytes that the n-grams of a classifier take in its file, about. */
export const bytesOf = ({ data, bytesOfFeature }: Wide): number => data.features * bytesOfFeature;

/** A known word takes two bytes at the most: a quarter of the file for all of them. */
const FILE_BYTES_A_WORD = 8;
export const wordsWithin = (bytes: number): number => Math.max(1, Math.floor(bytes / FILE_BYTES_A_WORD));

/** n-grams without which there is no classifier to speak of. */
const LEAST_FEATURES = 20;
const MOST_TRIES = 6;

/**
 * The same classifier in a file of `most` bytes at the most, with so few n-grams as that asks for, judged anew.
 * @param all as it is without a bound; disposed where it is too large
 * @throws InputError where nothing is left to leave out
 */
export async function fittedInto(
  most: number,
  wide: Wide,
  all: Parts,
  assembled: (wide: Wide) => Parts,
  sizeOf: (parts: Parts) => Promise<number>,
): Promise<Parts> {
  if ((await sizeOf(all)) <= most) return all;
  all.model.dispose();
  const alone = assembled(wide);
  const size = await sizeOf(alone);
  if (size <= most) return alone;
  alone.model.dispose();
  // Rather too little is left out at first than too much: then two files tell what a feature takes.
  let [features, bytes, each] = [wide.data.features, size, size / wide.data.features];
  for (let tries = 0; tries < MOST_TRIES && features > LEAST_FEATURES; tries++) {
    const fewer = Math.max(LEAST_FEATURES, Math.floor(features - (1.02 * (bytes - most)) / each));
    const parts = assembled(await wide.keeping(fewer));
    const now = await sizeOf(parts);
    if (now <= most) return parts;
    parts.model.dispose();
    // What a feature takes, as these two files tell.
    if (now < bytes) each = (bytes - now) / (features - fewer);
    [features, bytes] = [fewer, now];
  }
  throw inputError({
    expected: `at least ${bytes.toLocaleString("en")} bytes, which ${counted(features, "n-gram")} and all that is kept beside them take`,
    where: "maxSize",
    received: most,
    typed: { where: "--max-size" },
  });
}

/** Parts of the n-grams that sizes are compared at. */
const PARTS = [1, 1 / 4, 1 / 16, 1 / 64, 1 / 256];

/** What files of n-grams alone would answer, the largest first. */
export async function comparedSizes(
  wide: Wide,
  assembled: (wide: Wide) => Parts,
  sizeOf: (parts: Parts) => Promise<number>,
): Promise<SizedAccuracy[]> {
  const all = wide.data.features;
  const sizes = PARTS.map((part) => Math.floor(part * all)).filter((features) => features >= LEAST_FEATURES);
  const least = sizes.at(-1) ?? all;
  const sizeWith = async (of: Wide) => {
    const parts = assembled(of);
    const bytes = await sizeOf(parts);
    parts.model.dispose();
    return bytes;
  };
  const size = await sizeWith(wide);
  const each = (size - (await sizeWith(await wide.keeping(least)))) / Math.max(1, all - least);
  const found: SizedAccuracy[] = [];
  for (const features of sizes) {
    const { rows, accuracy } = await wide.judgedKeeping(features);
    found.push({ bytes: Math.round(size - each * (all - features)), features, rows, accuracy });
  }
  return found;
}
