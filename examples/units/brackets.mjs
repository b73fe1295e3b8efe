// A character model that must remember which bracket is open, and the units that do it. It reads 60 characters of made-up
// text, "ran to [the old cat", and says which character comes next; half of its texts stop right before a bracket closes.
//
//   node examples/units/brackets.mjs     (after npm run build; a minute)
import { layers, optimizers, sequential, TextClassifier } from "cellstate";
import { CHARACTERS, cellstate, random, workshop, writeRows } from "./made.mjs";

const folder = workshop("brackets");
const next = random(12345);
const WORDS =
  "the cat dog sat on mat a big red ran to old house and saw his friend near green tree with small bird under cold rain".split(
    " ",
  );
const PAIRS = ["()", "[]", "{}"];
const pick = (list) => list[Math.floor(next() * list.length)];
const phrase = (most) => Array.from({ length: 1 + Math.floor(next() * most) }, () => pick(WORDS)).join(" ");

const LENGTH = 60;

function row(beforeClosing) {
  let text = "";
  while (text.length < 2.5 * LENGTH) {
    const [open, close] = pick(PAIRS);
    text += `${phrase(4)} ${open}${phrase(5)}${close} `;
  }
  const ends = [...text].flatMap((each, at) => (")]}".includes(each) && at >= LENGTH ? [at] : []));
  const at = beforeClosing ? pick(ends) : LENGTH + Math.floor(next() * (text.length - LENGTH));
  return { text: text.slice(at - LENGTH, at), label: text[at] === " " ? "space" : text[at] };
}
const rows = (count) => Array.from({ length: count }, (_, k) => row(k % 2 === 1));

const learned = rows(8000);
const unseen = rows(2000);
const characters = new Set(learned.map(({ label }) => label)).size;
const classifier = await TextClassifier.train(learned, {
  model: ({ vocabulary, length }) =>
    sequential(
      [
        layers.embedding({ inputDim: vocabulary, outputDim: 12, inputLength: length }),
        layers.lstm({ units: 32 }),
        layers.dense({ units: characters, activation: "softmax" }),
      ],
      { seed: 1 },
    ),
  ...{ text: CHARACTERS, length: LENGTH, vocabulary: 60, epochs: 15, patience: 15, seed: 1 },
  optimizer: optimizers.adam({ learningRate: 0.01, clipnorm: 1 }),
});
await classifier.save(`${folder}/brackets.keras`);
const closing = unseen.filter(({ label }) => ")]}".includes(label));
const all = await classifier.evaluate(unseen);
const own = await classifier.evaluate(closing);
console.log(
  `The next character is right in ${(100 * all.accuracy).toFixed(1)} % of ${unseen.length} unseen texts,`,
);
console.log(`and where a bracket closes in ${(100 * own.accuracy).toFixed(1)} % of ${closing.length}.`);
writeRows(`${folder}/texts.csv`, unseen.slice(0, 400));
writeRows(`${folder}/closing.csv`, closing);

for (const [open, close] of PAIRS) {
  const inside = `\\${open}[^\\${close}]*`;
  cellstate(
    folder,
    "explain",
    "units",
    "brackets.keras",
    "texts.csv",
    "--parts",
    "cell",
    "--unlabelled",
    "--pattern",
    inside,
  );
}
cellstate(folder, "explain", "ablate", "brackets.keras", "closing.csv");
