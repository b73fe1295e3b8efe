/** A model: layers, weights, and what one does with them. Everything heavy is in plans and engines. */
import { createEngine, ENGINE_CHOICES, type EngineOptions } from "../engine/index.js";
import { finiteNumber, inputError, knownOptions, oneOf, wholeNumber } from "../errors.js";
import type { Layer, Shape } from "../layers/layer.js";
import { gather, type Rows, type TargetsLike } from "../train/arrays.js";
import { type Dataset, makeDataset, splitLast, type WeightOptions } from "../train/dataset.js";
import { checkFitOptions, type FitOptions, FitRun, type History } from "../train/fit.js";
import { type Loss, type LossName, resolveLoss } from "../train/losses.js";
import { MetricAccumulator, type MetricName, metricName } from "../train/metrics/streaming.js";
import { type Optimizer, type OptimizerName, resolveOptimizer } from "../train/optimizers.js";
import type { OptimizerState, Updater } from "../train/update.js";
import { describeModel } from "./describe.js";
import { buildGraph, chain, type Link, type Node, nameLayers } from "./graph.js";
import { checkInputs, type InputsLike, readInputs } from "./inputs.js";
import { lossWidth, type Plan } from "./plan.js";
import { Runtime } from "./runtime.js";
import { type SummaryOptions, summaryTable } from "./summary.js";
import type { WeightArray } from "./weights.js";

export interface ModelOptions extends EngineOptions {
  name?: string;
  /** Everything random follows from it: initial weights, shuffles, dropout. Default 0. */
  seed?: number;
}

export interface CompileOptions {
  optimizer?: OptimizerName | Optimizer;
  loss: LossName | Loss;
  metrics?: readonly (MetricName | "acc")[];
}

export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly MetricName[];
}

export interface PredictOptions {
  /** Rows a plan; results do not depend on it. Default 256. */
  batchSize?: number;
}

export interface EvaluateOptions extends PredictOptions {
  sampleWeight?: ArrayLike<number>;
  signal?: AbortSignal;
}

/** Results of `evaluate`: loss and the compiled metrics. */
export type Scores = { loss: number; accuracy: number } & Record<string, number>;

/** A prediction for one row: its output vector, or one vector a step. */
export type Output = number[] | number[][];

