/** Opening and saving models by path, URL or bytes. */
import { readBeside, readBytes } from "#files";
import { functionOf, textOf } from "../base/arguments.js";
import { inputError, knownOptions } from "../base/errors.js";
import type { Json } from "../base/json.js";
import { checkOnWarning, type WarningOptions } from "../base/notes.js";
import type { EngineOptions } from "../engines/index.js";
import { openFile } from "../formats/registry.js";
import { modelOf } from "./given.js";
import { type KerasFile, readOpened } from "./keras.js";
import type { Model } from "./model.js";

export interface LoadOptions extends EngineOptions, WarningOptions {
  /** What messages call the file; its path or address, unless it is given as bytes. */
  name?: string;
  /**
   * Gives the files that a TensorFlow.js model's JSON names, by bare names that hold no path. Left out, they are read
   * from beside it; needed where the JSON is given as bytes.
   */
  beside?: (name: string) => Uint8Array | Promise<Uint8Array>;
}

/**
 * Reads any model file. What may make the model behave otherwise than where it came from stands in its `notes`, which `fit`
 * and `predict` say once: what Keras or Cellstate wrote, a TensorFlow.js layers model by its `model.json`, or a safetensors
 * file of Cellstate's. A path (Node), a URL, or its bytes; the content decides what it is. @throws InputError
 */
export async function loadModel(
  source: string | URL | Uint8Array,
  options: LoadOptions = {},
): Promise<Model> {
  return (await loadFile(source, options)).model;
}

/**
 * Writes a model in the format that the path's ending names: .keras, .h5, .safetensors, .onnx, .json (a TensorFlow.js model
 * with its shards beside it) or .mjs (an ES module with exact weights). Node only. @throws InputError
 */
export async function saveModel(model: Model, path: string | URL): Promise<void> {
  await modelOf(model, "saveModel").save(path);
}

/** As `loadModel`, with the receipt of what was read and what the file carries besides. */
export async function loadFile(
  source: string | URL | Uint8Array,
  loading: LoadOptions = {},
): Promise<KerasFile> {
  knownOptions(loading, ["name", "beside", "engine", "threads", "onWarning"], "load options");
  const { beside, name: called, ...engine } = loading;
  checkOnWarning(engine.onWarning, "onWarning");
  const given = source instanceof Uint8Array;
  const found = nameOf(source);
  const name = textOf(called ?? found, "load name");
  if (beside !== undefined) functionOf(beside, "load beside");
  const bytes = given ? source : await readBytes(source);
  const options = { name, ...engine };
  const neighbour = beside ?? (given ? noNeighbours : (file: string) => readBeside(source, file));
  const file = readOpened(await openFile(bytes, name, neighbour), options);
  if (file.extras !== null) kept.set(file.model, { extras: file.extras, name });
  return file;
}

const kept = new WeakMap<Model, { extras: Json; name: string }>();

/** What a model's file carries besides the network, and what messages call the file; undefined for other models. */
export const extrasOf = (model: Model): { extras: Json; name: string } | undefined => kept.get(model);

/** What messages call a model's file. @throws InputError for what is none of path, URL and bytes */
export function nameOf(source: unknown): string {
  if (source instanceof Uint8Array) return "file";
  if (source instanceof URL) return String(source);
  if (typeof source === "string" && source !== "" && !source.includes("\0")) return source;
  throw inputError({ expected: "a path, a URL or bytes", where: "load", received: source });
}

function noNeighbours(name: string): never {
  throw inputError({
    expected: "the files beside model.json",
    where: name,
    next: "Give the model's path or URL, or the option `beside`.",
  });
}
