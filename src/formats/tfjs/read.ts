/** Reading TensorFlow.js layers models: `model.json` with a Keras 2 configuration, and shards of weights beside it. */
import { inputError } from "../../errors.js";
import { checkKeys, DATA_FORBIDDEN, isObject, type Json, type JsonObject, parseJson } from "../json.js";
import type { OpenedFile } from "../keras/read.js";
import type { StoredWeight, WeightsStore } from "../keras/weights-store.js";
import { label } from "../label.js";
import { type ReadShard, readManifest } from "./manifest.js";

/** TensorFlow.js follows Keras 2: its hard sigmoid, and a GRU that resets before the recurrent product. */
const MEANING = "2.15.0";

/** Whether these are the bytes of a `model.json`, from how its keys are called. */
export function isTfjs(bytes: Uint8Array): boolean {
  if (!/^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)))) return false;
  const text = new TextDecoder().decode(bytes);
  return /"(modelTopology|weightsManifest)"\s*:/.test(text);
}

/**
 * Takes a layers model apart. `readShard` gives the files that the manifest names, by names that were seen to hold no
 * path. @throws InputError for what is damaged, hostile or no layers model
 */
export async function openTfjs(bytes: Uint8Array, file: string, readShard: ReadShard): Promise<OpenedFile> {
  const json = parseJson(bytes, file, { forbidden: DATA_FORBIDDEN });
  const topology = isObject(json) ? (json["modelTopology"] ?? null) : null;
  if (!isObject(json) || !isObject(topology) || json["format"] === "graph-model") {
    throw inputError({
      expected: "a TensorFlow.js layers model",
      where: file,
      received: isObject(json) && json["format"] === "graph-model" ? "a graph model" : topology,
      next: "A graph model holds no layers: convert the Keras model to a layers model.",
    });
  }
  // Only what stands outside the topology may have anyone's words for keys.
  checkKeys(topology, `${file}: modelTopology`);
  // model.save() puts the model itself there; the converter from Python, what it found in an .h5 file.
  const config = isObject(topology["model_config"] ?? null) ? topology["model_config"]! : topology;
  const version = topology["keras_version"];
  const written = typeof version === "string" ? version : null;
  const metadata = json["userDefinedMetadata"] ?? null;
  const training = json["trainingConfig"] ?? topology["training_config"];
  return {
    format: `TensorFlow.js layers model${written?.startsWith("tfjs") ? ` (${label(written)})` : ""}`,
    version: written?.startsWith("tfjs") ? null : written,
    meaning: written && /^[23]\./.test(written) ? written : MEANING,
    config: withoutNulls(config),
    where: `${file}: modelTopology`,
    training: isObject(training) ? inSnakeCase(training) : undefined,
    weights: storeOf(await readManifest(json["weightsManifest"], file, readShard), file),
    optimizer: [],
    extras: isObject(metadata) ? (metadata["cellstate"] ?? null) : null,
  };
}

/** Switches that TensorFlow.js leaves at null to say that nobody set them. */
const SWITCHES = new Set(["unit_forget_bias", "use_bias", "return_sequences", "go_backwards", "mask_zero"]);

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key, item]) => !(item === null && SWITCHES.has(key)));
  return Object.fromEntries(
    kept.map(([key, item]) => [key, key === "target_shape" ? sizesLeft(item) : withoutNulls(item)]),
  );
}

/** Where Keras has −1, as many as are left, TensorFlow.js has null. */
const sizesLeft = (shape: Json): Json => (Array.isArray(shape) ? shape.map((n) => n ?? -1) : shape);

/** An optimizer's settings come as JavaScript has them, learningRate and beta1, or as Python does. */
function inSnakeCase(value: JsonObject): JsonObject {
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [
    key.replace(
      /([a-z])([A-Z0-9])/g,
      (_, before: string, after: string) => `${before}_${after.toLowerCase()}`,
    ),
    isObject(item) ? inSnakeCase(item) : item,
  ]);
  return Object.fromEntries(entries);
}

/** Weights are called "layer/…/kernel"; where the layers are called otherwise, their order decides, as in Keras. */
function storeOf(weights: StoredWeight[], file: string): WeightsStore {
  const byLayer = new Map<string, StoredWeight[]>();
  for (const weight of weights) {
    const layer = weight.dataset.path.split("/")[0]!;
    if (!byLayer.has(layer)) byLayer.set(layer, []);
    byLayer.get(layer)!.push(weight);
  }
  return (entries) => {
    const wanted = entries.filter(({ layer }) => layer.parameters.length > 0);
    if (wanted.every(({ layer }) => byLayer.get(layer.name)?.length === layer.parameters.length)) {
      return entries.map(({ layer }) => (layer.parameters.length > 0 ? byLayer.get(layer.name)! : []));
    }
    const total = wanted.reduce((sum, { layer }) => sum + layer.parameters.length, 0);
    if (total !== weights.length) {
      const where = `${file}: weightsManifest`;
      throw inputError({ expected: `${total} weights, as the layers have`, where, received: weights.length });
    }
    let next = 0;
    return entries.map(({ layer }) => weights.slice(next, (next += layer.parameters.length)));
  };
}
