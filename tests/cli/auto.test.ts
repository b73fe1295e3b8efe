/** `cellstate train` as most will type it: with a file and nothing else. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { AutoRecord, VectorsRecord } from "../../src/classifier/options.js";
import { autoText } from "../../src/cli/ui/auto.js";
import { csv, reviews } from "./data.js";
import { cellstate } from "./run.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-auto-"));
  await writeFile(join(folder, "reviews.csv"), csv(reviews(120)));
  // The label is that of another row.
  const rows = reviews(150);
  await writeFile(
    join(folder, "shuffled.csv"),
    csv(rows.map(({ text }, r) => ({ text, label: (r * 7919) % 13 < 6 ? "x" : "y" }))),
  );
});
after(() => rm(folder, { recursive: true }));

const run = (...args: string[]) => cellstate(args, { cwd: folder });
const lastLine = (text: string) => JSON.parse(text.trim().split("\n").at(-1)!) as Record<string, never>;

interface Summary {
  model: string;
  engine: string;
  params: number;
  vocabulary: number;
  epochs: unknown[];
  test: { rows: number; accuracy: number };
  seconds: Record<string, number>;
  members: AutoRecord["members"];
  picked: string;
  useful: boolean;
  known: number;
  why: string;
}

describe("without a model named", () => {
  let summary: Summary;
  let stderr = "";
  before(async () => {
    const found = await run(
      "train",
      "reviews.csv",
      "--json",
      "--engine",
      "reference",
      "--report",
      "page.html",
    );
    assert.equal(found.code, 0, found.stderr);
    assert.equal(found.stdout.trim().split("\n").length, 1);
    summary = lastLine(found.stdout) as unknown as Summary;
    stderr = found.stderr;
  });

  test("--json keeps its fields and gains those of what was tried", () => {
    assert.deepEqual(Object.keys(summary).slice(0, 8), [
      ...["model", "engine", "threads", "params", "vocabulary", "epochs", "test", "seconds"],
    ]);
    const {
      model,
      engine,
      epochs,
      test: measured,
      members,
      picked,
      useful,
      known,
      why,
      vocabulary,
    } = summary;
    assert.deepEqual([model, engine, epochs, useful], ["reviews.keras", "reference", [], true]);
    assert.deepEqual([measured.rows, measured.accuracy], [24, 1]);
    assert.ok(members.length >= 1 && members.every(({ accuracy }) => accuracy >= 0 && accuracy <= 1));
    assert.equal(members.find((member) => member.picked)!.name, picked);
    assert.ok(known > 0.5 && known <= 1 && vocabulary > 100);
    assert.match(why, /^Tried/);
    assert.deepEqual(Object.keys(summary.seconds).sort(), ["fit", "read", "test", "total", "vectorize"]);
  });

  test("people are told what was tried, what it scored, what was picked and why", () => {
    assert.match(stderr, /What was tried, on rows held out/);
    assert.match(stderr, /✓ words/);
    assert.match(stderr, /trying words.* …/);
    assert.match(stderr, /Picked words/);
    assert.doesNotMatch(stderr, /warning|learned nothing/i);
  });

  test("the report shows it", async () => {
    const page = await readFile(join(folder, "page.html"), "utf8");
    assert.match(page, /automatic classifier/);
    assert.ok(page.includes(summary.picked));
    assert.doesNotMatch(page, /NaN|undefined/);
  });

  test("what is saved answers, is measured and is summed up", async () => {
    const answered = await run("predict", "reviews.keras", "--json", "the film was lovely", "qqq zzz");
    assert.equal(answered.code, 0, answered.stderr);
    const [known, strange] = answered.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as never);
    assert.equal(known!["label"], "pos");
    assert.equal(known!["known"], 1);
    assert.equal(strange!["known"], 0);
    const measured = await run("evaluate", "reviews.keras", "reviews.csv", "--json");
    assert.equal(measured.code, 0, measured.stderr);
    assert.equal(lastLine(measured.stdout)["accuracy"], 1);
    const summed = await run("summary", "reviews.keras");
    assert.equal(summed.code, 0, summed.stderr);
    assert.match(summed.stdout, /ngram_weights .*\(None, None, 5\)/);
  });

  test("another run writes the same file, --model auto is the same, another seed is not", async () => {
    const first = await readFile(join(folder, "reviews.keras"));
    const again = await run(
      "train",
      "reviews.csv",
      "--engine",
      "reference",
      "--out",
      "again.keras",
      "--model",
      "auto",
    );
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /Saved again\.keras/);
    assert.ok(first.equals(await readFile(join(folder, "again.keras"))));
    await run("train", "reviews.csv", "--engine", "reference", "--out", "other.keras", "--seed", "2");
    assert.ok(!first.equals(await readFile(join(folder, "other.keras"))));
  });

  test("it converts to formats that keep texts", async () => {
    for (const file of ["reviews.safetensors", "reviews.onnx", "reviews.mjs"]) {
      const { code, stderr } = await run("convert", "reviews.keras", file);
      assert.equal(code, 0, stderr);
    }
    const { stdout } = await run("predict", "reviews.safetensors", "--json", "the film was dire");
    assert.equal(lastLine(stdout)["label"], "neg");
    const further = await run("train", "reviews.csv", "--model", "reviews.keras", "--out", "on.keras");
    assert.equal(further.code, 2);
    assert.match(further.stderr, /an automatic one, which reads n-grams.*--model lstm/);
    assert.ok(!(await readdir(folder)).includes("on.keras"));
  });
});

describe("--budget and --replay", () => {
  const reference = ["--engine", "reference"];
  const bytesOf = (file: string) => readFile(join(folder, file));

  test("time enough changes nothing; what ran is in --json, and again it is the same file", async () => {
    const asked = ["train", "reviews.csv", "--json", ...reference, "--seed", "3", "--test-split", "0.3"];
    const bounded = await run(...asked, "--out", "bounded.keras", "--budget", "1h");
    const free = await run(...asked, "--out", "free.keras");
    assert.deepEqual([bounded.code, free.code], [0, 0], bounded.stderr);
    assert.deepEqual(lastLine(bounded.stdout)["ran"], { recipes: 1, networks: 0, exceeded: false });
    assert.ok((await bytesOf("bounded.keras")).equals(await bytesOf("free.keras")));
    const replay = ["--replay", "bounded.keras", "--out", "again.keras", "--test-split", "0.3"];
    const again = await run("train", "reviews.csv", ...reference, ...replay);
    assert.equal(again.code, 0, again.stderr);
    assert.ok((await bytesOf("again.keras")).equals(await bytesOf("free.keras")));
  });

  test("too little time is said in the output, the report and --json, and the classifier is saved", async () => {
    const asked = ["--budget", "0.001s", "--out", "hasty.keras", "--report", "hasty.html", "--json"];
    const { code, stdout, stderr } = await run("train", "reviews.csv", ...reference, ...asked);
    assert.equal(code, 0, stderr);
    const says = "The budget is exceeded: reading, the first n-grams and saving alone take longer";
    assert.deepEqual(lastLine(stdout)["notes"], [says]);
    assert.match(stderr, /Note: The budget is exceeded/);
    assert.ok((await readFile(join(folder, "hasty.html"), "utf8")).includes(says));
    assert.equal((await run("predict", "hasty.keras", "the film was lovely")).code, 0);
  });

  test("a replay of other rows, of a classifier without a choice, or over its own file is refused", async () => {
    for (const [flags, says] of [
      [["--replay", "free.keras"], /replay: expected the rows that the record is of/],
      [["--replay", "free.keras", "--out", "free.keras"], /--out free\.keras: that would overwrite/],
      [["--replay", "plain.keras"], /replay: expected the record of a classifier of model: "auto"/],
      [["--replay", "nowhere.keras"], /nowhere\.keras/],
      [["--budget", "5"], /--budget: expected a time above 0, as 90s, 10m or 2h but received "5"/],
    ] as const) {
      if (says.source.includes("of a classifier")) {
        await run("train", "reviews.csv", ...reference, "--model", "linear", "--out", "plain.keras");
      }
      const { code, stdout, stderr } = await run("train", "reviews.csv", ...flags);
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, says);
    }
  });
});

describe("data from which nothing is learned", () => {
  test("is said loudly, with what to try, and ends well", async () => {
    const flags = ["--engine", "reference", "--out", "useless.keras"];
    const { code, stdout, stderr } = await run("train", "shuffled.csv", "--json", ...flags);
    assert.equal(code, 0, stderr);
    assert.equal(lastLine(stdout)["useful"], false);
    assert.match(stderr, /! This classifier has learned nothing that can be relied on\./);
    assert.match(stderr, /What to try: more rows of each label/);
  });
});

test("options that have no effect are refused before the data is read", async () => {
  const idle = {
    ...{
      vocabulary: "50",
      length: "10",
      "front-end": "textVectorization",
      padding: "post",
      truncating: "post",
    },
    ...{ epochs: "3", patience: "2", "batch-size": "8", "validation-split": "0.2", optimizer: "sgd" },
    ...{ "learning-rate": "0.1", balance: "", checkpoint: "here", tokenizer: "words.json", define: "A=1" },
    vectors: "vectors.txt",
  };
  const tried = Object.entries(idle).map(async ([flag, value]) => {
    const { code, stderr, stdout } = await run(
      "train",
      "reviews.csv",
      `--${flag}`,
      ...(value ? [value] : []),
    );
    assert.deepEqual([code, stdout], [2, ""], `${flag}: ${stderr}`);
    assert.match(
      stderr,
      new RegExp(`--${flag}.*--model auto, the default \\(--model lstm heeds it\\)`, "s"),
      flag,
    );
  });
  await Promise.all(tried);
});

test("--vectors: what is found is said, in the output, the report and --json", async () => {
  await writeFile(join(folder, "v.txt"), "THE 1 2\nthe 3 4\nFILM 5 6\n");
  const flags = [
    "--model",
    "cnn",
    "--vectors",
    "v.txt",
    "--freeze-vectors",
    "--epochs",
    "1",
    "--length",
    "9",
  ];
  const files = ["--out", "v.keras", "--report", "v.html"];
  const { code, stdout, stderr } = await run("train", "reviews.csv", "--json", ...flags, ...files);
  assert.equal(code, 0, stderr);
  const vectors: VectorsRecord = lastLine(stdout)["vectors"]!;
  assert.deepEqual([vectors.found, vectors.width, vectors.otherCase, vectors.frozen], [1, 2, 1, true]);
  assert.match(stderr, /v\.txt \(GloVe or other text, 2 numbers a word\): 1 of \d+ words found/);
  assert.match(stderr, /! Few of the words have a vector/);
  assert.match(await readFile(join(folder, "v.html"), "utf8"), /v\.txt: 1 of \d+ words, left as they were/);
  for (const [file, says] of [
    ["nowhere.txt", /nowhere\.txt: there is no such file/],
    ["reviews.csv", /reviews\.csv, line 1: expected a word and its numbers/],
  ] as const) {
    const refused = await run(
      "train",
      "reviews.csv",
      "--model",
      "cnn",
      "--vectors",
      file,
      "--out",
      "no.keras",
    );
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, says);
  }
  assert.ok(!(await readdir(folder)).includes("no.keras"));
});

test("--model linear is the plainest of it, and says so", async () => {
  const flags = [
    "--model",
    "linear",
    "--engine",
    "reference",
    "--out",
    "linear.keras",
    "--report",
    "linear.html",
  ];
  const { code, stdout, stderr } = await run("train", "reviews.csv", "--json", ...flags);
  assert.equal(code, 0, stderr);
  assert.equal(lastLine(stdout)["picked"], "words and pairs of them");
  assert.match(stderr, /It\s+is\s+what\s+was\s+asked\s+for/);
  assert.match(await readFile(join(folder, "linear.html"), "utf8"), /linear classifier/);
  const refused = await run("train", "reviews.csv", "--model", "linear", "--epochs", "3");
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--epochs.*with --model linear \(--model lstm heeds it\)/s);
});

test("Ctrl-C before it is done leaves nothing behind, and says so", async () => {
  await writeFile(join(folder, "many.csv"), csv(reviews(30_000)));
  const { code, stderr } = await cellstate(["train", "many.csv"], {
    cwd: folder,
    onStart: (child) =>
      child.stderr!.on("data", (data: Buffer) => {
        if (String(data).includes("counting")) child.kill("SIGINT");
      }),
  });
  assert.equal(code, 130, stderr);
  assert.match(stderr, /Interrupted before the first step: nothing is written/);
  assert.ok(!(await readdir(folder)).includes("many.keras"));
});

test("one label is refused", async () => {
  await writeFile(join(folder, "one.csv"), csv(reviews(20).map(({ text }) => ({ text, label: "pos" }))));
  const { code, stderr } = await run("train", "one.csv");
  assert.equal(code, 2);
  assert.match(stderr, /labelled "pos"/);
  assert.ok(!(await readdir(folder)).includes("one.keras"));
});

test("labels of few rows are named, and test texts that were learned from are counted", async () => {
  const rows = reviews(60);
  const data = csv([
    ...rows,
    { text: "one of a kind", label: "odd" },
    { text: "kinds of two", label: "two" },
    { text: "two of those", label: "two" },
  ]);
  await writeFile(join(folder, "uneven.csv"), data);
  const again = [rows[0]!, rows[1]!, { text: "never before, xyzzy", label: rows[0]!.label }];
  await writeFile(join(folder, "again.csv"), csv(again));
  const asked = ["uneven.csv", "--test", "again.csv", "--json", "--report", "uneven.html"];
  const { code, stdout, stderr } = await run("train", ...asked, "--engine", "reference");
  assert.equal(code, 0, stderr);
  const { notes, test: measured } = lastLine(stdout) as unknown as {
    notes: string[];
    test: { repeated: number };
  };
  assert.deepEqual(notes, ["Fewer than 5 rows, too few to learn or to be judged by: odd 1, two 2"]);
  assert.equal(measured.repeated, 2);
  assert.match(stderr, /2 of the 3 texts to measure on also stand among those to learn from/);
  assert.match(stderr, /Note: Fewer than 5 rows/);
  assert.match(
    await readFile(join(folder, "uneven.html"), "utf8"),
    /2\u00a0rows to test also stand among those to train/,
  );
});

test("what was tried, as text", () => {
  const member = { rows: 100, accuracy: 0.9, macroRecall: 0.8, logLoss: 0.3 };
  const record: AutoRecord = {
    members: [
      { ...member, name: "words", picked: false },
      { ...member, name: "words and more", accuracy: 0.95, picked: true },
    ],
    picked: "words and more",
    why: "Because it did better. ".repeat(10).trim(),
    networks: null,
    ran: { recipes: 2, networks: 0, exceeded: false },
    features: 1,
    heldOut: {
      ...{ rows: 100, accuracy: 0.95, majority: 0.5, mcc: 0.9, known: 0.8 },
      calibrationError: { before: 0.2, after: 0.01 },
    },
    useful: false,
    notes: ["a half of the rows was left out"],
  };
  const text = autoText(record);
  assert.match(text, /^What was tried, on rows held out\n/);
  assert.match(text, /✓ words and more +95\.0 % +80\.0 %/);
  assert.match(
    text,
    /1 n-gram; probabilities off by 1\.0 % on average \(20\.0 % before they were\n {2}scaled\)/,
  );
  assert.match(text, /Note: a half of the rows was left out\./);
  assert.match(text, /right in 95\.0 %; always answering the\s+largest label is right in 50\.0 %/);
  assert.ok(text.split("\n").every((line) => line.length <= 100));
  assert.doesNotMatch(autoText({ ...record, useful: true, notes: [] }), /Note|learned nothing/);
});
