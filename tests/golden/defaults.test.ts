import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layers, losses, optimizers } from "../../src/index.js";
import { resolveInitializer } from "../../src/layers/initializers.js";
import { readVectors } from "./vectors.js";

interface DefaultsCase {
  group: string;
  name: string;
  required: string[];
  defaults: Record<string, unknown>;
}

const { cases } = readVectors<DefaultsCase>("defaults");
const ofGroup = (group: string) => cases.filter((c) => c.group === group);

const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

/** What each layer needs given. */
const REQUIRED: Record<string, object> = {
  embedding: { inputDim: 5, outputDim: 3 },
  simpleRNN: { units: 2 },
  lstm: { units: 2 },
  gru: { units: 2 },
  dense: { units: 2 },
  dropout: { rate: 0.5 },
  flatten: {},
  activation: { activation: "tanh" },
  averagePooling1D: { poolSize: 2 },
  bidirectional: { layer: layers.lstm({ units: 2 }) },
  spatialDropout1D: { rate: 0.5 },
  conv1D: { filters: 2, kernelSize: 3 },
  rnn: { cell: layers.lstmCell({ units: 2 }) },
  simpleRNNCell: { units: 2 },
  lstmCell: { units: 2 },
  gruCell: { units: 2 },
  stackedRNNCells: { cells: [layers.gruCell({ units: 2 })] },
  repeatVector: { n: 2 },
  reshape: { targetShape: [2] },
  permute: { dims: [2, 1] },
  timeDistributed: { layer: layers.dense({ units: 2 }) },
};

/** Options that Keras does not have under our name, or fills in itself. */
const OURS_ALONE: Record<string, string[]> = {
  embedding: ["inputLength"],
  bidirectional: ["backwardLayer"],
  layerNormalization: ["rmsScaling"],
  // Keras takes it for every recurrent layer, but names it in none's signature.
  ...{ simpleRNN: ["zeroOutputForMask"], lstm: ["zeroOutputForMask"], gru: ["zeroOutputForMask"] },
};

/** Keras's default in our words. Its plain "uniform" is RandomUniform as it comes. */
function inOurWords(key: string, value: unknown): unknown {
  if (key.endsWith("Initializer")) {
    const name = String(value).replace(/^[A-Z]/, (first) => first.toLowerCase());
    return resolveInitializer(name === "uniform" ? "randomUniform" : camel(name), key);
  }
  if (key === "padding" && typeof value === "number") return [value, value];
  if (key.endsWith("ctivation")) return value === null ? "linear" : camel(String(value));
  return typeof value === "string" ? camel(value) : value;
}

function compareOptions(
  what: string,
  ours: Record<string, unknown>,
  keras: DefaultsCase,
  known: string[],
): void {
  const defaults = new Map(Object.entries(keras.defaults).map(([key, value]) => [camel(key), value]));
  const required = keras.required.map(camel);
  let compared = 0;
  for (const [key, value] of Object.entries(ours)) {
    if (required.includes(key) || known.includes(key)) continue;
    assert.ok(defaults.has(key), `${what}: Keras has no option ${key}`);
    assert.deepEqual(value, inOurWords(key, defaults.get(key)), `${what}: ${key}`);
    compared++;
  }
  assert.ok(compared > 0 || Object.keys(ours).length <= required.length, `${what}: nothing was compared`);
}

describe("defaults are Keras's", () => {
  for (const keras of ofGroup("layers")) {
    test(`layers.${keras.name}`, () => {
      const make = layers as unknown as Record<string, (options: object) => { options: object }>;
      const layer = make[keras.name]!(REQUIRED[keras.name] ?? {});
      compareOptions(
        keras.name,
        layer.options as Record<string, unknown>,
        keras,
        OURS_ALONE[keras.name] ?? [],
      );
    });
  }
  for (const keras of ofGroup("optimizers")) {
    test(`optimizers.${keras.name}`, () => {
      const made = optimizers[keras.name as keyof typeof optimizers]() as unknown as Record<string, unknown>;
      const here = Object.keys(keras.defaults)
        .map(camel)
        .filter((key) => key in made && key !== "name");
      assert.ok(here.length >= 6, `only ${here} compared`);
      compareOptions(keras.name, Object.fromEntries(here.map((key) => [key, made[key]])), keras, []);
    });
  }
  for (const keras of ofGroup("losses")) {
    test(`losses.${keras.name}`, () => {
      const made = losses[keras.name as keyof typeof losses]() as unknown as Record<string, unknown>;
      for (const key of ["from_logits", "label_smoothing"]) {
        if (key in keras.defaults) assert.deepEqual(made[camel(key)], keras.defaults[key], key);
      }
    });
  }
  for (const keras of ofGroup("initializers")) {
    test(`initializer ${keras.name}`, () => {
      const { name: _, ...ours } = resolveInitializer(keras.name, keras.name);
      compareOptions(keras.name, ours, keras, []);
      for (const key of keras.required) assert.fail(`${key} must be given in Keras`);
    });
  }
});

test("a Keras option that we take by another name is noticed", () => {
  const keras = ofGroup("layers").find(({ name }) => name === "lstm")!;
  assert.throws(
    () => compareOptions("lstm", { unitForgotBias: true }, keras, []),
    /no option unitForgotBias/,
  );
  assert.throws(() => compareOptions("lstm", { unitForgetBias: false }, keras, []), /unitForgetBias/);
  assert.throws(() =>
    compareOptions("lstm", { recurrentInitializer: resolveInitializer("zeros", "") }, keras, []),
  );
});
