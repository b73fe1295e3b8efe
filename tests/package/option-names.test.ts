/** Options by the names that Keras, TensorFlow.js, PyTorch and scikit-learn have for them: refused, and put right. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { OTHER_NAMES } from "../../src/base/option-names.js";
import * as explain from "../../src/explain/index.js";
import {
  callbacks,
  InputError,
  layers,
  loadModel,
  optimizers,
  padSequences,
  schedules,
  sequential,
  TextClassifier,
} from "../../src/index.js";

const network = () => sequential([layers.input({ shape: [3] }), layers.dense({ units: 1 })], { seed: 1 });
const rows = ["a", "b"].map((text) => ({ text, label: text }));

type Options = Record<string, unknown>;
const given = <T>(options: Options) => options as unknown as T;

/** Calls with one option that is none, and by each such name what is said of it. */
const TABLE: Record<string, { call(options: Options): unknown; says: Record<string, string> }> = {
  "TextClassifier.train": {
    call: (options) => TextClassifier.train(rows, given(options)),
    says: {
      batch_size: "Did you mean batchSize?",
      lr: "Did you mean learningRate?",
      learning_rate: "Did you mean learningRate?",
      n_epochs: "Did you mean epochs?",
      max_iter: "Did you mean epochs?",
      validation_split: "Did you mean validationSplit?",
      test_size: "Did you mean validationSplit?",
      num_words: "Did you mean vocabulary?",
      max_features: "Did you mean vocabulary?",
      maxlen: "Did you mean length?",
      random_state: "Did you mean seed?",
      n_jobs: "Did you mean threads?",
      device: "Did you mean engine?",
      class_weight: "Did you mean balance?",
      units: "A model of one's own has it: layers.lstm({ units }).",
      dropout_rate: "A model of one's own has it: layers.lstm({ dropout }).",
      weight_decay: "It goes into the optimizer: optimizers.adam({ weightDecay }).",
      verbose: "Callbacks are told: callbacks: [{ onEpochEnd(progress, logs) { … } }].",
    },
  },
  compile: {
    call: (options) => network().compile(given({ loss: "meanSquaredError", ...options })),
    says: {
      learningRate: "It goes into the optimizer: optimizers.adam({ learningRate }).",
      lr: "It goes into the optimizer: optimizers.adam({ learningRate }).",
      momentum: "It goes into the optimizer: optimizers.sgd({ momentum }).",
      criterion: "Did you mean loss?",
      epochs: "model.fit takes it.",
      stepsPerEpoch: "Leave it out: it has no counterpart here.",
    },
  },
  fit: {
    call: (options) => network().fit([[1, 2, 3]], [1], given(options)),
    says: {
      learningRate: "It goes into compile's optimizer: optimizers.adam({ learningRate }).",
      nb_epoch: "Did you mean epochs?",
      batch_size: "Did you mean batchSize?",
      validation_data: "Did you mean validationData?",
      class_weights: "Did you mean classWeight?",
      optimizer: "model.compile takes it.",
      seed: "A model takes it: sequential([…], { seed }).",
    },
  },
  predict: {
    call: (options) => network().predict([[1, 2, 3]], given(options)),
    says: { batch_size: "Did you mean batchSize?", verbose: "Leave it out: nothing is printed." },
  },
  loadModel: {
    call: (options) => loadModel("m.keras", given(options)),
    says: { compile: "Leave it out: it has no counterpart here.", device: "Did you mean engine?" },
  },
  "layers.lstm": {
    call: (options) => layers.lstm(given(options)),
    says: {
      hidden_size: "Did you mean units?",
      dropout_rate: "Did you mean dropout?",
      return_sequences: "Did you mean returnSequences?",
      input_shape: "It is another layer's: layers.input({ shape }).",
      unroll: "Leave it out: it has no counterpart here.",
    },
  },
  "layers.embedding": {
    call: (options) => layers.embedding(given(options)),
    says: {
      num_embeddings: "Did you mean inputDim?",
      vocab_size: "Did you mean inputDim?",
      embedding_dim: "Did you mean outputDim?",
      maxlen: "Did you mean inputLength?",
      weights: "model.setWeights takes them.",
    },
  },
  "layers.dropout": { call: (options) => layers.dropout(given(options)), says: { p: "Did you mean rate?" } },
  "layers.conv1D": {
    call: (options) => layers.conv1D(given(options)),
    says: { out_channels: "Did you mean filters?", stride: "Did you mean strides?" },
  },
  "optimizers.adam": {
    call: (options) => optimizers.adam(given(options)),
    says: {
      lr: "Did you mean learningRate?",
      eps: "Did you mean epsilon?",
      weight_decay: "Did you mean weightDecay?",
      nesterov: "It goes into compile's optimizer: optimizers.sgd({ nesterov }).",
    },
  },
  "schedules.cosineDecay": {
    call: (options) => schedules.cosineDecay(given(options)),
    says: { learning_rate: "Did you mean initialLearningRate?", decay_steps: "Did you mean decaySteps?" },
  },
  "callbacks.reduceLearningRateOnPlateau": {
    call: (options) => callbacks.reduceLearningRateOnPlateau(given(options)),
    says: { min_lr: "Did you mean minLearningRate?" },
  },
  padSequences: {
    call: (options) => padSequences([[1]], given(options)),
    says: { maxlen: "Did you mean length?", truncation: "Did you mean truncating?" },
  },
  "explain.unroll": {
    call: (options) => explain.unroll(network(), [1, 2, 3], given(options)),
    says: { step: "Did you mean steps?" },
  },
};

for (const [name, { call, says }] of Object.entries(TABLE)) {
  describe(name, () => {
    for (const [option, advice] of Object.entries(says)) {
      test(option, async () => {
        await assert.rejects(
          async () => call({ [option]: 1 }),
          (error) => error instanceof InputError && error.message.endsWith(`received "${option}". ${advice}`),
        );
      });
    }
  });
}

test("a name that nothing resembles is refused without advice", () => {
  assert.throws(() => layers.lstm(given({ zzzzzz: 1 })), /received "zzzzzz"\.$/);
});

test("every name that others' names lead to is an option of the public API, or of the command line", () => {
  const typed = ["testSplit"];
  const api = readFileSync(new URL("../../../tests/package/api.md", import.meta.url), "utf8");
  const missing = Object.keys(OTHER_NAMES).filter(
    (name) => !typed.includes(name) && !new RegExp(`^ +(readonly )?${name}\\??[:(]`, "m").test(api),
  );
  assert.deepEqual(missing, []);
});