const DEFAULT_BATCH = 256;

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
  private disposed = false;

  /** @param links null while the input shape is unknown: the first data then builds the model */
  constructor(
    layers: readonly Layer[],
    links: readonly Link[] | null,
    options: ModelOptions,
    outputs?: number[],
  ) {
    knownOptions(options, ["name", "seed", "engine", "threads"], "model");
    if (typeof options.engine === "string") oneOf(options.engine, ENGINE_CHOICES, "model engine");
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
    this.runtime.weights.set(values);
    this.runtime.weightsChanged();
  }

  /** All weights in one array, for keeping and going back to. */
  weightSnapshot(into?: Float32Array): Float32Array {
    return this.runtime.weights.snapshot(into);
  }

  restoreWeights(snapshot: Float32Array): void {
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
    });
  }

  get isCompiled(): boolean {
    return this.settings !== null;
  }

  private get updater(): Updater {
    void this.compiled;
    return this.runtime.updater!;
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
    return summaryTable(describeModel(this), options);
  }

  optimizerState(): OptimizerState {
    return this.updater.state();
  }

  setOptimizerState(state: OptimizerState): void {
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
    const plan = this.trainingPlan(data, data.rows);
    this.writeBatch(plan, data, null, 0, data.rows);
    const loss = this.gradientStep(plan);
    this.updateStep();
    return loss;
  }

  /** Loss and gradients on one batch, dropout on if the model has any; nothing is updated. */
  gradients(x: InputsLike, y: TargetsLike, options: WeightOptions = {}): Gradients {
    const data = this.dataset(x, y, options);
    const plan = this.trainingPlan(data, data.rows, true);
    this.writeBatch(plan, data, null, 0, data.rows);
    const loss = this.gradientStep(plan);
    const inputs = plan.inputSizes.map((size, i) => this.inputGradient(plan, i, size));
    return { loss, gradients: this.runtime.weights.getGradients(), inputs };
  }

  private inputGradient(plan: Plan, index: number, size: number): Float32Array {
    const out = new Float32Array(plan.request.rows * size);
    for (const { firstRow, rows, inputs } of plan.shards) {
      const { gradient, shape } = inputs[index]!;
      if (gradient) this.runtime.readTensor(out, gradient, shape, firstRow, rows);
    }
    return out;
  }

  // The steps of a batch, for the loop in fit.ts.

  trainingPlan({ inputs }: Dataset, rows: number, inputGradients = false): Plan {
    this.updater.checkTrainable();
    const inputShapes = inputs.map((input) => input.shape);
    return this.runtime.plan({ rows, inputShapes, training: true, loss: this.compiled.loss, inputGradients });
  }

  /** Puts rows order[from … to−1] (or from … to−1) in place. */
  writeBatch(plan: Plan, data: Dataset, order: Uint32Array | null, from: number, to: number): void {
    const { runtime } = this;
    const put = (at: number, values: Float32Array, size: number) => {
      if (!order) return runtime.write(at, values.subarray(from * size, to * size));
      gather(runtime.read(at, (to - from) * size) as Float32Array, values, size, order, from, to);
    };
    data.inputs.forEach((input, i) => void put(plan.inputs[i]!, input.data, plan.inputSizes[i]!));
    put(plan.targets, data.targets, plan.targetSize);
    if (data.weights) put(plan.sampleWeights, data.weights, 1);
    else runtime.read(plan.sampleWeights, to - from).fill(1);
  }

  /** Runs forward and backward; returns the loss, regularisation included. Gradients stay in place. */
  gradientStep(plan: Plan): number {
    this.runtime.run(plan, this.updater.iterations);
    return this.meanLoss(plan) + this.updater.regularize();
  }

  updateStep(): void {
    this.updater.step();
    this.runtime.weightsChanged();
  }

  private meanLoss(plan: Plan): number {
    const { rows } = plan.request;
    const losses = this.runtime.read(plan.rowLosses, rows);
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += losses[row]!;
    return sum / rows;
  }

  readOutput(plan: Plan, out: Float32Array): void {
    this.runtime.readOutput(plan, out);
  }

  batchTargets(plan: Plan): ArrayLike<number> {
    return this.runtime.read(plan.targets, plan.request.rows * plan.targetSize);
  }

  metricAccumulator(): MetricAccumulator {
    const { loss, metrics } = this.compiled;
    const outputs = this.outputSize;
    const sparse = loss.name === "sparseCategoricalCrossentropy";
    // A regression has no classes to be accurate about.
    const names = loss.name === "meanSquaredError" && outputs === 1 ? [] : metrics;
    return new MetricAccumulator(names, { outputs, targetWidth: sparse ? 1 : outputs });
  }

  // ---- use ----------------------------------------------------------------------------------------------

  /** Loss and metrics on rows x and targets y, without dropout. */
  async evaluate(x: InputsLike, y: TargetsLike, options: EvaluateOptions = {}): Promise<Scores> {
    knownOptions(options, ["batchSize", "sampleWeight", "signal"], "evaluate");
    const scores = await this.evaluateDataset(this.dataset(x, y, options), options);
    if (!scores) throw new DOMException("evaluate was aborted", "AbortError");
    return scores;
  }

  /** Null when aborted. */
  async evaluateDataset(
    data: Dataset,
    { batchSize = DEFAULT_BATCH, signal }: EvaluateOptions,
  ): Promise<Scores | null> {
    wholeNumber(batchSize, "evaluate batchSize", 1);
    if (data.rows === 0) throw inputError({ expected: "at least one row", where: "evaluate x" });
    const metrics = this.metricAccumulator();
    const inputShapes = data.inputs.map((input) => input.shape);
    const out = new Float32Array(Math.min(batchSize, data.rows) * this.outputSize);
    let loss = 0;
    let turn = Date.now();
    for (let from = 0; from < data.rows; from += batchSize) {
      const to = Math.min(from + batchSize, data.rows);
      const rows = to - from;
      const plan = this.runtime.plan({ rows, inputShapes, training: false, loss: this.compiled.loss });
      this.writeBatch(plan, data, null, from, to);
      this.runtime.run(plan);
      loss += this.meanLoss(plan) * rows;
      this.readOutput(plan, out);
      metrics.update(out, this.batchTargets(plan), rows);
      if (Date.now() - turn < 40) continue;
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      turn = Date.now();
      if (signal?.aborted) return null;
    }
    return { loss: loss / data.rows + this.updater.regularize(), ...metrics.result() } as Scores;
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
      this.readOutput(plan, out.subarray(from * plan.outputSize, to * plan.outputSize));
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

export interface Gradients {
  loss: number;
  gradients: WeightArray[];
  /** With respect to each input, [rows][…shape]; zeros for token ids. */
  inputs: Float32Array[];
}

/** A model that is a chain of layers. */
export function sequential(layers: readonly Layer[], options: ModelOptions = {}): Model {
  if (!Array.isArray(layers)) {
    throw inputError({ expected: "a list of layers", where: "sequential", received: layers });
  }
  return new Model(layers, chain(layers, null), options);
}
