/** How a script says a model is measured: as Keras resolves it, one by one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { metrics } from "../../src/index.js";
import { readKerasScript } from "../../src/model/script.js";

const script = (compile: string) => `
from tensorflow import keras
from tensorflow.keras.metrics import Recall
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", ${compile})
`;

test("metrics of a script have their settings; one that is not known leaves the others", () => {
  const listed =
    "['acc', keras.metrics.AUC(name='pr', curve='PR'), Recall(thresholds=0.7), 'mse', keras.metrics.binary_accuracy, " +
    "keras.metrics.AUC, keras.losses.cosine_similarity, mine]";
  const { model, receipt } = readKerasScript(
    script(
      `loss=keras.losses.BinaryCrossentropy(reduction="sum"), metrics=${listed}, weighted_metrics=["accuracy"]`,
    ),
  );
  assert.deepEqual(model.compiled.metrics, [
    "accuracy",
    metrics.auc({ name: "pr", curve: "PR" }),
    metrics.recall({ thresholds: 0.7 }),
    metrics.meanSquaredError({ name: "mse" }),
    metrics.binaryAccuracy(),
    "auc",
  ]);
  assert.deepEqual(model.compiled.weightedMetrics, ["accuracy"]);
  assert.equal(model.compiled.loss.reduction, "sum");
  assert.equal(receipt.warnings.length, 2);
  assert.match(receipt.warnings[0]!, /a metric is left out: mine, which is not run/);
  assert.match(receipt.warnings[1]!, /metric cosine_similarity is left out/);
});

test("weights of losses are not passed over", () => {
  const { model, receipt } = readKerasScript(script('loss="mse", loss_weights=[2.0]'));
  assert.equal(model.isCompiled, false);
  assert.deepEqual(receipt.warnings, [
    "loss_weights: [2] is not computed here; compile the model to train on",
  ]);
});
