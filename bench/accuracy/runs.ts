/** What is measured: data sets as runs, each of which trains on rows and is tested on others. */
import type { LabelledText } from "../../src/index.js";
import { PURPOSE, Random } from "../../src/kernels/philox.js";

/** Rows to learn from and rows to be tested on, once. */
export interface Trial {
  train: LabelledText[];
  test: LabelledText[];
}

/** Trials whose figures are averaged into one. */
export interface Run {
  /** What follows from chance in training follows from it. */
  seed: number;
  trials: Trial[];
}

export type Effort = "low" | "medium" | "high";

export interface DataSet {
  name: string;
  /** How much a method that tries several things may spend. */
  effort: Effort;
  /** Whether other seeds draw other rows: else a method without chance needs one run only. */
  drawn: boolean;
  runs: Run[];
}

/** Share of the messages of the SMS Spam Collection to learn from. */
const LEARNED = 0.7;
const VALIDATION_ROWS = 600;
const TEST_ROWS = 600;

/** Random numbers of their own for each kind of draw. */
const STREAM = { split: 0, validation: 1, test: 2, few: 3, extra: 4 };
const drawing = (seed: number, stream: keyof typeof STREAM) =>
  new Random(seed, PURPOSE.split, STREAM[stream]);

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Rows in a random order. */
function shuffled(rows: readonly LabelledText[], random: Random): LabelledText[] {
  return Array.from(random.permutation(rows.length), (row) => rows[row]!);
}

/** The same rows to learn from and to be tested on, whatever the seed. */
export function fixed(name: string, effort: Effort, trial: Trial, seeds: number): DataSet {
  return { name, effort, drawn: false, runs: upTo(seeds).map((seed) => ({ seed, trials: [trial] })) };
}

/** Any 70 % of the rows to learn from, the others to be tested on. */
export function splitOf(rows: readonly LabelledText[], seed: number): Trial {
  const order = shuffled(rows, drawing(seed, "split"));
  const learned = Math.round(rows.length * LEARNED);
  return { train: order.slice(0, learned), test: order.slice(learned) };
}

/** A split whose rows to learn from keep so few of the label `rare` that it has `share` of them. */
export function rareIn({ train, test }: Trial, rare: string, share: number): Trial {
  const others = train.filter(({ label }) => label !== rare);
  const kept = Math.round((others.length * share) / (1 - share));
  let seen = 0;
  return { train: train.filter(({ label }) => label !== rare || seen++ < kept), test };
}

/** A run a seed, on rows that it draws. */
export function drawn(name: string, seeds: number, trialsOf: (seed: number) => Trial[]): DataSet {
  return {
    name,
    effort: "medium",
    drawn: true,
    runs: upTo(seeds).map((seed) => ({ seed, trials: trialsOf(seed) })),
  };
}

/**
 * So many rows drawn of each set: a label by its share of them, but at least two rows of each. 600 rows of each set stay
 * out of every draw (what settings are chosen on), and up to 600 of its test rows are answered, the same for all draws.
 */
export function fewRows(name: string, sets: readonly Trial[], rows: number, draws: number): DataSet {
  const parts = sets.map(({ train, test }) => ({
    pool: shuffled(train, drawing(0, "validation")).slice(VALIDATION_ROWS),
    test: shuffled(test, drawing(0, "test")).slice(0, TEST_ROWS),
  }));
  return drawn(name, draws, (seed) =>
    parts.map(({ pool, test }) => ({ train: drawFew(pool, rows, seed), test })),
  );
}

/** Rows drawn without replacement. */
export function drawFew(pool: readonly LabelledText[], rows: number, seed: number): LabelledText[] {
  const order = shuffled(pool, drawing(seed, "few"));
  const labels = [...new Set(pool.map(({ label }) => label))].sort();
  const ofLabel = labels.map((label) => order.filter((row) => row.label === label));
  const shares = ofLabel.map((of) => of.length / pool.length);
  const counts = shares.map((share) => Math.max(2, Math.floor(share * rows)));
  const total = () => counts.reduce((sum, count) => sum + count, 0);
  while (total() > rows) counts[counts.indexOf(Math.max(...counts))]!--;
  const random = drawing(seed, "extra");
  for (let i = 0; total() < rows; i++) counts[weighedIndex(shares, random.uniform(i))]!++;
  return ofLabel.flatMap((of, k) => of.slice(0, counts[k]));
}

/** Where a number in [0, 1) falls among shares that add up to 1. */
function weighedIndex(shares: readonly number[], at: number): number {
  let end = 0;
  const found = shares.findIndex((share) => at < (end += share));
  return found < 0 ? shares.length - 1 : found;
}
