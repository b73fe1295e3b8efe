/** The embedding and doctor commands, as a stranger would run them. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Finding } from "../../src/explain/doctor/finding.js";
import { layers, optimizers, saveModel, sequential, TextClassifier } from "../../src/index.js";
import { cellstate } from "../cli/run.js";

const SPAM = ["win", "cash", "prize", "free", "claim"];
const HAM = ["home", "dinner", "later", "love", "mum"];
const rows = Array.from({ length: 80 }, (_, r) => {
  const words = r % 2 === 0 ? SPAM : HAM;
  return {
    text: `you ${words[r % 5]} now ${words[(r * 3 + 1) % 5]} n${r >> 1}`,
    label: r % 2 === 0 ? "spam" : "ham",
  };
});

let folder = "";
let model = "";
let data = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-explain-"));
  model = join(folder, "model.keras");
  data = join(folder, "data.csv");
  const classifier = await TextClassifier.train(rows, {
    ...{
      model: "lstm",
      vocabulary: 20,
      length: 60,
      epochs: 15,
      batchSize: 8,
      seed: 1,
      validationSplit: 0,
      engine: "reference",
    },
    optimizer: optimizers.adam({ learningRate: 0.01 }),
  });
  await classifier.save(model);
  await writeFile(data, `text,label\n${rows.map(({ text, label }) => `${text},${label}`).join("\n")}\n`);
});
after(() => rm(folder, { recursive: true }));

describe("cellstate explain embedding", () => {
  test("shows what the words came to mean, within 80 columns", async () => {
    const { code, stdout } = await cellstate(["explain", "embedding", model, "cash", "#3"]);
    assert.equal(code, 0);
    assert.match(stdout, /^embedding: 20 words × 16 numbers = 320 weights/);
    assert.match(stdout, /^ {2}spam( +(win|cash|prize|free|claim) 9[\d.]+ %){3} +[\d.]+ %$/m);
    const [, near] = /Nearest to cash\n {2}(\w+) /.exec(stdout)!;
    assert.ok(SPAM.includes(near!), `${near} beside cash`);
    for (const line of stdout.split("\n")) assert.ok([...line].length <= 80, line);
  });

  test("draws the map, writes the projectors' files, and prints everything as JSON", async () => {
    const [svg, html, tsv] = [join(folder, "map.svg"), join(folder, "map.html"), join(folder, "tsv")];
    const flags = ["--svg", svg, "--html", html, "--tsv", tsv, "--json", "--neighbours", "3"];
    const { code, stdout, stderr } = await cellstate(["explain", "embedding", model, "home", ...flags]);
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as {
      vocabulary: number;
      words: { word: string; neighbours: { word: string; similarity: number }[] }[];
      map: { points: { word: string; effect: number[] }[]; explained: number[] };
    };
    assert.equal(report.vocabulary, 20);
    assert.equal(report.words[0]!.neighbours.length, 3);
    assert.equal(report.map.points.length, 19);
    const effect = (word: string) => report.map.points.find((point) => point.word === word)!.effect[0]!;
    assert.ok(effect("cash") > 0.5 && effect("home") < -0.5, `${effect("cash")} ${effect("home")}`);
    assert.match(await readFile(svg, "utf8"), /^<svg xmlns/);
    assert.match(
      await readFile(html, "utf8"),
      /Map of the vocabulary[\s\S]*id="telling"[\s\S]*<th scope="row">(?:<[^>]*>)*spam<[\s\S]*id="neighbours"[\s\S]*<th scope="row">(?:<[^>]*>)*home</,
    );
    assert.equal((await readFile(join(tsv, "vectors.tsv"), "utf8")).trimEnd().split("\n").length, 20);
    assert.match(await readFile(join(tsv, "metadata.tsv"), "utf8"), /^word\tid\n<padding>\t0\n/);
  });

  test("a word that is not there, or a layer, ends with 2", async () => {
    for (const [flags, says] of [
      [["cahs"], /Did you mean cash\?/],
      [["--layer", "lstm"], /name of an Embedding layer/],
    ] as const) {
      const { code, stderr } = await cellstate(["explain", "embedding", model, ...flags]);
      assert.equal(code, 2);
      assert.match(stderr, says);
    }
  });
});

describe("cellstate explain doctor", () => {
  test("tells what it found, with evidence and remedy, within 80 columns", async () => {
    const { code, stdout } = await cellstate(["explain", "doctor", model, data]);
    assert.equal(code, 0);
    assert.match(stdout, /^! Most of what is read is padding \(mostly-padding\)\n {2}Rows have 60 steps/m);
    assert.match(stdout, /^ {2}→ A length of 5 /m);
    assert.match(stdout, /1 warning and \d notes?\. Looked at the network/);
    for (const line of stdout.split("\n")) assert.ok([...line].length <= 80, line);
  });

  test("--test looks for test texts among the others; --json gives data", async () => {
    const flags = ["--test", data, "--json"];
    const { code, stdout } = await cellstate(["explain", "doctor", model, data, ...flags]);
    assert.equal(code, 0);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    assert.equal(findings[0]!.id, "test-in-training");
    assert.deepEqual(findings[0]!.evidence, { shared: 80, test: 80, share: 1 });
    assert.equal(findings[0]!.severity, "problem");
  });

  test("looks at a network without a vocabulary, and says why it cannot read data for it", async () => {
    const file = join(folder, "network.keras");
    await saveModel(
      sequential([
        layers.embedding({ inputDim: 9, outputDim: 2, inputLength: 5 }),
        layers.simpleRNN({ units: 2, activation: "relu" }),
        layers.dense({ units: 1, activation: "softmax" }),
      ]),
      file,
    );
    const { code, stdout } = await cellstate(["explain", "doctor", file]);
    assert.equal(code, 0);
    assert.match(stdout, /softmax-with-one-unit[\s\S]*unbounded-state/);
    const refused = await cellstate(["explain", "doctor", file, data]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /leave DATA out/);
  });

  test("looks at a Keras script with data as train would begin with it; a page holds the same", async () => {
    const [script, page] = [join(folder, "homework.py"), join(folder, "doctor.html")];
    const lines = [
      "from keras.models import Sequential",
      "from keras.layers import Embedding, SimpleRNN, Dense",
      "model = Sequential()",
      "model.add(Embedding(60, 4, input_length=40))",
      "model.add(SimpleRNN(4, activation='relu'))",
      "model.add(Dense(2, activation='sigmoid'))",
    ];
    await writeFile(script, lines.join("\n"));
    const ids = async (...flags: string[]) => {
      const { code, stdout, stderr } = await cellstate(["explain", "doctor", script, ...flags, "--json"]);
      assert.equal(code, 0, stderr);
      return (JSON.parse(stdout).findings as Finding[]).map(({ id }) => id);
    };
    const alone = await ids();
    assert.deepEqual(alone.sort(), ["sigmoid-with-several-outputs", "unbounded-state"]);
    assert.ok(!(await ids(data)).includes("padding-read-last"));
    const behind = await ids(data, "--padding", "post", "--html", page);
    for (const id of ["padding-read-last", "mostly-padding", "unbounded-state"])
      assert.ok(behind.includes(id), `${id} among ${behind}`);
    assert.ok(!behind.includes("always-one-answer"), "an untrained network's answers say nothing");
    const html = await readFile(page, "utf8");
    for (const id of behind) assert.match(html, new RegExp(`<section id="${id}"`));
    assert.match(html, /<th scope="row">[^<]*<\/th><td class="word">/);
  });
});
