// A network that learns to count, and the unit that does it. Texts are brackets, "(()())(": are all of them closed again?
// It learns from texts of up to 40 characters, and is asked about ones of up to 120.
//
//   node examples/units/counter.mjs      (after npm run build; a minute)
import { layers, optimizers, sequential, TextClassifier } from "cellstate";
import { CHARACTERS, cellstate, random, workshop, writeRows } from "./made.mjs";

const folder = workshop("counter");
const next = random(7);

/** A walk of brackets, cut anywhere; half of them are then closed. */
function row(longest) {
  const length = 2 + Math.floor(next() * longest);
  let text = "";
  let depth = 0;
  while (text.length < length) {
    const opens = depth === 0 || next() < 0.5;
    text += opens ? "(" : ")";
    depth += opens ? 1 : -1;
  }
  if (next() < 0.5) {
    text += ")".repeat(depth);
    depth = 0;
  }
  return { text, label: depth === 0 ? "closed" : "open" };
}
const rows = (count, longest) => Array.from({ length: count }, () => row(longest));

const learned = rows(6000, 40);
const tested = { "up to 40": rows(1000, 40), "40 to 80": [], "80 to 120": [] };
for (const { text, label } of rows(4000, 120)) {
  const name = text.length > 80 ? "80 to 120" : "40 to 80";
  if (text.length > 40 && text.length <= 120) tested[name].push({ text, label });
}

const LENGTH = 160;
console.log("Cells of 2 units, one seed each: right on texts of so many characters\n");
console.log(`            parameters  ${Object.keys(tested).join("   ")}`);
for (const kind of ["simpleRNN", "gru", "lstm"]) {
  const classifier = await TextClassifier.train(learned, {
    model: ({ vocabulary, length }) =>
      sequential(
        [
          layers.embedding({ inputDim: vocabulary, outputDim: 4, inputLength: length, maskZero: true }),
          layers[kind]({ units: 2 }),
          layers.dense({ units: 1, activation: "sigmoid" }),
        ],
        { seed: 1 },
      ),
    ...{ text: CHARACTERS, length: LENGTH, vocabulary: 4, epochs: 20, seed: 1 },
    optimizer: optimizers.adam({ learningRate: 0.01, clipnorm: 1 }),
  });
  const right = [];
  for (const each of Object.values(tested)) right.push((await classifier.evaluate(each)).accuracy);
  const shown = right.map((share) => `${(100 * share).toFixed(1)} %`.padStart(8)).join("   ");
  console.log(`${kind.padEnd(12)}${String(classifier.model.countParams()).padStart(10)}  ${shown}`);
  if (kind === "lstm") await classifier.save(`${folder}/counter.keras`);
}
writeRows(`${folder}/texts.csv`, tested["up to 40"].slice(0, 400));

cellstate(
  folder,
  "explain",
  "units",
  "counter.keras",
  "texts.csv",
  "--parts",
  "cell",
  "--html",
  "units.html",
);
cellstate(folder, "explain", "ablate", "counter.keras", "texts.csv", "--part", "cell");
cellstate(folder, "explain", "ablate", "counter.keras", "texts.csv", "--part", "cell", "--together");
