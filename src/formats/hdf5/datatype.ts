/** Datatypes (specification IV.A.2.d): the ones a Keras file holds, and how their elements become JavaScript values. */
import { type Cursor, decodeText, hdf5Error, utf8 } from "./bytes.js";

export type Datatype =
  | { kind: "float"; name: "float16" | "bfloat16" | "float32" | "float64"; size: number; bigEndian: boolean }
  | { kind: "integer"; name: string; size: 1 | 2 | 4 | 8; signed: boolean; bigEndian: boolean }
  | { kind: "text"; name: "text"; size: number; padding: (typeof PADDINGS)[number] }
  /** A length, a global heap address and an index there. */
  | { kind: "variableText"; name: "text"; size: 16 }
  /** Read over, so that a file may hold one somewhere; reading its values is refused. */
  | { kind: "other"; name: string; size: number };

/** How texts of one length are filled up: a NUL ends them, or NULs or spaces at their end do not count. */
const PADDINGS = ["nul", "nuls", "spaces"] as const;

const CLASSES = [
  "integer",
  "float",
  "time",
  "text",
  "bits",
  "opaque",
  "compound",
  "reference",
  "enumeration",
];

export function readDatatype(cursor: Cursor): Datatype {
  const { kind, bits, size } = readHead(cursor);
  if (kind === 0) return integerType(cursor, size, bits);
  if (kind === 1) {
    const name = floatName(cursor, size, bits);
    if (name) return { kind: "float", name, size, bigEndian: (bits & 1) !== 0 };
    return { kind: "other", name: "float of another layout", size };
  }
  if (kind === 3) return { kind: "text", name: "text", size, padding: PADDINGS[bits & 0x0f] ?? "nul" };
  // h5py keeps NumPy's bfloat16, which HDF5 has no type for, as opaque pairs of bytes; Keras marks them by attribute.
  if (kind === 5) return { kind: "other", name: size === 2 ? "opaque16" : "opaque", size };
  if (kind === 8) return enumeration(cursor, size);
  if (kind === 9 && (bits & 0x0f) === 1 && size === 16) return { kind: "variableText", name: "text", size };
  return { kind: "other", name: CLASSES[kind] ?? (kind === 9 ? "variable-length" : "array"), size };
}

/** What every datatype begins with: its class, bits whose meaning depends on it, and the bytes of an element. */
function readHead(cursor: Cursor): { kind: number; bits: number; size: number } {
  const kind = cursor.u8() & 0x0f;
  const bits = cursor.unsigned(3);
  const size = cursor.u32();
  if (size === 0) throw hdf5Error(cursor.where, "elements of at least one byte", 0);
  return { kind, bits, size };
}

/** Integers that fill their bytes; the format has others, whose bits lie anywhere. */
function integerType(cursor: Cursor, size: number, bits: number): Datatype {
  const [offset, precision] = [cursor.u16(), cursor.u16()];
  if ((size === 1 || size === 2 || size === 4 || size === 8) && offset === 0 && precision === 8 * size) {
    const signed = (bits & 8) !== 0;
    const name = `${signed ? "int" : "uint"}${8 * size}`;
    return { kind: "integer", name, size, signed, bigEndian: (bits & 1) !== 0 };
  }
  return { kind: "other", name: "integer of another layout", size };
}

/** An enumeration's numbers are those of the integers that it is made of: h5py keeps truth values so. */
function enumeration(cursor: Cursor, size: number): Datatype {
  const base = readHead(cursor);
  if (base.kind === 0 && base.size === size) return integerType(cursor, size, base.bits);
  return { kind: "other", name: "enumeration", size };
}

/** IEEE formats, by all that says where sign, exponent and mantissa lie and what they mean. */
const FLOATS = {
  float16: { size: 2, sign: 15, exponentAt: 10, exponent: 5, mantissaAt: 0, mantissa: 10, bias: 15 },
  bfloat16: { size: 2, sign: 15, exponentAt: 7, exponent: 8, mantissaAt: 0, mantissa: 7, bias: 127 },
  float32: { size: 4, sign: 31, exponentAt: 23, exponent: 8, mantissaAt: 0, mantissa: 23, bias: 127 },
  float64: { size: 8, sign: 63, exponentAt: 52, exponent: 11, mantissaAt: 0, mantissa: 52, bias: 1023 },
} as const;

