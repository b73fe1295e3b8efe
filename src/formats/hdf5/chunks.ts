/** Datasets stored in pieces: where each chunk belongs is checked, so that every element is written exactly once. */
import { type Cursor, hdf5Error, type Source } from "./bytes.js";
import { type Filter, unfilter } from "./filters.js";
import { countElements } from "./headers.js";
import { type Keys, walkFirst } from "./trees.js";

export interface ChunkLayout {
  /** Elements of a chunk along each dimension. */
  shape: number[];
  elementSize: number;
  /** A tree of chunks, or the only chunk there is: with its own size where it went through filters. */
  index: "tree" | "single";
  address: number | undefined;
  single?: { size: number; mask: number } | undefined;
}

interface ChunkKey {
  /** Bytes in the file. */
  size: number;
  /** Filters left out, one bit each. */
  mask: number;
  /** Of its first element, along each dimension. */
  offset: number[];
  /** Within that element: 0. */
  within: number;
}

/** Layout version 3: a version 1 tree. */
export function readTreeLayout(body: Cursor, rank: number, where: string): ChunkLayout {
  if (body.u8() !== rank + 1) throw hdf5Error(where, `chunks of ${rank} dimensions`, "others");
  const address = body.address();
  const shape = Array.from({ length: rank }, () => body.u32());
  return { shape, elementSize: body.u32(), index: "tree", address };
}

/** Layout version 4 has five kinds of chunk index; the one for a single chunk is read. */
export function readSingleLayout(body: Cursor, rank: number, where: string): ChunkLayout {
  const flags = body.u8();
  if (body.u8() !== rank + 1) throw hdf5Error(where, `chunks of ${rank} dimensions`, "others");
  const bytes = body.u8();
  const shape = Array.from({ length: rank }, () => body.unsigned(bytes));
  const elementSize = body.unsigned(bytes);
  if (body.u8() !== 1) {
    const received = "chunks indexed in a newer way";
    throw hdf5Error(where, "contiguous data", received, "Rewrite it: h5repack -l CONTI.");
  }
  if ((flags & ~2) !== 0) throw hdf5Error(where, "chunks that are all packed alike", `flags ${flags}`);
  const single = flags & 2 ? { size: body.u64(), mask: body.u32() } : undefined;
  return { shape, elementSize, index: "single", address: body.address(), single };
}

/** The bytes of a dataset of `shape`, the first index slowest. */
export function readChunked(
  source: Source,
  { shape, chunks, filters }: { shape: readonly number[]; chunks: ChunkLayout; filters: readonly Filter[] },
  where: string,
): Uint8Array {
  const chunkBytes = countElements(chunks.shape) * chunks.elementSize;
  if (!(chunkBytes > 0 && chunkBytes < 2 ** 32 && shape.length > 0)) {
    throw hdf5Error(where, "chunks of some size, below 4 GB", chunkBytes);
  }
  if ((chunks.single !== undefined) !== (chunks.index === "single" && filters.length > 0)) {
    throw hdf5Error(where, "a size for its only chunk if there are filters", "another layout");
  }
  const declared = countElements(shape) * chunks.elementSize;
  const grid = shape.map((size, d) => Math.ceil(size / chunks.shape[d]!));
  const wanted = countElements(grid);
  // The dataset, a mark for each chunk, and a chunk on its way through the filters.
  source.work.hold(declared + wanted + (filters.length > 0 ? 2 * chunkBytes : 0), where);
  const out = new Uint8Array(declared);
  const placed = new Uint8Array(wanted);
  let found = 0;
  for (const { address, size, mask, offset } of storedChunks(source, chunks, chunkBytes, where)) {
    const place = placeOf(offset, grid, chunks.shape);
    if (place === undefined || placed[place] === 1) {
      const received = `${place === undefined ? "one" : "another"} at (${offset.join(", ")})`;
      throw hdf5Error(
        where,
        `each chunk of ${show(chunks.shape)} in its own place of ${show(shape)}`,
        received,
      );
    }
    placed[place] = 1;
    found++;
    const packed = source.cursor(address, size, where).take(size);
    const chunk = unfilter(source, packed, filters, { mask, size: chunkBytes, where });
    copyChunk(
      source,
      { out, shape, chunk, chunkShape: chunks.shape, offset, size: chunks.elementSize },
      where,
    );
  }
  if (found !== wanted) throw hdf5Error(where, `${wanted} chunks for its shape ${show(shape)}`, found);
  return out;
}

/** Which place of the grid an offset is, counted as elements are; undefined where it is none. */
function placeOf(offset: number[], grid: number[], chunkShape: number[]): number | undefined {
  let place = 0;
  for (let d = 0; d < grid.length; d++) {
    const index = offset[d]! / chunkShape[d]!;
    if (!(Number.isInteger(index) && index < grid[d]!)) return undefined;
    place = place * grid[d]! + index;
  }
  return place;
}

export function show(shape: readonly number[]): string {
  return `(${shape.join(", ")})`;
}

function* storedChunks(
  source: Source,
  { shape, index, address, single }: ChunkLayout,
  chunkBytes: number,
  where: string,
): Generator<Omit<ChunkKey, "within"> & { address: number }> {
  if (address === undefined) return;
  if (index === "single") {
    yield { address, ...(single ?? { size: chunkBytes, mask: 0 }), offset: shape.map(() => 0) };
    return;
  }
  for (const { key, child } of walkFirst(source, address, chunkKeys(shape.length), where)) {
    if (key.within !== 0)
      throw hdf5Error(where, "chunks of whole elements", `one at byte ${key.within} of one`);
    yield { ...key, address: child };
  }
}

/** Entries are in the order of their offsets. */
function chunkKeys(rank: number): Keys<ChunkKey> {
  return {
    kind: 1,
    bytes: 8 + 8 * (rank + 1),
    read: (cursor) => ({
      size: cursor.u32(),
      mask: cursor.u32(),
      offset: Array.from({ length: rank }, () => cursor.u64()),
      within: cursor.u64(),
    }),
    after(one, other) {
      const d = one.offset.findIndex((start, i) => start !== other.offset[i]);
      return d >= 0 && one.offset[d]! > other.offset[d]!;
    },
  };
}

interface Copy {
  out: Uint8Array;
  shape: readonly number[];
  chunk: Uint8Array;
  chunkShape: readonly number[];
  offset: readonly number[];
  /** Bytes of an element. */
  size: number;
}

/** Copies the part of a chunk that lies inside the dataset, run by run along the last dimension. */
function copyChunk(
  source: Source,
  { out, shape, chunk, chunkShape, offset, size }: Copy,
  where: string,
): void {
  const last = shape.length - 1;
  const inside = shape.map((extent, d) => Math.min(chunkShape[d]!, extent - offset[d]!));
  const rows = countElements(inside.slice(0, last));
  source.work.spend(rows * 50 + chunk.length, where);
  for (let row = 0; row < rows; row++) {
    let rest = row;
    let [from, to] = [0, offset[last]!];
    let [chunkStride, stride] = [chunkShape[last]!, shape[last]!];
    for (let d = last - 1; d >= 0; d--) {
      const index = rest % inside[d]!;
      rest = Math.floor(rest / inside[d]!);
      from += index * chunkStride;
      to += (offset[d]! + index) * stride;
      chunkStride *= chunkShape[d]!;
      stride *= shape[d]!;
    }
    out.set(chunk.subarray(from * size, (from + inside[last]!) * size), to * size);
  }
}
