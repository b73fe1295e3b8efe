/** Datasets: shape, type, layout and filters are checked before a byte of data is taken. */
import { inflateExactly } from "../inflate.js";
import { readVariableTexts } from "./attributes.js";
import { type Cursor, hdf5Error, type Source } from "./bytes.js";
import { type Datatype, decodeNumbers, decodeTexts, readDatatype } from "./datatype.js";
import { countElements, findMessage, MESSAGE, type Message, readShape } from "./headers.js";
import type { GlobalHeap } from "./heaps.js";
import { walkFirst } from "./trees.js";

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

interface Filter {
  id: number;
  parameters: number[];
}

interface Layout {
  data?: Uint8Array;
  address?: number | undefined;
  size?: number;
  chunk?: { shape: number[]; index: number | undefined; single?: { size: number; mask: number } | undefined };
}

const MOST_RANK = 8;

/** The dataset that has these messages, or undefined when it is something else. `where` ends in its path. */
export function readDataset(
  source: Source,
  heap: GlobalHeap,
  messages: Message[],
  path: string,
  where: string,
): Hdf5Dataset | undefined {
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
  const filterBody = findMessage(messages, MESSAGE.filters, where);
  const filters = filterBody ? readFilters(filterBody, where) : [];
  const read = () => {
    const bytes = readBytes(source, { shape, type, layout, filters }, where);
    return decode(source, heap, type, bytes, where);
  };
  return { path, shape, type: type.name, read };
}

function decode(
  source: Source,
  heap: GlobalHeap,
  type: Datatype,
  bytes: Uint8Array,
  where: string,
): DatasetValues {
  if (type.kind === "variableText") return readVariableTexts(source, heap, bytes, where);
  if (type.kind === "text") return decodeTexts(type, bytes);
  const values = decodeNumbers(type, bytes);
  if (!values) throw hdf5Error(where, "numbers or text", `elements of type ${type.name}`);
  return values;
}

/** Data layout (IV.A.2.i), versions 3 and 4. */
function readLayout(body: Cursor, rank: number, where: string): Layout {
  const version = body.u8();
  if (version !== 3 && version !== 4) throw hdf5Error(where, "data layout version 3 or 4", version);
  const kind = body.u8();
  if (kind === 0) return { data: body.take(body.u16()) };
  if (kind === 1) return { address: body.address(), size: body.u64() };
  if (kind === 2)
    return version === 3 ? { chunk: readChunks(body, rank, where) } : { chunk: readSingle(body, where) };
  throw hdf5Error(where, "data in this file", kind === 3 ? "a virtual dataset" : `layout kind ${kind}`);
}

function readChunks(body: Cursor, rank: number, where: string) {
  if (body.u8() !== rank + 1) throw hdf5Error(where, `chunks of ${rank} dimensions`, "others");
  const index = body.address();
  return { shape: Array.from({ length: rank }, () => body.u32()), index };
}

/** Version 4 has five kinds of chunk index; the one for a single chunk is read. */
function readSingle(body: Cursor, where: string) {
  const flags = body.u8();
  const rank = body.u8() - 1;
  const bytes = body.u8();
  const shape = Array.from({ length: rank }, () => body.unsigned(bytes));
  body.skip(bytes);
  if (body.u8() !== 1) {
    throw hdf5Error(
      where,
      "contiguous data",
      "chunks indexed in a newer way",
      "Rewrite it: h5repack -l CONTI.",
    );
  }
  const single = flags & 2 ? { size: body.u64(), mask: body.u32() } : undefined;
  return { shape, index: body.address(), single };
}

/** The filter pipeline (IV.A.2.l). */
function readFilters(body: Cursor, where: string): Filter[] {
  const version = body.u8();
  const count = body.u8();
  if (version === 1) body.skip(6);
  return Array.from({ length: count }, () => {
    const id = body.u16();
    const nameLength = version === 1 || id >= 256 ? body.u16() : 0;
    body.skip(2);
    const parameterCount = body.u16();
    const name = body.text(nameLength);
    const parameters = Array.from({ length: parameterCount }, () => body.u32());
    if (version === 1 && parameterCount % 2 === 1) body.skip(4);
    if (id < 1 || id > 3) {
      throw hdf5Error(
        where,
        "data as it is, or packed by deflate, shuffle or fletcher32",
        `filter ${id} ${name}`.trim(),
      );
    }
    return { id, parameters };
  });
}

interface Stored {
  shape: number[];
  type: Datatype;
  layout: Layout;
  filters: Filter[];
}

/** The dataset's bytes; what its shape declares must really be there. */
function readBytes(source: Source, { shape, type, layout, filters }: Stored, where: string): Uint8Array {
  const declared = countElements(shape) * type.size;
  if (declared === 0) return new Uint8Array(0);
  source.take(declared, where);
  if (layout.chunk) return readChunked(source, { shape, type, layout, filters }, declared, where);
  const stored = layout.data?.length ?? (layout.address === undefined ? 0 : (layout.size ?? 0));
  if (stored < declared || !Number.isSafeInteger(declared)) {
    throw hdf5Error(
      where,
      `the ${declared} bytes that its shape ${show(shape)} declares`,
      `${stored} stored`,
    );
  }
  return layout.data?.subarray(0, declared) ?? source.cursor(layout.address!, declared, where).take(declared);
}

