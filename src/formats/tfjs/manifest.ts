/** Weights of a TensorFlow.js model: what its manifest says, and the bytes of the shards it names. */
import { inputError } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import { type Datatype, decodeNumbers } from "../hdf5/datatype.js";
import type { StoredWeight } from "../keras/stored-weight.js";

/** Gives the bytes of a file beside the model, by a name that holds no path. */
export type ReadShard = (name: string) => Uint8Array | Promise<Uint8Array>;

/** An array as the manifest declares it. */
interface Spec {
  name: string;
  shape: number[];
  /** As its elements are stored. */
  stored: Datatype;
  optimizer: boolean;
  /** value = stored · scale + min, where it was quantized to whole numbers. */
  scale: number;
  min: number;
  bytes: number;
  where: string;
}

const MOST_WEIGHTS = 10_000;
const MOST_SHARDS = 10_000;
const MOST_RANK = 8;
/** Characters; names are looked at part by part. */
const MOST_NAME = 2000;

const unsigned = (size: 1 | 2): Datatype => ({
  kind: "integer",
  name: `uint${8 * size}`,
  size,
  signed: false,
  bigEndian: false,
});
const float = (name: "float16" | "float32", size: number): Datatype => ({
  kind: "float",
  name,
  size,
  bigEndian: false,
});

const DTYPES: ReadonlyMap<Json, Datatype> = new Map<Json, Datatype>([
  ["float32", float("float32", 4)],
  ["int32", { kind: "integer", name: "int32", size: 4, signed: true, bigEndian: false }],
  ["uint8", unsigned(1)],
  ["bool", unsigned(1)],
]);

const QUANTIZED: ReadonlyMap<Json, Datatype> = new Map<Json, Datatype>([
  ["float16", float("float16", 2)],
  ["uint8", unsigned(1)],
  ["uint16", unsigned(2)],
]);

/** The arrays of `weightsManifest`, in its order; those of the optimizer are left out. */
export async function readManifest(
  manifest: Json | undefined,
  file: string,
  readShard: ReadShard,
): Promise<StoredWeight[]> {
  const where = `${file}: weightsManifest`;
  if (!Array.isArray(manifest)) throw inputError({ expected: "a list of groups", where, received: manifest });
  const seen = { names: new Set<string>(), paths: new Set<string>() };
  const found: StoredWeight[] = [];
  for (const [i, group] of manifest.entries()) {
    const at = `${where}[${i}]`;
    if (!isObject(group)) throw inputError({ expected: "{ paths, weights }", where: at, received: group });
    const specs = readSpecs(group["weights"], at, seen.names);
    const bytes = await readShards(shardNames(group["paths"], at, seen.paths), specs, at, readShard);
    found.push(...cut(bytes, specs));
  }
  return found;
}

function readSpecs(value: Json | undefined, where: string, seen: Set<string>): Spec[] {
  // Of all groups together: of groups there may be any number.
  if (!Array.isArray(value) || value.length + seen.size > MOST_WEIGHTS) {
    const expected = `a list of at most ${MOST_WEIGHTS} weights`;
    const received = Array.isArray(value) ? value.length : value;
    throw inputError({ expected, where: `${where}.weights`, received });
  }
  return value.map((weight, i) => {
    const spec = readSpec(weight, `${where}.weights[${i}]`);
    if (seen.has(spec.name)) throw inputError({ expected: "a name of its own", where: spec.where });
    seen.add(spec.name);
    return spec;
  });
}

function readSpec(value: Json, where: string): Spec {
  if (!isObject(value) || typeof value["name"] !== "string" || value["name"].length > MOST_NAME) {
    throw inputError({ expected: "a weight { name, shape, dtype }", where, received: value });
  }
  const { name, shape } = value as { name: string; shape?: Json };
  const at = `${where} ${label(name)}`;
  const sound = (n: Json) => typeof n === "number" && Number.isSafeInteger(n) && n >= 0;
  if (!Array.isArray(shape) || shape.length > MOST_RANK || !shape.every(sound)) {
    throw inputError({ expected: "a shape: a list of whole numbers", where: at, received: shape });
  }
  const { stored, scale, min } = readStorage(value, at);
  const bytes = (shape as number[]).reduce((a, b) => a * b, stored.size);
  const optimizer = value["group"] === "optimizer";
  return { name, shape: shape as number[], stored, optimizer, scale, min, bytes, where: at };
}

function readStorage(value: JsonObject, where: string): Pick<Spec, "stored" | "scale" | "min"> {
  const quantization = value["quantization"] ?? null;
  const known = quantization === null ? DTYPES : QUANTIZED;
  const dtype = isObject(quantization) ? quantization["dtype"] : value["dtype"];
  const stored = known.get(dtype ?? null);
  if (!stored || (quantization !== null && !isObject(quantization))) {
    const expected = `a dtype that is read (${[...known.keys()].join(", ")})`;
    throw inputError({ expected, where, received: dtype });
  }
  if (!isObject(quantization) || stored.kind === "float") return { stored, scale: 1, min: 0 };
  const { scale, min } = quantization;
  if (typeof scale === "number" && typeof min === "number") return { stored, scale, min };
  throw inputError({ expected: "quantization with scale and min", where, received: quantization });
}

/** Names of files in the model's own folder, and nothing that leads elsewhere. */
function shardNames(value: Json | undefined, where: string, seen: Set<string>): string[] {
  const names = Array.isArray(value) ? value : [];
  for (const name of names) {
    if (typeof name !== "string" || !/^[^/\\:%\0]{1,250}$/.test(name) || name.startsWith(".")) {
      const expected = "names of files in the model's own folder";
      throw inputError({ expected, where: `${where}.paths`, received: name });
    }
    if (seen.has(name) || seen.size >= MOST_SHARDS) {
      const expected = `at most ${MOST_SHARDS} files, each once`;
      throw inputError({ expected, where: `${where}.paths`, received: name });
    }
    seen.add(name);
  }
  return names as string[];
}

/** The bytes of a group: as many as its weights take, or a complaint before more is read. */
async function readShards(
  names: string[],
  specs: Spec[],
  where: string,
  readShard: ReadShard,
): Promise<Uint8Array> {
  const declared = specs.reduce((sum, { bytes }) => sum + bytes, 0);
  const shards: Uint8Array[] = [];
  let read = 0;
  for (const name of names) {
    if (read > declared) break;
    const shard = await readShard(name);
    shards.push(shard);
    read += shard.length;
  }
  if (read !== declared) {
    throw inputError({ expected: `${declared} bytes of weights`, where, received: read });
  }
  if (shards.length === 1) return shards[0]!;
  const all = new Uint8Array(read);
  let at = 0;
  for (const shard of shards) {
    all.set(shard, at);
    at += shard.length;
  }
  return all;
}

function cut(bytes: Uint8Array, specs: Spec[]): StoredWeight[] {
  let end = 0;
  return specs.flatMap(({ name, shape, stored, optimizer, scale, min, bytes: length, where }) => {
    const part = bytes.subarray(end, (end += length));
    const read = () => {
      const values = decodeNumbers(stored, part)!;
      return scale === 1 && min === 0 ? values : Float32Array.from(values, (value) => value * scale + min);
    };
    return optimizer ? [] : [{ where, dataset: { path: name, shape, type: stored.name, read } }];
  });
}
