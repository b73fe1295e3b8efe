/** cellstate explain on what cellstate predict opens: a vocabulary beside the network or in it, rows of numbers, several inputs. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { layers, type Model, model, sequential } from "../../src/index.js";
import { shake } from "../explain/models.js";
import { cellstate } from "./run.js";

const WORDS = ["", "[UNK]", "a", "good", "bad", "film", "the", "was"];
const yes = () => layers.dense({ units: 1, activation: "sigmoid" });

let folder = "";
const made: Record<string, Model> = {};
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-opens-"));
  made["network"] = sequential([
    layers.embedding({ inputDim: 8, outputDim: 3, inputLength: 6 }),
    layers.lstm({ units: 4 }),
    yes(),
  ]);
  made["texts"] = sequential([
    layers.textVectorization({ vocabulary: WORDS, outputSequenceLength: 6 }),
    layers.embedding({ inputDim: 8, outputDim: 3 }),
    layers.rnn({ cell: layers.gruCell({ units: 4 }) }),
    yes(),
  ]);
  const [words, facts] = [
    layers.input({ shape: [6], name: "words" }),
    layers.input({ shape: [4, 2], name: "facts" }),
  ];
  const embedded = layers.embedding({ inputDim: 8, outputDim: 3 }).apply(words);
  const read = [
    layers.lstm({ units: 3, name: "of_words" }).apply(embedded),
    layers.gru({ units: 3, name: "of_facts" }).apply(facts),
  ];
  made["two"] = model({ inputs: [words, facts], outputs: yes().apply(layers.concatenate().apply(read)) });
  made["tags"] = sequential([
    layers.input({ shape: [4, 2] }),
    layers.lstm({ units: 3, returnSequences: true }),
    layers.timeDistributed({ layer: layers.dense({ units: 3, activation: "softmax" }) }),
  ]);
  const [masked, feat] = [
    layers.input({ shape: [4], name: "words" }),
    layers.input({ shape: [2], name: "feat" }),
  ];
  const masking = layers.embedding({ inputDim: 8, outputDim: 3, maskZero: true }).apply(masked);
  const beside = [layers.lstm({ units: 3 }).apply(masking), feat];
  made["beside"] = model({
    inputs: [masked, feat],
    outputs: yes().apply(layers.concatenate().apply(beside)),
  });
  made["hidden"] = sequential([
    layers.input({ shape: [4, 2] }),
    layers.masking(),
    layers.lstm({ units: 3 }),
    yes(),
  ]);
  for (const [name, one] of Object.entries(made)) await shake(one, 5).save(join(folder, `${name}.keras`));
  await writeFile(join(folder, "vocabulary.txt"), `${WORDS.join("\n")}\n`);
  await writeFile(join(folder, "ids.json"), "[3, 5]");
  await writeFile(join(folder, "steps.csv"), "0.5,1\n-1,2\n0.25,0\n1,1\n");
  await writeFile(join(folder, "hidden.csv"), "0,0\n-1,2\n0.25,0\n1,1\n");
  await writeFile(join(folder, "beside.json"), JSON.stringify({ words: [0, 3, 4, 5], feat: [0.5, 1] }));
  await writeFile(join(folder, "two.json"), JSON.stringify({ facts: FACTS, words: [0, 0, 6, 5, 7, 3] }));
});
after(() => rm(folder, { recursive: true }));

interface Part {
  input: string;
  t: number;
  word: string;
  values: number[];
  integratedGradients: number;
}

const FACTS = [
  [0.5, 1],
  [-1, 2],
  [0.25, 0],
  [1, 1],
];

async function ask(...args: string[]) {
  const { code, stdout, stderr } = await cellstate(args, { cwd: folder });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}
const refused = async (says: RegExp, ...args: string[]) => {
  const { code, stderr } = await cellstate(args, { cwd: folder });
  assert.equal(code, 2, stderr);
  assert.match(stderr, says);
};

const TEXT = "the film was good";
const logOdds = (p: number) => Math.log(p / (1 - p));

test("--tokenizer, padding and labels are predict's: the same words, and the same answer", async () => {
  const given = ["--tokenizer", "vocabulary.txt", "--padding", "post", "--labels", "ham,spam", "--json"];
  const answer = await ask("predict", "network.keras", TEXT, ...given);
  const view = await ask("explain", "attribute", "network.keras", TEXT, ...given);
  assert.equal(view.objective, `log-odds of ${answer.label}`);
  assert.ok(Math.abs(view.value - logOdds(answer.probability)) < 1e-5);
  assert.deepEqual(
    view.words.map(({ t, word }: { t: number; word: string }) => [t, word]),
    TEXT.split(" ").map((word, t) => [t, word]),
  );
  const cell = ["--tokenizer", "vocabulary.txt", "--padding", "post", "--json"];
  const { words } = await ask("explain", "cell", "network.keras", TEXT, ...cell);
  assert.deepEqual(words.length, 4);
  const { words: known } = await ask(
    ...["explain", "embedding", "network.keras", "good", "--tokenizer", "vocabulary.txt", "--json"],
  );
  assert.equal(known[0].id, 3);
  await refused(
    /a vocabulary to read a text with.*--tokenizer FILE/,
    "explain",
    "cell",
    "network.keras",
    TEXT,
  );
});

test("a model that begins with TextVectorization reads its texts by itself", async () => {
  const answer = await ask("predict", "texts.keras", TEXT, "--json");
  const view = await ask("explain", "attribute", "texts.keras", TEXT, "--json");
  assert.ok(Math.abs(Math.abs(view.value) - Math.abs(logOdds(answer.probability))) < 1e-5);
  const flow = await ask("explain", "gradient", "texts.keras", TEXT, "--no-study", "--json");
  assert.equal(flow.layer, "rnn/gru_cell");
  assert.ok(flow.check.residuals.centralDifferences < 1e-9);
  assert.equal((await ask("explain", "embedding", "texts.keras", "film", "--json")).words[0].word, "film");
  const doctor = await cellstate(["explain", "doctor", "texts.keras"], { cwd: folder });
  assert.match(doctor.stdout, /its vocabulary/);
});

test("--row: ids, steps of numbers, and a row for each of several inputs", async () => {
  const short = await ask("explain", "cell", "network.keras", "--row", "ids.json", "--json");
  assert.deepEqual(
    short.words.map(({ t, word }: { t: number; word: string }) => [t, word]),
    [
      [4, "#3"],
      [5, "#5"],
    ],
  );
  const p = (made["two"]!.predict([[[0, 0, 6, 5, 7, 3]], [FACTS]]) as number[][])[0]![0]!;
  for (const [layer, steps] of [
    ["of_words", 4],
    ["of_facts", 4],
  ] as const) {
    const args = ["two.keras", "--row", "two.json", "--layer", layer, "--json"];
    const flow = await ask(
      "explain",
      "gradient",
      ...args,
      "--no-study",
      "--of",
      "probability",
      "--label",
      "1",
    );
    assert.equal(flow.words.length, steps);
    assert.ok(Math.abs(flow.objective.value - p) < 1e-6);
    assert.ok(flow.check.residuals.centralDifferences < 1e-9);
    assert.ok((await ask("explain", "unroll", ...args)).residual < 1e-12);
  }
  await refused(
    /a row for each of 2 inputs.*--row FILE; it reads words \[6\] and facts \[4, 2\]/,
    ...["explain", "cell", "two.keras", "--ids", "1,2"],
  );
  const found = await ask("explain", "attribute", "two.keras", "--row", "two.json", "--label", "1", "--json");
  assert.ok(Math.abs(found.value - logOdds(p)) < 1e-5);
  assert.deepEqual(
    found.words.map(({ input, t, word }: Part) => [input, t, word]),
    [6, 5, 7, 3].map((id, k) => ["words", k + 2, `#${id}`]),
  );
  assert.deepEqual(
    found.steps.map(({ input, t, values }: Part) => [input, t, values]),
    FACTS.map((step, t) => ["facts", t, step]),
  );
  const total = [...found.words, ...found.steps].reduce(
    (sum, part: Part) => sum + part.integratedGradients,
    0,
  );
  assert.ok(Math.abs(total - (found.value - found.baseline)) < 1e-8);
  await refused(
    /an object with a row for each input: words, facts/,
    "explain",
    "cell",
    "two.keras",
    "--row",
    "ids.json",
  );
});

test("attribute of a row of numbers: text, page and picture name steps and features from 1", async () => {
  const args = ["explain", "attribute", "tags.keras", "--row", "steps.csv", "--label", "2"];
  const { code, stdout, stderr } = await cellstate([...args, "--html", "page.html", "--svg", "steps.svg"], {
    cwd: folder,
  });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /with zeros in place of every number/);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
  assert.match(stdout, /step 1 .*step 4 .*Strongest numbers.*step \d, feature [12] /s);
  assert.doesNotMatch(stdout, /step 0|feature 0/);
  const page = await readFile(join(folder, "page.html"), "utf8");
  assert.match(page, /Which numbers decided.*By step.*Number by number.*step 1 to 4 from left to right/s);
  assert.doesNotMatch(page, /The text, marked/);
  assert.match(
    await readFile(join(folder, "steps.svg"), "utf8"),
    /What each step did to the log-odds of class 2/,
  );
});

test("--at counts words and steps from 1, as texts and errors do; JSON counts places from 0", async () => {
  const post = ["network.keras", TEXT, "--tokenizer", "vocabulary.txt"];
  const text = [...post, "--padding", "pre"];
  for (const command of ["cell", "unroll", "gradient"]) {
    const more = command === "gradient" ? ["--no-study"] : [];
    const view = await ask("explain", command, ...text, ...more, "--at", "3", "--json");
    const place = command === "unroll" ? view.t : view.words[view.chosen].t;
    // Six ids, two of padding in front of four words: the third stands at 4.
    assert.equal(place, 4, command);
    await refused(
      /--at: expected a word that the layer reads, 1 to 4 but received 5/,
      ...["explain", command, ...text, "--at", "5"],
    );
  }
  await refused(/--at: expected a whole number of at least 1/, "explain", "cell", ...text, "--at", "0");
  await refused(
    /--at: expected a word or step that has one before it, 2 to 4 but received 1/,
    ...["explain", "gradient", ...post, "--at", "1"],
  );
  for (const command of ["cell", "unroll", "gradient"])
    await refused(/padding alone/, "explain", command, "network.keras", "--ids", "0,0");
  const cell = await cellstate(["explain", "cell", ...text, "--at", "3"], { cwd: folder });
  assert.match(cell.stdout, /At “was”, word 3 of 4/);
  const numbers = await cellstate(
    ["explain", "cell", "tags.keras", "--row", "steps.csv", "--at", "3", "--svg", "cell.svg"],
    { cwd: folder },
  );
  assert.match(numbers.stdout, /At step 3 of 4\n/);
  assert.match(await readFile(join(folder, "cell.svg"), "utf8"), /at step 3 of 4</);
});

test("--output-step: which step of a sequence of outputs E is about", async () => {
  const answer = made["tags"]!.predict([FACTS]) as unknown as number[][][];
  const args = ["explain", "gradient", "tags.keras", "--row", "steps.csv", "--no-study", "--json"];
  const of = ["--of", "probability", "--label", "2"];
  const last = await ask(...args, ...of);
  assert.equal(last.objective.name, "probability of class 2 at step 4");
  assert.ok(Math.abs(last.objective.value - answer[0]![3]![2]!) < 1e-6);
  const second = await ask(...args, ...of, "--output-step", "2");
  assert.ok(Math.abs(second.objective.value - answer[0]![1]![2]!) < 1e-6);
  assert.equal(second.words[second.chosen].t, 1);
  await refused(
    /--output-step: expected a step of the output, 1 to 4 but received 5/,
    ...args,
    "--output-step",
    "5",
  );
});

test("--at counts the words of one input among several, padding left out, and names the range", async () => {
  const row = ["beside.keras", "--row", "beside.json"];
  const { words } = await ask("explain", "attribute", ...row, "--json");
  assert.deepEqual(
    words.map(({ word }: Part) => word),
    ["#3", "#4", "#5"],
  );
  const [first] = (await ask("explain", "cell", ...row, "--at", "1", "--json")).words;
  assert.deepEqual([first.t, first.word], [1, "#3"]);
  const cell = await cellstate(["explain", "cell", ...row, "--at", "1"], { cwd: folder });
  assert.match(cell.stdout, /At “#3”, word 1 of 3, 1 step of padding left out/);
  assert.equal((await ask("explain", "unroll", ...row, "--at", "2", "--json")).t, 2);
  const flow = await ask("explain", "gradient", ...row, "--at", "2", "--no-study", "--json");
  assert.equal(flow.words[flow.chosen].word, "#4");
  for (const command of ["cell", "unroll", "gradient"])
    await refused(
      /--at: expected a word that the layer reads, 1 to 3 but received 4/,
      "explain",
      command,
      ...row,
      "--at",
      "4",
    );
  await refused(
    /--at: expected a word or step that has one before it, 2 to 3 but received 1/,
    "explain",
    "gradient",
    ...row,
    "--at",
    "1",
  );
  // Steps of numbers are called by their place in the row, hidden or not.
  for (const command of ["cell", "unroll", "gradient"])
    await refused(
      /--at: expected a step that the layer reads, 2 to 4 but received 1/,
      ...["explain", command, "hidden.keras", "--row", "hidden.csv", "--at", "1"],
    );
});

test("--row: a number that float32 cannot hold is refused by its place", async () => {
  await writeFile(
    join(folder, "large.json"),
    JSON.stringify([
      [0.5, 1],
      [-1, 2],
      [0.25, 1e39],
      [1, 1],
    ]),
  );
  for (const command of ["attribute", "cell"])
    await refused(
      /x row 0 step 2, position 1: expected numbers that float32 holds, up to 3.4e38 but received Infinity/,
      ...["explain", command, "hidden.keras", "--row", "large.json"],
    );
  await writeFile(join(folder, "second.json"), JSON.stringify({ words: [0, 3, 4, 5], feat: [0.5, -1e39] }));
  await refused(
    /feat row 0, position 1: expected numbers that float32 holds.*received -Infinity/,
    ...["explain", "attribute", "beside.keras", "--row", "second.json"],
  );
});
