/** Opening and saving models by path, URL or bytes. */
import { readBytes, writeAtomic } from "#files";
import type { EngineOptions } from "../engine/index.js";
import type { Model } from "../model/model.js";
import { type KerasFile, readKeras, writeKeras, writeKerasH5 } from "./keras/index.js";

/** Reads any file that Keras or Cellstate wrote: a path (Node), a URL, or its bytes. @throws InputError */
export async function loadModel(
  source: string | URL | Uint8Array,
  options: EngineOptions = {},
): Promise<Model> {
  return (await loadFile(source, options)).model;
}

/** As `loadModel`, with the receipt of what was read and what the file carries besides. */
export async function loadFile(
  source: string | URL | Uint8Array,
  options: EngineOptions = {},
): Promise<KerasFile> {
  if (source instanceof Uint8Array) return readKeras(source, { name: "file", ...options });
  return readKeras(await readBytes(source), { name: String(source), ...options });
}

/** Writes a model: .keras, or Keras's older .h5 by the ending. An older file gives way only to a whole one. */
export async function saveModel(model: Model, path: string): Promise<void> {
  const bytes = path.endsWith(".h5") ? await writeKerasH5(model) : await writeKeras(model, {});
  await writeAtomic(path, bytes);
}
