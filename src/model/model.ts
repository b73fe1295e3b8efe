/** A model: what users have of a network and its training. It guards, explains and keeps; the work is done below. */
import { inputError, knownOptions, oneOf } from "../base/errors.js";
import { checkOnWarning } from "../base/notes.js";
import { atOnce } from "../base/pieces.js";
import { checkLongOptions, LONG_OPTIONS, Long } from "../base/progress.js";
import { ENGINES } from "../engines/engines.js";
import type { Layer, Shape } from "../layers/layer.js";
import { nestedRows, type Rows, type TargetsLike } from "../network/arrays.js";
import { chain, type Link, type Node } from "../network/graph.js";
import type { InputsLike } from "../network/inputs.js";
import { Network } from "../network/network.js";
import type { WeightArray } from "../network/weights.js";
import type { Compiled } from "../objectives/compiled.js";
import type * as train from "../train/callbacks.js";
import type { Dataset, WeightOptions } from "../train/dataset.js";
import { type EvaluateOptions, evaluateDataset, Measuring, type Scores } from "../train/evaluate.js";
import type * as fit from "../train/fit.js";
import { checkFitOptions, type FitSources, type History, runFit } from "../train/fit.js";
import { type CompileOptions, type Gradients, Trainer } from "../train/trainer.js";
import type { OptimizerState } from "../train/training-state.js";
import { asked } from "./asked.js";
import { describeModel } from "./describe.js";
import { ModelNotes } from "./notes.js";
import type { BatchOptions, ModelOptions, Output, PredictOptions } from "./options.js";
import { type SummaryOptions, summaryTable } from "./summary.js";

/** The training of a model, and through it the network. */
export let trainerOf: (model: Model) => Trainer;
/** What may make a model behave otherwise than where it came from; said once, when it is used. */
export let remarksOf: (model: Model) => ModelNotes;
/** As `model.fit`, on rows that lie elsewhere than in memory. */
export let fitSources: (model: Model, sources: FitSources, options: FitOptions) => Promise<History>;

/** What may watch and steer `fit`. */
export interface Callback extends train.Callback<Model> {}

/** Where training is, handed to every callback. */
export interface TrainingProgress extends train.TrainingProgress<Model> {}

/** Of `fit`. */
export interface FitOptions extends fit.FitOptions<Model> {}

/**
 * A network that can be trained, asked, explained and saved. Made by `sequential`, `model` or `loadModel`.
 */
export class Model {
  readonly #trainer: Trainer;
  readonly #remarks: ModelNotes;
  #fitting = false;
  /** Callbacks of the running fit that are at work. */
  #steering = 0;

  static {
    trainerOf = (model) => model.#trainer;
    remarksOf = (model) => model.#remarks;
    fitSources = (model, sources, options) => model.#fit(sources, options);
  }

  /**
   * @param layers in order; or a network with its training, as a file is read to
   * @param links null while the input shape is unknown: the first data then builds the model
   */
  constructor(
    layers: readonly Layer[] | Trainer,
    links: readonly Link[] | null = null,
    options: ModelOptions = {},
    outputs?: number[],
  ) {
    knownOptions(options, ["name", "seed", "engine", "threads", "onWarning"], "model");
    const { onWarning, name, seed, ...engine } = options;
    checkOnWarning(onWarning, "model onWarning");
    this.#remarks = new ModelNotes(onWarning);
    this.#trainer =
      layers instanceof Trainer
        ? layers
        : new Trainer(
            new Network({ layers, links, outputs }, { name, seed, engine: ENGINES.maker(engine, "model") }),
          );
  }

