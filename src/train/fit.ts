/** The training loop: epochs over shuffled batches, validation, callbacks, and stopping in good order. */

import { listOf } from "../base/arguments.js";
import { didYouMean, InputError, inputError, knownOptions, wholeNumber } from "../base/errors.js";
import type { WarningOptions } from "../base/notes.js";
import type { Pieces } from "../base/pieces.js";
import { checkLongOptions, isAbort, Long, type LongOptions, type Progress } from "../base/progress.js";
import { PURPOSE, Random } from "../kernels/philox.js";
import { gather, type RowsLike, type TargetsLike } from "../network/arrays.js";
import type { InputsLike } from "../network/inputs.js";
import type { Network } from "../network/network.js";
import type { Plan } from "../network/plan.js";
import { type CompiledMetrics, wantsLogits } from "../objectives/metrics/compiled.js";
import { type Communicator, communicatorOf } from "../processes/communicator.js";
import type { ProcessGroup } from "../processes/group.js";
import { groupOf } from "../processes/together.js";
import type { Callback, Trained, TrainingProgress } from "./callbacks.js";
import { type Dataset, splitLast, type WeightOptions } from "./dataset.js";
import { evaluateDataset } from "./evaluate.js";
import { checkResumed, checkSameRun, checkSameWeights, fingerprintOf } from "./resume.js";
import type { RowSource } from "./row-source.js";
import type { Trainer } from "./trainer.js";
import type { Logs, TrainingState } from "./training-state.js";

/** How far a fit is: it checks data, and then fits to it and validates, epoch by epoch. */
export interface FitProgress extends Progress {
  /** From 1; 0 before the first. */
  epoch: number;
  /** As many as are asked for. */
  epochs: number;
}

/** Options of `fit`; all may be left out. */
export interface FitOptions<M extends Trained = Trained>
  extends WeightOptions,
    WarningOptions,
    LongOptions<FitProgress> {
  /** Passes over the data. Default 1. */
  epochs?: number;
  /** Rows a step. Default 32. */
  batchSize?: number;
  /** A fresh order every epoch. Default true. */
  shuffle?: boolean;
  /** Share of the rows, taken from the end before shuffling, to validate on; excludes validationData. Default 0. */
  validationSplit?: number;
  /** [x, y] or [x, y, sampleWeight] to validate on after every epoch. */
  validationData?: readonly [RowsLike, TargetsLike] | readonly [RowsLike, TargetsLike, ArrayLike<number>];
  /** Told of every epoch and batch; they may steer. */
  callbacks?: readonly Callback<M>[];
  /** Stops after the current step; `fit` then resolves with `stopped: "aborted"`. */
  signal?: AbortSignal | undefined;
  /** Goes on from a checkpoint of the same run. */
  resume?: TrainingState;
  /**
   * Processes that train together, all with the same model, data and options: each computes its part of every batch, and all
   * end with the bits that one would have. Callbacks run in every process and must decide alike; a signal in one ends all.
   */
  communicator?: Communicator | undefined;
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
  onProgress: true,
  resume: true,
  communicator: true,
  onWarning: true,
};

/** Refuses options that `fit` does not have, and such as would do nothing. */
export function checkFitOptions<M extends Trained>(options: FitOptions<M>): void {
  knownOptions(options, Object.keys(FIT_OPTIONS), "fit");
  const { shuffle, validationData, validationSplit, callbacks = [], resume, communicator } = options;
  if (communicator !== undefined) communicatorOf(communicator, "fit communicator");
  if (shuffle !== undefined && typeof shuffle !== "boolean") {
    throw inputError({ expected: "true or false", where: "fit shuffle", received: shuffle });
  }
  if (validationData && validationSplit) {
    throw inputError({ expected: "validationData or validationSplit, not both", where: "fit" });
  }
  if (validationData !== undefined && !isPair(validationData)) {
    const expected = "[x, y] or [x, y, sampleWeight]";
    throw inputError({ expected, where: "fit validationData", received: validationData });
  }
  checkLongOptions(options, "fit");
  if (resume !== undefined && resume !== null && typeof resume !== "object") {
    throw inputError({
      expected: "a state of training, as a checkpoint holds",
      where: "fit resume",
      received: resume,
    });
  }
  listOf(callbacks, "fit callbacks", checkCallback);
}

