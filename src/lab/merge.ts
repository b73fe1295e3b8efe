/** Experiments of single cells as the one experiment that they are parts of. */
import type { LabResult } from "./result.js";

/**
 * What an experiment of all these cells would have come to: runs do not depend on each other. Seconds are the longest's.
 * @param results of one task and the same options but for the cells, which differ
 */
export function mergedResults(results: readonly LabResult[]): LabResult {
  const [first] = results;
  if (!first) throw new TypeError("there is no result to merge");
  const cells = results.flatMap((result) => result.cells);
  // Lag by lag, and at each lag cell by cell, as one experiment makes them.
  const byLag = <T extends { lag: number }>(of: (result: LabResult) => readonly T[]): T[] =>
    first.lags.flatMap((lag) => results.flatMap((result) => of(result).filter((one) => one.lag === lag)));
  return {
    ...first,
    cells,
    runs: byLag(({ runs }) => runs),
    summary: byLag(({ summary }) => summary),
    threads: results.reduce((sum, { threads }) => sum + threads, 0),
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
    complete: results.every(({ complete }) => complete),
  };
}
