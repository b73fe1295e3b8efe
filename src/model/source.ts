/** Where models come from: a path, an address, or a file that a program holds; and the files beside them. */
import { readBeside, readBytes } from "#files";
import { functionOf, textOf } from "../base/arguments.js";
import { inputError, knownOptions } from "../base/errors.js";
import { bytesIn, isBlob, isResponse, nameOfBlob, nameOfResponse } from "../base/given-files.js";
import { checkOnWarning, type WarningOptions } from "../base/notes.js";
import { readBlob, readResponse } from "../base/web-files.js";
import type { EngineOptions } from "../engines/registry.js";
import type { OpenedFile } from "../formats/opened.js";
import { openFile } from "../formats/registry.js";

/**
 * Where a model file is: a path (in a browser, an address), a URL, bytes, a File or Blob, or a Response, whose URL is that of the
 * files beside it, too.
 */
export type ModelSource = string | URL | ArrayBuffer | ArrayBufferView | Blob | Response;

/** Options of what reads models. */
export interface LoadOptions extends EngineOptions, WarningOptions {
  /** What messages call the file; its path, address or name, where it has one. */
  name?: string;
  /**
   * Gives the files that a TensorFlow.js model's JSON names, by bare names that hold no path. Left out, they are read
   * from beside it; needed where the JSON is given as bytes or a File.
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
export async function openSource(source: ModelSource, loading: LoadOptions): Promise<OpenedSource> {
  knownOptions(loading, ["name", "beside", "engine", "threads", "onWarning"], "load options");
  const { beside, name: called, ...engine } = loading;
  checkOnWarning(engine.onWarning, "onWarning");
  const file = fileAt(source);
  const name = textOf(called ?? file.name, "load name");
  if (beside !== undefined) functionOf(beside, "load beside");
  const bytes = await file.read();
  return { opened: await openFile(bytes, name, beside ?? file.beside), options: { name, ...engine } };
}

/** Whether a file of that name is a Keras script or notebook. */
export const isScript = (name: string): boolean => /\.(py|ipynb)$/i.test(name);

/** A file that a source stands for. */
interface SourceFile {
  /** What messages call it. */
  readonly name: string;
  read(): Promise<Uint8Array>;
  beside(name: string): Promise<Uint8Array>;
}

/** @throws InputError for what is no source */
function fileAt(source: unknown): SourceFile {
  const isPath = typeof source === "string" && source !== "" && !source.includes("\0");
  if (isPath || source instanceof URL) {
    const beside = (file: string) => readBeside(source, file);
    return { name: String(source), read: () => readBytes(source), beside };
  }
  const bytes = bytesIn(source);
  if (bytes) return { name: NAMELESS, read: async () => bytes, beside: noNeighbours };
  if (isBlob(source)) {
    const name = nameOfBlob(source) ?? NAMELESS;
    return { name, read: () => readBlob(source, name), beside: noNeighbours };
  }
  if (isResponse(source)) {
    const { url } = source;
    const name = nameOfResponse(source) ?? NAMELESS;
    const beside = url === "" ? noNeighbours : (file: string) => readBeside(url, file);
    return { name, read: () => readResponse(source, name), beside };
  }
  const expected = "a path, a URL, bytes, a File or Blob, or a Response";
  throw inputError({ expected, where: "load", received: source });
}

/** What messages call a file without a name. */
const NAMELESS = "file";

/** What messages call a model's file. @throws InputError for what is no source */
export const nameOf = (source: unknown): string => fileAt(source).name;

async function noNeighbours(name: string): Promise<never> {
  throw inputError({
    expected: "the files beside model.json",
    where: name,
    next: "Give the model's path or URL, or the option `beside`.",
  });
}
