/** A model: layers, weights, and what one does with them. Everything heavy is in plans and engines. */
import { indicesOf, listOf, objectOf, textOf } from "../base/arguments.js";
import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { checkEngine, createSynchronousEngine, MOST_THREADS } from "../engines/index.js";
import type { Layer, Shape } from "../layers/layer.js";
import type { Rows, TargetsLike } from "../network/arrays.js";
import { buildGraph, chain, type Link, type Node, nameLayers } from "../network/graph.js";
import { checkInputs, type InputsLike, readInputs } from "../network/inputs.js";
import { lossWidth } from "../network/plan.js";
import { Runtime } from "../network/runtime.js";
import type { WeightArray } from "../network/weights.js";
import { resolveLoss } from "../objectives/losses.js";
import { type MetricLike, resolveMetric } from "../objectives/metrics/streaming.js";
import { resolveOptimizer } from "../objectives/optimizers.js";
import { type Dataset, makeDataset, splitLast, type WeightOptions } from "../train/dataset.js";
import { checkSignal, evaluateDataset } from "../train/evaluate.js";
import { checkFitOptions, type FitOptions, FitRun, type History } from "../train/fit.js";
import { Steps } from "../train/steps.js";
import type { OptimizerState, Updater } from "../train/update.js";
import { describeModel } from "./describe.js";
import { checkOnWarning, ModelNotes } from "./notes.js";
import {
  type BatchOptions,
  type Compiled,
  type CompileOptions,
  DEFAULT_BATCH,
  type EvaluateOptions,
  type Gradients,
  type ModelOptions,
  type Output,
  type PredictOptions,
  type Scores,
} from "./options.js";
import { type SummaryOptions, summaryTable } from "./summary.js";

export class Model {
  readonly name: string;
  /** Without inputs, as Keras's Sequential lists them. */
  readonly layers: readonly Layer[];
  readonly seed: number;

  private readonly options: ModelOptions;
  private graph: readonly Node[] | null = null;
  private outputs: readonly number[] = [];
  private built: Runtime | null = null;
  private settings: Compiled | null = null;
  private fitting = false;
  /** Callbacks of the running fit that are at work. */
  private steering = 0;
  /** What `fit`, `evaluate` and `trainOnBatch` do with a batch. */
  readonly steps = new Steps(this);
  /** What may make this model behave otherwise than where it came from; said once, when it is used. */
  readonly remarks: ModelNotes;
  private disposed = false;

  /** @param links null while the input shape is unknown: the first data then builds the model */
  constructor(
    layers: readonly Layer[],
    links: readonly Link[] | null,
    options: ModelOptions,
    outputs?: number[],
  ) {
    knownOptions(options, ["name", "seed", "engine", "threads", "onWarning"], "model");
    checkOnWarning(options.onWarning, "model onWarning");
    this.remarks = new ModelNotes(options.onWarning);
    checkEngine(options.engine ?? "auto", "model engine");
    if (options.name !== undefined) textOf(options.name, "model name");
    if (options.threads !== undefined) wholeNumber(options.threads, "model threads", 1, MOST_THREADS);
    listOf(layers, "model layers");
    if (links !== null) listOf(links, "model links", checkLink);
    if (outputs !== undefined) indicesOf(outputs, "model outputs", links?.length ?? 0);
    this.options = options;
    this.name = options.name ?? "sequential";
    this.seed = wholeNumber(options.seed ?? 0, "model seed");
    nameLayers(layers);
    this.layers = layers.filter((layer) => layer.className !== "InputLayer");
    if (links) this.buildFrom(links, outputs);
  }

  private buildFrom(links: readonly Link[], outputs?: readonly number[]): void {
    this.graph = buildGraph(links);
    this.outputs = outputs ?? [this.graph.length - 1];
  }

  /**
   * What may make a model that was read from a file behave otherwise than where it came from, a line each. `fit`,
   * `predict` and the like say them once (see `onWarning`).
   */
  get notes(): readonly string[] {
    return this.remarks.texts;
  }

