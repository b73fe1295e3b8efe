/** Heaps (specification III.D–F): where names, strings and densely stored links and attributes lie. */
import { type Cursor, decodeText, hdf5Error, type Source } from "./bytes.js";
import { verifyChecksum } from "./headers.js";
import { walkSecond } from "./trees.js";

/** A local heap: NUL-terminated names at offsets. */
export function openLocalHeap(source: Source, address: number, where: string): (offset: number) => string {
  const header = source.from(address, where);
  header.signature("HEAP");
  header.skip(4);
  const size = header.u64();
  header.skip(8);
  const data = source.cursor(header.address() ?? Infinity, size, where).take(size);
  return (offset) => {
    const end = data.indexOf(0, offset);
    if (!(offset < size) || end < 0) throw hdf5Error(where, "a name inside its heap", `offset ${offset}`);
    return decodeText(data.subarray(offset, end));
  };
}

/** The objects of global heap collections, each collection indexed once. */
export class GlobalHeap {
  readonly #collections = new Map<number, Map<number, Uint8Array>>();

  constructor(private readonly source: Source) {}

  object(address: number, index: number, where: string): Uint8Array {
    let objects = this.#collections.get(address);
    if (!objects) {
      objects = this.#index(address, where);
      this.#collections.set(address, objects);
    }
    const found = objects.get(index);
    if (!found) throw hdf5Error(where, "a string inside its heap", `object ${index} of byte ${address}`);
    return found;
  }

  #index(address: number, where: string): Map<number, Uint8Array> {
    const header = this.source.from(address, where);
    header.signature("GCOL");
    header.skip(4);
    const objects = new Map<number, Uint8Array>();
    const body = header.within(header.u64() - 16);
    while (body.left >= 16) {
      const index = body.u16();
      body.skip(6);
      const size = body.u64();
      if (index === 0) break;
      objects.set(index, body.take(size));
      body.skip(Math.min((8 - (size % 8)) % 8, body.left));
    }
    return objects;
  }
}

/** A fractal heap, which holds the links of large groups and large attributes in files of the newer format. */
interface FractalHeap {
  flags: number;
  width: number;
  firstBlock: number;
  mostDirect: number;
  offsetBytes: number;
  lengthBytes: number;
  root: number;
  rows: number;
  huge: number | undefined;
}

/** Opens the heap at `address`; the function returned finds an object by its heap identifier. */
export function openFractalHeap(source: Source, address: number, where: string): (id: Cursor) => Cursor {
  const heap = readFractalHeap(source, address, where);
  return (id) => {
    const flags = id.u8();
    const kind = (flags >> 4) & 3;
    if (flags >> 6 === 0 && kind === 0) {
      return findManaged(source, heap, id.unsigned(heap.offsetBytes), id.unsigned(heap.lengthBytes), where);
    }
    if (kind === 1) return findHuge(source, heap, id, where);
    if (kind === 2) return id.within((flags & 0x0f) + 1);
    throw hdf5Error(where, "a heap object of a known kind", kind);
  };
}

function readFractalHeap(source: Source, address: number, where: string): FractalHeap {
  const header = source.from(address, where);
  header.signature("FRHP");
  header.skip(1 + 2);
  const filterBytes = header.u16();
  const flags = header.u8();
  const mostManaged = header.u32();
  header.skip(8);
  const huge = header.address();
  header.skip(8 + 8 + 8 + 8 + 8 + 8 + 8 + 8 + 8 + 8);
  const width = header.u16();
  const firstBlock = header.u64();
  const mostDirect = header.u64();
  const heapBits = header.u16();
  header.skip(2);
  const root = header.address() ?? Infinity;
  const rows = header.u16();
  verifyChecksum(source, address, header.at, where);
  const sound =
    width > 0 && firstBlock > 0 && mostDirect >= firstBlock && mostDirect <= 2 ** 31 && heapBits <= 64;
  if (filterBytes !== 0 || !sound)
    throw hdf5Error(where, "a plain fractal heap", "a filtered or damaged one");
  const lengthBytes = Math.min(bytesOfBits(Math.log2(mostDirect)), bytesOfBits(Math.log2(mostManaged)));
  const offsetBytes = Math.ceil(heapBits / 8);
  return { flags, width, firstBlock, mostDirect, offsetBytes, lengthBytes, root, rows, huge };
}

function bytesOfBits(bits: number): number {
  return Math.floor((Math.floor(bits) + 7) / 8);
}

/** Objects by offset in the heap's address space, down through indirect blocks to the direct block that holds it. */
function findManaged(
  source: Source,
  heap: FractalHeap,
  offset: number,
  length: number,
  where: string,
): Cursor {
  if (heap.rows === 0) return inDirectBlock(source, heap.root, heap.firstBlock, offset, length, where);
  let block = { address: heap.root, rows: heap.rows, start: 0 };
  for (let depth = 0; depth < 16; depth++) {
    const child = childOf(source, heap, block, offset, where);
    if (child.size <= heap.mostDirect) {
      return inDirectBlock(source, child.address, child.size, offset - child.start, length, where);
    }
    const rows = Math.log2(child.size) - Math.log2(heap.firstBlock * heap.width) + 1;
    block = { address: child.address, rows, start: child.start };
  }
  throw hdf5Error(where, "a heap of bearable depth", "a deeper one");
}

/** The entry of an indirect block under which an offset falls. Rows 0 and 1 have the first size, then sizes double. */
function childOf(
  source: Source,
  heap: FractalHeap,
  block: { address: number; rows: number; start: number },
  offset: number,
  where: string,
): { address: number; size: number; start: number } {
  let start = block.start;
  for (let row = 0; row < block.rows; row++) {
    const size = heap.firstBlock * 2 ** Math.max(0, row - 1);
    if (offset < start + size * heap.width) {
      const column = Math.floor((offset - start) / size);
      const entries = source.from(block.address, where);
      entries.signature("FHIB");
      entries.skip(1 + 8 + heap.offsetBytes + 8 * (row * heap.width + column));
      return { address: entries.address() ?? Infinity, size, start: start + column * size };
    }
    start += size * heap.width;
  }
  throw hdf5Error(where, "an object inside its heap", `offset ${offset}`);
}

/** Offsets count from the block's beginning, its own header included. */
function inDirectBlock(
  source: Source,
  address: number,
  size: number,
  offset: number,
  length: number,
  where: string,
): Cursor {
  const block = source.cursor(address, size, where);
  block.signature("FHDB");
  block.skip(offset - 4);
  return block.within(length);
}

/** Objects too large for blocks: address and length by identifier, in a tree of their own. */
function findHuge(source: Source, heap: FractalHeap, id: Cursor, where: string): Cursor {
  const wanted = id.unsigned(Math.min(8, id.left));
  if (heap.huge === undefined) throw hdf5Error(where, "an object inside its heap", `huge object ${wanted}`);
  for (const record of walkSecond(source, heap.huge, where)) {
    const address = record.address() ?? Infinity;
    const length = record.u64();
    if (record.u64() === wanted) return source.cursor(address, length, where);
  }
  throw hdf5Error(where, "an object inside its heap", `huge object ${wanted}`);
}
