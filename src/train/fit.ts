/** The training loop: epochs over shuffled batches, validation, callbacks, and stopping in good order. */

import { PURPOSE, Random } from "../engine/philox.js";
import { finiteNumber, inputError, wholeNumber } from "../errors.js";
import type { Model } from "../model/model.js";
import type { Plan } from "../model/plan.js";
import { gather, type Rows, type RowsLike, type TargetsLike } from "./arrays.js";
import type { Callback, Logs, TrainingProgress } from "./callbacks.js";
import type { TrainingState } from "./checkpoint.js";
import type { MetricAccumulator } from "./metrics/streaming.js";

export interface FitOptions {
  /** Passes over the data. Default 1. */
  epochs?: number;
  /** Rows a step. Default 32. */
  batchSize?: number;
  /** A fresh order every epoch. Default true. */
  shuffle?: boolean;
  /** Share of the rows, taken from the end before shuffling, to validate on. */
  validationSplit?: number;
  validationData?: readonly [RowsLike, TargetsLike] | readonly [RowsLike, TargetsLike, ArrayLike<number>];
  /** Weight of each class by its index, as { 0: 1, 1: 5 }. */
  classWeight?: Record<number, number>;
  /** A weight a row; excludes classWeight. */
  sampleWeight?: ArrayLike<number>;
  callbacks?: readonly Callback[];
  /** Stops after the current step; `fit` then resolves with `stopped: "aborted"`. */
  signal?: AbortSignal;
  /** Goes on from a checkpoint of the same run. */
  resume?: TrainingState;
}

export interface History {
  /** A list an epoch for every metric: loss, accuracy, valLoss, valAccuracy … */
  history: Record<string, number[]>;
  /** Epochs finished. */
  epochs: number;
  /** Why training ended early, if it did. */
  stopped: string | null;
}

/** Rows, targets and weights, flat and checked. */
export interface Dataset {
  inputs: Rows[];
  targets: Float32Array;
  weights: Float32Array | null;
  rows: number;
}

/** Training went wrong beyond repair; the weights from before are in place. */
export class TrainingError extends Error {
  override readonly name: string = "TrainingError";
}

/** How long the loop may hold the thread before others get a turn. */
const TURN_MS = 40;
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** One call of `fit`. */
export class FitRun {
  private readonly batchSize: number;
  private readonly epochs: number;
  private readonly batches: number;
  private readonly metrics: MetricAccumulator;
  private readonly outputs: Float32Array;
  private readonly lastGood: Float32Array;
  private readonly fingerprint: string;
  private epoch = 0;
  private batch = 0;
  private lossSum = 0;
  private rowsSeen = 0;
  private logs: Logs[] = [];
  private stopped: string | null = null;
  private lastTurn = Date.now();

  constructor(
    private readonly model: Model,
    private readonly train: Dataset,
    private readonly validation: Dataset | null,
    private readonly options: FitOptions,
  ) {
    this.batchSize = wholeNumber(options.batchSize ?? 32, "fit batchSize", 1);
    this.epochs = wholeNumber(options.epochs ?? 1, "fit epochs", 0);
    if (train.rows === 0) throw inputError({ expected: "at least one row to train on", where: "fit x" });
    this.batches = Math.ceil(train.rows / this.batchSize);
    this.metrics = model.metricAccumulator();
    this.outputs = new Float32Array(train.rows * model.outputSize);
    this.lastGood = model.weightSnapshot();
    this.fingerprint = this.makeFingerprint();
    if (options.resume) this.resume(options.resume);
  }

  private get callbacks(): readonly Callback[] {
    return this.options.callbacks ?? [];
  }

  /** What must agree between a run and its resumption. */
  private makeFingerprint(): string {
    const { shuffle = true, classWeight } = this.options;
    const { optimizer, loss } = this.model.compiled;
    const { rows } = this.train;
    const sizes = { rows, batchSize: this.batchSize, params: this.lastGood.length, seed: this.model.seed };
    const data = [...this.train.inputs.map((input) => input.data), this.train.targets].map(checksum);
    return JSON.stringify({ ...sizes, data, shuffle, classWeight, optimizer, loss });
  }

