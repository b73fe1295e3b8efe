/** The training loop: epochs over shuffled batches, validation, callbacks, and stopping in good order. */

import { listOf, objectOf } from "../arguments.js";
import { PURPOSE, Random } from "../engine/philox.js";
import { inputError, knownOptions, wholeNumber } from "../errors.js";
import type { Model } from "../model/model.js";
import type { Plan } from "../model/plan.js";
import { gather, type RowsLike, type TargetsLike } from "./arrays.js";
import type { Callback, Logs, TrainingProgress } from "./callbacks.js";
import type { TrainingState } from "./checkpoint.js";
import type { Dataset, WeightOptions } from "./dataset.js";
import { evaluateDataset } from "./evaluate.js";
import type { MetricAccumulator } from "./metrics/streaming.js";
import { Turns } from "./turns.js";

export interface FitOptions extends WeightOptions {
  /** Passes over the data. Default 1. */
  epochs?: number;
  /** Rows a step. Default 32. */
  batchSize?: number;
  /** A fresh order every epoch. Default true. */
  shuffle?: boolean;
  /** Share of the rows, taken from the end before shuffling, to validate on. */
  validationSplit?: number;
  validationData?: readonly [RowsLike, TargetsLike] | readonly [RowsLike, TargetsLike, ArrayLike<number>];
  callbacks?: readonly Callback[];
  /** Stops after the current step; `fit` then resolves with `stopped: "aborted"`. */
  signal?: AbortSignal;
  /** Goes on from a checkpoint of the same run. */
  resume?: TrainingState;
}

const FIT_OPTIONS: Record<keyof FitOptions, true> = {
  epochs: true,
  batchSize: true,
  shuffle: true,
  validationSplit: true,
  validationData: true,
  classWeight: true,
  sampleWeight: true,
  callbacks: true,
  signal: true,
  resume: true,
};

/** Refuses options that `fit` does not have. */
export function checkFitOptions(options: FitOptions): void {
  knownOptions(options, Object.keys(FIT_OPTIONS), "fit");
  const { shuffle = true, callbacks = [] } = options;
  if (typeof shuffle !== "boolean") {
    throw inputError({ expected: "true or false", where: "fit shuffle", received: shuffle });
  }
  listOf(callbacks, "fit callbacks", objectOf);
}

export interface History {
  /** A list an epoch for every metric: loss, accuracy, valLoss, valAccuracy … */
  history: Record<string, number[]>;
  /** Epochs finished. */
  epochs: number;
  /** Why training ended early, if it did. */
  stopped: string | null;
}

/** Training went wrong beyond repair; the weights from before are in place. */
export class TrainingError extends Error {
  override readonly name: string = "TrainingError";
}

