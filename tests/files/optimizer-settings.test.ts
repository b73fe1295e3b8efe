/** Every key of an optimizer's configuration: taken as it stands, or the model is left uncompiled with a warning. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "../../src/base/json.js";
import { readCompileConfig } from "../../src/formats/keras/compile-config.js";
import { Notes } from "../../src/formats/keras/receipt.js";
import { layers, type Optimizer, optimizers, schedules, sequential } from "../../src/index.js";

function read(optimizer: unknown, { major = 3, minor = 15, ...more }: Record<string, unknown> = {}) {
  const notes = new Notes();
  const context = { file: "f", major: Number(major), minor: Number(minor), notes };
  const config = { optimizer, loss: "binary_crossentropy", ...more } as JsonObject;
  return { compiled: readCompileConfig(config, context), notes };
}

const adam = (config: object, more: object = {}) => ({ class_name: "Adam", config, ...more });
const schedule = (class_name: string, config: object, more: object = {}) => ({ class_name, config, ...more });
const EXPONENTIAL = { initial_learning_rate: 0.1, decay_steps: 10, decay_rate: 0.5 };

/** All that Keras 3.15.1 writes for Adam. */
const FULL = {
  ...{ name: "adam", learning_rate: 0.002, weight_decay: null, clipnorm: 0.5, global_clipnorm: null },
  ...{ clipvalue: null, use_ema: false, ema_momentum: 0.99, ema_overwrite_frequency: null },
  ...{ loss_scale_factor: null, gradient_accumulation_steps: 3, beta_1: 0.8, beta_2: 0.9 },
  ...{ epsilon: 1e-6, amsgrad: true },
};

describe("settings that are done as the file says", () => {
  const taken: [string, unknown, object, object?][] = [
    [
      "all of Adam's",
      adam(FULL, { module: "keras.optimizers", registered_name: null }),
      optimizers.adam({
        ...{ learningRate: 0.002, clipnorm: 0.5, gradientAccumulationSteps: 3 },
        ...{ beta1: 0.8, beta2: 0.9, epsilon: 1e-6, amsgrad: true },
      }),
    ],
    [
      "Keras's own on PyTorch, named by where it is",
      adam(
        { learning_rate: 0.002 },
        { module: "keras.src.backend.torch.optimizers.torch_adam", registered_name: "Adam" },
      ),
      optimizers.adam({ learningRate: 0.002 }),
    ],
    ["a name alone", "rmsprop", optimizers.rmsprop()],
    ["tf.keras's registered name", { ...adam({}), class_name: "Custom>Adam" }, optimizers.adam()],
    [
      "what Keras writes on PyTorch",
      adam({}, { module: "keras.src.backend.torch.optimizers.torch_adam", registered_name: "Adam" }),
      optimizers.adam(),
    ],
    ["accumulation of 0 steps, which is none", adam({ gradient_accumulation_steps: 0 }), optimizers.adam()],
    [
      "Keras 2's lr",
      { class_name: "SGD", config: { lr: 0.2, decay: 0 } },
      optimizers.sgd({ learningRate: 0.2 }),
    ],
    ["Keras 2's epsilon by default", adam({ epsilon: null }), optimizers.adam(), { major: 2, minor: 4 }],
    [
      "Keras 2's decay, with the default rate",
      { class_name: "SGD", config: { decay: 0.1 } },
      optimizers.sgd({
        learningRate: schedules.inverseTimeDecay({
          initialLearningRate: 0.01,
          decaySteps: 1,
          decayRate: 0.1,
        }),
      }),
      { major: 2, minor: 4 },
    ],
    [
      "a schedule, with Keras 2's wording",
      adam({ learning_rate: schedule("ExponentialDecay", { ...EXPONENTIAL, staircase: true, name: null }) }),
      optimizers.adam({
        learningRate: schedules.exponentialDecay({
          ...{ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5, staircase: true },
        }),
      }),
    ],
    [
      "warm-up steps without a target, which Keras does not do either",
      adam({
        learning_rate: schedule("CosineDecay", {
          ...{ initial_learning_rate: 0.1, decay_steps: 10, warmup_target: null, warmup_steps: 5 },
        }),
      }),
      optimizers.adam({ learningRate: schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }) }),
    ],
    [
      "TensorFlow.js's rho, which it calls decay",
      {
        class_name: "RMSProp",
        config: { learning_rate: 0.01, decay: 0.8, momentum: 0, epsilon: 1e-7, centered: true },
      },
      optimizers.rmsprop({ learningRate: 0.01, rho: 0.8, centered: true }),
    ],
  ];
  for (const [what, given, expected, more] of taken) {
    test(what, () => {
      const { compiled, notes } = read(given, { ...more });
      assert.deepEqual(notes.warnings, []);
      assert.deepEqual(compiled?.optimizer, expected);
    });
  }

  test("a loss scale is not needed, and that is said in the receipt", () => {
    const { compiled, notes } = read(adam({ loss_scale_factor: 1024 }));
    assert.deepEqual(compiled?.optimizer, optimizers.adam());
    assert.match(notes.ignored.join(), /loss_scale_factor/);
    assert.deepEqual(notes.warnings, []);
  });
});

