/** Losses of Keras's files, setting by setting: computed as the file says, or the model is not compiled and that is said. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../../src/base/json.js";
import { readCompileConfig } from "../../src/formats/keras/compile-config.js";
import { writeLoss } from "../../src/formats/keras/compile-losses.js";
import { Notes } from "../../src/formats/keras/receipt.js";
import { type Loss, layers, losses, sequential } from "../../src/index.js";
import { readKeras, writeKeras } from "../../src/keras.js";
import type { Layer } from "../../src/layers/layer.js";

function read(loss: Json, more: JsonObject = {}): { loss: Loss | undefined; warnings: string[] } {
  const notes = new Notes();
  const context = { file: "f", major: 3, minor: 15, notes };
  const compiled = readCompileConfig({ optimizer: "adam", loss, ...more }, context, 3);
  return { loss: compiled?.loss as Loss | undefined, warnings: notes.warnings };
}

const of = (class_name: string, config: JsonObject, more: JsonObject = {}): JsonObject => ({
  module: "keras.losses",
  class_name,
  config: { name: "loss", ...config },
  registered_name: null,
  ...more,
});

/** `keras.losses` of Keras 3.15.1. */
const CLASSES =
  "BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy " +
  "CategoricalGeneralizedCrossEntropy CategoricalHinge Circle CosineSimilarity Dice Hinge Huber KLDivergence LogCosh Loss " +
  "MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson " +
  "SparseCategoricalCrossentropy SquaredHinge Tversky";
const OURS = /^(BinaryCrossentropy|CategoricalCrossentropy|SparseCategoricalCrossentropy|MeanSquaredError)$/;

