/**
 * Writes HDF5 files of groups, contiguous datasets and attributes, in the format of HDF5 1.8 (superblock 2), which
 * h5py and every library since 2008 read. No times are recorded: the same tree gives the same bytes.
 */
import { lookup3 } from "./checksum.js";

export interface Hdf5GroupInput {
  attributes?: ReadonlyMap<string, Hdf5AttributeInput>;
  children: ReadonlyMap<string, Hdf5GroupInput | Hdf5DatasetInput>;
}

/** A string is written at any length; a list of strings as fixed-length ones, as NumPy would. */
export type Hdf5AttributeInput = string | readonly string[];

export interface Hdf5DatasetInput {
  shape: readonly number[];
  data: Float32Array | Float64Array | Int32Array | BigInt64Array;
}

const UNDEFINED_ADDRESS = 0xffffffffffffffffn;
const SUPERBLOCK_BYTES = 48;

/** The whole file. */
export function writeHdf5(root: Hdf5GroupInput): Uint8Array {
  const file = new Layout();
  const texts = new TextHeap();
  collectTexts(root, texts);
  texts.address = file.place(texts.bytes());
  const rootAddress = writeGroup(file, texts, root);
  file.placeAt(0, superblock(file.end, rootAddress));
  return file.bytes();
}

/** Bytes being put together, little-endian. */
class Writer {
  readonly #parts: number[] = [];

  u8(...values: number[]): this {
    for (const value of values) this.#parts.push(value & 0xff);
    return this;
  }

  unsigned(value: number | bigint, size: number): this {
    let rest = BigInt(value);
    for (let i = 0; i < size; i++) {
      this.#parts.push(Number(rest & 0xffn));
      rest >>= 8n;
    }
    return this;
  }

  u16(value: number): this {
    return this.unsigned(value, 2);
  }

  u32(value: number): this {
    return this.unsigned(value, 4);
  }

  u64(value: number | bigint): this {
    return this.unsigned(value, 8);
  }

  append(bytes: Uint8Array): this {
    for (const byte of bytes) this.#parts.push(byte);
    return this;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#parts);
  }

  /** The bytes so far, with their checksum after them. */
  sealed(): Uint8Array {
    return this.u32(lookup3(this.bytes())).bytes();
  }
}

/** Where each piece of the file goes; pieces begin at multiples of eight, after the superblock. */
class Layout {
  readonly #pieces: { at: number; bytes: Uint8Array }[] = [];
  end = SUPERBLOCK_BYTES;

  place(bytes: Uint8Array): number {
    const at = Math.ceil(this.end / 8) * 8;
    this.placeAt(at, bytes);
    this.end = at + bytes.length;
    return at;
  }

  placeAt(at: number, bytes: Uint8Array): void {
    this.#pieces.push({ at, bytes });
  }

  bytes(): Uint8Array {
    const out = new Uint8Array(this.end);
    for (const { at, bytes } of this.#pieces) out.set(bytes, at);
    return out;
  }
}

/** One global heap collection that holds every string attribute. */
class TextHeap {
  readonly #texts: Uint8Array[] = [];
  readonly #indices = new Map<string, number>();
  address = 0;

