/** Callbacks: what may watch and steer `fit`. Those with state give it to checkpoints, so a resumed run agrees. */

import { functionOf, instanceOf, objectOf } from "../base/arguments.js";
import { didYouMean, finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import type { Compiled } from "../objectives/compiled.js";
import type { CallbackState, Logs, TrainingState } from "./training-state.js";

/** What the callbacks here need of whatever is trained. */
export interface Trained {
  readonly compiled: Compiled;
  /** Of the next step. */
  learningRate: number;
  countParams(): number;
  weightSnapshot(into?: Float32Array): Float32Array;
  restoreWeights(snapshot: Float32Array): void;
}

/** Where training is, handed to every callback. */
export interface TrainingProgress<M extends Trained = Trained> {
  /** What is trained. */
  readonly model: M;
  /** Epochs that this run will make in all, and how many are done: in callbacks the current one, from 0, as in Keras. */
  readonly epochs: number;
  /** Epochs done; in an epoch's callbacks its own number, from 0. */
  readonly epoch: number;
  /** Batches an epoch, and those done in this one. */
  readonly batches: number;
  /** Batches done in this epoch. */
  readonly batch: number;
  /** Rows a batch; the last may be smaller. */
  readonly batchSize: number;
  /** Optimizer steps since the start. */
  readonly step: number;
  /** Whether the signal of this run was given: this batch is its last. */
  readonly aborted: boolean;
  /** The loss of the last batch by itself; the logs have the mean of the epoch so far. NaN before the first. */
  readonly batchLoss: number;
  /**
   * ‖∂loss/∂w‖ of the last batch, before clipping, of every trained weight by its name; null where no callback wants them
   * (`wantsGradientNorms`), and before the first batch.
   */
  readonly gradientNorms: Readonly<Record<string, number>> | null;
  /** Ends training after this batch or epoch. */
  stop(reason: string): void;
  /** Everything a later run needs to go on from here with the same bits. */
  state(): TrainingState;
}

/** What may watch and steer a run. Every method may be left out. */
export interface Callback<M extends Trained = Trained> {
  /** Identifies the state in a checkpoint; needed by callbacks that have one. */
  readonly name?: string;
  /** Whether `progress.gradientNorms` is to be there: computed for each batch where one callback wants it. */
  readonly wantsGradientNorms?: boolean;
  /**
   * Whether it asks for `progress.state()` within an epoch, as checkpoints do. Of rows that lie in a file what that takes, the
   * epoch's outputs, is kept only then.
   */
  readonly wantsState?: boolean;
  /** A fresh start: what an earlier `fit` left behind goes here. A resumed run's `restore` comes after. */
  onTrainBegin?(progress: TrainingProgress<M>): void | Promise<void>;
  /** Before an epoch's first batch. */
  onEpochBegin?(progress: TrainingProgress<M>): void | Promise<void>;
  /** After each batch. @param logs loss and metrics of the epoch so far */
  onBatchEnd?(progress: TrainingProgress<M>, logs: Logs): void | Promise<void>;
  /** After an epoch and its validation. @param logs the epoch's metrics */
  onEpochEnd?(progress: TrainingProgress<M>, logs: Logs): void | Promise<void>;
  /** At the end, however training ended. */
  onTrainEnd?(progress: TrainingProgress<M>): void | Promise<void>;
  /** What must survive a resume; arrays and plain values. */
  state?(): CallbackState;
  /** Takes back what `state` gave, when a run is resumed. */
  restore?(state: CallbackState): void;
}

/** Which metric is watched, and what counts as better. */
export interface MonitorOptions {
  /** The metric to watch. Default valLoss, or loss without validation data. */
  monitor?: string;
  /** Whether smaller or larger is better; "auto": smaller where its name has loss or error in it. Default "auto". */
  mode?: "min" | "max" | "auto";
  /** Changes smaller than this do not count as better. Default 0, of a plateau 1e-4, as Keras. */
  minDelta?: number;
  /** Epochs without improvement to wait. Default 0, of a plateau 10, as Keras. */
  patience?: number;
}

const MONITOR_OPTIONS = ["monitor", "mode", "minDelta", "patience"];

/** Watches one metric and says when it got better. */
class Monitor {
  /** Null before the first finite value, which is always an improvement. */
  best: number | null = null;
  private readonly larger: boolean;

  constructor(
    private readonly options: MonitorOptions,
    private readonly where: string,
  ) {
    const { mode = "auto", monitor = "valLoss", minDelta = 0, patience = 0 } = options;
    if (typeof monitor !== "string") {
      throw inputError({ expected: "a metric's name", where: `${where} monitor`, received: monitor });
    }
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

  /** True when `value` is the best so far, by more than minDelta. What is no finite number is never better. */
  improved(value: number): boolean {
    const { minDelta = 0 } = this.options;
    const { best } = this;
    if (!Number.isFinite(value)) return false;
    const better = best === null || (this.larger ? value - minDelta > best : value + minDelta < best);
    if (better) this.best = value;
    return better;
  }
}

/** Options of `callbacks.earlyStopping`. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Go back to the weights of the best epoch at the end, however training ended. Default false, as Keras. */
  restoreBestWeights?: boolean;
  /** A loss that decides where the watched metric is equal to its best: less is better. Default: equal is no better. */
  tieBreaker?: string;
}

/** Stops when a metric has not improved for `patience` epochs (default 0, as Keras). */
export class EarlyStopping implements Callback {
  readonly name = "earlyStopping";
  /** The best epoch so far, from 1; 0 before the first is done. */
  bestEpoch = 0;
  private readonly monitor: Monitor;
  private wait = 0;
  private bestWeights: Float32Array | null = null;
  private params = 0;
  private readonly ties: Monitor | null;

  /** @throws InputError for options that there are not, or that make no sense */
  constructor(private readonly options: EarlyStoppingOptions = {}) {
    knownOptions(options, [...MONITOR_OPTIONS, "restoreBestWeights", "tieBreaker"], this.name);
    this.monitor = new Monitor(options, this.name);
    const { tieBreaker } = options;
    this.ties =
      tieBreaker === undefined
        ? null
        : new Monitor({ monitor: tieBreaker, mode: "min" }, `${this.name} tieBreaker`);
  }

  onTrainBegin(progress: TrainingProgress): void {
    const { model } = checkProgress(progress, this.name);
    this.params = model.countParams();
    this.monitor.best = null;
    if (this.ties) this.ties.best = null;
    this.wait = 0;
    this.bestEpoch = 0;
    this.bestWeights = null;
  }

  /** Looks at the metric. */
  onEpochEnd(progress: TrainingProgress, logs: Logs): void {
    checkProgress(progress, this.name);
    const { patience = 0, restoreBestWeights = false } = this.options;
    this.wait++;
    if (hasImproved(this.monitor, this.ties, logs)) {
      this.wait = 0;
      this.bestEpoch = progress.epoch + 1;
      if (restoreBestWeights) this.bestWeights = progress.model.weightSnapshot();
    } else if (this.wait >= patience) {
      const best = this.bestEpoch === 0 ? "there was no best" : `the best was epoch ${this.bestEpoch}`;
      progress.stop(`no improvement for ${this.wait} epochs; ${best}`);
    }
  }

  /** Goes back to the best weights, where that was asked for. */
  onTrainEnd(progress: TrainingProgress): void {
    const { model } = checkProgress(progress, this.name);
    if (this.bestWeights) model.restoreWeights(this.bestWeights);
  }

  state(): CallbackState {
    const values: CallbackState["values"] = {
      ...{ best: this.monitor.best, wait: this.wait, bestEpoch: this.bestEpoch },
      ...(this.ties ? { tieBreaker: this.ties.best } : {}),
    };
    return { values, arrays: this.bestWeights ? { bestWeights: this.bestWeights } : {} };
  }

  /** Takes back what `state` gave. */
  restore(state: CallbackState): void {
    const { values, arrays } = checkCallbackState(state, this.name);
    const kept = this.options.restoreBestWeights && values["bestEpoch"] !== 0 ? ["bestWeights"] : [];
    const tied = this.ties ? ["tieBreaker"] : [];
    onlyNames(values, ["best", "wait", "bestEpoch", ...tied], `${this.name} state values`);
    onlyNames(arrays, kept, `${this.name} state arrays`);
    for (const { length } of Object.values(arrays)) {
      wholeNumber(length, `${this.name} state length of bestWeights`, this.params, this.params);
    }
    this.monitor.best = bestSoFar(values["best"], this.name);
    if (this.ties) this.ties.best = bestSoFar(values["tieBreaker"], this.name);
    this.wait = wholeNumber(values["wait"], `${this.name} state wait`);
    this.bestEpoch = wholeNumber(values["bestEpoch"], `${this.name} state bestEpoch`);
    this.bestWeights = arrays["bestWeights"] ?? null;
  }
}

/** Whether a metric got better, or stays equal to its best with a lower loss. */
function hasImproved(monitor: Monitor, ties: Monitor | null, logs: Logs): boolean {
  const value = monitor.value(logs);
  if (!ties) return monitor.improved(value);
  const tied = value === monitor.best;
  const better = monitor.improved(value);
  // The loss to beat is that of the best epoch: lower ones of worse epochs do not count.
  if (better) ties.best = null;
  const closer = (better || tied) && ties.improved(ties.value(logs));
  return better || closer;
}

/** @throws InputError unless a part of a state has these names and no others */
function onlyNames(part: object, names: readonly string[], where: string): void {
  const found = Object.keys(part);
  if (found.length === names.length && names.every((name) => found.includes(name))) return;
  const said = (list: readonly string[]) => list.join(", ") || "none";
  throw inputError({ expected: `the names ${said(names)}`, where, received: said(found) });
}

function bestSoFar(value: unknown, callback: string): number | null {
  if (value === null || typeof value === "number") return value;
  throw inputError({ expected: "a number or null", where: `${callback} state best`, received: value });
}

/** Callbacks are called by `fit`, and by whoever writes a loop of their own. */
function checkProgress(progress: TrainingProgress, where: string): TrainingProgress {
  objectOf(progress, where, "the progress that fit gives");
  wholeNumber(progress.epoch, `${where} epoch`);
  functionOf(progress.stop, `${where} stop`);
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

/** Options of `callbacks.reduceLearningRateOnPlateau`. */
export interface ReduceOnPlateauOptions extends MonitorOptions {
  /** The learning rate is multiplied by this. Default 0.1. */
  factor?: number;
  /** It is lowered no further. Default 0. */
  minLearningRate?: number;
  /** Epochs to rest after a reduction. Default 0. */
  cooldown?: number;
}

/** Lowers the learning rate when a metric stops improving for `patience` epochs (default 10), as Keras's ReduceLROnPlateau. */
export class ReduceLearningRateOnPlateau implements Callback {
  readonly name = "reduceLearningRateOnPlateau";
  private readonly monitor: Monitor;
  private wait = 0;
  private resting = 0;

  /** @throws InputError for options that there are not, or that make no sense */
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

  /** @throws InputError where a schedule says the learning rate, which cannot be set then */
  onTrainBegin(progress: TrainingProgress): void {
    const { model } = checkProgress(progress, this.name);
    const { learningRate } = model.compiled.optimizer;
    if (typeof learningRate !== "number") {
      throw inputError({
        expected: "an optimizer with a number for its learning rate, to lower it",
        where: this.name,
        received: `the schedule ${learningRate.name}`,
        next: "Compile with a number, or leave this callback out.",
      });
    }
    this.monitor.best = null;
    this.wait = 0;
    this.resting = 0;
  }

  /** Looks at the metric. */
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

  /** Takes back what `state` gave. */
  restore(state: CallbackState): void {
    const { values, arrays } = checkCallbackState(state, this.name);
    onlyNames(values, ["best", "wait", "resting"], `${this.name} state values`);
    onlyNames(arrays, [], `${this.name} state arrays`);
    this.monitor.best = bestSoFar(values["best"], this.name);
    this.wait = wholeNumber(values["wait"], `${this.name} state wait`);
    this.resting = wholeNumber(values["resting"], `${this.name} state resting`);
  }
}

/** Writes a state somewhere, or fails to. */
export type SaveState = (state: TrainingState) => void | Promise<void>;

/**
 * Hands the training state to `save` at the end of every epoch and, in between, every `everySeconds`. Where `save` fails (a
 * full disk), training goes on: `onFailure` is told each time, and what could not be saved is tried again at the end.
 */
export class Checkpoint implements Callback {
  private tried = 0;
  private unsaved: TrainingState | null = null;
  /** How often `save` failed in this run. */
  failures = 0;

  /**
   * @param everySeconds seconds between two saves within an epoch; default 10
   * @param onFailure told of every `save` that failed
   */
  constructor(
    private readonly save: SaveState,
    private readonly everySeconds = 10,
    private readonly onFailure: (error: unknown, failures: number) => void = warnOfFailure,
  ) {
    functionOf(save, "checkpoint save");
    functionOf(onFailure, "checkpoint onFailure");
    finiteNumber(everySeconds, "checkpoint everySeconds", 0);
  }

  readonly wantsState = true;

  onTrainBegin(): void {
    this.tried = performance.now();
    this.unsaved = null;
    this.failures = 0;
  }

  /** Saves where the time has come. */
  async onBatchEnd(progress: TrainingProgress): Promise<void> {
    functionOf(checkProgress(progress, "checkpoint").state, "checkpoint progress state");
    // Not the time of day, which may be set back.
    const due = performance.now() - this.tried >= this.everySeconds * 1000;
    if (progress.aborted || due) await this.try(progress.state());
  }

  /** Saves. */
  async onEpochEnd(progress: TrainingProgress): Promise<void> {
    functionOf(checkProgress(progress, "checkpoint").state, "checkpoint progress state");
    await this.try(progress.state());
  }

  /** Tries again what could not be saved. */
  async onTrainEnd(): Promise<void> {
    // Not the state of now: other callbacks may have gone back to the best weights.
    if (this.unsaved) await this.try(this.unsaved);
  }

  private async try(state: TrainingState): Promise<void> {
    try {
      await this.save(state);
      this.unsaved = null;
    } catch (error) {
      this.unsaved = state;
      this.onFailure(error, ++this.failures);
    }
    this.tried = performance.now();
  }
}

function warnOfFailure(error: unknown, failures: number): void {
  const why = error instanceof Error ? error.message : String(error);
  console.warn(`The checkpoint could not be saved (${failures} so far), and training goes on: ${why}`);
}

/** The callbacks that come with the library. One of your own is any object of the shape of `Callback`. */
export const callbacks = {
  /** Stops when a metric has not improved for `patience` epochs. */
  earlyStopping: (options?: EarlyStoppingOptions) => new EarlyStopping(options),
  /** Lowers the learning rate when a metric stops improving. */
  reduceLearningRateOnPlateau: (options?: ReduceOnPlateauOptions) => new ReduceLearningRateOnPlateau(options),
  /** Hands the training state to a function, so that a run can go on after it was killed. */
  checkpoint: (...given: ConstructorParameters<typeof Checkpoint>) => new Checkpoint(...given),
};
