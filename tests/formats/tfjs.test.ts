import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { COMPUTING_KINDS } from "../../src/formats/keras/layer-kinds.js";

import { writeTfjs } from "../../src/formats/tfjs/write.js";
import { type Layer, layers, loadModel, model, sequential } from "../../src/index.js";
import { symbolic } from "../../src/layers/layer.js";
import { loadFile } from "../../src/model/load.js";
import { assertClose } from "../golden/compare.js";
import { flatten, goldenModels } from "./golden-models.js";

interface Golden {
  name: string;
  json: { modelTopology: unknown; weightsManifest: { paths: string[]; weights: unknown[] }[] };
  shards: Record<string, string>;
  input: number[][];
  output: number[];
}

const GOLDEN = JSON.parse(
  readFileSync(new URL("../../../tests/formats/golden/tfjs.json", import.meta.url), "utf8"),
) as Golden[];

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const shardsOf =
  ({ shards }: Golden) =>
  (name: string) =>
    Buffer.from(shards[name]!, "base64");

/** Classes in a topology that Keras files may not hold yet. */
function unread(value: unknown): string[] {
  const names = [...JSON.stringify(value).matchAll(/"class_name":"(\w+)","config":\{[^}]*"trainable"/g)];
  return names.map(([, name]) => name!).filter((name) => !COMPUTING_KINDS.has(name) && name !== "Sequential");
}

describe("TensorFlow.js's own models answer as they do there", () => {
  for (const golden of GOLDEN) {
    const missing = unread(golden.json.modelTopology);
    test(golden.name, { skip: missing.length > 0 && `not read yet: ${missing}` }, async () => {
      const model = await loadModel(encode(golden.json), { engine: "reference", beside: shardsOf(golden) });
      const found = flatten(model.predict(golden.input as never));
      assertClose(found, Float32Array.from(golden.output), golden.name, { absolute: 1e-5 });
    });
  }
});

describe("what comes along", () => {
  const [first] = GOLDEN as [Golden];
  const converted = GOLDEN.find(({ name }) => /converter/.test(name))!;

  test("how the model was trained, and what wrote the file", async () => {
    const { model, receipt } = await loadFile(encode(first.json), {
      engine: "reference",
      beside: shardsOf(first),
    });
    assert.equal(receipt.format, "TensorFlow.js layers model (tfjs-layers 4.22.0)");
    const { optimizer, loss } = model.compiled;
    assert.equal(loss.name, "binaryCrossentropy");
    assert.equal(optimizer.name, "adam");
    assert.ok(Math.abs(Number(optimizer.learningRate) - 0.003) < 1e-9);
  });

  test("the Keras version that a converter names", async () => {
    const { receipt } = await loadFile(encode(converted.json), {
      engine: "reference",
      beside: shardsOf(converted),
    });
    assert.equal(receipt.kerasVersion, "2.4.0");
  });

  test("weights that no name ties to a layer go by their order, which is said; other names are refused", async () => {
    const renamed = (name: (old: string, i: number) => string) => {
      const json = structuredClone(first.json);
      const weights = json.weightsManifest[0]!.weights as { name: string; group?: string }[];
      for (const [i, weight] of weights.entries()) weight.name = name(weight.name, i);
      return loadFile(encode(json), { engine: "reference", beside: shardsOf(first) });
    };
    const { model, receipt } = await renamed((_, i) => `weight_${i}`);
    const found = flatten(model.predict(first.input));
    assertClose(found, Float32Array.from(first.output), "renamed", { absolute: 1e-5 });
    assert.match(receipt.warnings.join(), /no name says a layer.*in their order/);
    await assert.rejects(
      renamed((old) => `old_${old}`),
      /weights named after the layers \(embedding_Embedding1, .*received "old_embedding/,
    );
    await assert.rejects(
      renamed((old) => old.replace("bias", "b")),
      /one weight named lstm_LSTM1\/bias/,
    );
  });

  test("files beside a path are found, and bytes alone are not enough", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cellstate-tfjs-"));
    writeFileSync(join(folder, "model.json"), encode(first.json));
    for (const [name, text] of Object.entries(first.shards)) {
      writeFileSync(join(folder, name), Buffer.from(text, "base64"));
    }
    const model = await loadModel(join(folder, "model.json"), { engine: "reference" });
    rmSync(folder, { recursive: true });
    assertClose(flatten(model.predict(first.input)), Float32Array.from(first.output), "path", {
      absolute: 1e-5,
    });
    await assert.rejects(loadModel(encode(first.json)), /group1-shard1of1\.bin: expected the files beside/);
  });
});

