/** Opening and saving models by path, URL or bytes. */
import type { Json } from "../base/json.js";
import { ENGINES } from "../engines/engines.js";
import { modelOf } from "./given.js";
import { type KerasFile, readOpened } from "./keras.js";
import type { Model } from "./model.js";
import { type LoadOptions, type ModelSource, openSource } from "./source.js";

/**
 * Reads any model file. What may make the model behave otherwise than where it came from stands in its `notes`, which `fit`
 * and `predict` say once: what Keras or Cellstate wrote, a TensorFlow.js layers model by its `model.json`, or a safetensors
 * file of Cellstate's. A path (Node), a URL, its bytes, a File, Blob or Response; the content decides what it is. @throws InputError
 */
export async function loadModel(source: ModelSource, options: LoadOptions = {}): Promise<Model> {
  return (await loadFile(source, options)).model;
}

/**
 * Writes a model in the format that the path's ending names: .keras, .h5, .safetensors, .onnx, .json (a TensorFlow.js model
 * with its shards beside it) .mjs (an ES module with exact weights) or .html (a page around that). Node only. @throws InputError
 */
export async function saveModel(model: Model, path: string | URL): Promise<void> {
  await modelOf(model, "saveModel").save(path);
}

/** As `loadModel`, with the receipt of what was read and what the file carries besides. */
export async function loadFile(source: ModelSource, loading: LoadOptions = {}): Promise<KerasFile> {
  const { opened, options } = await openSource(source, loading);
  await ENGINES.ready(options);
  const file = readOpened(opened, options);
  if (file.extras !== null) kept.set(file.model, { extras: file.extras, name: options.name });
  return file;
}

const kept = new WeakMap<Model, { extras: Json; name: string }>();

/** What a model's file carries besides the network, and what messages call the file; undefined for other models. */
export const extrasOf = (model: Model): { extras: Json; name: string } | undefined => kept.get(model);
