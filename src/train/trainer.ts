/**
 * Training of a network: its optimizer, loss and metrics, and what they do with one batch at a time: put its rows in
 * place, run, read, update.
 */
import { finiteNumber, inputError, knownOptions } from "../base/errors.js";
import type { Pieces } from "../base/pieces.js";
import { direct } from "../engines/engine.js";
import { gather, type TargetsLike } from "../network/arrays.js";
import type { InputsLike } from "../network/inputs.js";
import type { Network, NetworkLike } from "../network/network.js";
import { lossWidth, type Plan } from "../network/plan.js";
import type { Runtime } from "../network/runtime.js";
import type { WeightArray } from "../network/weights.js";
import type { Compiled } from "../objectives/compiled.js";
import { factsOf, type Loss, type LossName, resolveLoss } from "../objectives/losses.js";
import type { Logits } from "../objectives/metrics/accumulator.js";
import { CompiledMetrics, wantsLogits } from "../objectives/metrics/compiled.js";
import { type MetricLike, resolveMetric } from "../objectives/metrics/streaming.js";
import { type Optimizer, type OptimizerName, resolveOptimizer } from "../objectives/optimizers.js";
import type { ProcessGroup } from "../processes/group.js";
import { type Dataset, makeDataset, sourceDataset, type WeightOptions } from "./dataset.js";
import { type RowSource, sourceWeights, writeSource } from "./row-source.js";
import type { OptimizerState } from "./training-state.js";
import { Updater } from "./update.js";

/** What a model is trained with and measured by. */
export interface CompileOptions {
  /** A name, for Keras's defaults, or `optimizers.…()`. Default "adam". */
  optimizer?: OptimizerName | Optimizer;
  /** A name, for Keras's defaults, or `losses.…()`. */
  loss: LossName | Loss;
  /** Plain names, or `metrics.…()` with settings. Default accuracy, and none for a regression (meanSquaredError). */
  metrics?: readonly MetricLike[];
  /** Metrics in which rows count by their sample or class weights; in `metrics` every row counts the same. */
  weightedMetrics?: readonly MetricLike[];
}

/** What one batch says of the weights. */
export interface Gradients {
  /** The batch's loss, regularisation included. */
  loss: number;
  /** ∂loss/∂w of every weight, named and shaped as in `getWeights`. */
  gradients: WeightArray[];
  /** With respect to each input, [rows][…shape]; zeros for token ids. */
  inputs: Float32Array[];
}

/** A network with its training, as files keep it: a model shows this too. */
export interface TrainedLike
  extends NetworkLike,
    Pick<Trainer, "isCompiled" | "compiled" | "learningRate" | "optimizerState" | "slotShapes"> {}

/** What a plan of a batch is for. */
export interface PlanOptions {
  /** To learn from (the default), or to measure only. */
  training?: boolean;
  /** Also the gradient with respect to the inputs. */
  inputGradients?: boolean;
  /** Processes that share it. */
  group?: ProcessGroup | null | undefined;
}

export class Trainer {
  private settings: Compiled | null = null;
  private updates: Updater | null = null;

  constructor(readonly network: Network) {
    network.onStart = (runtime) => {
      // On one that answers later nothing is trained: it is only asked.
      if (this.settings && runtime.engine.synchronous) this.start(runtime, this.settings);
    };
  }

  /** Chooses optimizer, loss and metrics. A fresh optimizer starts with no state. */
  compile(options: CompileOptions): void {
    knownOptions(options, ["optimizer", "loss", "metrics", "weightedMetrics"], "compile");
    const { optimizer = "adam", metrics, weightedMetrics = [] } = options;
    const loss = resolveLoss(options.loss);
    this.settings = {
      optimizer: resolveOptimizer(optimizer),
      loss,
      metrics: resolveMetrics(metrics ?? factsOf(loss).metrics, "metrics"),
      weightedMetrics: resolveMetrics(weightedMetrics, "weightedMetrics"),
    };
    if (this.network.isStarted && this.network.runtime.engine.synchronous) {
      this.start(this.network.runtime, this.settings);
    }
  }

  /** The optimizer's state lies in the network's memory. */
  private start(runtime: Runtime, { optimizer }: Compiled): Updater {
    this.updates?.dispose();
    const engine = direct(runtime.engine);
    this.updates = runtime.keep((arena) => new Updater(engine, arena, runtime.weights, optimizer));
    return this.updates;
  }

  /** @throws InputError before `compile` */
  get compiled(): Compiled {
    return this.settings ?? this.refuse();
  }

  private refuse(): never {
    throw inputError({
      expected: "a compiled model",
      where: `model ${this.network.name}`,
      next: "Call compile({ loss }) first.",
      typed: { next: "The file was saved without its loss." },
    });
  }

  get isCompiled(): boolean {
    return this.settings !== null;
  }

  /** Whether the network's engine trains: one that answers later is only asked. */
  get canTrain(): boolean {
    return this.network.runtime.engine.synchronous;
  }