function show(shape: readonly number[]): string {
  return `(${shape.join(", ")})`;
}

function readChunked(source: Source, stored: Stored, declared: number, where: string): Uint8Array {
  const { shape, type, layout, filters } = stored;
  const chunk = layout.chunk!;
  const chunkBytes = countElements(chunk.shape) * type.size;
  const wanted = countElements(shape.map((size, d) => Math.ceil(size / chunk.shape[d]!)));
  if (!(chunkBytes > 0) || chunk.shape.length !== shape.length)
    throw hdf5Error(where, "chunks of some size", chunkBytes);
  const out = new Uint8Array(declared);
  let found = 0;
  for (const { address, size, mask, offset } of chunks(source, chunk, chunkBytes, where)) {
    source.take(chunkBytes, where);
    const packed = source.cursor(address, size, where).take(size);
    copyChunk(
      out,
      shape,
      unfilter(packed, filters, mask, { type, chunkBytes, where }),
      chunk.shape,
      offset,
      type.size,
    );
    if (++found > wanted) break;
  }
  if (found !== wanted) throw hdf5Error(where, `${wanted} chunks for its shape ${show(shape)}`, found);
  return out;
}

interface StoredChunk {
  address: number;
  size: number;
  mask: number;
  offset: number[];
}

function* chunks(
  source: Source,
  chunk: NonNullable<Layout["chunk"]>,
  chunkBytes: number,
  where: string,
): Generator<StoredChunk> {
  const rank = chunk.shape.length;
  if (chunk.index === undefined) return;
  // Only version 4 layouts name a chunk without an index; a tree's first node says "TREE".
  if (chunk.single || source.from(chunk.index, where).text(4) !== "TREE") {
    const { size, mask } = chunk.single ?? { size: chunkBytes, mask: 0 };
    yield { address: chunk.index, size, mask, offset: chunk.shape.map(() => 0) };
    return;
  }
  for (const { key, child } of walkFirst(source, chunk.index, 1, 8 + 8 * (rank + 1), where)) {
    const size = key.u32();
    const mask = key.u32();
    yield { address: child, size, mask, offset: Array.from({ length: rank }, () => key.u64()) };
  }
}

function unfilter(
  packed: Uint8Array,
  filters: Filter[],
  mask: number,
  { type, chunkBytes, where }: { type: Datatype; chunkBytes: number; where: string },
): Uint8Array {
  let bytes = packed;
  for (let i = filters.length - 1; i >= 0; i--) {
    if (mask & (1 << i)) continue;
    const { id, parameters } = filters[i]!;
    // A checksum under deflate lengthens what deflate yields.
    const trailer = 4 * filters.slice(0, i).filter((filter) => filter.id === 3).length;
    if (id === 1) bytes = inflateExactly(bytes, chunkBytes + trailer, where, true);
    else if (id === 2) bytes = unshuffle(bytes, parameters[0] ?? type.size);
    else bytes = dropChecksum(bytes, where);
  }
  if (bytes.length !== chunkBytes) throw hdf5Error(where, `chunks of ${chunkBytes} bytes`, bytes.length);
  return bytes;
}

/** Shuffle keeps the first bytes of all elements together, then all second bytes … */
function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const count = size > 0 ? Math.floor(bytes.length / size) : 0;
  out.set(bytes.subarray(count * size), count * size);
  for (let b = 0; b < size; b++) for (let i = 0; i < count; i++) out[i * size + b] = bytes[b * count + i]!;
  return out;
}

/** Fletcher-32 over big-endian 16-bit words, as the library's H5_checksum_fletcher32. */
function dropChecksum(bytes: Uint8Array, where: string): Uint8Array {
  const data = bytes.subarray(0, Math.max(0, bytes.length - 4));
  let sum1 = 0;
  let sum2 = 0;
  for (let i = 0; i < data.length; i += 2) {
    sum1 = (sum1 + data[i]! * 256 + (data[i + 1] ?? 0)) % 65535;
    sum2 = (sum2 + sum1) % 65535;
  }
  const stored = bytes.subarray(data.length);
  const found = new DataView(stored.buffer, stored.byteOffset, stored.length);
  if (stored.length < 4 || found.getUint16(2, true) !== sum2 || found.getUint16(0, true) !== sum1) {
    throw hdf5Error(where, "data that matches its checksum", "damaged data");
  }
  return data;
}

/** Copies the part of a chunk that lies inside the dataset, run by run along the last dimension. */
function copyChunk(
  out: Uint8Array,
  shape: number[],
  chunk: Uint8Array,
  chunkShape: number[],
  offset: number[],
  size: number,
): void {
  const rank = shape.length;
  const last = rank - 1;
  const run = Math.min(chunkShape[last]!, shape[last]! - offset[last]!);
  if (run <= 0) return;
  const rows = countElements(chunkShape.slice(0, last));
  for (let row = 0; row < rows; row++) {
    let rest = row;
    let target = offset[last]!;
    let stride = shape[last]!;
    let inside = true;
    for (let d = last - 1; d >= 0; d--) {
      const index = offset[d]! + (rest % chunkShape[d]!);
      rest = Math.floor(rest / chunkShape[d]!);
      inside &&= index < shape[d]!;
      target += index * stride;
      stride *= shape[d]!;
    }
    const from = row * chunkShape[last]! * size;
    if (inside) out.set(chunk.subarray(from, from + run * size), target * size);
  }
}
