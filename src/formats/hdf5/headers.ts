/** Object headers (specification IV.A.1), both versions: an object is a list of messages. */
import { type Cursor, hdf5Error, type Source } from "./bytes.js";
import { lookup3 } from "./checksum.js";

/** Message types by the numbers of the specification (IV.A.2). */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

export interface Message {
  type: number;
  /** Kept elsewhere in the file and only referred to from here. */
  shared: boolean;
  body: Cursor;
}

/** All messages of the object at `address`, continuation blocks included. */
export function readMessages(source: Source, address: number, where: string): Message[] {
  const start = source.from(address, where);
  const second = start.left >= 4 && source.bytes[address] === 0x4f;
  return second ? readSecond(source, start, where) : readFirst(source, start, where);
}

/** Version 1: a 16-byte prefix, messages aligned to 8 bytes. */
function readFirst(source: Source, start: Cursor, where: string): Message[] {
  if (start.u8() !== 1) throw hdf5Error(where, `an object header at byte ${start.at - 1}`, "something else");
  start.skip(7);
  const size = start.u32();
  start.skip(4);
  const next = (address: number, length: number) => source.cursor(address, length, where);
  return readBlocks(start.within(size), 8, next, (block) => {
    const type = block.u16();
    const length = block.u16();
    const shared = (block.u8() & 2) !== 0;
    block.skip(3);
    return { type, shared, body: block.within(length) };
  });
}

/** Version 2: "OHDR", then "OCHK" blocks, each with a checksum at its end. */
function readSecond(source: Source, start: Cursor, where: string): Message[] {
  const first = start.at;
  start.signature("OHDR");
  if (start.u8() !== 2) throw hdf5Error(where, "object header version 2", "another");
  const flags = start.u8();
  start.skip((flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0));
  const block = start.within(start.unsigned(1 << (flags & 3)));
  verifyChecksum(source, first, block.end, where);
  const next = (address: number, length: number) => {
    const rest = source.cursor(address, length, where);
    rest.signature("OCHK");
    verifyChecksum(source, address, address + length - 4, where);
    return rest.within(length - 8);
  };
  const orderBytes = flags & 4 ? 2 : 0;
  return readBlocks(block, 4 + orderBytes, next, (block) => {
    const type = block.u8();
    const length = block.u16();
    const shared = (block.u8() & 2) !== 0;
    block.skip(orderBytes);
    return { type, shared, body: block.within(length) };
  });
}

/** Messages of the first block and of those it continues in; less than a message's head at a block's end is a gap. */
function readBlocks(
  first: Cursor,
  headBytes: number,
  next: (address: number, length: number) => Cursor,
  readOne: (block: Cursor) => Message,
): Message[] {
  const { where, source } = first;
  const messages: Message[] = [];
  const blocks = [first];
  const starts = new Set([first.at]);
  for (const block of blocks) {
    while (block.left >= headBytes) {
      source.work.spend(200, where);
      source.work.hold(200, where);
      const message = readOne(block);
      messages.push(message);
      if (message.type !== MESSAGE.continuation) continue;
      const more = next(message.body.address() ?? Infinity, message.body.u64());
      if (starts.has(more.at))
        throw hdf5Error(where, "an object header that ends", "one that runs in a circle");
      starts.add(more.at);
      blocks.push(more);
    }
  }
  return messages;
}

/** Metadata from `start` up to `end` carries its checksum in the four bytes after it. */
export function verifyChecksum(source: Source, start: number, end: number, where: string): void {
  const stored = source.cursor(end, 4, where).u32();
  source.work.spend(2 * (end - start), where);
  if (stored !== lookup3(source.bytes.subarray(start, end))) {
    throw hdf5Error(where, "a structure that matches its checksum", "a damaged one");
  }
}

/** The body of the one message of a type, or undefined. Shared messages are none that Keras or h5py write here. */
export function findMessage(messages: Message[], type: number, where: string): Cursor | undefined {
  const message = messages.find((m) => m.type === type);
  if (message?.shared) throw hdf5Error(where, "a type and shape of its own", "a shared one");
  return message?.body;
}

/** A dataspace (IV.A.2.b): the sizes of each dimension; [] for a scalar, undefined for "null". */
export function readShape(cursor: Cursor): number[] | undefined {
  const version = cursor.u8();
  const rank = cursor.u8();
  cursor.skip(1);
  const kind = cursor.u8();
  if (version === 1) cursor.skip(4);
  else if (version !== 2) throw hdf5Error(cursor.where, "dataspace version 1 or 2", version);
  if (version === 2 && kind === 2) return undefined;
  const shape = Array.from({ length: rank }, () => cursor.u64());
  if (kind === 0 && version === 2 && rank > 0)
    throw hdf5Error(cursor.where, "a scalar", `${rank} dimensions`);
  return shape;
}

/** How many elements a shape has; Infinity when beyond counting. */
export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
