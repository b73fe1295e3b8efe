/** Opening and saving models by path, URL or bytes. */

import { readBeside, readBytes, writeAtomic } from "#files";
import { functionOf, pathOf, textOf } from "../arguments.js";
import type { EngineOptions } from "../engine/index.js";
import { inputError, knownOptions } from "../errors.js";
import { modelOf } from "../model/given.js";
import type { Model } from "../model/model.js";
import { type KerasFile, readKeras, readOpened, writeKeras, writeKerasH5 } from "./keras/index.js";
import { isSafetensors, openSafetensors } from "./safetensors/read.js";
import { isTfjs, openTfjs } from "./tfjs/read.js";

export interface LoadOptions extends EngineOptions {
  /** What messages call the file; its path or address, unless it is given as bytes. */
  name?: string;
  /**
   * Gives the files that a TensorFlow.js model's JSON names, by bare names that hold no path. Left out, they are read
   * from beside it; needed where the JSON is given as bytes.
   */
  beside?: (name: string) => Uint8Array | Promise<Uint8Array>;
}

/**
 * Reads any model file: what Keras or Cellstate wrote, a TensorFlow.js layers model by its `model.json`, or a safetensors
 * file of Cellstate's. A path (Node), a URL, or its bytes; the content decides what it is. @throws InputError
 */
export async function loadModel(
  source: string | URL | Uint8Array,
  options: LoadOptions = {},
): Promise<Model> {
  return (await loadFile(source, options)).model;
}

/** As `loadModel`, with the receipt of what was read and what the file carries besides. */
export async function loadFile(
  source: string | URL | Uint8Array,
  loading: LoadOptions = {},
): Promise<KerasFile> {
  knownOptions(loading, ["name", "beside", "engine", "threads"], "load options");
  const { beside, name: called, ...engine } = loading;
  const given = source instanceof Uint8Array;
  const found = nameOf(source);
  const name = textOf(called ?? found, "load name");
  if (beside !== undefined) functionOf(beside, "load beside");
  const bytes = given ? source : await readBytes(source);
  const options = { name, ...engine };
  if (isSafetensors(bytes)) return readOpened(openSafetensors(bytes, name), options);
  if (!isTfjs(bytes)) return readKeras(bytes, options);
  const neighbour = beside ?? (given ? noNeighbours : (file: string) => readBeside(source, file));
  return readOpened(await openTfjs(bytes, name, neighbour), options);
}

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

/** Writes a model: .keras, or Keras's older .h5 by the ending. An older file gives way only to a whole one. */
export async function saveModel(model: Model, path: string): Promise<void> {
  modelOf(model, "saveModel");
  pathOf(path, "saveModel path");
  const bytes = path.endsWith(".h5") ? await writeKerasH5(model) : await writeKeras(model, {});
  await writeAtomic(path, bytes);
}
