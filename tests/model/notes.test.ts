/** What may make a model behave otherwise than where it came from: told by `notes`, and said once where it matters. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readZip } from "../../src/formats/zip.js";
import { writeZip } from "../../src/formats/zip-write.js";
import { InputError, layers, loadModel, model, sequential, TextClassifier } from "../../src/index.js";
import { cellstate } from "../cli/run.js";
import { readSample } from "../files/samples.js";

const STATEFUL = /lstm_7\.config\.stateful: every batch starts from fresh states here$/;

/** A stateful network that was never compiled. */
const stateful = (onWarning?: ((text: string) => void) | null) =>
  loadModel(readSample("graph_stateful.keras"), {
    name: "s.keras",
    engine: "reference",
    ...(onWarning === undefined ? {} : { onWarning }),
  });

/** Rows that the network takes. */
const rowsFor = ({ inputShapes }: { inputShapes: readonly (readonly (number | null)[])[] }) => [
  Array.from({ length: inputShapes[0]![0] ?? 4 }, (_, t) => t % 2),
];

/** What console.warn is told while `run` runs. */
async function warned(run: () => unknown): Promise<string[]> {
  const { warn } = console;
  const lines: string[] = [];
  console.warn = (line: string) => void lines.push(line);
  try {
    await run();
  } finally {
    console.warn = warn;
  }
  return lines;
}

describe("notes of a model that was read", () => {
  test("stand in `notes`, which cannot be changed", async () => {
    const { notes } = await stateful();
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, STATEFUL);
    assert.throws(() => (notes as string[]).push("x"), TypeError);
    assert.deepEqual(sequential([layers.input({ shape: [1] })]).notes, []);
  });

  test("are said on the console at first use, once a model", async () => {
    const lines = await warned(async () => {
      const read = await stateful();
      const rows = rowsFor(read);
      read.predict(rows);
      read.predict(rows);
      read.predictFlat(rows);
    });
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, STATEFUL);
  });

  test("reading alone says nothing", async () => {
    assert.deepEqual(await warned(() => stateful()), []);
  });

  test("go to onWarning of the model, or of the call; null keeps them quiet", async () => {
    const told: string[] = [];
    const silent = await warned(async () => {
      const read = await stateful((line) => told.push(line));
      read.predict(rowsFor(read));
      const quiet = await stateful(null);
      quiet.predict(rowsFor(quiet));
      for (const onWarning of [null, (line: string) => void told.push(`call: ${line}`)]) {
        const other = await stateful();
        other.predict(rowsFor(other), { onWarning });
        other.predict(rowsFor(other));
      }
    });
    assert.deepEqual(silent, []);
    assert.equal(told.length, 2);
    assert.match(told[0]!, STATEFUL);
    assert.match(told[1]!, /^call: .*stateful/);
  });

  test("what only training has to know is said when training begins", async () => {
    const read = await loadModel(readSample("graph_nadam.keras"), { engine: "reference" });
    assert.match(read.notes.join(), /optimizer nadam: not one of ours; compile the model to train on/i);
    assert.deepEqual(await warned(() => read.predict(rowsFor(read))), []);
    read.compile({ loss: "meanSquaredError" });
    const y = [Array.from({ length: read.outputSize }, () => 0)];
    assert.deepEqual(await warned(() => read.evaluate(rowsFor(read), y)), []);
    const lines = await warned(async () => {
      await read.fit(rowsFor(read), y);
      await read.fit(rowsFor(read), y);
      read.trainOnBatch(rowsFor(read), y);
    });
    assert.deepEqual(lines, read.notes);
  });

  test("evaluate, trainOnBatch and fit say them too, to their own onWarning", async () => {
    for (const use of ["evaluate", "trainOnBatch", "fit"] as const) {
      const read = await stateful();
      read.compile({ loss: "meanSquaredError" });
      const told: string[] = [];
      const y = [Array.from({ length: read.outputSize }, () => 0)];
      await read[use](rowsFor(read), y, { onWarning: (line: string) => void told.push(line) });
      assert.equal(told.length, 1, use);
    }
  });

  test("onWarning is a function or null", async () => {
    const read = await stateful();
    for (const onWarning of ["loud", 5, {}] as never[]) {
      const refused = (error: unknown) => error instanceof InputError && /onWarning/.test(error.message);
      assert.throws(() => read.predict(rowsFor(read), { onWarning }), refused);
      assert.throws(() => sequential([layers.input({ shape: [1] })], { onWarning }), refused);
      await assert.rejects(loadModel(readSample("graph_stateful.keras"), { onWarning }), refused);
    }
  });
});

