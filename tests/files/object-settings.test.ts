/**
 * No key of any object in Keras's files is passed over: set to another value than its default, each changes what comes
 * out as it does in Keras, or is refused, or said; and what stays without effect on outputs is kept and written again.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { JsonObject } from "../../src/base/json.js";
import { readLayer, readNode } from "../../src/formats/keras/layer-config.js";
import { type Context, Notes } from "../../src/formats/keras/receipt.js";
import { writeModelConfig } from "../../src/formats/keras/write.js";
import { InputError, type Model, optimizers } from "../../src/index.js";
import { readKeras } from "../../src/keras.js";
import { flatten } from "../golden/models.js";

type Value = null | boolean | number | string | Value[] | Config;
type Config = { [key: string]: Value };

interface LayerCase {
  class: string;
  input: "sequence" | "row" | "ids" | "two";
  model: Config;
  keys: string[];
  output: number[];
  settings: { path: string[]; value: Value; output: number[] | "same" | null; penalty?: number }[];
}
interface ObjectCase {
  key: string;
  class: string;
  setting: string | null;
  object: Value;
  output: number[] | null;
  penalty?: number;
}
interface Table {
  layers: LayerCase[];
  objects: { model: Config; cases: ObjectCase[] };
  layerNames: string[];
  activationNames: string[];
}

const FILE = new URL("../../../tests/files/golden/object_settings.json", import.meta.url);
const TABLE = JSON.parse(readFileSync(FILE, "utf8")) as Table;

/** As make_object_settings.py has it. */
const wave = (count: number, phase: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + phase) * 0.6);

const [ROWS, STEPS, FEATURES] = [2, 6, 4];

function sequences(phase: number): number[][][] {
  const all = wave(ROWS * STEPS * FEATURES, phase);
  const at = (r: number, t: number) => (r * STEPS + t) * FEATURES;
  return Array.from({ length: ROWS }, (_, r) =>
    Array.from({ length: STEPS }, (_, t) => all.slice(at(r, t), at(r, t) + FEATURES)),
  );
}

function inputs(kind: LayerCase["input"]) {
  if (kind === "two") return [sequences(0.3), sequences(1.1)];
  if (kind === "sequence") return sequences(0.3);
  const row = wave(ROWS * FEATURES, 0.3);
  if (kind === "row") return [row.slice(0, FEATURES), row.slice(FEATURES)];
  return [
    [3, 1, 4, 1, 0, 2],
    [2, 0, 1, 3, 4, 0],
  ];
}

const outputs = (model: Model, kind: LayerCase["input"]) => flatten(model.predict(inputs(kind)));

function withWaves(model: Model): Model {
  const names = model.getWeights().map(({ name }) => name);
  model.setWeights(
    model.getWeights().map(({ data }, i) => {
      const values = Float32Array.from(wave(data.length, i));
      return names[i]!.includes("variance") ? values.map(Math.abs) : values;
    }),
  );
  return model;
}

/** A model without weights, that layers' settings alone make. */
function open(config: Config) {
  const { model, receipt } = readKeras(new TextEncoder().encode(JSON.stringify(config)), { name: "file" });
  const notes = [...receipt.warnings, ...receipt.ignored, ...receipt.filled];
  return {
    model: withWaves(model),
    receipt,
    said: (key: string) => notes.some((note) => note.includes(key)),
  };
}

/** Within 1e-5, also where all is 0. */
function assertSame(actual: readonly number[], wanted: readonly number[], what: string): void {
  assert.equal(actual.length, wanted.length, what);
  const worst = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
  assert.ok(worst <= 1e-5, `${what}: differs from Keras by ${worst}`);
}

const clone = (config: Config): Config => JSON.parse(JSON.stringify(config)) as Config;

function layerConfig(model: Config, className: string): Config {
  const layers = (model["config"] as Config)["layers"] as Config[];
  return layers.find((layer) => layer["class_name"] === className)!["config"] as Config;
}

