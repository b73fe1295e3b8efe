/** Seeded damage: the same seed gives the same damaged file. */

import type { Json } from "../../src/base/json.js";
import { lookup3 } from "../../src/formats/hdf5/checksum.js";

/** Marsaglia's xorshift32: whole numbers from 0 up to, not including, `below`. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 1) >>> 0 || 1;
  }

  roll(below: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % below;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.roll(items.length)]!;
  }
}

const EDGES = [0, 1, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

/** A few random changes to a copy of the bytes: flipped bits, edge values, moved, repeated, dropped and cut parts. */
export function damage(bytes: Uint8Array, dice: Dice): Uint8Array {
  let out = Uint8Array.from(bytes);
  for (let times = 1 + dice.roll(4); times > 0 && out.length > 0; times--) {
    const at = dice.roll(out.length);
    const view = new DataView(out.buffer);
    const kind = dice.roll(9);
    if (kind <= 1) out[at]! ^= 1 << dice.roll(8);
    else if (kind === 2) out[at] = dice.pick(EDGES);
    else if (kind === 3 && at + 2 <= out.length) view.setUint16(at, dice.pick(EDGES), true);
    else if (kind === 4 && at + 4 <= out.length) view.setUint32(at, dice.pick(EDGES), true);
    else if (kind === 5 && at + 8 <= out.length) {
      view.setBigUint64(at, BigInt(dice.pick(EDGES)) << BigInt(dice.roll(40)), true);
    } else if (kind === 6) out.copyWithin(at, dice.roll(out.length), dice.roll(out.length));
    else if (kind === 7)
      out = Uint8Array.from(Buffer.concat([out.subarray(0, at), out.subarray(at + dice.roll(40))]));
    else if (kind === 8 && dice.roll(3) === 0) out = out.slice(0, at);
  }
  return out;
}

/** Puts right the checksums of HDF5's newer structures, so that what damage there is behind them gets read. */
export function reseal(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seal = (start: number, length: number) => {
    const end = start + length;
    if (length > 0 && end + 4 <= bytes.length) view.setUint32(end, lookup3(bytes.subarray(start, end)), true);
  };
  if (bytes[8] === 2 || bytes[8] === 3) seal(0, 44);
  for (let at = 0; at + 16 < bytes.length; at++) {
    if (bytes[at + 3] !== 0x44 && bytes[at + 3] !== 0x50 && bytes[at + 3] !== 0x52) continue;
    const letters = String.fromCharCode(...bytes.subarray(at, at + 4));
    if (letters === "BTHD") seal(at, 34);
    if (letters === "FRHP") seal(at, 142);
    if (letters === "OHDR") seal(at, headerLength(view, at));
  }
  return bytes;
}

/** Bytes of an object header's first block, before its checksum. */
function headerLength(view: DataView, at: number): number {
  const flags = view.getUint8(at + 5);
  const start = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const width = 1 << (flags & 3);
  if (at + start + 8 > view.byteLength) return 0;
  const size = width === 1 ? view.getUint8(at + start) : width === 2 ? view.getUint16(at + start, true) : 0;
  return size === 0 ? 0 : start + width + size;
}

const VALUES: readonly Json[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  4_294_967_296,
  "",
  "LSTM",
  "a/../b",
  "\u0000",
  [],
  [[[]]],
  [null, 3],
  {},
  { class_name: "Lambda", config: {} },
  { module: "os", class_name: "system", config: {} },
  { class_name: "Dense", config: { units: 3 } },
  { class_name: "__keras_tensor__", config: { keras_history: ["x", 0, 0] } },
];

/** A few values of a configuration replaced by others, dropped, repeated or exchanged. */
export function damageJson(value: Json, dice: Dice): Json {
  const out = structuredClone(value);
  for (let times = 1 + dice.roll(3); times > 0; times--) {
    const places: [Record<string, Json>, string][] = [];
    collectPlaces(out, places);
    if (places.length === 0) return out;
    const [holder, key] = dice.pick(places);
    const [other, otherKey] = dice.pick(places);
    const kind = dice.roll(5);
    if (kind === 0) delete holder[key];
    else if (kind === 1) holder[key] = structuredClone(other[otherKey]!);
    else if (kind === 2 && Array.isArray(holder))
      holder.push(structuredClone(holder[dice.roll(holder.length)]!));
    else holder[key] = structuredClone(dice.pick(VALUES));
  }
  return out;
}

function collectPlaces(value: Json, places: [Record<string, Json>, string][]): void {
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    places.push([value as Record<string, Json>, key]);
    collectPlaces((value as Record<string, Json>)[key]!, places);
  }
}
