/** Names and texts from files and arguments on the terminal: nothing that could steer it is ever printed. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { layers, sequential, TextClassifier } from "../../src/index.js";
import { cellstate, type Outcome } from "./run.js";

/** One of each kind: CSI, OSC and their C1 forms, DEL, a line of its own, bidirectional marks, zero-width, separators. */
const STEERING = [
  ...["\u001b[2J", "\u001b]0;pwned\u0007", "\u009b31m", "\u0090q\u009c", "\u007f", "\r", "\b\b"],
  ...["\u202e", "\u202a", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c"],
  ...[
    "\u200b",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u{e0041}",
    "\u2028",
    "\u2029",
    "\u0085",
    "\nroot# ",
    "\ud800",
  ],
].join("");
const NAME = `a${STEERING}b`;
/** What a shell can hand over: no half of a surrogate pair. */
const TYPED = NAME.replace("\ud800", "");

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;
const HIDDEN =
  /[\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]|[\ud800-\udfff]|[\u{e0000}-\u{e0fff}]/u;

function harmless({ stdout, stderr }: Outcome, what: string): void {
  for (const text of [stdout, stderr]) {
    const bad = CONTROLS.exec(text) ?? HIDDEN.exec(text);
    assert.equal(bad && JSON.stringify(text.slice(Math.max(0, bad.index - 40), bad.index + 9)), null, what);
    assert.doesNotMatch(text, /^root#/m, `${what}: a name begins a line of its own`);
    assert.doesNotMatch(text, /\n\s+at /, `${what}: a stack trace`);
  }
}

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-foreign-"));
  const labels = [`p${STEERING}`, `n${STEERING}`];
  const rows = Array.from({ length: 40 }, (_, i) => ({
    text: `w${i % 2 ? `good${STEERING}` : `bad${STEERING}`} film ${i % 5}`,
    label: labels[i % 2]!,
  }));
  const model = sequential(
    [
      layers.embedding({ inputDim: 40, outputDim: 4, inputLength: 6, name: `e${NAME}` }),
      layers.lstm({ units: 3, name: `l${NAME}` }),
      layers.dense({ units: 1, activation: "sigmoid", name: `d${NAME}` }),
    ],
    { name: `m${NAME}`, seed: 1, engine: "reference" },
  );
  const classifier = await TextClassifier.train(rows, {
    ...{ model, vocabulary: 40, length: 6, epochs: 1, target: "classes" },
  });
  await classifier.save(join(folder, "c.keras"));
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const head = [`text${TYPED}`, `label${TYPED}`].map(quote).join(",");
  const lines = rows.map(({ text, label }) => [text, label].map(quote).join(","));
  await writeFile(join(folder, "d.csv"), `${head}\n${lines.join("\n")}\n`);
  await writeFile(join(folder, `d${TYPED.replaceAll("/", "")}.csv`), `${head}\n${lines.join("\n")}\n`);
  for (const label of ["x", "y"]) {
    await mkdir(join(folder, "texts", label + TYPED), { recursive: true });
    for (let i = 0; i < 4; i++)
      await writeFile(join(folder, "texts", label + TYPED, `${i}.txt`), `${label} film ${i}`);
  }
});
after(() => rm(folder, { recursive: true }));

const SMALL = ["--model", "lstm", "--epochs", "1", "--length", "6"];

