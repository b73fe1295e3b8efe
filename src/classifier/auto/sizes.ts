/** Files that may not be large: how few n-grams they may hold, and what fewer of them answer. */
import { inputError } from "../../base/errors.js";
import { counted } from "../../base/numbers.js";
import type { Parts, SizedAccuracy } from "../options.js";
import type { Wide } from "./wide.js";

/** Bytes that the n-grams of a classifier take in its file, about. */
export const bytesOf = ({ data, bytesOfFeature }: Wide): number => data.features * bytesOfFeature;

/** Known words may take this share of a file, at two bytes each. */
const WORDS_SHARE = 0.25;
const WORD_BYTES = 2;
export const wordsWithin = (bytes: number): number =>
  Math.max(1, Math.floor((WORDS_SHARE * bytes) / WORD_BYTES));

/** n-grams without which there is no classifier to speak of. */
const LEAST_FEATURES = 20;
const MOST_TRIES = 6;
/** What is aimed at of the bytes that may be taken, and what is near enough. */
const [FULL, NEARLY_FULL] = [0.97, 0.92];

/**
 * The same classifier in a file of `most` bytes at the most, with so few n-grams as that asks for, judged anew.
 * @param all as it is without a bound; disposed where it is too large
 * @throws InputError where nothing is left to leave out
 */
export async function fittedInto(
  most: number,
  wide: Wide,
  all: Parts,
  assembled: (wide: Wide) => Promise<Parts>,
  sizeOf: (parts: Parts) => Promise<number>,
): Promise<Parts> {
  if ((await sizeOf(all)) <= most) return all;
  all.model.dispose();
  const alone = await assembled(wide);
  const size = await sizeOf(alone);
  if (size <= most) return alone;
  alone.model.dispose();
  let tooMany = { features: wide.data.features, bytes: size };
  // Rather too little is left out at first than too much: then two files tell what a feature takes.
  let each = size / tooMany.features;
  let found: { parts: Parts; features: number; bytes: number } | null = null;
  for (let tries = 0; tries < MOST_TRIES && tooMany.features > LEAST_FEATURES; tries++) {
    if (found) each = (tooMany.bytes - found.bytes) / (tooMany.features - found.features);
    const from = found ?? tooMany;
    const wanted = Math.floor(from.features - (from.bytes - FULL * most) / each);
    const features = Math.max(LEAST_FEATURES, wanted);
    const parts = await assembled(await wide.keeping(features));
    const bytes = await sizeOf(parts);
    if (bytes <= most) {
      found?.parts.model.dispose();
      found = { parts, features, bytes };
      if (bytes >= NEARLY_FULL * most) break;
    } else {
      parts.model.dispose();
      if (bytes < tooMany.bytes) each = (tooMany.bytes - bytes) / (tooMany.features - features);
      tooMany = { features, bytes };
    }
  }
  if (found) return found.parts;
  // Of a larger file known words may take more, a quarter of it in all.
  const enough = Math.ceil(tooMany.bytes / (1 - WORDS_SHARE));
  throw inputError({
    expected: `at least ${enough.toLocaleString("en")} bytes, for ${counted(tooMany.features, "n-gram")} and all that is kept beside them`,
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
  assembled: (wide: Wide) => Promise<Parts>,
  sizeOf: (parts: Parts) => Promise<number>,
): Promise<SizedAccuracy[]> {
  const all = wide.data.features;
  const sizes = PARTS.map((part) => Math.floor(part * all)).filter((features) => features >= LEAST_FEATURES);
  const least = sizes.at(-1) ?? all;
  const sizeWith = async (of: Wide) => {
    const parts = await assembled(of);
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
