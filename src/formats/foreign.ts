/** What a file that is no model of ours is, so that the message can say it, and what to do with it. */
import { inputError } from "../base/errors.js";
import { isObject, type Json } from "../base/json.js";
import { label } from "../base/label.js";

export interface Foreign {
  /** "a Jupyter notebook" */
  what: string;
  next?: string;
}

const SAVE_KERAS = "Open it in Python and save it with model.save('model.keras').";
const GET_AGAIN = "Get the file again: this is what a failed download leaves.";

/** @param expected what would have been right */
export const refuseForeign = (expected: string, where: string, { what, next }: Foreign) =>
  inputError({ expected, where, received: what, ...(next && { next }) });

/** Files known by their first bytes: at an offset, in Latin-1. */
const MAGIC: readonly (readonly [at: number, bytes: string, Foreign])[] = [
  [0, "\x1f\x8b", { what: "a gzip file", next: "Unpack it first." }],
  [0, "BZh", { what: "a bzip2 file", next: "Unpack it first." }],
  [0, "\xfd7zXZ", { what: "an xz file", next: "Unpack it first." }],
  [0, "7z\xbc\xaf", { what: "a 7-Zip file", next: "Unpack it first." }],
  [0, "\x28\xb5\x2f\xfd", { what: "a Zstandard file", next: "Unpack it first." }],
  [0, "Rar!", { what: "a RAR file", next: "Unpack it first." }],
  [257, "ustar", { what: "a tar archive", next: "Unpack it first." }],
  [0, "\x93NUMPY", { what: "a NumPy array", next: "A model's weights alone are not a model." }],
  [0, "GGUF", { what: "a GGUF model, of another kind of network" }],
  [4, "TFL3", { what: "a TensorFlow Lite model", next: "Save the Keras model that it was made from." }],
  [0, "PAR1", { what: "a Parquet table" }],
  [0, "SQLite format 3", { what: "an SQLite database" }],
  [0, "\x89PNG", { what: "a picture" }],
  [0, "\xff\xd8\xff", { what: "a picture" }],
  [0, "GIF8", { what: "a picture" }],
  [0, "%PDF", { what: "a PDF" }],
  [0, "\x7fELF", { what: "a program" }],
  [
    0,
    "version https://git-lfs",
    { what: "a Git LFS pointer", next: "Get the file itself with git lfs pull." },
  ],
];

/** The end of a LevelDB table, which the index of a TensorFlow checkpoint is. */
const TABLE_END = "\x57\xfb\x80\x8b\x24\x75\x47\xdb";

const latin = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
/** Windows-1252, which TextDecoder means by Latin-1, has other characters from 0x80 to 0x9f. */
const exactly = (bytes: Uint8Array, at: number, wanted: string) =>
  bytes.length >= at + wanted.length && [...wanted].every((c, i) => bytes[at + i] === c.charCodeAt(0));

