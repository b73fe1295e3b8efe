/** What the command line says of an automatic classifier: which words decided, what cannot be asked, and what it leaves open. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { tiny, tinyBeside } from "../classifier/automatic.js";
import { cellstate } from "./run.js";

let folder = "";
let file = "";
/** The same with rejecting below 0.8 saved in it. */
let careful = "";
/** With a network beside its n-grams. */
let beside = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-"));
  file = join(folder, "tiny.keras");
  careful = join(folder, "careful.keras");
  const classifier = tiny();
  await classifier.save(file);
  classifier.reject = 0.8;
  await classifier.save(careful);
  beside = join(folder, "beside.keras");
  await tinyBeside().save(beside);
});
after(() => rm(folder, { recursive: true }));

const reference = ["--engine", "reference"];

describe("explain attribute", () => {
  test("shows the parts of words and n-grams, and what they add up to", async () => {
    const { code, stdout } = await cellstate(["explain", "attribute", file, "Good film,", ...reference]);
    assert.equal(code, 0);
    assert.match(stdout, /log-odds of yes: 1\.4047; answered yes, 80\.3 %/);
    assert.match(stdout, /Good +1\.155 +│█+/);
    assert.match(stdout, /every text +0\.250/);
    assert.match(stdout, /add up to 1\.404701/);
    assert.match(stdout, /good +w1 +1\.155/);
  });

  test("shows what hiding a word from a network beside the n-grams does", async () => {
    const asked = ["explain", "attribute", beside, "good film", ...reference];
    const { code, stdout } = await cellstate(asked);
    assert.equal(code, 0);
    assert.match(stdout, /for +hidden\n/);
    assert.match(stdout, /good +1\.414 +│█+ +0\.250\n/);
    assert.match(stdout, /networks +1\.500 +│█+ *\n/);
    assert.match(
      stdout.replaceAll("\n", " "),
      /n-grams is exact.*hidden from them; such falls do not add up/,
    );
    const plain = await cellstate(["explain", "attribute", file, "good film", ...reference]);
    assert.doesNotMatch(plain.stdout, /hidden|networks/);
  });

  test("as JSON, page and picture", async () => {
    const [html, svg] = [join(folder, "a.html"), join(folder, "a.svg")];
    const asked = [
      "explain",
      "attribute",
      file,
      "bad",
      "--label",
      "no",
      "--json",
      "--html",
      html,
      "--svg",
      svg,
    ];
    const { code, stdout } = await cellstate([...asked, ...reference]);
    assert.equal(code, 0);
    const { of, logit, tokens, base } = JSON.parse(stdout);
    assert.equal(of, "no");
    assert.ok(Math.abs(base + tokens[0].part - logit) < 1e-6);
    assert.match(await readFile(html, "utf8"), /log-odds of no/);
    assert.match(await readFile(svg, "utf8"), /^<svg/);
  });

  test("refuses what has no effect, and labels that there are not", async () => {
    for (const [more, says] of [
      [["--of", "loss"], /--of: expected to be left out with an automatic classifier/],
      [["--layer", "x"], /--layer: expected to be left out/],
      [["--label", "maybe"], /--label: expected one of no, yes/],
    ] as const) {
      const { code, stderr } = await cellstate(["explain", "attribute", file, "good", ...more, ...reference]);
      assert.deepEqual([code, says.test(stderr)], [2, true], stderr);
    }
    const { code, stderr } = await cellstate(["explain", "attribute", file, "--ids", "1,2", ...reference]);
    assert.equal(code, 2);
    assert.match(stderr, /--ids: expected a text/);
  });
});

test("other explanations say what can be asked in one line", async () => {
  for (const args of [
    ["cell", file],
    ["cell", file, "good"],
    ["unroll", file, "good"],
    ["gradient", file, "good"],
    ["embedding", file],
    ["doctor", file],
  ]) {
    const { code, stderr } = await cellstate(["explain", ...args]);
    assert.equal(code, 2);
    assert.equal(stderr.trim().split("\n").length, 1);
    assert.match(
      stderr,
      /an automatic classifier.*explain attribute, explain params or summary.*--model lstm/,
    );
  }
});

test("of one with networks, too, which are not passed over in silence", async () => {
  for (const args of [
    ["cell", beside, "good"],
    ["unroll", beside, "good"],
    ["gradient", beside, "good"],
    ["embedding", beside],
    ["doctor", beside],
  ]) {
    const { code, stderr } = await cellstate(["explain", ...args]);
    assert.equal(code, 2);
    assert.equal(stderr.trim().split("\n").length, 1);
    assert.match(stderr, /an automatic classifier, of n-grams and networks together.*explain attribute/);
  }
  const { code, stderr } = await cellstate(["explain", "cell", beside]);
  assert.deepEqual([code, /a SimpleRNN, LSTM or GRU layer/.test(stderr)], [2, true], stderr);
});

