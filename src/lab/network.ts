/** The network of an experiment: one recurrent layer of the chosen cell, one dense layer to answer. */

import * as layers from "../layers/index.js";
import type { Layer } from "../layers/layer.js";
import { type Model, sequential } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";
import { type Loss, losses } from "../objectives/losses.js";
import { optimizers } from "../objectives/optimizers.js";
import { type CellName, cellOf } from "./cells.js";
import { Draw } from "./draw.js";
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
  // Softmax at every step, then all steps as one vector: a loss takes one vector a sequence.
  return [layers.dense({ units }), layers.activation({ activation: "softmax" }), layers.flatten()];
}

/**
 * Cross-entropy, or the squared error of a number. For an answer at every step the flattened softmaxes sum to T, and the
 * loss divides by that sum: −Σ_t log(p_t / T) is the steps' cross-entropy and a constant, so the gradient is theirs
 * exactly; a step without a target adds nothing.
 */
function answerLoss({ answer }: LabTask): Loss {
  if (answer === "sigmoid") return losses.binaryCrossentropy();
  return answer === "linear" ? losses.meanSquaredError() : losses.categoricalCrossentropy();
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
