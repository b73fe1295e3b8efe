/**
 * What the values of a Parquet column mean, as cells of a table. Whole numbers, decimals and times are exact; bytes that
 * are no text are handed on as unfit.
 * @see https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
 */
import { cellOf } from "./json-records.js";
import { type Cell, Unfit } from "./records.js";

/** A value as it is stored. */
export type Stored = number | bigint | boolean | Uint8Array;

export type Meaning =
  | { is: "itself" | "unsigned" | "date" | "uuid" | "half" | "bytes" | "int96" }
  | { is: "decimal"; scale: number }
  /** So many units are a millisecond. */
  | { is: "time"; units: bigint }
  | { is: "timestamp"; units: bigint; utc: boolean };

/** How the values of a column become cells. */
export function cellsOf(meaning: Meaning): (value: Stored) => Cell {
  switch (meaning.is) {
    case "unsigned":
      return (value) => String(typeof value === "bigint" ? BigInt.asUintN(64, value) : Number(value) >>> 0);
    case "decimal":
      return (value) => decimal(value instanceof Uint8Array ? signed(value) : BigInt(value), meaning.scale);
    case "date":
      return (value) => instant(BigInt(value as number) * DAY, 1n, (iso) => iso.slice(0, iso.indexOf("T")));
    case "time":
      return (value) => timeOfDay(BigInt(value as number | bigint), meaning.units);
    case "timestamp":
      return (value) => timestamp(value as bigint, meaning.units, meaning.utc);
    case "int96":
      return (value) => timestamp(nanosecondsOf(value as Uint8Array), 1_000_000n, false);
    case "uuid":
      return (value) => hex(value as Uint8Array).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    case "half":
      return (value) => number(half(value as Uint8Array));
    case "bytes":
      return (value) => unfitBytes(value as Uint8Array);
    case "itself":
      return itself;
  }
}

function itself(value: Stored): Cell {
  if (value instanceof Uint8Array) return text(value);
  return typeof value === "number" ? number(value) : cellOf(value);
}

/** A number that is none stands, in pandas's tables, where there is nothing. */
const number = (value: number): Cell => (Number.isNaN(value) ? undefined : cellOf(value));

// A mark at the beginning is part of the text, as everywhere in the middle.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();
/** Up to here, putting characters together is faster than asking the decoder. */
const SHORT = 24;

function text(bytes: Uint8Array): Cell {
  if (bytes.length <= SHORT) {
    const plain = ascii(bytes);
    if (plain !== undefined) return plain;
  }
  const decoded = decoder.decode(bytes);
  // The decoder puts this character where bytes are no text; it may also just be there, and then begins with this byte.
  // Errors in its place would take microseconds each.
  if (!decoded.includes("\ufffd")) return decoded;
  if (!bytes.includes(0xef)) return unfitBytes(bytes);
  const again = encoder.encode(decoded);
  const same = again.length === bytes.length && again.every((byte, i) => byte === bytes[i]);
  return same ? decoded : unfitBytes(bytes);
}

function ascii(bytes: Uint8Array): string | undefined {
  let plain = "";
  for (const byte of bytes) {
    if (byte >= 0x80) return undefined;
    plain += String.fromCharCode(byte);
  }
  return plain;
}

/** So many bytes are shown of what is no text. */
const SHOWN = 16;

const unfitBytes = (bytes: Uint8Array): Unfit =>
  new Unfit({ bytes: hex(bytes.subarray(0, SHOWN)) + (bytes.length > SHOWN ? "…" : "") });

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(bytes: Uint8Array): string {
  let digits = "";
  for (const byte of bytes) digits += HEX[byte]!;
  return digits;
}

/** Decimals come in as many bytes as they need; more than these would take time that grows with their square. */
const LONGEST_DECIMAL = 64;

/** Two's complement, the highest byte first. */
function signed(bytes: Uint8Array): bigint {
  if (bytes.length > LONGEST_DECIMAL) throw new Error(`a decimal number of ${bytes.length} bytes`);
  return bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex(bytes)}`));
}

function decimal(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = digits.length - scale;
  const whole = digits.slice(0, point);
  return (unscaled < 0n ? "-" : "") + (scale === 0 ? whole : `${whole}.${digits.slice(point)}`);
}

const DAY = 86_400_000n;

/** What is said of an instant, in units of which so many are a millisecond; unfit where no calendar has it. */
function instant(time: bigint, units: bigint, said: (iso: string) => string): Cell {
  // Towards the past, so that what is left over is never negative.
  const over = ((time % units) + units) % units;
  const milliseconds = Number((time - over) / units);
  if (!(Math.abs(milliseconds) <= 8.64e15)) return new Unfit(String(time));
  const iso = new Date(milliseconds).toISOString();
  if (over === 0n) return said(iso);
  const finer = String(over)
    .padStart(String(units).length - 1, "0")
    .replace(/000$/, "");
  return said(iso.replace("Z", `${finer}Z`));
}

const timestamp = (time: bigint, units: bigint, utc: boolean): Cell =>
  instant(time, units, (iso) => (utc ? iso : iso.slice(0, -1)));

function timeOfDay(time: bigint, units: bigint): Cell {
  if (time < 0n || time >= DAY * units) return new Unfit(String(time));
  return instant(time, units, (iso) => iso.slice(iso.indexOf("T") + 1, -1));
}

/** Nanoseconds of the day, then the Julian day: as Impala and old Spark write times. */
function nanosecondsOf(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const days = BigInt(view.getInt32(8, true)) - 2_440_588n;
  return days * DAY * 1_000_000n + view.getBigInt64(0, true);
}

/** IEEE 754's binary16. */
function half(bytes: Uint8Array): number {
  const bits = bytes[0]! | (bytes[1]! << 8);
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * 2 ** -24 * fraction : sign * 2 ** (exponent - 25) * (1024 + fraction);
}
