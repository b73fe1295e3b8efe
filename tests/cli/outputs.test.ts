/** Several labels a text, and amounts, on the command line: from files as people have them to answers in a table. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Json } from "../../src/base/json.js";
import { writeKeras } from "../../src/formats/keras/write.js";
import { layers, MultiLabelClassifier, sequential, TextClassifier, TextRegressor } from "../../src/index.js";
import { loadFile } from "../../src/model/load.js";
import { random } from "../classifier/random.js";
import { cellstate } from "./run.js";

const SIGNS: Record<string, string[]> = {
  billing: ["invoice", "refund", "charged"],
  praise: ["thanks", "lovely", "great"],
  urgent: ["now", "immediately", "asap"],
};
const LABELS = Object.keys(SIGNS);
const FILLER = ["the", "my", "order", "please", "with", "was", "about", "it", "and", "of"];
const WORTH: Record<string, number> = { garden: 300, cellar: 80, balcony: 120, noisy: -150, dark: -90 };

const next = random(17);
const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
const TICKETS = Array.from({ length: 240 }, () => {
  const labels = LABELS.filter(() => next() < 0.4);
  const words = [
    ...labels.map((label) => pick(SIGNS[label]!)),
    ...Array.from({ length: 4 }, () => pick(FILLER)),
  ];
  return { text: words.sort(() => next() - 0.5).join(" "), labels };
});
const FLATS = Array.from({ length: 240 }, () => {
  const found = Object.keys(WORTH).filter(() => next() < 0.4);
  const words = [...found, ...FILLER.filter(() => next() < 0.5)].sort(() => next() - 0.5);
  return { text: words.join(" "), price: 500 + found.reduce((sum, word) => sum + WORTH[word]!, 0) };
});

let folder = "";
const run = (...args: string[]) => cellstate(args, { cwd: folder });
const small = (model = "cnn", epochs = 25) => [
  ...["--model", model, "--length", "14", "--vocabulary", "60", "--epochs", String(epochs), "--seed", "3"],
];
const SMALL = small();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-outputs-"));
  const write = (name: string, lines: string[]) => writeFile(join(folder, name), `${lines.join("\n")}\n`);
  const cell = (labels: string[]) => labels.join(";");
  await write("cells.csv", ["text,tags", ...TICKETS.map(({ text, labels }) => `${text},${cell(labels)}`)]);
  await write(
    "lists.jsonl",
    TICKETS.map((row) => JSON.stringify(row)),
  );
  await write("python.csv", [
    "text,labels",
    ...TICKETS.map(({ text, labels }) => `${text},"[${labels.map((label) => `'${label}'`).join(", ")}]"`),
  ]);
  await write("columns.csv", [
    `id,text,${LABELS.join()}`,
    ...TICKETS.map(
      ({ text, labels }, i) => `${i},${text},${LABELS.map((label) => Number(labels.includes(label))).join()}`,
    ),
  ]);
  await write(
    "fast.txt",
    TICKETS.filter(({ labels }) => labels.length > 0).map(
      ({ text, labels }) => `${labels.map((label) => `__label__${label}`).join(" ")} ${text}`,
    ),
  );
  await write("flats.csv", ["text,price", ...FLATS.map(({ text, price }) => `${text},${price}`)]);
  const trained = [
    await run("train", "cells.csv", "--multi-label", ...SMALL, "--out", "tags.keras", "--report", "r.html"),
    await run("train", "flats.csv", "--target", "amounts", ...SMALL, "--out", "flats.keras"),
  ];
  for (const { code, stderr } of trained) assert.equal(code, 0, stderr);
});
after(() => rm(folder, { recursive: true }));

describe("several labels a text", () => {
  for (const [file, ...columns] of [
    ["cells.csv", "--label", "tags"],
    ["lists.jsonl"],
    ["python.csv"],
    ["columns.csv", ...LABELS.flatMap((label) => ["--label", label])],
    ["fast.txt"],
  ] as [string, ...string[]][]) {
    test(`${file}: measured by what was learned of cells`, async () => {
      const { code, stdout, stderr } = await run("evaluate", "tags.keras", file, ...columns, "--json");
      assert.equal(code, 0, stderr);
      const { rows, micro, labels, subsetAccuracy } = JSON.parse(stdout);
      assert.equal(rows, TICKETS.filter(({ labels }) => file !== "fast.txt" || labels.length > 0).length);
      assert.ok(micro.f1 > 0.95 && subsetAccuracy > 0.85, stdout);
      assert.deepEqual(labels, LABELS);
    });
  }

  for (const [file, ...columns] of [
    ["cells.csv"],
    ["columns.csv", ...LABELS.flatMap((label) => ["--label", label])],
  ] as [string, ...string[]][]) {
    test(`${file}: the automatic model`, async () => {
      const out = `auto-${file}.keras`;
      const asked = ["train", file, "--multi-label", ...columns, "--out", out, "--json"];
      const { code, stdout, stderr } = await run(...asked);
      assert.equal(code, 0, stderr);
      const { test: measured, linear } = JSON.parse(stdout.trim().split("\n").at(-1)!);
      assert.ok(measured.micro.f1 > 0.95, stdout);
      assert.equal(linear.useful, true);
      const { stdout: line } = await run("predict", out, "refund please asap");
      assert.match(line, /billing \d.* %, urgent|urgent \d.* %, billing/);
      const why = await run("explain", "attribute", out, "refund please asap", "--label", "praise");
      assert.match(why.stdout, /^log-odds of praise: −.*; answered (billing, urgent|urgent, billing)\n/);
    });
  }

  test("lines, JSON, and what is not known", async () => {
    const { stdout } = await run("predict", "tags.keras", "refund asap", "the order", "xylophone");
    const [both, none, unknown] = stdout.split("\n");
    assert.match(both!, /^(billing|urgent) [\d.]+ %, (billing|urgent) [\d.]+ %$/);
    assert.match(none!, /^none\t(billing|praise|urgent) [\d.]+ %$/);
    assert.match(unknown!, /\tno known word$/);
    const json = await run("predict", "tags.keras", "--json", "refund asap");
    const { labels, scores } = JSON.parse(json.stdout);
    assert.deepEqual([...labels].sort(), ["billing", "urgent"]);
    assert.deepEqual(Object.keys(scores), LABELS);
  });

  test("a table with its labels, which is read again as it was written", async () => {
    const { code, stderr } = await run(
      "predict",
      "tags.keras",
      "cells.csv",
      "--out",
      "scored.csv",
      "--scores",
    );
    assert.equal(code, 0, stderr);
    const [head, ...lines] = (await readFile(join(folder, "scored.csv"), "utf8")).trim().split("\n");
    assert.equal(head, "text,tags,labels,known,score_billing,score_praise,score_urgent");
    assert.equal(lines.length, TICKETS.length);
    const again = ["evaluate", "tags.keras", "scored.csv", "--label", "labels", "--json"];
    const { subsetAccuracy } = JSON.parse((await run(...again)).stdout);
    assert.equal(subsetAccuracy, 1);
    await run("predict", "tags.keras", "lists.jsonl", "--out", "scored.jsonl");
    const first = JSON.parse((await readFile(join(folder, "scored.jsonl"), "utf8")).split("\n")[0]!);
    assert.deepEqual(first.labels, TICKETS[0]!.labels);
    assert.ok(Array.isArray(first.predicted_labels));
  });

  test("labels that hold what parts them are parted by something else", async () => {
    const rows = TICKETS.map(({ text, labels }) => ({ text, labels: labels.map((label) => `${label};1`) }));
    await writeFile(join(folder, "odd.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    await run("train", "odd.jsonl", "--multi-label", ...SMALL, "--out", "odd.keras");
    const { stdout } = await run("predict", "odd.keras", "cells.csv", "--out", "-");
    assert.match(stdout, /(billing|praise|urgent);1\|(billing|praise|urgent);1/);
  });

  test("thresholds that the data suggests are kept", async () => {
    const rows = TICKETS.map(
      ({ text, labels }, i) => `${text},${(i % 3 === 0 ? ["praise"] : labels).join(";")}`,
    );
    await writeFile(join(folder, "noisy.csv"), ["text,tags", ...rows].join("\n"));
    const figures = async (...more: string[]) => {
      const { code, stdout, stderr } = await run("evaluate", ...more, "--json");
      assert.equal(code, 0, stderr);
      return { ...JSON.parse(stdout), stderr };
    };
    const low = await figures("tags.keras", "noisy.csv", "--threshold", "0.001", "--out", "low.keras");
    assert.deepEqual(low.thresholds, [0.001, 0.001, 0.001]);
    const best = await figures("low.keras", "noisy.csv", "--threshold", "best", "--out", "best.keras");
    assert.match(best.stderr, /Thresholds: "billing" 0.001 → .*chosen by these texts, which flatters/);
    assert.ok(best.macro.f1 > low.macro.f1 + 0.1);
    assert.ok(best.thresholds.every((threshold: number) => threshold > 0.01));
    assert.deepEqual((await figures("best.keras", "noisy.csv")).thresholds, best.thresholds);
  });

  test("labels that it does not know are said", async () => {
    await writeFile(
      join(folder, "new.csv"),
      "text,tags\nrefund now,billing;odd\nthanks,praise\nlovely,praise;odd\n",
    );
    const { stderr } = await run("evaluate", "tags.keras", "new.csv", "--label-separator", ";");
    assert.match(
      stderr,
      /! Rows with labels that the classifier does not know are not measured: "odd" \(2 rows\)/,
    );
    const test = ["train", "cells.csv", "--multi-label", "--test", "new.csv", ...SMALL, "--out", "x.keras"];
    const { code, stderr: refused } = await run(...test);
    assert.equal(code, 2);
    assert.match(
      refused,
      /new\.csv: row 2: expected a label among billing, praise, urgent but received "odd"\. --label-map FILE/,
    );
  });

  test("amounts, and columns of 0 and 1 that are not asked for, are refused before anything is split", async () => {
    const amounts = ["text,rent", ...FLATS.map(({ text }, i) => `${text},${500 + i}.5`)].join("\n");
    await writeFile(join(folder, "rent.csv"), amounts);
    const rent = await run("train", "rent.csv", "--multi-label", "--out", "x.keras");
    assert.equal(rent.code, 2);
    assert.match(rent.stderr, /rent\.csv: expected labels that repeat, found 240 .*\(--target amounts/);
    const columns = await run("train", "columns.csv", "--multi-label", "--out", "x.keras");
    assert.equal(columns.code, 2);
    assert.match(columns.stderr, /--label billing --label praise --label urgent\./);
  });

  test("what is not there yet, or of another kind, is said", async () => {
    const again = await run(
      "train",
      "cells.csv",
      "--multi-label",
      "--model",
      "tags.keras",
      "--out",
      "y.keras",
    );
    assert.match(
      again.stderr,
      /tags.keras: expected a TextClassifier .* but received "a MultiLabelClassifier.*with no other beside it.*no training/,
    );
    const one = await run("train", "lists.jsonl");
    assert.match(one.stderr, /--multi-label/);
    const two = await run("evaluate", "tags.keras", "flats.keras", "cells.csv");
    assert.match(two.stderr, /expected a TextClassifier.*evaluate with no other beside it/);
  });

  test("options of one label a text are refused before those of a model that would not heed them either", async () => {
    const advised = /heeds it/;
    for (const asked of [
      ["--multi-label", "--balance"],
      ["--target", "amounts", "--balance"],
      ["--multi-label", "--model", "lstm", "--replay", "tags.keras"],
    ]) {
      const { code, stderr } = await run("train", "cells.csv", ...asked);
      assert.equal(code, 2);
      assert.match(stderr, /expected to be left out with --(multi-label|target amounts)/);
      assert.doesNotMatch(stderr, advised);
    }
  });

  test("explained, converted, looked over", async () => {
    await run("train", "cells.csv", "--multi-label", ...small("gru"), "--out", "gru.keras");
    const explained = await run(
      "explain",
      "attribute",
      "gru.keras",
      "refund asap please",
      "--label",
      "urgent",
    );
    assert.match(explained.stdout, /log-odds of urgent/);
    const words = await run("explain", "embedding", "gru.keras");
    assert.match(words.stdout, /and its probability then\n[^%]*\n +billing( +[a-z]+ [\d.]+ %){3}/);
    const doctor = await run("explain", "doctor", "gru.keras", "cells.csv");
    assert.match(doctor.stderr, /Its texts may have any number of labels/);
    assert.equal((await run("convert", "gru.keras", "gru.mjs", "--weights", "float32")).code, 0);
    const { classify } = (await import(pathToFileURL(join(folder, "gru.mjs")).href)) as {
      classify(text: string): { labels: string[] };
    };
    const { stdout } = await run("predict", "gru.keras", "--json", "refund asap");
    assert.deepEqual(classify("refund asap").labels, JSON.parse(stdout).labels);
    assert.match(await readFile(join(folder, "r.html"), "utf8"), /<html/);
  });
});

describe("amounts", () => {
  test("learned, measured, answered", async () => {
    const { code, stdout, stderr } = await run("evaluate", "flats.keras", "flats.csv", "--json");
    assert.equal(code, 0, stderr);
    const { r2, rows, baseline, rootMeanSquaredError } = JSON.parse(stdout);
    assert.equal(rows, FLATS.length);
    assert.ok(r2 > 0.8 && rootMeanSquaredError < baseline.rootMeanSquaredError, stdout);
    const lines = await run("predict", "flats.keras", "garden balcony", "dark noisy", "xylophone");
    const [good, bad, unknown] = lines.stdout.split("\n");
    assert.ok(Number(good) > Number(bad) + 300, lines.stdout);
    assert.match(unknown!, /^-?[\d.]+\tno known word$/);
    await run("predict", "flats.keras", "flats.csv", "--out", "priced.csv");
    const [head, first] = (await readFile(join(folder, "priced.csv"), "utf8")).split("\n");
    assert.equal(head, "text,price,value,known");
    assert.match(first!, /^[a-z ]+,\d+,\d+(\.\d+)?,$/);
  });

  test("the automatic model", async () => {
    const asked = ["train", "flats.csv", "--target", "amounts", "--out", "auto.keras", "--json"];
    const { code, stdout, stderr } = await run(...asked);
    assert.equal(code, 0, stderr);
    const { test: measured, linear } = JSON.parse(stdout.trim().split("\n").at(-1)!);
    assert.ok(measured.r2 > 0.9, stdout);
    assert.equal(linear.useful, true);
    const { stdout: line } = await run("predict", "auto.keras", "garden balcony");
    assert.ok(Number(line) > 700 && Number(line) < 1300, line);
    const why = ["explain", "attribute", "auto.keras", "garden balcony"];
    assert.match((await run(...why)).stdout, /^amount: [\d.,]+\n/);
    assert.match(
      (await run(...why, "--label", "x")).stderr,
      /left out with a regressor, which has no labels/,
    );
    const { stderr: looked } = await run("explain", "doctor", "auto.keras");
    assert.match(looked, /an automatic regressor.*Ask it with explain attribute/);
  });

  test("explained as amounts, not as labels or probabilities", async () => {
    const { stdout: words } = await run("explain", "embedding", "flats.keras");
    assert.match(words, /raises amount( +[a-z]+ [\d.,]+){3} +[\d.,]+\n +lowers amount/);
    assert.doesNotMatch(words.slice(0, words.indexOf("Nearest")), /%/);
    await run("train", "flats.csv", "--target", "amounts", ...small("gru", 1), "--out", "flats-gru.keras");
    for (const how of ["attribute", "gradient"]) {
      const asked = ["explain", how, "flats-gru.keras", "garden noisy"];
      const label = await run(...asked, "--label", "amount");
      assert.match(label.stderr, /--label: expected to be left out with a network of one output that is an/);
      const of = await run(...asked, "--of", "probability");
      assert.match(of.stderr, /--of: expected "output", as the outputs are no probabilities/);
    }
    const attributed = await run("explain", "attribute", "flats-gru.keras", "garden noisy");
    assert.match(attributed.stdout, /^amount: [\d.]+, with padding/);
    const { stdout: gradient } = await run("explain", "gradient", "flats-gru.keras", "garden", "--no-study");
    assert.match(gradient, /^Gradient of E = amount, /);
  });

  test("rows without a number are counted, listed and refused, or written out", async () => {
    const lines = ["text,price", ...FLATS.map(({ text, price }) => `${text},${price}`), "garden,on request"];
    await writeFile(join(folder, "bad.csv"), lines.join("\n"));
    const asked = ["train", "bad.csv", "--target", "amounts", ...small("cnn", 1), "--out", "z.keras"];
    const { code, stderr } = await run(...asked);
    assert.equal(code, 2);
    assert.match(stderr, /242/);
    const { code: fine } = await run(...asked, "--rejects", "rejects.jsonl");
    assert.equal(fine, 0);
    const [reject] = (await readFile(join(folder, "rejects.jsonl"), "utf8")).trim().split("\n");
    assert.match(reject!, /on request/);
  });

  test("labels that look like amounts name the way", async () => {
    const lines = FLATS.map(({ text, price }, i) => `${text},${price + i / 1000}`);
    await writeFile(join(folder, "exact.csv"), ["text,price", ...lines].join("\n"));
    const { code, stderr } = await run("train", "exact.csv", "--label", "price", "--out", "w.keras");
    assert.equal(code, 2);
    assert.match(stderr, /look like amounts.*--target amounts/s);
  });
});

describe("Keras scripts and networks of them", () => {
  const lines = (units: number, activation: string, compile = "") => [
    "from keras import Sequential, layers",
    `model = Sequential([layers.Embedding(60, 4), layers.GRU(4), layers.Dense(${units}, activation="${activation}")])`,
    compile && `model.compile(optimizer="adam", loss="${compile}")`,
  ];
  const script = async (name: string, ...said: Parameters<typeof lines>) => {
    await writeFile(join(folder, name), lines(...said).join("\n"));
    return name;
  };
  const train = (data: string, ...more: string[]) =>
    run("train", data, ...more, "--epochs", "1", "--length", "14", "--out", "script.keras");

  test("train as they are compiled", async () => {
    const several = await script("several.py", 3, "sigmoid", "binary_crossentropy");
    const tags = await train("cells.csv", "--multi-label", "--model", several);
    assert.equal(tags.code, 0, tags.stderr);
    assert.match((await run("predict", "script.keras", "refund", "--json")).stdout, /"labels":/);
    const amount = await script("amount.py", 1, "linear", "mse");
    const flats = await train("flats.csv", "--target", "amounts", "--model", amount);
    assert.equal(flats.code, 0, flats.stderr);
    assert.match((await run("predict", "script.keras", "garden", "--json")).stdout, /"value":/);
  });

  test("of another loss, or without the flag, say what to write", async () => {
    const refused = async (asked: string[], says: RegExp) => {
      const { code, stderr } = await train(...(asked as [string, ...string[]]));
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
    };
    const several = ["cells.csv", "--multi-label", "--model"];
    const amounts = ["flats.csv", "--target", "amounts", "--model"];
    await refused(
      [...several, await script("cce.py", 3, "softmax", "categorical_crossentropy")],
      /any number of labels a text by\. Write loss="binary_crossentropy"/,
    );
    await refused(
      [...amounts, await script("bce.py", 1, "linear", "binary_crossentropy")],
      /amounts by\. Write loss="mean_squared_error"/,
    );
    const mae = await script("mae.py", 1, "linear", "mae");
    await refused([...amounts, mae], /compile loss mae.*not by the mean absolute error.*write loss="mse"/);
    await refused(["flats.csv", "--model", mae], /loss="mse" \(train --target amounts\)/);
    await refused(
      ["flats.csv", "--model", await script("amount.py", 1, "linear", "mse")],
      /one linear unit, an amount.*train --target amounts learns that/,
    );
    await refused(
      ["cells.csv", "--model", await script("several.py", 3, "sigmoid", "binary_crossentropy")],
      /sigmoids that are a question each.*train --multi-label learns that/,
    );
    // What a file of the same network says.
    const network = sequential([
      layers.embedding({ inputDim: 60, outputDim: 2 }),
      layers.gru({ units: 2 }),
      layers.dense({ units: 1 }),
    ]);
    network.compile({ loss: "meanSquaredError" });
    await network.save(join(folder, "network.h5"));
    await refused(
      ["flats.csv", "--model", "network.h5"],
      /network\.h5: .*train --target amounts learns that/,
    );
  });

  test("alone, with a vocabulary beside them: several labels where they are asked for, an amount by itself", async () => {
    const network = async (name: string, units: number, activation: "sigmoid" | "linear") => {
      const made = sequential(
        [
          layers.embedding({ inputDim: 4, outputDim: 2, inputLength: 3 }),
          layers.globalAveragePooling1D(),
          layers.dense({ units, activation }),
        ],
        { engine: "reference" },
      );
      // Of a row of three, a word's vector counts a third.
      const embeddings = [0, 0, 0, 0, 9, 0, 0, 9];
      const kernel = units === 1 ? [100, -20] : [1, 0, 0, 1];
      made.setWeights(
        [embeddings, kernel, new Array(units).fill(units === 1 ? 500 : -1)].map((w) => Float32Array.from(w)),
      );
      await made.save(join(folder, name));
    };
    await network("sigmoids.h5", 2, "sigmoid");
    await network("linear.keras", 1, "linear");
    await writeFile(join(folder, "words.json"), JSON.stringify({ "<unk>": 1, refund: 2, now: 3 }));
    const words = ["--tokenizer", "words.json"];
    const asked = ["predict", "sigmoids.h5", "refund now", "now", "--json", ...words];
    const said = (stdout: string) =>
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    const one = await run(...asked);
    assert.equal(said(one.stdout)[1].label, "1");
    assert.match(one.stderr, /likeliest of 2 sigmoid outputs is answered.*--multi-label/);
    const all = await run(...asked, "--multi-label", "--labels", "billing,urgent");
    assert.equal(all.code, 0, all.stderr);
    assert.deepEqual(
      said(all.stdout).map(({ labels }) => labels),
      [["billing", "urgent"], ["urgent"]],
    );
    assert.ok(Math.abs(said(all.stdout)[1].scores.urgent - 1 / (1 + Math.exp(-2))) < 1e-6);
    const high = await run(...asked, "--multi-label", "--threshold", "0.9");
    assert.deepEqual(
      said(high.stdout).map(({ labels }) => labels),
      [[], []],
    );
    await writeFile(join(folder, "few.csv"), "text,tags\nrefund,billing\nrefund now,billing;urgent\n");
    const named = ["--multi-label", "--labels", "billing,urgent", "--json"];
    const measured = await run("evaluate", "sigmoids.h5", "few.csv", ...words, ...named);
    assert.equal(JSON.parse(measured.stdout).subsetAccuracy, 1, measured.stderr);

    const amount = await run("predict", "linear.keras", "refund", "refund now", "xylophone", ...words);
    assert.deepEqual(amount.stdout.split("\n").slice(0, 2), ["800", "740"]);
    assert.match(amount.stdout, /500\tno known word/);
    await writeFile(join(folder, "paid.csv"), "text,price\nrefund,800\nrefund now,742\n");
    const { stdout } = await run("evaluate", "linear.keras", "paid.csv", ...words, "--json");
    assert.ok(Math.abs(JSON.parse(stdout).meanAbsoluteError - 1) < 1e-3, stdout);
    for (const [file, ...more] of [
      ["linear.keras", "--labels", "a,b"],
      ["linear.keras", "--threshold", "0.5"],
      ["linear.keras", "--multi-label"],
      ["tags.keras", "--multi-label"],
      ["sigmoids.h5", "--multi-label", "--reject", "0.5"],
    ] as [string, ...string[]][]) {
      const { code, stderr } = await run(
        "predict",
        file,
        "a",
        ...(file === "tags.keras" ? [] : words),
        ...more,
      );
      assert.equal(code, 2, `${file} ${more}`);
      assert.match(stderr, /to be left out with|sigmoids, each a question/);
    }
  });

  test("that are not compiled say by what they are taught, and what they may be", async () => {
    const amount = await script("plain.py", 1, "linear");
    const { stderr } = await train("flats.csv", "--target", "amounts", "--model", amount);
    assert.match(stderr, /it compiles no model: adam, and mean squared error/);
    const several = await script("plain3.py", 3, "sigmoid");
    const unasked = await train("fast.txt", "--model", several);
    assert.match(unasked.stderr, /assumed: one label a text.*\(train --multi-label\)/);
  });
});

describe("what files and options are refused by", () => {
  test("a kind of a newer Cellstate, by its name; a file without one is a classifier", async () => {
    const { model, extras } = await loadFile(join(folder, "tags.keras"));
    const save = (name: string, kind: object) =>
      writeFile(
        join(folder, name),
        writeKeras(model, { extras: { ...(extras as object), ...kind } as Json }),
      );
    await save("newer.keras", { kind: "zzz" });
    for (const asked of [
      ["predict", "newer.keras", "a"],
      ["explain", "params", "newer.keras"],
    ]) {
      const { stderr } = await run(...asked);
      assert.match(
        stderr,
        /newer\.keras: kind: expected one of .*received "zzz"\. A newer Cellstate wrote it/,
      );
    }
    await save("first.keras", { kind: undefined, threshold: 2 });
    assert.match((await run("predict", "first.keras", "a")).stderr, /first\.keras: threshold: .*received 2/);
  });

  test("--scores of a regressor, and labels that a format would lose but it has none", async () => {
    const scored = await run("predict", "flats.keras", "flats.csv", "--out", "no.csv", "--scores");
    assert.equal(scored.code, 2);
    assert.match(scored.stderr, /--scores: expected to be left out with a regressor/);
    const { stderr } = await run("convert", "flats.keras", "flats.h5");
    assert.match(stderr, /no place for flats\.keras's vocabulary\./);
    const flats = await TextRegressor.load(join(folder, "flats.keras"));
    await assert.rejects(flats.save("flats.h5"), (error: Error) => !/label|classifier/.test(error.message));
  });

  test("names of models, all of them; and options where there are none", async () => {
    const all = /one of auto, lstm/;
    await assert.rejects(MultiLabelClassifier.train(TICKETS, { model: "foo" }), all);
    const rows = TICKETS.map(({ text, labels }) => ({ text, label: String(labels.length > 1) }));
    await assert.rejects(TextClassifier.train(rows, { model: "foo" }), /one of auto, linear, lstm/);
    const tags = await MultiLabelClassifier.load(join(folder, "tags.keras"));
    const odd = { threshold: 0.3 };
    assert.throws(
      () => tags.predict("a", odd),
      /expected no options, as there are none here, but received "thr/,
    );
    tags.model.dispose();
  });
});
