/**
 * HDF5 files put together structure by structure, with every number that says where, how long or how many noted down: so that
 * it can be bent to another and the checksums be put right again.
 */
import { deflateSync } from "node:zlib";
import { lookup3 } from "../../src/formats/hdf5/checksum.js";
import { fletcher32 } from "../../src/formats/hdf5/filters.js";
import type { Dice } from "./mutate.js";

const NOWHERE = 0xffffffffffffffffn;

/** A number in a structure that may be bent. */
interface Field {
  at: number;
  width: number;
}

/** Bytes of one structure, little-endian; `f…` notes the number down as a field. */
export class Piece {
  readonly bytes: number[] = [];
  readonly fields: Field[] = [];

  put(value: number | bigint, width: number): this {
    for (let i = 0, rest = BigInt.asUintN(64, BigInt(value)); i < width; i++, rest >>= 8n) {
      this.bytes.push(Number(rest & 0xffn));
    }
    return this;
  }

  field(value: number | bigint, width: number): this {
    this.fields.push({ at: this.bytes.length, width });
    return this.put(value, width);
  }

  u8(...values: number[]): this {
    for (const value of values) this.put(value, 1);
    return this;
  }

  ascii(text: string): this {
    return this.u8(...Buffer.from(text));
  }

  append(piece: Piece | Uint8Array): this {
    if (piece instanceof Piece) {
      for (const { at, width } of piece.fields) this.fields.push({ at: at + this.bytes.length, width });
      for (const byte of piece.bytes) this.bytes.push(byte);
    } else for (const byte of piece) this.bytes.push(byte);
    return this;
  }

  aligned(): this {
    while (this.bytes.length % 8 !== 0) this.bytes.push(0);
    return this;
  }
}

export interface DatasetPlan {
  name: string;
  shape: number[];
  values: Float32Array;
  layout: "contiguous" | "compact" | "tree" | "single";
  chunk: number[];
  /** Ids of filters, in the order of writing. */
  filters: number[];
}

export interface Plan {
  newer: boolean;
  links: "table" | "compact" | "dense";
  datasets: DatasetPlan[];
  attributes: [string, string, "fixed" | "variable"][];
}

/** A chunk of a dataset: its place, its bytes as stored, and what a test makes of them. */
export interface StoredChunk {
  offset: number[];
  bytes: Uint8Array;
  mask: number;
}

export class Image {
  #bytes = new Piece();
  readonly #seals: { start: number; end: number; at: number }[] = [];

  /** `change` may move chunks about before they are put into the index. */
  constructor(
    plan: Plan,
    private readonly change: (chunks: StoredChunk[], dataset: DatasetPlan) => StoredChunk[] = (chunks) =>
      chunks,
  ) {
    const { newer } = plan;
    this.#bytes.append(new Uint8Array(newer ? 48 : 96));
    const children = plan.datasets.map((d) => [d.name, this.#dataset(d, newer)] as const);
    const messages = this.#links(plan.links, children);
    for (const [name, value, kind] of plan.attributes)
      messages.push([0x0c, this.#attribute(name, value, kind)]);
    const root = this.#header(messages, newer);
    this.#superblock(newer, root);
  }

  /** The file, with the checksums of what it has become. */
  sealed(bytes = Uint8Array.from(this.#bytes.bytes)): Uint8Array {
    const view = new DataView(bytes.buffer);
    for (const { start, end, at } of this.#seals) {
      view.setUint32(at, 0, true);
      // A heap's block has its checksum in its head, and counts it as zero.
      view.setUint32(at, lookup3(bytes.subarray(start, end)), true);
    }
    return bytes;
  }

  /** The file with one to three of its numbers bent: to each other, to zero, to their own place, to the utmost. */
  bent(dice: Dice): Uint8Array {
    const bytes = Uint8Array.from(this.#bytes.bytes);
    const view = new DataView(bytes.buffer);
    const { fields } = this.#bytes;
    const read = ({ at, width }: Field) => {
      let value = 0n;
      for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]!);
      return value;
    };
    for (let times = 1 + dice.roll(3); times > 0; times--) {
      const field = dice.pick(fields);
      const own = read(field);
      let value = dice.pick([
        0n,
        1n,
        BigInt(field.at),
        NOWHERE,
        own + 1n,
        own - 1n,
        own * 2n,
        own + 8n,
        own / 2n,
      ]);
      if (dice.roll(2) === 0) value = read(dice.pick(fields.filter(({ width }) => width === field.width)));
      for (let i = 0; i < field.width; i++) {
        view.setUint8(field.at + i, Number(BigInt.asUintN(64, value) >> BigInt(8 * i)) & 0xff);
      }
    }
    return this.sealed(bytes);
  }

  #place(piece: Piece): number {
    const at = this.#bytes.aligned().bytes.length;
    this.#bytes.append(piece);
    return at;
  }

  #placeSealed(piece: Piece): number {
    const length = piece.bytes.length;
    const start = this.#place(piece.put(0, 4));
    this.#seals.push({ start, end: start + length, at: start + length });
    return start;
  }

  #superblock(newer: boolean, root: number): void {
    const end = this.#bytes.bytes.length;
    const block = new Piece().u8(0x89).ascii("HDF\r\n\x1a\n");
    if (newer) {
      block.u8(2, 8, 8, 0).put(0, 8).put(NOWHERE, 8).field(end, 8).field(root, 8);
      this.#seals.push({ start: 0, end: 44, at: 44 });
    } else {
      block.u8(0, 0, 0, 0, 0, 8, 8, 0).put(32, 2).put(16, 2).put(0, 4);
      block.put(0, 8).put(NOWHERE, 8).field(end, 8).put(NOWHERE, 8).put(0, 8).field(root, 8).put(0, 24);
    }
    this.#bytes.bytes.splice(0, block.bytes.length, ...block.bytes);
    this.#bytes.fields.push(...block.fields);
  }

  #header(messages: [number, Piece][], newer: boolean): number {
    const body = new Piece();
    for (const [type, message] of messages) {
      if (!newer) message.aligned();
      if (newer) body.put(type, 1).field(message.bytes.length, 2).u8(0);
      else body.put(type, 2).field(message.bytes.length, 2).put(0, 4);
      body.append(message);
    }
    if (newer)
      return this.#placeSealed(new Piece().ascii("OHDR").u8(2, 2).field(body.bytes.length, 4).append(body));
    const prefix = new Piece()
      .u8(1, 0)
      .put(messages.length, 2)
      .put(1, 4)
      .field(body.bytes.length, 4)
      .put(0, 4);
    return this.#place(prefix.append(body));
  }

