/** What is written is what the ending says: by models, classifiers and the command line. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "../../src/formats/onnx/onnx-pb.js";
import {
  type CompileOptions,
  InputError,
  layers,
  loadModel,
  losses,
  type Model,
  metrics,
  optimizers,
  saveModel,
  schedules,
  sequential,
  TextClassifier,
} from "../../src/index.js";
import { loadFile } from "../../src/model/load.js";
import { cellstate } from "../cli/run.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-save-"));
after(() => rmSync(folder, { recursive: true }));
const fresh = (name: string) => {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
};

const network = () =>
  sequential([layers.input({ shape: [3, 2] }), layers.lstm({ units: 4 }), layers.dense({ units: 2 })], {
    engine: "reference",
    seed: 6,
  });
const ROW = [
  [
    [0.1, 0.2],
    [0.3, -0.4],
    [1, 0],
  ],
];

/** What a file is by its content, whatever it is called, and what it answers to `ROW` where that can be run. */
const KINDS: Record<string, { kind: string; answers?: (path: string) => Promise<number[]> }> = {
  keras: { kind: "Keras archive", answers: read },
  h5: { kind: "HDF5 model", answers: read },
  hdf5: { kind: "HDF5 model", answers: read },
  safetensors: { kind: "safetensors file", answers: read },
  json: { kind: "TensorFlow.js layers model", answers: read },
  onnx: { kind: "ONNX model" },
  mjs: { kind: "ES module", answers: run },
};

async function read(path: string): Promise<number[]> {
  return (await loadModel(path, { engine: "reference" })).predict(ROW).flat(2);
}

async function run(path: string): Promise<number[]> {
  const module = (await import(pathToFileURL(path).href)) as { predict(rows: unknown): number[][] };
  return module.predict(ROW).flat();
}

