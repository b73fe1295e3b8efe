/** What an experiment of the lab is. Letters: T steps, F features of a step, O outputs (of a step, where it answers at every one). */
import type { Draw } from "./draw.js";

/**
 * How the network answers. Once, after the last step: one sigmoid or linear unit, or softmax over O classes.
 * At every step ("softmaxSteps"): softmax over O symbols; the rows of targets and outputs are then [T][O].
 */
export type AnswerKind = "sigmoid" | "linear" | "softmax" | "softmaxSteps";

/** The sizes of a task's network at one lag. */
export interface TaskSizes {
  /** T, of the longest sequence; shorter ones are filled up with zeros. */
  steps: number;
  /** F: numbers a step. */
  features: number;
  /** O: numbers in an answer. */
  outputs: number;
}

/** What a run uses where the caller does not say. */
export interface TaskDefaults {
  /** Lags, each a run for every cell and seed. */
  lags: readonly number[];
  /** U of the recurrent layer, the same for every kind of cell. */
  units: number;
  /** Sequences a training step. */
  batchSize: number;
  /** Training sequences after which a run that has not solved the task counts as failed. */
  sequences: number;
}

/** Where a task comes from, and how it was set there. */
export interface TaskSource {
  /** Authors, year and experiment. */
  paper: string;
  /** The settings of the paper, in a sentence. */
  settings: string;
  /** What the paper called success. */
  success: string;
}

/** A task that asks a network to keep something in mind over a lag. */
export interface LabTask {
  /** As `runLab` takes it. */
  readonly name: string;
  /** As a heading has it. */
  readonly title: string;
  /** What the network reads, and what it is asked. */
  readonly reads: string;
  /** What the network is asked. */
  readonly asked: string;
  /** Where the task comes from. */
  readonly source: TaskSource;
  /** How the network answers. */
  readonly answer: AnswerKind;
  /** When one sequence counts as processed correctly, in words; `right` decides. */
  readonly criterion: string;
  /**
   * A run has solved the task when at most this share of unseen sequences is processed wrongly, and stops there; null
   * where nothing is solved and every run uses up its sequences (a language model).
   */
  readonly allowedWrong: number | null;
  /** What a run uses where the caller does not say. */
  readonly defaults: TaskDefaults;
  /** Below this there is no such task. */
  readonly leastLag: number;
  /**
   * The sizes of the network at a lag: the least number of steps between the last relevant input and the answer
   * (Hochreiter and Schmidhuber's table 10).
   */
  sizes(lag: number): TaskSizes;
  /** Writes a sequence into x [T][F] and its target into y ([O] or [T][O]); both come zeroed. */
  draw(numbers: Draw, lag: number, x: Float32Array, y: Float32Array): void;
  /** Writes a sequence longer than all that is learned from; of tasks that ask whether a rule goes on. */
  drawBeyond?(numbers: Draw, lag: number, x: Float32Array, y: Float32Array): void;
  /** What can be had without memory: cross-entropies an answer, in nats, by what they are of. */
  baselines?(lag: number): Readonly<Record<string, number>>;
  /** Whether the loss, not the share right, is what the task is judged by, and in which unit. */
  readonly measure?: { readonly loss: "nats" | "bits"; readonly of: string };
  /** Whether the network's answer to a sequence is right. */
  right(output: Float32Array, target: Float32Array, sizes: TaskSizes): boolean;
}

/** What there is to say of a task, as plain data. */
export type TaskFacts = Pick<
  LabTask,
  "name" | "title" | "reads" | "asked" | "criterion" | "source" | "defaults" | "leastLag"
>;

export const factsOf = (task: LabTask): TaskFacts => {
  const { name, title, reads, asked, criterion, source, defaults, leastLag } = task;
  return { name, title, reads, asked, criterion, source, defaults, leastLag };
};

/** "absolute error of all output units at sequence end is below β" (Hochreiter and Schmidhuber, table 11). */
export function withinError(output: Float32Array, target: Float32Array, limit: number): boolean {
  for (let k = 0; k < target.length; k++) if (!(Math.abs(output[k]! - target[k]!) < limit)) return false;
  return true;
}

/** A sequence length from T to T + T/10, as in experiments 3 to 6; rows have room for the longest. */
export const longest = (T: number): number => T + Math.floor(T / 10);
export const drawLength = (numbers: Draw, T: number): number => numbers.between(T, longest(T));
