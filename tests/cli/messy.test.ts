/** Files as people have them, through train, predict and evaluate: the rows that go in come out, as they were written. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { TextClassifier } from "../../src/index.js";
import { cellstate, MAIN } from "./run.js";

const WORDS = "we table the soup staff room was it there".split(" ");
const WORD = { good: ["lovely", "café-warm", "tasty"], bad: ["awful", "rüde", "cold"] };

/** Reviews in which one word tells, with commas, quotes and letters beyond ASCII. */
const ROWS = Array.from({ length: 48 }, (_, i) => {
  const label = i % 2 ? "good" : "bad";
  const word = (k: number) => WORDS[(i * 5 + k * 7) % WORDS.length]!;
  const comma = i % 4 === 0 ? "," : "";
  const said = i % 6 === 0 ? ' "so"' : "";
  return {
    id: `r${i}`,
    text: `${word(1)}${comma} ${WORD[label][i % 3]!} ${word(2)}${said} ${word(3)}`,
    label,
  };
});

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const needed = (text: string, delimiter: string) =>
  text.includes('"') || text.includes(delimiter) ? quoted(text) : text;
const western = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le");
const bom = "\uFEFF";

interface Messy {
  name: string;
  content: string | Uint8Array;
  flags?: string[];
  /** What the scored file begins with: its header, or its first row up to the answer. */
  begins: string;
  /** Rows that can be used. */
  rows?: number;
  labels?: string[];
}

const FILES: Messy[] = [
  {
    name: "semicolons.csv",
    content: `text;label\r\n${ROWS.map((r) => `${needed(r.text, ";")};${r.label}\r\n`).join("")}`,
    begins: "text;label;predicted_label;probability;known\r\n",
  },
  {
    name: "bars-no-header.txt",
    content: ROWS.map((r) => `${r.label}|${needed(r.text, "|")}\n`).join(""),
    begins: `bad|${needed(ROWS[0]!.text, "|")}|bad|`,
  },
  {
    name: "excel.csv",
    content: western(
      `id,text,label\r\n${ROWS.map((r) => `${r.id},${quoted(r.text)},${r.label}\r\n`).join("")}`,
    ),
    begins: `${bom}id,text,label,predicted_label,probability,known\r\n`,
  },
  {
    name: "unicode.txt",
    content: utf16(`text\tlabel\r\n${ROWS.map((r) => `${r.text}\t${r.label}\r\n`).join("")}`),
    begins: `${bom}text\tlabel\tpredicted_label\tprobability\tknown\r\n`,
  },
  {
    name: "quoted.csv",
    content: `"text","label"\n${ROWS.map((r) => `${quoted(r.text)},${quoted(r.label)}\n`).join("")}`,
    begins: '"text","label","predicted_label","probability","known"\n',
  },
  {
    name: "list.json",
    content: JSON.stringify(ROWS, null, 1),
    begins: '[\n{\n  "id": "r0",\n  "text": ',
  },
  {
    name: "lines.jsonl",
    content: gzipSync(
      `${ROWS.map((r) => JSON.stringify(r)).join("\n")}\n{"id":"x","text":"nobody labelled it","label":null}\n`,
    ),
    flags: ["--skip-unlabelled"],
    begins: '{"id":"r0","text":',
  },
  {
    name: "fasttext.txt",
    content: ROWS.map((r) => `__label__${r.label} ${r.text}\n`).join(""),
    begins: "text,label,predicted_label,probability,known\n",
  },
  {
    name: "numbers.csv",
    content: `text,label\n${ROWS.map((r, i) => `${quoted(r.text)},${r.label === "good" ? (i % 4 === 1 ? "1.0" : "1") : "0.0"}\n`).join("")}`,
    begins: "text,label,predicted_label,probability,known\n",
    labels: ["0.0", "1"],
  },
  {
    name: "variants.csv",
    content: `text,label\n${ROWS.map((r, i) => `${quoted(r.text)},${i === 3 ? "gooed" : i % 8 === 5 ? "Good " : r.label}\n`).join("")}`,
    flags: ["--merge-labels"],
    begins: "text,label,predicted_label,probability,known\n",
  },
  {
    name: "two-texts.csv",
    content: `subject,text,label\n${ROWS.map((r) => `Re: soup,${quoted(r.text)},${r.label}\n`).join("")}`,
    flags: ["--text", "subject", "--text", "text"],
    begins: "subject,text,label,predicted_label,probability,known\n",
  },
  {
    name: "broken-rows.csv",
    content: `text,label\n${ROWS.map((r, i) => `${quoted(r.text)},${r.label}${i === 7 ? ",and more" : ""}\n`).join("")}"",\n`,
    flags: ["--rejects", "rejects.jsonl"],
    begins: "text,label,predicted_label,probability,known\n",
    rows: 47,
  },
];

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-"));
  for (const { name, content } of FILES) await writeFile(join(folder, name), content);
});
after(() => rm(folder, { recursive: true }));

