/** Chooses a setting for every cell at every lag, on seeds that are not reported. */
import type { CellName } from "./cells.js";
import { CHOOSING } from "./chosen.js";
import type { Job } from "./learn.js";
import type { Planned, Pool } from "./pool.js";
import type { LabRun } from "./result.js";
import { type Choice, candidates, type Setting } from "./setting.js";

/** One cell at one lag. */
export interface Place {
  cell: CellName;
  lag: number;
}

/** The runs of a round: so many settings on these seeds, each with so many training sequences. */
interface Round {
  settings: number;
  seeds: readonly number[];
  budget: number;
}

/** All settings on the first seed with a part of the sequences; those that lead, on the others with all. */
function rounds(tried: number, sequences: number): [Round, Round] {
  const { seeds, share, kept } = CHOOSING;
  return [
    { settings: tried, seeds: seeds.slice(0, 1), budget: Math.ceil(sequences * share) },
    { settings: kept, seeds: seeds.slice(1), budget: sequences },
  ];
}

/** The runs that `search` will make, in their order. */
export const plannedSearch = (places: readonly Place[], sequences: number): Planned[] =>
  [0, 1].flatMap((round) =>
    places.flatMap(({ cell, lag }) => {
      const { settings, seeds, budget } = rounds(candidates(cell).length, sequences)[round]!;
      return Array.from({ length: settings * seeds.length }, () => ({ cell, lag, budget, choosing: true }));
    }),
  );

/** @returns the choice for each place, in their order; null where it was aborted */
export async function search(
  task: string,
  places: readonly Place[],
  sequences: number,
  pool: Pool,
): Promise<Choice[] | null> {
  let left = places.map(({ cell }) => candidates(cell));
  const tried = left.map((settings) => settings.length);
  for (const round of [0, 1]) {
    const jobs = places.flatMap((place, k) => {
      const { seeds, budget } = rounds(tried[k]!, sequences)[round]!;
      return left[k]!.flatMap((setting) => seeds.map((seed): Job => ({ ...place, setting, seed, budget })));
    });
    const made = await pool.make(jobs);
    if (made.some((run) => run === undefined)) return null;
    const runs = made as LabRun[];
    let at = 0;
    left = left.map((settings, k) => {
      const each = rounds(tried[k]!, sequences)[round]!.seeds.length;
      const groups = settings.map((setting, n) => ({
        setting,
        runs: runs.slice(at + n * each, at + (n + 1) * each),
      }));
      at += settings.length * each;
      return ranked(groups);
    });
    left = left.map((settings) => settings.slice(0, CHOOSING.kept));
  }
  return places.map(({ cell, lag }, k) => ({ task, lag, cell, tried: tried[k]!, setting: left[k]![0]! }));
}

/** The best first: most runs solved, most right, least loss, fewest sequences; of equals, the one tried first. */
export function ranked(groups: readonly { setting: Setting; runs: readonly LabRun[] }[]): Setting[] {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const scored = groups.map(({ setting, runs }) => ({
    setting,
    score: [
      -mean(runs.map(({ solved }) => Number(solved))),
      -mean(runs.map(({ right }) => right)),
      mean(runs.map(({ loss }) => (Number.isFinite(loss) ? loss : Number.MAX_VALUE))),
      mean(runs.map((run) => run.sequences)),
    ],
  }));
  return scored
    .sort((a, b) => a.score.map((value, i) => value - b.score[i]!).find((apart) => apart !== 0) ?? 0)
    .map(({ setting }) => setting);
}
