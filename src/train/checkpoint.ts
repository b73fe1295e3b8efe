/**
 * A training state as one file: a magic word, a JSON header, the arrays, and last a SHA-256 of all before it. Whatever
 * happens to such a file later, it is read as it was written or refused.
 */
import { bytesOf, textOf } from "../base/arguments.js";
import { inputError } from "../base/errors.js";
import { isObject, type Json, type JsonObject, parseJson } from "../base/json.js";
import { Sha256 } from "../base/sha256.js";
import type { CallbackState, Logs } from "./training-state.js";
import { checkTrainingState, type TrainingState } from "./training-state.js";

const MAGIC = new TextEncoder().encode("cellstate-checkpoint-2\n");
/** The same but for the version: as long for every version there was. */
const ANY_VERSION = /^cellstate-checkpoint-\d\n/;
const DIGEST_BYTES = 32;

/** Names with how many numbers each array has, in the order of the arrays. */
type Lengths = [name: string, length: number][];

/** Serialises a state. @throws InputError for a callback's state that holds more than plain values and arrays */
export function encodeCheckpoint(state: TrainingState): Uint8Array {
  checkTrainingState(state, "encodeCheckpoint");
  const { outputs, weights, optimizer, callbacks } = state;
  const kept = Object.entries(callbacks);
  const arrays = [outputs, weights, ...optimizer.slots, ...kept.flatMap(([, s]) => Object.values(s.arrays))];
  const header = new TextEncoder().encode(
    JSON.stringify({
      ...state,
      lossSum: toJson(state.lossSum),
      history: state.history.map((logs) => Object.entries(logs).map(([name, n]) => [name, toJson(n)])),
      outputs: outputs.length,
      weights: weights.length,
      optimizer: { ...optimizer, slots: optimizer.slots.map(({ length }) => length) },
      callbacks: kept.map(([name, { values, arrays }]) => ({
        name,
        values: Object.entries(values).map(([key, value]) => [key, toJson(value)]),
        arrays: Object.entries(arrays).map(([key, { length }]) => [key, length]),
      })),
    }),
  );
  const start = dataStart(header.length);
  const end = start + arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const out = new Uint8Array(end + DIGEST_BYTES);
  out.set(MAGIC);
  new DataView(out.buffer).setUint32(MAGIC.length, header.length, true);
  out.set(header, MAGIC.length + 4);
  let at = start;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    out.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  out.set(new Sha256().update(out.subarray(0, end)).digest(), end);
  return out;
}

/**
 * The state of training in a checkpoint's bytes.
 * @param where what messages call the file
 * @throws InputError when the bytes are not a whole, undamaged checkpoint
 */
export function decodeCheckpoint(bytes: ArrayBuffer | ArrayBufferView, where: string): TrainingState {
  const content = verified(bytesOf(bytes, textOf(where, "decodeCheckpoint where")), where);
  const length = new DataView(content.buffer, content.byteOffset).getUint32(MAGIC.length, true);
  const start = dataStart(length);
  if (start > content.length) throw refuse(where, `a header within ${content.length} bytes`, length);
  const header = parseJson(content.subarray(MAGIC.length + 4, MAGIC.length + 4 + length), `${where}: header`);
  const read = new HeaderReader(content.subarray(start), where);
  const state = read.state(header);
  read.end();
  return checkTrainingState(state, where);
}

const dataStart = (headerLength: number) => Math.ceil((MAGIC.length + 4 + headerLength) / 4) * 4;

/** All bytes but the digest, once they are seen to be those that it was made from. */
function verified(bytes: Uint8Array, where: string): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw inputError({ expected: "bytes", where, received: bytes });
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) {
    const start = new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC.length));
    if (!ANY_VERSION.test(start)) throw refuse(where, "a checkpoint of Cellstate's");
    const next = "Finish the run with the Cellstate that began it, or start afresh in another folder.";
    throw refuse(where, "a checkpoint of this version", start.trim(), next);
  }
  const end = bytes.length - DIGEST_BYTES;
  if (end < MAGIC.length + 4) throw refuse(where, "a whole checkpoint", `${bytes.length} bytes`);
  const content = bytes.subarray(0, end);
  const digest = new Sha256().update(content).digest();
  if (digest.every((byte, i) => bytes[end + i] === byte)) return content;
  throw refuse(where, "a checkpoint that matches its checksum", "a damaged one");
}

const AFRESH = "Start afresh in another folder, or without resuming.";

const refuse = (where: string, expected: string, received?: unknown, next = AFRESH) =>
  inputError({ expected, where, received, next });

