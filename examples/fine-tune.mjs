// Fine-tuning: a saved classifier learns a label that it did not have, with its word vectors left as they are.
//
//   node examples/train.mjs spam.keras && node examples/fine-tune.mjs spam.keras [OUT.keras]
import { optimizers, TextClassifier } from "cellstate";

const [source = "spam.keras", out = "questions.keras"] = process.argv.slice(2);
const before = await TextClassifier.load(source);
console.log(`knows ${before.labels.join(", ")}`);

// Words that the vocabulary lacks leave no trace; and without some of the old labels, those would be forgotten.
const TEXTS = {
  question: [
    "What are you doing now?",
    "Where are you?",
    "When will you come home?",
    "How was your day?",
    "What time is it?",
    "Where shall we meet?",
  ],
  ham: [
    "Sorry, I'll be late",
    "I'm at home now",
    "See you at home tonight",
    "ok, call me later",
    "I will come at 7",
    "Had a good day, thanks",
  ],
  spam: [
    "WINNER!! Claim your free prize now",
    "Urgent! You have won a FREE mobile",
    "Text WIN to claim your cash now",
    "FREE reply YES to claim your prize",
  ],
};
const rows = Object.entries(TEXTS).flatMap(([label, texts]) => texts.map((text) => ({ text, label })));

// Frozen: the vectors of words that the new texts lack must not drift away from those that are trained.
before.model.layers[0].trainable = false;
// `before` stays as it is: a copy is trained, with room for the new label.
const after = await before.finetune(rows, {
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  validationSplit: 0,
  epochs: 40,
  seed: 1,
});
console.log(`knows ${after.labels.join(", ")}`);

const vectors = ({ model }) => model.getWeights()[0].data;
const same = vectors(before).every((value, i) => value === vectors(after)[i]);
console.log(`word vectors ${same ? "as before" : "changed"}`);

for (const text of ["What time are you home?", "I'm home at 8", "You have won a prize, call now"]) {
  console.log(`${after.predict(text).label}: ${text}`);
}
await after.save(out);
