/** Padding and cutting, as keras.utils.pad_sequences (keras/src/utils/sequence_utils.py). */
import { listOf, numbersOf } from "../base/arguments.js";
import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { MOST_IDS, type RowOptions, SIDES, type Side } from "./options.js";

/** Rows of ids, one after another. */
export interface IdRows {
  /** [rows][length], float32 as every buffer of an engine */
  ids: Float32Array;
  /** How many rows. */
  rows: number;
  /** Ids in each. */
  length: number;
}

/**
 * Lays `count` ids into a row: zeros (or `value`) fill what is short on the `padding` side, and what is too long is cut
 * from the `truncating` side.
 */
export function layRow(
  row: Float32Array,
  ids: ArrayLike<number>,
  count: number,
  padding: Side,
  truncating: Side,
  value = 0,
): void {
  const length = row.length;
  const kept = Math.min(count, length);
  const from = truncating === "pre" ? count - kept : 0;
  const to = padding === "pre" ? length - kept : 0;
  if (kept < length) row.fill(value);
  for (let i = 0; i < kept; i++) row[to + i] = ids[from + i]!;
}

/** Keras's pad_sequences: pre-padding and pre-cutting by default; without `length`, as long as the longest. */
export function padSequences(
  sequences: readonly (readonly number[])[],
  options: RowOptions & { value?: number } = {},
): IdRows {
  knownOptions(options, ["length", "padding", "truncating", "value"], "padSequences");
  listOf(sequences, "padSequences", numbersOf);
  const value = finiteNumber(options.value ?? 0, "padSequences value");
  const padding = oneOf(options.padding ?? "pre", SIDES, "padSequences padding");
  const truncating = oneOf(options.truncating ?? "pre", SIDES, "padSequences truncating");
  const longest = sequences.reduce((most, sequence) => Math.max(most, sequence.length), 0);
  const length = wholeNumber(
    options.length ?? longest,
    "padSequences length",
    options.length === undefined ? 0 : 1,
  );
  const ids = newRows(sequences.length, length, "padSequences");
  sequences.forEach((sequence, r) => {
    const row = ids.subarray(r * length, (r + 1) * length);
    layRow(row, sequence, sequence.length, padding, truncating, value);
  });
  return { ids, rows: sequences.length, length };
}

/** Room for so many rows, refused in words where it is beyond what one array can hold. */
export function newRows(rows: number, length: number, where: string): Float32Array {
  const most = MOST_IDS * 64;
  if (rows * length > most) {
    throw inputError({
      expected: `at most ${most} ids in all`,
      where,
      received: rows * length,
      next: `${rows} rows of ${length}: choose a smaller length, or encode in parts.`,
    });
  }
  return new Float32Array(rows * length);
}