/** Makes a state of a header and the arrays behind it. */
class HeaderReader {
  private at = 0;

  constructor(
    private readonly data: Uint8Array,
    private readonly where: string,
  ) {}

  /** What the fields come to; `checkTrainingState` has the last word on them. */
  state(header: Json): Record<keyof TrainingState, unknown> {
    const { outputs, weights, optimizer, callbacks, history, ...rest } = this.record(header, "header");
    const { epoch, batch, lossSum, rowsSeen, stopped, fingerprint, ...others } = rest;
    const { slots, iterations, learningRate, ...unknown } = this.record(optimizer, "optimizer");
    const [stray] = Object.keys({ ...others, ...unknown });
    if (stray !== undefined) throw refuse(`${this.where} header`, "the fields of a checkpoint", stray);
    return {
      ...{ epoch, batch, rowsSeen, stopped, fingerprint },
      lossSum: fromJson(lossSum),
      history: this.list(history, "history").map((logs, i) => this.entries(logs, `history[${i}]`) as Logs),
      outputs: this.array(outputs, "outputs"),
      weights: this.array(weights, "weights"),
      optimizer: {
        ...{ iterations, learningRate },
        slots: this.list(slots, "optimizer slots").map((n, i) => this.array(n, `optimizer slots[${i}]`)),
      },
      callbacks: this.callbacks(callbacks),
    };
  }

  /** @throws InputError when there are more bytes than the header says */
  end(): void {
    if (this.at === this.data.length) return;
    throw refuse(this.where, `${this.at} bytes of arrays`, this.data.length);
  }

  private callbacks(value: Json | undefined): Record<string, CallbackState> {
    const found = this.list(value, "callbacks").map((one, i): [string, CallbackState] => {
      const at = `callbacks[${i}]`;
      const { name, values, arrays } = this.record(one, at);
      if (typeof name !== "string") throw refuse(`${this.where} ${at} name`, "a text", name);
      const lengths = Object.entries(this.entries(arrays, `${at} arrays`)) as Lengths;
      const numbers = lengths.map(([key, length]) => [key, this.array(length, `${at} arrays`)] as const);
      return [
        name,
        {
          values: this.entries(values, `${at} values`) as CallbackState["values"],
          arrays: Object.fromEntries(numbers),
        },
      ];
    });
    return this.unique(found, "callbacks");
  }

  /** [[name, value], …] as an object: names are anyone's words, which a JSON object's keys should not be. */
  private entries(value: Json | undefined, what: string): Record<string, unknown> {
    const pairs = this.list(value, what).map((pair, i): [string, unknown] => {
      const [name, one, ...more] = this.list(pair, `${what}[${i}]`);
      if (typeof name === "string" && one !== undefined && more.length === 0) return [name, fromJson(one)];
      throw refuse(`${this.where} ${what}[${i}]`, "a name and a value", pair);
    });
    return this.unique(pairs, what);
  }

  private unique<T>(pairs: [string, T][], what: string): Record<string, T> {
    if (new Set(pairs.map(([name]) => name)).size === pairs.length) return Object.fromEntries(pairs);
    throw refuse(`${this.where} ${what}`, "every name once", "one twice");
  }

  private array(length: unknown, what: string): Float32Array {
    const left = (this.data.length - this.at) / 4;
    if (typeof length !== "number" || !Number.isInteger(length) || length < 0 || length > left) {
      throw refuse(`${this.where} ${what}`, `a length of at most ${Math.floor(left)}`, length);
    }
    // A copy, aligned; a Buffer's own slice would be a view of the whole file.
    const array = new Float32Array(length);
    new Uint8Array(array.buffer).set(this.data.subarray(this.at, this.at + 4 * length));
    this.at += 4 * length;
    return array;
  }

  private record(value: Json | undefined, what: string): JsonObject {
    if (isObject(value)) return value;
    throw refuse(`${this.where} ${what}`, "an object", value);
  }

  private list(value: Json | undefined, what: string): Json[] {
    if (Array.isArray(value)) return value;
    throw refuse(`${this.where} ${what}`, "a list", value);
  }
}

/** JSON has no NaN, infinities or negative zero: they are written as { number: "NaN" }. */
function toJson<T extends CallbackState["values"][string]>(value: T): T | { number: string } {
  if (typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return { number: Object.is(value, -0) ? "-0" : String(value) };
}

function fromJson(value: Json | undefined): unknown {
  const number = isObject(value) ? value["number"] : undefined;
  return typeof number === "string" && /^(NaN|-?Infinity|-0)$/.test(number) ? Number(number) : value;
}