const run = (...args: string[]) => cellstate(args, { cwd: folder });

/** The rows of a scored file, without what stands before the first. */
const lastLine = (text: string) => JSON.parse(text.trim().split("\n").at(-1)!) as Record<string, unknown>;

describe("a folder of messy files", { concurrency: 2 }, () => {
  for (const { name, flags = [], begins, rows = ROWS.length, labels = ["bad", "good"] } of FILES) {
    test(name, async () => {
      const model = `${name}.keras`;
      const trained = await run("train", name, ...flags, "--effort", "low", "--out", model, "--json");
      assert.equal(trained.code, 0, trained.stderr);
      const measured = await run("evaluate", model, name, ...flags, "--json");
      assert.equal(measured.code, 0, measured.stderr);
      const figures = lastLine(measured.stdout);
      assert.deepEqual([figures["rows"], figures["labels"]], [rows, labels]);
      assert.ok(Number(figures["accuracy"]) > 0.9, `accuracy ${String(figures["accuracy"])}`);
      // Of predict's flags only those that say where the texts are.
      const reading = flags.includes("--skip-unlabelled") || flags.includes("--merge-labels") ? [] : flags;
      const scored = await run("predict", model, name, ...reading, "--out", "-");
      assert.equal(scored.code, 0, scored.stderr);
      assert.ok(scored.stdout.startsWith(begins), scored.stdout.slice(0, 200));
      const right = ROWS.filter(({ text }) => scored.stdout.includes(text.split('"')[0]!)).length;
      assert.ok(right >= rows - 1, `${right} texts`);
    });
  }
});

test("what is written is what was read, and the answers", async () => {
  const out = join(folder, "scored.csv");
  const { code, stderr } = await run(
    "predict",
    "semicolons.csv.keras",
    "semicolons.csv",
    "--out",
    "scored.csv",
    "--scores",
  );
  assert.equal(code, 0, stderr);
  const written = (await readFile(out, "utf8")).split("\r\n");
  const read = (FILES[0]!.content as string).split("\r\n");
  assert.equal(written.length, read.length);
  assert.equal(written[0], "text;label;predicted_label;probability;known;score_bad;score_good");
  const classifier = await TextClassifier.load(join(folder, "semicolons.csv.keras"));
  for (const [i, { text }] of ROWS.entries()) {
    assert.ok(written[i + 1]!.startsWith(`${read[i + 1]!};`), written[i + 1]);
    const { label, probability, known, scores } = classifier.predict(text);
    const near = written[i + 1]!.slice(read[i + 1]!.length + 1).split(";");
    assert.deepEqual(
      near.map((cell, k) => (k === 0 ? cell : Number(Number(cell).toFixed(5)))),
      [
        label,
        ...[probability, known!, scores["bad"]!, scores["good"]!].map((value) => Number(value.toFixed(5))),
      ],
    );
  }
});

