/** Reading TensorFlow.js layers models: `model.json` with a Keras 2 configuration, and shards of weights beside it. */
import { inputError } from "../../base/errors.js";
import {
  checkKeys,
  DATA_FORBIDDEN,
  isObject,
  type Json,
  type JsonObject,
  parseJson,
} from "../../base/json.js";
import { label } from "../../base/label.js";
import { checkSeal, SEAL } from "../../base/seal.js";
import type { OpenedFile } from "../opened.js";
import { type ReadShard, readManifest } from "./manifest.js";
import { namedWeights } from "./weight-names.js";

/** TensorFlow.js follows Keras 2: its hard sigmoid, and a GRU that resets before the recurrent product. */
const MEANING = "2.15.0";

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
  const sealed = json[SEAL];
  const shards: Uint8Array[] = [];
  const readAndKeep = async (name: string) => {
    const shard = await readShard(name);
    if (sealed !== undefined) shards.push(shard);
    return shard;
  };
  const weights = await readManifest(json["weightsManifest"], file, readAndKeep);
  const training = json["trainingConfig"] ?? topology["training_config"];
  return {
    format: `TensorFlow.js layers model${written?.startsWith("tfjs") ? ` (${label(written)})` : ""}`,
    version: written?.startsWith("tfjs") ? null : written,
    meaning: written && /^[23]\./.test(written) ? written : MEANING,
    config: withoutNulls(config),
    where: `${file}: modelTopology`,
    training: isObject(training) ? inSnakeCase(training) : undefined,
    weights: namedWeights(weights, file),
    optimizer: [],
    extras: isObject(metadata) ? (metadata["cellstate"] ?? null) : null,
    verify() {
      if (sealed === undefined) return;
      // The text as it was written, however it may have been laid out since.
      checkSeal(sealed, new TextEncoder().encode(JSON.stringify(json)), file, shards);
    },
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