const isPair = (value: unknown) => Array.isArray(value) && (value.length === 2 || value.length === 3);

const EVENTS = ["onTrainBegin", "onEpochBegin", "onBatchEnd", "onEpochEnd", "onTrainEnd"];

/** Whether a callback's own property was meant for an event; Keras has more of them. */
const looksLikeEvent = (key: string) =>
  /^on(Train|Epoch|Batch|Test|Predict)/i.test(key) || didYouMean(key, EVENTS) !== undefined;

/** A misspelt event would never come. */
function checkCallback(callback: unknown, where: string): void {
  if (typeof callback !== "object" || callback === null || Array.isArray(callback)) {
    throw inputError({ expected: `an object with any of ${EVENTS.join(", ")}`, where, received: callback });
  }
  for (const [key, value] of Object.entries(callback)) {
    const known = EVENTS.includes(key);
    if (known ? value === undefined || typeof value === "function" : !looksLikeEvent(key)) continue;
    const expected = known ? `a function for ${key}` : `an event among ${EVENTS.join(", ")}`;
    const next = known ? undefined : didYouMean(key, EVENTS);
    throw inputError({ expected, where, received: known ? value : key, ...(next ? { next } : {}) });
  }
}

/** What came of a `fit`. */
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
  /** "TrainingError", or that of a kind of it. */
  override readonly name: string = "TrainingError";
}

/** Why a run ended that its signal cut short. */
export const ABORTED = "aborted";

/** Whose training it is: what callbacks are given, and how they are called. */
export interface FitHost<M extends Trained> {
  readonly model: M;
  /** Runs a callback, which may steer the model meanwhile. */
  steered(callback: () => void | Promise<void>): Promise<void>;
}

/** Rows to fit to that lie elsewhere than in memory, and those to validate on. */
export interface FitSources {
  readonly train: RowSource;
  readonly validation: RowSource | null;
  /** What validation rows weigh, by class: those of training weigh as the options say. */
  readonly validationWeight: WeightOptions["classWeight"] | null;
}

/**
 * One call of `fit`.
 * @param given x and y, or where they lie
 * @param onStart called once the data is seen to be good, before anything is learned
 */
export async function runFit<M extends Trained>(
  trainer: Trainer,
  host: FitHost<M>,
  given: readonly [InputsLike, TargetsLike] | FitSources,
  options: FitOptions<M>,
  onStart: () => void,
): Promise<History> {
  // What was learned until the signal was given is kept: it is not thrown.
  const long = new Long<FitProgress>(options, null);
  long.begin("checking", null, { epoch: 0, epochs: options.epochs ?? 1 });
  const [train, validation] =
    "train" in given
      ? sourcesOf(trainer, given, options)
      : await long.run(dataOf(trainer, given[0], given[1], options));
  const group = await groupOf(options.communicator);
  const run = new FitRun(trainer, host, train, validation, options, long, group);
  await long.run(run.prepare());
  onStart();
  return run.run();
}

/** What is learned from, and what is validated on. */
function* dataOf<M extends Trained>(
  trainer: Trainer,
  x: InputsLike,
  y: TargetsLike,
  options: FitOptions<M>,
): Pieces<[Dataset, Dataset | null]> {
  const data = yield* trainer.dataset(x, y, options);
  const { validationData: given, classWeight } = options;
  const [train, split] = splitLast(data, options.validationSplit ?? 0);
  if (given) {
    const weights = { sampleWeight: given[2] };
    return [train, yield* trainer.dataset(given[0], given[1], weights, "validationData")];
  }
  // As in Keras, class weights are for training alone; sample weights count in validation too.
  return [train, split && (classWeight ? { ...split, weights: null } : split)];
}

const sourcesOf = (
  trainer: Trainer,
  { train, validation, validationWeight }: FitSources,
  { classWeight }: WeightOptions,
): [Dataset, Dataset | null] => [
  trainer.sourceDataset(train, classWeight ?? null),
  validation && trainer.sourceDataset(validation, validationWeight),
];

