/** B-trees, version 1 and 2 (specification III.A): each a stream of leaf records, with no node visited twice. */
import { type Cursor, hdf5Error, type Source } from "./bytes.js";
import { verifyChecksum } from "./headers.js";

/** What the keys of a version 1 tree are. */
export interface Keys<K> {
  /** 0 for groups, 1 for chunks. */
  kind: 0 | 1;
  /** Bytes of a key. */
  bytes: number;
  read(cursor: Cursor): K;
  /** Whether one key belongs behind the other: the library finds entries by their order. */
  after(one: K, other: K): boolean;
}

interface FirstNode<K> {
  address: number;
  /** Of the nodes above it: its level, and the keys it lies between. */
  level?: number;
  from?: K;
  to?: K;
}

/** A version 1 tree: for each child of a leaf, the key before it and the child's address. */
export function* walkFirst<K>(
  source: Source,
  root: number,
  keys: Keys<K>,
  where: string,
): Generator<{ key: K; child: number }> {
  const visit = onlyOnce(where);
  const nodes: FirstNode<K>[] = [{ address: root }];
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    visit(node.address);
    const { level, entries, last } = readFirst(source, node, keys, where);
    if (level === 0) yield* entries;
    for (let i = entries.length - 1; level > 0 && i >= 0; i--) {
      const { key, child } = entries[i]!;
      source.work.hold(150, where);
      nodes.push({ address: child, level: level - 1, from: key, to: entries[i + 1]?.key ?? last });
    }
  }
}

/** A node of a version 1 tree: keys and children by turns, one key more than children. */
function readFirst<K>(source: Source, node: FirstNode<K>, keys: Keys<K>, where: string) {
  const cursor = source.from(node.address, where);
  cursor.signature("TREE");
  const kind = cursor.u8();
  const level = cursor.u8();
  if (kind !== keys.kind || (node.level !== undefined && level !== node.level)) {
    throw hdf5Error(where, "an intact index", `a node of kind ${kind}, level ${level}`);
  }
  const used = cursor.u16();
  cursor.skip(16);
  const entries: { key: K; child: number }[] = [];
  let last = node.from;
  const nextKey = () => {
    source.work.spend(300, where);
    const key = keys.read(cursor.within(keys.bytes));
    if (last !== undefined && keys.after(last, key)) throw outOfOrder(where);
    last = key;
    return key;
  };
  let key = nextKey();
  for (let i = 0; i < used; i++) {
    entries.push({ key, child: cursor.address() ?? Infinity });
    key = nextKey();
  }
  if (node.to !== undefined && keys.after(key, node.to)) throw outOfOrder(where);
  return { level, entries, last: key };
}

function outOfOrder(where: string) {
  return hdf5Error(where, "an index in order", "one whose entries are not where they are looked for");
}

function onlyOnce(where: string): (address: number) => void {
  const seen = new Set<number>();
  return (address) => {
    if (seen.has(address)) throw hdf5Error(where, "an index that ends", "one that runs in a circle");
    seen.add(address);
  };
}

/** What the records of a version 2 tree lead to. */
export const RECORDS = { hugeObjects: 1, linksByName: 5, attributesByName: 8 } as const;

interface SecondTree {
  nodeSize: number;
  recordSize: number;
  /** Bytes a child's record count takes, and its subtree's total, by the depth of the child. */
  countBytes: number;
  totalBytes: number[];
}

interface SecondNode {
  address: number;
  count: number;
  depth: number;
}

/** A version 2 tree with records of `type`: every record, as a cursor over it, in the file's order within each node. */
export function* walkSecond(source: Source, address: number, type: number, where: string): Generator<Cursor> {
  const header = source.cursor(address, 38, where);
  header.signature("BTHD");
  verifyChecksum(source, address, address + 34, where);
  header.skip(1);
  const found = header.u8();
  if (found !== type) throw hdf5Error(where, `an index of type ${type}`, found);
  const nodeSize = header.u32();
  const recordSize = header.u16();
  const depth = header.u16();
  header.skip(2);
  const root = header.address();
  const count = header.u16();
  const total = header.u64();
  if (root === undefined) return;
  if (recordSize === 0 || depth > 16) throw hdf5Error(where, "an intact index", `depth ${depth}`);
  let read = 0;
  for (const record of walkSecondNodes(
    source,
    measureTree(nodeSize, recordSize, depth),
    { address: root, count, depth },
    where,
  )) {
    read++;
    yield record;
  }
  if (read !== total) throw hdf5Error(where, `an index of ${total} entries`, read);
}

/** Field widths follow from how many records could fit below, as in the library's H5B2hdr.c. */
function measureTree(nodeSize: number, recordSize: number, depth: number): SecondTree {
  const most = Math.floor((nodeSize - 10) / recordSize);
  const countBytes = bytesFor(most);
  const totalBytes = [0];
  let total = most;
  for (let level = 1; level <= depth; level++) {
    const pointer = 8 + countBytes + totalBytes[level - 1]!;
    const records = Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer));
    total = (records + 1) * total + records;
    totalBytes.push(bytesFor(total));
  }
  return { nodeSize, recordSize, countBytes, totalBytes };
}

function bytesFor(limit: number): number {
  return Math.floor(Math.log2(Math.max(1, limit)) / 8) + 1;
}

function* walkSecondNodes(
  source: Source,
  tree: SecondTree,
  root: SecondNode,
  where: string,
): Generator<Cursor> {
  const visit = onlyOnce(where);
  const nodes = [root];
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    visit(node.address);
    const { address, count, depth } = node;
    const pointer = depth > 0 ? 8 + tree.countBytes + tree.totalBytes[depth - 1]! : 0;
    const used = 6 + count * tree.recordSize + (depth > 0 ? (count + 1) * pointer : 0);
    const cursor = source.cursor(address, tree.nodeSize, where);
    if (used + 4 > tree.nodeSize) throw hdf5Error(where, "an intact index", `a node of ${count} entries`);
    verifyChecksum(source, address, address + used, where);
    cursor.signature(depth > 0 ? "BTIN" : "BTLF");
    cursor.skip(2);
    for (let i = 0; i < count; i++) {
      source.work.spend(200, where);
      yield cursor.within(tree.recordSize);
    }
    for (let i = 0; depth > 0 && i <= count; i++) {
      source.work.spend(100, where);
      source.work.hold(100, where);
      const child = cursor.address() ?? Infinity;
      const childCount = cursor.unsigned(tree.countBytes);
      cursor.skip(tree.totalBytes[depth - 1]!);
      nodes.push({ address: child, count: childCount, depth: depth - 1 });
    }
  }
}