  #dataset(dataset: DatasetPlan, newer: boolean): number {
    const { shape, values, layout, chunk, filters } = dataset;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const at = new Piece();
    if (layout === "compact") at.u8(3, 0).field(bytes.length, 2).append(bytes);
    else if (layout === "contiguous") {
      at.u8(3, 1)
        .field(this.#place(new Piece().append(bytes)), 8)
        .field(bytes.length, 8);
    } else {
      const chunks = this.change(chunksOf(dataset), dataset);
      if (layout === "tree") {
        at.u8(3, 2, shape.length + 1).field(this.#chunkTree(chunks, chunk), 8);
        for (const size of [...chunk, 4]) at.field(size, 4);
      } else {
        at.u8(4, 2, filters.length > 0 ? 2 : 0, shape.length + 1, 4);
        for (const size of [...chunk, 4]) at.field(size, 4);
        at.u8(1);
        if (filters.length > 0) at.field(chunks[0]!.bytes.length, 8).field(chunks[0]!.mask, 4);
        at.field(this.#place(new Piece().append(chunks[0]!.bytes)), 8);
      }
    }
    const space = new Piece().u8(1, shape.length, 0).put(0, 5);
    for (const size of shape) space.field(size, 8);
    const messages: [number, Piece][] = [
      [0x01, space],
      [0x03, floatType()],
      [0x08, at],
    ];
    if (filters.length > 0) messages.push([0x0b, filterMessage(filters)]);
    return this.#header(messages, newer);
  }

  /** Leaves of at most four chunks, and a node above them where there are several. */
  #chunkTree(chunks: StoredChunk[], chunk: number[]): number {
    const key = (piece: Piece, { offset, bytes, mask }: StoredChunk, past = 0) => {
      piece.field(bytes.length, 4).field(mask, 4);
      for (const [d, start] of offset.entries()) piece.field(start + past * chunk[d]!, 8);
      return piece.field(0, 8);
    };
    const head = (level: number, used: number) =>
      new Piece().ascii("TREE").u8(1).field(level, 1).field(used, 2).put(NOWHERE, 8).put(NOWHERE, 8);
    const leaves: { first: StoredChunk; address: number }[] = [];
    const none: StoredChunk = {
      offset: chunk.map(() => 0),
      bytes: new Uint8Array(0),
      mask: 0,
    };
    for (let i = 0; i < chunks.length || i === 0; i += 4) {
      const some = chunks.slice(i, i + 4);
      const leaf = head(0, some.length);
      for (const one of some) key(leaf, one).field(this.#place(new Piece().append(one.bytes)), 8);
      const next = chunks[i + 4];
      if (next) key(leaf, next);
      else key(leaf, some.at(-1) ?? none, 1);
      leaves.push({ first: some[0] ?? none, address: this.#place(leaf.append(new Uint8Array(80 * 64))) });
    }
    if (leaves.length === 1) return leaves[0]!.address;
    const node = head(1, leaves.length);
    for (const { first, address } of leaves) key(node, first).field(address, 8);
    return this.#place(key(node, chunks.at(-1)!, 1).append(new Uint8Array(80 * 64)));
  }

  #links(kind: Plan["links"], children: (readonly [string, number])[]): [number, Piece][] {
    if (kind === "table") return [[0x11, this.#symbolTable(children)]];
    const messages = children.map(([name, address]) => linkMessage(name, address));
    const info = new Piece().u8(0, 0);
    if (kind === "compact") {
      info.put(NOWHERE, 8).put(NOWHERE, 8);
      return [[0x02, info], ...messages.map((m): [number, Piece] => [0x06, m])];
    }
    const { heap, ids } = this.#fractalHeap(messages);
    const records = children.map(([name], i) => ({ hash: lookup3(Buffer.from(name)), id: ids[i]! }));
    const leaf = new Piece().ascii("BTLF").u8(0, 5);
    for (const { hash, id } of records.sort((a, b) => a.hash - b.hash)) leaf.put(hash, 4).append(id);
    const used = leaf.bytes.length;
    const root = this.#place(leaf.append(new Uint8Array(512 - used)));
    this.#seals.push({ start: root, end: root + used, at: root + used });
    const tree = new Piece().ascii("BTHD").u8(0, 5).field(512, 4).field(11, 2).field(0, 2).u8(100, 40);
    tree.field(root, 8).field(records.length, 2).field(records.length, 8);
    return [[0x02, info.field(heap, 8).field(this.#placeSealed(tree), 8)]];
  }

  #symbolTable(children: (readonly [string, number])[]): Piece {
    const names = new Piece().put(0, 8);
    const entries = [...children]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, address]) => {
        const offset = names.bytes.length;
        names.ascii(`${name}\0`).aligned();
        return { offset, address };
      });
    const size = names.bytes.length;
    const segment = this.#place(names);
    const heap = this.#place(new Piece().ascii("HEAP").put(0, 4).field(size, 8).put(1, 8).field(segment, 8));
    const node = new Piece().ascii("SNOD").u8(1, 0).field(entries.length, 2);
    for (const { offset, address } of entries) node.field(offset, 8).field(address, 8).field(0, 4).put(0, 20);
    const symbols = this.#place(node.append(new Uint8Array(40 * 64 - 40 * entries.length)));
    const tree = new Piece().ascii("TREE").u8(0).field(0, 1).field(1, 2).put(NOWHERE, 8).put(NOWHERE, 8);
    tree
      .put(0, 8)
      .field(symbols, 8)
      .put(entries.at(-1)?.offset ?? 0, 8);
    const address = this.#place(tree.append(new Uint8Array(16 * 32)));
    return new Piece().field(address, 8).field(heap, 8);
  }

  /** One block of objects behind its head. */
  #fractalHeap(objects: Piece[]): { heap: number; ids: Piece[] } {
    const block = new Piece().ascii("FHDB").u8(0);
    const owner = block.bytes.length;
    block.put(0, 8).field(0, 4).put(0, 4);
    const ids = objects.map((object) => {
      const id = new Piece().u8(0).field(block.bytes.length, 4).field(object.bytes.length, 2);
      block.append(object);
      return id;
    });
    const size = 2048;
    const root = this.#place(block.append(new Uint8Array(size - block.bytes.length)));
    const head = new Piece()
      .ascii("FRHP")
      .u8(0)
      .field(7, 2)
      .put(0, 2)
      .u8(2)
      .field(4096, 4)
      .put(0, 8)
      .put(NOWHERE, 8);
    head.put(0, 8).put(NOWHERE, 8).put(size, 8).put(size, 8).put(size, 8).put(objects.length, 8).put(0, 32);
    head.field(4, 2).field(size, 8).field(65536, 8).field(32, 2).put(1, 2).field(root, 8).field(0, 2);
    const heap = this.#placeSealed(head);
    for (let i = 0; i < 8; i++)
      this.#bytes.bytes[root + owner + i] = i < 6 ? Math.floor(heap / 256 ** i) % 256 : 0;
    this.#seals.push({ start: root, end: root + size, at: root + owner + 12 });
    return { heap, ids };
  }

  #attribute(name: string, value: string, kind: "fixed" | "variable"): Piece {
    const text = Buffer.from(value);
    const named = new Piece().ascii(`${name}\0`);
    const type = new Piece();
    const data = new Piece();
    if (kind === "fixed") {
      type.u8(0x13, 0, 0, 0).field(text.length, 4);
      data.append(text);
    } else {
      type.u8(0x19, 1, 0, 0).field(16, 4).u8(0x10, 0, 0, 0).put(1, 4).put(0, 2).put(8, 2);
      const collection = new Piece()
        .ascii("GCOL")
        .u8(1, 0, 0, 0)
        .field(4096, 8)
        .field(1, 2)
        .put(1, 2)
        .put(0, 4);
      collection.field(text.length, 8).append(text).aligned();
      collection.put(0, 8).field(4096 - collection.bytes.length - 8, 8);
      const address = this.#place(collection.append(new Uint8Array(4096 - collection.bytes.length)));
      data.field(text.length, 4).field(address, 8).field(1, 4);
    }
    const space = new Piece().u8(1, 0, 0).put(0, 5);
    const head = new Piece().u8(1, 0);
    for (const part of [named, type, space]) head.field(part.bytes.length, 2);
    return head.append(named.aligned()).append(type.aligned()).append(space.aligned()).append(data);
  }
}

function linkMessage(name: string, address: number): Piece {
  return new Piece().u8(1, 0).field(name.length, 1).ascii(name).field(address, 8);
}

function floatType(): Piece {
  const type = new Piece().u8(0x11).field(0x20, 1).field(31, 1).u8(0).field(4, 4).field(0, 2).field(32, 2);
  return type.field(23, 1).field(8, 1).field(0, 1).field(23, 1).field(127, 4);
}

function filterMessage(filters: number[]): Piece {
  const message = new Piece().u8(2).field(filters.length, 1);
  for (const id of filters) {
    message
      .field(id, 2)
      .put(0, 2)
      .field(id === 3 ? 0 : 1, 2);
    if (id !== 3) message.field(id === 2 ? 4 : 6, 4);
  }
  return message;
}

/** The chunks of a dataset in the order of their offsets, each gone through the filters. */
export function chunksOf({ shape, values, chunk, filters }: DatasetPlan): StoredChunk[] {
  const grid = shape.map((size, d) => Math.ceil(size / chunk[d]!));
  const many = (sizes: number[]) => sizes.reduce((product, size) => product * size, 1);
  const unravel = (index: number, sizes: number[]) => {
    const out = sizes.map(() => 0);
    for (let d = sizes.length - 1; d >= 0; d--) {
      out[d] = index % sizes[d]!;
      index = Math.floor(index / sizes[d]!);
    }
    return out;
  };
  return Array.from({ length: many(grid) }, (_, i) => {
    const offset = unravel(i, grid).map((place, d) => place * chunk[d]!);
    const data = Float32Array.from({ length: many(chunk) }, (_, j) => {
      const at = unravel(j, chunk).map((index, d) => index + offset[d]!);
      if (at.some((index, d) => index >= shape[d]!)) return 0;
      return values[at.reduce((sum, index, d) => sum * shape[d]! + index, 0)]!;
    });
    return { offset, bytes: filters.reduce(filtered, new Uint8Array(data.buffer)), mask: 0 };
  });
}

function filtered(bytes: Uint8Array, id: number): Uint8Array {
  if (id === 1) return deflateSync(bytes);
  if (id === 3) {
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(fletcher32(bytes));
    return Buffer.concat([bytes, sum]);
  }
  const count = bytes.length >> 2;
  const out = Uint8Array.from(bytes);
  for (let i = 0; i < 4 * count; i++) out[(i % 4) * count + (i >> 2)] = bytes[i]!;
  return out;
}

/** A file of a few small datasets and attributes, in one of the format's many ways. */
export function somePlan(dice: Dice): Plan {
  const datasets = Array.from({ length: 1 + dice.roll(4) }, (_, i): DatasetPlan => {
    const layout = dice.pick(["contiguous", "compact", "tree", "tree", "single"] as const);
    const shape = dice.roll(3) === 0 ? [1 + dice.roll(40)] : [1 + dice.roll(9), 1 + dice.roll(9)];
    const chunk = shape.map((size) => (layout === "single" ? size : 1 + dice.roll(size)));
    const chunked = layout === "tree" || layout === "single";
    const filters = chunked ? dice.pick([[], [], [1], [2, 1], [3], [2, 1, 3], [3, 1]]) : [];
    const length = shape.reduce((product, size) => product * size, 1);
    const values = Float32Array.from({ length }, (_, j) => 1000 * (i + 1) + j);
    return { name: `d${i}`, shape, values, layout, chunk, filters };
  });
  return {
    newer: dice.roll(2) === 0,
    links: dice.pick(["table", "compact", "dense"]),
    datasets,
    attributes: [
      ["first", "some text", "fixed"],
      ["second", "other text, of any length", "variable"],
    ],
  };
}