async function kindOf(path: string): Promise<string> {
  const bytes = readFileSync(path);
  if (/^(\/\*|\/\/|const|import|export)/.test(bytes.subarray(0, 20).toString())) return "ES module";
  try {
    return (await loadFile(path, { engine: "reference" })).receipt.format.replace(/ \(.*/, "");
  } catch {
    return fromBinary(ModelProtoSchema, bytes).graph ? "ONNX model" : "?";
  }
}

/** Endings that name no format, or one for other things. */
const REFUSED = [
  "model",
  "model.",
  "model.txt",
  "model.keras.bak",
  "model.pb",
  ".keras",
  "model.js",
  "h5",
  "a.b/model",
];
const WEIGHTS_ALONE = ["m.weights.h5", "m.weights.json", "M.WEIGHTS.H5"];

describe("the ending says what is written", () => {
  const ways: [string, (model: Model, path: string) => Promise<void>][] = [
    ["Model.save", (model, path) => model.save(path)],
    ["saveModel", (model, path) => saveModel(model, path)],
    ["Model.save to a file: URL", (model, path) => model.save(pathToFileURL(path))],
    ["saveModel to a file: URL in text", (model, path) => saveModel(model, String(pathToFileURL(path)))],
  ];
  for (const [way, save] of ways) {
    test(`${way}: each format, in capitals too, answers as the model does`, async () => {
      const home = fresh(way.replaceAll(/\W/g, ""));
      const wanted = network().predict(ROW).flat(2);
      for (const [ending, { kind, answers }] of Object.entries(KINDS)) {
        for (const name of [`a b.${ending}`, `m.x.${ending.toUpperCase()}`]) {
          const path = join(home, name);
          await save(network(), path);
          assert.equal(await kindOf(path), kind, name);
          // Node runs no module whose ending is in capitals.
          if (!answers || /MJS$/.test(name)) continue;
          for (const [i, value] of (await answers(path)).entries()) {
            assert.ok(Math.abs(value - wanted[i]!) < 1e-6, `${name}: ${value} for ${wanted[i]}`);
          }
        }
      }
    });

    test(`${way}: another ending, or none, is refused and nothing is written`, async () => {
      const home = fresh(`${way.replaceAll(/\W/g, "")}-refused`);
      mkdirSync(join(home, "a.b"));
      for (const name of REFUSED) {
        await assert.rejects(save(network(), join(home, name)), (error) => {
          assert.ok(error instanceof InputError, name);
          assert.match(
            error.message,
            /expected a file ending in \.keras, \.h5, .*\.json.*\. The ending says/,
            name,
          );
          return true;
        });
      }
      for (const name of WEIGHTS_ALONE) {
        await assert.rejects(save(network(), join(home, name)), /Keras takes it for weights alone/, name);
      }
      assert.deepEqual(readdirSync(home, { recursive: true }), ["a.b"]);
    });
  }

  test("what is no path is refused in words", async () => {
    for (const path of [
      undefined,
      null,
      5,
      {},
      "",
      new URL("https://example.org/m.keras"),
      "https://x.org/m.keras",
    ]) {
      await assert.rejects(network().save(path as never), InputError, String(path));
    }
  });

  test("a TensorFlow.js model is found again whatever its JSON is called", async () => {
    const home = fresh("tfjs");
    for (const name of ["100% sure.json", ".hidden.json", "c:d.json", "é.json"]) {
      await network().save(join(home, name));
      assert.deepEqual(await read(join(home, name)), network().predict(ROW).flat(2), name);
    }
  });
});

describe("a classifier", () => {
  let classifier: TextClassifier;
  const texts = ["win a free prize now", "call now to win", "are you coming home", "see you at lunch then"];
  before(async () => {
    const rows = texts.map((text, i) => ({ text, label: i < 2 ? "spam" : "ham" }));
    const options = { vocabulary: 20, length: 8, epochs: 3, validationSplit: 0, seed: 1 } as const;
    classifier = await TextClassifier.train(rows, { model: "lstm", ...options, engine: "reference" });
  });

  test("keeps its vocabulary and labels in every format that has a place for them", async () => {
    const home = fresh("classifier");
    const wanted = classifier.predictMany(texts);
    for (const ending of ["keras", "KERAS", "safetensors", "json"]) {
      const path = join(home, `spam.${ending}`);
      await classifier.save(ending === "json" ? pathToFileURL(path) : path);
      const again = await TextClassifier.load(path, { engine: "reference" });
      assert.deepEqual(again.predictMany(texts), wanted, ending);
    }
    await classifier.save(join(home, "spam.onnx"));
    const { metadataProps } = fromBinary(ModelProtoSchema, readFileSync(join(home, "spam.onnx")));
    assert.ok(metadataProps.some(({ value }) => value.includes('"labels":["ham","spam"]')));
    await classifier.save(join(home, "spam.mjs"));
    const { classify } = await import(pathToFileURL(join(home, "spam.mjs")).href);
    for (const [i, text] of texts.entries()) {
      assert.ok(Math.abs(classify(text).probability - wanted[i]!.probability) < 1e-6);
    }
  });

  test("is refused where they would be lost, or where the ending names no format", async () => {
    const home = fresh("classifier-refused");
    for (const ending of ["h5", "hdf5", "H5"]) {
      await assert.rejects(
        classifier.save(join(home, `spam.${ending}`)),
        /keeps what belongs to the network, too: .* received "HDF5 model"\. The network alone: model\.save/,
      );
    }
    for (const name of [...REFUSED, ...WEIGHTS_ALONE]) {
      await assert.rejects(classifier.save(join(home, name)), InputError, name);
    }
    assert.deepEqual(readdirSync(home), []);
  });

  test("convert says what a format has no place for, and takes endings in capitals", async () => {
    const home = fresh("convert");
    await classifier.save(join(home, "spam.keras"));
    const { code, stdout, stderr } = await cellstate(["convert", "spam.keras", "SPAM.H5"], { cwd: home });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /SPAM\.H5: HDF5 model/);
    assert.match(stderr, /SPAM\.H5: the network alone; .*no place for spam\.keras's vocabulary and labels/);
    for (const name of REFUSED.slice(0, 5)) {
      const refused = await cellstate(["convert", "spam.keras", name], { cwd: home });
      assert.equal(refused.code, 2, name);
      assert.match(refused.stderr, /expected a file ending in/, name);
    }
    assert.deepEqual(readdirSync(home).sort(), ["SPAM.H5", "spam.keras"]);
  });
});

describe("what of its training a file has no place for is said", () => {
  const trained = (units: number, compile: CompileOptions) => {
    const said: string[] = [];
    const model = sequential([layers.input({ shape: [2] }), layers.dense({ units, activation: "softmax" })], {
      ...{ engine: "reference", name: "m", onWarning: (text) => said.push(text) },
    });
    model.compile(compile);
    return { model, said };
  };
  const save = async (name: string, units: number, compile: CompileOptions) => {
    const { model, said } = trained(units, compile);
    await model.save(join(fresh(`left-${name}`), name));
    return said;
  };
  const loss = "categoricalCrossentropy";

  for (const name of ["a.keras", "a.h5"]) {
    test(`${name}: metrics that Keras has not`, async () => {
      const metrics = ["accuracy", "mcc", "precision", "auc"] as const;
      assert.deepEqual(await save(name, 3, { loss, metrics, weightedMetrics: ["recall", "mcc"] }), [
        "model m: not written, as Keras has no such metric of this model: mcc, precision, recall",
      ]);
      assert.deepEqual(await save(`b${name}`, 3, { loss, metrics: ["accuracy", "auc"] }), []);
    });
  }

  for (const name of ["sparse.keras", "sparse.h5"]) {
    test(`${name}: an Adam of touched rows, which Keras has as Adam`, async () => {
      const optimizer = optimizers.adam({ sparse: true, clipnorm: 1 });
      const [line, ...others] = await save(name, 3, { loss, optimizer });
      assert.match(
        line!,
        /^model m: not written, as Keras's Adam has no such setting: sparse; trained on from/,
      );
      assert.deepEqual(others, []);
      const back = await loadModel(join(folder, `left-${name}`, name));
      assert.deepEqual(back.compiled.optimizer, optimizers.adam({ clipnorm: 1 }));
      assert.deepEqual(back.notes, []);
    });
  }

  const MISSING = "model m: not written, as TensorFlow.js has it not or otherwise:";
  const dropped: [string, CompileOptions, string | null][] = [
    ["plain", { loss, optimizer: "adam", metrics: ["accuracy"] }, null],
    ["metrics", { loss, metrics: ["accuracy", metrics.auc()], weightedMetrics: ["mcc"] }, "metrics auc, mcc"],
    [
      "schedule",
      {
        loss,
        optimizer: optimizers.sgd({
          learningRate: schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 2, decayRate: 0.5 }),
        }),
      },
      "how it is trained (a learning-rate schedule)",
    ],
    [
      "accumulation",
      { loss, optimizer: optimizers.adam({ gradientAccumulationSteps: 2 }) },
      "how it is trained (gradient_accumulation_steps)",
    ],
    ["clipping", { loss, optimizer: optimizers.adam({ clipnorm: 1 }) }, "how it is trained (clipnorm)"],
    ["amsgrad", { loss, optimizer: optimizers.adam({ amsgrad: true }) }, "how it is trained (amsgrad)"],
    ["sparse", { loss, optimizer: optimizers.adam({ sparse: true }) }, "how it is trained (sparse)"],
    ["momentum", { loss, optimizer: optimizers.sgd({ momentum: 0.9 }) }, "how it is trained (momentum)"],
    ["another optimizer", { loss, optimizer: "adamw" }, "how it is trained (AdamW)"],
    [
      "smoothing",
      { loss: losses.categoricalCrossentropy({ labelSmoothing: 0.1 }) },
      "how it is trained (settings of the loss categoricalCrossentropy)",
    ],
  ];
  for (const [what, compile, left] of dropped) {
    test(`TensorFlow.js: ${what}`, async () => {
      assert.deepEqual(await save(`${what}.json`, 3, compile), left === null ? [] : [`${MISSING} ${left}`]);
      const back = await loadModel(join(folder, `left-${what}.json`, `${what}.json`));
      assert.equal(back.isCompiled, left === null || left.startsWith("metrics"));
    });
  }
});