describe("settings that leave the model uncompiled, with a warning that names them", () => {
  const refused: [unknown, RegExp, object?][] = [
    [adam({ learning_rate: "0.1" }), /learningRate.*"0\.1"/],
    [adam({ learning_rate: null }), /learningRate.*null/],
    [adam({ learning_rate: -1 }), /learningRate.*-1/],
    [adam({ learning_rate: [0.1] }), /learningRate/],
    [adam({ learning_rate: true }), /learningRate.*true/],
    [adam({ beta_1: "0.9" }), /beta1.*"0\.9"/],
    [adam({ beta_2: 1 }), /beta2.*1/],
    [adam({ epsilon: null }), /epsilon.*null/],
    [adam({ amsgrad: 1 }), /amsgrad.*true or false.*1/],
    [adam({ clipnorm: "1" }), /clipnorm.*"1"/],
    [adam({ clipnorm: 1, clipvalue: 1 }), /one of clipnorm, clipvalue, globalClipnorm/],
    [adam({ weight_decay: false }), /weightDecay.*false/],
    [adam({ use_ema: true }), /use_ema.*true/],
    [adam({ use_ema: "yes" }), /use_ema.*"yes"/],
    [adam({ loss_scale_factor: -2 }), /loss_scale_factor.*-2/],
    [adam({ loss_scale_factor: "8" }), /loss_scale_factor.*"8"/],
    [adam({ gradient_accumulation_steps: 1 }), /gradientAccumulationSteps.*1/],
    [adam({ gradient_accumulation_steps: "2" }), /gradientAccumulationSteps.*"2"/],
    [adam({ momentum: 0.9 }), /optimizer Adam momentum: expected a setting that Cellstate has.*0\.9/],
    [adam({ exclude_from_weight_decay: ["bias"] }), /exclude_from_weight_decay/],
    [adam({ decay: "0.1" }), /decay: expected a number but received "0\.1"/],
    [
      adam({ decay: 0.1, learning_rate: schedule("ExponentialDecay", EXPONENTIAL) }),
      /Adam decay.*rate that is a number/,
    ],
    [{ class_name: "Adam", config: [] }, /optimizer Adam.*settings/],
    [{ class_name: "Adam", config: "x" }, /optimizer Adam.*settings/],
    [adam({}, { module: "mine.keras.src.backend.torch.optimizers.torch_adam" }), /Adam.*not one of ours/],
    [adam({}, { module: "mine.optimizers" }), /Adam.*not one of ours/],
    [adam({}, { module: null, registered_name: "mine>Adam" }), /Adam.*not one of ours/],
    [{ class_name: "Nadam", config: {} }, /Nadam.*not one of ours/],
    [{ class_name: "LossScaleOptimizer", config: {} }, /LossScaleOptimizer.*not one of ours/],
    [{ class_name: "constructor", config: {} }, /constructor.*not one of ours/],
    [5, /optimizer 5.*not one of ours/],
    [null, /optimizer: none in the file/],
    [
      adam({ learning_rate: schedule("MyDecay", {}) }),
      /learning_rate: expected a schedule of Keras's.*"MyDecay"/,
    ],
    [
      adam({ learning_rate: schedule("ExponentialDecay", EXPONENTIAL, { module: "mine" }) }),
      /schedule of Keras's/,
    ],
    [
      adam({
        learning_rate: schedule("ExponentialDecay", EXPONENTIAL, {
          registered_name: "mine>ExponentialDecay",
        }),
      }),
      /schedule of Keras's/,
    ],
    [
      adam({ learning_rate: schedule("ExponentialDecay", { ...EXPONENTIAL, decay_rate: "x" }) }),
      /decayRate.*"x"/,
    ],
    [
      adam({ learning_rate: schedule("ExponentialDecay", { ...EXPONENTIAL, decay_steps: 0 }) }),
      /decaySteps.*above 0/,
    ],
    [
      adam({ learning_rate: schedule("ExponentialDecay", { ...EXPONENTIAL, power: 2 }) }),
      /learning_rate power/,
    ],
    [adam({ learning_rate: schedule("ExponentialDecay", {}) }), /initialLearningRate: expected a number/],
    [adam({ learning_rate: { class_name: "ExponentialDecay", config: 3 } }), /settings/],
    ["adam", /loss_weights: \[2\]/, { loss_weights: [2] }],
    ["adam", /loss_weights: an object/, { loss_weights: { dense: 0.5 } }],
    ["adam", /loss_weights: heavy/, { loss_weights: "heavy" }],
  ];
  for (const [given, message, more] of refused) {
    test(`${JSON.stringify(given)} ${more ? JSON.stringify(more) : ""}`, () => {
      const { compiled, notes } = read(given, { ...more });
      assert.equal(compiled, undefined);
      assert.equal(notes.warnings.length, 1, notes.warnings.join("\n"));
      assert.match(notes.warnings[0]!, message);
      assert.match(notes.warnings[0]!, /compile (it|the model) to train on/);
      assert.deepEqual([...notes.ofTraining], notes.warnings, "a model that only predicts keeps quiet of it");
    });
  }
});

