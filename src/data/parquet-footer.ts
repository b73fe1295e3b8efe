/**
 * What a Parquet file says of itself at its end: its columns, and where the values of each group of rows stand. Of what is
 * said only this is taken; statistics and the rest are not looked at.
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { CompressionCodecs, ParquetTypes } from "hyparquet/src/constants.js";
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";
import { checkCompact } from "./compact-protocol.js";
import type { Meaning } from "./parquet-cells.js";
import { MOST_COLUMNS } from "./records.js";

/** A column, or one of the parts of a list or a record. */
export interface Leaf {
  /** Its place among all of them, which is its chunk's place in a group. */
  index: number;
  name: string;
  type: string;
  /** Bytes of a value that has a fixed length. */
  width: number;
  /** Whether there may be nothing. */
  optional: boolean;
  meaning: Meaning;
}

/** A column: of single values, or of lists or records. */
export type Field = { name: string; leaf: Leaf } | { name: string; holds: "lists" | "records" };

/** Where a group's values of one leaf stand. */
export interface Chunk {
  type: string;
  codec: string;
  from: number;
  /** Its bytes in the file, page headers among them. */
  bytes: number;
}

export interface Group {
  rows: number;
  /** By leaf. */
  chunks: Chunk[];
}

export interface Footer {
  fields: Field[];
  groups: Group[];
}

/** Values that are read of a description; a file of a thousand groups of thirty columns has a million. */
const MOST_VALUES = 2 ** 20;
/** Groups within each other. */
const DEEPEST = 32;

/**
 * Reads a footer.
 * @param bytes the description alone
 * @param size of the whole file
 * @throws Error in a few words, where it is damaged or says what cannot be
 */
export function readFooter(bytes: ArrayBuffer, size: number): Footer {
  const view = new DataView(bytes);
  checkCompact(view, 0, MOST_VALUES);
  const footer = structure(deserializeTCompactProtocol({ view, offset: 0 }));
  const { fields, leaves } = fieldsOf(list(footer["field_2"]).map(structure));
  if (fields.length === 0) throw new Error("one without columns");
  if (fields.length > MOST_COLUMNS) throw new Error(`more than ${MOST_COLUMNS} columns`);
  const groups = list(footer["field_4"]).map((group) => groupOf(structure(group), leaves, size));
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  if (rows !== whole(footer["field_3"])) throw new Error("groups that have not as many rows as the file");
  return { fields, groups };
}

type Structure = Readonly<Record<string, unknown>>;

function structure(value: unknown): Structure {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array)
    throw new Error("a description with something else for a structure");
  return value as Structure;
}

const maybe = (value: unknown): Structure | undefined => (value === undefined ? undefined : structure(value));

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error("a description with something else for a list");
  return value;
}

function whole(value: unknown): number {
  const count = typeof value === "bigint" ? Number(value) : value;
  if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0) return count;
  throw new Error("a description with a count that is none");
}

const decoder = new TextDecoder();

function nameOf(value: unknown): string {
  if (value instanceof Uint8Array) return decoder.decode(value);
  throw new Error("a description with something else for a name");
}

/** The columns of a schema, which stands there as a tree in order. */
function fieldsOf(schema: readonly Structure[]): { fields: Field[]; leaves: number } {
  let [at, leaves] = [0, 0];
  const next = (): Structure => {
    const element = schema[at++];
    if (!element) throw new Error("a schema with fewer columns than it says");
    return element;
  };
  const skip = (element: Structure, depth: number): void => {
    if (depth > DEEPEST) throw new Error("a schema that is too deep");
    if (element["field_1"] !== undefined) leaves++;
    else for (let left = whole(element["field_5"]); left > 0; left--) skip(next(), depth + 1);
  };
  const fields: Field[] = [];
  for (let left = whole(next()["field_5"] ?? 0); left > 0; left--) {
    const element = next();
    const name = nameOf(element["field_4"]);
    const leaf = leaves;
    skip(element, 1);
    if (element["field_3"] === REPEATED || isList(element)) fields.push({ name, holds: "lists" });
    else if (element["field_1"] === undefined) fields.push({ name, holds: "records" });
    else fields.push({ name, leaf: leafOf(element, name, leaf) });
  }
  if (at < schema.length) throw new Error("a schema with more columns than it says");
  return { fields, leaves };
}

const REPEATED = 2;
const OPTIONAL = 1;

const isList = (element: Structure): boolean =>
  element["field_1"] === undefined &&
  (element["field_6"] === CONVERTED.list || maybe(element["field_10"])?.["field_3"] !== undefined);

