/** cellstate explain: what it prints, writes and refuses. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { TextClassifier } from "../../src/classifier/classifier.js";
import { parsePage } from "../report/page.js";
import { reviews } from "./data.js";
import { explain, json, refused } from "./explain.js";
import { cellstate } from "./run.js";

let folder = "";
let model = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-explain-"));
  model = join(folder, "reviews.keras");
  const classifier = await TextClassifier.train(reviews(80), {
    model: "lstm",
    vocabulary: 60,
    length: 12,
    epochs: 1,
    seed: 1,
  });
  await classifier.save(model);
});
after(() => rm(folder, { recursive: true }));

test("params: the flagship's counts; a wrong answer exits 1 and names the slip", async () => {
  const text = await explain("params", "lstm");
  for (const count of ["16,000", "6,272", "8,448", "257", "30,977"]) assert.ok(text.includes(count), count);
  assert.match(text, /4 × \(\(I \+ U\) × U \+ U\) = 4 × \(\(16 \+ 32\) × 32 \+ 32\) = 6,272/);
  const wrong = await cellstate([
    "explain",
    "params",
    "lstm",
    "--expect",
    "lstm=1568",
    "--expect",
    "dense=8448",
  ]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stdout, /wrong {2}lstm: 1,568.*factor 4.*right {2}dense: 32 × 256/s);
  const data = await json("params", "lstm", "--expect", "total=30977");
  assert.equal(data.total, 30977);
  assert.deepEqual(Object.keys(data.layers[1]).slice(0, 6), [
    "name",
    "type",
    "count",
    "formula",
    "substitution",
    "terms",
  ]);
  assert.equal(data.expectations[0].right, true);
  assert.match(
    await explain("params", "lstm", "--expect", "dense + dense_1=8705"),
    /right {2}dense \+ dense_1: 8,448 \+ 257 = 8,705/,
  );
  assert.equal((await json("params", model)).layers[1].count, 6272);
});

test("a Keras script explains itself, with what it computes given", async () => {
  const script = join(folder, "homework.py");
  await writeFile(
    script,
    [
      "from keras.models import Sequential",
      "from keras.layers import Embedding, GRU, Dense",
      "model = Sequential()",
      "model.add(Embedding(words, 16, input_length=20))",
      "model.add(GRU(8))",
      "model.add(Dense(1, activation='sigmoid'))",
    ].join("\n"),
  );
  const args = [script, "--define", "words=500"];
  assert.match(await explain("params", ...args), /3 × \(\(16 \+ 8\) × 8 \+ 2 × 8\) = 624/);
  assert.match(await explain("unroll", ...args, "--ids", "4,5,6"), /hₜ = zₜ ⊙ zₜ₋₁ ⊙ hₜ₋₂/);
  const { code, stderr } = await cellstate(["explain", "cell", ...args, "a", "word"]);
  assert.equal(code, 2);
  assert.match(stderr, /a vocabulary to read a text with.*--tokenizer FILE.*--ids/);
});

const TEXT = ["a", "truly", "wonderful", "film"];

test("every explanation of a text: text in 80 columns, JSON, a page, a picture", async () => {
  for (const command of ["cell", "unroll", "gradient", "attribute"]) {
    const text = await explain(command, model, ...TEXT);
    assert.ok(text.length > 400, command);
    const page = join(folder, `${command}.html`);
    const picture = join(folder, `${command}.svg`);
    const { stdout, stderr, code } = await cellstate([
      "explain",
      command,
      model,
      TEXT.join(" "),
      "--json",
      "--html",
      page,
      "--svg",
      picture,
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(typeof JSON.parse(stdout), "object");
    assert.match(stderr, new RegExp(`Wrote .*${command}.html`));
    parsePage(await readFile(page, "utf8"));
    assert.match(await readFile(picture, "utf8"), /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  }
});

test("the numbers of a trained model and text agree with each other", async () => {
  const cell = await json("cell", model, ...TEXT);
  const unrolled = await json("unroll", model, ...TEXT, "--steps", "3");
  assert.ok(unrolled.residual < 1e-12);
  assert.equal(unrolled.terms.length, 4);
  const memory = cell.series.find(({ id }: { id: string }) => id === "cell").values.at(-1);
  for (const [u, value] of memory.entries()) assert.ok(Math.abs(value - unrolled.value[u]) < 1e-12);
  const gradient = await json("gradient", model, ...TEXT, "--no-study");
  assert.ok(
    gradient.check.residuals.backPropagation < 1e-12 && gradient.check.residuals.centralDifferences < 1e-9,
  );
  assert.equal(gradient.study, null);
  const attribution = await json("attribute", model, ...TEXT);
  assert.ok(attribution.completeness.residual < 1e-6);
  assert.equal(attribution.words.length, unrolled.memory.words.length);
});

test("presets explain a text without a vocabulary of their own; ids stand for a text", async () => {
  const text = await explain("unroll", "gru", "the", "cat", "sat", "on", "the", "mat");
  assert.match(text, /hₜ = zₜ ⊙ zₜ₋₁ ⊙ hₜ₋₂/);
  assert.match(await explain("unroll", "rnn", "the", "cat", "sat"), /no such sum/);
  // TeX is for other programs: its lines are as long as they are.
  const { stdout } = await cellstate(["explain", "unroll", "lstm", "the", "cat", "sat", "--tex"]);
  assert.match(stdout, /^c_\{t\} = f_\{t\} \\odot f_\{t-1\} \\odot c_\{t-2\}/);
  assert.equal(stdout.trim().split("\n").length, 9);
  const data = await json("cell", model, "--ids", "5,9,3", "--units", "0,31");
  assert.deepEqual(
    data.units.map(({ unit }: { unit: number }) => unit),
    [0, 31],
  );
  assert.equal(data.words.length, 3);
});

test("compare, and a cell alone", async () => {
  assert.match(await explain("compare", "--units", "8", "--inputs", "4"), /parameters +104 +416 +336/);
  assert.match(await explain("cell", "gru"), /reset gate.*update gate.*candidate.*hidden state/s);
});

const REFUSED: [string[], RegExp][] = [
  [["unroll", "lstm"], /a text, --ids or --row/],
  [["unroll", "lstm", "one", "two", "--steps", "9"], /from 1 to 2/],
  [["unroll", "lstm", "one", "two", "--steps", "x"], /--steps/],
  [["gradient", "lstm", "one"], /step before it/],
  [["gradient", "lstm", "one", "two", "--of", "luck"], /--of.*one of loss/],
  [["params", "lstn"], /Did you mean lstm/],
  [["params", "lstm", "--expect", "lstm"], /LAYER=COUNT/],
  [["cell", "lstm", "one", "--units", "99"], /units from 0 to 31/],
  [["attribute", "lstm", "one", "--label", "7"], /class from 0 to 1/],
];

for (const [args, says] of REFUSED) {
  test(`refused: explain ${args.join(" ")}`, async () => {
    const { code, stderr, stdout } = await cellstate(["explain", ...args]);
    assert.equal(code, 2, stdout);
    assert.match(stderr, says);
    assert.equal(stdout, "");
  });
}

test("refused: a label that the model has not, a text of which it knows no word", async () => {
  const label = await cellstate(["explain", "gradient", model, ...TEXT, "--label", "goood"]);
  assert.equal(label.code, 2);
  assert.match(label.stderr, /--label/);
  const unknown = await cellstate(["explain", "cell", model, "xyzzy"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /at least one word/);
});

test("refused by the right name: an empty text, a row of padding, units twice, a row of another shape", async () => {
  await refused(/expected a text, --ids or --row/, "cell", model, "");
  await refused(/a word to show values of/, "cell", model, "--ids", "0,0");
  await refused(/a word to attribute to/, "attribute", model, "--ids", "0,0");
  await refused(/a word to go back from/, "gradient", model, "--ids", "0,0");
  for (const command of ["cell", "gradient", "unroll"]) {
    await refused(/every unit once/, command, model, ...TEXT, "--units", "1,1");
  }
  assert.match(await explain("unroll", model, ...TEXT, "--steps", "1"), /, 1 step written out/);
  const script = join(folder, "features.py");
  await writeFile(script, FEATURES);
  const row = join(folder, "row.json");
  await writeFile(row, "[[1, 2], [1, 2], [1, 2], [1, 2]]");
  const shape = /row\.json: expected 5 steps of 2 numbers each but received .*4 steps of 2.*fill up or cut/;
  await refused(shape, "cell", script, "--row", row);
});

const FEATURES = `from keras import Sequential, layers
model = Sequential([layers.Input((5, 2)), layers.GRU(3), layers.Dense(1, activation="sigmoid")])
`;

const BACKWARDS = `from keras import Sequential, layers
model = Sequential([
    layers.Input((9,)),
    layers.Embedding(50, 4),
    layers.LSTM(3, go_backwards=True, return_sequences=True),
    layers.Bidirectional(layers.GRU(2, reset_after=False)),
    layers.Dense(1, activation="sigmoid"),
])
`;

test("layers that read a row from its end begin at its first word, and say so", async () => {
  const script = join(folder, "backwards.py");
  await writeFile(script, BACKWARDS);
  const ids = ["--ids", "4,17,9,3"];
  // What the LSTM puts out comes last word first: read forwards that is from the row's end, too.
  for (const layer of ["lstm", "forward_gru"]) {
    const unrolled = await json("unroll", script, ...ids, "--layer", layer);
    assert.equal(unrolled.goBackwards, true);
    assert.deepEqual(unrolled.times, [5, 6]);
    assert.ok(unrolled.residual < 1e-12);
    const cell = await json("cell", script, ...ids, "--layer", layer);
    assert.equal(cell.words[cell.chosen].word, "#4");
    await json("gradient", script, ...ids, "--layer", layer, "--no-study");
    assert.match(await explain("unroll", script, ...ids, "--layer", layer), /read from its end/);
  }
  const back = await json("unroll", script, ...ids, "--layer", "backward_gru");
  assert.deepEqual([back.goBackwards, back.times], [false, [8, 7]]);
  // A row of one word has one step to write out.
  assert.equal((await json("unroll", "lstm", "word")).k, 1);
});
