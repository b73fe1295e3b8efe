/** What a lab run comes to, as plain data. */
import type { CellName } from "./cells.js";
import type { Setting, SweepName } from "./setting.js";
import type { LabTask, TaskSource } from "./task.js";

/** One training run: one cell, one lag, one seed. */
export interface LabRun {
  /** Which cell. */
  cell: CellName;
  /** Steps between the last input that matters and the answer, at least. */
  lag: number;
  /** What weights and sequences were drawn from. */
  seed: number;
  /** What the network was made with. */
  setting: Setting;
  /** Numbers in the network's weights. */
  params: number;
  /** Whether the criterion was met on the 256 unseen sequences it is checked on while learning. */
  solved: boolean;
  /** Share of 1,000 other unseen sequences processed correctly, after training. */
  right: number;
  /** The same of 1,000 sequences longer than all that were learned from; null of tasks that ask for none. */
  beyond: number | null;
  /** Of the 1,000: cross-entropy an answer in nats, or squared error; NaN of a run that diverged. */
  loss: number;
  /** Training sequences until solved, or in all. */
  sequences: number;
  /** "solved", "budget" (all sequences used up) or "diverged" (the loss became NaN or infinite). */
  ended: "solved" | "budget" | "diverged";
  /** Wall-clock. */
  seconds: number;
  /** While learning: the loss of a batch and the share right of 256 unseen sequences. */
  curve: { sequences: number; loss: number; right: number }[];
}

/**
 * Where a setting is from: "chosen" by a search on other seeds, "keras" (Keras's defaults), "given" by the caller, or
 * "swept".
 */
export type SettingSource = "chosen" | "keras" | "given" | "swept";

/** One cell at one lag with one setting: what a run a seed is made of. */
export interface LabEntry {
  /** Which cell. */
  cell: CellName;
  /** Steps between the last input that matters and the answer, at least. */
  lag: number;
  /** What its networks are made with. */
  setting: Setting;
  /** Where that is from. */
  from: SettingSource;
  /** Settings that it was chosen from; null where nothing was chosen. */
  tried: number | null;
  /** The lag that it was chosen at; null where nothing was chosen. */
  chosenAt: number | null;
  /** The value that is swept; null stands for none of it (no clipping, no truncation), and where nothing is swept. */
  value: number | null;
}

/** A measure over seeds: its mean and its spread. */
export interface Spread {
  /** Over seeds. */
  mean: number;
  /** Of the seed with the least. */
  least: number;
  /** Of the seed with the most. */
  most: number;
}

/** The runs of one cell at one lag with one setting. */
export interface LabCell extends LabEntry {
  /** Runs made. */
  runs: number;
  /** Those of them that met the criterion. */
  solved: number;
  /** Share of unseen sequences processed correctly. */
  right: Spread;
  /** The same of longer ones than those learned from; null of tasks that ask for none. */
  beyond: Spread | null;
  /** Cross-entropy an answer in nats, or squared error; NaN where a run diverged. */
  loss: Spread;
  /** Median training sequences of the runs that solved it; null where none did. */
  sequences: number | null;
  /** Numbers in the network's weights. */
  params: number;
}

/** The sizes of an experiment, the same for all cells. */
export interface LabSizes {
  /** U of the recurrent layer. */
  units: number;
  /** Sequences a training step. */
  batchSize: number;
  /** Training sequences a run may use. */
  sequences: number;
}

/** What every run of an experiment used. */
export interface LabSettings extends LabSizes {
  /** A run each, for every cell and lag. */
  seeds: number[];
  /** Where settings were chosen: the seeds, others than those reported. */
  choosingSeeds: number[];
}

/** An experiment: what was asked, every run, and their summary. */
export interface LabResult {
  /** The task, in words. */
  task: {
    name: string;
    title: string;
    reads: string;
    asked: string;
    criterion: string;
    /** Share of unseen sequences that may be wrong in a solved task; null where nothing is solved. */
    allowedWrong: number | null;
    /** Whether the loss is what counts, its unit and what it is of. */
    measure: LabTask["measure"] | null;
    source: TaskSource;
  };
  /** What every run used. */
  settings: LabSettings;
  /** The lags asked for, in order. */
  lags: number[];
  /** The cells asked for, in order. */
  cells: CellName[];
  /** What was swept; null for an experiment over lags. */
  sweep: SweepName | null;
  /** What can be had without memory at each lag, in nats an answer; empty where the task has no such number. */
  baselines: { lag: number; name: string; loss: number }[];
  /** The runs that were finished, in the order asked for. */
  runs: LabRun[];
  /** Per cell, lag and setting, of the runs that were made. */
  summary: LabCell[];
  /** The engine that they ran on. */
  engine: string;
  /** Runs at once. */
  threads: number;
  /** Wall-clock, in all. */
  seconds: number;
  /** False where it was interrupted. */
  complete: boolean;
}

/** The runs of an entry, summed up. @param runs at least one */
export function summarize(entry: LabEntry, runs: readonly LabRun[]): LabCell {
  const solved = runs.filter((run) => run.solved);
  const beyond = runs.flatMap((run) => run.beyond ?? []);
  return {
    ...entry,
    runs: runs.length,
    solved: solved.length,
    right: spreadOf(runs.map((run) => run.right)),
    beyond: beyond.length > 0 ? spreadOf(beyond) : null,
    loss: spreadOf(runs.map((run) => run.loss)),
    sequences: solved.length > 0 ? median(solved.map((run) => run.sequences)) : null,
    params: runs[0]!.params,
  };
}

const spreadOf = (values: number[]): Spread => ({
  mean: values.reduce((a, b) => a + b, 0) / values.length,
  least: Math.min(...values),
  most: Math.max(...values),
});

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
