/** Callbacks: what may watch and steer `fit`. Those with state give it to checkpoints, so a resumed run agrees. */

import { functionOf, instanceOf, objectOf } from "../arguments.js";
import { didYouMean, finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../errors.js";
import type { Model } from "../model/model.js";
import type { TrainingState } from "./checkpoint.js";

/** Metrics of an epoch by name: loss, accuracy, valLoss, valAccuracy, …, and learningRate. */
export type Logs = Record<string, number>;

/** Where training is, handed to every callback. */
export interface TrainingProgress {
  readonly model: Model;
  /** Epochs that this run will make in all, and the current one from 0. */
  readonly epochs: number;
  readonly epoch: number;
  /** Batches an epoch, and those done in this one. */
  readonly batches: number;
  readonly batch: number;
  /** Rows a batch; the last may be smaller. */
  readonly batchSize: number;
  /** Optimizer steps since the start. */
  readonly step: number;
  /** Whether the signal of this run was given: this batch is its last. */
  readonly aborted: boolean;
  /** Ends training after this batch or epoch. */
  stop(reason: string): void;
  /** Everything a later run needs to go on from here with the same bits. */
  state(): TrainingState;
}

export interface Callback {
  /** Identifies the state in a checkpoint; needed by callbacks that have one. */
  readonly name?: string;
  /** A fresh start: what an earlier `fit` left behind goes here. A resumed run's `restore` comes after. */
  onTrainBegin?(progress: TrainingProgress): void | Promise<void>;
  onEpochBegin?(progress: TrainingProgress): void | Promise<void>;
  onBatchEnd?(progress: TrainingProgress, logs: Logs): void | Promise<void>;
  onEpochEnd?(progress: TrainingProgress, logs: Logs): void | Promise<void>;
  onTrainEnd?(progress: TrainingProgress): void | Promise<void>;
  /** What must survive a resume; arrays and plain values. */
  state?(): CallbackState;
  restore?(state: CallbackState): void;
}

export interface CallbackState {
  values: Record<string, number | string | boolean | null>;
  arrays: Record<string, Float32Array>;
}

export interface MonitorOptions {
  /** The metric to watch. Default valLoss, or loss without validation data. */
  monitor?: string;
  /** Whether smaller or larger is better; "auto" knows by the name. */
  mode?: "min" | "max" | "auto";
  /** Changes smaller than this do not count as better. */
  minDelta?: number;
  /** Epochs without improvement to wait. */
  patience?: number;
}

const MONITOR_OPTIONS = ["monitor", "mode", "minDelta", "patience"];

/** Watches one metric and says when it got better. */
class Monitor {
  /** Null before the first value, which is always an improvement. */
  best: number | null = null;
  private readonly larger: boolean;

  constructor(
    private readonly options: MonitorOptions,
    private readonly where: string,
  ) {
    const { mode = "auto", monitor = "valLoss", minDelta = 0, patience = 0 } = options;
    oneOf(mode, ["auto", "min", "max"], `${where} mode`);
    finiteNumber(minDelta, `${where} minDelta`, 0);
    wholeNumber(patience, `${where} patience`);
    this.larger = mode === "max" || (mode === "auto" && !/loss|error/i.test(monitor));
  }

  value(logs: Logs): number {
    objectOf(logs, `${this.where} logs`);
    const name = this.options.monitor ?? ("valLoss" in logs ? "valLoss" : "loss");
    const value = logs[name];
    if (value !== undefined) return value;
    const advice = name.startsWith("val") ? "Pass validationData or validationSplit to fit." : undefined;
    throw inputError({
      expected: `a metric of this run: ${Object.keys(logs).join(", ")}`,
      where: `${this.where} monitor`,
      received: name,
      next: didYouMean(name, Object.keys(logs)) ?? advice,
    });
  }

  /** True when `value` is the best so far, by more than minDelta. */
  improved(value: number): boolean {
    const { minDelta = 0 } = this.options;
    const { best } = this;
    const better = best === null || (this.larger ? value - minDelta > best : value + minDelta < best);
    if (better) this.best = value;
    return better;
  }
}

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Go back to the weights of the best epoch at the end, however training ended. Default false, as Keras. */
  restoreBestWeights?: boolean;
}

/** Stops when a metric has not improved for `patience` epochs (default 0, as Keras). */
export class EarlyStopping implements Callback {
  readonly name = "earlyStopping";
  bestEpoch = -1;
  private readonly monitor: Monitor;
  private wait = 0;
  private bestWeights: Float32Array | null = null;

  constructor(private readonly options: EarlyStoppingOptions = {}) {
    knownOptions(options, [...MONITOR_OPTIONS, "restoreBestWeights"], this.name);
    this.monitor = new Monitor(options, this.name);
  }

  onTrainBegin(): void {
    this.monitor.best = null;
    this.wait = 0;
    this.bestEpoch = -1;
    this.bestWeights = null;
  }

  onEpochEnd(progress: TrainingProgress, logs: Logs): void {
    checkProgress(progress, this.name);
    const { patience = 0, restoreBestWeights = false } = this.options;
    this.wait++;
    if (this.monitor.improved(this.monitor.value(logs))) {
      this.wait = 0;
      this.bestEpoch = progress.epoch;
      if (restoreBestWeights) this.bestWeights = progress.model.weightSnapshot();
    } else if (this.wait >= patience) {
      progress.stop(`no improvement for ${this.wait} epochs; the best was epoch ${this.bestEpoch + 1}`);
    }
  }

