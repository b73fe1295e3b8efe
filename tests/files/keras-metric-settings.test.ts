/** Metrics of Keras's files, setting by setting: read, or left out and named; never another value under the name. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../../src/base/json.js";
import { type Measured, readMetrics, writeMetrics } from "../../src/formats/keras/compile-metrics.js";
import { Notes } from "../../src/formats/keras/receipt.js";
import { losses, metrics } from "../../src/index.js";
import { METRIC_KINDS } from "../../src/objectives/metrics/metric.js";

const ONE: Measured = { loss: losses.binaryCrossentropy(), outputs: 1 };
const TAGS: Measured = { loss: losses.binaryCrossentropy(), outputs: 3 };
const CLASSES: Measured = { loss: losses.categoricalCrossentropy(), outputs: 3 };
const NUMBERS: Measured = { loss: losses.sparseCategoricalCrossentropy(), outputs: 3 };

function read(value: Json, of = ONE) {
  const notes = new Notes();
  const found = readMetrics(value, of, { file: "f", major: 3, minor: 15, notes });
  return { found, warnings: notes.warnings, ignored: notes.ignored };
}

const object = (class_name: string, config: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  module: "keras.metrics",
  class_name,
  config: { dtype: "float32", ...config },
  registered_name: null,
  ...more,
});

/** The classes of keras.metrics in Keras 3.15.1: those that are read, as they are without settings, and the others. */
const READ =
  "AUC Accuracy BinaryAccuracy BinaryCrossentropy CategoricalAccuracy CategoricalCrossentropy CategoricalHinge " +
  "ConcordanceCorrelation CosineSimilarity F1Score FBetaScore FalseNegatives FalsePositives Hinge KLDivergence LogCoshError " +
  "MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError PearsonCorrelation Poisson " +
  "Precision R2Score Recall RootMeanSquaredError SparseCategoricalAccuracy SparseCategoricalCrossentropy " +
  "SparseTopKCategoricalAccuracy SquaredHinge TopKCategoricalAccuracy TrueNegatives TruePositives";
const WITH_SETTINGS: Record<string, JsonObject> = {
  PrecisionAtRecall: { recall: 0.5 },
  RecallAtPrecision: { precision: 0.5 },
  SensitivityAtSpecificity: { specificity: 0.5 },
  SpecificityAtSensitivity: { sensitivity: 0.5 },
};
const OTHERS = "BinaryIoU IoU Mean MeanIoU MeanMetricWrapper Metric OneHotIoU OneHotMeanIoU Sum";

