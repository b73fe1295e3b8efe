/** The network of an experiment: one recurrent layer of the chosen cell, one dense layer to answer. */

import { LSTM_GATES } from "../kernels/gates.js";
import * as layers from "../layers/index.js";
import type { Layer } from "../layers/layer.js";
import { type Model, sequential } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";
import { type Loss, losses } from "../objectives/losses.js";
import { optimizers } from "../objectives/optimizers.js";
import { Draw } from "./draw.js";
import type { LabTask, TaskSizes } from "./task.js";

const MAKERS = { rnn: layers.simpleRNN, lstm: layers.lstm, gru: layers.gru };

/** Names of the cells, as the command line has them. */
export type CellName = keyof typeof MAKERS;
/** The cells that an experiment compares: "rnn", "lstm", "gru". */
export const CELL_NAMES = Object.keys(MAKERS) as CellName[];
/** Keras's class names. */
export const CELL_CLASSES: Record<CellName, string> = { rnn: "SimpleRNN", lstm: "LSTM", gru: "GRU" };

/**
 * How the gates that keep a memory start. "keras": a forget gate's bias of 1 and a GRU's of 0, so that a fresh cell
 * loses half of what it holds within a few steps. "chrono" (Tallec and Ollivier 2018): biases log u with u uniform from
 * 1 to T − 1, so that fresh cells forget over 1 to T steps, in the spirit of the first LSTM, which never forgot.
 */
export const GATE_STARTS = ["chrono", "keras"] as const;
/** How the gates that keep a memory start: "chrono" or "keras". */
export type GateStart = (typeof GATE_STARTS)[number];

export interface NetworkSettings {
  gateStart: GateStart;
  units: number;
  learningRate: number;
  /** All gradients together are scaled down to this norm. */
  clipnorm: number;
}

/** The network, compiled. Initial weights are Keras's (Glorot, orthogonal), but for the gates' biases. */
export function labNetwork(
  task: LabTask,
  sizes: TaskSizes,
  cell: CellName,
  { units, learningRate, clipnorm, gateStart }: NetworkSettings,
  options: ModelOptions,
): Model {
  const perStep = task.answer === "softmaxSteps";
  const model = sequential(
    [
      layers.input({ shape: [sizes.steps, sizes.features] }),
      MAKERS[cell]({ units, returnSequences: perStep }),
      ...answerLayers(task, sizes.outputs),
    ],
    options,
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate, globalClipnorm: clipnorm }),
    loss: answerLoss(task),
    metrics: [],
  });
  if (gateStart === "chrono") startGates(model, cell, units, sizes.steps);
  return model;
}

/** Chrono initialization: LSTM b_f = log u, b_i = −b_f; GRU b_z = log u (Keras's z is the share kept). */
function startGates(model: Model, cell: CellName, units: number, steps: number): void {
  if (cell === "rnn") return;
  const numbers = new Draw(model.seed, "gates", 0);
  const weights = model.getWeights();
  const bias = weights[2]!.data;
  for (let u = 0; u < units; u++) {
    const keep = Math.log(1 + numbers.uniform() * Math.max(0, steps - 2));
    if (cell === "gru") bias[u] = keep;
    else {
      bias[LSTM_GATES.indexOf("f") * units + u] = keep;
      bias[LSTM_GATES.indexOf("i") * units + u] = -keep;
    }
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
