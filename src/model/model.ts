/** A model: layers, weights, and what one does with them. Everything heavy is in plans and engines. */
import { indicesOf, listOf, numbersOf, objectOf, textOf } from "../arguments.js";
import { checkEngine, createEngine, MOST_THREADS } from "../engine/index.js";
import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../errors.js";
import type { Layer, Shape } from "../layers/layer.js";
import type { Rows, TargetsLike } from "../train/arrays.js";
import { type Dataset, makeDataset, splitLast, type WeightOptions } from "../train/dataset.js";
import { evaluateDataset } from "../train/evaluate.js";
import { checkFitOptions, type FitOptions, FitRun, type History } from "../train/fit.js";
import { resolveLoss } from "../train/losses.js";
import { metricName } from "../train/metrics/streaming.js";
import { resolveOptimizer } from "../train/optimizers.js";
import { Steps } from "../train/steps.js";
import type { OptimizerState, Updater } from "../train/update.js";
import { describeModel } from "./describe.js";
import { buildGraph, chain, type Link, type Node, nameLayers } from "./graph.js";
import { checkInputs, type InputsLike, readInputs } from "./inputs.js";
import {
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
import { lossWidth } from "./plan.js";
import { Runtime } from "./runtime.js";
import { type SummaryOptions, summaryTable } from "./summary.js";
import type { WeightArray } from "./weights.js";

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
  /** What `fit`, `evaluate` and `trainOnBatch` do with a batch. */
  readonly steps = new Steps(this);
  private disposed = false;

  /** @param links null while the input shape is unknown: the first data then builds the model */
  constructor(
    layers: readonly Layer[],
    links: readonly Link[] | null,
    options: ModelOptions,
    outputs?: number[],
  ) {
    knownOptions(options, ["name", "seed", "engine", "threads"], "model");
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

  /** Fixes the input shape (without the batch axis) of a model that did not declare it. */
  build(inputShape: Shape): void {
    listOf(inputShape, "build inputShape", (size, where) => size === null || wholeNumber(size, where, 0));
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
      this.built = new Runtime(createEngine(this.options), this.nodes, this.outputs, this.seed);
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

  private checkSnapshot(given: unknown, where: string): void {
    const length = this.countParams();
    if (given instanceof Float32Array && given.length === length) return;
    throw inputError({ expected: `a snapshot of ${length} numbers, a Float32Array`, where, received: given });
  }

  restoreWeights(snapshot: Float32Array): void {
    this.checkSnapshot(snapshot, "restoreWeights");
    this.runtime.weights.restore(snapshot);
    this.runtime.weightsChanged();
  }

  // ---- training -----------------------------------------------------------------------------------------

  /** Chooses optimizer, loss and metrics. A fresh optimizer starts with no state. */
  compile(options: CompileOptions): void {
    knownOptions(options, ["optimizer", "loss", "metrics"], "compile");
    const { optimizer = "adam", loss, metrics = ["accuracy"] } = options;
    if (!Array.isArray(metrics)) {
      throw inputError({ expected: "a list of metrics", where: "compile metrics", received: metrics });
    }
    this.settings = {
      optimizer: resolveOptimizer(optimizer),
      loss: resolveLoss(loss),
      metrics: metrics.map(metricName),
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

  /** The optimizer's current learning rate; may be set between steps. */
  get learningRate(): number {
    return this.updater.learningRate;
  }

  set learningRate(rate: number) {
    this.updater.learningRate = finiteNumber(rate, "learningRate", 0);
  }

  /** Optimizer steps so far. */
  get iterations(): number {
    return this.updater.iterations;
  }

  /** Numbers in the optimizer's variables, once it has made a step: slots, iterations and learning rate. */
  get optimizerParams(): number {
    const updater = this.built?.updater;
    if (!updater || updater.iterations === 0) return 0;
    return updater.state().slots.reduce((sum, slot) => sum + slot.length, 2);
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

  setOptimizerState(state: OptimizerState): void {
    const where = "setOptimizerState";
    const { slots, iterations, learningRate } = objectOf(state, where, "what optimizerState() gave");
    listOf(slots, `${where} slots`, numbersOf);
    wholeNumber(iterations, `${where} iterations`);
    finiteNumber(learningRate, `${where} learningRate`, 0);
    this.updater.setState(state);
  }

  /**
   * Trains on rows x and targets y.
   * @throws InputError on data that does not fit; TrainingError when the loss becomes NaN or infinite
   */
  async fit(x: InputsLike, y: TargetsLike, options: FitOptions = {}): Promise<History> {
    checkFitOptions(options);
    const data = this.dataset(x, y, options);
    const { validationData } = options;
    const [train, split] = splitLast(data, validationData ? 0 : (options.validationSplit ?? 0));
    const validation = validationData
      ? this.dataset(validationData[0], validationData[1], { sampleWeight: validationData[2] })
      : // As in Keras, class weights are for training alone; sample weights count in validation too.
        split && (options.classWeight ? { ...split, weights: null } : split);
    if (this.fitting) throw inputError({ expected: "one fit at a time", where: `model ${this.name}` });
    this.fitting = true;
    try {
      return await new FitRun(this, train, validation, options).run();
    } finally {
      this.fitting = false;
    }
  }

  /** One step on one batch; returns its loss before the update. */
  trainOnBatch(x: InputsLike, y: TargetsLike, options: WeightOptions = {}): number {
    const data = this.dataset(x, y, options);
    const plan = this.steps.plan(data, data.rows);
    this.steps.write(plan, data, null, 0, data.rows);
    const loss = this.steps.forwardBackward(plan);
    this.steps.update(plan);
    return loss;
  }

  /** Loss and gradients on one batch, dropout on if the model has any; nothing is updated. */
  gradients(x: InputsLike, y: TargetsLike, options: WeightOptions = {}): Gradients {
    const data = this.dataset(x, y, options);
    const plan = this.steps.plan(data, data.rows, { inputGradients: true });
    this.steps.write(plan, data, null, 0, data.rows);
    const loss = this.steps.forwardBackward(plan);
    const inputs = plan.inputSizes.map((_, i) => this.steps.inputGradient(plan, i));
    return { loss, gradients: this.runtime.weights.getGradients(), inputs };
  }

  // ---- use ----------------------------------------------------------------------------------------------

  /** Loss and metrics on rows x and targets y, without dropout. */
  async evaluate(x: InputsLike, y: TargetsLike, options: EvaluateOptions = {}): Promise<Scores> {
    knownOptions(options, ["batchSize", "sampleWeight", "signal"], "evaluate");
    const scores = await evaluateDataset(this, this.dataset(x, y, options), options);
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
    knownOptions(options, ["batchSize"], "predict");
    const batchSize = wholeNumber(options.batchSize ?? DEFAULT_BATCH, "predict batchSize", 1);
    const inputs = this.inputRows(x);
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
  dataset(x: InputsLike, y: TargetsLike, options: WeightOptions): Dataset {
    const { loss } = this.compiled;
    const inputs = this.inputRows(x);
    return makeDataset(inputs, y, lossWidth(this.outputNode), loss, options);
  }

  private inputRows(x: InputsLike): Rows[] {
    const inputs = readInputs(x, this.nodes);
    if (!this.graph) this.build(inputs[0]!.shape);
    checkInputs(inputs, this.nodes);
    return inputs;
  }

  /** Writes the model: .keras, or Keras's older format when the name ends in .h5. Node only. */
  async save(path: string): Promise<void> {
    textOf(path, "save path");
    // Loaded when needed: file formats are no part of a model that only predicts.
    const { saveModel } = await import("../formats/load.js");
    await saveModel(this, path);
  }

  /** Frees the engine's memory and threads. The model must not be used after. */
  dispose(): void {
    this.built?.dispose();
    this.built = null;
    this.disposed = true;
  }
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
  return new Model(layers, chain(layers, null), options);
}
