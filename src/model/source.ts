/** Where models come from: a path, a URL or bytes, and the files beside them. */
import { readBeside, readBytes } from "#files";
import { functionOf, textOf } from "../base/arguments.js";
import { inputError, knownOptions } from "../base/errors.js";
import { checkOnWarning, type WarningOptions } from "../base/notes.js";
import type { EngineOptions } from "../engines/registry.js";
import type { OpenedFile } from "../formats/opened.js";
import { openFile } from "../formats/registry.js";

/** Options of what reads models. */
export interface LoadOptions extends EngineOptions, WarningOptions {
  /** What messages call the file; its path or address, unless it is given as bytes. */
  name?: string;
  /**
   * Gives the files that a TensorFlow.js model's JSON names, by bare names that hold no path. Left out, they are read
   * from beside it; needed where the JSON is given as bytes.
   */
  beside?: (name: string) => Uint8Array | Promise<Uint8Array>;
}

/** A model file taken apart, and what is to be done with it. */
export interface OpenedSource {
  opened: OpenedFile;
  /** With the name that messages call it. */
  options: EngineOptions & WarningOptions & { name: string };
}

/** @throws InputError for what cannot be read, is damaged or hostile, or is no model file */
export async function openSource(
  source: string | URL | Uint8Array,
  loading: LoadOptions,
): Promise<OpenedSource> {
  knownOptions(loading, ["name", "beside", "engine", "threads", "onWarning"], "load options");
  const { beside, name: called, ...engine } = loading;
  checkOnWarning(engine.onWarning, "onWarning");
  const given = source instanceof Uint8Array;
  const found = nameOf(source);
  const name = textOf(called ?? found, "load name");
  if (beside !== undefined) functionOf(beside, "load beside");
  const bytes = given ? source : await readBytes(source);
  const neighbour = beside ?? (given ? noNeighbours : (file: string) => readBeside(source, file));
  return { opened: await openFile(bytes, name, neighbour), options: { name, ...engine } };
}

/** Whether a file of that name is a Keras script or notebook. */
export const isScript = (name: string): boolean => /\.(py|ipynb)$/i.test(name);

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
