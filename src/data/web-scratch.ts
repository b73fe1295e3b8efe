/** In place of scratch.ts where there are no files. */
import { inputError } from "../base/errors.js";
import type { TokenRows } from "../tokens/token-rows.js";
import type { RowLayout } from "./row-blocks.js";
import type { RowFile } from "./row-file.js";

const noFiles = () =>
  inputError({
    expected: "to be left out in a browser, where rows are kept in memory",
    where: "scratch",
    next: "Train on fewer rows, or in Node.",
  });

/** @throws InputError always */
export function scratchTokens(_folder: string): TokenRows {
  throw noFiles();
}

/** @throws InputError always */
export function scratchRows(_folder: string, _layout: RowLayout): RowFile {
  throw noFiles();
}

/** @throws InputError always */
export function host(): string {
  throw noFiles();
}

/** @throws InputError always */
export function openShared(_place: string, _digest: string): RowFile | null {
  throw noFiles();
}