function at(config: Config, path: readonly string[]): Config {
  return path.reduce((inside, key) => (inside[key] as Config)["config"] as Config, config);
}

/** Keys that say how Keras computes or draws numbers, and nothing about what a model is; each with the reason. */
const WITHOUT_MEANING = new Map([
  ["seed", "random numbers are Cellstate's own"],
  ["unroll", "a loop written out computes the same"],
  ["renorm_momentum", "of renorm, which is refused"],
  ["renorm_clipping", "of renorm, which is refused"],
]);

/** Forms of one value: sizes as numbers or lists of one, regularizers as L1L2. */
function sameSetting(given: Value, written: Value): boolean {
  if (given === null && (written === "linear" || written === "none")) return true;
  if (Array.isArray(given) && given.length === 1 && given[0] === written) return true;
  if (typeof given === "number" && Array.isArray(written)) return written.every((one) => one === given);
  if (typeof given === "object" && given !== null && !Array.isArray(given)) {
    const other = written as Config | null;
    if (typeof other !== "object" || other === null) return false;
    const settings = Object.entries((given["config"] as Config | undefined) ?? {});
    return settings.every(([key, value]) => sameSetting(value, (other["config"] as Config)[key] ?? null));
  }
  return JSON.stringify(given) === JSON.stringify(written);
}

/** The loss of one batch at a learning rate of 0. */
function loss(config: Config, kind: LayerCase["input"]): number {
  const flat = clone(config);
  const last = { class_name: "Flatten", config: { name: "flat" } };
  ((flat["config"] as Config)["layers"] as Config[]).push(last);
  const { model } = open(flat);
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "meanSquaredError" });
  const x = inputs(kind);
  const y = model.predict(x).map((row) => (row as number[]).map(() => 0));
  return model.trainOnBatch(x, y);
}

/** No setting of a layer takes any of these but by its own name. */
const WRONG: Value[] = [{}, "no such word", [[1]], -7.5, { class_name: "constructor", config: {} }];

describe("every key of every layer", () => {
  for (const c of TABLE.layers) {
    const name = c.class;
    test(`${name}: as it is, it puts out what Keras does`, () => {
      assertSame(outputs(open(c.model).model, c.input), c.output, c.class);
    });

    test(`${name}: there is another value for every key`, () => {
      const tried = new Set(c.settings.map(({ path }) => path[0]!));
      const structure = new Set(["name", "layer", "backward_layer", "cell", "cells"]);
      assert.deepEqual(
        c.keys.filter((key) => !tried.has(key) && !structure.has(key) && !WITHOUT_MEANING.has(key)),
        [],
      );
    });

    for (const { path, value, output, penalty: added } of c.settings) {
      test(`${name}: ${path.join(".")} = ${JSON.stringify(value)}`, () => {
        const key = path.at(-1)!;
        const changed = clone(c.model);
        at(layerConfig(changed, c.class), path.slice(0, -1))[key] = value;
        let opened: ReturnType<typeof open>;
        try {
          opened = open(changed);
        } catch (error) {
          assert.ok(error instanceof InputError, String(error));
          // By the name of the key, as the file or our options have it.
          const ours = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
          const text = error.message.toLowerCase();
          assert.ok(text.includes(key) || text.includes(ours.toLowerCase()), error.message);
          return;
        }
        const { model, receipt, said } = opened;
        const warned = receipt.warnings.some((note) => note.includes(key));
        if (output === null) assert.ok(warned, `Keras refuses ${key}, and nothing is said of it`);
        else if (!warned) {
          assertSame(outputs(model, c.input), output === "same" ? c.output : output, key);
          if (added !== undefined) {
            const more = loss(changed, c.input) - loss(c.model, c.input);
            assertSame([more], [added], `what ${key} adds to the loss`);
          }
        }
        if (said(key) || WITHOUT_MEANING.has(key)) return;
        // Keras's Bidirectional sets it anew, by return_sequences.
        if (path.join(".") === "layer.zero_output_for_mask" && c.class === "Bidirectional") return;
        const written = at(layerConfig(writeModelConfig(model), c.class), path.slice(0, -1))[key] ?? null;
        assert.ok(
          sameSetting(value, written),
          `${key} is ${JSON.stringify(written)} when it is written again`,
        );
      });
    }

    test(`${name}: what is of the wrong kind, and keys that no layer has`, () => {
      const own = layerConfig(c.model, c.class);
      for (const key of [...c.keys, "unheard_of", "maxValue", "valueOf"]) {
        for (const value of WRONG) {
          if (key === "name" && typeof value === "string") continue;
          if (WITHOUT_MEANING.has(key)) continue;
          const changed = clone(c.model);
          layerConfig(changed, c.class)[key] = value;
          try {
            const { model, said } = open(changed);
            const written = layerConfig(writeModelConfig(model), c.class)[key] ?? null;
            const kept = sameSetting(value, written) && key in own;
            assert.ok(kept || said(key), `${key} = ${JSON.stringify(value)} is read without a word`);
          } catch (error) {
            assert.ok(error instanceof InputError, String(error));
          }
        }
      }
    });
  }
});

