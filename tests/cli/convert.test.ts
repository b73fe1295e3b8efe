import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "../../src/formats/onnx/onnx-pb.js";
import { layers, saveModel, sequential, TextClassifier } from "../../src/index.js";
import { readKeras } from "../../src/keras.js";
import { cellstate } from "./run.js";

const ROWS = ["win a free prize now", "call now to win", "are you coming home", "see you at lunch then"].map(
  (text, i) => ({ text, label: i < 2 ? "spam" : "ham" }),
);

describe("convert", () => {
  let folder = "";
  let classifier: TextClassifier;
  const at = (name: string) => join(folder, name);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "cellstate-convert-"));
    classifier = await TextClassifier.train(ROWS, {
      model: "lstm",
      vocabulary: 20,
      length: 8,
      epochs: 3,
      validationSplit: 0,
      engine: "reference",
    });
    await classifier.save(at("spam.keras"));
    const model = sequential([layers.input({ shape: [4, 3] }), layers.gru({ units: 5 })], {
      engine: "reference",
    });
    await saveModel(model, at("plain.h5"));
  });
  after(() => rmSync(folder, { recursive: true }));

  test("a classifier becomes a module that answers as it does", async () => {
    const { code, stdout } = await cellstate([
      "convert",
      at("spam.keras"),
      at("spam.mjs"),
      "--weights",
      "float32",
    ]);
    assert.equal(code, 0);
    assert.match(stdout, /spam\.mjs: ES module, [\d,]+ bytes/);
    const { classify } = await import(pathToFileURL(at("spam.mjs")).href);
    for (const { text } of ROWS) {
      const [found, wanted] = [classify(text), classifier.predict(text)];
      assert.equal(found.label, wanted.label);
      assert.ok(Math.abs(found.probability - wanted.probability) < 1e-5);
    }
  });

  test("a network becomes a module without texts, and its receipt shows that all agree", async () => {
    const args = ["convert", at("plain.h5"), at("plain.mjs"), "--weights", "float32", "--receipt"];
    const { code, stdout } = await cellstate(args);
    assert.equal(code, 0);
    assert.match(stdout, /read HDF5 model of Keras 3\.\d+\.\d+: 1 layers, 150 parameters/);
    const differences = [...stdout.matchAll(/check (.*): differs .* at most (\S+)/g)];
    assert.ok(differences.length >= 1, stdout);
    for (const [, what, most] of differences) assert.ok(Number(most) < 1e-5, `${what}: ${most}`);
    assert.equal((await import(pathToFileURL(at("plain.mjs")).href)).classify, undefined);
  });

  test("a classifier keeps its texts and labels from archive to archive, and its weights from format to format", async () => {
    assert.equal((await cellstate(["convert", at("spam.keras"), at("copy.keras")])).code, 0);
    const copy = await TextClassifier.load(at("copy.keras"), { engine: "reference" });
    assert.deepEqual(copy.predict(ROWS[0]!.text), classifier.predict(ROWS[0]!.text));
    assert.equal((await cellstate(["convert", at("copy.keras"), at("copy.h5")])).code, 0);
    const { model } = readKeras(readFileSync(at("copy.h5")), { engine: "reference" });
    assert.deepEqual(
      model.getWeights().map(({ data }) => data),
      classifier.model.getWeights().map(({ data }) => data),
    );
  });

  test("a classifier becomes an ONNX model", async () => {
    const { code, stdout } = await cellstate(["convert", at("spam.keras"), at("spam.onnx"), "--receipt"]);
    assert.equal(code, 0);
    assert.match(stdout, /spam\.onnx: ONNX model, [\d,]+ bytes/);
    const { graph, metadataProps } = fromBinary(ModelProtoSchema, readFileSync(at("spam.onnx")));
    assert.ok(graph!.node.some(({ opType }) => opType === "LSTM"));
    assert.deepEqual(JSON.parse(metadataProps[0]!.value).labels, ["ham", "spam"]);
  });

  test("from any format to any other, a classifier keeps its texts and answers, and the receipt says that all agree", async () => {
    const chain = ["spam.keras", "web/model.json", "web/spam.safetensors", "back.keras"];
    for (const [i, to] of chain.slice(1).entries()) {
      const { code, stdout } = await cellstate(["convert", at(chain[i]!), at(to), "--receipt"]);
      assert.equal(code, 0, to);
      const differences = [...stdout.matchAll(/check (.*): differs .* at most (\S+)/g)];
      assert.ok(differences.length >= 1, stdout);
      for (const [, what, most] of differences) assert.ok(Number(most) < 1e-5, `${what}: ${most}`);
      const copy = await TextClassifier.load(at(to), { engine: "reference" });
      for (const { text } of ROWS) assert.deepEqual(copy.predict(text), classifier.predict(text), to);
    }
    assert.deepEqual(readdirSync(at("web")).sort(), ["model.json", "model.weights.bin", "spam.safetensors"]);
    const { stdout } = await cellstate([
      "convert",
      at("web/spam.safetensors"),
      at("again.json"),
      "--receipt",
    ]);
    assert.match(stdout, /again\.json: TensorFlow\.js layers model, [\d,]+ bytes in 2 files/);
    assert.match(stdout, /read safetensors file of Keras 3\.\d+\.\d+: \d+ layers/);
    const predicted = await cellstate(["predict", at("web/model.json"), ROWS[0]!.text, "--json"]);
    assert.equal(JSON.parse(predicted.stdout).label, classifier.predict(ROWS[0]!.text).label);
    const summary = await cellstate(["summary", at("web/model.json"), "--receipt"]);
    assert.match(summary.stdout, /TensorFlow\.js layers model/);
  });

  test("formats that are none, and files that are no models, are the user's to mend", async () => {
    for (const [from, to, message] of [
      [
        "spam.keras",
        "spam.zip",
        /expected a file ending in \.keras, \.h5, \.mjs, \.html, \.onnx, \.safetensors, \.json/,
      ],
      ["spam.keras", "spam", /expected a file ending in/],
      ["nothing.keras", "out.mjs", /expected a path that exists/],
      [
        "noise.keras",
        "out.mjs",
        /expected a Keras model or its like \(Keras archive, .* or JSON architecture\)/,
      ],
      ["lonely.json", "out.mjs", /gone\.bin: expected a path that exists/],
      ["arrays.safetensors", "out.mjs", /expected the network in the metadata/],
      ["cut.safetensors", "out.mjs", /header: expected at most/],
      ["other.json", "out.mjs", /expected/],
    ] as const) {
      writeFileSync(at("noise.keras"), "noise");
      writeFileSync(at("other.json"), "[1, 2]");
      const lonely = {
        modelTopology: {},
        weightsManifest: [{ paths: ["gone.bin"], weights: [{ name: "x", shape: [1], dtype: "float32" }] }],
      };
      writeFileSync(at("lonely.json"), JSON.stringify(lonely));
      writeFileSync(at("arrays.safetensors"), "\x02\0\0\0\0\0\0\0{}");
      writeFileSync(at("cut.safetensors"), "\x20\0\0\0\0\0\0\0{}");
      const { code, stderr } = await cellstate(["convert", at(from), at(to)]);
      assert.equal(code, 2, to);
      assert.match(stderr, message);
    }
  });
});
