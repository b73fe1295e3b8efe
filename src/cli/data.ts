/** Options that say where a data file's texts and labels are. */
import { statSync } from "node:fs";
import type { Command } from "commander";
import type { Idle } from "./options.js";

export interface ColumnFlags {
  text?: string | number;
  label?: string | number;
}

/** A column by name, or by number from 1. */
const column = (value: string): string | number => (/^[1-9]\d*$/.test(value) ? Number(value) : value);

/** A folder's texts are its files and its labels their folders: it has no columns. */
export function idleColumns(...paths: readonly (string | undefined)[]): Idle {
  const folders =
    paths.every((path) => path === undefined || isFolder(path)) && "with a folder of label/*.txt";
  return { text: folders, label: folders };
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

export function columnFlags(command: Command): Command {
  return command
    .option(
      "--text <column>",
      "the text column: its name, or its number from 1 (default: found by name)",
      column,
    )
    .option("--label <column>", "the label column, likewise", column);
}