class FitRun<M extends Trained> {
  private readonly batchSize: number;
  private readonly epochs: number;
  private readonly batches: number;
  private readonly metrics: CompiledMetrics;
  private readonly outputs: Float32Array;
  private readonly keepsOutputs: boolean;
  /** What the last activation was given for the outputs, where metrics start from there and a state is to have it. */
  private readonly logits: Float32Array | null = null;
  private shuffled: Uint32Array<ArrayBuffer> | null = null;
  private readonly lastGood: Float32Array;
  /** The step that was made from them. */
  private lastGoodStep: number;
  /** The version of the weights that they are; NaN before the first step. */
  private lastGoodVersion = Number.NaN;
  private fingerprint = "";
  private epoch = 0;
  private batch = 0;
  private lossSum = 0;
  private rowsSeen = 0;
  private logs: Logs[] = [];
  private stopped: string | null = null;
  private batchLoss = Number.NaN;
  private norms: Readonly<Record<string, number>> | null = null;
  constructor(
    private readonly trainer: Trainer,
    private readonly host: FitHost<M>,
    private readonly train: Dataset,
    private readonly validation: Dataset | null,
    private readonly options: FitOptions<M>,
    private readonly long: Long<FitProgress>,
    /** Who shares each batch; null where this process is alone. */
    private readonly group: ProcessGroup | null,
  ) {
    this.batchSize = wholeNumber(options.batchSize ?? 32, "fit batchSize", 1);
    this.epochs = wholeNumber(options.epochs ?? 1, "fit epochs", 0);
    if (train.rows === 0) throw inputError({ expected: "at least one row to train on", where: "fit x" });
    this.batches = Math.ceil(train.rows / this.batchSize);
    const { network } = trainer;
    this.metrics = trainer.metrics();
    const { outputSize } = network;
    // Of rows that memory is not to hold it holds no outputs either, but of one batch, unless a checkpoint needs them.
    this.keepsOutputs = !train.source || this.callbacks.some(({ wantsState }) => wantsState === true);
    const kept = this.keepsOutputs ? train.rows : Math.min(this.batchSize, train.rows);
    this.outputs = new Float32Array(kept * outputSize);
    if (this.keepsOutputs && wantsLogits(trainer.compiled)) this.logits = new Float32Array(kept * outputSize);
    this.lastGood = network.weightSnapshot();
    this.lastGoodStep = trainer.iterations + 1;
    if (!options.resume) this.checkStart();
  }

  /** Looks at what makes the run this one, and goes to the state that it is to go on from. @throws InputError */
  *prepare(): Pieces<void> {
    const { trainer, train, validation, batchSize, options } = this;
    this.fingerprint = yield* fingerprintOf(trainer, { train, validation, batchSize }, options);
    const { group, network } = this;
    if (group) {
      const { epochs } = this;
      const callbacks = [...this.namedCallbacks()].flatMap(([name, { state }]) => (state ? [name] : []));
      checkSameRun(group, JSON.stringify({ ...JSON.parse(this.fingerprint), epochs, callbacks }));
    }
    if (options.resume !== undefined) yield* this.resume(options.resume);
    // Networks of one fingerprint may have other weights, and runs be resumed from other states.
    if (group) yield* checkSameWeights(group, network.weightSnapshot(), this.trainer.iterations);
  }

  /** From weights that are no numbers nothing can be learned, whatever the learning rate. */
  private checkStart(): void {
    if (this.lastGood.every(Number.isFinite)) return;
    const { name, data } = this.network.getWeights().find((weight) => !weight.data.every(Number.isFinite))!;
    throw inputError({
      expected: "finite weights to begin with",
      where: `fit: weight ${name}`,
      received: data.find((value) => !Number.isFinite(value)),
      next: "Set other weights, or begin with a new model.",
    });
  }

  private get network(): Network {
    return this.trainer.network;
  }

  private get callbacks(): readonly Callback<M>[] {
    return this.options.callbacks ?? [];
  }

  /** Goes to a state, once all of it is seen to be one of this run. @throws InputError; nothing is changed then */
  private *resume(given: TrainingState): Pieces<void> {
    const { fingerprint, epochs, batches, batchSize } = this;
    const state = checkResumed(given, {
      ...{ fingerprint, epochs, batches, batchSize },
      rows: this.train.rows,
      outputSize: this.network.outputSize * (this.logits ? 2 : 1),
      params: this.lastGood.length,
      callbacks: [...this.namedCallbacks()].flatMap(([name, { state }]) => (state ? [name] : [])),
    });
    // The optimizer sees for itself whether its state fits, before it takes any of it.
    this.trainer.setOptimizerState(state.optimizer);
    this.network.restoreWeights(state.weights);
    this.lastGood.set(state.weights);
    this.lastGoodStep = this.trainer.iterations + 1;
    ({ epoch: this.epoch, batch: this.batch, lossSum: this.lossSum, rowsSeen: this.rowsSeen } = state);
    this.stopped = state.stopped;
    this.logs = [...state.history];
    const kept = this.rowsSeen * this.network.outputSize;
    if (this.keepsOutputs) {
      this.outputs.set(state.outputs.subarray(0, kept));
      this.logits?.set(state.outputs.subarray(kept));
    } else if (state.outputs.length > 0) throw onlyBetweenEpochs();
    if (this.batch > 0) yield* this.replayMetrics();
  }