describe("metrics of Keras's files, setting by setting", () => {
  test("every class of keras.metrics is read, or left out by name", () => {
    for (const name of READ.split(" ")) {
      assert.equal(read([object(name)]).found.length, 1, name);
    }
    for (const [name, config] of Object.entries(WITH_SETTINGS)) {
      assert.equal(read([object(name, config)]).found.length, 1, name);
      assert.match(read([object(name)]).warnings.join(), /is left out/, `${name} without its point`);
    }
    for (const name of OTHERS.split(" ")) {
      const { found, warnings } = read([object(name, { name: "own" })]);
      assert.deepEqual(found, [], name);
      assert.match(warnings.join(), new RegExp(`^metric ${name} own is left out: `));
    }
  });

  test("a setting that is not known leaves the metric out, whatever it is", () => {
    for (const name of READ.split(" ")) {
      const { found, warnings } = read([object(name, { name: "m", quantile: 0.5 })]);
      assert.deepEqual(found, [], name);
      assert.deepEqual(warnings, [`metric ${name} m is left out: its quantile of 0.5 is not computed here`]);
    }
  });

  const leftOut: [what: string, item: Json, warning: RegExp, of?: Measured][] = [
    ["half precision", object("AUC", { dtype: "float16" }), /computed in float16/],
    [
      "a policy",
      object("AUC", { dtype: { class_name: "DTypePolicy", config: { name: "mixed_bfloat16" } } }),
      /computed in DTypePolicy/,
    ],
    ["another curve", object("AUC", { curve: "DET" }), /curve/],
    ["another sum", object("AUC", { summation_method: "simpson" }), /summationMethod/],
    ["thresholds beyond 1", object("Precision", { thresholds: [0.5, 1.5] }), /thresholds 1/],
    ["no thresholds", object("Recall", { thresholds: [] }), /thresholds/],
    ["a billion thresholds", object("AUC", { num_thresholds: 1e9 }), /numThresholds/],
    [
      "a billion curves' thresholds",
      object("AUC", { num_thresholds: 1e4, multi_label: true }),
      /thresholds/,
      {
        loss: losses.binaryCrossentropy(),
        outputs: 1000,
      },
    ],
    ["a class that is not there", object("Recall", { class_id: 3 }), /classId from 0 to 2/, TAGS],
    ["a class from the end", object("Recall", { class_id: -1 }), /classId/, TAGS],
    ["more than there are", object("Precision", { top_k: 4 }), /topK/, TAGS],
    ["labels of another number", object("AUC", { multi_label: true, num_labels: 4 }), /numLabels/, TAGS],
    ["weights of other labels", object("AUC", { label_weights: [1, 2] }), /labelWeights/, TAGS],
    ["labels without multi_label", object("AUC", { num_labels: 3 }), /multiLabel/, TAGS],
    [
      "an ignored class",
      object("SparseCategoricalCrossentropy", { ignore_class: 0 }),
      /ignore_class of 0/,
      NUMBERS,
    ],
    ["another axis", object("CategoricalCrossentropy", { axis: 0 }), /axis of 0/, CLASSES],
    [
      "sorted ids",
      object("SparseTopKCategoricalAccuracy", { from_sorted_ids: true }),
      /from_sorted_ids/,
      NUMBERS,
    ],
    ["an average of no kind", object("F1Score", { average: "samples" }), /average/],
    [
      "a mean over rows of outputs by class numbers",
      object("Precision"),
      /trained on a target for each/,
      NUMBERS,
    ],
    ["class numbers of outputs", object("SparseCategoricalAccuracy"), /trained on class numbers/, TAGS],
    ["another's class of the name", object("AUC", {}, { module: "mine" }), /none that Cellstate has/],
    [
      "a registered class of the name",
      object("AUC", {}, { module: "mine", registered_name: "Custom>AUC" }),
      /none that Cellstate has/,
    ],
    ["a function of one's own", { class_name: "function", config: "my_metric" }, /a function that Cellstate/],
    [
      "a function with the sign of a loss",
      { class_name: "function", config: "cosine_similarity" },
      /a function/,
    ],
    ["a name of nothing", "perplexity", /none that Cellstate has/],
    ["a name of every object", "constructor", /none that Cellstate has/],
    ["a number", 7, /none that Cellstate has/],
  ];
  for (const [what, item, warning, of] of leftOut) {
    test(`${what}: left out, and said`, () => {
      const { found, warnings } = read(["accuracy", item], of);
      assert.deepEqual(found, ["accuracy"]);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, /is left out: /);
      assert.match(warnings[0]!, warning);
    });
  }

  const names: [what: string, item: Json, of: Measured, expected: unknown][] = [
    ["a class of plain settings", object("AUC", { name: "auc", num_thresholds: 200 }), ONE, "auc"],
    ["with a number of Keras's", object("AUC", { name: "auc_1" }), ONE, metrics.auc({ name: "auc_1" })],
    ["precision of class 1", object("Precision", { name: "precision", thresholds: null }), ONE, "precision"],
    ["precision of all outputs", object("Precision", { name: "precision" }), TAGS, "precision"],
    ["precision above 0.5, where ours is a mean", object("Precision"), CLASSES, metrics.precision()],
    ["the mean over classes", object("F1Score", { name: "f1", average: "macro" }), CLASSES, "f1"],
    [
      "Keras 2's accuracy",
      { class_name: "MeanMetricWrapper", config: { name: "acc", dtype: "float32", fn: "binary_accuracy" } },
      ONE,
      "accuracy",
    ],
    [
      "binary accuracy of tags by the name of accuracy",
      object("BinaryAccuracy", { name: "accuracy" }),
      TAGS,
      metrics.binaryAccuracy({ name: "accuracy" }),
    ],
    [
      "a wrapped function with a setting",
      object("MeanMetricWrapper", { name: "mine", fn: "binary_accuracy", threshold: 0.7 }),
      ONE,
      metrics.binaryAccuracy({ name: "mine", threshold: 0.7 }),
    ],
    ["a short name", "mse", ONE, metrics.meanSquaredError({ name: "mse" })],
    ["a class's name", "AUC", ONE, metrics.auc({ name: "AUC" })],
    ["exact equality", object("Accuracy"), ONE, metrics.equality()],
    ["lower case", object("AUC", { curve: "pr" }), ONE, metrics.auc({ curve: "PR" })],
    [
      "a tensor",
      object("AUC", {
        name: "a",
        label_weights: { class_name: "__tensor__", config: { value: [1, 2, 3], dtype: "float32" } },
      }),
      TAGS,
      metrics.auc({ name: "a", labelWeights: [1, 2, 3] }),
    ],
  ];
  for (const [what, item, of, expected] of names) {
    test(what, () => {
      const { found, warnings } = read([[item]], of);
      assert.deepEqual(warnings, []);
      assert.deepEqual(found, [expected]);
      assert.deepEqual(
        readMetrics(writeMetrics(found, of), of, { file: "f", major: 3, minor: 15, notes: new Notes() }),
        found,
      );
    });
  }

  test("a name that results cannot bear is Keras's own instead", () => {
    for (const name of ["loss", "learningRate", "toString", "a\u001b[2Jb", "", "x".repeat(101), 7]) {
      const { found, ignored } = read([object("AUC", { name, curve: "PR" })]);
      assert.deepEqual(found, [metrics.auc({ curve: "PR" })]);
      assert.equal(ignored.length, 1);
    }
  });

  test("of very many, the first hundred are read", () => {
    const { found, warnings } = read(Array.from({ length: 5000 }, () => "mse"));
    assert.equal(found.length, 100);
    assert.equal(warnings.length, 1);
  });
});

test("docs/keras.md has every metric with its settings", () => {
  const docs = readFileSync(new URL("../../../docs/keras.md", import.meta.url), "utf8");
  const [, section] = docs.split("## Losses and metrics");
  const table = section!.split("## Layers")[0]!;
  const names = [...READ.split(" "), ...Object.keys(WITH_SETTINGS)];
  assert.equal(names.length, METRIC_KINDS.length);
  for (const name of names) {
    const row = table
      .split("\n")
      .find((line) => new RegExp(`^\\| [^|]*\\b${name}\\b[^|]*\\|`).test(line.replace(/\(.*?\)/g, "")));
    const { found } = read([object(name, WITH_SETTINGS[name] ?? {})]);
    const written = writeMetrics(found, ONE)[0];
    assert.ok(row, name);
    if (typeof written === "string") continue;
    const { name: _, dtype: __, ...settings } = (written as JsonObject)["config"] as JsonObject;
    for (const key of Object.keys(settings)) {
      if (key in (WITH_SETTINGS[name] ?? {})) assert.match(row, /the point/);
      else assert.ok(row.includes(`\`${key}\``), `${name} ${key}`);
    }
  }
});
