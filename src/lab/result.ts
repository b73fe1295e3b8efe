/** What a lab run comes to, as plain data. */
import type { CellName, GateStart } from "./network.js";
import type { TaskSource } from "./task.js";

/** One training run: one cell, one lag, one seed. */
export interface LabRun {
  /** Which cell. */
  cell: CellName;
  /** Steps between the last input that matters and the answer, at least. */
  lag: number;
  /** What weights and sequences were drawn from. */
  seed: number;
  /** Numbers in the network's weights. */
  params: number;
  /** Whether the criterion was met on the 256 unseen sequences it is checked on while learning. */
  solved: boolean;
  /** Share of 1,000 other unseen sequences processed correctly, after training. */
  right: number;
  /** Training sequences until solved, or in all. */
  sequences: number;
  /** "solved", "budget" (all sequences used up) or "diverged" (the loss became NaN or infinite). */
  ended: "solved" | "budget" | "diverged";
  /** Wall-clock. */
  seconds: number;
  /** While learning: the loss of a batch and the share right of 256 unseen sequences. */
  curve: { sequences: number; loss: number; right: number }[];
}

/** The runs of one cell at one lag. */
export interface LabCell {
  /** Which cell. */
  cell: CellName;
  /** Steps between the last input that matters and the answer, at least. */
  lag: number;
  /** Runs made. */
  runs: number;
  /** Those of them that met the criterion. */
  solved: number;
  /** Share of unseen sequences processed correctly: mean over seeds, and the spread. */
  right: { mean: number; least: number; most: number };
  /** Median training sequences of the runs that solved it; null where none did. */
  sequences: number | null;
  /** Numbers in the network's weights. */
  params: number;
}

/** What every run of an experiment used. */
export interface LabSettings {
  /** U of the recurrent layer. */
  units: number;
  /** Of Adam. */
  learningRate: number;
  /** All gradients together are scaled down to this norm. */
  clipnorm: number;
  /** How memory gates started. */
  gateStart: GateStart;
  /** Sequences a training step. */
  batchSize: number;
  /** Training sequences a run may use. */
  sequences: number;
  /** A run each, for every cell and lag. */
  seeds: number[];
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
    /** Share of unseen sequences that may be wrong in a solved task. */
    allowedWrong: number;
    source: TaskSource;
  };
  /** What every run used. */
  settings: LabSettings;
  /** The lags asked for, in order. */
  lags: number[];
  /** The cells asked for, in order. */
  cells: CellName[];
  /** The runs that were finished, in the order asked for. */
  runs: LabRun[];
  /** Per cell and lag, of the runs that were made. */
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

/** Runs grouped by cell and lag, in the order asked for. */
export function summarizeRuns(
  runs: readonly LabRun[],
  lags: readonly number[],
  cells: readonly CellName[],
): LabCell[] {
  const groups = lags.flatMap((lag) =>
    cells.map((cell) => runs.filter((run) => run.lag === lag && run.cell === cell)),
  );
  return groups.filter((group) => group.length > 0).map(summarizeGroup);
}

function summarizeGroup(group: LabRun[]): LabCell {
  const { cell, lag, params } = group[0]!;
  const right = group.map((run) => run.right);
  const solved = group.filter((run) => run.solved);
  return {
    cell,
    lag,
    runs: group.length,
    solved: solved.length,
    right: {
      mean: right.reduce((a, b) => a + b, 0) / right.length,
      least: Math.min(...right),
      most: Math.max(...right),
    },
    sequences: solved.length > 0 ? median(solved.map((run) => run.sequences)) : null,
    params,
  };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