test("ids of words and of n-grams are told from each other where it has both", async () => {
  const { code, stdout } = await cellstate(["explain", "params", beside]);
  assert.equal(code, 0);
  assert.match(stdout, /V = 6 {2}rows: one for every word id, padding and unknown words included/);
  assert.match(stdout, /V = 4 {2}rows: one for every n-gram id/);
});

test("its parameters and its summary are shown as any network's", async () => {
  const { code, stdout } = await cellstate(["explain", "params", file]);
  assert.equal(code, 0);
  assert.match(stdout, /V × F = 4 × 2 = 8/);
  assert.match(stdout, /V = 4 {2}rows: one for every n-gram id, padding and what every text has included/);
  assert.doesNotMatch(stdout, /word/);
  assert.match((await cellstate(["summary", file])).stdout, /Total params: 11/);
});

test("its network alone, and options for a vocabulary beside it, are refused in its own terms", async () => {
  const network = join(folder, "network.h5");
  await cellstate(["convert", file, network]);
  for (const args of [
    ["predict", network, "good", ...reference],
    ["explain", "attribute", network, "good", ...reference],
    ["explain", "attribute", network, "--ids", "1,2", ...reference],
  ]) {
    const { code, stderr } = await cellstate(args);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /the network of an automatic classifier alone.*the file that the classifier was saved to/,
    );
    assert.doesNotMatch(stderr, /--tokenizer/);
  }
  for (const [flag, value] of [
    ["--labels", "a,b"],
    ["--length", "4"],
    ["--padding", "pre"],
  ] as const) {
    const { code, stderr } = await cellstate(["predict", file, "good", flag, value, ...reference]);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`${flag}: expected to be left out with an automatic classifier`));
  }
});

test("it is written in all formats that keep its n-grams, a module among them", async () => {
  for (const ending of ["onnx", "safetensors", "json", "mjs"]) {
    const { code, stderr } = await cellstate(["convert", file, join(folder, `tiny.${ending}`)]);
    assert.equal(code, 0, stderr);
  }
  const { classify } = await import(pathToFileURL(join(folder, "tiny.mjs")).href);
  const { stdout } = await cellstate(["predict", file, "good film", "--json", ...reference]);
  const { label, probability } = JSON.parse(stdout);
  const found = classify("good film");
  assert.equal(found.label, label);
  assert.ok(Math.abs(found.probability - probability) < 0.02);
});

describe("predict --reject", () => {
  const predict = (model: string, ...args: string[]) =>
    cellstate(["predict", model, "good", "film", "xyzzy", ...args, ...reference]);

  test("prints a question mark, and the guess behind it", async () => {
    const { code, stdout } = await predict(file, "--reject", "0.8");
    assert.equal(code, 0);
    assert.equal(stdout, "yes\t90.5 %\n?\t56.2 %\tyes, unsure\n?\t56.2 %\tno, strange\n");
  });

  test("as JSON a rejected answer has no label, only a guess", async () => {
    const { stdout } = await predict(file, "--reject", "0.8", "--json");
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      answers.map(({ label, guess, rejected }) => [label, guess, rejected]),
      [
        ["yes", undefined, false],
        [null, "yes", "unsure"],
        [null, "no", "strange"],
      ],
    );
  });

  test("is what the file says where it is left out, and can be switched off", async () => {
    assert.match((await predict(careful)).stdout, /^yes.*\n\?.*unsure\n\?.*strange\n$/);
    assert.match((await predict(careful, "--reject", "off")).stdout, /^yes.*\nyes.*\nno.*\n$/);
    assert.match((await predict(file)).stdout, /^yes.*\nyes.*\nno.*\n$/);
  });

  test("takes a probability", async () => {
    for (const value of ["80", "auto", "-1"]) {
      const { code, stderr } = await predict(file, `--reject=${value}`);
      assert.equal(code, 2);
      assert.match(stderr, /--reject: expected a number from 0 to 1/);
    }
  });
});

test("evaluate --reject says what is answered, and how well", async () => {
  const data = join(folder, "data.csv");
  await writeFile(data, "text,label\ngood,yes\nbad,yes\nfilm,yes\nxyzzy,no\n");
  const asked = ["evaluate", file, data, "--reject", "0.8", ...reference];
  const { code, stdout } = await cellstate([...asked, "--json"]);
  assert.equal(code, 0);
  const { rows, accuracy, coverage, answered, unsure, strange } = JSON.parse(stdout);
  assert.deepEqual(
    { rows, accuracy, coverage, answered, unsure, strange },
    { rows: 4, accuracy: 0.75, coverage: 0.5, answered: { rows: 2, accuracy: 0.5 }, unsure: 1, strange: 1 },
  );
  const text = await cellstate(asked);
  assert.match(text.stdout, /rejecting below 80\.0 %: 2 answered \(coverage 50\.00 %\), accuracy 50\.00 %/);
});
