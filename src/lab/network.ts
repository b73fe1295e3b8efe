/** The network of an experiment: one recurrent layer of the chosen cell, one dense layer to answer. */

import * as layers from "../layers/index.js";
import type { Layer } from "../layers/layer.js";
import { type Model, sequential } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";
import { type Loss, losses } from "../objectives/losses.js";
import { optimizers } from "../objectives/optimizers.js";
import { type CellName, cellOf } from "./cells.js";
import { Draw } from "./draw.js";
import { logSoftmax } from "./log-softmax.js";
import type { Setting } from "./setting.js";
import type { LabTask, TaskSizes } from "./task.js";

/** The network, compiled. Kernels start as Keras's do (Glorot), but for what the setting says. */
export function labNetwork(
  task: LabTask,
  sizes: TaskSizes,
  cell: CellName,
  units: number,
  setting: Setting,
  options: ModelOptions,
): Model {
  const { learningRate, gain, clipnorm } = setting;
  const recurrent = cellOf(cell).make({ units, returnSequences: task.answer === "softmaxSteps", gain });
  recurrent.truncation = setting.truncation;
  const model = sequential(
    [layers.input({ shape: [sizes.steps, sizes.features] }), recurrent, ...answerLayers(task, sizes.outputs)],
    options,
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate, ...(clipnorm === null ? {} : { globalClipnorm: clipnorm }) }),
    loss: answerLoss(task),
    metrics: [],
  });
  startGates(model, cell, units, sizes.steps, setting);
  return model;
}

/**
 * Starts the biases of the gates that keep: at a number, or (chrono) at log u, those of the gates that write at −log u.
 * In a GRU the gate that keeps is z, Keras's share of the old state.
 */
function startGates(
  model: Model,
  cell: CellName,
  units: number,
  steps: number,
  { gateStart }: Setting,
): void {
  const { gates } = cellOf(cell);
  if (!gates || gateStart === "keras") return;
  const numbers = new Draw(model.seed, "gates", 0);
  const weights = model.getWeights();
  const bias = weights[2]!.data;
  for (let u = 0; u < units; u++) {
    const chrono = Math.log(1 + numbers.uniform() * Math.max(0, steps - 2));
    const kept = gateStart === "chrono" ? chrono : gateStart;
    if (gates.keep !== undefined) bias[gates.keep * units + u] = kept;
    if (gates.write !== undefined && gateStart === "chrono") bias[gates.write * units + u] = -chrono;
  }
  model.setWeights(weights);
}

function answerLayers({ answer }: LabTask, units: number): Layer[] {
  if (answer !== "softmaxSteps") return [layers.dense({ units, activation: answer })];
  // Log-probabilities at every step, then all steps as one vector: a loss takes one vector a sequence.
  return [layers.dense({ units }), logSoftmax(), layers.flatten()];
}

/**
 * Cross-entropy, or the squared error of a number; always from scores, never from probabilities, which are clipped and
 * leave a run that was once surely wrong without a gradient. For an answer at every step: the log-probabilities ℓ of T
 * steps, read as the scores of one vector, have a log Σ exp of log T, so that the loss is Σ −ℓ_target + log T for each
 * target, and its gradient at every step the step's own, p − y; at a step without a target 0.
 */
function answerLoss({ answer }: LabTask): Loss {
  if (answer === "sigmoid") return losses.binaryCrossentropy();
  if (answer === "linear") return losses.meanSquaredError();
  return losses.categoricalCrossentropy({ fromLogits: answer === "softmaxSteps" });
}

/** The loss of a batch as cross-entropy an answer (nats), the constant of `answerLoss` taken off; or squared error. */
export function lossPerAnswer(
  task: LabTask,
  { steps }: TaskSizes,
  loss: number,
  y: Float32Array,
  rows: number,
): number {
  if (task.answer !== "softmaxSteps") return loss;
  const answers = y.reduce((sum, target) => sum + target, 0) / rows;
  return loss / answers - Math.log(steps);
}

/** What the network puts out as the numbers that an answer is judged by: probabilities in place of their logarithms. */
export const answersOf = ({ answer }: LabTask, output: Float32Array): Float32Array =>
  answer === "softmaxSteps" ? output.map(Math.exp) : output;

/** What one number that the network puts out adds to the loss. */
export function errorOf({ answer }: LabTask, output: number, target: number): number {
  if (answer === "linear") return (output - target) ** 2;
  if (answer === "softmaxSteps") return target === 0 ? 0 : -target * output;
  // Probabilities are kept from 0 as Keras's losses do.
  const least = 1e-7;
  const log = (p: number) => Math.log(Math.max(p, least));
  if (answer === "sigmoid") return -(target * log(output) + (1 - target) * log(1 - output));
  return target === 0 ? 0 : -target * log(output);
}