  get #network(): Network {
    return this.#trainer.network;
  }

  /** "sequential", unless it was given. */
  get name(): string {
    return this.#network.name;
  }

  /** Without inputs, as Keras's Sequential lists them. */
  get layers(): readonly Layer[] {
    return this.#network.layers;
  }

  /** Everything random follows from it. */
  get seed(): number {
    return this.#network.seed;
  }

  /**
   * What may make a model that was read from a file behave otherwise than where it came from, a line each. `fit`,
   * `predict` and the like say them once (see `onWarning`).
   */
  get notes(): readonly string[] {
    return this.#remarks.texts(this.#network.startedEngine);
  }

  /**
   * @param inCallbacks whether callbacks of the running fit may do it: between two steps it has a place of its own
   * @throws InputError while a fit runs that this would change
   */
  #refuseDuringFit(what: string, inCallbacks = false): void {
    if (!this.#fitting || (inCallbacks && this.#steering > 0)) return;
    throw inputError({
      expected: "no fit to be running",
      where: `${what} of model ${this.name}`,
      next: inCallbacks ? "Wait for it, or do this in one of its callbacks." : "Wait for it first.",
    });
  }

  /** Runs a callback of the running fit, which may steer it. */
  async #steered(callback: () => void | Promise<void>): Promise<void> {
    this.#steering++;
    try {
      await callback();
    } finally {
      this.#steering--;
    }
  }

  /**
   * Fixes the input shape (without the batch axis) of a model that did not declare it.
   * @throws InputError for what is no shape, or another than the model has
   */
  build(inputShape: Shape): void {
    this.#refuseDuringFit("build");
    this.#network.build(inputShape);
  }

  /** The layers as a graph, inputs included; a Sequential is a chain. Empty until built. */
  get nodes(): readonly Node[] {
    return this.#network.nodes;
  }

  /** Whether the input shape is known, and with it every weight's. */
  get isBuilt(): boolean {
    return this.#network.isBuilt;
  }

  /** Of each input, without the batch axis; null where the number of steps is open. */
  get inputShapes(): Shape[] {
    return this.#network.inputShapes;
  }

  /** The last step of the graph, whose output is the model's. @throws InputError while the input shape is not known */
  get outputNode(): Node {
    return this.#network.outputNode;
  }

  /** Numbers the model puts out a row (a step, for sequences). */
  get outputSize(): number {
    return this.#network.outputSize;
  }

  /** "native", "wasm" or "reference"; of an engine of your own, the name that it has. */
  get engineName(): string {
    return this.#network.runtime.engine.name;
  }

  /** Threads that share its work: those that were asked for, until it turns out that some of them cannot be had. */
  get threads(): number {
    return this.#network.runtime.engine.threads;
  }

  /** All numbers in the weights. */
  countParams(): number {
    return this.#network.countParams();
  }

  /** Weights in Keras's order, named "lstm/kernel". */
  getWeights(): WeightArray[] {
    return this.#network.getWeights();
  }

  /** Replaces all weights; arrays in the order of `getWeights`. */
  setWeights(values: readonly (ArrayLike<number> | WeightArray)[]): void {
    this.#refuseDuringFit("setWeights", true);
    this.#network.setWeights(values);
  }

  /** All weights in one array, for keeping and going back to. */
  weightSnapshot(into?: Float32Array): Float32Array {
    return this.#network.weightSnapshot(into);
  }

  /** Goes back to what `weightSnapshot` gave. @throws InputError for another length, or what is no finite number */
  restoreWeights(snapshot: Float32Array): void {
    this.#refuseDuringFit("restoreWeights", true);
    this.#network.restoreWeights(snapshot);
  }

  // ---- training -----------------------------------------------------------------------------------------

  /** Chooses optimizer, loss and metrics. A fresh optimizer starts with no state. */
  compile(options: CompileOptions): void {
    this.#refuseDuringFit("compile");
    this.#trainer.compile(options);
  }

  /** What it was compiled with. @throws InputError before `compile` */
  get compiled(): Compiled {
    return this.#trainer.compiled;
  }

  /** Whether it has an optimizer and a loss. */
  get isCompiled(): boolean {
    return this.#trainer.isCompiled;
  }

  /**
   * The learning rate of the next step. It may be set between steps, during `fit` by its callbacks.
   * @throws InputError when set where a schedule says it
   */
  get learningRate(): number {
    return this.#trainer.learningRate;
  }

  set learningRate(rate: number) {
    this.#refuseDuringFit("learningRate", true);
    this.#trainer.learningRate = rate;
  }

  /** Batches that training has seen so far. Each is a step, unless gradients are accumulated. */
  get iterations(): number {
    return this.#trainer.iterations;
  }

  /** Numbers in the optimizer's variables, once it has made a step: slots, iterations and, unless a schedule says it, learning rate. */
  get optimizerParams(): number {
    return this.#trainer.optimizerParams;
  }

  /** Keras's table of the layers, to the character. */
  summary(options: SummaryOptions = {}): string {
    knownOptions(options, ["format", "lineLength", "terminalColumns", "showTrainable"], "summary");
    oneOf(options.format ?? "keras3", ["keras3", "keras2"], "summary format");
    return summaryTable(describeModel(this), options);
  }

  /** Step, learning rate and slots of the optimizer, copied. */
  optimizerState(): OptimizerState {
    return this.#trainer.optimizerState();
  }

  /** The shapes of the slots in `optimizerState`, in their order. */
  slotShapes(): (readonly number[])[] {
    return this.#trainer.slotShapes();
  }

  /**
   * Takes over what `optimizerState` gave: training goes on from there.
   * @throws InputError for what is no state of this optimizer's; nothing is changed then
   */
  setOptimizerState(state: OptimizerState): void {
    this.#refuseDuringFit("setOptimizerState");
    this.#trainer.setOptimizerState(state);
  }

  /**
   * Trains on rows x and targets y. Until it is done, nothing but its own callbacks may change the model.
   * @throws InputError on data that does not fit; TrainingError when the loss becomes NaN or infinite
   */
  async fit(x: InputsLike, y: TargetsLike, options: FitOptions = {}): Promise<History> {
    return this.#fit([x, y], options);
  }

  async #fit(given: readonly [InputsLike, TargetsLike] | FitSources, options: FitOptions): Promise<History> {
    checkFitOptions(options);
    if (this.#fitting) throw inputError({ expected: "one fit at a time", where: `model ${this.name}` });
    this.#fitting = true;
    try {
      const compiled = this.#network.ready();
      if (compiled) await compiled;
      const host = {
        model: this,
        steered: (callback: () => void | Promise<void>) => this.#steered(callback),
      };
      const say = () => this.#say(true, options.onWarning, "fit");
      const history = await runFit<Model>(this.#trainer, host, given, options, say);
      say();
      return history;
    } finally {
      this.#fitting = false;
    }
  }

  /** Says what was not said yet, of the engine too, which is made now where there is none. */
  #say(training: boolean, onWarning: BatchOptions["onWarning"], where: string): void {
    this.#remarks.say(training, onWarning, where, this.#network.runtime.engine);
  }

  /** One step on one batch; returns its loss before the update. */
  trainOnBatch(x: InputsLike, y: TargetsLike, options: BatchOptions = {}): number {
    this.#refuseDuringFit("trainOnBatch");
    knownOptions(options, ["classWeight", "sampleWeight", "onWarning"], "trainOnBatch");
    const data = this.dataset(x, y, options);
    this.#say(true, options.onWarning, "trainOnBatch");
    return this.#trainer.trainOnBatch(data);
  }

  /** Loss and gradients on one batch, dropout on if the model has any; nothing is updated. */
  gradients(x: InputsLike, y: TargetsLike, options: WeightOptions = {}): Gradients {
    knownOptions(options, ["classWeight", "sampleWeight"], "gradients");
    return this.#trainer.gradients(this.dataset(x, y, options));
  }

  // ---- use ----------------------------------------------------------------------------------------------

  /**
   * Loss and metrics on rows x and targets y, without dropout.
   * @throws InputError where the weights change meanwhile; AbortError when the signal was given
   */
  async evaluate(x: InputsLike, y: TargetsLike, options: EvaluateOptions = {}): Promise<Scores> {
    knownOptions(options, ["batchSize", "sampleWeight", "onWarning", ...LONG_OPTIONS], "evaluate");
    this.#refuseDuringFit("evaluate", true);
    checkLongOptions(options, "evaluate");
    const compiled = this.#network.ready();
    if (compiled) await compiled;
    // Of a model that is not built yet there are no weights to change.
    const long = this.isBuilt
      ? new Measuring(this.#network, options, "evaluate")
      : new Long(options, "evaluate");
    long.begin("checking");
    const data = await long.run(this.#trainer.dataset(x, y, options));
    long.hear();
    this.#say(false, options.onWarning, "evaluate");
    return await evaluateDataset(this.#trainer, data, options, long.inner());
  }

  /** Outputs row by row: a vector each, or a vector a step for sequences. */
  predict(x: InputsLike, options: PredictOptions = {}): Output[] {
    return nestedRows(this.predictFlat(x, options));
  }

  /** As `predict`, on any engine: also on one that answers later, which `predict` refuses. */
  async predictAsync(x: InputsLike, options: PredictOptions = {}): Promise<Output[]> {
    return nestedRows(await this.predictFlatAsync(x, options));
  }

  /** As `predict`, in one array [rows][…shape]. */
  predictFlat(x: InputsLike, options: PredictOptions = {}): Rows {
    const question = asked(this.#network, x, options);
    this.#say(false, options.onWarning, "predict");
    return this.#network.predict(...question);
  }

  /** As `predictAsync`, in one array [rows][…shape]. */
  async predictFlatAsync(x: InputsLike, options: PredictOptions = {}): Promise<Rows> {
    const question = asked(this.#network, x, options);
    // What need not be waited for is asked at once.
    const compiled = this.#network.ready();
    if (compiled) await compiled;
    this.#say(false, options.onWarning, "predict");
    return this.#network.predictAsync(...question);
  }

  // ---- data ---------------------------------------------------------------------------------------------

  /** Checks x and y against the model and makes them flat. */
  dataset(x: InputsLike, y: TargetsLike, options: WeightOptions, where = ""): Dataset {
    return atOnce(this.#trainer.dataset(x, y, options, where));
  }

  /**
   * Writes the model in the format that the path's ending names: .keras, .h5, .safetensors, .onnx, .json (TensorFlow.js) or
   * .mjs. Node only. @throws InputError for another ending, and for what the format has no place for
   */
  async save(path: string | URL): Promise<void> {
    // Loaded when needed: file formats are no part of a model that only predicts.
    const { saveAs } = await import("../formats/save.js");
    const { leftOut } = await saveAs({ model: this, extras: null }, path);
    for (const text of leftOut) this.#remarks.tell(text);
  }

  /** Frees the engine's memory and threads. The model must not be used after. */
  dispose(): void {
    this.#refuseDuringFit("dispose");
    this.#trainer.dispose();
  }
}

/** Layers take `stateful` for Keras's sake: that no states are kept is said. */
export function noteStateful(model: Model): Model {
  const isStateful = ({ options }: Layer) => (options as { stateful?: boolean }).stateful === true;
  const stateful = model.layers.filter((layer) => [layer, ...layer.inner].some(isStateful));
  const text = (name: string) => `${name} stateful: every batch starts from fresh states here`;
  remarksOf(model).add(stateful.map(({ name }) => ({ text: text(name), training: false })));
  return model;
}

/** A model that is a chain of layers. */
export function sequential(layers: readonly Layer[], options: ModelOptions = {}): Model {
  if (!Array.isArray(layers)) {
    throw inputError({ expected: "a list of layers", where: "sequential", received: layers });
  }
  return noteStateful(new Model(layers, chain(layers, null), options));
}
