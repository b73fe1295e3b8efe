/** Datatypes (specification IV.A.2.d): the ones a Keras file holds, and how their elements become JavaScript values. */
import { type Cursor, decodeText, hdf5Error } from "./bytes.js";

export type Datatype =
  | { kind: "float"; name: "float16" | "bfloat16" | "float32" | "float64"; size: number; bigEndian: boolean }
  | { kind: "integer"; name: string; size: 1 | 2 | 4 | 8; signed: boolean; bigEndian: boolean }
  | { kind: "text"; name: "text"; size: number; spacePadded: boolean }
  /** A length, a global heap address and an index there. */
  | { kind: "variableText"; name: "text"; size: 16 }
  /** Read over, so that a file may hold one somewhere; reading its values is refused. */
  | { kind: "other"; name: string; size: number };

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
  const kind = cursor.u8() & 0x0f;
  const bits = cursor.unsigned(3);
  const size = cursor.u32();
  if (size === 0) throw hdf5Error(cursor.where, "elements of at least one byte", 0);
  const bigEndian = (bits & 1) !== 0;
  if (kind === 0 && (size === 1 || size === 2 || size === 4 || size === 8)) {
    const signed = (bits & 8) !== 0;
    return { kind: "integer", name: `${signed ? "int" : "uint"}${8 * size}`, size, signed, bigEndian };
  }
  if (kind === 1) {
    const name = floatName(cursor, size, bits);
    if (name) return { kind: "float", name, size, bigEndian };
  }
  if (kind === 3) return { kind: "text", name: "text", size, spacePadded: (bits & 0x0f) === 2 };
  // h5py keeps NumPy's bfloat16, which HDF5 has no type for, as opaque pairs of bytes; Keras marks them by attribute.
  if (kind === 5) return { kind: "other", name: size === 2 ? "opaque16" : "opaque", size };
  if (kind === 8) return readDatatype(cursor);
  if (kind === 9 && (bits & 0x0f) === 1 && size === 16) return { kind: "variableText", name: "text", size };
  return { kind: "other", name: CLASSES[kind] ?? (kind === 9 ? "variable-length" : "array"), size };
}

/** IEEE formats by the sizes of exponent and mantissa; anything else has no name. */
function floatName(cursor: Cursor, size: number, bits: number) {
  cursor.skip(2);
  const precision = cursor.u16();
  cursor.skip(1);
  const exponent = cursor.u8();
  cursor.skip(1);
  const mantissa = cursor.u8();
  if ((bits & 0x40) !== 0 || precision !== 8 * size) return undefined;
  switch (`${size} ${exponent} ${mantissa}`) {
    case "2 5 10":
      return "float16";
    case "2 8 7":
      return "bfloat16";
    case "4 8 23":
      return "float32";
    case "8 11 52":
      return "float64";
    default:
      return undefined;
  }
}

/** Elements as numbers: 16- and 32-bit floats as Float32Array, wider floats and integers as Float64Array. */
export function decodeNumbers(type: Datatype, bytes: Uint8Array): Float32Array | Float64Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = !("bigEndian" in type && type.bigEndian);
  const count = Math.floor(bytes.length / type.size);
  switch (type.name) {
    case "float16":
      return Float32Array.from({ length: count }, (_, i) => halfToFloat(view.getUint16(2 * i, little)));
    case "bfloat16":
    case "opaque16":
      return bfloat16(view, count, little);
    case "float32":
      // A copy is aligned, and JavaScript runs on little-endian machines only.
      if (little) return new Float32Array(new Uint8Array(bytes.subarray(0, 4 * count)).buffer);
      return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i));
    case "float64":
      if (little) return new Float64Array(new Uint8Array(bytes.subarray(0, 8 * count)).buffer);
      return Float64Array.from({ length: count }, (_, i) => view.getFloat64(8 * i));
    default:
      return type.kind === "integer" ? integers(type, view, count, little) : undefined;
  }
}

/** Fixed-length strings, without their padding. */
export function decodeTexts(type: Datatype & { kind: "text" }, bytes: Uint8Array): string[] {
  return Array.from({ length: Math.floor(bytes.length / type.size) }, (_, i) => {
    const text = decodeText(bytes.subarray(i * type.size, (i + 1) * type.size));
    return type.spacePadded ? text.replace(/ +$/, "") : text;
  });
}

function integers(type: Datatype & { kind: "integer" }, view: DataView, count: number, little: boolean) {
  const read = {
    int8: (at: number) => view.getInt8(at),
    uint8: (at: number) => view.getUint8(at),
    int16: (at: number) => view.getInt16(at, little),
    uint16: (at: number) => view.getUint16(at, little),
    int32: (at: number) => view.getInt32(at, little),
    uint32: (at: number) => view.getUint32(at, little),
    int64: (at: number) => Number(view.getBigInt64(at, little)),
    uint64: (at: number) => Number(view.getBigUint64(at, little)),
  }[type.name]!;
  return Float64Array.from({ length: count }, (_, i) => read(i * type.size));
}

/** The upper half of a float32. */
function bfloat16(view: DataView, count: number, little: boolean): Float32Array {
  const words = Uint32Array.from({ length: count }, (_, i) => view.getUint16(2 * i, little) << 16);
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
