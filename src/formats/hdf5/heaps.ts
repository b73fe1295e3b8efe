/** Heaps (specification III.D–F): where names, strings and densely stored links and attributes lie. */
import { type Cursor, decodeText, hdf5Error, type Source } from "./bytes.js";
import { lookup3 } from "./checksum.js";
import { verifyChecksum } from "./headers.js";
import { RECORDS, walkSecond } from "./trees.js";

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
    source.value(end - offset, where);
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
      this.source.work.spend(200, where);
      this.source.work.hold(200, where);
      if (objects.has(index)) throw hdf5Error(where, "a heap object of each number", `two of ${index}`);
      objects.set(index, body.take(size));
      body.skip(Math.min((8 - (size % 8)) % 8, body.left));
    }
    return objects;
  }
}

/** A fractal heap, which holds the links of large groups and large attributes in files of the newer format. */
interface FractalHeap {
  address: number;
  /** Blocks of objects carry a checksum. */
  checked: boolean;
  width: number;
  firstBlock: number;
  mostDirect: number;
  offsetBytes: number;
  lengthBytes: number;
  root: number;
  rows: number;
  huge: number | undefined;
  /** Blocks whose checksums were seen to match. */
  verified: Set<number>;
}

/** A block and where it begins in the heap's own address space. */
interface Block {
  address: number;
  start: number;
}

/** Opens the heap at `address`; the function returned finds an object by its heap identifier. */
export function openFractalHeap(source: Source, address: number, where: string): (id: Cursor) => Cursor {
  const heap = readFractalHeap(source, address, where);
  let huge: Map<number, Cursor> | undefined;
  return (id) => {
    source.work.spend(500, where);
    const flags = id.u8();
    const kind = (flags >> 4) & 3;
    if (flags >> 6 === 0 && kind === 0) {
      return findManaged(source, heap, id.unsigned(heap.offsetBytes), id.unsigned(heap.lengthBytes), where);
    }
    if (kind === 1) {
      huge ??= readHuge(source, heap, where);
      const number = id.unsigned(Math.min(8, id.left));
      const found = huge.get(number);
      if (found) return found.within(found.left);
      throw hdf5Error(where, "an object inside its heap", `huge object ${number}`);
    }
    if (kind === 2) return id.within((flags & 0x0f) + 1);
    throw hdf5Error(where, "a heap object of a known kind", kind);
  };
}

function readFractalHeap(source: Source, address: number, where: string): FractalHeap {
  const header = source.from(address, where);
  header.signature("FRHP");
  header.skip(1 + 2);
  const filterBytes = header.u16();
  const checked = (header.u8() & 2) !== 0;
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
  const doubling = [width, firstBlock, mostDirect].every((size) => Number.isInteger(Math.log2(size)));
  const sound = doubling && mostDirect >= firstBlock && mostDirect <= 2 ** 31 && heapBits <= 64;
  if (filterBytes !== 0 || !sound)
    throw hdf5Error(where, "a plain fractal heap", "a filtered or damaged one");
  const lengthBytes = Math.min(bytesOfBits(Math.log2(mostDirect)), bytesOfBits(Math.log2(mostManaged)));
  const offsetBytes = Math.ceil(heapBits / 8);
  const sizes = { width, firstBlock, mostDirect, offsetBytes, lengthBytes };
  return { address, checked, ...sizes, root, rows, huge, verified: new Set() };
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
  const inside = (block: Block, size: number) =>
    inDirectBlock(source, heap, block, size, where, offset, length);
  const root = { address: heap.root, start: 0 };
  if (heap.rows === 0) return inside(root, heap.firstBlock);
  let block = { ...root, rows: heap.rows };
  for (let depth = 0; depth < 16; depth++) {
    const child = childOf(source, heap, block, offset, where);
    if (child.size <= heap.mostDirect) return inside(child, child.size);
    const rows = Math.log2(child.size) - Math.log2(heap.firstBlock * heap.width) + 1;
    block = { address: child.address, rows, start: child.start };
  }
  throw hdf5Error(where, "a heap of bearable depth", "a deeper one");
}

/** The entry of an indirect block under which an offset falls. Rows 0 and 1 have the first size, then sizes double. */
function childOf(
  source: Source,
  heap: FractalHeap,
  block: Block & { rows: number },
  offset: number,
  where: string,
): Block & { size: number } {
  let start = block.start;
  for (let row = 0; row < block.rows; row++) {
    const size = heap.firstBlock * 2 ** Math.max(0, row - 1);
    if (offset < start + size * heap.width) {
      const column = Math.floor((offset - start) / size);
      const entries = openBlock(source, heap, block, "FHIB", where);
      const end = entries.at + 8 * block.rows * heap.width;
      if (!heap.verified.has(block.address)) verifyChecksum(source, block.address, end, where);
      heap.verified.add(block.address);
      entries.skip(8 * (row * heap.width + column));
      return { address: entries.address() ?? Infinity, size, start: start + column * size };
    }
    start += size * heap.width;
  }
  throw hdf5Error(where, "an object inside its heap", `offset ${offset}`);
}

/** A cursor behind the head of a block, which says whose block it is and where it begins. */
function openBlock(source: Source, heap: FractalHeap, block: Block, letters: string, where: string): Cursor {
  const cursor = source.from(block.address, where);
  cursor.signature(letters);
  cursor.skip(1);
  const owner = cursor.address();
  const start = cursor.unsigned(heap.offsetBytes);
  if (owner === heap.address && start === block.start) return cursor;
  throw hdf5Error(where, `the heap's block of offset ${block.start}`, `another, of offset ${start}`);
}

/** Offsets count from the block's beginning, its own header included. */
function inDirectBlock(
  source: Source,
  heap: FractalHeap,
  { address, start }: Block,
  size: number,
  where: string,
  offset: number,
  length: number,
): Cursor {
  const block = source.cursor(address, size, where);
  const head = openBlock(source, heap, { address, start }, "FHDB", where);
  if (heap.checked && !heap.verified.has(address)) {
    source.work.spend(3 * size, where);
    const zeroed = Uint8Array.from(source.bytes.subarray(address, address + size));
    const stored = head.u32();
    zeroed.fill(0, head.at - 4 - address, head.at - address);
    if (lookup3(zeroed) !== stored) {
      throw hdf5Error(where, "a structure that matches its checksum", "a damaged one");
    }
    heap.verified.add(address);
  }
  block.skip(offset - start);
  return block.within(length);
}

/** Objects too large for blocks, by number: a tree of their own has address, length and number of each. */
function readHuge(source: Source, heap: FractalHeap, where: string): Map<number, Cursor> {
  const found = new Map<number, Cursor>();
  if (heap.huge === undefined) return found;
  for (const record of walkSecond(source, heap.huge, RECORDS.hugeObjects, where)) {
    source.work.hold(200, where);
    const address = record.address() ?? Infinity;
    const length = record.u64();
    found.set(record.u64(), source.cursor(address, length, where));
  }
  return found;
}
