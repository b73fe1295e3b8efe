/** Writing a model, or a classifier, in the format that a file's ending names. */
import { writeAtomic } from "#files";
import { inputError } from "../base/errors.js";
import type { Json } from "../base/json.js";
import { modelOf } from "../model/given.js";
import type { Model } from "../model/model.js";
import type { WeightKind } from "./module/weights-text.js";

/** A model and what is kept beside it: vocabulary, labels …; null for none. */
export interface Savable {
  readonly model: Model;
  readonly extras: Json;
}

interface WriteOptions {
  /** What the file is called, without its folder. */
  name: string;
  /** Of an ES module. */
  weights: WeightKind;
}

export interface Format {
  /** What is written, in words. */
  readonly what: string;
  /** Whether vocabulary and labels have a place in it. */
  readonly keepsExtras: boolean;
  /** The file's bytes, or those of it and of others in its folder by name, the file itself last. */
  write(source: Savable, options: WriteOptions): Promise<Uint8Array | Map<string, Uint8Array>>;
  /** What of the model's training it has no place for though it holds the rest, a line each. */
  leftOut?(model: Model): Promise<string[]>;
}

// Writers are loaded when one is needed: a page that shows one model should not carry them all.
const keras = {
  leftOut: async (model: Model) => (await import("./keras/compile-config.js")).compileLeftOut(model),
};
const HDF5: Format = {
  what: "HDF5 model",
  keepsExtras: false,
  write: async ({ model }) => (await import("./keras/write.js")).writeKerasH5(model),
  ...keras,
};

/** By the ending that asks for each. */
export const FORMATS: Readonly<Record<string, Format>> = {
  keras: {
    what: "Keras archive",
    keepsExtras: true,
    write: async ({ model, extras }) => (await import("./keras/write.js")).writeKeras(model, { extras }),
    ...keras,
  },
  h5: HDF5,
  mjs: { what: "ES module", keepsExtras: true, write: moduleBytes },
  onnx: {
    what: "ONNX model",
    keepsExtras: true,
    write: async ({ model, extras }) => (await import("./onnx/write.js")).writeOnnx(model, { extras }),
  },
  safetensors: {
    what: "safetensors file",
    keepsExtras: true,
    write: async ({ model, extras }) =>
      (await import("./safetensors/write.js")).writeSafetensors(model, { extras }),
  },
  json: {
    what: "TensorFlow.js layers model",
    keepsExtras: true,
    write: tfjsFiles,
    leftOut: async (model) => (await import("./tfjs/write.js")).tfjsLeftOut(model),
  },
  hdf5: HDF5,
};

/** The format that a path's ending names, in capitals or not. @throws InputError for an ending that names none */
export function formatOf(path: string | URL): Format & { ending: string } {
  if (typeof path !== "string" && !(path instanceof URL)) {
    throw inputError({ expected: "a path or a file: URL", where: "the file to write", received: path });
  }
  const name = String(path);
  const ending = /[^./\\]\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const format = Object.hasOwn(FORMATS, ending) ? FORMATS[ending]! : null;
  if (format && !/\.weights\.(h5|json)$/i.test(name)) return { ...format, ending };
  const endings = Object.keys(FORMATS).map((known) => `.${known}`);
  throw inputError({
    expected: `a file ending in ${endings.join(", ")}`,
    where: name,
    next: format
      ? "By such a name Keras takes it for weights alone; these are whole models."
      : "The ending says the format.",
  });
}

/**
 * Writes files in the format that the path's ending names; an older file gives way only to a whole one.
 * Node only. What of its training the format has no place for is said to the model's `onWarning`. Returns how many bytes
 * were written, in how many files.
 * @throws InputError for a path or a network that the format has no place for
 */
export async function saveAs(
  source: Savable,
  path: string | URL,
  weights: WeightKind = "float32",
): Promise<{ bytes: number; files: number }> {
  const format = formatOf(path);
  const [, folder = "", last = ""] = /^(.*[/\\])?([^/\\]*)$/s.exec(String(path))!;
  const isUrl = path instanceof URL || /^file:/i.test(path);
  const name = isUrl ? decodeURIComponent(last) : last;
  const written = await format.write(source, { name, weights });
  const files = written instanceof Uint8Array ? new Map([[name, written]]) : written;
  let bytes = 0;
  for (const [file, content] of files) {
    await writeAtomic(folder + (isUrl ? encodeURIComponent(file) : file), content);
    bytes += content.length;
  }
  for (const text of (await format.leftOut?.(source.model)) ?? []) source.model.remarks.tell(text);
  return { bytes, files: files.size };
}

/**
 * Writes a model in the format that the path's ending names: .keras, .h5, .safetensors, .onnx, .json (a TensorFlow.js model
 * with its shards beside it) or .mjs (an ES module with exact weights). Node only. @throws InputError
 */
export async function saveModel(model: Model, path: string | URL): Promise<void> {
  await saveAs({ model: modelOf(model, "saveModel"), extras: null }, path);
}

/** With its texts and labels where it is a classifier. */
async function moduleBytes({ model, extras }: Savable, { name, weights }: WriteOptions): Promise<Uint8Array> {
  const { writeClassifierModule, writeModelModule } = await import("./module/write.js");
  if (extras === null) return new TextEncoder().encode(writeModelModule(model, { weights }));
  const { TextClassifier } = await import("../classifier/classifier.js");
  const classifier = TextClassifier.fromModel(model, extras, name);
  return new TextEncoder().encode(writeClassifierModule(classifier, { weights }));
}

/** Shards first, so that the JSON never names what is not there yet. */
async function tfjsFiles(
  { model, extras }: Savable,
  { name }: WriteOptions,
): Promise<Map<string, Uint8Array>> {
  const { writeTfjs } = await import("./tfjs/write.js");
  const stem = name.replace(/\.json$/i, "");
  // Names that are a path to someone are not read again.
  const files = writeTfjs(model, { extras, ...(/^[^./\\:%][^/\\:%]{0,200}$/.test(stem) && { stem }) });
  const named = [...files].map(([file, bytes]) => [file === "model.json" ? name : file, bytes] as const);
  return new Map(named.reverse());
}