test("cells that a spreadsheet would run are made safe, numbers are not touched, and that can be left", async () => {
  const cells = ["=1+2", "+cmd", "-2", "-a", "@SUM(1)", "\t=1", "1e5", "+3.5", "-7 %", "ok", "=x,y"];
  const rows = cells.map((cell) => `${quoted(cell)},warm soup`).join("\n");
  await writeFile(join(folder, "formulas.csv"), `note,text\n${rows}\n`);
  const safe = await run("predict", "semicolons.csv.keras", "formulas.csv", "--out", "-");
  assert.deepEqual(
    safe.stdout
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",warm soup")[0]),
    ["'=1+2", "'+cmd", "-2", "'-a", "'@SUM(1)", "'\t=1", "1e5", "+3.5", "'-7 %", "ok", `"'=x,y"`],
  );
  assert.match(safe.stderr, /an apostrophe keeps 7 cells from being run as a formula/);
  const kept = await run("predict", "semicolons.csv.keras", "formulas.csv", "--out", "-", "--keep-formulas");
  assert.match(kept.stdout, /\n=1\+2,warm soup/);
  assert.doesNotMatch(kept.stderr, /apostrophe/);
});

test("from standard input to standard output; answers alone with the row's id", async () => {
  const input = (FILES[2]!.content as Uint8Array).slice();
  const piped = await cellstate(["predict", "semicolons.csv.keras", "--out", "-", "--json", "--id", "id"], {
    cwd: folder,
    input,
  });
  assert.equal(piped.code, 0, piped.stderr);
  const answers = piped.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    answers.map(({ row, id }) => [row, id]),
    ROWS.map(({ id }, i) => [i + 2, id]),
  );
  assert.deepEqual(Object.keys(answers[0]!), ["row", "id", "label", "probability", "scores", "known"]);
});

test("rows without a text keep their place; what cannot be read leaves the earlier file as it was", async () => {
  await writeFile(
    join(folder, "holes.jsonl"),
    '{"text":"warm soup"}\n{"other":1}\n{"text":null}\n{"text":"cold soup"}\n',
  );
  const { stdout, stderr } = await run("predict", "semicolons.csv.keras", "holes.jsonl", "--out", "-");
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    rows.map(({ label }) => label === null),
    [false, true, true, false],
  );
  assert.equal(rows[1]!["other"], 1);
  assert.match(stderr, /2 rows have no text, and no answer/);
  await writeFile(join(folder, "bad.csv"), "text,label\nwarm,good\nwarm,soup,good\n");
  await writeFile(join(folder, "kept.csv"), "mine");
  const broken = await run("predict", "semicolons.csv.keras", "bad.csv", "--out", "kept.csv");
  assert.equal(broken.code, 2);
  assert.equal(await readFile(join(folder, "kept.csv"), "utf8"), "mine");
  const named = await run("predict", "semicolons.csv.keras", "bad.csv", "--out", "scored.xlsx");
  assert.match(named.stderr, /--out: expected a name that ends in \.csv, .* but received "scored\.xlsx"/);
  const over = await run("predict", "semicolons.csv.keras", "bad.csv", "--out", "bad.csv");
  assert.match(over.stderr, /that would overwrite bad\.csv/);
});