  /**
   * @param inCallbacks whether callbacks of the running fit may do it: between two steps it has a place of its own
   * @throws InputError while a fit runs that this would change
   */
  private refuseDuringFit(what: string, inCallbacks = false): void {
    if (!this.fitting || (inCallbacks && this.steering > 0)) return;
    throw inputError({
      expected: "no fit to be running",
      where: `${what} of model ${this.name}`,
      next: inCallbacks ? "Wait for it, or do this in one of its callbacks." : "Wait for it first.",
    });
  }

  /** Runs a callback of the running fit, which may steer it. */
  async steered(callback: () => void | Promise<void>): Promise<void> {
    this.steering++;
    try {
      await callback();
    } finally {
      this.steering--;
    }
  }

  /**
   * Fixes the input shape (without the batch axis) of a model that did not declare it.
   * @throws InputError for what is no shape, or another than the model has
   */
  build(inputShape: Shape): void {
    this.refuseDuringFit("build");
    const isSize = (n: unknown) => n === null || (Number.isInteger(n) && (n as number) > 0);
    const own = this.inputShapes[0];
    const fits = own
      ? own.length === inputShape?.length && own.every((n, i) => n === null || n === inputShape[i])
      : true;
    if (!Array.isArray(inputShape) || !inputShape.every(isSize) || !fits) {
      const expected = own
        ? `the model's own shape, [${own.map((n) => n ?? "any").join(", ")}]`
        : "a shape, as [10] or [null, 3]";
      throw inputError({ expected, where: `build of model ${this.name}`, received: inputShape });
    }
    if (!this.graph) this.buildFrom(chain(this.layers, inputShape)!);
  }

  /** The layers as a graph, inputs included; a Sequential is a chain. Empty until built. */
  get nodes(): readonly Node[] {
    return this.graph ?? [];
  }

  get isBuilt(): boolean {
    return this.graph !== null;
  }

  get inputShapes(): Shape[] {
    return this.nodes.filter((node) => node.inputs.length === 0).map((node) => node.shape);
  }

  get outputNode(): Node {
    const node = this.nodes[this.outputs[0] ?? -1];
    if (node) return node;
    throw inputError({
      expected: "a known input shape",
      where: `model ${this.name}`,
      next: "Start with layers.input or an Embedding, call build(shape), or pass data first.",
      typed: {
        next: "Start the network with an Input or an Embedding, or give its first layer an input_shape.",
      },
    });
  }

  /** Numbers the model puts out a row (a step, for sequences). */
  get outputSize(): number {
    return this.outputNode.shape.reduce<number>((a, b) => a * (b ?? 1), 1);
  }

  /** Engine, memory and weights; made when first needed, with fresh weights. */
  get runtime(): Runtime {
    if (!this.built) {
      void this.outputNode;
      if (this.disposed) {
        throw inputError({
          expected: "a model in use",
          where: `model ${this.name}`,
          next: "It was disposed.",
        });
      }
      this.built = new Runtime(createSynchronousEngine(this.options), this.nodes, this.outputs, this.seed);
      this.built.weights.initialize(this.seed);
      if (this.settings) this.built.compile(this.settings.optimizer);
    }
    return this.built;
  }

  /** "native", "wasm" or "reference". */
  get engineName(): string {
    return this.runtime.engine.name;
  }

  /** All numbers in the weights. */
  countParams(): number {
    void this.outputNode;
    return this.nodes.reduce(
      (sum, { layer }) =>
        sum + layer.parameters.reduce((n, parameter) => n + parameter.shape.reduce((a, b) => a * b, 1), 0),
      0,
    );
  }

  /** Weights in Keras's order, named "lstm/kernel". */
  getWeights(): WeightArray[] {
    return this.runtime.weights.get();
  }