describe("losses of Keras's files", () => {
  const read1: [what: string, loss: Json, expected: Loss][] = [
    ["a name", "binary_crossentropy", losses.binaryCrossentropy()],
    ["a short name", "MSE", losses.meanSquaredError()],
    ["a class by name", "CategoricalCrossentropy", losses.categoricalCrossentropy()],
    [
      "a function",
      {
        module: "builtins",
        class_name: "function",
        config: "mean_squared_error",
        registered_name: "function",
      },
      losses.meanSquaredError(),
    ],
    [
      "a wrapped function",
      of("LossFunctionWrapper", { fn: "binary_crossentropy", from_logits: true, reduction: "auto" }),
      losses.binaryCrossentropy({ fromLogits: true }),
    ],
    ["of one output", { topic: ["mse"] }, losses.meanSquaredError()],
    [
      "all settings",
      of("BinaryCrossentropy", {
        from_logits: true,
        label_smoothing: 0.1,
        axis: 1,
        reduction: "sum",
        dtype: null,
      }),
      losses.binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.1, reduction: "sum" }),
    ],
    [
      "no class ignored",
      of("SparseCategoricalCrossentropy", { from_logits: false, ignore_class: null, dtype: "float32" }),
      losses.sparseCategoricalCrossentropy(),
    ],
    [
      "a mean over weights",
      of("CategoricalCrossentropy", { reduction: "mean_with_sample_weight", label_smoothing: 0 }),
      losses.categoricalCrossentropy({ reduction: "meanWithSampleWeight" }),
    ],
    [
      "Keras 2's own",
      of("MeanSquaredError", { reduction: "auto" }, { module: null }),
      losses.meanSquaredError(),
    ],
  ];
  for (const [what, loss, expected] of read1) {
    test(what, () => {
      const found = read(loss);
      assert.deepEqual(found.warnings, []);
      assert.deepEqual(found.loss, expected);
      // And as it is written.
      assert.deepEqual(read(writeLoss(expected)), { loss: expected, warnings: [] });
    });
  }

  const refused: [what: string, loss: Json, warning: RegExp, more?: JsonObject][] = [
    [
      "no reduction",
      of("MeanSquaredError", { reduction: "none" }),
      /^loss reduction: none is not computed here; comp/,
    ],
    ["null for no reduction", of("MeanSquaredError", { reduction: null }), /^loss reduction: null/],
    ["a reduction of no Keras", of("MeanSquaredError", { reduction: "valueOf" }), /^loss reduction: valueOf/],
    ["another axis", of("BinaryCrossentropy", { axis: 0 }), /^loss axis: 0/],
    ["several axes", of("BinaryCrossentropy", { axis: [1] }), /^loss axis/],
    ["a class ignored", of("SparseCategoricalCrossentropy", { ignore_class: -1 }), /^loss ignore_class: -1/],
    ["half precision", of("BinaryCrossentropy", { dtype: "float16" }), /^loss dtype: float16/],
    [
      "a policy",
      of("BinaryCrossentropy", { dtype: { class_name: "DTypePolicy", config: { name: "mixed_float16" } } }),
      /^loss dtype: DTypePolicy/,
    ],
    ["smoothing beyond 1", of("BinaryCrossentropy", { label_smoothing: 1.5 }), /^loss label_smoothing: 1.5/],
    [
      "smoothing of class numbers",
      of("SparseCategoricalCrossentropy", { label_smoothing: 0.1 }),
      /label_smoothing/,
    ],
    ["logits that are no flag", of("BinaryCrossentropy", { from_logits: 1 }), /^loss from_logits: 1/],
    ["a setting of a later Keras", of("MeanSquaredError", { huberized: true }), /^loss huberized: true/],
    ["a weight", "mse", /^loss_weights: \[2\] is not computed here/, { loss_weights: [2] }],
    ["a weight by name", "mse", /^loss_weights/, { loss_weights: { dense: 0.5 } }],
    ["no loss", null, /^loss: none in the file; compile the model to train on$/],
    ["no loss of the one output", { topic: null }, /^loss: none in the file/],
    ["two losses", ["mse", "mse"], /not one of ours/],
    ["another's class of the name", of("MeanSquaredError", {}, { module: "mine" }), /not one of ours/],
    [
      "a registered class of the name",
      of("MeanSquaredError", {}, { module: "mine", registered_name: "Custom>MeanSquaredError" }),
      /not one of ours/,
    ],
    ["a registered function", { class_name: "function", config: "mine>mse" }, /not one of ours/],
  ];
  for (const [what, loss, warning, more] of refused) {
    test(`${what}: not compiled, and said`, () => {
      const found = read(loss, more);
      assert.equal(found.loss, undefined);
      assert.equal(found.warnings.length, 1);
      assert.match(found.warnings[0]!, warning);
      assert.match(found.warnings[0]!, /compile the model to train on$/);
    });
  }

  test("every loss of Keras is one of ours, or named", () => {
    for (const name of CLASSES.split(" ")) {
      const { loss, warnings } = read(of(name, {}));
      assert.equal(loss !== undefined, OURS.test(name), name);
      assert.deepEqual(
        warnings,
        OURS.test(name) ? [] : [`loss ${name}: not one of ours; compile the model to train on`],
      );
    }
  });

  test("what compile is given besides, and is not known, is said", () => {
    const { warnings } = read("mse", {
      run_eagerly: false,
      steps_per_execution: 8,
      jit_compile: true,
      class_weights: [1, 5],
    });
    assert.deepEqual(warnings, ["compile class_weights: not known, and not applied when training goes on"]);
  });

  test("a weight of 1 is none", () => {
    for (const loss_weights of [1, [1], { dense: 1 }]) {
      assert.equal(read("mse", { loss_weights }).loss?.name, "meanSquaredError");
    }
  });
});

test("a loss that Keras on TensorFlow takes of what comes before the last activation is said", () => {
  const warnings = (activation: "sigmoid" | "softmax" | "linear", loss: Loss, last?: Layer) => {
    const model = sequential(
      [layers.input({ shape: [2] }), layers.dense({ units: 3, activation }), ...(last ? [last] : [])],
      { engine: "reference" },
    );
    model.compile({ loss });
    return readKeras(writeKeras(model), { onWarning: null }).model.notes;
  };
  const { binaryCrossentropy: binary, sparseCategoricalCrossentropy: sparse } = losses;
  const said = (what: string, last: string) => [
    `loss ${what} after ${last}: computed of the outputs; Keras on TensorFlow takes it of what comes before ${last}`,
  ];
  assert.deepEqual(warnings("softmax", binary()), said("binary_crossentropy", "softmax"));
  assert.deepEqual(warnings("linear", binary(), layers.softmax()), said("binary_crossentropy", "softmax"));
  assert.deepEqual(warnings("sigmoid", sparse()), said("sparse_categorical_crossentropy", "sigmoid"));
  assert.deepEqual(
    warnings("sigmoid", binary({ fromLogits: true })),
    said("binary_crossentropy from logits", "sigmoid"),
  );
  assert.deepEqual(warnings("sigmoid", binary()), []);
  assert.deepEqual(warnings("softmax", sparse()), []);
  assert.deepEqual(warnings("linear", sparse({ fromLogits: true })), []);
  assert.deepEqual(warnings("softmax", losses.meanSquaredError()), []);
});