  onTrainEnd(progress: TrainingProgress): void {
    const { model } = checkProgress(progress, this.name);
    if (this.bestWeights) model.restoreWeights(this.bestWeights);
  }

  state(): CallbackState {
    const values = { best: this.monitor.best, wait: this.wait, bestEpoch: this.bestEpoch };
    return { values, arrays: this.bestWeights ? { bestWeights: this.bestWeights } : {} };
  }

  restore(state: CallbackState): void {
    const { values, arrays } = checkCallbackState(state, this.name);
    this.monitor.best = numberOrNull(values["best"]);
    this.wait = Number(values["wait"]);
    this.bestEpoch = Number(values["bestEpoch"]);
    this.bestWeights = arrays["bestWeights"] ?? null;
  }
}

/** Callbacks are called by `fit`, and by whoever writes a loop of their own. */
function checkProgress(progress: TrainingProgress, where: string): TrainingProgress {
  objectOf(progress, where, "the progress that fit gives");
  wholeNumber(progress.epoch, `${where} epoch`);
  functionOf(progress.stop, `${where} stop`);
  functionOf(progress.state, `${where} state`);
  objectOf(progress.model, `${where} model`);
  functionOf(progress.model.weightSnapshot, `${where} model`);
  return progress;
}

function checkCallbackState(state: CallbackState, where: string): CallbackState {
  objectOf(state, `${where} state`);
  objectOf(state.values, `${where} state values`);
  for (const [name, array] of Object.entries(objectOf(state.arrays, `${where} state arrays`))) {
    instanceOf(array, Float32Array, `${where} state ${name}`, "a Float32Array");
  }
  return state;
}

const numberOrNull = (value: unknown) => (typeof value === "number" ? value : null);

export interface ReduceOnPlateauOptions extends MonitorOptions {
  /** The learning rate is multiplied by this. Default 0.1. */
  factor?: number;
  minLearningRate?: number;
  /** Epochs to rest after a reduction. */
  cooldown?: number;
}

/** Lowers the learning rate when a metric stops improving for `patience` epochs (default 10), as Keras's ReduceLROnPlateau. */
export class ReduceLearningRateOnPlateau implements Callback {
  readonly name = "reduceLearningRateOnPlateau";
  private readonly monitor: Monitor;
  private wait = 0;
  private resting = 0;

  constructor(private readonly options: ReduceOnPlateauOptions = {}) {
    knownOptions(options, [...MONITOR_OPTIONS, "factor", "minLearningRate", "cooldown"], this.name);
    const { factor = 0.1, minLearningRate = 0, cooldown = 0 } = options;
    if (finiteNumber(factor, `${this.name} factor`, 0) >= 1) {
      throw inputError({ expected: "a number below 1", where: `${this.name} factor`, received: factor });
    }
    finiteNumber(minLearningRate, `${this.name} minLearningRate`, 0);
    wholeNumber(cooldown, `${this.name} cooldown`);
    this.monitor = new Monitor({ minDelta: 1e-4, ...options }, this.name);
  }

  onTrainBegin(): void {
    this.monitor.best = null;
    this.wait = 0;
    this.resting = 0;
  }

  onEpochEnd(progress: TrainingProgress, logs: Logs): void {
    const { model } = checkProgress(progress, this.name);
    const { factor = 0.1, minLearningRate = 0, cooldown = 0, patience = 10 } = this.options;
    const improved = this.monitor.improved(this.monitor.value(logs));
    if (this.resting > 0) {
      this.resting--;
      this.wait = 0;
    }
    if (improved) this.wait = 0;
    if (improved || this.resting > 0) return;
    this.wait++;
    if (this.wait < patience || model.learningRate <= minLearningRate) return;
    model.learningRate = Math.max(minLearningRate, model.learningRate * factor);
    this.resting = cooldown;
    this.wait = 0;
  }

  state(): CallbackState {
    return { values: { best: this.monitor.best, wait: this.wait, resting: this.resting }, arrays: {} };
  }

  restore(state: CallbackState): void {
    const { values } = checkCallbackState(state, this.name);
    this.monitor.best = numberOrNull(values["best"]);
    this.wait = Number(values["wait"]);
    this.resting = Number(values["resting"]);
  }
}

/** Hands the training state to `save` at the end of every epoch and, in between, every `everySeconds`. */
export class Checkpoint implements Callback {
  private saved = 0;

  constructor(
    private readonly save: (state: TrainingState) => void | Promise<void>,
    private readonly everySeconds = 10,
  ) {
    functionOf(save, "checkpoint save");
    finiteNumber(everySeconds, "checkpoint everySeconds", 0);
  }

  onTrainBegin(): void {
    this.saved = Date.now();
  }

  async onBatchEnd(progress: TrainingProgress): Promise<void> {
    checkProgress(progress, "checkpoint");
    if (!progress.aborted && Date.now() - this.saved < this.everySeconds * 1000) return;
    await this.save(progress.state());
    this.saved = Date.now();
  }

  async onEpochEnd(progress: TrainingProgress): Promise<void> {
    checkProgress(progress, "checkpoint");
    await this.save(progress.state());
    this.saved = Date.now();
  }
}

/** The callbacks that come with the library. One of your own is any object of the shape of `Callback`. */
export const callbacks = {
  earlyStopping: (options?: EarlyStoppingOptions) => new EarlyStopping(options),
  reduceLearningRateOnPlateau: (options?: ReduceOnPlateauOptions) => new ReduceLearningRateOnPlateau(options),
  checkpoint: (save: (state: TrainingState) => void | Promise<void>, everySeconds?: number) =>
    new Checkpoint(save, everySeconds),
};
