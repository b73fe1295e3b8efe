/** Attributes: small named values on groups and datasets. */
import { label } from "../../base/label.js";
import { type Cursor, decodeText, hdf5Error, type Source } from "./bytes.js";
import { type Datatype, decodeNumbers, decodeTexts, readDatatype } from "./datatype.js";
import { countElements, findMessage, MESSAGE, type Message, readShape } from "./headers.js";
import { type GlobalHeap, openFractalHeap } from "./heaps.js";
import { RECORDS, walkSecond } from "./trees.js";

/** A scalar comes as itself, an array of any rank as a flat list. */
export type AttributeValue = string | number | string[] | Float32Array | Float64Array;

/** All attributes of an object. Those of types with no JavaScript counterpart are left out. */
export function readAttributes(
  source: Source,
  heap: GlobalHeap,
  messages: Message[],
  where: string,
): Map<string, AttributeValue> {
  const values = new Map<string, AttributeValue>();
  for (const body of attributeBodies(source, messages, where)) {
    const { name, value } = readAttribute(source, heap, body, where);
    if (values.has(name)) throw hdf5Error(where, "attributes of different names", `two ${label(name)}`);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

function* attributeBodies(source: Source, messages: Message[], where: string): Generator<Cursor> {
  for (const message of messages) {
    if (message.type === MESSAGE.attribute && !message.shared) yield message.body;
  }
  const info = findMessage(messages, MESSAGE.attributeInfo, where);
  if (!info) return;
  info.skip(1);
  if (info.u8() & 1) info.skip(2);
  const heap = info.address();
  const index = info.address();
  if (heap === undefined || index === undefined) return;
  const find = openFractalHeap(source, heap, where);
  for (const record of walkSecond(source, index, RECORDS.attributesByName, where))
    yield find(record.within(8));
}

/** One attribute message (IV.A.2.m): version 1 pads its parts to 8 bytes, version 3 states the name's encoding. */
function readAttribute(source: Source, heap: GlobalHeap, body: Cursor, where: string) {
  const version = body.u8();
  if (version < 1 || version > 3) throw hdf5Error(where, "attribute version 1 to 3", version);
  const shared = version > 1 && (body.u8() & 3) !== 0;
  if (version === 1) body.skip(1);
  const sizes = [body.u16(), body.u16(), body.u16()] as const;
  if (version === 3) body.skip(1);
  const part = (size: number) => {
    const cursor = body.within(size);
    if (version === 1) body.skip((8 - (size % 8)) % 8);
    return cursor;
  };
  const name = part(sizes[0]).text(sizes[0]);
  const typeBody = part(sizes[1]);
  const shapeBody = part(sizes[2]);
  if (shared) return { name, value: undefined };
  const shape = readShape(shapeBody);
  const value = shape && readValue(source, heap, body, readDatatype(typeBody), shape);
  return { name, value };
}

function readValue(source: Source, heap: GlobalHeap, body: Cursor, type: Datatype, shape: number[]) {
  const bytes = body.take(countElements(shape) * type.size);
  const values = decodeValues(source, heap, type, bytes, body.where);
  return values && shape.length === 0 ? values[0] : values;
}

/** Elements as JavaScript has them; undefined for types that have no counterpart. */
export function decodeValues(
  source: Source,
  heap: GlobalHeap,
  type: Datatype,
  bytes: Uint8Array,
  where: string,
): Float32Array | Float64Array | string[] | undefined {
  if (type.kind === "variableText") return readVariableTexts(source, heap, bytes, where);
  const count = Math.floor(bytes.length / type.size);
  if (type.kind === "text") {
    source.work.spend(200 * count + bytes.length, where);
    source.work.hold(80 * count + 2 * bytes.length, where);
    return decodeTexts(type, bytes);
  }
  source.work.spend(10 * count, where);
  source.work.hold(8 * count, where);
  return decodeNumbers(type, bytes);
}

/** Strings of any length: each element is a length, the address of a global heap collection and an index in it. */
function readVariableTexts(source: Source, heap: GlobalHeap, bytes: Uint8Array, where: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.length / 16);
  source.work.spend(500 * count, where);
  source.work.hold(80 * count, where);
  return Array.from({ length: count }, (_, i) => {
    const length = view.getUint32(16 * i, true);
    const address = Number(view.getBigUint64(16 * i + 4, true));
    if (address === 0 || length === 0) return "";
    const object = heap.object(address, view.getUint32(16 * i + 12, true), where);
    if (length > object.length) throw hdf5Error(where, `a string of at most ${object.length} bytes`, length);
    source.work.spend(length, where);
    source.work.hold(2 * length, where);
    return decodeText(object.subarray(0, length));
  });
}
