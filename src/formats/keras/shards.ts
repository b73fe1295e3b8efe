/** Weights in several files: `X.weights.json`, which says what lies where, and `X_00000.weights.h5` and so on. */

import { bytesOf, functionOf } from "../../base/arguments.js";
import { inputError } from "../../base/errors.js";
import { isObject, type Json, parseJson } from "../../base/json.js";
import { label } from "../../base/label.js";
import type { NetworkLike } from "../../network/network.js";
import { networkOf } from "../../network/network.js";
import { type Hdf5Group, readHdf5 } from "../hdf5/reader.js";
import { entriesOf, setWeights } from "./model-weights.js";
import { checkReading, type ReadOptions } from "./network.js";
import { Notes } from "./receipt.js";
import { pathStore } from "./weights-store.js";

const MOST_SHARDS = 10_000;

/**
 * Replaces a model's weights by those of a sharded file. `index` is the content of `X.weights.json`; `readShard` gives the
 * bytes of a file beside it, by a bare name that was seen to hold no path. Returns warnings.
 * @throws InputError where the weights do not fit or a file is damaged; the model is then unchanged
 */
export async function readShardedKerasWeights(
  model: NetworkLike,
  index: ArrayBuffer | ArrayBufferView,
  readShard: (name: string) => Uint8Array | Promise<Uint8Array>,
  options: ReadOptions = {},
): Promise<string[]> {
  const { name = "weights" } = checkReading(options);
  networkOf(model, "readShardedKerasWeights");
  const json = bytesOf(index, name);
  functionOf(readShard, "readShardedKerasWeights readShard");
  const { places, size } = readIndex(json, name);
  const shards = new Map<string, Hdf5Group>();
  for (const shard of new Set(places.flatMap(([, files]) => files))) {
    shards.set(shard, readHdf5(await readShard(shard), shard));
  }
  for (const [path, files] of places) {
    for (const file of files) if (!hasPath(shards.get(file)!, path)) throw missing(path, file, name);
  }
  const roots = [...shards.values()];
  const stored = roots.reduce((sum, root) => sum + storedBytes(root), 0);
  if (size !== null && size !== stored) {
    const where = `${name}: metadata.total_size`;
    throw inputError({ expected: `${size} bytes of weights in all its files`, where, received: stored });
  }
  const notes = new Notes();
  setWeights(model, entriesOf(model), pathStore(roots, name), notes);
  return notes.warnings;
}

const missing = (path: string, shard: string, index: string) =>
  inputError({ expected: `weights of ${label(path)}, as ${index} says`, where: shard, received: "none" });

function hasPath(root: Hdf5Group, path: string): boolean {
  const parts = path.split(/[/\\]/).filter((part) => part !== "");
  const group = parts.reduce<Hdf5Group | undefined>((inside, part) => inside?.groups.get(part), root);
  return group !== undefined && group.datasets.size > 0;
}

/** The bytes of all arrays as they were before they were stored. */
function storedBytes({ datasets, groups }: Hdf5Group): number {
  let sum = 0;
  for (const { shape, type } of datasets.values()) {
    sum += shape.reduce((n, size) => n * size, Number(/\d+$/.exec(type)?.[0] ?? 0) / 8);
  }
  for (const group of groups.values()) sum += storedBytes(group);
  return sum;
}

interface ShardIndex {
  /** Groups and the files that their arrays lie in: "/layers/lstm/cell/vars". */
  places: [path: string, files: string[]][];
  /** Bytes of all weights; null where the index does not say. */
  size: number | null;
}

/** { metadata: { total_size }, weight_map: { "/layers/lstm/cell/vars": "m_00000.weights.h5" or a list of such } } */
function readIndex(index: Uint8Array, file: string): ShardIndex {
  const parsed = parseJson(index, file);
  const map = isObject(parsed) ? parsed["weight_map"] : undefined;
  if (!isObject(parsed) || !isObject(map)) {
    throw inputError({ expected: "an object", where: `${file}: weight_map`, received: map });
  }
  const places = Object.entries(map).map(([path, names]): [string, string[]] => [
    path,
    [names].flat().map((name) => checkName(name, file)),
  ]);
  const count = places.reduce((sum, [, names]) => sum + names.length, 0);
  if (count > MOST_SHARDS) {
    throw inputError({ expected: `at most ${MOST_SHARDS} places`, where: file, received: count });
  }
  const { total_size: size = null } = isObject(parsed["metadata"]) ? parsed["metadata"] : {};
  if (size === null || typeof size === "number") return { places, size };
  throw inputError({ expected: "a number", where: `${file}: metadata.total_size`, received: size });
}

function checkName(name: Json, file: string): string {
  if (typeof name === "string" && /^[^/\\:]{1,250}\.h5$/.test(name) && !name.startsWith(".")) return name;
  const expected = "names of .h5 files in the same folder";
  throw inputError({ expected, where: `${file}: weight_map`, received: name });
}