describe("the other keys of compile_config", () => {
  test("what makes no difference says nothing", () => {
    const keys = { loss_weights: null, run_eagerly: true, jit_compile: false, steps_per_execution: 1 };
    for (const more of [keys, { loss_weights: [1] }, { loss_weights: { dense: 1 } }, { loss_weights: 1 }]) {
      const { compiled, notes } = read("adam", more);
      assert.ok(compiled);
      assert.deepEqual([notes.warnings, notes.ignored], [[], []]);
    }
  });

  test("steps_per_execution is in the receipt, unknown keys are warned of", () => {
    const { compiled, notes } = read("adam", { steps_per_execution: 8, step_weights: "temporal" });
    assert.ok(compiled);
    assert.match(notes.ignored.join(), /steps_per_execution/);
    assert.match(notes.warnings.join(), /^compile step_weights: not known/);
  });

  test("RMSprop of before tf.keras 2.11 had its epsilon elsewhere", () => {
    const warned = (major: number, minor: number, config: object = {}) =>
      read({ class_name: "RMSprop", config }, { major, minor }).notes.warnings;
    assert.match(warned(2, 4).join(), /epsilon is added under the root/);
    assert.match(warned(2, 13, { is_legacy_optimizer: true }).join(), /epsilon is added under the root/);
    assert.deepEqual(warned(2, 13, { is_legacy_optimizer: false }), []);
    assert.deepEqual(warned(3, 0), []);
  });
});

test("an optimizer's description put together by hand is checked as a whole", () => {
  const model = sequential([layers.input({ shape: [2] }), layers.dense({ units: 1 })], {
    engine: "reference",
  });
  const made = optimizers.adam({ learningRate: 0.01 });
  const compile = (optimizer: object) =>
    model.compile({ optimizer: optimizer as Optimizer, loss: "meanSquaredError" });
  compile(made);
  assert.deepEqual(model.compiled.optimizer, made);
  compile({ ...made, learningRate: 0.5 });
  assert.equal(model.compiled.optimizer.learningRate, 0.5);
  assert.throws(() => compile({ ...made, learningRate: Number.NaN }), /learningRate.*NaN/);
  assert.throws(() => compile({ ...made, momentum: 0.9 }), /"momentum"/);
  assert.throws(() => compile({ ...made, beta2: "x" }), /beta2.*"x"/);
  assert.throws(() => compile({ name: "toString" }), /an optimizer's name or optimizers/);
});
