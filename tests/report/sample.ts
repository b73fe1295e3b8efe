import { evaluatePredictions } from "../../src/objectives/metrics.js";
import type { ReportData } from "../../src/report/data.js";
import { lengthSummary } from "../../src/report/lengths.js";

/** Twelve rows of two classes, scored by hand: 8 right, 2 ham taken for spam, 2 spam for ham. */
export const binary = evaluatePredictions({
  probabilities: Float32Array.of(
    0.03125,
    0.125,
    0.125,
    0.25,
    0.375,
    0.625,
    0.875,
    0.125,
    0.375,
    0.75,
    0.875,
    1,
  ),
  outputs: 1,
  labels: [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
});

/** A report with every part. */
export function fullReport(): ReportData {
  return {
    title: "SMS spam",
    kind: "LSTM classifier",
    createdAt: "1 December 2026",
    labels: ["ham", "spam"],
    dataset: {
      source: "messages.tsv",
      rows: { train: 30, validation: 8, test: 12 },
      classes: [
        { label: "ham", train: 24, validation: 6, test: 7 },
        { label: "spam", train: 6, validation: 2, test: 5 },
      ],
      lengths: lengthSummary([3, 5, 5, 6, 7, 9, 12, 15], 10),
      vocabulary: { size: 1000, distinct: 9433, unknownShare: 0.131 },
    },
    epochs: [
      { epoch: 1, loss: 1, accuracy: 0.5, valLoss: 0.9, valAccuracy: 0.6, seconds: 1.5 },
      { epoch: 2, loss: 0.5, accuracy: 0.75, valLoss: 0.6, valAccuracy: 0.8, seconds: 1.4 },
      { epoch: 3, loss: 0.25, accuracy: 1, valLoss: 0.7, valAccuracy: 0.7, seconds: 1.4 },
    ],
    bestEpoch: 2,
    evaluation: binary,
    mistakes: [{ text: "free entry", label: "spam", predicted: "ham", probability: 0.875 }],
    mistakeCount: 4,
    model: {
      name: "sequential",
      layers: [
        {
          name: "embedding",
          className: "Embedding",
          outputShape: [null, 200, 16],
          params: 16000,
          trainableParams: 16000,
          built: true,
        },
        {
          name: "lstm",
          className: "LSTM",
          outputShape: [null, 32],
          params: 6272,
          trainableParams: 6272,
          built: true,
        },
      ],
    },
    settings: { epochs: 3, optimizer: "adam" },
    environment: { engine: "reference" },
    seconds: { read: 0.04, fit: 4.3, total: 4.5 },
    notes: ["Two rows were empty and left out."],
  };
}
