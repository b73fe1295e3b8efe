/** What training and measuring do with one batch at a time: put its rows in place, run, read, update. */
import type { Model } from "../model/model.js";
import { gather } from "../network/arrays.js";
import type { Plan } from "../network/plan.js";
import type { Logits } from "../objectives/metrics/accumulator.js";
import { CompiledMetrics, wantsLogits } from "../objectives/metrics/compiled.js";
import type { Dataset } from "./dataset.js";
import type { Updater } from "./update.js";

export class Steps {
  constructor(private readonly model: Model) {}

  get updater(): Updater {
    void this.model.compiled; // says so where the model is not
    return this.model.runtime.updater!;
  }

  /** The plan of a batch of so many rows: to learn from, or with `training: false` to measure only. */
  plan(
    { inputs }: Dataset,
    rows: number,
    { training = true, inputGradients = false }: { training?: boolean; inputGradients?: boolean } = {},
  ): Plan {
    if (training) this.updater.checkTrainable();
    const inputShapes = inputs.map((input) => input.shape);
    const { compiled } = this.model;
    const logits = wantsLogits(compiled);
    return this.model.runtime.plan({
      rows,
      inputShapes,
      training,
      loss: compiled.loss,
      logits,
      inputGradients,
    });
  }

  /** Puts rows order[from … to−1] (or from … to−1) in place. */
  write(plan: Plan, data: Dataset, order: Uint32Array | null, from: number, to: number): void {
    const { runtime } = this.model;
    const put = (at: number, values: Float32Array, size: number) => {
      if (!order) return runtime.write(at, values.subarray(from * size, to * size));
      gather(runtime.read(at, (to - from) * size) as Float32Array, values, size, order, from, to);
    };
    data.inputs.forEach((input, i) => void put(plan.inputs[i]!, input.data, plan.inputSizes[i]!));
    put(plan.targets, data.targets, plan.targetSize);
    const weights = runtime.read(plan.sampleWeights, to - from);
    if (data.weights) put(plan.sampleWeights, data.weights, 1);
    else weights.fill(1);
    if (this.model.compiled.loss.reduction === "meanWithSampleWeight") scaleToRows(weights);
  }

  /** Runs forward and backward; returns the loss, regularisation included. Gradients stay in place. */
  forwardBackward(plan: Plan): number {
    this.model.runtime.run(plan, this.updater.iterations);
    return this.batchLoss(plan) + this.updater.regularize();
  }

  /** Runs forward only; returns the loss without regularisation. */
  forward(plan: Plan): number {
    this.model.runtime.run(plan);
    return this.batchLoss(plan);
  }

  /** Applies the gradients that lie in place. */
  update(plan: Plan): void {
    this.updater.step();
    plan.finishStep();
    this.model.runtime.weightsChanged();
  }

  private batchLoss(plan: Plan): number {
    const { rows } = plan.request;
    const losses = this.model.runtime.read(plan.rowLosses, rows);
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += losses[row]!;
    return this.model.compiled.loss.reduction === "sum" ? sum : sum / rows;
  }

  /** Copies the outputs, [rows][…shape]. */
  output(plan: Plan, out: Float32Array): void {
    this.model.runtime.readOutput(plan, out);
  }

  /** What the last activation was given, where a metric starts from there. */
  logits(plan: Plan): Logits | null {
    return wantsLogits(this.model.compiled) ? this.model.runtime.readLogits(plan) : null;
  }

  targets(plan: Plan): ArrayLike<number> {
    return this.model.runtime.read(plan.targets, plan.request.rows * plan.targetSize);
  }

  /** The weights of rows order[from … to−1] (or from … to−1), where there are any. */
  weights(data: Dataset, order: Uint32Array | null, from: number, to: number): Float32Array | undefined {
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
      if (gradient) this.model.runtime.readTensor(out, gradient, shape, firstRow, rows);
    }
    return out;
  }

  /** Adds up the compiled metrics over batches. */
  metrics(): CompiledMetrics {
    return new CompiledMetrics(this.model.compiled, this.model.outputSize);
  }
}

/** So that the mean over rows is the mean over their weights; 0 where none weighs anything, as in Keras. */
function scaleToRows(weights: Float32Array | Float64Array): void {
  let total = 0;
  for (let row = 0; row < weights.length; row++) total += weights[row]!;
  const scale = total > 0 ? weights.length / total : 0;
  for (let row = 0; row < weights.length; row++) weights[row]! *= scale;
}