test("a disk that is full leaves no cut table in place", { skip: process.platform !== "linux" }, async () => {
  const { spawnSync } = await import("node:child_process");
  // Files of at most 2 KiB; the signal would end the process before it could say so.
  const line = `trap '' XFSZ; ulimit -f 2; exec "$0" "$@"`;
  const args = [MAIN, "predict", "semicolons.csv.keras", "excel.csv", "--out", "full.csv"];
  const { status, stderr } = spawnSync("bash", ["-c", line, process.execPath, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /full\.csv/);
  await assert.rejects(() => readFile(join(folder, "full.csv")));
});

test("rejects are written with the file, the row and why", async () => {
  const { code, stderr } = await run(
    "train",
    "broken-rows.csv",
    "--effort",
    "low",
    "--rejects",
    "r.jsonl",
    "--out",
    "b.keras",
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /2 rows are left out as unusable: row 9, 50/);
  const rejects = (await readFile(join(folder, "r.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(rejects, [
    { file: "broken-rows.csv", cells: [ROWS[7]!.text, "good", "and more"], row: 9, reason: "3 fields for 2" },
    { file: "broken-rows.csv", row: 50, reason: "no label", cells: ["", ""] },
  ]);
});

test("labels that the classifier does not know are counted; a map says what they are called", async () => {
  await writeFile(
    join(folder, "foreign.csv"),
    `text,label\n${ROWS.map((r, i) => `${quoted(r.text)},${i < 3 ? "meh" : r.label === "good" ? "good" : "BAD"}`).join("\n")}\n`,
  );
  const { stdout, stderr, code } = await run("evaluate", "semicolons.csv.keras", "foreign.csv", "--json");
  assert.equal(code, 0, stderr);
  const { rows, unknownLabels } = lastLine(stdout);
  assert.deepEqual(rows, 23);
  assert.deepEqual(unknownLabels, [
    { label: "BAD", rows: 22 },
    { label: "meh", rows: 3 },
  ]);
  assert.match(
    stderr,
    /25 rows have a label that the classifier does not know: "BAD" \(22\), "meh" \(3\)\. Measured on the other 23/,
  );
  await writeFile(join(folder, "map.csv"), "BAD,bad\nmeh,\n");
  const mapped = await run(
    "evaluate",
    "semicolons.csv.keras",
    "foreign.csv",
    "--json",
    "--label-map",
    "map.csv",
  );
  assert.equal(lastLine(mapped.stdout)["rows"], 45);
  assert.match(mapped.stderr, /3 rows are left out by the map of labels/);
  await writeFile(join(folder, "map.json"), '{"BAD": "bad", "meh": null}');
  const byJson = await run(
    "evaluate",
    "semicolons.csv.keras",
    "foreign.csv",
    "--json",
    "--label-map",
    "map.json",
  );
  assert.equal(byJson.stdout, mapped.stdout);
});

test("variants, labels for nothing, rare ones and amounts are said, each with its remedy", async () => {
  await writeFile(
    join(folder, "odd.csv"),
    `text,label\n${ROWS.map((r, i) => `${quoted(r.text)},${i === 9 ? "N/A" : i === 11 ? "goood" : i % 8 === 0 ? "Bad" : r.label}`).join("\n")}\n`,
  );
  const { stderr } = await run("train", "odd.csv", "--effort", "low", "--out", "odd.keras");
  assert.match(
    stderr,
    /labels that may be one: "Bad" \(6 rows\) and "bad", "goood" \(1 row\) and "good"\. --merge-labels/,
  );
  assert.match(stderr, /labels that may stand for none: "N\/A" \(1 row\)\. --label-map/);
  assert.match(stderr, /labels that stand once or twice, .*: "N\/A" \(1 row\), "goood" \(1 row\)/);
  await writeFile(
    join(folder, "amounts.csv"),
    `text,price\n${ROWS.map((r, i) => `${quoted(r.text)},${i * 3.7}`).join("\n")}\n`,
  );
  const amounts = await run("train", "amounts.csv", "--label", "price", "--out", "amounts.keras");
  assert.equal(amounts.code, 2);
  assert.match(
    amounts.stderr,
    /amounts\.csv: expected labels that name classes, found 48 in 48 rows that look like amounts: 0, 3\.7, 7\.4, .*--target classes/,
  );
  await writeFile(
    join(folder, "ids.csv"),
    `text,id\n${ROWS.map((r) => `${quoted(r.text)},${r.id}`).join("\n")}\n`,
  );
  const ids = await run("train", "ids.csv", "--label", "id", "--out", "ids.keras");
  assert.match(ids.stderr, /that differ in nearly every row, as ids and texts do.*--label/);
});

test("the best threshold is found, said, and stored", async () => {
  const trained = await run(
    "train",
    "semicolons.csv",
    "--model",
    "lstm",
    "--epochs",
    "2",
    "--length",
    "8",
    "--out",
    "lstm.keras",
  );
  assert.equal(trained.code, 0, trained.stderr);
  const best = await run(
    "evaluate",
    "lstm.keras",
    "semicolons.csv",
    "--threshold",
    "best",
    "--out",
    "best.keras",
    "--json",
  );
  assert.equal(best.code, 0, best.stderr);
  const { threshold } = lastLine(best.stdout);
  assert.match(best.stderr, /Threshold of "good": 0\.500 → \d\.\d+: its F1 .* → .*chosen by these texts/);
  const { threshold: stored } = await TextClassifier.load(join(folder, "best.keras"));
  assert.equal(stored, threshold);
  assert.notEqual(stored, 0.5);
  const again = await run("evaluate", "best.keras", "semicolons.csv", "--json");
  assert.equal(again.stdout, best.stdout);
});
