/** A lab's result drawn, for others: the data and options are checked. */
import { drawn, pictured } from "../drawing/given.js";
import { labChart, summaryHeaders, summaryRows } from "./chart.js";
import { labPage as page } from "./page.js";
import type { LabResult } from "./result.js";

/**
 * Draws what `runLab` gives: over lags, or over what was swept; a line a cell and setting, a dot a run.
 * @throws InputError for anything else, and for options that it does not have
 */
export const labPicture = pictured(labChart, "labPicture", "runLab", 1);

/**
 * What `runLab` gives as a self-contained HTML page.
 * @param result what it gave
 * @throws InputError for anything else
 */
export const labPage = drawn((result: LabResult) => page(result), "labPage", "runLab");

/** A table of texts: its heads, and the cells of each row. */
export interface LabTable {
  headers: string[];
  rows: string[][];
}

/**
 * What `runLab` gives as a table: a row for each group of runs. The first three columns are words, the others numbers.
 * @param result what it gave
 * @throws InputError for anything else
 */
export const labTable = drawn(
  (result: LabResult): LabTable => ({ headers: summaryHeaders(result), rows: summaryRows(result) }),
  "labTable",
  "runLab",
);