  /** @throws InputError before `compile` */
  get updater(): Updater {
    const { updates, compiled } = this;
    if (updates) return updates;
    // Memory that is taken only now brings the updater with it.
    const { runtime } = this.network;
    return this.updates ?? this.start(runtime, compiled);
  }

  /**
   * The learning rate of the next step. It may be set between steps.
   * @throws InputError when set where a schedule says it
   */
  get learningRate(): number {
    return this.updater.learningRate;
  }

  set learningRate(rate: number) {
    const checked = finiteNumber(rate, "learningRate", 0);
    this.updater.learningRate = checked;
  }

  /** Batches that training has seen so far. Each is a step, unless gradients are accumulated. */
  get iterations(): number {
    return this.updater.iterations;
  }

  /** Numbers in the optimizer's variables, once it has made a step: slots, iterations and, unless a schedule says it, learning rate. */
  get optimizerParams(): number {
    if (!this.updates || this.updates.iterations === 0) return 0;
    const scalars = typeof this.updates.optimizer.learningRate === "number" ? 2 : 1;
    return this.updates.state().slots.reduce((sum, slot) => sum + slot.length, scalars);
  }

  optimizerState(): OptimizerState {
    return this.updater.state();
  }

  /** The shapes of the slots in `optimizerState`, in their order. */
  slotShapes(): (readonly number[])[] {
    return this.updater.slotShapes();
  }

  setOptimizerState(state: OptimizerState): void {
    this.updater.setState(state);
  }

  /** Checks x and y against the network and the loss, and makes them flat. */
  *dataset(x: InputsLike, y: TargetsLike, options: WeightOptions, where = ""): Pieces<Dataset> {
    const { loss } = this.compiled;
    const inputs = yield* this.network.inputRows(x);
    return yield* makeDataset(inputs, y, lossWidth(this.network.outputNode), loss, options, where);
  }

  /** As `dataset`, of rows that lie elsewhere than in memory. */
  sourceDataset(source: RowSource, classWeight: WeightOptions["classWeight"] | null): Dataset {
    const { network, compiled } = this;
    return sourceDataset(source, network, compiled.loss, lossWidth(network.outputNode), classWeight);
  }

  /** One step on one batch; returns its loss before the update. */
  trainOnBatch(data: Dataset): number {
    const plan = this.plan(data, data.rows);
    this.write(plan, data, null, 0, data.rows);
    const loss = this.forwardBackward(plan);
    this.update(plan);
    return loss;
  }

  /** Loss and gradients on one batch, dropout on if the network has any; nothing is updated. */
  gradients(data: Dataset): Gradients {
    const plan = this.plan(data, data.rows, { inputGradients: true });
    this.write(plan, data, null, 0, data.rows);
    const loss = this.forwardBackward(plan);
    const inputs = plan.inputSizes.map((_, i) => this.inputGradient(plan, i));
    return { loss, gradients: this.network.runtime.weights.getGradients(), inputs };
  }

  // ---- one batch ----------------------------------------------------------------------------------------

  /** The plan of a batch of so many rows. */
  plan(
    { inputs }: Dataset,
    rows: number,
    { training = true, inputGradients = false, group }: PlanOptions = {},
  ): Plan {
    if (training) this.updater.checkTrainable();
    const inputShapes = inputs.map((input) => input.shape);
    const { compiled } = this;
    const logits = wantsLogits(compiled);
    return this.network.runtime.plan({
      rows,
      inputShapes,
      training,
      loss: compiled.loss,
      logits,
      // Who asks for gradients gets those of all rows.
      ...(training && !inputGradients && this.updater.tables ? { touched: this.updater.tables } : {}),
      inputGradients,
      group: group ?? undefined,
    });
  }

  /** Puts rows order[from … to−1] (or from … to−1) in place; of inputs those alone that are computed here. */
  write(plan: Plan, data: Dataset, order: Uint32Array | null, from: number, to: number): void {
    const { runtime } = this.network;
    if (data.source) {
      this.writeSource(plan, data, data.source, order, [from, to]);
      return;
    }
    const put = (at: number, values: Float32Array, size: number, [first, end]: readonly [number, number]) => {
      const [own, rows] = [at + first * size * runtime.engine.elementBytes, end - first];
      const begin = from + first;
      if (!order) return runtime.write(own, values.subarray(begin * size, (begin + rows) * size));
      gather(runtime.read(own, rows * size) as Float32Array, values, size, order, begin, begin + rows);
    };
    data.inputs.forEach(
      (input, i) => void put(plan.inputs[i]!, input.data, plan.inputSizes[i]!, plan.ownRows),
    );
    const all = [0, to - from] as const;
    put(plan.targets, data.targets, plan.targetSize, all);
    const weights = runtime.read(plan.sampleWeights, to - from);
    if (data.weights) put(plan.sampleWeights, data.weights, 1, all);
    else weights.fill(1);
    if (this.compiled.loss.reduction === "meanWithSampleWeight") scaleToRows(weights);
  }

