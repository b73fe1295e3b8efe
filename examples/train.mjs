// Training from code: a network of one's own on labelled texts, measured on texts that it has not seen, saved as one file.
//
//   node examples/train.mjs [OUT.keras]
import { readFileSync } from "node:fs";
import { layers, sequential, TextClassifier } from "cellstate";

const out = process.argv[2] ?? "spam.keras";

// Rows are { text, label }; any iterable of them will do, an async one too.
const lines = readFileSync(new URL("data/sms-spam.tsv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .slice(1);
const rows = lines.map((line) => {
  const [label, text] = line.split("\t");
  return { text, label };
});
const [learned, unseen] = [rows.slice(0, 3000), rows.slice(3000, 3500)];

const classifier = await TextClassifier.train(learned, {
  // The sizes follow from the data and the options below: 2 classes are told apart by one sigmoid unit.
  model: ({ vocabulary, length }) =>
    sequential([
      layers.embedding({ inputDim: vocabulary, outputDim: 8, inputLength: length }),
      layers.gru({ units: 8 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]),
  vocabulary: 500,
  length: 30,
  epochs: 8,
  seed: 1, // the same seed gives the same bits, on any number of threads
  callbacks: [
    {
      onEpochEnd: ({ epoch }, { loss, valAccuracy }) =>
        console.log(
          `epoch ${epoch + 1}: loss ${loss.toFixed(3)}, right in validation ${valAccuracy.toFixed(3)}`,
        ),
    },
  ],
});

const { rows: count, accuracy, mistakes } = await classifier.evaluate(unseen);
console.log(`${(100 * accuracy).toFixed(1)} % of ${count} unseen messages right`);
console.log(`surest mistake: ${JSON.stringify(mistakes[0]?.text)}`);

await classifier.save(out); // Python Keras opens it, too
const answer = classifier.predict("WINNER!! Claim your free prize now: call 09061701461 before midnight");
console.log(`${answer.label} (${answer.probability.toFixed(2)}), saved as ${out}`);