  /** Replaces all weights; arrays in the order of `getWeights`. */
  setWeights(values: readonly (ArrayLike<number> | WeightArray)[]): void {
    this.refuseDuringFit("setWeights", true);
    listOf(values, "setWeights", (array, where) => {
      const data = (array as { data?: unknown } | null | undefined)?.data;
      if ([array, data].some((one) => Array.isArray(one) || ArrayBuffer.isView(one))) return;
      throw inputError({ expected: "an array of weights", where, received: array });
    });
    this.runtime.weights.set(values);
    this.runtime.weightsChanged();
  }

  /** All weights in one array, for keeping and going back to. */
  weightSnapshot(into?: Float32Array): Float32Array {
    if (into !== undefined) this.checkSnapshot(into, "weightSnapshot");
    return this.runtime.weights.snapshot(into);
  }

  private checkSnapshot(given: unknown, where: string): asserts given is Float32Array {
    const length = this.countParams();
    if (given instanceof Float32Array && given.length === length) return;
    throw inputError({ expected: `a snapshot of ${length} numbers, a Float32Array`, where, received: given });
  }

  /** Goes back to what `weightSnapshot` gave. @throws InputError for another length, or what is no finite number */
  restoreWeights(snapshot: Float32Array): void {
    this.refuseDuringFit("restoreWeights", true);
    const where = "restoreWeights";
    this.checkSnapshot(snapshot, where);
    const bad = snapshot.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw inputError({ expected: "finite numbers", where: `${where} [${bad}]`, received: snapshot[bad] });
    }
    this.runtime.restoreWeights(snapshot);
  }

  // ---- training -----------------------------------------------------------------------------------------

  /** Chooses optimizer, loss and metrics. A fresh optimizer starts with no state. */
  compile(options: CompileOptions): void {
    this.refuseDuringFit("compile");
    knownOptions(options, ["optimizer", "loss", "metrics", "weightedMetrics"], "compile");
    const { optimizer = "adam", metrics, weightedMetrics = [] } = options;
    const loss = resolveLoss(options.loss);
    // A regression has no classes to be accurate about.
    const usual: MetricLike[] = loss.name === "meanSquaredError" ? [] : ["accuracy"];
    this.settings = {
      optimizer: resolveOptimizer(optimizer),
      loss,
      metrics: resolveMetrics(metrics ?? usual, "metrics"),
      weightedMetrics: resolveMetrics(weightedMetrics, "weightedMetrics"),
    };
    this.built?.compile(this.settings.optimizer);
  }

  get compiled(): Compiled {
    if (this.settings) return this.settings;
    throw inputError({
      expected: "a compiled model",
      where: `model ${this.name}`,
      next: "Call compile({ loss }) first.",
      typed: { next: "The file was saved without its loss." },
    });
  }

  get isCompiled(): boolean {
    return this.settings !== null;
  }

  private get updater(): Updater {
    return this.steps.updater;
  }

  /**
   * The learning rate of the next step. It may be set between steps, during `fit` by its callbacks.
   * @throws InputError when set where a schedule says it
   */
  get learningRate(): number {
    return this.updater.learningRate;
  }

  set learningRate(rate: number) {
    this.refuseDuringFit("learningRate", true);
    this.updater.learningRate = finiteNumber(rate, "learningRate", 0);
  }

  /** Batches that training has seen so far. Each is a step, unless gradients are accumulated. */
  get iterations(): number {
    return this.updater.iterations;
  }

  /** Numbers in the optimizer's variables, once it has made a step: slots, iterations and, unless a schedule says it, learning rate. */
  get optimizerParams(): number {
    const updater = this.built?.updater;
    if (!updater || updater.iterations === 0) return 0;
    const scalars = typeof updater.optimizer.learningRate === "number" ? 2 : 1;
    return updater.state().slots.reduce((sum, slot) => sum + slot.length, scalars);
  }

  /** Keras's table of the layers, to the character. */
  summary(options: SummaryOptions = {}): string {
    knownOptions(options, ["format", "lineLength", "terminalColumns", "showTrainable"], "summary");
    oneOf(options.format ?? "keras3", ["keras3", "keras2"], "summary format");
    return summaryTable(describeModel(this), options);
  }

  optimizerState(): OptimizerState {
    return this.updater.state();
  }

  /** The shapes of the slots in `optimizerState`, in their order. */
  slotShapes(): (readonly number[])[] {
    return this.updater.slotShapes();
  }

  setOptimizerState(state: OptimizerState): void {
    this.refuseDuringFit("setOptimizerState");
    this.updater.setState(state);
  }

  /**
   * Trains on rows x and targets y. Until it is done, nothing but its own callbacks may change the model.
   * @throws InputError on data that does not fit; TrainingError when the loss becomes NaN or infinite
   */
  async fit(x: InputsLike, y: TargetsLike, options: FitOptions = {}): Promise<History> {
    checkFitOptions(options);
    if (this.fitting) throw inputError({ expected: "one fit at a time", where: `model ${this.name}` });
    const data = this.dataset(x, y, options);
    const { validationData } = options;
    const [train, split] = splitLast(data, options.validationSplit ?? 0);
    const validation = validationData
      ? this.dataset(
          validationData[0],
          validationData[1],
          { sampleWeight: validationData[2] },
          "validationData",
        )
      : // As in Keras, class weights are for training alone; sample weights count in validation too.
        split && (options.classWeight ? { ...split, weights: null } : split);
    const run = new FitRun(this, train, validation, options);
    this.remarks.say(true, options.onWarning, "fit");
    this.fitting = true;
    try {
      return await run.run();
    } finally {
      this.fitting = false;
    }
  }

  /** One step on one batch; returns its loss before the update. */
  trainOnBatch(x: InputsLike, y: TargetsLike, options: BatchOptions = {}): number {
    this.refuseDuringFit("trainOnBatch");
    knownOptions(options, ["classWeight", "sampleWeight", "onWarning"], "trainOnBatch");
    const data = this.dataset(x, y, options);
    this.remarks.say(true, options.onWarning, "trainOnBatch");
    const plan = this.steps.plan(data, data.rows);
    this.steps.write(plan, data, null, 0, data.rows);
    const loss = this.steps.forwardBackward(plan);
    this.steps.update(plan);
    return loss;
  }

  /** Loss and gradients on one batch, dropout on if the model has any; nothing is updated. */
  gradients(x: InputsLike, y: TargetsLike, options: WeightOptions = {}): Gradients {
    knownOptions(options, ["classWeight", "sampleWeight"], "gradients");
    const data = this.dataset(x, y, options);
    const plan = this.steps.plan(data, data.rows, { inputGradients: true });
    this.steps.write(plan, data, null, 0, data.rows);
    const loss = this.steps.forwardBackward(plan);
    const inputs = plan.inputSizes.map((_, i) => this.steps.inputGradient(plan, i));
    return { loss, gradients: this.runtime.weights.getGradients(), inputs };
  }

  // ---- use ----------------------------------------------------------------------------------------------

  /**
   * Loss and metrics on rows x and targets y, without dropout.
   * @throws InputError where the weights change meanwhile; AbortError when the signal was given
   */
  async evaluate(x: InputsLike, y: TargetsLike, options: EvaluateOptions = {}): Promise<Scores> {
    knownOptions(options, ["batchSize", "sampleWeight", "signal", "onWarning"], "evaluate");
    this.refuseDuringFit("evaluate", true);
    checkSignal(options.signal, "evaluate signal");
    const data = this.dataset(x, y, options);
    this.remarks.say(false, options.onWarning, "evaluate");
    const scores = await evaluateDataset(this, data, options);
    if (!scores) throw new DOMException("evaluate was aborted", "AbortError");
    return scores;
  }

  /** Outputs row by row: a vector each, or a vector a step for sequences. */
  predict(x: InputsLike, options: PredictOptions = {}): Output[] {
    const { data, rows, shape } = this.predictFlat(x, options);
    const size = shape.reduce((a, b) => a * b, 1);
    return Array.from({ length: rows }, (_, r) => {
      const row = data.subarray(r * size, (r + 1) * size);
      if (shape.length === 1) return Array.from(row);
      const [T, F] = shape as [number, number];
      return Array.from({ length: T }, (_, t) => Array.from(row.subarray(t * F, (t + 1) * F)));
    });
  }

  /** As `predict`, in one array [rows][…shape]. */
  predictFlat(x: InputsLike, options: PredictOptions = {}): Rows {
    knownOptions(options, ["batchSize", "onWarning"], "predict");
    const batchSize = wholeNumber(options.batchSize ?? DEFAULT_BATCH, "predict batchSize", 1);
    const inputs = this.inputRows(x);
    this.remarks.say(false, options.onWarning, "predict");
    const { rows } = inputs[0]!;
    const inputShapes = inputs.map((input) => input.shape);
    let out: Float32Array | null = null;
    let shape: readonly number[] = [];
    for (let from = 0; from < rows; from += batchSize) {
      const to = Math.min(from + batchSize, rows);
      const plan = this.runtime.plan({ rows: to - from, inputShapes, training: false, loss: null });
      inputs.forEach((input, i) => {
        const size = plan.inputSizes[i]!;
        this.runtime.write(plan.inputs[i]!, input.data.subarray(from * size, to * size));
      });
      this.runtime.run(plan);
      shape = plan.outputShape;
      out ??= new Float32Array(rows * plan.outputSize);
      this.runtime.readOutput(plan, out.subarray(from * plan.outputSize, to * plan.outputSize));
    }
    return { data: out ?? new Float32Array(0), rows, shape };
  }

  // ---- data ---------------------------------------------------------------------------------------------

  /** Checks x and y against the model and makes them flat. */
  dataset(x: InputsLike, y: TargetsLike, options: WeightOptions, where = ""): Dataset {
    const { loss } = this.compiled;
    const inputs = this.inputRows(x);
    return makeDataset(inputs, y, lossWidth(this.outputNode), loss, options, where);
  }

  private inputRows(x: InputsLike): Rows[] {
    const inputs = readInputs(x, this.nodes);
    if (!this.graph) this.buildFrom(chain(this.layers, inputs[0]!.shape)!);
    checkInputs(inputs, this.nodes);
    return inputs;
  }

  /**
   * Writes the model in the format that the path's ending names: .keras, .h5, .safetensors, .onnx, .json (TensorFlow.js) or
   * .mjs. Node only. @throws InputError for another ending, and for what the format has no place for
   */
  async save(path: string | URL): Promise<void> {
    // Loaded when needed: file formats are no part of a model that only predicts.
    const { saveModel } = await import("../formats/save.js");
    await saveModel(this, path);
  }

  /** Frees the engine's memory and threads. The model must not be used after. */
  dispose(): void {
    this.refuseDuringFit("dispose");
    this.built?.dispose();
    this.built = null;
    this.disposed = true;
  }
}

