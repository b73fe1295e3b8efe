/** Options that say where a data file's texts and labels are. */
import { type Stats, statSync } from "node:fs";
import type { Command } from "commander";
import { inputError } from "../base/errors.js";
import { DUPLICATES, type Duplicates } from "../classifier/bundles.js";
import { choice, type Idle } from "./options.js";

export interface ColumnFlags {
  text?: string | number;
  label?: string | number;
}

export interface SplitFlags {
  group?: string | number;
  duplicates?: Duplicates;
}

/** A column by name, or by number from 1. */
const column = (value: string): string | number => (/^[1-9]\d*$/.test(value) ? Number(value) : value);

/** A folder's texts are its files and its labels their folders: it has no columns. */
export function idleColumns(...paths: readonly (string | undefined)[]): Idle {
  const folders =
    paths.every((path) => path === undefined || isFolder(path)) && "with a folder of label/*.txt";
  return { text: folders, label: folders, group: folders };
}

const isFolder = (path: string) => found(path)?.isDirectory() ?? false;

/** What a word names; undefined where that is nothing, or where it can be no path at all. */
function found(word: string): Stats | undefined {
  try {
    return statSync(word, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export function columnFlags(command: Command): Command {
  return command
    .option(
      "--text <column>",
      "the text column: its name, or its number from 1 (default: found by name)",
      column,
    )
    .option("--label <column>", "the label column, likewise", column);
}

/** Options that say which rows are never on both sides of a split. */
export function splitFlags(command: Command): Command {
  return command
    .option(
      "--group <column>",
      "who or what rows are from (sender, film): never on both sides of a split",
      column,
    )
    .addOption(
      choice(
        "--duplicates <where>",
        "rows of the same words in a split: together or apart (default: together with auto and linear and no --group)",
        DUPLICATES,
      ),
    );
}

/**
 * A file's name where texts are given is meant as the file, and would be taken for three letters and an ending. A folder's
 * is too where it cannot be a word.
 * @param advice what to do with the file instead
 */
export function refuseFiles(
  command: string,
  texts: readonly string[],
  advice: (file: string, isFolder: boolean) => string,
): void {
  for (const text of texts) {
    const named = found(text);
    if (!named || !(named.isFile() || /[\\/]/.test(text))) continue;
    throw inputError({
      expected: `texts, not a ${named.isDirectory() ? "folder" : "file"}'s name`,
      where: command,
      received: text,
      next: advice(text, named.isDirectory()),
    });
  }
}