describe("written models", () => {
  let written = 0;
  after(() => assert.ok(written >= 300, `only ${written} written`));

  for (const { name, model, input, output } of goldenModels()) {
    test(`${name}: answer as before when they are read again, or are refused`, async () => {
      let files: Map<string, Uint8Array>;
      try {
        files = writeTfjs(model);
      } catch (error) {
        assert.match(String(error), /InputError: .*(TensorFlow\.js|Keras)/);
        return;
      }
      written++;
      const again = await loadModel(files.get("model.json")!, {
        engine: "reference",
        beside: (shard) => files.get(shard)!,
      });
      assertClose(flatten(again.predict(input as never)), output, name, { absolute: 1e-5, relative: 1e-5 });
    });
  }

  test("are cut into shards, and keep what is beside the network", async () => {
    const model = sequential([layers.embedding({ inputDim: 40_000, outputDim: 40, inputLength: 3 })], {
      engine: "reference",
    });
    const files = writeTfjs(model, { extras: { labels: ["constructor"] }, stem: "big" });
    assert.deepEqual([...files.keys()], ["model.json", "big.weights-1of2.bin", "big.weights-2of2.bin"]);
    const { model: again, extras } = await loadFile(files.get("model.json")!, {
      engine: "reference",
      beside: (shard) => files.get(shard)!,
    });
    assert.deepEqual(extras, { labels: ["constructor"] });
    assert.deepEqual(again.getWeights()[0]!.data, model.getWeights()[0]!.data);
  });

  test("what TensorFlow.js has not is refused by name", () => {
    const make = (...list: Parameters<typeof sequential>[0]) => sequential(list, { engine: "reference" });
    const masked = () => layers.embedding({ inputDim: 5, outputDim: 2, inputLength: 4, maskZero: true });
    assert.throws(() => writeTfjs(make(masked(), layers.gru({ units: 2 }))), /reset_after = false/);
    assert.throws(
      () => writeTfjs(make(masked(), layers.dense({ units: 2, activation: "hardSigmoid" }))),
      /dense.*activation.*TensorFlow\.js has.*hardSigmoid/,
    );
    assert.throws(
      () => writeTfjs(make(masked(), layers.globalAveragePooling1D())),
      /GlobalAveragePooling1D after a mask/,
    );
    const steps = () => layers.input({ shape: [6, 4] });
    const conv = { filters: 4, kernelSize: 2 };
    const refusals: [Layer, RegExp][] = [
      [layers.conv1D({ ...conv, padding: "causal" }), /padding "valid" or "same".*causal/],
      [layers.conv1D({ ...conv, groups: 2 }), /groups = 1.*received 2/],
      [layers.elu({ alpha: 2 }), /alpha = 1.*received 2/],
      [layers.relu({ negativeSlope: 0.5 }), /negative_slope = 0.*0\.5/],
      [layers.relu({ threshold: 1 }), /threshold = 0.*received 1/],
      [layers.softmax({ axis: 1 }), /axis = -1.*received 1/],
      [layers.zeroPadding1D(), /a layer that TensorFlow\.js has \(.*ZeroPadding1D/],
      [layers.timeDistributed({ layer: layers.elu({ alpha: 2 }) }), /time_distributed\/elu: .*alpha = 1/],
    ];
    for (const [layer, why] of refusals) assert.throws(() => writeTfjs(make(steps(), layer)), why);
    const behindMasks: [Layer, RegExp][] = [
      [layers.elu(), /ELU after a mask.*hands the mask on/],
      [layers.leakyReLU(), /LeakyReLU after a mask/],
      [layers.softmax(), /sequence without a mask/],
      [layers.timeDistributed({ layer: layers.softmax() }), /TimeDistributed after a mask/],
    ];
    const dropping = [
      layers.conv1D(conv),
      layers.permute({ dims: [2, 1] }),
      layers.reshape({ targetShape: [2, 4] }),
      layers.maxPooling1D(),
    ];
    for (const layer of dropping) {
      const model = make(masked(), layer, layers.lstm({ units: 2 }));
      assert.throws(() => writeTfjs(model), /LSTM in a network with masks.*that of a layer before it/);
    }
    for (const [layer, why] of behindMasks) assert.throws(() => writeTfjs(make(masked(), layer)), why);
  });
});

test("a mask that another branch had reaches no layer that runs before it, nor one that heeds none", () => {
  const beside = (...list: Layer[]) => {
    const [words, numbers] = [layers.input({ shape: [4] }), layers.input({ shape: [4, 3] })];
    const embedded = layers.embedding({ inputDim: 5, outputDim: 2, maskZero: true }).apply(words);
    const read = layers.lstm({ units: 2 }).apply(embedded);
    const other = list.reduce((value, next) => next.apply(value), symbolic(numbers));
    const outputs = layers.concatenate().apply([read, other]);
    return model({ inputs: [words, numbers], outputs, engine: "reference" });
  };
  assert.throws(() => writeTfjs(beside(layers.lstm({ units: 2 }))), /LSTM in a network with masks/);
  writeTfjs(beside(layers.conv1D({ filters: 2, kernelSize: 2 }), layers.globalMaxPooling1D()));
  const steps = () => layers.lstm({ units: 2, returnSequences: true });
  const chain = [layers.input({ shape: [4, 3] }), steps(), layers.masking(), steps()];
  writeTfjs(sequential(chain, { engine: "reference" }));
});

describe("files converted from Keras 3", () => {
  const make = () => {
    const [input, ids] = [layers.input({ shape: [3] }), layers.input({ shape: [4] })];
    const embedded = layers.embedding({ inputDim: 6, outputDim: 3 }).apply(ids);
    const both = layers
      .bidirectional({ layer: layers.lstm({ units: 3, returnSequences: true }) })
      .apply(embedded);
    const steps = layers.timeDistributed({ layer: layers.dense({ units: 3, name: "zeta" }) }).apply(both);
    const read = layers.simpleRNN({ units: 3 }).apply(steps);
    const zeta = layers.dense({ units: 3, name: "zeta" }).apply(input);
    const alpha = layers.dense({ units: 3, name: "alpha", activation: "tanh" }).apply(zeta);
    const normal = layers.batchNormalization({ name: "normal" }).apply(alpha);
    const outputs = layers.concatenate().apply([normal, read]);
    return model({ inputs: [input, ids], outputs, engine: "reference", seed: 9 });
  };

  /** The files of a model with its weights renamed and, by the new names, sorted. */
  function converted(source: ReturnType<typeof make>, rename: (name: string) => string) {
    const files = writeTfjs(source);
    const json = JSON.parse(new TextDecoder().decode(files.get("model.json")));
    delete json.cellstate_sha256;
    const [group] = json.weightsManifest;
    let at = 0;
    const shard = files.get(group.paths[0])!;
    const weights = group.weights.map((weight: { name: string; shape: number[] }) => {
      const from = at;
      at += 4 * weight.shape.reduce((a, b) => a * b, 1);
      return { weight: { ...weight, name: rename(weight.name) }, bytes: shard.subarray(from, at) };
    });
    weights.sort((a: never, b: never) => {
      const [x, y] = [a, b].map((one: { weight: { name: string } }) => one.weight.name);
      return x! < y! ? -1 : 1;
    });
    group.weights = weights.map(({ weight }: { weight: object }) => weight);
    const bytes = Buffer.concat(weights.map((one: { bytes: Uint8Array }) => one.bytes));
    return loadFile(encode(json), { engine: "reference", beside: () => bytes });
  }

  const inKeras3 = (name: string) =>
    name.replace(/^(bidirectional\/\w+|simple_rnn)\//, "$1/cell/").replace(/^time_distributed\//, "$&zeta/");

  function differing() {
    const source = make();
    // Freshly made, biases and statistics would all be alike.
    source.setWeights(
      source.getWeights().map(({ data }, i) => data.map((_, n) => Math.sin(i * 31 + n) + (i % 2))),
    );
    return source;
  }

  for (const [what, prefix] of [
    ["a model's name in front", "sequential/"],
    ["a model's name that a layer has too", "zeta/"],
    ["no name in front", ""],
    ["two names in front", "outer/inner/"],
  ]) {
    test(`${what}: every weight finds its own layer`, async () => {
      const source = differing();
      const { model: again, receipt } = await converted(source, (name) => `${prefix}${inKeras3(name)}`);
      assert.deepEqual(again.getWeights(), source.getWeights());
      assert.deepEqual(receipt.warnings, []);
    });
  }

  test("names that are no layer's, or say one weight twice, are refused", async () => {
    const refused = (rename: (name: string) => string, message: RegExp) =>
      assert.rejects(converted(differing(), rename), message);
    await refused(
      (name) => `sequential/${name.replace("alpha", "beta")}`,
      /named after the layers.*beta\/bias/,
    );
    await refused((name) => name.replace("alpha/", "zeta/more/"), /named after the layers/);
    await refused((name) => name.replace(/gamma$/, "scale"), /one weight named normal\/gamma/);
    await refused(
      (name) => name.replace(/(back|for)ward_lstm/, "lstm"),
      /a name of its own|one weight named/,
    );
    await refused(
      (name) => name.replace(/(back|for)ward_lstm/, (way) => `${way.length}`),
      /one weight named/,
    );
  });
});

describe("hostile manifests", () => {
  const [first] = GOLDEN as [Golden];
  type Change = (json: Golden["json"]) => void;
  const weight = (json: Golden["json"]) => json.weightsManifest[0]!.weights[0] as Record<string, unknown>;
  const cases: [string, Change, RegExp][] = [
    [
      "a path upwards",
      (json) => (json.weightsManifest[0]!.paths[0] = "../secret.bin"),
      /own folder.*\.\.\/secret/,
    ],
    ["an absolute path", (json) => (json.weightsManifest[0]!.paths[0] = "/etc/passwd"), /own folder.*passwd/],
    ["an encoded path", (json) => (json.weightsManifest[0]!.paths[0] = "%2e%2e%2fx"), /own folder/],
    ["an address", (json) => (json.weightsManifest[0]!.paths[0] = "https:x"), /own folder/],
    [
      "a file named twice",
      (json) => json.weightsManifest[0]!.paths.push("group1-shard1of1.bin"),
      /each once/,
    ],
    ["a shape that is not there", (json) => (weight(json)["shape"] = [2 ** 40, 2 ** 10]), /bytes of weights/],
    ["a negative shape", (json) => (weight(json)["shape"] = [-1]), /whole numbers/],
    ["another shape", (json) => (weight(json)["shape"] = [5, 11]), /embeddings of shape \(11, 5\)/],
    ["an unknown dtype", (json) => (weight(json)["dtype"] = "string"), /dtype that is read.*string/],
    ["an unknown quantization", (json) => (weight(json)["quantization"] = { dtype: "int4" }), /uint8.*int4/],
    ["two of one name", (json) => json.weightsManifest[0]!.weights.push(weight(json)), /a name of its own/],
    ["no manifest", (json) => (json.weightsManifest = "x" as never), /list of groups/],
    ["no topology", (json) => (json.modelTopology = null), /layers model/],
    ["a graph model", (json) => Object.assign(json, { format: "graph-model" }), /graph model/],
  ];
  for (const [what, change, message] of cases) {
    test(`${what} is refused`, async () => {
      const json = structuredClone(first.json);
      change(json);
      await assert.rejects(loadModel(encode(json), { beside: shardsOf(first) }), message);
    });
  }

  test("keys that reach into prototypes are refused", async () => {
    for (const key of ["__proto__", "constructor"]) {
      const text = JSON.stringify(first.json).replace('"units"', `"${key}":{},"units"`);
      const bytes = new TextEncoder().encode(text);
      await assert.rejects(loadModel(bytes, { beside: shardsOf(first) }), new RegExp(`no key "${key}"`));
    }
  });
});
