/** The same scripts run in real Keras (make_python_scripts.py): summary, optimizer, loss and fit come to the same. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Layer } from "../../src/layers/layer.js";
import { readKerasScript } from "../../src/model/script.js";

const FOLDER = new URL("../../../tests/formats/", import.meta.url);

interface Told {
  name: string;
  layers: { class: string; name: string; params: number; shape: (number | null)[] }[];
  trainable: number;
  total: number;
  compiled: {
    optimizer: Record<string, string | number | boolean | null>;
    loss: { name: string; from_logits: boolean; label_smoothing: number };
  } | null;
  fit: { epochs: number; batch_size: number | null; validation_split: number } | null;
}

const told = JSON.parse(readFileSync(new URL("golden/python_scripts.json", FOLDER), "utf8")) as Record<
  string,
  Told
>;
const plain = (name: string) => name.replaceAll("_", "").toLowerCase();
const LOSSES: Record<string, string> = { mse: "meansquarederror" };
const weights = (layer: Layer) =>
  layer.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
/** Options of Keras's optimizers that decide what a step does. */
const OPTIONS = {
  learning_rate: "learningRate",
  weight_decay: "weightDecay",
  clipnorm: "clipnorm",
  global_clipnorm: "globalClipnorm",
  clipvalue: "clipvalue",
  beta_1: "beta1",
  beta_2: "beta2",
  epsilon: "epsilon",
  amsgrad: "amsgrad",
  momentum: "momentum",
  nesterov: "nesterov",
  rho: "rho",
  centered: "centered",
} as const;

describe("scripts come to what Keras makes of them", () => {
  for (const [file, keras] of Object.entries(told)) {
    const script = readFileSync(new URL(`scripts/${file}`, FOLDER), "utf8");
    const { model, settings, unread } = readKerasScript(script, { file });

    test(`${file}: layers, names and counts`, () => {
      assert.equal(model.name, keras.name);
      assert.deepEqual(
        model.layers.map((layer) => ({ class: layer.className, name: layer.name, params: weights(layer) })),
        keras.layers.map((layer) => ({ class: layer.class, name: layer.name, params: layer.params })),
      );
      assert.equal(model.countParams(), keras.total);
      const summary = model.summary({ lineLength: 120 });
      const count = (what: string) =>
        Number(new RegExp(`${what} params: ([\\d,]+)`).exec(summary)![1]!.replaceAll(",", ""));
      assert.equal(count("Trainable"), keras.trainable);
      const last = keras.layers.at(-1)!.shape.at(-1);
      assert.equal(model.outputSize, last);
    });

    test(`${file}: optimizer, loss and fit`, () => {
      assert.deepEqual(unread, []);
      if (!keras.compiled) return assert.ok(!model.isCompiled);
      const { optimizer, loss } = model.compiled;
      assert.equal(optimizer.name, plain(keras.compiled.optimizer["class"] as string));
      for (const [theirs, ours] of Object.entries(OPTIONS)) {
        const expected: string | number | boolean | null | undefined = keras.compiled.optimizer[theirs];
        const given = (optimizer as Partial<Record<typeof ours, unknown>>)[ours];
        if (expected === undefined) continue;
        if (typeof expected === "number")
          assert.equal(Math.fround(given as number), Math.fround(expected), theirs);
        else assert.equal(given, expected, theirs);
      }
      const { name } = keras.compiled.loss;
      assert.equal(loss.name.toLowerCase(), LOSSES[name] ?? plain(name));
      assert.equal(loss.fromLogits, keras.compiled.loss.from_logits);
      assert.equal(loss.labelSmoothing, keras.compiled.loss.label_smoothing);
      if (!keras.fit) return assert.equal(settings.epochs, undefined);
      assert.equal(settings.epochs?.value ?? 1, keras.fit.epochs);
      assert.equal(settings.batchSize?.value ?? null, keras.fit.batch_size);
      assert.equal(settings.validationSplit?.value ?? 0, keras.fit.validation_split);
    });
  }
});
