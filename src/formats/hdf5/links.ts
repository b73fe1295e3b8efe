/** The links of a group, in each of the three ways HDF5 keeps them. Only hard links are followed. */
import { label } from "../../base/label.js";
import { type Cursor, hdf5Error, type Source } from "./bytes.js";
import { findMessage, MESSAGE, type Message } from "./headers.js";
import { openFractalHeap, openLocalHeap } from "./heaps.js";
import { type Keys, RECORDS, walkFirst, walkSecond } from "./trees.js";

export interface Link {
  name: string;
  /** The object header it leads to. */
  address: number;
}

/** The links of the group that has these messages, or undefined when it is no group. */
export function readLinks(source: Source, messages: Message[], where: string): Link[] | undefined {
  const table = findMessage(messages, MESSAGE.symbolTable, where);
  if (table) return named(symbolTable(source, table, where), where);
  const info = findMessage(messages, MESSAGE.linkInfo, where);
  const compact = messages.filter((message) => message.type === MESSAGE.link);
  if (!info && compact.length === 0) return undefined;
  return named(compactAndDense(source, compact, info, where), where);
}

/** Each name once, and none that could pass for a path of several. */
function named(links: Iterable<Link>, where: string): Link[] {
  const found = new Map<string, Link>();
  for (const link of links) {
    if (link.name === "" || link.name.includes("/") || found.has(link.name)) {
      throw hdf5Error(where, "names that are there once, without a slash", label(link.name));
    }
    found.set(link.name, link);
  }
  return [...found.values()];
}

function* compactAndDense(
  source: Source,
  compact: Message[],
  info: Cursor | undefined,
  where: string,
): Generator<Link> {
  for (const message of compact) yield readLink(message.body, where);
  if (info) yield* denseLinks(source, info, where);
}

/** Keys are offsets of names; entries are read one after another, so their order does not matter. */
const SYMBOLS: Keys<number> = { kind: 0, bytes: 8, read: (cursor) => cursor.u64(), after: () => false };

/** The older format: a B-tree of nodes of symbols, whose names lie in a local heap. */
function* symbolTable(source: Source, table: Cursor, where: string): Generator<Link> {
  const tree = table.address() ?? Infinity;
  const nameAt = openLocalHeap(source, table.address() ?? Infinity, where);
  for (const { child } of walkFirst(source, tree, SYMBOLS, where)) {
    const node = source.from(child, where);
    node.signature("SNOD");
    node.skip(2);
    const count = node.u16();
    for (let i = 0; i < count; i++) {
      const name = nameAt(node.u64());
      const address = node.address() ?? Infinity;
      const cached = node.u32();
      node.skip(4);
      const scratch = node.within(16);
      if (cached === 2) throw softLink(where, name, nameAt(scratch.u32()));
      yield { name, address };
    }
  }
}

/** The newer format, many links: a fractal heap indexed by a version 2 tree. */
function* denseLinks(source: Source, info: Cursor, where: string): Generator<Link> {
  info.skip(1);
  const flags = info.u8();
  if (flags & 1) info.skip(8);
  const heap = info.address();
  const index = info.address();
  if (heap === undefined || index === undefined) return;
  const find = openFractalHeap(source, heap, where);
  for (const record of walkSecond(source, index, RECORDS.linksByName, where)) {
    record.skip(4);
    yield readLink(find(record), where);
  }
}

/** One link message (IV.A.2.g). */
function readLink(body: Cursor, where: string): Link {
  body.skip(1);
  const flags = body.u8();
  const kind = flags & 8 ? body.u8() : 0;
  body.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0));
  const name = body.text(body.unsigned(1 << (flags & 3)));
  if (kind === 0) return { name, address: body.address() ?? Infinity };
  if (kind === 1) throw softLink(where, name, body.text(body.u16()));
  const target = kind === 64 ? `an external link to ${externalTarget(body)}` : `link kind ${kind}`;
  throw hdf5Error(`${where}/${label(name)}`, "an object in this file", target);
}

function softLink(where: string, name: string, target: string) {
  return hdf5Error(`${where}/${label(name)}`, "an object in this file", `a soft link to ${label(target)}`);
}

/** Flags, then the other file's name. */
function externalTarget(body: Cursor): string {
  const size = body.u16();
  body.skip(1);
  return label(body.text(size - 1));
}
