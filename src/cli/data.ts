/** Options that say where a data file's texts and labels are. */
import type { Command } from "commander";

export interface ColumnFlags {
  text?: string | number;
  label?: string | number;
}

/** A column by name, or by number from 1. */
const column = (value: string): string | number => (/^[1-9]\d*$/.test(value) ? Number(value) : value);

export function columnFlags(command: Command): Command {
  return command
    .option(
      "--text <column>",
      "the text column: its name, or its number from 1 (default: found by name)",
      column,
    )
    .option("--label <column>", "the label column, likewise", column);
}
