/** Weights in several files: `X.weights.json`, which says what lies where, and `X_00000.weights.h5` and so on. */

import { bytesOf, functionOf } from "../../arguments.js";
import { inputError } from "../../errors.js";
import { modelOf } from "../../model/given.js";
import type { Model } from "../../model/model.js";
import { type Hdf5Group, readHdf5 } from "../hdf5/reader.js";
import { isObject, parseJson } from "../json.js";
import { entriesOf, setWeights } from "./model-weights.js";
import { checkReading, type ReadOptions } from "./read.js";
import { Notes } from "./receipt.js";
import { pathStore } from "./weights-store.js";

const MOST_SHARDS = 10_000;

/**
 * Replaces a model's weights by those of a sharded file. `index` is the content of `X.weights.json`; `readShard` gives the
 * bytes of a file beside it, by a bare name that was seen to hold no path. Returns warnings.
 * @throws InputError where the weights do not fit or a file is damaged; the model is then unchanged
 */
export async function readShardedKerasWeights(
  model: Model,
  index: Uint8Array,
  readShard: (name: string) => Uint8Array | Promise<Uint8Array>,
  options: ReadOptions = {},
): Promise<string[]> {
  const { name = "weights" } = checkReading(options);
  modelOf(model, "readShardedKerasWeights");
  bytesOf(index, name);
  functionOf(readShard, "readShardedKerasWeights readShard");
  const roots: Hdf5Group[] = [];
  for (const shard of shardNames(index, name)) roots.push(readHdf5(await readShard(shard), shard));
  const notes = new Notes();
  setWeights(model, entriesOf(model), pathStore(roots, name), notes);
  return notes.warnings;
}

/** The files that `weight_map` names: { "/layers/lstm/cell/vars": "m_00000.weights.h5" or a list of such }. */
function shardNames(index: Uint8Array, file: string): Set<string> {
  const parsed = parseJson(index, file);
  const map = isObject(parsed) ? parsed["weight_map"] : undefined;
  if (!isObject(map)) {
    throw inputError({ expected: "an object", where: `${file}: weight_map`, received: map });
  }
  const names = new Set<string>();
  for (const name of Object.values(map).flat()) {
    if (typeof name !== "string" || !/^[^/\\:]{1,250}\.h5$/.test(name) || name.startsWith(".")) {
      const expected = "names of .h5 files in the same folder";
      throw inputError({ expected, where: `${file}: weight_map`, received: name });
    }
    names.add(name);
  }
  if (names.size > MOST_SHARDS) {
    throw inputError({ expected: `at most ${MOST_SHARDS} files`, where: file, received: names.size });
  }
  return names;
}