  private writeSource(
    plan: Plan,
    { classWeight }: Dataset,
    source: RowSource,
    order: Uint32Array | null,
    part: readonly [number, number],
  ): void {
    const { network, compiled } = this;
    const rows = part[1] - part[0];
    const of = (at: number, size: number) => network.runtime.read(at, rows * size) as Float32Array;
    const sparse = factsOf(compiled.loss).targets === "classes";
    const places = {
      inputs: of(plan.inputs[0]!, plan.inputSizes[0]!),
      targets: of(plan.targets, plan.targetSize),
    };
    writeSource(source, places, order, part, plan.ownRows, sparse ? lossWidth(network.outputNode) : 0);
    const weights = of(plan.sampleWeights, 1);
    if (classWeight) weights.set(sourceWeights(source, classWeight, order, part));
    else weights.fill(1);
    if (compiled.loss.reduction === "meanWithSampleWeight") scaleToRows(weights);
  }

  /** Runs forward and backward; returns the loss, regularisation included. Gradients stay in place. */
  forwardBackward(plan: Plan): number {
    this.network.runtime.run(plan, this.updater.iterations);
    return this.batchLoss(plan) + this.updater.regularize();
  }

  /**
   * Runs forward only, and adds the rows' losses, without regularisation, to those of the rows before: one by one where the
   * loss is a mean over rows, so that the sum is the same however many rows a batch has.
   */
  forward(plan: Plan, before = 0): number {
    this.network.runtime.run(plan);
    const { rows } = plan.request;
    if (this.compiled.loss.reduction !== "mean") return before + this.batchLoss(plan) * rows;
    let sum = before;
    for (const loss of this.network.runtime.read(plan.rowLosses, rows)) sum += loss;
    return sum;
  }

  /** Applies the gradients that lie in place. */
  update(plan: Plan): void {
    this.updater.step();
    plan.finishStep();
    this.network.runtime.weightsChanged();
  }

  private batchLoss(plan: Plan): number {
    const { rows } = plan.request;
    const losses = this.network.runtime.read(plan.rowLosses, rows);
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += losses[row]!;
    return this.compiled.loss.reduction === "sum" ? sum : sum / rows;
  }

  /** Copies the outputs, [rows][…shape]. */
  output(plan: Plan, out: Float32Array): void {
    this.network.runtime.readOutput(plan, out);
  }

  /** The activation that outputs of such rows come from, where a metric starts from what it was given; else null. */
  lastActivation(data: Dataset, group: ProcessGroup | null): Logits["of"] | null {
    return this.plan(data, 1, { training: false, group }).shards[0]!.output.logits?.of ?? null;
  }

  /** What the last activation was given, where a metric starts from there. */
  logits(plan: Plan): Logits | null {
    return wantsLogits(this.compiled) ? this.network.runtime.readLogits(plan) : null;
  }

  targets(plan: Plan): ArrayLike<number> {
    return this.network.runtime.read(plan.targets, plan.request.rows * plan.targetSize);
  }

  /** The weights of rows order[from … to−1] (or from … to−1), where there are any. */
  weights(data: Dataset, order: Uint32Array | null, from: number, to: number): Float32Array | undefined {
    if (data.source && data.classWeight)
      return sourceWeights(data.source, data.classWeight, order, [from, to]);
    if (!data.weights) return undefined;
    if (!order) return data.weights.subarray(from, to);
    const weights = new Float32Array(to - from);
    gather(weights, data.weights, 1, order, from, to);
    return weights;
  }

  /** With respect to one input, [rows][…shape]; zeros for token ids. */
  inputGradient(plan: Plan, index: number): Float32Array {
    const out = new Float32Array(plan.request.rows * plan.inputSizes[index]!);
    for (const { firstRow, rows, inputs } of plan.shards) {
      const { gradient, shape } = inputs[index]!;
      if (gradient) this.network.runtime.readTensor(out, gradient, shape, firstRow, rows);
    }
    return out;
  }

  /** Adds up the compiled metrics over batches. */
  metrics(): CompiledMetrics {
    return new CompiledMetrics(this.compiled, this.network.outputSize);
  }

  /** Frees the optimizer's programs, and the network. */
  dispose(): void {
    this.updates?.dispose();
    this.updates = null;
    this.network.dispose();
  }
}

/** So that the mean over rows is the mean over their weights; 0 where none weighs anything, as in Keras. */
function scaleToRows(weights: Float32Array | Float64Array): void {
  let total = 0;
  for (let row = 0; row < weights.length; row++) total += weights[row]!;
  const scale = total > 0 ? weights.length / total : 0;
  for (let row = 0; row < weights.length; row++) weights[row]! *= scale;
}

function resolveMetrics(given: readonly MetricLike[], option: string): ReturnType<typeof resolveMetric>[] {
  if (Array.isArray(given)) return given.map(resolveMetric);
  throw inputError({ expected: "a list of metrics", where: `compile ${option}`, received: given });
}
