/** What is measured of processes that train together. */

/** Of each step of one run. */
export interface StepTimes {
  ms: number[];
  /** Of these, in transfers: waiting for other processes included. Zeros where that was not measured. */
  transferMs: number[];
  /** Bytes that the first process received in a step. */
  received: number;
}

/** The least time of a transfer. */
export interface Transfer {
  /** Of all processes together: what each has after allGather. */
  bytes: number;
  allGatherMs: number;
  exchangeMs: number;
}

/** What one run prints. */
export interface Measured {
  /** By the rows of a batch. */
  steps: Record<number, StepTimes>;
  transfers: Transfer[];
}

/** Where processes run. */
export type Over = "shared memory" | "TCP";

/** All runs of one way to train. */
export interface Series {
  name: string;
  over: Over;
  processes: number;
  runs: Measured[];
}

/** What a bench writes, and a simulation reads. */
export interface ScaleFile {
  machine: string;
  cores: number;
  /** Weights of the network. */
  params: number;
  series: Series[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** All steps of all runs in batches of so many rows. */
export function stepsIn(
  { runs }: Series,
  batch: number,
): { ms: number[]; transferMs: number[]; received: number } {
  const all = runs.flatMap(({ steps }) => steps[batch] ?? []);
  return {
    ms: all.flatMap(({ ms }) => ms),
    transferMs: all.flatMap(({ transferMs }) => transferMs),
    received: all[0]?.received ?? 0,
  };
}
