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

/**
 * The rounds of a search: all settings on the first seed, those that lead on the others. Every run may use all training
 * sequences: a part of them would favour what learns fast.
 */
const ROUNDS = [
  { seeds: CHOOSING.seeds.slice(0, 1), settings: Number.POSITIVE_INFINITY },
  { seeds: CHOOSING.seeds.slice(1), settings: CHOOSING.kept },
];

/** The runs that `search` will make, in their order. */
export const plannedSearch = (places: readonly Place[], sequences: number): Planned[] =>
  ROUNDS.flatMap(({ seeds, settings }) =>
    places.flatMap(({ cell, lag }) => {
      const runs = Math.min(settings, candidates(cell).length) * seeds.length;
      return Array.from({ length: runs }, () => ({ cell, lag, budget: sequences, choosing: true }));
    }),
  );

/** A setting and what came of it, on every seed that it has run on. */
interface Tried {
  setting: Setting;
  runs: readonly LabRun[];
}

/** @returns the choice for each place, in their order; null where it was aborted */
export async function search(
  task: string,
  places: readonly Place[],
  sequences: number,
  pool: Pool,
): Promise<Choice[] | null> {
  let left = places.map(({ cell }) => candidates(cell).map((setting): Tried => ({ setting, runs: [] })));
  const tried = left.map((settings) => settings.length);
  for (const { seeds, settings } of ROUNDS) {
    left = left.map((those) => those.slice(0, settings));
    const jobs = places.flatMap((place, k) =>
      left[k]!.flatMap(({ setting }) =>
        seeds.map((seed): Job => ({ ...place, setting, seed, budget: sequences })),
      ),
    );
    const made = await pool.make(jobs);
    if (made.some((run) => run === undefined)) return null;
    const runs = made as LabRun[];
    left = left.map((those) =>
      ranked(
        those.map(({ setting, runs: before }) => ({
          setting,
          runs: [...before, ...runs.splice(0, seeds.length)],
        })),
      ),
    );
  }
  return places.map(({ cell, lag }, k) => ({
    task,
    lag,
    cell,
    tried: tried[k]!,
    setting: left[k]![0]!.setting,
  }));
}

/** The best first: most runs solved, most right, least loss, fewest sequences; of equals, the one tried first. */
export function ranked(tried: readonly Tried[]): Tried[] {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const scored = tried.map((one) => ({
    one,
    score: [
      -mean(one.runs.map(({ solved }) => Number(solved))),
      -mean(one.runs.map(({ right }) => right)),
      mean(one.runs.map(({ loss }) => (Number.isFinite(loss) ? loss : Number.MAX_VALUE))),
      mean(one.runs.map((run) => run.sequences)),
    ],
  }));
  return scored
    .sort((a, b) => a.score.map((value, i) => value - b.score[i]!).find((apart) => apart !== 0) ?? 0)
    .map(({ one }) => one);
}
