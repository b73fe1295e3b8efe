/** node dist/tests/files/write-metrics.js FOLDER: compiled models with metrics, which make_metric_files.py FOLDER opens. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CompileOptions, layers, losses, metrics, sequential } from "../../src/index.js";
import { writeKeras, writeKerasH5 } from "../../src/keras.js";

const ROWS = 40;
const BATCH = 7;
const noise = (i: number, k: number) => Math.abs((Math.sin(12.9898 * i + 78.233 * k + 1) * 43758.5453) % 1);
const rows = (from: number, count: number) =>
  Array.from({ length: ROWS }, (_, i) => Array.from({ length: count }, (_, k) => noise(i, from + k)));

const cases: [
  name: string,
  units: number,
  activation: "sigmoid" | "softmax",
  y: number[][],
  CompileOptions,
][] = [
  [
    "plain_one",
    1,
    "sigmoid",
    rows(10, 1).map(([v]) => [v! > 0.6 ? 1 : 0]),
    {
      loss: "binaryCrossentropy",
      metrics: ["accuracy", "precision", "recall", "f1", "auc"],
      weightedMetrics: ["accuracy"],
    },
  ],
  [
    "plain_tags",
    3,
    "sigmoid",
    rows(10, 3).map((row) => row.map((v) => (v > 0.5 ? 1 : 0))),
    {
      loss: losses.binaryCrossentropy({ reduction: "meanWithSampleWeight", labelSmoothing: 0.1 }),
      metrics: ["accuracy", "precision", "recall", "f1", "auc", "binaryAccuracy"],
      weightedMetrics: [
        "precision",
        metrics.auc({ multiLabel: true, labelWeights: [1, 2, 0.5], name: "each" }),
      ],
    },
  ],
  [
    "settings",
    3,
    "softmax",
    rows(10, 1).map(([v]) => [0, 1, 2].map((k) => (k === Math.floor(3 * v!) ? 1 : 0))),
    {
      loss: losses.categoricalCrossentropy({ reduction: "sum" }),
      metrics: [
        "accuracy",
        "f1",
        "auc",
        metrics.auc({ curve: "PR", summationMethod: "minoring", thresholds: [0.2, 0.5, 0.7], name: "pr" }),
        metrics.precision({ topK: 2, classId: 1 }),
        metrics.recall({ thresholds: [0.3, 0.6], name: "recalls" }),
        metrics.fBetaScore({ beta: 2, threshold: 1, name: "none" }),
        metrics.fBetaScore({ beta: 2, average: "weighted" }),
        metrics.sensitivityAtSpecificity({ specificity: 0.5, numThresholds: 20 }),
        metrics.topKCategoricalAccuracy({ k: 2 }),
        metrics.r2Score({ classAggregation: null }),
        "categoricalCrossentropy",
        "klDivergence",
      ],
      weightedMetrics: [metrics.meanSquaredError({ name: "mse" }), metrics.truePositives()],
    },
  ],
];

const folder = process.argv[2]!;
mkdirSync(folder, { recursive: true });
const written = [];
for (const [name, units, activation, y, options] of cases) {
  const model = sequential(
    [layers.input({ shape: [4] }), layers.dense({ units: 5 }), layers.dense({ units, activation })],
    {
      seed: 3,
      engine: "reference",
    },
  );
  model.compile(options);
  const x = rows(0, 4);
  const weights = rows(20, 1).flat();
  const results = await model.evaluate(x, y, { batchSize: BATCH, sampleWeight: weights });
  written.push({ name, x, y, weights, results });
  writeFileSync(join(folder, `${name}.keras`), writeKeras(model));
  writeFileSync(join(folder, `${name}.h5`), writeKerasH5(model));
}
writeFileSync(join(folder, "metrics.json"), JSON.stringify(written));