/** Why a run ended that its signal cut short. */
const ABORTED = "aborted";

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
  private readonly turns = new Turns();

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
    this.metrics = model.steps.metrics();
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
    const { inputs, targets, weights } = this.train;
    const arrays = [...inputs.map((input) => input.data), targets, ...(weights ? [weights] : [])];
    const data = arrays.map(checksum);
    return JSON.stringify({ ...sizes, data, shuffle, classWeight, optimizer, loss });
  }

  private resume(state: TrainingState): void {
    if (state.fingerprint !== this.fingerprint) {
      throw inputError({
        expected: `a checkpoint of a run with the same data, model, seed and settings (${this.fingerprint})`,
        where: "fit resume",
        received: state.fingerprint,
        next: "Start afresh without resume, or repeat the first run's settings.",
        typed: {
          where: "--resume",
          next: "Start afresh without --resume, or repeat the first run's data and options.",
        },
      });
    }
    this.model.restoreWeights(state.weights);
    this.lastGood.set(state.weights);
    this.model.setOptimizerState(state.optimizer);
    ({ epoch: this.epoch, batch: this.batch, lossSum: this.lossSum, rowsSeen: this.rowsSeen } = state);
    this.stopped = state.stopped;
    this.logs = [...state.history];
    this.outputs.set(state.outputs);
    if (this.batch > 0) this.replayMetrics();
  }

  /** Callbacks with a name, under that name; a second of the same name is "name 2". */
  private namedCallbacks(): Map<string, Callback> {
    const named = new Map<string, Callback>();
    for (const callback of this.callbacks) {
      if (!callback.name) continue;
      let key = callback.name;
      for (let i = 2; named.has(key); i++) key = `${callback.name} ${i}`;
      named.set(key, callback);
    }
    return named;
  }

  private restoreCallbacks(saved: TrainingState["callbacks"]): void {
    for (const [name, callback] of this.namedCallbacks()) {
      if (saved[name]) callback.restore?.(saved[name]);
    }
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
    for (const [name, callback] of this.namedCallbacks()) {
      if (callback.state) callbacks[name] = callback.state();
    }
    return {
      epoch: this.epoch,
      batch: this.batch,
      lossSum: this.lossSum,
      rowsSeen: this.rowsSeen,
      outputs: this.outputs.slice(0, this.rowsSeen * width),
      history: [...this.logs],
      weights: this.model.weightSnapshot(),
      optimizer: this.model.optimizerState(),
      callbacks,
      // What an abort cut short is there to be resumed.
      stopped: this.stopped === ABORTED ? null : this.stopped,
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
      get aborted() {
        return run.options.signal?.aborted ?? false;
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
    if (this.options.resume) this.restoreCallbacks(this.options.resume.callbacks);
    while (this.epoch < this.epochs && !this.isOver()) await this.runEpoch(progress);
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

  private async notifyBatch(progress: TrainingProgress): Promise<void> {
    const watching = this.callbacks.filter((callback) => callback.onBatchEnd);
    if (watching.length === 0) return;
    const logs = this.runningLogs();
    for (const callback of watching) await callback.onBatchEnd?.(progress, logs);
  }

  private isOver(): boolean {
    if (this.options.signal?.aborted) this.stopped ??= ABORTED;
    return this.stopped !== null;
  }

  /** The rows' order in this epoch: a function of the seed and of the steps made before the epoch. */
  private order(): Uint32Array {
    const { rows } = this.train;
    if (this.options.shuffle === false) return Uint32Array.from({ length: rows }, (_, i) => i);
    const { seed, iterations } = this.model;
    return new Random(seed, PURPOSE.shuffle, iterations - this.batch).permutation(rows);
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
      await this.turns.share(); // before callbacks, so that they know of a signal that was given meanwhile
      await this.notifyBatch(progress);
      if (this.isOver()) return;
    }
    this.checkWeights();
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
    const { steps } = this.model;
    const plan = steps.plan(this.train, to - from);
    steps.write(plan, this.train, order, from, to);
    const loss = steps.forwardBackward(plan);
    if (!Number.isFinite(loss)) this.giveUp(`the loss became ${loss}`, this.model.iterations + 1);
    this.model.weightSnapshot(this.lastGood);
    steps.update(plan);
    steps.output(plan, this.outputs.subarray(from * plan.outputSize, to * plan.outputSize));
    this.recordBatch(plan, loss, from, to);
  }

  private recordBatch(plan: Plan, loss: number, from: number, to: number): void {
    const outputs = this.outputs.subarray(from * plan.outputSize, to * plan.outputSize);
    this.metrics.update(outputs, this.model.steps.targets(plan), to - from);
    this.lossSum += loss * (to - from);
    this.rowsSeen += to - from;
    this.batch++;
  }

  /** What is no number in the last step's weights has not shown in a loss yet. */
  private checkWeights(): void {
    const finite = this.model.weightSnapshot().every(Number.isFinite);
    if (!finite) this.giveUp("the weights became infinite or NaN", this.model.iterations + 1);
  }

  /** Back to the weights of the last step whose loss was a number. `step` is the one that could not be made. */
  private giveUp(what: string, step: number): never {
    this.model.restoreWeights(this.lastGood);
    throw new TrainingError(
      `${what} at step ${step} (epoch ${this.epoch + 1}, batch ${this.batch + 1}). ` +
        `The weights from before step ${Math.max(1, step - 1)} are kept. ` +
        "Try a smaller learning rate, gradient clipping (globalClipnorm: 1), or look for extreme values in the data.",
    );
  }

  private runningLogs(): Logs {
    return { loss: this.lossSum / Math.max(1, this.rowsSeen), ...this.metrics.result() };
  }

  private async validate(): Promise<Logs> {
    if (!this.validation) return {};
    const scores = await evaluateDataset(this.model, this.validation, { signal: this.options.signal });
    if (!scores) {
      this.stopped ??= ABORTED;
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