function leafOf(element: Structure, name: string, index: number): Leaf {
  const type = typeOf(element["field_1"]);
  const width = type === "FIXED_LEN_BYTE_ARRAY" ? whole(element["field_2"]) : (WIDTHS[type] ?? 0);
  if (type === "FIXED_LEN_BYTE_ARRAY" && width === 0) throw new Error("values of no bytes");
  const meaning = meaningOf(element, type, width);
  return { index, name, type, width, optional: element["field_3"] === OPTIONAL, meaning };
}

const WIDTHS: Readonly<Record<string, number>> = { INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8 };

function typeOf(value: unknown): string {
  const type = ParquetTypes[whole(value)];
  if (type === undefined) throw new Error("a column of an unknown type");
  return type;
}

/** Of the older way to say what values mean. */
const CONVERTED = {
  list: 3,
  decimal: 5,
  date: 6,
  timeMillis: 7,
  timeMicros: 8,
  timestampMillis: 9,
  timestampMicros: 10,
  unsigned: [11, 12, 13, 14],
  bson: 20,
  interval: 21,
};

function meaningOf(element: Structure, type: string, width: number): Meaning {
  const converted = element["field_6"];
  const logical = maybe(element["field_10"]) ?? {};
  const part = (field: number) => maybe(logical[`field_${field}`]);
  const [units, day] = [type === "INT64", type === "INT32"];
  const decimal = part(5) ?? (converted === CONVERTED.decimal ? { field_1: element["field_7"] } : undefined);
  if (decimal && !["BOOLEAN", "FLOAT", "DOUBLE", "INT96"].includes(type)) {
    const scale = whole(decimal["field_1"] ?? 0);
    if (scale > MOST_SCALE) throw new Error(`decimal numbers with ${scale} places`);
    return { is: "decimal", scale };
  }
  if (type === "INT96") return { is: "int96" };
  if (day && (part(6) || converted === CONVERTED.date)) return { is: "date" };
  if (units && part(8)) return { is: "timestamp", ...unitOf(part(8)!) };
  if (units && converted === CONVERTED.timestampMillis) return { is: "timestamp", units: 1n, utc: true };
  if (units && converted === CONVERTED.timestampMicros) return { is: "timestamp", units: 1000n, utc: true };
  if ((units || day) && part(7)) return { is: "time", units: unitOf(part(7)!).units };
  if (day && converted === CONVERTED.timeMillis) return { is: "time", units: 1n };
  if (units && converted === CONVERTED.timeMicros) return { is: "time", units: 1000n };
  if ((units || day) && (part(10)?.["field_2"] === false || CONVERTED.unsigned.includes(Number(converted))))
    return { is: "unsigned" };
  if (part(14) && width === 16) return { is: "uuid" };
  if (part(15) && width === 2 && type === "FIXED_LEN_BYTE_ARRAY") return { is: "half" };
  const opaque = part(13) || converted === CONVERTED.bson || converted === CONVERTED.interval;
  return { is: opaque && type.endsWith("BYTE_ARRAY") ? "bytes" : "itself" };
}

const MOST_SCALE = 1000;

/** Of a time: whether it is the world's, and its unit. */
function unitOf(time: Structure): { units: bigint; utc: boolean } {
  const unit = structure(time["field_2"]);
  const units = unit["field_1"] ? 1n : unit["field_2"] ? 1000n : unit["field_3"] ? 1_000_000n : undefined;
  if (units === undefined) throw new Error("a time without a unit");
  return { units, utc: time["field_1"] === true };
}

function groupOf(group: Structure, leaves: number, size: number): Group {
  const rows = whole(group["field_3"]);
  const columns = list(group["field_1"]);
  if (columns.length !== leaves) throw new Error("a group that has not all columns");
  const chunks = columns.map((column) => chunkOf(structure(column), size));
  return { rows, chunks };
}

function chunkOf(column: Structure, size: number): Chunk {
  if (column["field_1"] !== undefined) throw new Error("a column that stands in another file");
  if (column["field_8"] !== undefined) throw new Error("a column that is encrypted");
  const about = structure(column["field_3"]);
  const codec = CompressionCodecs[whole(about["field_4"])];
  if (codec === undefined) throw new Error("a column with an unknown compression");
  // Some write 0 where there is no dictionary.
  const dictionary = whole(about["field_11"] ?? 0);
  const from = dictionary || whole(about["field_9"]);
  const bytes = whole(about["field_7"]);
  if (from > size || bytes > size - from) throw new Error("a column that stands outside the file");
  return { type: typeOf(about["field_1"]), codec, from, bytes };
}
