/** What users get wrong in making layers and models: each is said, with where, what came and what to do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, type Layer, layers, sequential } from "../../src/index.js";

function refused(make: () => unknown, ...parts: (string | RegExp)[]): void {
  assert.throws(make, (error) => {
    assert.ok(error instanceof InputError, String(error));
    for (const part of parts) {
      assert.ok(
        typeof part === "string" ? error.message.includes(part) : part.test(error.message),
        `"${error.message}" says nothing of ${part}`,
      );
    }
    return true;
  });
}

test("a misspelt option is an error with a suggestion, in every layer", () => {
  refused(() => layers.lstm({ units: 1, recurrent_dropout: 0.1 } as never), "Did you mean recurrentDropout?");
  refused(() => layers.gru({ units: 1, resetAftr: true } as never), "Did you mean resetAfter?");
  refused(() => layers.dense({ unit: 1 } as never), "Did you mean units?");
  refused(() => layers.embedding({ inputDim: 1, outputDim: 1, maskzero: true } as never), "maskZero");
  refused(() => layers.dropout({ rate: 0.1, nme: "d" } as never), "Did you mean name?");
  refused(
    () => layers.simpleRNN({ units: 1, zebra: 1 } as never),
    "an option among units, activation",
    '"zebra"',
  );
});

test("wrong types and values are refused where they stand", () => {
  refused(() => layers.dense({} as never), "units", "a whole number of at least 1");
  refused(() => (layers.dense as () => Layer)(), "options", "units");
  refused(() => layers.dense(32 as never), "an object with the options", "32");
  refused(() => layers.dense({ units: 0 }), "units", "0");
  refused(() => layers.dense({ units: 2.5 }), "2.5");
  refused(() => layers.dense({ units: "2" as never }), '"2"');
  refused(() => layers.dense({ units: 1, activation: "sigmod" as never }), "Did you mean sigmoid?");
  refused(() => layers.dense({ units: 1, useBias: 1 as never }), "useBias", "true or false");
  refused(() => layers.lstm({ units: 1, activation: "softmax" }), "activation", "one of");
  refused(() => layers.dense({ units: 1, kernelRegularizer: { l3: 1 } as never }), "Did you mean l1?");
  refused(() => layers.dense({ units: 1, kernelRegularizer: { l2: -1 } }), "kernelRegularizer.l2", "-1");
  refused(() => layers.dense({ units: 1, kernelRegularizer: "l2" as never }), "kernelRegularizer", '"l2"');
  refused(() => layers.dense({ units: 1, name: 5 as never }), "name", "text");
  refused(() => layers.dense({ units: 1, trainable: "no" as never }), "trainable", '"no"');
  refused(() => layers.input({ shape: 5 as never }), "shape");
  refused(() => layers.input({ shape: [2, -1] }), "shape[1]", "-1");
  refused(() => layers.embedding({ inputDim: 5, outputDim: 2, inputLength: 0 }), "inputLength");
});

test("undefined is as good as left out, and null means none where Keras says None", () => {
  const { options } = layers.dense({ units: 3, activation: undefined, useBias: undefined });
  assert.equal(options.activation, "linear");
  assert.equal(options.useBias, true);
  assert.equal(layers.dense({ units: 3, activation: null }).options.activation, "linear");
});

test("models that make no sense are refused", () => {
  const dense = () => layers.dense({ units: 2 });
  refused(() => sequential([]), "at least one layer");
  refused(() => sequential(dense() as never), "a list of layers");
  refused(() => sequential([layers.lstm as never]), "layers[0]", "a layer, as layers.dense");
  refused(
    () => sequential([dense(), layers.input({ shape: [2] })], {}).build([2]),
    "the first place of the model",
  );
  refused(() => sequential([dense()], { sed: 1 } as never), "Did you mean seed?");
  refused(() => sequential([dense()], { seed: -1 }), "model seed");
  refused(() => sequential([dense()], { engine: "refrence" as never }), "Did you mean reference?");
  refused(() => sequential([dense()]).predict([]), "rows of numbers");
  refused(() => sequential([dense()]).countParams(), "a known input shape", "layers.input");
  refused(
    () => sequential([layers.input({ shape: [4] }), layers.lstm({ units: 2 })]),
    "a sequence [steps, features]",
    "input of LSTM lstm",
  );
  refused(
    () => sequential([layers.input({ shape: [4, 3] }), layers.lstm({ units: 2 }), layers.gru({ units: 2 })]),
    "input of GRU gru",
    "returnSequences",
  );
  refused(
    () => sequential([layers.input({ shape: [null, 3] }), layers.flatten(), dense()]),
    "a known number of features",
  );
});

test("a layer belongs to one model, and once", () => {
  const dense = layers.dense({ units: 2 });
  refused(
    () => sequential([layers.input({ shape: [2] }), dense, dense]),
    "layers[2]",
    "already in this model",
  );
  sequential([layers.input({ shape: [2] }), dense]);
  refused(
    () => sequential([layers.input({ shape: [5] }), dense]),
    "already in another model",
    "getWeights and setWeights",
  );
});

test("a model that could not be made leaves its layers free", () => {
  const cell = layers.lstm({ units: 2 });
  assert.throws(() => sequential([layers.input({ shape: [2] }), cell]));
  assert.equal(sequential([layers.input({ shape: [2, 3] }), cell]).countParams(), 4 * 2 * (3 + 2 + 1));
});

test("two layers of one name are refused", () => {
  const named = () => layers.dense({ units: 1, name: "head" });
  refused(() => sequential([layers.input({ shape: [1] }), named(), named()]), "a name of its own", '"head"');
});

test("an Embedding takes ids from the input alone: nothing computed becomes an address", () => {
  const embedding = () => layers.embedding({ inputDim: 4, outputDim: 2 });
  refused(
    () => sequential([layers.input({ shape: [3] }), layers.dense({ units: 3 }), embedding()]),
    "token ids straight from the model's input",
    "the output of Dense dense",
  );
});
