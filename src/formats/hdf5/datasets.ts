/** Datasets: shape, type, layout and filters are checked before a byte of data is taken. */
import { decodeValues } from "./attributes.js";
import { type Cursor, hdf5Error, type Source } from "./bytes.js";
import { type ChunkLayout, readChunked, readSingleLayout, readTreeLayout, show } from "./chunks.js";
import { type Datatype, readDatatype } from "./datatype.js";
import { type Filter, readFilters } from "./filters.js";
import { countElements, findMessage, MESSAGE, type Message, readShape } from "./headers.js";
import type { GlobalHeap } from "./heaps.js";

/** Floats of 16 and 32 bits come as Float32Array, other numbers as Float64Array. */
export type DatasetValues = Float32Array | Float64Array | string[];

export interface Hdf5Dataset {
  /** The path from the root: "layers/dense/vars/0". */
  readonly path: string;
  readonly shape: readonly number[];
  /** "float32", "bfloat16", "int64", "text" …, or the name of a type that cannot be read. */
  readonly type: string;
  /** Reads the elements, first index slowest. Throws an InputError that names the path. */
  read(): DatasetValues;
}

/** What a dataset's messages say: nothing of its data is read yet. */
export interface StoredDataset {
  shape: number[];
  type: Datatype;
  layout: Layout;
  filters: Filter[];
}

type Layout =
  | { kind: "compact"; data: Uint8Array }
  | { kind: "contiguous"; address: number | undefined; size: number }
  | { kind: "chunked"; chunks: ChunkLayout };

const MOST_RANK = 8;

/** The dataset that has these messages, or undefined when it is something else. `where` ends in its path. */
export function readStored(messages: Message[], where: string): StoredDataset | undefined {
  const space = findMessage(messages, MESSAGE.dataspace, where);
  const typeBody = findMessage(messages, MESSAGE.datatype, where);
  const layoutBody = findMessage(messages, MESSAGE.layout, where);
  if (!space || !typeBody || !layoutBody) return undefined;
  if (findMessage(messages, MESSAGE.externalFiles, where)) {
    throw hdf5Error(where, "data in this file", "a dataset kept in other files");
  }
  const shape = readShape(space) ?? [0];
  if (shape.length > MOST_RANK) throw hdf5Error(where, `at most ${MOST_RANK} dimensions`, shape.length);
  const type = readDatatype(typeBody);
  const layout = readLayout(layoutBody, shape.length, where);
  if (layout.kind === "chunked" && layout.chunks.elementSize !== type.size) {
    throw hdf5Error(where, `chunks of elements of ${type.size} bytes`, layout.chunks.elementSize);
  }
  const filterBody = findMessage(messages, MESSAGE.filters, where);
  const filters = filterBody ? readFilters(filterBody, where) : [];
  if (layout.kind !== "chunked" && filters.length > 0) {
    throw hdf5Error(where, "filters on chunks alone", `${layout.kind} data`);
  }
  return { shape, type, layout, filters };
}

/** A dataset under one of its names. */
export function openDataset(
  source: Source,
  heap: GlobalHeap,
  stored: StoredDataset,
  path: string,
  where: string,
): Hdf5Dataset {
  const { shape, type } = stored;
  const read = () => {
    const values = decodeValues(source, heap, type, readBytes(source, stored, where), where);
    if (!values) throw hdf5Error(where, "numbers or text", `elements of type ${type.name}`);
    return values;
  };
  return { path, shape, type: type.name, read };
}

/** Data layout (IV.A.2.i), versions 3 and 4. */
function readLayout(body: Cursor, rank: number, where: string): Layout {
  const version = body.u8();
  if (version !== 3 && version !== 4) throw hdf5Error(where, "data layout version 3 or 4", version);
  const kind = body.u8();
  if (kind === 0) return { kind: "compact", data: body.take(body.u16()) };
  if (kind === 1) return { kind: "contiguous", address: body.address(), size: body.u64() };
  if (kind === 2) {
    const chunks = version === 3 ? readTreeLayout(body, rank, where) : readSingleLayout(body, rank, where);
    return { kind: "chunked", chunks };
  }
  throw hdf5Error(where, "data in this file", kind === 3 ? "a virtual dataset" : `layout kind ${kind}`);
}

/** The dataset's bytes; what its shape declares must really be there. */
function readBytes(
  source: Source,
  { shape, type, layout, filters }: StoredDataset,
  where: string,
): Uint8Array {
  if (shape.includes(0)) return new Uint8Array(0);
  if (layout.kind === "chunked") {
    return readChunked(source, { shape, chunks: layout.chunks, filters }, where);
  }
  const declared = countElements(shape) * type.size;
  const missing = (stored: number) =>
    hdf5Error(where, `the ${declared} bytes that its shape ${show(shape)} declares`, `${stored} stored`);
  if (layout.kind === "compact") {
    if (layout.data.length < declared) throw missing(layout.data.length);
    return layout.data.subarray(0, declared);
  }
  const { address, size } = layout;
  if (address === undefined || size < declared || !Number.isSafeInteger(declared)) {
    throw missing(address === undefined ? 0 : size);
  }
  return source.cursor(address, declared, where).take(declared);
}
