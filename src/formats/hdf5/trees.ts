/** B-trees, version 1 and 2 (specification III.A): each a stream of leaf records, with no node visited twice. */
import { type Cursor, hdf5Error, type Source } from "./bytes.js";
import { verifyChecksum } from "./headers.js";

/**
 * A version 1 tree: for each child of a leaf, the key before it and the child's address. Keys are `keyBytes` long.
 * `kind`: 0 for groups, 1 for chunks.
 */
export function* walkFirst(
  source: Source,
  root: number,
  kind: 0 | 1,
  keyBytes: number,
  where: string,
): Generator<{ key: Cursor; child: number }> {
  const seen = new Set<number>();
  const nodes = [{ address: root, level: -1 }];
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    if (seen.has(node.address)) throw hdf5Error(where, "an index that ends", "one that runs in a circle");
    seen.add(node.address);
    const cursor = source.from(node.address, where);
    cursor.signature("TREE");
    const found = cursor.u8();
    const level = cursor.u8();
    if (found !== kind || (node.level >= 0 && level !== node.level)) {
      throw hdf5Error(where, "an intact index", `a node of kind ${found}, level ${level}`);
    }
    const used = cursor.u16();
    cursor.skip(16);
    const below: typeof nodes = [];
    for (let i = 0; i < used; i++) {
      source.step(where);
      const key = cursor.within(keyBytes);
      const child = cursor.address() ?? Infinity;
      if (level === 0) yield { key, child };
      else below.push({ address: child, level: level - 1 });
    }
    nodes.push(...below.reverse());
  }
}

interface SecondTree {
  nodeSize: number;
  recordSize: number;
  /** Bytes a child's record count takes, and its subtree's total, by the depth of the child. */
  countBytes: number;
  totalBytes: number[];
}

/** A version 2 tree: every record, as a cursor over it, in the file's order within each node. */
export function* walkSecond(source: Source, address: number, where: string): Generator<Cursor> {
  const header = source.cursor(address, 38, where);
  header.signature("BTHD");
  verifyChecksum(source, address, address + 34, where);
  header.skip(2);
  const nodeSize = header.u32();
  const recordSize = header.u16();
  const depth = header.u16();
  header.skip(2);
  const root = header.address();
  const count = header.u16();
  if (root === undefined) return;
  if (recordSize === 0 || depth > 16) throw hdf5Error(where, "an intact index", `depth ${depth}`);
  yield* walkSecondNodes(
    source,
    measureTree(nodeSize, recordSize, depth),
    { address: root, count, depth },
    where,
  );
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
  root: { address: number; count: number; depth: number },
  where: string,
): Generator<Cursor> {
  const seen = new Set<number>();
  const nodes = [root];
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    if (seen.has(node.address)) throw hdf5Error(where, "an index that ends", "one that runs in a circle");
    seen.add(node.address);
    const cursor = source.cursor(node.address, tree.nodeSize, where);
    cursor.signature(node.depth > 0 ? "BTIN" : "BTLF");
    cursor.skip(2);
    for (let i = 0; i < node.count; i++) {
      source.step(where);
      yield cursor.within(tree.recordSize);
    }
    for (let i = 0; node.depth > 0 && i <= node.count; i++) {
      const address = cursor.address() ?? Infinity;
      const count = cursor.unsigned(tree.countBytes);
      cursor.skip(tree.totalBytes[node.depth - 1]!);
      nodes.push({ address, count, depth: node.depth - 1 });
    }
    verifyChecksum(source, node.address, cursor.at, where);
  }
}