test("stateful layers of one's own are noted too, inside others as well", () => {
  const ids = layers.input({ shape: [4, 2] });
  const gru = layers.bidirectional({ layer: layers.gru({ units: 2, stateful: true }) });
  const graph = model({ inputs: ids, outputs: gru.apply(ids) });
  assert.equal(graph.notes.length, 1);
  assert.match(graph.notes[0]!, /bidirectional stateful: every batch starts from fresh states here/);
  const told: string[] = [];
  const chain = sequential(
    [layers.input({ shape: [4, 2] }), layers.lstm({ units: 2, stateful: true, name: "memory" })],
    {
      engine: "reference",
      onWarning: (line) => void told.push(line),
    },
  );
  chain.predict([
    [
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
    ],
  ]);
  assert.deepEqual(told, ["memory stateful: every batch starts from fresh states here"]);
});

/** The file of a network as Keras would have saved it with states that are kept. */
function madeStateful(bytes: Uint8Array): Uint8Array {
  const members = [...readZip(bytes, "m.keras")].map(([name, member]): [string, Uint8Array] => {
    if (name !== "config.json") return [name, member.read()];
    const text = new TextDecoder().decode(member.read());
    assert.match(text, /"stateful":false/);
    return [name, new TextEncoder().encode(text.replace('"stateful":false', '"stateful":true'))];
  });
  return writeZip(members);
}

describe("on the command line", () => {
  let folder = "";
  const at = (name: string) => join(folder, name);
  const rows = Array.from({ length: 24 }, (_, i) => ({
    text: `${i % 2 ? "win a prize" : "see you"} ${i}`,
    label: i % 2 ? "spam" : "ham",
  }));
  const SAID_OF_FILE = /stateful: every batch starts from fresh states here$/;
  const SAID = /^note: .*stateful: every batch starts from fresh states here$/m;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "cellstate-notes-"));
    const classifier = await TextClassifier.train(rows, {
      vocabulary: 20,
      length: 4,
      epochs: 1,
      model: () =>
        sequential(
          [
            layers.embedding({ inputDim: 20, outputDim: 2, inputLength: 4 }),
            layers.lstm({ units: 2 }),
            layers.dense({ units: 1, activation: "sigmoid" }),
          ],
          { engine: "reference" },
        ),
    });
    writeFileSync(at("m.keras"), madeStateful(await classifier.toBytes()));
    writeFileSync(
      at("data.csv"),
      `text,label\n${rows.map(({ text, label }) => `${text},${label}`).join("\n")}\n`,
    );
    writeFileSync(at("nadam.keras"), readSample("graph_nadam.keras"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const commands: [string, string[], boolean][] = [
    ["predict", ["predict", "m.keras", "win a prize", "--json"], true],
    ["evaluate", ["evaluate", "m.keras", "data.csv", "--json"], true],
    ["summary", ["summary", "m.keras", "--json"], true],
    ["convert", ["convert", "m.keras", "out.onnx"], false],
    ["explain", ["explain", "params", "m.keras"], false],
    [
      "train",
      ["train", "data.csv", "--model", "m.keras", "--epochs", "1", "--out", "o.keras", "--json"],
      true,
    ],
  ];
  test("a classifier's predict says them to the onWarning it was loaded with", async () => {
    const told: string[] = [];
    const classifier = await TextClassifier.load(at("m.keras"), {
      onWarning: (line) => void told.push(line),
    });
    assert.match(classifier.model.notes.join(), SAID_OF_FILE);
    classifier.predict("win a prize");
    classifier.predict("see you");
    assert.deepEqual(told, classifier.model.notes);
  });

  for (const [name, args, json] of commands) {
    test(`${name} says them on stderr, once; stdout stays clean`, async () => {
      const { code, stdout, stderr } = await cellstate(args, { cwd: folder });
      assert.equal(code, 0, stderr);
      assert.equal(stderr.match(new RegExp(SAID.source, "gm"))?.length, 1, stderr);
      assert.doesNotMatch(stdout, /fresh states/);
      if (json) for (const line of stdout.trim().split("\n")) JSON.parse(line);
    });
  }

  test("what only training has to know is no matter of predict's, and names no function", async () => {
    const explained = await cellstate(["explain", "params", "nadam.keras"], { cwd: folder });
    assert.doesNotMatch(explained.stderr, /nadam/i);
    const { stderr } = await cellstate(["summary", "nadam.keras"], { cwd: folder });
    assert.match(stderr, /^note: optimizer nadam: not one of ours$/im);
  });
});