  private resume(state: TrainingState): void {
    if (state.fingerprint !== this.fingerprint) {
      throw inputError({
        expected: `a checkpoint of a run with the same data, model, seed and settings (${this.fingerprint})`,
        where: "fit resume",
        received: state.fingerprint,
        next: "Start afresh without resume, or repeat the first run's settings.",
      });
    }
    this.model.restoreWeights(state.weights);
    this.lastGood.set(state.weights);
    this.model.setOptimizerState(state.optimizer);
    ({ epoch: this.epoch, batch: this.batch, lossSum: this.lossSum, rowsSeen: this.rowsSeen } = state);
    this.stopped = state.stopped;
    this.logs = [...state.history];
    this.outputs.set(state.outputs);
    for (const callback of this.callbacks) {
      const saved = callback.name ? state.callbacks[callback.name] : undefined;
      if (saved) callback.restore?.(saved);
    }
    if (this.batch > 0) this.replayMetrics();
  }

  /** The metrics of the batches that a checkpoint's epoch had done. */
  private replayMetrics(): void {
    const order = this.order();
    const width = this.model.outputSize;
    const size = this.targetSize;
    const targets = new Float32Array(this.rowsSeen * size);
    gather(targets, this.train.targets, size, order, 0, this.rowsSeen);
    this.metrics.update(this.outputs.subarray(0, this.rowsSeen * width), targets, this.rowsSeen);
  }

  private get targetSize(): number {
    return this.train.targets.length / this.train.rows;
  }

  state(): TrainingState {
    const width = this.model.outputSize;
    const callbacks: TrainingState["callbacks"] = {};
    for (const callback of this.callbacks) {
      if (callback.name && callback.state) callbacks[callback.name] = callback.state();
    }
    return {
      epoch: this.epoch,
      batch: this.batch,
      lossSum: this.lossSum,
      rowsSeen: this.rowsSeen,
      outputs: this.outputs.slice(0, this.rowsSeen * width),
      history: this.logs,
      weights: this.model.weightSnapshot(),
      optimizer: this.model.optimizerState(),
      callbacks,
      stopped: this.stopped,
      fingerprint: this.fingerprint,
    };
  }

  private progress(): TrainingProgress {
    const run = this;
    return {
      model: this.model,
      epochs: this.epochs,
      batches: this.batches,
      batchSize: this.batchSize,
      get epoch() {
        return run.epoch;
      },
      get batch() {
        return run.batch;
      },
      get step() {
        return run.model.iterations;
      },
      stop: (reason) => {
        this.stopped ??= reason;
      },
      state: () => this.state(),
    };
  }

  async run(): Promise<History> {
    const progress = this.progress();
    await this.notify("onTrainBegin", progress);
    while (this.epoch < this.epochs && this.stopped === null) await this.runEpoch(progress);
    await this.notify("onTrainEnd", progress);
    const history: Record<string, number[]> = {};
    for (const logs of this.logs) {
      for (const [name, value] of Object.entries(logs)) (history[name] ??= []).push(value);
    }
    return { history, epochs: this.logs.length, stopped: this.stopped };
  }

  private async notify(event: "onTrainBegin" | "onEpochBegin" | "onTrainEnd", progress: TrainingProgress) {
    for (const callback of this.callbacks) await callback[event]?.(progress);
  }

  /** The rows' order in this epoch: a function of the seed and the epoch alone. */
  private order(): Uint32Array {
    const { rows } = this.train;
    if (this.options.shuffle === false) return Uint32Array.from({ length: rows }, (_, i) => i);
    return new Random(this.model.seed, PURPOSE.shuffle, this.epoch).permutation(rows);
  }

