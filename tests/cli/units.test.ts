/** cellstate explain units and its like, over a data set: what they print, write and refuse. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { TextClassifier } from "../../src/classifier/classifier.js";
import { type LabelledRow, readLabelled } from "../../src/data/index.js";
import * as explanations from "../../src/explain/index.js";
import { readZip } from "../../src/formats/zip.js";
import { layers, sequential } from "../../src/index.js";
import { byClass, byName, parsePage, textOf } from "../report/page.js";
import { csv, reviews } from "./data.js";
import { explain, json, refused } from "./explain.js";
import { cellstate } from "./run.js";

let folder = "";
let model = "";
let data = "";
/** Another, of two directions. */
let both = "";
const rows = reviews(60);
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-units-"));
  model = join(folder, "m.keras");
  data = join(folder, "d.csv");
  both = join(folder, "both.keras");
  await writeFile(data, csv(rows));
  const network = sequential([
    layers.embedding({ inputDim: 60, outputDim: 4, inputLength: 12 }),
    layers.lstm({ units: 3, name: "memory" }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  const options = {
    model: network,
    vocabulary: 60,
    length: 12,
    epochs: 12,
    learningRate: 0.02,
    seed: 1,
    validationSplit: 0,
  };
  await (await TextClassifier.train(rows, options)).save(model);
});
after(() => rm(folder, { recursive: true }));

const quick = ["--permutations", "99"];

test("units: every unit, its contexts and what it goes with; the page shows the same", async () => {
  const page = join(folder, "units.html");
  const survey = await json(
    "units",
    model,
    data,
    ...quick,
    "--pattern",
    "gr.at",
    "--contexts",
    "2",
    "--html",
    page,
  );
  assert.equal(survey.texts, rows.length);
  assert.equal(survey.signals.length, 6 * 3);
  assert.deepEqual(survey.layers[0].parts, ["hidden", "cell", "input", "forget", "candidate", "output"]);
  assert.ok(survey.features.some((one: { name: string }) => one.name === "pattern"));
  for (const { least, most, mean, highest, lowest } of survey.signals) {
    assert.ok(least <= mean && mean <= most);
    assert.equal(highest.length, 2);
    assert.equal(highest[0].value, most);
    assert.equal(lowest[0].value, least);
    assert.equal(highest[0].values[highest[0].at], most);
  }
  const label = survey.associations.find((one: { of: string }) => one.of === "label");
  assert.ok(Math.abs(label.correlation) > 0.5 && label.q <= 0.05);
  const source = await readFile(page, "utf8");
  parsePage(source);
  for (const { layer, part, unit } of survey.signals) {
    assert.ok(source.includes(`id="${layer}-${part}-${unit}"`));
  }
  // A link opens what it leads to, for that lies within the fold and is not the fold itself.
  const blocks = byClass(parsePage(source), "unit");
  const within = blocks.map(({ children }) =>
    children.flatMap((child) => (typeof child === "string" ? [] : (child.attributes.get("id") ?? []))),
  );
  assert.ok(blocks.length === survey.signals.length && within.every((ids) => ids.length === 1));
  const leadsTo = byName(parsePage(source), "a").map((link) => link.attributes.get("href")!.slice(1));
  assert.ok(leadsTo.length > 0 && leadsTo.every((id) => within.flat().includes(id)));
  assert.match(source, /@media print \{ \.unit \{ display: block; \} \}/);
  const text = await explain("units", model, data, ...quick, "--parts", "hidden");
  assert.match(text, /3 signals over/);
  assert.match(text, /label /);
});

test("units of a layer with a long name are told by part and number; without labels none is spoken of", async () => {
  const network = sequential([
    layers.embedding({ inputDim: 60, outputDim: 4, inputLength: 12 }),
    layers.bidirectional({ layer: layers.lstm({ units: 3 }) }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  const options = { vocabulary: 60, length: 12, epochs: 2, seed: 1, validationSplit: 0 };
  await (await TextClassifier.train(rows, { ...options, model: network })).save(both);
  const text = await explain("units", both, data, ...quick, "--parts", "hidden,candidate");
  assert.match(text, /bidirec\S*… (hidden|candidate) [012] /);
  assert.match(text, /whole\s+texts against labels/);
  assert.doesNotMatch(await explain("units", both, data, ...quick, "--unlabelled"), /label/);
});

test("units --pattern that parts no text's words says so", async () => {
  for (const [pattern, says] of [
    ["qqq", "no word is"],
    [".+", "every word is"],
  ] as const) {
    const args = ["units", model, data, ...quick, "--parts", "hidden", "--pattern", pattern];
    const [text, { notes }] = [await explain(...args), await json(...args)];
    assert.match(text, new RegExp(`against pattern.*: ${says}`));
    assert.equal(notes.length, 1);
  }
  assert.deepEqual(
    (await json("units", model, data, ...quick, "--parts", "hidden", "--pattern", "gr.at")).notes,
    [],
  );
});

test("units --out: NumPy's files, JSON lines and Parquet hold the same numbers", async () => {
  const at = (name: string) => join(folder, name);
  for (const name of ["u.npz", "u.npy", "u.jsonl", "u.parquet"]) {
    const args = [
      "units",
      model,
      data,
      ...quick,
      "--parts",
      "cell,forget",
      "--sample",
      "20",
      "--out",
      at(name),
    ];
    await explain(...args);
  }
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith(".part")),
    [],
  );
  const lines = (await readFile(at("u.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const cells = lines.flatMap(({ units }) => units.memory.cell.flat());
  const matrix = await readFile(at("u.npy"));
  const words = lines.flatMap((line) => line.words).length;
  assert.match(matrix.subarray(10, 128).toString(), new RegExp(`'shape': \\(${words}, 6\\)`));
  assert.equal(matrix.length, 128 + words * 6 * 4);
  assert.equal(matrix.readFloatLE(128), cells[0]);
  const members = readZip(await readFile(at("u.npz")), "u.npz");
  assert.deepEqual(
    [...members.keys()],
    ["memory.cell.npy", "memory.forget.npy", "row.npy", "place.npy", "id.npy"],
  );
  const cell = Buffer.from(members.get("memory.cell.npy")!.read());
  assert.deepEqual(
    cells.map((_, k) => cell.readFloatLE(128 + 4 * k)),
    cells,
  );
  assert.equal(Buffer.from(members.get("row.npy")!.read()).readInt32LE(128), lines[0].row);
  const table = await parquetReadObjects({ file: await asyncBufferFromFile(at("u.parquet")) });
  assert.deepEqual(
    table.map(({ row, word, ...rest }) => [row, word, [0, 1, 2].map((u) => rest[`memory.cell.${u}`])]),
    lines.flatMap(({ row, words, units }) =>
      words.map((word: string, k: number) => [row, word, units.memory.cell[k]]),
    ),
  );
  const id = Buffer.from(members.get("id.npy")!.read());
  const place = Buffer.from(members.get("place.npy")!.read());
  for (const [k, one] of table.entries()) {
    assert.deepEqual(
      [one["id"], one["place"]],
      [id.readInt32LE(128 + 4 * k), place.readInt32LE(128 + 4 * k)],
    );
  }
});

test("units refuses what it could not do", async () => {
  await refused(/--parts: expected parts among hidden, cell/, "units", model, data, "--parts", "update");
  await refused(/at least \d+ permutations for Holm's/, "units", model, data, "--correct", "holm");
  await refused(/\.npz, \.npy, \.jsonl, \.parquet/, "units", model, data, "--out", join(folder, "u.txt"));
  await refused(/within a second/, "units", model, data, "--pattern", "(.+)+$^");
  await refused(/regular expression/, "units", model, data, "--pattern", "(");
  await refused(/a recurrent layer of the model: memory/, "units", model, data, "--layer", "gru");
  const strange = join(folder, "strange.csv");
  await writeFile(strange, "text,label\nqqq,pos\nzzz,neg\n");
  await refused(/a word that the model reads/, "units", model, strange);
  const mean = sequential([
    layers.embedding({ inputDim: 60, outputDim: 4, inputLength: 12 }),
    layers.flatten(),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  const options = { model: mean, vocabulary: 60, length: 12, epochs: 1, seed: 1, validationSplit: 0 };
  const flat = join(folder, "flat.keras");
  await (await TextClassifier.train(rows, options)).save(flat);
  await refused(/SimpleRNN, LSTM or GRU/, "units", flat, data);
  const auto = join(folder, "auto.keras");
  await (await TextClassifier.train(rows, { model: "linear" })).save(auto);
  await refused(/explain attribute/, "units", auto, data);
});

test("one label, one word a text: what cannot be tested is left out, and the rest is said", async () => {
  const one = join(folder, "one.csv");
  await writeFile(
    one,
    `text,label\n${rows
      .slice(0, 4)
      .map(({ text, label }) => `${text.split(" ")[0]},${label === rows[0]!.label ? label : rows[0]!.label}`)
      .join("\n")}\n`,
  );
  const survey = await json("units", model, one, ...quick);
  assert.equal(survey.tests, 0);
  assert.deepEqual(survey.associations, []);
  assert.match(await explain("units", model, one, ...quick), /Nothing could be tested/);
});

test("find: the span itself comes first where the data has it, and every match is as the units say", async () => {
  const page = join(folder, "find.html");
  const sentence = rows[7]!.text;
  const asked = ["find", model, data, "--sentence", sentence, "--span", "5-6", "--threshold", "0.05"];
  const unknown = ["find", model, data, "--sentence", "xyzzy", "--span", "1-1"];
  await refused(/--sentence: expected a text with at least one word/, ...unknown);
  const found = await json(...asked, "--matches", "9", "--html", page);
  assert.deepEqual(
    found.words.slice(found.from, found.to),
    sentence.replaceAll('"', "").split(" ").slice(4, 6),
  );
  assert.equal(found.matches[0].overlap, 1);
  assert.equal(found.matches.length, 9);
  assert.ok(["pos", "neg"].includes(found.matches[0].label));
  for (const { shared, others, overlap, words, from, to } of found.matches) {
    assert.ok(shared >= 1 && shared <= found.units.length);
    assert.equal(overlap, shared / (found.units.length + others));
    assert.ok(from < to && to <= words.length);
  }
  parsePage(await readFile(page, "utf8"));
  assert.match(await explain(...asked), /units? on through words 5 to 6/);
  await refused(/words from 1 to \d+, first-last/, ...asked.with(6, "40-41"));
  await refused(/words from 1, as 3-5/, ...asked.with(6, "0"));
  await refused(/lower --threshold/, ...asked.with(8, "0.999"));
  await refused(/a word that the model knows|at least one word/, ...asked.with(4, "qqqq"));
});

test("ablate: with nothing held it is as evaluated; what is missed most comes first; words and gates too", async () => {
  const page = join(folder, "ablate.html");
  const all = await json("ablate", model, data, "--html", page);
  const evaluated = JSON.parse((await cellstate(["evaluate", model, data, "--json"])).stdout);
  assert.ok(Math.abs(all.loss - evaluated.loss) < 1e-5);
  assert.equal(all.accuracy, evaluated.accuracy);
  assert.equal(all.results.length, 3);
  const losses = all.results.map(({ loss }: { loss: number }) => loss);
  assert.deepEqual(
    losses,
    losses.toSorted((a: number, b: number) => b - a),
  );
  for (const { loss, lossDifference } of all.results) {
    assert.ok(Math.abs(all.loss + lossDifference.mean - loss) < 1e-9);
    assert.ok(lossDifference.error >= 0);
  }
  parsePage(await readFile(page, "utf8"));
  const together = await json("ablate", model, data, "--part", "cell", "--together", "--value", "mean");
  assert.deepEqual(together.results[0].units, [0, 1, 2]);
  assert.ok(together.results[0].lossDifference.mean > 0);
  const words = await json(
    "ablate",
    model,
    data,
    "--words",
    "pattern",
    "--pattern",
    "lovely|great|superb|fine",
  );
  assert.equal(words.part, null);
  assert.equal(words.wordsHeld, rows.filter(({ label }) => label === "pos").length);
  assert.ok(words.results[0].lossDifference.mean > 0);
  const held = ["ablate", model, data, "--units", "0,2", "--value", "-9"];
  const some = await explain(...held);
  assert.match(some, /0, 2 /);
  const { accuracyDifference } = (await json(...held)).results[0];
  const points = Math.abs(100 * accuracyDifference.mean).toFixed(2);
  assert.ok(Number(points) > 1 && new RegExp(`accuracy, points.*${points} ±`, "s").test(some), some);
  await refused(/--units: expected every unit once/, "ablate", model, data, "--units", "2,2");
  await refused(/units from 0 to 2/, "ablate", model, data, "--units", "3");
  await refused(/a part of the layer's/, "ablate", model, data, "--part", "reset");
  await refused(/a word of the kind negation/, "ablate", model, data, "--words", "negation");
  await refused(/one of negation, quotes/, "ablate", model, data, "--words", "nouns");
  await refused(/--pattern with it/, "ablate", model, data, "--words", "pattern");
  await refused(/twice/, "ablate", model, "-", "--value", "mean");
});

test("probe: what is in the states is read off them, and nothing off the control", async () => {
  const label = await json("probe", model, data, "--parts", "hidden,cell");
  assert.deepEqual(label.classes.toSorted(), ["neg", "pos"]);
  assert.deepEqual(label.texts, { train: 42, test: 18 });
  assert.equal(label.probes.length, 2);
  for (const { accuracy, control, selectivity } of label.probes) {
    assert.ok(accuracy >= label.majority);
    assert.equal(selectivity, accuracy - control);
  }
  assert.match(await explain("probe", model, data, "--words", "digits", "--unlabelled"), /memory hidden/);
  const amount = join(folder, "one.csv");
  await writeFile(amount, 'text,label\n"the film was great",pos\n"the film was lovely",pos\n');
  await refused(/two classes at least/, "probe", model, amount);
  await refused(/--penalty: expected a number from/, "probe", model, data, "--penalty", "1e300");
});

test("compare: two models on a text and on data; without models the cells; half a question is refused", async () => {
  const said = await explain("compare", model, model, "a good film", "--data", data);
  assert.match(said, /similarity 1\.000/);
  assert.match(said, /Outputs are 0\.0000 apart/);
  const { text, data: onData } = await json("compare", model, model, rows[0]!.text, "--data", data);
  assert.deepEqual(text.values[0], text.values[1]);
  assert.deepEqual(
    onData.matches.map(({ unit, match }: { unit: number; match: number }) => unit - match),
    [0, 0, 0],
  );
  const [page, words, units] = ["c.html", "words.svg", "units.svg"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await explain("compare", model, model, rows[0]!.text, "--data", data, "--html", page, "--svg", words);
  const headings = byName(parsePage(await readFile(page, "utf8")), "h2").map(textOf);
  assert.ok(headings.includes("Word beside word") && headings.includes("Which unit goes with which"));
  await explain("compare", model, model, "--data", data, "--svg", units);
  assert.match(await readFile(words, "utf8"), /What each word did/);
  assert.match(await readFile(units, "utf8"), /Which unit of one model/);
  await refused(/--html/, "compare", model, model, "a good film", "--html", model);
  assert.match(await explain("compare"), /SimpleRNN +LSTM +GRU/);
  await refused(/two models, and a text or --data FILE/, "compare", model, model);
});

test("what the commands print the functions of cellstate/explain give", async () => {
  const classifier = await TextClassifier.load(model);
  const texts = async () => {
    const read: LabelledRow[] = [];
    for await (const row of await readLabelled(data)) read.push(row);
    return read;
  };
  const labelled = await texts();
  const printed = async (...args: string[]) => {
    const { model: _, data: __, ...given } = await json(...args);
    return given;
  };
  const plain = (given: unknown) => JSON.parse(JSON.stringify(given));
  const survey = { permutations: 99, contexts: 2, seed: 4 };
  const units = ["units", model, data, "--contexts", "2", "--seed", "4"];
  assert.deepEqual(
    await printed(
      ...units,
      "--pattern",
      "gr.at",
      "--correct",
      "holm",
      "--parts",
      "cell,hidden",
      "--permutations",
      "9999",
    ),
    plain(
      await explanations.surveyUnits(classifier, await readLabelled(data), {
        ...{ ...survey, permutations: 9999, correction: "holm", parts: ["hidden", "cell"] },
        features: [explanations.patternFeature(/gr.at/)],
      }),
    ),
  );
  const alone = labelled.map(({ text, row }) => ({ text, row }));
  assert.deepEqual(
    await printed(...units, ...quick, "--unlabelled", "--sample", "20"),
    plain(await explanations.surveyUnits(classifier, alone, { ...survey, unlabelled: true, sample: 20 })),
  );
  const sentence = rows[7]!.text;
  assert.deepEqual(
    await printed("find", model, data, "--sentence", sentence, "--span", "5-6", "--threshold", "0.05"),
    plain(
      await explanations.findSpans(classifier, sentence, labelled, {
        ...{ from: 4, to: 6, threshold: 0.05 },
      }),
    ),
  );
  for (const [flags, options] of [
    [["--value", "mean", "--part", "forget"], { value: "mean", part: "forget" }],
    [["--units", "0,2", "--value", "-9"], { groups: [[0, 2]], value: -9 }],
    [["--together", "--words", "last"], { groups: "together", words: "last" }],
    [["--words", "first", "--value", "mean"], { words: "first", value: "mean" }],
  ] as const) {
    assert.deepEqual(
      await printed("ablate", model, data, ...flags),
      plain(await explanations.ablateUnits(classifier, labelled, options)),
    );
  }
  assert.deepEqual(
    await printed("probe", model, data, "--parts", "hidden,cell", "--penalty", "0.5", "--seed", "3"),
    plain(
      await explanations.probeLayers(classifier, labelled, {
        parts: ["hidden", "cell"],
        penalty: 0.5,
        seed: 3,
      }),
    ),
  );
  assert.deepEqual(
    await printed("probe", model, data, "--words", "first", "--unlabelled"),
    plain(await explanations.probeLayers(classifier, alone, { words: "first" })),
  );
  const { text, data: onData } = await json("compare", model, both, sentence, "--data", data);
  const other = await TextClassifier.load(both);
  assert.deepEqual(text, plain(await explanations.compareOnText(classifier, other, sentence)));
  assert.deepEqual(onData, plain(await explanations.compareUnits(classifier, other, alone)));
});

// The packages are optional peers: here they are installed, and a hook says that they are not.
test("without the packages for Parquet, which to install is said, and nothing is left behind", async () => {
  const hook =
    "export const resolve = (name, context, next) => name.startsWith('hyparquet') ? Promise.reject(new Error('not installed')) : next(name, context);";
  const registered = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`;
  const env = { NODE_OPTIONS: `--import="data:text/javascript,${encodeURIComponent(registered)}"` };
  const out = join(folder, "absent.parquet");
  const written = await cellstate(["explain", "units", model, data, "--out", out, ...quick], { env });
  assert.equal(written.code, 1, written.stderr);
  assert.match(
    written.stderr,
    /--out: the package hyparquet-writer writes Parquet\. Install it: npm install hyparquet-writer/,
  );
  assert.ok(!(await readdir(folder)).some((name) => name.startsWith("absent")));
  const table = join(folder, "table.parquet");
  await writeFile(table, "PAR1");
  const read = await cellstate(["evaluate", model, table], { env });
  assert.equal(read.code, 1, read.stderr);
  assert.match(read.stderr, /which the package hyparquet reads\. Install it: npm install hyparquet\n/);
});
