/**
 * Safetensors (github.com/huggingface/safetensors): a length, a JSON header with each array's type, shape and place, and
 * the arrays. The format itself knows no networks: ours is in the metadata, so only files of Cellstate's are models.
 */
import { inputError } from "../../base/errors.js";
import { DATA_FORBIDDEN, isObject, type Json, type JsonObject, parseJson } from "../../base/json.js";
import { label } from "../../base/label.js";
import { checkSeal, SEAL } from "../../base/seal.js";
import { Work } from "../../base/work.js";
import { type Datatype, decodeNumbers } from "../hdf5/datatype.js";
import type { StoredWeight } from "../keras/stored-weight.js";
import type { WeightsStore } from "../keras/weights-store.js";
import type { OpenedFile } from "../opened.js";

/** As the reference implementation has it. */
const MOST_HEADER_BYTES = 100_000_000;
const MOST_RANK = 8;
const LENGTH_BYTES = 8;

const integer = (size: 1 | 2 | 4 | 8, signed: boolean): Datatype => ({
  kind: "integer",
  name: `${signed ? "int" : "uint"}${8 * size}`,
  size,
  signed,
  bigEndian: false,
});
const float = (name: "float16" | "bfloat16" | "float32" | "float64", size: number): Datatype => ({
  kind: "float",
  name,
  size,
  bigEndian: false,
});

const DTYPES: ReadonlyMap<Json | undefined, Datatype> = new Map([
  ["F64", float("float64", 8)],
  ["F32", float("float32", 4)],
  ["F16", float("float16", 2)],
  ["BF16", float("bfloat16", 2)],
  ["I64", integer(8, true)],
  ["I32", integer(4, true)],
  ["I16", integer(2, true)],
  ["I8", integer(1, true)],
  ["U8", integer(1, false)],
]);

/** Where Cellstate keeps what the arrays belong to; each text is JSON. */
export const METADATA = { config: "config", training: "training", extras: "cellstate" } as const;

interface Entry {
  name: string;
  begin: number;
  end: number;
  weight: StoredWeight;
}

/** Takes a file apart. @throws InputError for what is damaged or hostile, and for a file without a network */
export function openSafetensors(bytes: Uint8Array, file: string): OpenedFile {
  const work = new Work(file, bytes.length);
  const { header, data } = split(bytes, file, work);
  const metadata = readMetadata(header["__metadata__"] ?? {}, file);
  const weights = readEntries(header, data, file);
  const json = (key: string, forbidden?: ReadonlySet<string>) => {
    const text = metadata.get(key);
    return text === undefined ? undefined : parseJson(text, `${file}: metadata ${key}`, { forbidden, work });
  };
  const config = json(METADATA.config);
  if (config === undefined) {
    throw inputError({
      expected: "the network in the metadata, as Cellstate writes it",
      where: file,
      received: `${weights.size} arrays alone`,
      next: "Build the model, and set its weights by name.",
    });
  }
  return {
    format: "safetensors file",
    version: metadata.get("keras_version") ?? null,
    config,
    where: `${file}: metadata config`,
    training: json(METADATA.training),
    weights: storeOf(weights, file),
    optimizer: optimizerOf(weights),
    extras: json(METADATA.extras, DATA_FORBIDDEN) ?? null,
    verify: () => checkSeal(metadata.get(SEAL), bytes, file),
  };
}

function split(bytes: Uint8Array, file: string, work: Work): { header: JsonObject; data: Uint8Array } {
  const where = `${file}: header`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const most = Math.min(MOST_HEADER_BYTES, bytes.length - LENGTH_BYTES);
  if (length > most) {
    throw inputError({ expected: `at most ${most} bytes`, where, received: length });
  }
  const data = bytes.subarray(LENGTH_BYTES + length);
  const text = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
  const header = parseJson(text, where, { forbidden: DATA_FORBIDDEN, work });
  if (!isObject(header)) throw inputError({ expected: "an object", where, received: header });
  return { header, data };
}

function readMetadata(value: Json, file: string): Map<string, string> {
  const entries = isObject(value) ? Object.entries(value) : [];
  if (!isObject(value) || !entries.every(([, text]) => typeof text === "string")) {
    throw inputError({ expected: "texts by name", where: `${file}: __metadata__`, received: value });
  }
  return new Map(entries as [string, string][]);
}

/** Arrays by name. Together they fill the data: no two share a byte, and none is left over. */
function readEntries(header: JsonObject, data: Uint8Array, file: string): Map<string, StoredWeight> {
  const entries = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]) => readEntry(name, value, data, file))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const { begin, end: next, weight } of entries) {
    if (begin !== end) {
      const expected = `data_offsets that begin at ${end}, where the array before ends`;
      throw inputError({ expected, where: weight.where, received: begin });
    }
    end = next;
  }
  if (end !== data.length) {
    throw inputError({ expected: `${end} bytes of arrays`, where: file, received: data.length });
  }
  return new Map(entries.map(({ name, weight }) => [name, weight]));
}

function readEntry(name: string, value: Json, data: Uint8Array, file: string): Entry {
  const where = `${file}: ${label(name)}`;
  if (!isObject(value)) {
    throw inputError({ expected: "{ dtype, shape, data_offsets }", where, received: value });
  }
  const type = DTYPES.get(value["dtype"]);
  if (!type) {
    const expected = `a dtype that is read (${[...DTYPES.keys()].join(", ")})`;
    throw inputError({ expected, where, received: value["dtype"] });
  }
  const shape = wholeNumbers(value["shape"], MOST_RANK, "a shape", where);
  const [begin, end] = wholeNumbers(value["data_offsets"], 2, "data_offsets [begin, end]", where);
  const size = shape.reduce((a, b) => a * b, type.size);
  if (begin === undefined || end === undefined || end > data.length || end - begin !== size) {
    const expected = `data_offsets of ${size} bytes within ${data.length}`;
    throw inputError({ expected, where, received: value["data_offsets"] });
  }
  const read = () => decodeNumbers(type, data.subarray(begin, end))!;
  return { name, begin, end, weight: { where, dataset: { path: name, shape, type: type.name, read } } };
}

function wholeNumbers(value: Json | undefined, most: number, what: string, where: string): number[] {
  const sound = (n: Json) => typeof n === "number" && Number.isSafeInteger(n) && n >= 0;
  if (Array.isArray(value) && value.length <= most && value.every(sound)) return value as number[];
  throw inputError({ expected: `${what}: whole numbers`, where, received: value });
}

/** Weights by the names that Cellstate gave them: "lstm/kernel". */
function storeOf(weights: Map<string, StoredWeight>, file: string): WeightsStore {
  return (entries, notes) => {
    const left = new Set(weights.keys());
    const found = entries.map(({ layer }) =>
      layer.parameters.map(({ name }) => {
        const full = `${layer.name}/${name}`;
        const weight = weights.get(full);
        if (!weight) throw inputError({ expected: `an array ${label(full)}`, where: file });
        left.delete(full);
        return weight;
      }),
    );
    for (const name of left) {
      if (!/^optimizer\/\d+$/.test(name)) notes.warn(`${file}: ${label(name)}: no layer has such a weight`);
    }
    return found;
  };
}

/** The optimizer's variables: "optimizer/0", "optimizer/1" … */
function optimizerOf(weights: Map<string, StoredWeight>): StoredWeight[] {
  const found: StoredWeight[] = [];
  for (let next = weights.get("optimizer/0"); next; next = weights.get(`optimizer/${found.length}`)) {
    found.push(next);
  }
  return found;
}
