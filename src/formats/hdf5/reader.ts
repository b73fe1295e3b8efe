/**
 * Reads HDF5 files from strangers, as far as Keras and h5py write them: the superblock versions 0 to 3, groups old and
 * new, contiguous, compact and chunked datasets, deflate and shuffle. The rest is refused by name: soft and external
 * links, external and virtual datasets, unknown filters, link cycles. Written here rather than taken from the HDF5
 * library because that takes memory as a file bids (a 1.5 MB file makes it fill 1.5 GB), hands out uninitialised
 * memory for data it fails to read, and would be the largest part of a browser bundle.
 *
 * Specification: "HDF5 File Format Specification Version 3.0", The HDF Group.
 */
import { label } from "../../base/label.js";
import type { Work } from "../../base/work.js";
import { isHdf5 } from "../detect.js";
import { type AttributeValue, readAttributes } from "./attributes.js";
import { hdf5Error, Source } from "./bytes.js";
import { type Hdf5Dataset, openDataset, readStored, type StoredDataset } from "./datasets.js";
import { readMessages, verifyChecksum } from "./headers.js";
import { GlobalHeap } from "./heaps.js";
import { type Link, readLinks } from "./links.js";

export interface Hdf5Group {
  /** The path from the root, "" for the root itself. */
  readonly path: string;
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly groups: ReadonlyMap<string, Hdf5Group>;
  readonly datasets: ReadonlyMap<string, Hdf5Dataset & { attributes: ReadonlyMap<string, AttributeValue> }>;
}

const MOST_OBJECTS = 32_768;
const MOST_DEPTH = 32;

/**
 * The tree of an HDF5 file; datasets are read when asked. `file` names it in messages, `work` is what reading it all may
 * cost. Throws InputError.
 */
export function readHdf5(bytes: Uint8Array, file: string, work?: Work): Hdf5Group {
  const source = new Source(bytes, file, work);
  const walk: Walk = {
    source,
    heap: new GlobalHeap(source),
    objects: 0,
    contents: new Map(),
    above: new Set(),
  };
  const root = readObject(walk, readSuperblock(source), "");
  if (!root || !("groups" in root)) throw hdf5Error(file, "a group at the root", "something else");
  return root;
}

interface Walk {
  source: Source;
  heap: GlobalHeap;
  objects: number;
  /** What was found at each address: several links may lead there. */
  contents: Map<number, Contents>;
  /** Headers of the groups that lead to the object at hand. */
  above: Set<number>;
}

/** An object apart from its name. */
interface Contents {
  attributes: ReadonlyMap<string, AttributeValue>;
  /** Of a group. */
  links: readonly Link[] | undefined;
  dataset: StoredDataset | undefined;
}

/** The superblock (II.A): where the root group's header is. */
function readSuperblock(source: Source): number {
  const { file } = source;
  const cursor = source.from(0, file);
  if (!isHdf5(source.bytes)) throw hdf5Error(file, "an HDF5 file", "something else");
  cursor.skip(8);
  const version = cursor.u8();
  if (version > 3) throw hdf5Error(file, "HDF5 superblock version 0 to 3", version);
  const newer = version >= 2;
  if (!newer) cursor.skip(4);
  const [addressBytes, lengthBytes] = [cursor.u8(), cursor.u8()];
  if (addressBytes !== 8 || lengthBytes !== 8) throw hdf5Error(file, "8-byte addresses", addressBytes);
  cursor.skip(newer ? 1 : version === 1 ? 13 : 9);
  const base = cursor.address();
  cursor.skip(8);
  const end = cursor.address() ?? Infinity;
  if (base !== 0 || end > source.bytes.length) {
    throw hdf5Error(
      file,
      `a whole HDF5 file of ${end} bytes`,
      source.bytes.length,
      "It was cut short: fetch it again.",
    );
  }
  // Older superblocks have a driver block here, then the root's symbol table entry, whose second field is wanted.
  if (!newer) cursor.skip(8 + 8);
  else verifyChecksum(source, 0, 44, file);
  return cursor.address() ?? Infinity;
}

/** A group or dataset; undefined for anything else, such as a datatype with a name. */
function readObject(walk: Walk, address: number, path: string): Hdf5Group | DatasetEntry | undefined {
  const { source, above } = walk;
  const where = path ? `${source.file}: ${path}` : source.file;
  source.work.spend(2000, where);
  source.work.hold(1000, where);
  if (++walk.objects > MOST_OBJECTS) throw hdf5Error(where, `at most ${MOST_OBJECTS} objects`, "more");
  if (above.has(address))
    throw hdf5Error(where, "groups that end", "a link back to a group that contains it");
  if (above.size >= MOST_DEPTH) throw hdf5Error(where, `groups at most ${MOST_DEPTH} deep`, "deeper ones");
  const { attributes, links, dataset } = contentsOf(walk, address, where);
  if (!links) return dataset && { ...openDataset(source, walk.heap, dataset, path, where), attributes };
  const groups = new Map<string, Hdf5Group>();
  const datasets = new Map<string, DatasetEntry>();
  above.add(address);
  for (const link of links) {
    const child = readObject(walk, link.address, path ? `${path}/${label(link.name)}` : label(link.name));
    if (!child) continue;
    if ("groups" in child) groups.set(link.name, child);
    else datasets.set(link.name, child);
  }
  above.delete(address);
  return { path, attributes, groups, datasets };
}

/** Read once, however many links lead to it. */
function contentsOf({ source, heap, contents }: Walk, address: number, where: string): Contents {
  const known = contents.get(address);
  if (known) return known;
  const messages = readMessages(source, address, where);
  const attributes = readAttributes(source, heap, messages, where);
  const links = readLinks(source, messages, where);
  const dataset = links ? undefined : readStored(messages, where);
  const found = { attributes, links, dataset };
  contents.set(address, found);
  return found;
}

type DatasetEntry = Hdf5Dataset & { attributes: ReadonlyMap<string, AttributeValue> };