  private async runEpoch(progress: TrainingProgress): Promise<void> {
    if (this.batch === 0) {
      this.metrics.reset();
      this.lossSum = 0;
      this.rowsSeen = 0;
    }
    await this.notify("onEpochBegin", progress);
    const order = this.order();
    while (this.batch < this.batches) {
      this.runBatch(order);
      for (const callback of this.callbacks) await callback.onBatchEnd?.(progress, this.runningLogs());
      if (Date.now() - this.lastTurn > TURN_MS) {
        await pause();
        this.lastTurn = Date.now();
      }
      if (this.options.signal?.aborted) this.stopped ??= "aborted";
      if (this.stopped !== null) return;
    }
    const logs: Logs = { ...this.runningLogs(), ...(await this.validate()) };
    if (this.stopped !== null) return;
    logs["learningRate"] = this.model.learningRate;
    this.logs.push(logs);
    // The epoch counts as done before callbacks see it, so that a checkpoint taken there begins with the next.
    const finished = { ...progress, epoch: this.epoch, batch: this.batches, step: this.model.iterations };
    this.epoch++;
    this.batch = 0;
    this.rowsSeen = 0;
    // Steering callbacks first, so that a checkpoint holds what they decided.
    for (const callback of this.callbacks) if (callback.name) await callback.onEpochEnd?.(finished, logs);
    for (const callback of this.callbacks) if (!callback.name) await callback.onEpochEnd?.(finished, logs);
  }

  private runBatch(order: Uint32Array): void {
    const from = this.batch * this.batchSize;
    const to = Math.min(from + this.batchSize, this.train.rows);
    const plan = this.model.trainingPlan(this.train, to - from);
    this.model.writeBatch(plan, this.train, order, from, to);
    const loss = this.model.gradientStep(plan);
    if (!Number.isFinite(loss)) this.giveUp(loss);
    this.model.weightSnapshot(this.lastGood);
    this.model.updateStep();
    this.model.readOutput(plan, this.outputs.subarray(from * plan.outputSize, to * plan.outputSize));
    this.recordBatch(plan, loss, from, to);
  }

  private recordBatch(plan: Plan, loss: number, from: number, to: number): void {
    const outputs = this.outputs.subarray(from * plan.outputSize, to * plan.outputSize);
    this.metrics.update(outputs, this.model.batchTargets(plan), to - from);
    this.lossSum += loss * (to - from);
    this.rowsSeen += to - from;
    this.batch++;
  }

  /** The loss is no number: back to the weights of the last step whose loss was one. */
  private giveUp(loss: number): never {
    this.model.restoreWeights(this.lastGood);
    const step = this.model.iterations + 1;
    throw new TrainingError(
      `the loss became ${loss} at step ${step} (epoch ${this.epoch + 1}, batch ${this.batch + 1}). ` +
        `The weights from before step ${Math.max(1, step - 1)} are kept. ` +
        "Try a smaller learning rate, gradient clipping (globalClipnorm: 1), or look for extreme values in the data.",
    );
  }

  private runningLogs(): Logs {
    return { loss: this.lossSum / Math.max(1, this.rowsSeen), ...this.metrics.result() };
  }

  private async validate(): Promise<Logs> {
    if (!this.validation) return {};
    const scores = await this.model.evaluateDataset(this.validation, { signal: this.options.signal });
    if (!scores) {
      this.stopped ??= "aborted";
      return {};
    }
    return Object.fromEntries(
      Object.entries(scores).map(([name, value]) => [`val${name[0]!.toUpperCase()}${name.slice(1)}`, value]),
    );
  }
}

/** FNV-1a over the bits: tells one data set from another. */
function checksum(values: Float32Array): number {
  let hash = 0x811c9dc5;
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  return hash >>> 0;
}

/** Splits off the last rows, as Keras: ⌊n · (1 − share)⌋ rows stay. */
export function splitLast(data: Dataset, share: number): [Dataset, Dataset | null] {
  finiteNumber(share, "fit validationSplit", 0, 1);
  if (share === 0) return [data, null];
  const at = Math.floor(data.rows * (1 - share));
  if (at === 0 || at === data.rows) {
    throw inputError({
      expected: `a share that leaves rows on both sides of ${data.rows}`,
      where: "fit validationSplit",
      received: share,
    });
  }
  return [part(data, 0, at), part(data, at, data.rows)];
}

function part({ inputs, targets, weights, rows }: Dataset, from: number, to: number): Dataset {
  const cut = (array: Float32Array) =>
    array.subarray((array.length / rows) * from, (array.length / rows) * to);
  return {
    inputs: inputs.map((input) => ({ ...input, data: cut(input.data), rows: to - from })),
    targets: cut(targets),
    weights: weights && cut(weights),
    rows: to - from,
  };
}
