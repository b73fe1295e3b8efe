/**
 * Whole numbers as text: base-64 digits of five bits each, the lowest first; a digit of 32 or more says that another
 * follows. As in source maps (without the sign); small numbers take one character, and deflate packs the rest.
 */
import { inputError } from "../base/errors.js";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Int8Array(128).fill(-1);
for (let k = 0; k < DIGITS.length; k++) VALUES[DIGITS.charCodeAt(k)] = k;

/** The numbers, each from 0 to 2³² − 1, as text. */
export function writeWhole(numbers: Iterable<number>): string {
  const parts: string[] = [];
  let text = "";
  for (const number of numbers) {
    let rest = number;
    while (rest >= 32) {
      text += DIGITS[32 + (rest % 32)];
      rest = Math.floor(rest / 32);
    }
    text += DIGITS[rest];
    if (text.length > 8192) {
      parts.push(text);
      text = "";
    }
  }
  return parts.join("") + text;
}

/** The numbers of a text. @throws InputError that names `where` for another text, or one of another `count` */
export function readWhole(text: unknown, count: number, where: string): Uint32Array {
  const refuse = (received: unknown) =>
    inputError({ expected: `${count} whole numbers, written as text`, where, received });
  // A number takes a character at the least: what is claimed is there before room is taken for it.
  if (typeof text !== "string" || text.length < count) throw refuse(text);
  const numbers = new Uint32Array(count);
  let at = 0;
  let [value, unit] = [0, 1];
  for (let k = 0; k < text.length; k++) {
    const digit = VALUES[text.charCodeAt(k)] ?? -1;
    if (digit < 0) throw refuse(text[k]);
    value += (digit % 32) * unit;
    unit *= 32;
    if (digit >= 32 && unit <= 2 ** 32) continue;
    const beyond = value >= 2 ** 32 || digit >= 32;
    if (at === count || beyond) throw refuse(beyond ? "one beyond 32 bits" : `more than ${count}`);
    numbers[at++] = value;
    [value, unit] = [0, 1];
  }
  if (at < count || unit > 1) throw refuse(`${at} whole ones`);
  return numbers;
}

/** Numbers in rising order, as the differences of neighbours. */
export const writeRising = (numbers: Iterable<number>): string => {
  let last = 0;
  return writeWhole(
    Array.from(numbers, (number) => {
      const difference = number - last;
      last = number;
      return difference;
    }),
  );
};

/** Numbers that `writeRising` wrote, no two the same. @throws InputError that names `where` */
export function readRising(text: unknown, count: number, where: string): Uint32Array {
  const numbers = readWhole(text, count, where);
  let last = 0;
  for (let k = 0; k < count; k++) {
    last += numbers[k]!;
    if ((k > 0 && numbers[k] === 0) || last >= 2 ** 32) {
      throw inputError({ expected: "numbers of 32 bits in rising order", where, received: last });
    }
    numbers[k] = last;
  }
  return numbers;
}
