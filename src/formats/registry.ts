/** The formats of models, one row each: how a file is known, read and written. Readers and writers load when needed. */
import { inputError } from "../base/errors.js";
import type { Json } from "../base/json.js";
import { Long } from "../base/progress.js";
import type { TrainedLike } from "../train/trainer.js";
import { isHdf5, isJson, isSafetensors, isTfjs, isZip } from "./detect.js";
import type { WeightKind } from "./module/weights-text.js";
import type { OpenedFile } from "./opened.js";

/** A model and what is kept beside it: vocabulary, labels …; null for none. */
export interface Savable {
  readonly model: TrainedLike;
  readonly extras: Json;
}

export interface WriteOptions {
  /** What the file is called, without its folder. */
  name: string;
  /** Of an ES module, and of the page around one. */
  weights: WeightKind;
}

/** Gives a file that lies beside the one that is read, by a bare name. */
export type ReadBeside = (name: string) => Uint8Array | Promise<Uint8Array>;

interface Reader {
  /** Whether bytes begin as such a file does. */
  detects(bytes: Uint8Array): boolean;
  /** Takes a file apart. @throws InputError for what is damaged or hostile */
  open(bytes: Uint8Array, file: string, beside: ReadBeside): Promise<OpenedFile>;
}

interface Writer {
  /** Whether vocabulary and labels have a place in it. */
  readonly keepsExtras: boolean;
  /** The file's bytes, or those of it and of others in its folder by name, the file itself last. */
  write(source: Savable, options: WriteOptions): Promise<Uint8Array | Map<string, Uint8Array>>;
  /** What of the model's training it has no place for though it holds the rest, a line each. */
  leftOut?(model: TrainedLike): Promise<string[]>;
}

export interface Format {
  /** In words. */
  readonly what: string;
  /** The endings of names that ask for it, the usual one first. */
  readonly endings: readonly string[];
  readonly reads?: Reader;
  readonly writes?: Writer;
}

const keras = () => import("./keras/open.js");
const leftOut = async (model: TrainedLike) =>
  (await import("./keras/compile-config.js")).compileLeftOut(model);

const encode = (text: string) => new TextEncoder().encode(text);

/** Where two read a file, the first of them does. */
export const FORMATS: readonly Format[] = [
  {
    what: "Keras archive",
    endings: ["keras"],
    reads: { detects: isZip, open: async (bytes, file) => (await keras()).openArchive(bytes, file) },
    writes: {
      keepsExtras: true,
      write: async ({ model, extras }) => {
        const { writingKeras } = await import("./keras/write.js");
        return new Long({}, "save").run(writingKeras(model, { extras }));
      },
      leftOut,
    },
  },
  {
    what: "HDF5 model",
    endings: ["h5", "hdf5"],
    reads: { detects: isHdf5, open: async (bytes, file) => (await keras()).openHdf5(bytes, file) },
    writes: {
      keepsExtras: false,
      write: async ({ model }) => (await import("./keras/write.js")).writeKerasH5(model),
      leftOut,
    },
  },
  {
    what: "ES module",
    endings: ["mjs"],
    writes: {
      keepsExtras: true,
      write: async ({ model, extras }, options) =>
        encode((await import("./module/write.js")).moduleSource(model, extras, options)),
    },
  },
  {
    what: "page to try the model in",
    endings: ["html"],
    writes: {
      keepsExtras: true,
      write: async ({ model, extras }, options) =>
        encode((await import("./module/page.js")).pageSource(model, extras, options)),
    },
  },
  {
    what: "ONNX model",
    endings: ["onnx"],
    writes: {
      keepsExtras: true,
      write: async ({ model, extras }) => (await import("./onnx/write.js")).writeOnnx(model, { extras }),
    },
  },
  {
    what: "safetensors file",
    endings: ["safetensors"],
    reads: {
      detects: isSafetensors,
      open: async (bytes, file) => (await import("./safetensors/read.js")).openSafetensors(bytes, file),
    },
    writes: {
      keepsExtras: true,
      write: async ({ model, extras }) =>
        (await import("./safetensors/write.js")).writeSafetensors(model, { extras }),
    },
  },
  {
    what: "TensorFlow.js layers model",
    endings: ["json"],
    reads: {
      detects: isTfjs,
      open: async (bytes, file, beside) => (await import("./tfjs/read.js")).openTfjs(bytes, file, beside),
    },
    writes: {
      keepsExtras: true,
      write: async ({ model, extras }, { name }) =>
        (await import("./tfjs/write.js")).tfjsFiles(model, extras, name),
      leftOut: async (model) => (await import("./tfjs/write.js")).tfjsLeftOut(model),
    },
  },
  {
    what: "JSON architecture",
    endings: [],
    reads: { detects: isJson, open: async (bytes, file) => (await keras()).openJson(bytes, file) },
  },
];

/** Every ending that names a format to write: the usual ones first. */
export const ENDINGS: readonly string[] = [
  ...FORMATS.flatMap(({ writes, endings }) => (writes ? endings.slice(0, 1) : [])),
  ...FORMATS.flatMap(({ writes, endings }) => (writes ? endings.slice(1) : [])),
];

/** One after another, "or" before the last. */
const listed = (words: readonly string[]) => `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

/** The endings of formats with a place for vocabulary and labels, in words. */
export const KEEPING_ENDINGS = listed(
  FORMATS.flatMap(({ writes, endings }) => (writes?.keepsExtras ? [`.${endings[0]}`] : [])),
);

/** A format that is written, and the ending that asked for it. */
export interface Chosen extends Writer {
  readonly what: string;
  readonly ending: string;
  /** Whether such a file is read, too. */
  readonly isRead: boolean;
}

/** The format that a path's ending names, in capitals or not. @throws InputError for an ending that names none */
export function formatOf(path: string | URL): Chosen {
  if (typeof path !== "string" && !(path instanceof URL)) {
    throw inputError({ expected: "a path or a file: URL", where: "the file to write", received: path });
  }
  const name = String(path);
  const ending = /[^./\\]\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const format = FORMATS.find(({ writes, endings }) => writes && endings.includes(ending));
  if (format?.writes && !/\.weights\.(h5|json)$/i.test(name)) {
    return { what: format.what, ending, isRead: format.reads !== undefined, ...format.writes };
  }
  throw inputError({
    expected: `a file ending in ${ENDINGS.map((known) => `.${known}`).join(", ")}`,
    where: name,
    next: format
      ? "By such a name Keras takes it for weights alone; these are whole models."
      : "The ending says the format.",
  });
}

/**
 * Takes a model file apart: its content decides what it is, not its name. Nothing in it is executed.
 * @throws InputError, one line that names the place, for anything damaged, hostile or unknown
 */
export async function openFile(bytes: Uint8Array, file: string, beside: ReadBeside): Promise<OpenedFile> {
  const format = FORMATS.find(({ reads }) => reads?.detects(bytes));
  if (format?.reads) return format.reads.open(bytes, file, beside);
  const { foreignKind, refuseForeign } = await import("./foreign.js");
  const kinds = FORMATS.flatMap(({ reads, what }) => (reads ? [what] : []));
  throw refuseForeign(`a Keras model or its like (${listed(kinds)})`, file, foreignKind(bytes));
}
