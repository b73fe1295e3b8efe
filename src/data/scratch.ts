/** Files for what is too large for memory, which are gone when the process ends: in Node. A browser has web-scratch.ts. */
import { hostname } from "node:os";
import type { TokenRows } from "../tokens/token-rows.js";
import type { RowLayout } from "./row-blocks.js";
import { RowFile } from "./row-file.js";

/** Numbers of tokens, of however many different ones. */
const TOKENS: RowLayout = { idBytes: 4, values: 0, limit: 2 ** 31 };

/** Rows of tokens in a file of its own. @throws InputError where no file can be made in the folder */
export function scratchTokens(folder: string): TokenRows {
  const file = RowFile.scratch(folder, TOKENS);
  return {
    get rows() {
      return file.rows;
    },
    get numbers() {
      return file.numbers;
    },
    add: (numbers, count) => file.add(numbers, count),
    countOf: (row) => file.countOf(row),
    read: (row) => file.read(row) as Int32Array,
    fresh: () => scratchTokens(folder),
    close: () => file.close(),
  };
}

/** What this host calls itself. */
export const host = (): string => hostname();

/** A sealed file of another process of this host; null where it is not to be found, or is another one. */
export function openShared(place: string, digest: string): RowFile | null {
  let file: RowFile;
  try {
    file = RowFile.open(place);
  } catch {
    return null;
  }
  if (file.digest === digest) return file;
  file.close();
  return null;
}

/** A file for rows of ids. @throws InputError where it cannot be made */
export const scratchRows = (folder: string, layout: RowLayout): RowFile => RowFile.scratch(folder, layout);
