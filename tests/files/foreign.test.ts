/** Files that are no model of Keras's: each is named for what it is, in one line with the next step. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { zipSync } from "fflate";
import { InputError, loadModel } from "../../src/index.js";

const latin = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const zip = (...names: string[]) => zipSync(Object.fromEntries(names.map((name) => [name, latin("x")])));
const padded = (head: string, length = 400) => latin(head.padEnd(length, "\0"));

const FILES: [string, Uint8Array, RegExp][] = [
  [
    "notebook.ipynb",
    json({ cells: [], nbformat: 4, metadata: {} }),
    /a Jupyter notebook".*model\.save.*nbconvert/,
  ],
  [
    "tokenizer.json",
    json({ class_name: "Tokenizer", config: { word_index: "{}" } }),
    /a vocabulary".*--tokenizer/,
  ],
  ["word_index.json", json({ word_index: {} }), /a vocabulary".*--tokenizer/],
  ["package.json", json({ name: "x", version: "1.0.0", scripts: {} }), /"a package.json"/],
  ["config.json", json({ model_type: "bert", architectures: [] }), /a Hugging Face configuration/],
  ["w.weights.json", json({ metadata: {}, weight_map: {} }), /the index of weights in several files/],
  ["metadata.json", json({ keras_version: "3.15.1", date_saved: "x" }), /the metadata of a Keras archive/],
  ["map.json", json({ type: "FeatureCollection", features: [] }), /JSON with the keys type, features/],
  ["empty.json", json({}), /an empty object/],
  ["list.json", json([1, 2]), /a JSON list/],
  [
    "m.onnx",
    padded("\x08\x08\x12\x07pytorch\x1a\x03"),
    /an ONNX model, which is written and not read".*model\.save/,
  ],
  ["saved_model.pb", padded("\x08\x01\x12\x90\x10"), /a part of TensorFlow's SavedModel".*model\.save/],
  ["frozen.pb", padded("\x0a\x20\x0a\x01x\x12\x0bPlaceholder"), /a frozen graph of TensorFlow's/],
  ["m.tflite", padded("\x1c\0\0\0TFL3"), /a TensorFlow Lite model/],
  [
    "ckpt.index",
    latin(`${"\0".repeat(60)}\x57\xfb\x80\x8b\x24\x75\x47\xdb`),
    /a TensorFlow checkpoint: weights/,
  ],
  ["m.pt", zip("m/data.pkl", "m/data/0", "m/version"), /a PyTorch file".*copy the weights/],
  ["old.pth", padded("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M"), /a PyTorch file/],
  ["model.pkl", padded("\x80\x04\x95\x10"), /a Python pickle".*never run/],
  ["m.gguf", padded("GGUF\x03"), /a GGUF model/],
  ["a.npy", padded("\x93NUMPY\x01"), /a NumPy array/],
  ["a.npz", zip("arr_0.npy", "arr_1.npy"), /NumPy arrays \(\.npz\)/],
  ["table.parquet", padded("PAR1"), /a Parquet table/],
  ["m.keras.gz", padded("\x1f\x8b\x08"), /a gzip file".*Unpack it first/],
  ["m.tar", latin(`${"x".repeat(257)}ustar\0`), /a tar archive".*Unpack/],
  ["saved.zip", zip("m/saved_model.pb", "m/variables/variables.index"), /SavedModel in a ZIP/],
  [
    "folder.zip",
    zip("m/config.json", "m/model.weights.h5"),
    /a zipped folder, with config.json at m\/config.json/,
  ],
  ["inside.zip", zip("README", "best.keras"), /a ZIP archive with best.keras in it".*Unpack/],
  ["text.docx", zip("[Content_Types].xml"), /an Office document/],
  ["other.zip", zip("a.txt", "b.txt"), /a ZIP archive with a.txt, b.txt/],
  ["page.keras", latin("<!DOCTYPE html><html><body>Not found"), /a web page or XML".*failed download/],
  ["lfs.keras", latin("version https://git-lfs.github.com/spec/v1\noid"), /a Git LFS pointer".*git lfs pull/],
  ["script.txt", latin("import keras\nmodel = keras.Sequential([])\n"), /a Python script".*ends in \.py/],
  ["rows.csv", latin("text,label\nhello,ham\n"), /a text, or a table of texts/],
  ["nothing.keras", new Uint8Array(0), /an empty file/],
  ["noise.keras", latin("\x01\x02\xff\x00\x90"), /an unknown kind of file/],
];

describe("files of other kinds, given as models", () => {
  for (const [name, bytes, message] of FILES) {
    test(name, async () => {
      await assert.rejects(loadModel(bytes, { name }), (error: unknown) => {
        assert.ok(error instanceof InputError, String(error));
        assert.match(error.message, message);
        assert.match(error.message, new RegExp(`^${name.replaceAll(".", "\\.")}: expected a Keras`));
        assert.ok(!/\n/.test(error.message) && error.message.length < 400, error.message);
        return true;
      });
    });
  }

  const folder = mkdtempSync(join(tmpdir(), "foreign-"));
  after(() => rmSync(folder, { recursive: true }));

  test("folders: a SavedModel is named, another is a folder", async () => {
    const saved = join(folder, "saved");
    mkdirSync(saved);
    await assert.rejects(loadModel(saved), /saved: expected a file but received "a folder or device"/);
    writeFileSync(join(saved, "saved_model.pb"), "");
    await assert.rejects(loadModel(saved), /"a folder: TensorFlow's SavedModel".*model\.save/);
  });
});