  /** Callbacks with a name, under that name; a second of the same name is "name 2". */
  private namedCallbacks(): Map<string, Callback<M>> {
    const named = new Map<string, Callback<M>>();
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
      if (Object.hasOwn(saved, name)) callback.restore?.(saved[name]!);
    }
  }

  /** The metrics of the batches that a checkpoint's epoch had done. */
  private *replayMetrics(): Pieces<void> {
    const order = this.order();
    const width = this.network.outputSize;
    const size = this.targetSize;
    const of = this.logits && this.trainer.lastActivation(this.train, this.group);
    for (let from = 0; from < this.rowsSeen; from += this.batchSize) {
      const to = Math.min(from + this.batchSize, this.rowsSeen);
      const targets = new Float32Array((to - from) * size);
      const { source } = this.train;
      if (!source) gather(targets, this.train.targets, size, order, from, to);
      else for (let i = from; i < to; i++) source.read(order[i]!, null, targets.subarray((i - from) * size));
      const weights = this.trainer.weights(this.train, order, from, to);
      const part = (all: Float32Array) => all.subarray(from * width, to * width);
      const logits = of && { of, values: part(this.logits!) };
      this.metrics.update(part(this.outputs), targets, to - from, weights, logits);
      yield 0;
    }
  }

  private get targetSize(): number {
    return this.train.source?.targetSize ?? this.train.targets.length / this.train.rows;
  }

  /** The first so many outputs, and behind them what the last activation was given for each. */
  private seenOutputs(count: number): Float32Array {
    const all = new Float32Array(this.logits ? 2 * count : count);
    all.set(this.outputs.subarray(0, count));
    if (this.logits) all.set(this.logits.subarray(0, count), count);
    return all;
  }

  state(): TrainingState {
    const seen = this.rowsSeen * this.network.outputSize;
    if (!this.keepsOutputs && this.rowsSeen > 0) {
      throw inputError({
        expected:
          "a callback that says wantsState: true, to ask for the state within an epoch of rows in a file",
        where: "progress.state()",
      });
    }
    const callbacks: TrainingState["callbacks"] = {};
    for (const [name, callback] of this.namedCallbacks()) {
      if (callback.state) callbacks[name] = callback.state();
    }
    return {
      epoch: this.epoch,
      batch: this.batch,
      lossSum: this.lossSum,
      rowsSeen: this.rowsSeen,
      outputs: this.seenOutputs(seen),
      history: [...this.logs],
      weights: this.network.weightSnapshot(),
      optimizer: this.trainer.optimizerState(),
      callbacks,
      // What an abort cut short is there to be resumed.
      stopped: this.stopped === ABORTED ? null : this.stopped,
      fingerprint: this.fingerprint,
    };
  }

  private progress(): TrainingProgress<M> {
    const run = this;
    return {
      model: this.host.model,
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
        return run.group ? run.group.ending : run.long.aborted;
      },
      get step() {
        return run.trainer.iterations;
      },
      get batchLoss() {
        return run.batchLoss;
      },
      get gradientNorms() {
        return run.norms;
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
    this.long.end();
    await this.notify("onTrainEnd", progress);
    const history: Record<string, number[]> = {};
    for (const logs of this.logs) {
      for (const [name, value] of Object.entries(logs)) (history[name] ??= []).push(value);
    }
    return { history, epochs: this.logs.length, stopped: this.stopped };
  }

  private async notify(event: "onTrainBegin" | "onEpochBegin" | "onTrainEnd", progress: TrainingProgress<M>) {
    for (const callback of this.callbacks) await this.host.steered(() => callback[event]?.(progress));
  }

  private async notifyBatch(progress: TrainingProgress<M>): Promise<void> {
    const watching = this.callbacks.filter((callback) => callback.onBatchEnd);
    if (watching.length === 0) return;
    const logs = this.runningLogs();
    for (const callback of watching) {
      await this.host.steered(() => callback.onBatchEnd?.(progress, logs));
    }
  }

  private isOver(): boolean {
    const { group, long } = this;
    // What one process hears of, all heed after a step that they have made knowing of it.
    if (group ? group.ending : long.aborted) this.stopped ??= ABORTED;
    return this.stopped !== null;
  }

  /** The rows' order in this epoch: a function of the seed and of the steps made before the epoch. */
  private order(): Uint32Array {
    const { rows } = this.train;
    if (this.options.shuffle === false) return Uint32Array.from({ length: rows }, (_, i) => i);
    const { iterations } = this.trainer;
    this.shuffled ??= new Uint32Array(rows);
    return new Random(this.network.seed, PURPOSE.shuffle, iterations - this.batch).permutation(
      rows,
      this.shuffled,
    );
  }

  private async runEpoch(progress: TrainingProgress<M>): Promise<void> {
    if (this.batch === 0) {
      this.metrics.reset();
      this.lossSum = 0;
      this.rowsSeen = 0;
    }
    await this.notify("onEpochBegin", progress);
    if (this.isOver()) return;
    const order = this.order();
    const { epoch, epochs, batch, batches, long } = this;
    long.begin("fitting", epochs * batches, { epoch: epoch + 1, epochs }, epoch * batches + batch);
    while (this.batch < this.batches) {
      this.runBatch(order);
      await long.did(1); // before callbacks, so that they know of a signal that was given meanwhile
      await this.notifyBatch(progress);
      if (this.isOver()) return;
    }
    this.checkWeights();
    const { group, network, trainer } = this;
    if (group) await long.run(checkSameWeights(group, network.weightSnapshot(), trainer.iterations));
    const logs: Logs = { ...this.runningLogs(), ...(await this.validate()) };
    if (this.stopped !== null) return;
    logs["learningRate"] = this.trainer.learningRate;
    this.logs.push(logs);
    // The epoch counts as done before callbacks see it, so that a checkpoint taken there begins with the next.
    const finished = { ...progress, epoch: this.epoch, batch: this.batches, step: this.trainer.iterations };
    this.epoch++;
    this.batch = 0;
    this.rowsSeen = 0;
    // Steering callbacks first, so that a checkpoint holds what they decided.
    const named = this.callbacks.filter((callback) => callback.name);
    for (const callback of [...named, ...this.callbacks.filter((callback) => !callback.name)]) {
      await this.host.steered(() => callback.onEpochEnd?.(finished, logs));
    }
  }

  private runBatch(order: Uint32Array): void {
    const from = this.batch * this.batchSize;
    const to = Math.min(from + this.batchSize, this.train.rows);
    const { trainer, group } = this;
    const plan = trainer.plan(this.train, to - from, { group });
    trainer.write(plan, this.train, order, from, to);
    if (group) {
      group.asked = this.long.aborted;
      if (!plan.isShared) group.agree();
    }
    const loss = trainer.forwardBackward(plan);
    if (!Number.isFinite(loss)) {
      const advice = rowsToBlame(trainer, this.train, order, from, to);
      this.giveUp(`the loss became ${loss}`, this.trainer.iterations + 1, this.batch + 1, advice);
    }
    this.keepWeights();
    if (this.callbacks.some(({ wantsGradientNorms }) => wantsGradientNorms)) {
      this.norms = trainer.updater.gradientNorms();
    }
    trainer.update(plan);
    trainer.output(plan, this.outputsOf(plan, from, to));
    this.recordBatch(plan, loss, order, from, to);
  }

  /** Where the outputs of a batch are kept. */
  private outputsOf({ outputSize }: Plan, from: number, to: number): Float32Array {
    const first = this.keepsOutputs ? from : 0;
    return this.outputs.subarray(first * outputSize, (first + to - from) * outputSize);
  }

  /** Of tables updated by rows only what the last step changed, where that is all that has changed since. */
  private keepWeights(): void {
    const { weights, version } = this.network.runtime;
    const oneStep = version === this.lastGoodVersion + 1;
    weights.snapshot(this.lastGood, oneStep ? this.trainer.updater.changed : undefined);
    this.lastGoodVersion = version;
    this.lastGoodStep = this.trainer.iterations + 1;
  }

  private recordBatch(plan: Plan, loss: number, order: Uint32Array, from: number, to: number): void {
    const outputs = this.outputsOf(plan, from, to);
    const { trainer } = this;
    const weights = trainer.weights(this.train, order, from, to);
    const logits = trainer.logits(plan);
    if (logits) this.logits?.set(logits.values, from * plan.outputSize);
    this.metrics.update(outputs, trainer.targets(plan), to - from, weights, logits);
    this.batchLoss = loss;
    this.lossSum += loss * (to - from);
    this.rowsSeen += to - from;
    this.batch++;
  }

  /** What is no number in the last step's weights has not shown in a loss yet. */
  private checkWeights(): void {
    const finite = this.network.weightSnapshot().every(Number.isFinite);
    if (!finite) this.giveUp("the weights became infinite or NaN", this.trainer.iterations, this.batch);
  }

  /**
   * Back to the weights of the last step whose loss was a number.
   * @param step where it was seen, and its batch in this epoch; both from 1
   */
  private giveUp(what: string, step: number, batch: number, advice: string = TAMER): never {
    // As they are: what went wrong may have been in them from the start.
    this.network.runtime.restoreWeights(this.lastGood);
    throw new TrainingError(
      `${what} at step ${step} (epoch ${this.epoch + 1}, batch ${batch}). ` +
        `The weights from before step ${this.lastGoodStep} are kept. ` +
        advice,
    );
  }

  private runningLogs(): Logs {
    return { loss: this.lossSum / Math.max(1, this.rowsSeen), ...this.metrics.result() };
  }

  private async validate(): Promise<Logs> {
    if (!this.validation) return {};
    // As in Keras, validation has training's batches, where they make a difference.
    const mean = this.trainer.compiled.loss.reduction === "mean";
    const options = mean ? {} : { batchSize: this.batchSize };
    const { signal, ...told } = this.long.inner({ epoch: this.epoch + 1, epochs: this.epochs });
    const { group } = this;
    // Processes that measure together all end: a signal is heeded after that.
    const long = group ? told : { signal, ...told };
    const evaluating = evaluateDataset(
      this.trainer,
      this.validation,
      { ...options, group },
      long,
      "validating",
    );
    const scores = await evaluating.catch((error: unknown) => {
      if (isAbort(error)) return null;
      // What was learned until here must not be lost to a row of the validation data.
      throw error instanceof InputError ? new TrainingError(`validation: ${error.message}`) : error;
    });
    if (!scores) {
      this.stopped ??= ABORTED;
      return {};
    }
    return Object.fromEntries(
      Object.entries(scores).map(([name, value]) => [`val${name[0]!.toUpperCase()}${name.slice(1)}`, value]),
    );
  }
}