  add(text: string): void {
    if (this.#indices.has(text)) return;
    this.#texts.push(new TextEncoder().encode(text));
    this.#indices.set(text, this.#texts.length);
  }

  /** A variable-length element: length, collection, index. */
  reference(text: string): Uint8Array {
    const index = this.#indices.get(text)!;
    return new Writer()
      .u32(this.#texts[index - 1]!.length)
      .u64(this.address)
      .u32(index)
      .bytes();
  }

  bytes(): Uint8Array {
    const objects = new Writer();
    let used = 16;
    for (const [i, text] of this.#texts.entries()) {
      const padding = (8 - (text.length % 8)) % 8;
      objects
        .u16(i + 1)
        .u16(1)
        .u32(0)
        .u64(text.length)
        .append(text)
        .append(new Uint8Array(padding));
      used += 16 + text.length + padding;
    }
    // The library takes no collection under 4096 bytes, and wants what is left marked as free.
    const size = Math.max(4096, used + 16);
    objects
      .u16(0)
      .u16(0)
      .u32(0)
      .u64(size - used)
      .append(new Uint8Array(size - used - 16));
    return new Writer().append(ascii("GCOL")).u8(1, 0, 0, 0).u64(size).append(objects.bytes()).bytes();
  }
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function collectTexts(group: Hdf5GroupInput, texts: TextHeap): void {
  for (const value of group.attributes?.values() ?? []) if (typeof value === "string") texts.add(value);
  for (const child of group.children.values()) if ("children" in child) collectTexts(child, texts);
}

/** Children first, so that their addresses are known; the group's own header after them. */
function writeGroup(file: Layout, texts: TextHeap, group: Hdf5GroupInput): number {
  const links = [...group.children].map(([name, child]) => {
    const address = "children" in child ? writeGroup(file, texts, child) : writeDataset(file, child);
    return linkMessage(name, address);
  });
  const linkInfo = message(0x02, new Writer().u8(0, 0).u64(UNDEFINED_ADDRESS).u64(UNDEFINED_ADDRESS));
  const groupInfo = message(0x0a, new Writer().u8(0, 0));
  const attributes = [...(group.attributes ?? [])].map(([name, value]) =>
    attributeMessage(name, value, texts),
  );
  return file.place(objectHeader([linkInfo, groupInfo, ...links, ...attributes]));
}

function writeDataset(file: Layout, { shape, data }: Hdf5DatasetInput): number {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const address = bytes.length > 0 ? file.place(bytes) : UNDEFINED_ADDRESS;
  return file.place(
    objectHeader([
      message(0x01, new Writer().append(dataspace(shape))),
      message(0x03, new Writer().append(numberType(data))),
      // Fill value, version 3: allocated late, written if set, none set.
      message(0x05, new Writer().u8(3, 0x0a)),
      message(0x08, new Writer().u8(3, 1).u64(address).u64(bytes.length)),
    ]),
  );
}

function superblock(end: number, root: number): Uint8Array {
  const signature = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
  return new Writer()
    .append(signature)
    .u8(2, 8, 8, 0)
    .u64(0)
    .u64(UNDEFINED_ADDRESS)
    .u64(end)
    .u64(root)
    .sealed();
}

/** An object header, version 2, in one block whose length takes four bytes. */
function objectHeader(messages: Uint8Array[]): Uint8Array {
  const length = messages.reduce((sum, bytes) => sum + bytes.length, 0);
  const header = new Writer().append(ascii("OHDR")).u8(2, 2).u32(length);
  for (const bytes of messages) header.append(bytes);
  return header.sealed();
}

function message(type: number, body: Writer): Uint8Array {
  const bytes = body.bytes();
  return new Writer().u8(type).u16(bytes.length).u8(0).append(bytes).bytes();
}

function linkMessage(name: string, address: number): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  // Flags: the name's length takes two bytes, its character set is stated (UTF-8).
  return message(0x06, new Writer().u8(1, 0x11, 1).u16(bytes.length).append(bytes).u64(address));
}

function attributeMessage(name: string, value: Hdf5AttributeInput, texts: TextHeap): Uint8Array {
  const bytes = new TextEncoder().encode(`${name}\0`);
  const { type, space, data } = typeof value === "string" ? variableText(value, texts) : fixedTexts(value);
  const body = new Writer().u8(3, 0).u16(bytes.length).u16(type.length).u16(space.length).u8(1);
  return message(0x0c, body.append(bytes).append(type).append(space).append(data));
}

function variableText(value: string, texts: TextHeap) {
  const character = textType(1, 1);
  const type = new Writer().u8(0x19, 1, 1, 0).u32(16).append(character).bytes();
  return { type, space: dataspace([]), data: texts.reference(value) };
}

function fixedTexts(values: readonly string[]) {
  const encoded = values.map((value) => new TextEncoder().encode(value));
  const size = encoded.reduce((most, bytes) => Math.max(most, bytes.length), 1);
  const data = new Uint8Array(size * values.length);
  for (const [i, bytes] of encoded.entries()) data.set(bytes, i * size);
  return { type: textType(size, 0), space: dataspace([values.length]), data };
}

/** Dataspace, version 2: simple, or scalar for a rank of zero. */
function dataspace(shape: readonly number[]): Uint8Array {
  const body = new Writer().u8(2, shape.length, 0, shape.length > 0 ? 1 : 0);
  for (const size of shape) body.u64(size);
  return body.bytes();
}

/** NUL-padded text; character set 0 is ASCII (as NumPy's bytes), 1 UTF-8. */
function textType(size: number, characterSet: 0 | 1): Uint8Array {
  const padding = characterSet === 0 ? 1 : 0;
  return new Writer()
    .u8(0x13, (characterSet << 4) | padding, 0, 0)
    .u32(size)
    .bytes();
}

/** Little-endian IEEE floats and two's complement integers. */
function numberType(data: Hdf5DatasetInput["data"]): Uint8Array {
  const size = data.BYTES_PER_ELEMENT;
  const type = new Writer();
  if (data instanceof Float32Array) {
    return type.u8(0x11, 0x20, 31, 0).u32(size).u16(0).u16(32).u8(23, 8, 0, 23).u32(127).bytes();
  }
  if (data instanceof Float64Array) {
    return type.u8(0x11, 0x20, 63, 0).u32(size).u16(0).u16(64).u8(52, 11, 0, 52).u32(1023).bytes();
  }
  return type
    .u8(0x10, 0x08, 0, 0)
    .u32(size)
    .u16(0)
    .u16(8 * size)
    .bytes();
}
