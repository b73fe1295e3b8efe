/** The settings that a search chose before, so that an experiment is quick and the comparison still fair. */
import type { CellName } from "./cells.js";
import { CHOSEN } from "./chosen-table.js";
import type { Choice } from "./setting.js";

/**
 * Seeds that settings are chosen on: others than the ones reported. All settings run on the first; those that lead there
 * run on the others too: what solves a task from one seed or three often fails from a fourth.
 */
export const CHOOSING = { seeds: [100_001, 100_002, 100_003, 100_004, 100_005], kept: 4 } as const;

/** What was chosen for this cell at the nearest lag that a search was made for (by ratio); null where there was none. */
export function chosenFor(task: string, cell: CellName, lag: number): Choice | null {
  const apart = (choice: Choice) => Math.abs(Math.log(choice.lag / lag));
  const found = CHOSEN.filter((choice) => choice.task === task && choice.cell === cell);
  return found.sort((a, b) => apart(a) - apart(b))[0] ?? null;
}