/** Every way in which foreign text comes to be printed. */
const COMMANDS: Record<string, string[]> = {
  summary: ["summary", "c.keras"],
  "summary of Keras 2": ["summary", "c.keras", "--format", "keras2"],
  "summary --json": ["summary", "c.keras", "--json"],
  "summary --receipt": ["summary", "c.keras", "--receipt"],
  "summary --receipt --json": ["summary", "c.keras", "--receipt", "--json"],
  convert: ["convert", "c.keras", `o${TYPED}.onnx`, "--receipt"],
  predict: ["predict", "c.keras", `w ${TYPED}`, "--engine", "reference"],
  "predict --json": ["predict", "c.keras", "x", "--json", "--engine", "reference"],
  evaluate: ["evaluate", "c.keras", "d.csv", "--text", "1", "--label", "2", "--engine", "reference"],
  "evaluate --json": ["evaluate", "c.keras", "d.csv", "--text", "1", "--label", "2", "--json"],
  train: ["train", `d${TYPED}.csv`, "--text", "1", "--label", "2", ...SMALL],
  "train --json": ["train", "texts", ...SMALL, "--json", "--report", "r.html"],
  "explain params": ["explain", "params", "c.keras"],
  "explain params --json": ["explain", "params", "c.keras", "--json"],
  "explain params --expect": ["explain", "params", "c.keras", "--expect", `d${TYPED}=5`],
  "explain cell": ["explain", "cell", "c.keras"],
  "explain cell TEXT": ["explain", "cell", "c.keras", `wgood${TYPED} film`],
  "explain cell --json": ["explain", "cell", "c.keras", `wgood${TYPED} film`, "--json"],
  "explain unroll": ["explain", "unroll", "c.keras", `wgood${TYPED} film`],
  "explain unroll --tex": ["explain", "unroll", "c.keras", `wgood${TYPED} film`, "--tex"],
  "explain gradient": ["explain", "gradient", "c.keras", `wgood${TYPED} film`],
  "explain attribute": ["explain", "attribute", "c.keras", `wgood${TYPED} film`],
  "explain embedding": ["explain", "embedding", "c.keras", "film", "--tsv", `t${TYPED}`],
  "explain embedding of a word": ["explain", "embedding", "c.keras", TYPED],
  "explain doctor": ["explain", "doctor", "c.keras", "d.csv", "--text", "1", "--label", "2"],
  "explain doctor --html": ["explain", "doctor", "c.keras", "--html", `h${TYPED}.html`],
  "an unknown command": [TYPED],
  "an unknown option": ["summary", `--x${TYPED}`],
  "an unknown sub-command": ["explain", TYPED],
  "too many arguments": ["summary", "c.keras", TYPED],
  "a choice that is none": ["summary", "c.keras", "--format", TYPED],
  "an engine that is none": ["bench", "--engine", TYPED],
  "a number that is none": ["train", "d.csv", "--epochs", TYPED],
  "a share that is none": ["train", "d.csv", "--test-split", TYPED],
  "a definition that is none": ["summary", "x.py", "--define", TYPED],
  "a preset that is none": ["summary", TYPED],
  "a task that is none": ["lab", TYPED],
  "a file that is not there": ["summary", `${TYPED}.keras`],
  "a script that is not there": ["summary", `${TYPED}.py`],
  "data that is not there": ["train", `${TYPED}.csv`],
  "a column that is not there": ["train", "d.csv", "--text", TYPED, "--label", "2"],
  "columns that are not named": ["train", "d.csv"],
  "a folder that is not there": ["train", "d.csv", "--out", `${TYPED}/x.keras`],
  "labels that are none": ["predict", "c.keras", "--labels", TYPED, "x"],
};

describe("foreign text on the terminal", () => {
  for (const [what, args] of Object.entries(COMMANDS)) {
    test(what, async () => {
      const outcome = await cellstate(args, { cwd: folder });
      harmless(outcome, what);
      assert.ok([0, 1, 2].includes(outcome.code!), `${outcome.code}`);
      assert.ok(outcome.stdout.length + outcome.stderr.length > 0);
    });
  }

  test("JSON keeps what it says, escaped", async () => {
    const { stdout } = await cellstate(["summary", "c.keras", "--json"], { cwd: folder });
    assert.equal((JSON.parse(stdout) as { name: string }).name, `m${NAME}`);
  });

  test("a label with a tab and a line feed in it is one field of one line", async () => {
    // Label, probability, and that no word is known.
    const { stdout } = await cellstate(["predict", "c.keras", "x", "y"], { cwd: folder });
    assert.deepEqual(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split("\t").length),
      [3, 3],
    );
  });

  test("a report holds none of it either", async () => {
    const args = ["train", "texts", ...SMALL, "--report", "page.html"];
    const { code, stderr } = await cellstate(args, { cwd: folder });
    assert.equal(code, 0, stderr);
    const page = await readFile(join(folder, "page.html"), "utf8");
    assert.doesNotMatch(page, CONTROLS);
    assert.doesNotMatch(page, HIDDEN);
  });

  test("values in configurations", async () => {
    const members = unzipSync(await readFile(join(folder, "c.keras")));
    const value = { [`k${NAME}`]: 1 };
    for (const units of [value, NAME, [value], { class_name: NAME, config: {} }]) {
      for (const key of ["units", "activation", "kernel_initializer", "dtype", NAME]) {
        const config = JSON.parse(strFromU8(members["config.json"]!)) as {
          config: { layers: { class_name: string; config: Record<string, unknown> }[] };
        };
        const layer = config.config.layers.at(-1)!;
        if (key === "dtype") layer.class_name = NAME;
        else layer.config[key] = units;
        const file = join(folder, "hostile.keras");
        await writeFile(file, zipSync({ ...members, "config.json": strToU8(JSON.stringify(config)) }));
        const outcome = await cellstate(["summary", file]);
        harmless(outcome, `${key} ${JSON.stringify(units)}`);
        if (key === "units" || key === "activation") assert.equal(outcome.code, 2);
        if (outcome.code === 2) assert.equal(outcome.stderr.trimEnd().split("\n").length, 1);
      }
    }
  });

  test("values in scripts", async () => {
    const head = "from keras import *\nfrom keras.layers import *\n";
    const written = JSON.stringify(NAME);
    for (const [at, script] of [
      `m=Sequential([Dense(units=${written})])`,
      `m=Sequential([Input((4,)),Dense(1,name=${written})])`,
      `m=Sequential([Input((4,)),Dense(1,activation=${written})])`,
      `m=Sequential([Dense(units="${NAME.replaceAll("\n", "").replaceAll("\r", "")}")])`,
    ].entries()) {
      await writeFile(join(folder, `s${at}.py`), head + script);
      harmless(await cellstate(["summary", `s${at}.py`], { cwd: folder }), script);
    }
  });
});