const onlyBetweenEpochs = () =>
  inputError({
    expected: "a callback that says wantsState: true, to go on within an epoch of rows in a file",
    where: "fit resume",
    next: "Give the callback that wrote the checkpoint.",
  });

const TAMER =
  "Try a smaller learning rate, gradients clipped to a global norm of 1, or look for extreme values in the data.";

/** Advice that names the rows of a batch that have no output, where others have: then it is not the step that is too large. */
function rowsToBlame(trainer: Trainer, data: Dataset, order: Uint32Array, from: number, to: number): string {
  const plan = trainer.plan(data, to - from, { training: false });
  trainer.write(plan, data, order, from, to);
  trainer.forward(plan);
  const { outputSize: size } = plan;
  const out = new Float32Array((to - from) * size);
  trainer.output(plan, out);
  const bad = Array.from(order.subarray(from, to)).filter((_, r) =>
    out.subarray(r * size, (r + 1) * size).some((value) => !Number.isFinite(value)),
  );
  if (bad.length === 0 || (bad.length === to - from && trainer.iterations > 0)) return TAMER;
  const rows = bad.sort((a, b) => a - b).slice(0, 5);
  return (
    `The output for x ${rows.length === 1 ? "row" : "rows"} ${rows.join(", ")}${bad.length > 5 ? ", …" : ""} is no finite number. ` +
    "Where such a row is padding throughout, a mean over its steps has no value: leave it out. Else look for extreme values in it."
  );
}
