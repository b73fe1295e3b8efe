/**
 * The state of a training run between two steps, and its one-file form: a JSON header, then the arrays. Everything
 * random is a function of (seed, step, epoch), so weights, optimizer state and a few counts are all there is.
 */
import { bytesOf, instanceOf, jsonTextOf, listOf, objectOf, textOf } from "../arguments.js";
import { finiteNumber, inputError, wholeNumber } from "../errors.js";
import type { CallbackState, Logs } from "./callbacks.js";
import type { OptimizerState } from "./update.js";

export interface TrainingState {
  /** Epochs finished, and batches done in the current one. */
  epoch: number;
  batch: number;
  /** Sums of the current epoch so far. */
  lossSum: number;
  rowsSeen: number;
  /** Outputs of the current epoch so far [rows][width], from which its metrics resume. */
  outputs: Float32Array;
  /** Logs of the finished epochs. */
  history: Logs[];
  weights: Float32Array;
  optimizer: OptimizerState;
  callbacks: Record<string, CallbackState>;
  /** Why the run had ended, if it had. */
  stopped: string | null;
  /** What identifies the run; a resume with another setting is refused. */
  fingerprint: string;
}

const MAGIC = "cellstate-checkpoint-1\n";

/** @throws InputError for what `fit` did not hand out */
function checkState(state: TrainingState): void {
  const where = "encodeCheckpoint";
  objectOf(state, where, "the state that a checkpoint callback is given");
  for (const key of ["epoch", "batch", "rowsSeen"] as const) wholeNumber(state[key], `${where} ${key}`);
  finiteNumber(state.lossSum, `${where} lossSum`);
  for (const key of ["outputs", "weights"] as const) {
    instanceOf(state[key], Float32Array, `${where} ${key}`, "a Float32Array");
  }
  listOf(state.history, `${where} history`, (logs, at) => objectOf(logs as object, at));
  objectOf(state.optimizer, `${where} optimizer`);
  objectOf(state.callbacks, `${where} callbacks`);
  if (state.stopped !== null) textOf(state.stopped, `${where} stopped`);
  textOf(state.fingerprint, `${where} fingerprint`);
}

/** Serialises a state: magic, header length (uint32), JSON header, float32 arrays. */
export function encodeCheckpoint(state: TrainingState): Uint8Array {
  checkState(state);
  const arrays: Float32Array[] = [];
  const header = jsonTextOf(state, "encodeCheckpoint", (_, value) => {
    if (!(value instanceof Float32Array)) return value;
    arrays.push(value);
    return { $array: arrays.length - 1, length: value.length };
  });
  const head = new TextEncoder().encode(header);
  const magic = new TextEncoder().encode(MAGIC);
  const start = Math.ceil((magic.length + 4 + head.length) / 4) * 4;
  const out = new Uint8Array(start + arrays.reduce((sum, array) => sum + array.byteLength, 0));
  out.set(magic);
  new DataView(out.buffer).setUint32(magic.length, head.length, true);
  out.set(head, magic.length + 4);
  let at = start;
  for (const array of arrays) {
    out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return out;
}

/** @throws InputError when the bytes are not a whole checkpoint */
export function decodeCheckpoint(bytes: Uint8Array, where: string): TrainingState {
  bytesOf(bytes, textOf(where, "decodeCheckpoint where"));
  const magic = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  const broken = (expected: string) =>
    inputError({ expected, where, next: "Delete the checkpoint folder to start afresh." });
  if (magic !== MAGIC) throw broken("a Cellstate checkpoint");
  if (bytes.length < MAGIC.length + 4) throw broken("a whole checkpoint, not one cut short");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  let at = Math.ceil((MAGIC.length + 4 + length) / 4) * 4;
  if (at > bytes.length) throw broken("a whole checkpoint, not one cut short");
  const sizes: number[] = [];
  const header = new TextDecoder().decode(bytes.subarray(MAGIC.length + 4, MAGIC.length + 4 + length));
  const isArray = (value: unknown): value is { $array: number; length: number } =>
    typeof value === "object" && value !== null && "$array" in value;
  try {
    JSON.parse(header, (_, value) => {
      if (isArray(value)) sizes[value.$array] = value.length;
      return value;
    });
  } catch {
    throw broken("a checkpoint with a readable header");
  }
  const arrays = sizes.map((size) => {
    if (at + size * 4 > bytes.length) throw broken("a whole checkpoint, not one cut short");
    // A copy, aligned; Buffer's own slice would be a view of the whole file.
    const array = new Float32Array(size);
    new Uint8Array(array.buffer).set(bytes.subarray(at, at + size * 4));
    at += size * 4;
    return array;
  });
  return JSON.parse(header, (_, value) => (isArray(value) ? arrays[value.$array] : value)) as TrainingState;
}