describe("every key of initializers, regularizers, constraints and dtype policies", () => {
  const { model: base, cases } = TABLE.objects;
  const inDense = (key: string, object: Value) => {
    const changed = clone(base);
    layerConfig(changed, "Dense")[key] = object;
    return changed;
  };

  for (const c of cases) {
    test(`${c.class}${c.setting === null ? "" : ` ${c.setting}`}`, () => {
      const changed = inDense(c.key, c.object);
      let opened: ReturnType<typeof open>;
      try {
        opened = open(changed);
      } catch (error) {
        assert.ok(error instanceof InputError, String(error));
        assert.ok(error.message.includes(c.key), error.message);
        return;
      }
      const { model, receipt } = opened;
      if (receipt.warnings.some((note) => note.includes(c.key) || note.includes("float32"))) return;
      assert.notEqual(c.output, null, `${c.class} is refused by Keras and read here`);
      assertSame(outputs(model, "sequence"), c.output!, c.class);
      if (c.penalty !== undefined) {
        const more = loss(changed, "sequence") - loss(base, "sequence");
        assertSame([more], [c.penalty], `what ${c.class} adds to the loss`);
      }
      const written = layerConfig(writeModelConfig(model), "Dense")[c.key] as Config;
      if (c.key === "kernel_initializer") assert.ok(sameSetting(c.object, written), JSON.stringify(written));
    });
  }

  test("constraints are said; quantized policies are refused by name", () => {
    for (const c of cases) {
      if (c.key === "kernel_constraint") {
        const { warnings } = open(inDense(c.key, c.object)).receipt;
        assert.ok(
          warnings.some((w) =>
            w.endsWith(`kernel_constraint: ${(c.object as Config)["class_name"]} is not applied`),
          ),
          `${c.class}: ${warnings.join()}`,
        );
      }
      if (/int4|int8|float8|gptq|awq/.test(JSON.stringify(c.object)))
        assert.throws(
          () => open(inDense(c.key, c.object)),
          /dtype.*expected a policy of floating-point.*quantized/,
        );
    }
  });

  const foreign: [string, Value, RegExp][] = [
    [
      "kernel_initializer",
      "valueOf",
      /kernel_initializer: expected an initializer that Cellstate has.*valueOf/,
    ],
    ["kernel_initializer", "constructor", /expected an initializer that Cellstate has/],
    ["kernel_initializer", "__proto__", /expected an initializer that Cellstate has/],
    ["kernel_initializer", { class_name: "toString", config: {} }, /expected an initializer that/],
    [
      "kernel_initializer",
      { class_name: "RandomNormal", config: { mean: "0" } },
      /config.mean: expected a number/,
    ],
    [
      "kernel_initializer",
      { class_name: "RandomNormal", config: { sigma: 1 } },
      /config.sigma: expected no such/,
    ],
    [
      "kernel_initializer",
      { class_name: "VarianceScaling", config: { mode: "constructor" } },
      /config.mode: expected one of fan_in, fan_out, fan_avg/,
    ],
    [
      "kernel_initializer",
      { class_name: "VarianceScaling", config: { distribution: "valueOf" } },
      /config.distribution: expected one of uniform/,
    ],
    [
      "kernel_initializer",
      { class_name: "Zeros", config: {}, registered_name: "My>Zeros" },
      /registered_name/,
    ],
    ["kernel_initializer", 7, /expected an initializer: a name or/],
    [
      "kernel_regularizer",
      { class_name: "L2", config: { l2: "0.1" } },
      /config.l2: expected a number of at least 0/,
    ],
    [
      "kernel_regularizer",
      { class_name: "L2", config: { l2: -1 } },
      /config.l2: expected a number of at least 0/,
    ],
    ["kernel_regularizer", { class_name: "L2", config: { l1: 1 } }, /config.l1: expected no such setting/],
    ["kernel_regularizer", { class_name: "L2", module: "theirs", config: {} }, /kernel_regularizer.module/],
    ["kernel_regularizer", true, /expected a regularizer: a name or/],
    ["kernel_constraint", 3, /expected a constraint/],
    ["activation", { class_name: "function", config: "relu", registered_name: "my>relu" }, /registered_name/],
    ["activation", { class_name: "function", config: "relu", module: "__main__" }, /activation.module/],
    ["activation", "toString", /expected an activation that Cellstate has.*toString/],
    [
      "activation",
      { class_name: "LeakyReLU", module: "keras.layers", config: { negative_slope: 0.1 } },
      /expected an activation that Cellstate has but received "LeakyReLU". Put an activation that is a layer/,
    ],
    ["dtype", "int8", /dtype: expected a policy of floating-point numbers.*int8/],
    ["dtype", "valueOf", /expected a policy of floating-point numbers/],
    ["dtype", "int8_from_float32", /expected a policy of floating-point numbers/],
    ["dtype", { class_name: "DTypePolicy", config: {} }, /dtype.config.name: expected a policy's name/],
    ["trainable", "false", /trainable: expected true or false/],
    ["trainable", null, /trainable: expected true or false/],
    ["weights", [[1]], /weights: expected null/],
    ["unheard_of", 1, /unheard_of: expected no setting that Cellstate does not know/],
  ];
  for (const [key, value, message] of foreign) {
    test(`${key} = ${JSON.stringify(value)} is refused`, () => {
      assert.throws(() => open(inDense(key, value)), message);
    });
  }

  test("a seed may be a generator's, as Keras writes it for one", () => {
    const seed = { class_name: "SeedGenerator", module: "keras.random", config: { seed: 12 } };
    const { model } = open(
      inDense("kernel_initializer", {
        class_name: "HeNormal",
        module: "keras.initializers",
        config: { seed },
      }),
    );
    const { kernelInitializer } = model.layers[0]!.options as { kernelInitializer: unknown };
    assert.deepEqual(kernelInitializer, { name: "heNormal", seed: 12 });
  });

  test("penalties given by name alone: what Keras 2 and Keras 3 mean", () => {
    const penaltyOf = (name: string, version: string) => {
      const bytes = new TextEncoder().encode(
        JSON.stringify({ ...inDense("kernel_regularizer", name), keras_version: version }),
      );
      const { options } = readKeras(bytes).model.layers[0]!;
      return (options as { kernelRegularizer: unknown }).kernelRegularizer;
    };
    for (const version of ["2.15.0", "3.15.1"]) {
      assert.deepEqual(penaltyOf("l1", version), { l1: 0.01, l2: 0 });
      assert.deepEqual(penaltyOf("L2", version), { l1: 0, l2: 0.01 });
    }
    assert.deepEqual(penaltyOf("l1_l2", "3.15.1"), { l1: 0, l2: 0 });
    assert.deepEqual(penaltyOf("l1_l2", "2.15.0"), { l1: 0.01, l2: 0.01 });
  });
});

test("every layer of Keras's that is not ours is refused by its own name, called on one tensor or two", () => {
  const ours = /layer that Cellstate has \(([^)]*)\)/;
  const unknown: string[] = [];
  for (const name of TABLE.layerNames) {
    for (const inputs of [1, 2]) {
      const start = (i: number) => ({
        ...{ class_name: "InputLayer", name: `in${i}`, inbound_nodes: [] },
        config: { name: `in${i}`, batch_shape: [null, 4, 4] },
      });
      const tensors = Array.from({ length: inputs }, (_, i) => [`in${i}`, 0, 0, { use_causal_mask: true }]);
      const node = {
        class_name: name,
        name: "it",
        config: { name: "it", trainable: true },
        inbound_nodes: [tensors],
      };
      const layers = [start(0), start(1), node];
      const ends = { input_layers: [["in0", 0, 0]], output_layers: [["it", 0, 0]] };
      const file = { class_name: "Functional", config: { name: "m", layers, ...ends } };
      const message = (() => {
        try {
          readKeras(new TextEncoder().encode(JSON.stringify(file)));
          return "";
        } catch (error) {
          assert.ok(error instanceof InputError, `${name}: ${error}`);
          return error.message;
        }
      })();
      const list = ours.exec(message)?.[1]?.split(", ");
      if (!list) continue;
      assert.ok(!list.includes(name), name);
      assert.ok(message.includes(`but received "${name}"`), message);
      unknown.push(name);
    }
  }
  for (const name of ["AdditiveAttention", "Dot", "MultiHeadAttention", "GaussianNoise", "Rescaling"])
    assert.equal(unknown.filter((one) => one === name).length, 2, name);
});