/** The format that a float's properties describe; anything else has no name. */
function floatName(cursor: Cursor, size: number, bits: number): keyof typeof FLOATS | undefined {
  const [offset, precision] = [cursor.u16(), cursor.u16()];
  const found = {
    size,
    sign: (bits >> 8) & 0xff,
    exponentAt: cursor.u8(),
    exponent: cursor.u8(),
    mantissaAt: cursor.u8(),
    mantissa: cursor.u8(),
    bias: cursor.u32(),
  };
  // The byte order takes two bits; a mantissa's first bit is implied (2) in all of them.
  if ((bits & 0x40) !== 0 || ((bits >> 4) & 3) !== 2 || offset !== 0 || precision !== 8 * size)
    return undefined;
  const names = Object.keys(FLOATS) as (keyof typeof FLOATS)[];
  const keys = Object.keys(found) as (keyof typeof found)[];
  return names.find((name) => keys.every((key) => FLOATS[name][key] === found[key]));
}

/** Elements as numbers: 16- and 32-bit floats as Float32Array, wider floats and integers as Float64Array. */
export function decodeNumbers(type: Datatype, bytes: Uint8Array): Float32Array | Float64Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = !("bigEndian" in type && type.bigEndian);
  const count = Math.floor(bytes.length / type.size);
  const floats = (read: (at: number) => number) => fill(new Float32Array(count), type.size, read);
  const numbers = (read: (at: number) => number) => fill(new Float64Array(count), type.size, read);
  switch (type.name) {
    case "float16":
      return floats((at) => halfToFloat(view.getUint16(at, little)));
    case "bfloat16":
    case "opaque16":
      return bfloat16(view, count, little);
    case "float32":
      // A copy is aligned, and JavaScript runs on little-endian machines only.
      if (little) return new Float32Array(new Uint8Array(bytes.subarray(0, 4 * count)).buffer);
      return floats((at) => view.getFloat32(at));
    case "float64":
      if (little) return new Float64Array(new Uint8Array(bytes.subarray(0, 8 * count)).buffer);
      return numbers((at) => view.getFloat64(at));
    default:
      return type.kind === "integer" ? numbers(integerReader(type, view, little)) : undefined;
  }
}

function fill<T extends Float32Array | Float64Array>(
  values: T,
  size: number,
  read: (at: number) => number,
): T {
  for (let i = 0; i < values.length; i++) values[i] = read(i * size);
  return values;
}

function integerReader(type: Datatype & { kind: "integer" }, view: DataView, little: boolean) {
  return {
    int8: (at: number) => view.getInt8(at),
    uint8: (at: number) => view.getUint8(at),
    int16: (at: number) => view.getInt16(at, little),
    uint16: (at: number) => view.getUint16(at, little),
    int32: (at: number) => view.getInt32(at, little),
    uint32: (at: number) => view.getUint32(at, little),
    int64: (at: number) => Number(view.getBigInt64(at, little)),
    uint64: (at: number) => Number(view.getBigUint64(at, little)),
  }[type.name]!;
}

/** Fixed-length strings, without their padding. */
export function decodeTexts(type: Datatype & { kind: "text" }, bytes: Uint8Array): string[] {
  return Array.from({ length: Math.floor(bytes.length / type.size) }, (_, i) => {
    const element = bytes.subarray(i * type.size, (i + 1) * type.size);
    if (type.padding === "nul") return decodeText(element);
    const padding = type.padding === "nuls" ? 0 : 0x20;
    let end = element.length;
    while (end > 0 && element[end - 1] === padding) end--;
    return utf8.decode(element.subarray(0, end));
  });
}

/** The upper half of a float32. */
function bfloat16(view: DataView, count: number, little: boolean): Float32Array {
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = view.getUint16(2 * i, little) << 16;
  return new Float32Array(words.buffer);
}

/** IEEE 754 binary16. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