/** Layers take `stateful` for Keras's sake: that no states are kept is said. */
export function noteStateful(model: Model): Model {
  const isStateful = ({ options }: Layer) => (options as { stateful?: boolean }).stateful === true;
  const stateful = model.layers.filter((layer) => [layer, ...layer.inner].some(isStateful));
  const text = (name: string) => `${name} stateful: every batch starts from fresh states here`;
  model.remarks.add(stateful.map(({ name }) => ({ text: text(name), training: false })));
  return model;
}

function resolveMetrics(given: readonly MetricLike[], option: string): ReturnType<typeof resolveMetric>[] {
  if (Array.isArray(given)) return given.map(resolveMetric);
  throw inputError({ expected: "a list of metrics", where: `compile ${option}`, received: given });
}

/** A place in a graph of layers, as the constructor takes it. */
function checkLink(link: unknown, where: string): void {
  indicesOf((objectOf(link as object, where, "a layer and its inputs") as Link).inputs, `${where} inputs`);
}

/** A model that is a chain of layers. */
export function sequential(layers: readonly Layer[], options: ModelOptions = {}): Model {
  if (!Array.isArray(layers)) {
    throw inputError({ expected: "a list of layers", where: "sequential", received: layers });
  }
  return noteStateful(new Model(layers, chain(layers, null), options));
}