test("every activation of Keras's by name is as in Keras 3, or refused by its name", () => {
  const refused = TABLE.activationNames.filter((name) => {
    const changed = clone(TABLE.objects.model);
    layerConfig(changed, "Dense")["activation"] = name;
    try {
      open(changed);
      return false;
    } catch (error) {
      assert.match(
        String(error),
        new RegExp(`activation: expected an activation that Cellstate has.*"${name}"`),
      );
      return true;
    }
  });
  assert.ok(refused.length > 0 && refused.length < TABLE.activationNames.length, refused.join());
});

test("a layer as a cell's activation: by name where its slope is the function's, and never put behind", () => {
  const refusal = (className: string, config: JsonObject, key = "activation") => {
    const activation = { class_name: "LeakyReLU", module: "keras.layers", config };
    const node = { class_name: className, config: { units: 2, [key]: activation } };
    try {
      return void readLayer(
        readNode(node, "file"),
        { major: 3, notes: new Notes() } as unknown as Context,
        "file",
      );
    } catch (error) {
      return String(error);
    }
  };
  for (const cell of ["LSTM", "GRUCell", "SimpleRNN"]) {
    assert.match(
      refusal(cell, { negative_slope: 0.2 })!,
      /activation="leaky_relu", which has the same slope, 0.2\./,
    );
    for (const other of [{ negative_slope: 0.1 }, { negative_slope: 0.3 }])
      assert.match(refusal(cell, other)!, /A cell takes activations by name, none that is a layer/);
  }
  assert.match(
    refusal("LSTM", { negative_slope: 0.2 }, "recurrent_activation")!,
    /recurrent_activation="leaky_relu"/,
  );
  assert.match(
    refusal("Dense", { negative_slope: 0.2 })!,
    /Put an activation that is a layer behind this one/,
  );
});
