/** The state of a training run between two steps, and what can be checked of one without its model. */
import { finiteNumber, inputError, wholeNumber } from "../base/errors.js";

/** Metrics of an epoch by name: loss, accuracy, valLoss, valAccuracy, …, and learningRate. */
export type Logs = Record<string, number>;

/** What of a callback must survive a resume. */
export interface CallbackState {
  /** Plain values by name. */
  values: Record<string, number | string | boolean | null>;
  /** Numbers by name. */
  arrays: Record<string, Float32Array>;
}

/** An optimizer's numbers between two steps. */
export interface OptimizerState {
  /** Batches that training has seen; with gradient accumulation weights change less often. */
  iterations: number;
  /** Of the next step. A schedule computes it anew from the iterations. */
  learningRate: number;
  /** Slot values by Keras's order of `optimizer/vars`. */
  slots: Float32Array[];
}

/**
 * Everything random is a function of (seed, step, epoch), so weights, optimizer state and a few counts are all there is.
 */
export interface TrainingState {
  /** Epochs finished, and batches done in the current one. */
  epoch: number;
  /** Batches done in the current epoch. */
  batch: number;
  /** Sums of the current epoch so far. */
  lossSum: number;
  /** Rows of the current epoch so far. */
  rowsSeen: number;
  /**
   * Outputs of the current epoch so far [rows][width], from which its metrics resume; behind them, where metrics start from
   * what the last activation was given, that of each.
   */
  outputs: Float32Array;
  /** Logs of the finished epochs. */
  history: Logs[];
  /** All weights in one array, as `weightSnapshot` gives them. */
  weights: Float32Array;
  /** The optimizer's numbers. */
  optimizer: OptimizerState;
  /** What callbacks keep, by their names. */
  callbacks: Record<string, CallbackState>;
  /** Why the run had ended, if it had. */
  stopped: string | null;
  /** What identifies the run; a resume with another setting is refused. */
  fingerprint: string;
}

/** A state in which every field is of its kind and range. @throws InputError that names the field */
export function checkTrainingState(value: unknown, where: string): TrainingState {
  const state = record(value, where, "the state of a training run") as Record<keyof TrainingState, unknown>;
  wholeNumber(state.epoch, `${where} epoch`);
  wholeNumber(state.batch, `${where} batch`);
  finiteNumber(state.lossSum, `${where} lossSum`);
  wholeNumber(state.rowsSeen, `${where} rowsSeen`);
  array(state.outputs, `${where} outputs`);
  if (!array(state.weights, `${where} weights`).every(Number.isFinite)) {
    throw inputError({ expected: "finite numbers", where: `${where} weights`, received: "NaN or infinity" });
  }
  checkHistory(state.history, `${where} history`);
  checkOptimizerState(state.optimizer, `${where} optimizer`);
  checkCallbackStates(state.callbacks, `${where} callbacks`);
  if (state.stopped !== null) text(state.stopped, `${where} stopped`);
  text(state.fingerprint, `${where} fingerprint`);
  return value as TrainingState;
}

/** Counts and arrays; whether these are a model's own, the model sees. @throws InputError */
export function checkOptimizerState(value: unknown, where: string): OptimizerState {
  const { iterations, learningRate, slots } = record(value, where, "the state of an optimizer");
  wholeNumber(iterations, `${where} iterations`);
  finiteNumber(learningRate, `${where} learningRate`, 0);
  if (!Array.isArray(slots)) {
    throw inputError({ expected: "a list of Float32Array", where: `${where} slots`, received: slots });
  }
  for (const [i, slot] of slots.entries()) array(slot, `${where} slots[${i}]`);
  return value as OptimizerState;
}

/** @throws InputError for what a checkpoint cannot hold */
export function checkCallbackStates(value: unknown, where: string): void {
  for (const [name, state] of Object.entries(record(value, where, "states by the names of callbacks"))) {
    const at = `${where} ${JSON.stringify(name)}`;
    const { values, arrays } = record(state, at, "{ values, arrays }");
    for (const [key, plain] of Object.entries(record(values, `${at} values`, "plain values by name"))) {
      if (plain === null || ["number", "string", "boolean"].includes(typeof plain)) continue;
      const expected = "a number, a text, true, false or null";
      throw inputError({ expected, where: `${at} values ${JSON.stringify(key)}`, received: plain });
    }
    for (const [key, numbers] of Object.entries(record(arrays, `${at} arrays`, "arrays by name"))) {
      array(numbers, `${at} arrays ${JSON.stringify(key)}`);
    }
  }
}

/** Logs of epochs: names and numbers. */
function checkHistory(value: unknown, where: string): void {
  if (!Array.isArray(value)) {
    throw inputError({ expected: "a list of the logs of epochs", where, received: value });
  }
  for (const [i, logs] of value.entries()) {
    for (const [name, number] of Object.entries(record(logs, `${where}[${i}]`, "numbers by name"))) {
      if (typeof number === "number") continue;
      const at = `${where}[${i}] ${JSON.stringify(name)}`;
      throw inputError({ expected: "a number", where: at, received: number });
    }
  }
}

function record(value: unknown, where: string, expected: string): Record<string, unknown> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  if (isRecord && !ArrayBuffer.isView(value)) return value as Record<string, unknown>;
  throw inputError({ expected, where, received: value });
}

/** Infinite numbers may stand in an optimizer's sums of squares; NaN is never meant. */
function array(value: unknown, where: string): Float32Array {
  if (!(value instanceof Float32Array)) {
    throw inputError({ expected: "a Float32Array", where, received: value });
  }
  const bad = value.findIndex(Number.isNaN);
  if (bad < 0) return value;
  throw inputError({ expected: "numbers", where: `${where}[${bad}]`, received: NaN });
}

function text(value: unknown, where: string): void {
  if (typeof value !== "string") throw inputError({ expected: "a text", where, received: value });
}