/** What a file is, from its first bytes. */
export function foreignKind(bytes: Uint8Array): Foreign {
  if (bytes.length === 0) return { what: "an empty file", next: GET_AGAIN };
  const known = MAGIC.find(([at, magic]) => exactly(bytes, at, magic));
  if (known) return known[2];
  const head = latin(bytes.subarray(0, 4096));
  const pickled = (bytes[0] === 0x80 && bytes[1]! <= 5) || /^\(?c[\w.]+\n\w+\n/.test(head.slice(0, 200));
  // PyTorch's older format begins with a pickled number.
  if (pickled && exactly(bytes, 2, "\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.")) return PYTORCH;
  if (pickled) return { what: "a Python pickle", next: `It is never run. ${SAVE_KERAS}` };
  if (exactly(bytes, Math.max(0, bytes.length - 8), TABLE_END)) return CHECKPOINT;
  if (bytes[0] === 0x08 && bytes[1] === 1 && bytes[2] === 0x12) return SAVED_MODEL;
  if (bytes[0] === 0x08 && bytes[1]! <= 20 && [0x12, 0x1a, 0x22, 0x3a, 0x42].includes(bytes[2]!)) return ONNX;
  if (bytes[0] === 0x0a && /(Placeholder|Const|NoOp)/.test(head.slice(0, 200))) return FROZEN_GRAPH;
  return foreignText(bytes, head);
}

/** Where one is asked for weights, or is not taken for a script by its name. */
const SCRIPT = "It holds no weights: train and summary read it, where its name ends in .py.";

function foreignText(bytes: Uint8Array, head: string): Foreign {
  const plain = head.replace(/^\u00ef\u00bb\u00bf/, "");
  if (/^\s*<(!doctype html|html|head|\?xml)/i.test(plain))
    return { what: "a web page or XML", next: GET_AGAIN };
  if (/^\s*\[/.test(plain)) return { what: "a JSON list" };
  const python = /^\s*(from\s+[\w.]+\s+import|import\s+\w+|model\s*=|#.*\bpython)/m;
  if (python.test(plain)) return { what: "a Python script", next: SCRIPT };
  if (bytes.subarray(0, 4096).every((byte) => byte >= 0x20 || (byte >= 9 && byte <= 13))) {
    return { what: "a text, or a table of texts" };
  }
  return { what: "an unknown kind of file" };
}

const PYTORCH: Foreign = {
  what: "a PyTorch file",
  next: "Build the network in Keras, copy the weights over and save it with model.save('model.keras').",
};
const SAVED_MODEL: Foreign = { what: "a part of TensorFlow's SavedModel", next: SAVE_KERAS };
const FROZEN_GRAPH: Foreign = { what: "a frozen graph of TensorFlow's", next: SAVE_KERAS };
const CHECKPOINT: Foreign = { what: "a TensorFlow checkpoint: weights without a model", next: SAVE_KERAS };
const ONNX: Foreign = { what: "an ONNX model, which is written and not read", next: SAVE_KERAS };

/** A ZIP archive that is no model of Keras's, from the names in it. */
export function foreignArchive(names: readonly string[]): Foreign {
  const some = (pattern: RegExp) => names.find((name) => pattern.test(name));
  if (names.length === 0) return { what: "an empty ZIP archive", next: GET_AGAIN };
  if (some(/(^|\/)data\.pkl$/)) return PYTORCH;
  if (names.every((name) => name.endsWith(".npy"))) return { what: "NumPy arrays (.npz)", next: SAVE_KERAS };
  if (some(/(^|\/)saved_model\.pb$/))
    return { what: "TensorFlow's SavedModel in a ZIP archive", next: SAVE_KERAS };
  if (some(/^\[Content_Types\]\.xml$/)) return { what: "an Office document" };
  if (some(/^META-INF\//)) return { what: "a Java archive" };
  const folder = some(/.\/config\.json$/);
  if (folder) {
    const next = "Zip the files in it without the folder around them.";
    return { what: `a zipped folder, with config.json at ${label(folder)}`, next };
  }
  const inside = some(/\.(keras|h5|hdf5)$/);
  if (inside && inside !== "model.weights.h5") {
    return { what: `a ZIP archive with ${label(inside)} in it`, next: "Unpack it first." };
  }
  return { what: `a ZIP archive with ${names.slice(0, 3).map(label).join(", ")}` };
}

/** JSON that describes no model, from its keys. */
export function foreignJson(value: Json): Foreign {
  if (!isObject(value)) return { what: "other JSON" };
  const has = (...keys: string[]) => keys.every((key) => Object.hasOwn(value, key));
  if (has("nbformat", "cells")) {
    return {
      what: "a Jupyter notebook",
      next: "Save the model from it with model.save('model.keras'), or make a script of it: jupyter nbconvert --to script FILE.ipynb.",
    };
  }
  if (value["class_name"] === "Tokenizer" || has("word_index") || has("frontEnd", "vocabulary")) {
    return { what: "a vocabulary", next: "Give it beside the model, with --tokenizer." };
  }
  if (has("weight_map")) return { what: "the index of weights in several files, without a model" };
  if (has("added_tokens")) return { what: "a Hugging Face tokenizer" };
  if (has("model_type") || has("architectures")) return { what: "a Hugging Face configuration" };
  if (has("keras_version", "date_saved"))
    return { what: "the metadata of a Keras archive, without its model" };
  if (has("name", "version") || has("dependencies")) return { what: "a package.json" };
  const keys = Object.keys(value).slice(0, 5).map(label).join(", ");
  return { what: keys ? `JSON with the keys ${keys}` : "an empty object" };
}
