// The worker: it holds the classifier, and answers in plain objects.
import { layers, sequential, TextClassifier } from "cellstate";

let classifier;

async function learn({ rows, epochs }) {
  classifier = await TextClassifier.train(rows, {
    model: ({ vocabulary, length }) =>
      sequential([
        layers.embedding({ inputDim: vocabulary, outputDim: 8, inputLength: length }),
        layers.lstm({ units: 8 }),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ]),
    length: 8,
    epochs,
    batchSize: 4,
    optimizer: "adam",
    validationSplit: 0, // too few rows to hold any out
    seed: 1,
    callbacks: [{ onEpochEnd: ({ epoch }) => postMessage({ epoch: epoch + 1 }) }],
  });
  postMessage({ trained: true });
}

addEventListener("message", ({ data }) => {
  if (data.rows) void learn(data);
  if (data.classify) postMessage({ prediction: classifier.predict(data.classify) });
});
