/** What a worker tells of data and of training, as plain data. */

import type { Prediction } from "../classifier/answer.js";
import type { ClassifierEvaluation } from "../classifier/classifier.js";
import type { TrainingRecord } from "../classifier/options.js";
import type { LabelCount } from "../data/labels.js";
import type { DataDescription, LabelledRow } from "../data/read.js";
import type { Reject } from "../data/table.js";
import type { Finding } from "../explain/doctor/finding.js";
import type { Logs } from "../train/training-state.js";

/** What was read. */
export interface ReadReport {
  /** Format, encoding, columns, and how those of text and label were found. */
  readonly description: DataDescription;
  /** What was done to the rows that may not be meant. */
  readonly notes: readonly string[];
  /** Rows that can be learned from. */
  readonly rows: number;
  /** How many rows have each label, the commonest first. */
  readonly labels: readonly LabelCount[];
  /** The first rows. */
  readonly first: readonly LabelledRow[];
  /** Rows that cannot be used: how many, and the first of them with the reason. */
  readonly rejects: { readonly count: number; readonly first: readonly Reject[] };
  /** What the doctor finds in texts and labels, before there is a model. */
  readonly findings: readonly Finding[];
  /** Why `train` would refuse such labels, in words; null where it would not. */
  readonly refusal: string | null;
}

/** What is in place before the first step. */
export interface PreparedReport {
  /** The labels in the order of the outputs. */
  readonly labels: readonly string[];
  /** Rows learned from, held out to choose the best epoch by, and held out to measure on. */
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Words that the network knows, padding included, and ids in a row. */
  readonly vocabulary: number;
  /** Ids in a row. */
  readonly length: number;
  /** Numbers in the weights. */
  readonly parameters: number;
  /** "native", "wasm" or "reference". */
  readonly engine: string;
  /** That are to share the work. */
  readonly threads: number;
  /** The network layer by layer, as Keras prints it. */
  readonly summary: string;
  /** What the doctor finds without running the network. */
  readonly findings: readonly Finding[];
}

/** A batch that was learned. */
export interface BatchReport {
  /** From 1. */
  readonly epoch: number;
  /** In the epoch, from 1. */
  readonly batch: number;
  /** Batches an epoch. */
  readonly batches: number;
  /** Batches since the start. */
  readonly step: number;
  /** Of this batch by itself. */
  readonly loss: number;
  /** Loss and metrics of the epoch so far. */
  readonly logs: Logs;
  /** Of the next step. */
  readonly learningRate: number;
  /** ‖∂loss/∂w‖ before clipping, by the weight's name; null where not asked for. */
  readonly gradientNorms: Readonly<Record<string, number>> | null;
  /** The answers to `probes`, where it is the last of what is told together; null in the others. */
  readonly answers: readonly Prediction[] | null;
}

/** An epoch that was learned. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Most epochs of this training. */
  readonly epochs: number;
  /** loss, accuracy, valLoss, valAccuracy, learningRate … */
  readonly logs: Logs;
  /** [label answered for][label answered] of the rows held out for validation, where there are some. */
  readonly confusion: readonly (readonly number[])[] | null;
  /** The answers to `probes`. */
  readonly answers: readonly Prediction[];
  /** That the epoch took, pauses left out. */
  readonly seconds: number;
}

/** What a message tells of, in order. */
export type Learnt = { readonly batch: BatchReport } | { readonly epoch: EpochReport };

/** What came of a training. */
export interface TrainingSummary {
  /** The labels in the order of the outputs. */
  readonly labels: readonly string[];
  /** Numbers in the weights. */
  readonly parameters: number;
  /** Where it was computed. */
  readonly engine: string;
  /** That shared the work. */
  readonly threads: number;
  /** Rows, settings and history, as they are saved with the classifier; why it ended early; of "auto", what was tried. */
  readonly training: TrainingRecord;
  /** On the rows held out to measure on; null where there are none. */
  readonly evaluation: ClassifierEvaluation | null;
  /** What the doctor finds in model, data and training. */
  readonly findings: readonly Finding[];
  /** Epochs whose weights are kept: those that `at` can go back to. 0 is before the first step. */
  readonly epochs: readonly number[];
  /** What may make it answer otherwise than where its parts came from, a line each. */
  readonly notes: readonly string[];
}

/** Where a training is that pauses. */
export interface Pause {
  /** From 1. */
  readonly epoch: number;
  /** Batches done in it. */
  readonly batch: number;
  /** Batches since the start. */
  readonly step: number;
  /** Whether it has ended: there is no more to step. */
  readonly ended: boolean;
}
