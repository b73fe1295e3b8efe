/** Every option of every command: where it would change nothing, given twice or empty, it is an error. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Command } from "commander";
import { benchCommand } from "../../src/cli/bench.js";
import { completionCommand } from "../../src/cli/completion.js";
import { convertCommand } from "../../src/cli/convert.js";
import { evaluateCommand } from "../../src/cli/evaluate.js";
import { explainCommand } from "../../src/cli/explain.js";
import { labCommand } from "../../src/cli/lab.js";
import { predictCommand } from "../../src/cli/predict.js";
import { summaryCommand } from "../../src/cli/summary.js";
import { trainCommand } from "../../src/cli/train.js";
import { tuneCommand } from "../../src/cli/tune.js";
import {
  InputError,
  layers,
  MultiLabelClassifier,
  sequential,
  TextClassifier,
  TextRegressor,
} from "../../src/index.js";
import { csv, reviews } from "./data.js";
import { cellstate } from "./run.js";

/** A command line on which an option changes nothing, and one on which it is fine, where there is such a pair. */
interface Situations {
  idle?: string[];
  fine?: string;
}

const fine = (line: string): Situations => ({ fine: line });
const idle = (...lines: string[]): Situations => ({ idle: lines });
const always: Situations = {};

const subject = (command: string) => ({
  "--ids": idle(`explain ${command} lstm a text --ids 1,2`),
  "--vocabulary": idle(`explain ${command} m.keras film --vocabulary 5`),
  "--length": idle(`explain ${command} m.keras --ids 1,2 --length 5`),
  "--row": idle(
    `explain ${command} m.keras film --row row.json`,
    `explain ${command} m.keras --ids 1 --row row.json`,
    `explain ${command} lstm --row row.json`,
  ),
  "--tokenizer": idle(`explain ${command} lstm film --tokenizer v.txt`),
  "--padding": idle(
    `explain ${command} lstm film --padding pre`,
    `explain ${command} m.keras --ids 1 --padding pre`,
  ),
  "--truncating": idle(`explain ${command} m.keras --ids 1 --truncating pre`),
  "--classes": idle(`explain ${command} s.py --classes 2 --ids 1`),
  "--seed": idle(`explain ${command} m.keras film ${command === "gradient" ? "--no-study " : ""}--seed 1`),
  "--define": idle(`explain ${command} lstm a --define x=1`, `explain ${command} m.keras a --define x=1`),
  "--engine": always,
  "--threads": idle(`explain ${command} lstm a --engine reference --threads 2`),
  "--json": always,
  "--html": always,
  "--svg": always,
});

const outputs = (command: string) => ({
  "--labels": idle(
    `explain ${command} lstm film --labels a,b`,
    `explain ${command} amounts.keras film --labels a,b`,
  ),
  "--output-step": idle(`explain ${command} m.keras film --output-step 1`),
});

const vocabulary = (line: string) => ({
  "--tokenizer": always,
  "--padding": always,
  "--truncating": always,
  "--length": idle(),
  "--vocabulary": idle(`${line} --vocabulary 9`),
  "--labels": always,
  "--multi-label": idle(
    ...[line, ...(line.startsWith("evaluate") ? [line.replace("d.csv", "three.keras d.csv")] : [])].map(
      (asked) => `${asked} --multi-label`,
    ),
  ),
  "--threshold": idle(`${line.replace("m.keras", "three.keras")} --threshold 0.3`),
  "--engine": always,
  "--threads": idle(`${line} --engine reference --threads 2`),
});

/** @param folder where the data is a folder of label/*.txt */
const columns = (folder: string) => ({
  "--text": idle(`${folder} --text 1`),
  "--delimiter": idle(`${folder} --delimiter tab`),
  "--encoding": idle(`${folder} --encoding utf-8`),
  "--rejects": idle(`${folder} --rejects r.jsonl`),
  "--label": idle(`${folder} --label 2`),
  "--skip-unlabelled": idle(`${folder} --skip-unlabelled`),
  "--label-map": always,
});

/** Of commands that study units over a data set. */
const studied = (command: string, rest = "") => {
  const line = (given: string) => `explain ${command} ${given}${rest}`;
  return {
    ...columns(line("m.keras texts")),
    "--label": idle(line("m.keras texts --label 2"), line("m.keras d.csv --unlabelled --label 2")),
    "--skip-unlabelled": idle(line("m.keras d.csv --unlabelled --skip-unlabelled")),
    "--label-map": idle(
      line("m.keras d.csv --unlabelled --label-map l.csv"),
      line("amounts.keras d.csv --label-map l.csv"),
    ),
    "--merge-labels": idle(line("m.keras d.csv --merge-labels")),
    "--layer": always,
    "--unlabelled": always,
    "--seed": always,
    "--engine": always,
    "--threads": idle(line("m.keras d.csv --engine reference --threads 2")),
    "--json": always,
    "--html": always,
  };
};

const { "--html": _, ...probed } = studied("probe", " --words digits");

/** An experiment of a moment. */
const small = "lab latch --lag 3 --cells rnn --seeds 1 --sequences 32 --engine reference";

const TABLE: Record<string, Record<string, Situations>> = {
  train: {
    ...columns("train texts"),
    "--label-map": idle("train d.csv --target amounts --label-map l.csv"),
    "--merge-labels": idle("train d.csv --target amounts --merge-labels"),
    "--target": idle(
      "train d.csv --model m.keras --target classes",
      "train d.csv --multi-label --target classes",
      "train d.csv --multi-label --target amounts",
    ),
    "--multi-label": always,
    "--label-separator": idle("train d.csv --label-separator ;"),
    "--group": idle("train texts --group 1"),
    "--duplicates": always,
    "--folds": idle("train d.csv --multi-label --folds 3", "train d.csv --target amounts --folds 3"),
    "--old-data": idle(
      "train d.csv --multi-label --model s.py --old-data d.csv",
      "train d.csv --old-data d.csv",
      "train d.csv --model lstm --old-data d.csv",
      "train d.csv --model s.py --old-data d.csv",
    ),
    "--tokenizer": always,
    "--test": idle("train - --test -"),
    "--test-split": idle(
      "train d.csv --test d.csv --test-split 0.3",
      "train d.csv --folds 3 --test-split 0.3",
    ),
    "--model": always,
    "--effort": idle(
      "train d.csv --multi-label --effort low",
      "train d.csv --model lstm --effort low",
      "train d.csv --model linear --effort high",
      "train d.csv --replay m.keras --effort high",
    ),
    "--budget": idle(
      "train d.csv --multi-label --budget 20s",
      "train d.csv --model lstm --budget 20s",
      "train d.csv --model linear --budget 20s",
      "train d.csv --replay m.keras --budget 20s",
      "train d.csv --folds 3 --budget 20s",
    ),
    "--max-size": idle(
      "train d.csv --multi-label --max-size 2MB",
      "train d.csv --model lstm --max-size 2MB",
      "train d.csv --replay m.keras --max-size 2MB",
    ),
    "--replay": idle(
      "train d.csv --target amounts --replay m.keras",
      "train d.csv --model lstm --replay m.keras",
      "train d.csv --model linear --replay m.keras",
      "train d.csv --folds 3 --replay m.keras",
    ),
    "--define": idle(
      "train d.csv --define x=1",
      "train d.csv --model m.keras --define x=1",
      "train d.csv --model s.py --define nobody=1",
    ),
    "--vocabulary": idle(
      "train d.csv --model m.keras --vocabulary 30",
      "train d.csv --model s.py --vocabulary 90",
    ),
    "--length": idle("train d.csv --model m.keras --length 5"),
    "--vectors": idle("train d.csv --vectors v.txt", "train d.csv --model m.keras --vectors v.txt"),
    "--freeze-vectors": idle("train d.csv --model lstm --freeze-vectors"),
    "--front-end": idle("train d.csv --model m.keras --front-end textVectorization"),
    "--segment": idle("train d.csv --model m.keras --segment words", "train d.csv --segment words"),
    "--padding": always,
    "--truncating": always,
    "--epochs": always,
    "--patience": idle("train d.csv --model lstm --validation-split 0 --patience 2"),
    "--batch-size": always,
    "--validation-split": always,
    "--optimizer": always,
    "--learning-rate": always,
    "--balance": idle("train d.csv --multi-label --model lstm --balance"),
    "--seed": idle("train d.csv --replay m.keras --seed 1"),
    "--out": always,
    "--report": always,
    "--card": always,
    "--track": idle("train d.csv --track t.html", "train d.csv --model lstm --folds 3 --track t.html"),
    "--keep-epochs": idle(
      "train d.csv --keep-epochs there",
      "train d.csv --model lstm --folds 3 --keep-epochs there",
      "train d.csv --model lstm --target amounts --keep-epochs there",
    ),
    "--checkpoint": idle("train d.csv --model lstm --folds 3 --checkpoint there"),
    "--checkpoint-every": idle("train d.csv --model lstm --checkpoint-every 5"),
    "--resume": idle("train d.csv --model lstm --resume"),
    "--mistakes": idle(
      "train d.csv --json --mistakes 3",
      "train d.csv --test-split 0 --mistakes 3",
      "train d.csv --folds 3 --mistakes 3",
    ),
    "--json": always,
    "--engine": always,
    "--threads": idle("train d.csv --engine reference --threads 2"),
  },
  evaluate: {
    ...columns("evaluate m.keras texts"),
    "--merge-labels": idle(
      "evaluate m.keras three.keras d.csv --merge-labels",
      "evaluate amounts.keras d.csv --merge-labels",
    ),
    "--label-map": idle("evaluate amounts.keras d.csv --label-map l.csv"),
    "--label-separator": idle(
      "evaluate m.keras d.csv --label-separator ;",
      "evaluate m.keras three.keras d.csv --label-separator ;",
      "evaluate amounts.keras d.csv --label-separator ;",
    ),
    ...vocabulary("evaluate m.keras d.csv"),
    "--threshold": idle(
      "evaluate three.keras d.csv --threshold 0.3",
      "evaluate m.keras m.keras d.csv --threshold best",
      "evaluate amounts.keras d.csv --threshold 0.3",
    ),
    "--out": idle(
      "evaluate m.keras d.csv --out o.keras",
      "evaluate m.keras m.keras d.csv --threshold 0.3 --out o.keras",
    ),
    "--mistakes": idle("evaluate m.keras d.csv --json --mistakes 3"),
    "--reject": idle(
      "evaluate m.keras three.keras d.csv --reject 0.5",
      "evaluate tags.keras d.csv --reject 0.5",
      "evaluate amounts.keras d.csv --reject 0.5",
    ),
    "--json": always,
  },
  tune: {
    ...columns("tune texts"),
    "--merge-labels": always,
    "--group": idle("tune texts --group 1"),
    "--duplicates": always,
    "--tokenizer": always,
    "--test": idle("tune - --test -"),
    "--test-split": idle("tune d.csv --test d.csv --test-split 0.3"),
    "--model": always,
    "--define": idle("tune d.csv --define x=1", "tune d.csv --model m.keras --define x=1"),
    "--vocabulary": idle("tune d.csv --model m.keras --vocabulary 30"),
    "--length": idle("tune d.csv --model m.keras --length 5"),
    "--vectors": idle("tune d.csv --model m.keras --vectors v.txt"),
    "--freeze-vectors": idle("tune d.csv --model lstm --freeze-vectors"),
    "--front-end": idle("tune d.csv --model m.keras --front-end textVectorization"),
    "--segment": idle("tune d.csv --model m.keras --segment words"),
    "--padding": always,
    "--truncating": always,
    "--trials": always,
    "--epochs": always,
    "--patience": always,
    "--batch-size": always,
    "--validation-split": always,
    "--optimizer": always,
    "--learning-rate": always,
    "--balance": always,
    "--seed": always,
    "--budget": always,
    "--folder": always,
    "--out": always,
    "--report": always,
    "--engine": always,
    "--threads": idle("tune d.csv --engine reference --threads 2"),
    "--json": always,
  },
  predict: {
    ...vocabulary("predict m.keras film"),
    "--reject": idle("predict tags.keras film --reject 0.5", "predict amounts.keras film --reject 0.5"),
    "--json": always,
    "--out": always,
    "--text": idle("predict m.keras film --text 1"),
    "--delimiter": idle("predict m.keras film --delimiter tab"),
    "--encoding": idle("predict m.keras film --encoding utf-8"),
    "--rejects": idle("predict m.keras film --rejects r.jsonl"),
    "--scores": idle("predict m.keras film --scores", "predict m.keras d.csv --out o.jsonl --json --scores"),
    "--id": idle("predict m.keras film --id text", "predict m.keras d.csv --out o.csv --id text"),
    "--keep-formulas": idle(
      "predict m.keras film --keep-formulas",
      "predict m.keras d.csv --out o.jsonl --json --keep-formulas",
    ),
  },
  summary: {
    "--format": {
      ...idle("summary lstm --json --format keras2", "summary m.keras --receipt --format keras3"),
      ...fine("summary lstm --format keras2"),
    },
    "--line-length": {
      ...idle("summary lstm --json --line-length 60", "summary m.keras --receipt --line-length 60"),
      ...fine("summary m.keras --line-length 60"),
    },
    "--vocabulary": { ...idle("summary m.keras --vocabulary 9"), ...fine("summary lstm --vocabulary 9") },
    "--length": { ...idle("summary m.keras --length 9"), ...fine("summary gru --length 9") },
    "--classes": { ...idle("summary s.py --classes 3"), ...fine("summary rnn --classes 3") },
    "--define": { ...idle("summary lstm --define x=1"), ...fine("summary c.py --define words=9") },
    "--receipt": { ...idle("summary lstm --receipt"), ...fine("summary s.py --receipt") },
    "--json": fine("summary m.keras --receipt --json"),
  },
  convert: {
    "--weights": {
      ...idle("convert m.keras x.onnx --weights float32"),
      ...fine("convert m.keras x.mjs --weights float32"),
    },
    "--receipt": fine("convert m.keras x.onnx --receipt"),
  },
  completion: {},
  bench: {
    "--rounds": always,
    "--json": always,
    "--engine": always,
    "--threads": idle("bench --engine reference --threads 2"),
  },
  lab: {
    ...Object.fromEntries(
      [
        ...["--lag 3", "--lags 3,4", "--cells rnn", "--seeds 2", "--seed 1", "--units 3"],
        ...["--search", "--sweep gain", "--batch-size 3", "--sequences 9", "--html x.html", "--svg x.svg"],
        "--engine reference",
      ].map((option) => [option.split(" ")[0]!, idle(`lab ${option}`)]),
    ),
    "--learning-rate": idle("lab --learning-rate 1", "lab latch --sweep learning-rate --learning-rate 1"),
    "--gain": idle("lab --gain 1", "lab latch --sweep gain --gain 2"),
    "--clipnorm": {
      ...idle("lab --clipnorm 1", "lab latch --sweep clipnorm --clipnorm none"),
      ...fine(`${small} --clipnorm none`),
    },
    "--truncation": {
      ...idle("lab --truncation 5", "lab latch --lag 10 --truncation 100"),
      ...fine(`${small} --truncation none`),
    },
    "--gates": idle(
      "lab --gates chrono",
      "lab latch --cells rnn --gates keras",
      "lab latch --cells lstm-1997,lstm-nfg,lstm-cifg --gates 2",
      "lab latch --cells lstm --sweep forget-bias --gates chrono",
    ),
    "--threads": idle("lab --threads 2", "lab latch --engine reference --threads 2"),
    "--json": fine("lab --json"),
  },
  "explain params": {
    "--expect": fine("explain params lstm --expect total=30977"),
    "--vocabulary": {
      ...idle("explain params m.keras --vocabulary 9"),
      ...fine("explain params lstm --vocabulary 9"),
    },
    "--length": idle("explain params m.keras --length 9"),
    "--classes": idle("explain params s.py --classes 3"),
    "--define": idle("explain params m.keras --define x=1"),
    "--json": always,
    "--html": always,
    "--svg": always,
  },
  "explain cell": {
    ...subject("cell"),
    "--layer": always,
    "--at": { ...idle("explain cell lstm --at 1"), ...fine("explain cell m.keras film --at 1") },
    "--units": { ...idle("explain cell lstm --units 0"), ...fine("explain cell m.keras film --units 1") },
  },
  "explain compare": {
    "--inputs": idle("explain compare m.keras m.keras film --inputs 3"),
    "--units": idle("explain compare m.keras m.keras film --units 3"),
    "--data": idle("explain compare --data d.csv"),
    "--layer": idle("explain compare --layer lstm"),
    "--text": idle("explain compare m.keras m.keras film --text 1"),
    "--delimiter": idle("explain compare m.keras m.keras film --delimiter tab"),
    "--encoding": idle("explain compare m.keras m.keras film --encoding utf-8"),
    "--rejects": idle("explain compare m.keras m.keras film --rejects r.jsonl"),
    "--engine": idle("explain compare --engine native"),
    "--threads": idle("explain compare --threads 2"),
    "--json": always,
    "--html": always,
    "--svg": always,
  },
  "explain unroll": {
    ...subject("unroll"),
    "--steps": always,
    "--at": always,
    "--layer": always,
    "--units": {
      ...idle(
        "explain unroll m.keras film --json --units 1",
        "explain unroll m.keras film --tex --units 1",
        "explain unroll m.keras film --units 99",
      ),
      ...fine("explain unroll m.keras film --units 1,0"),
    },
    "--tex": {
      ...idle("explain unroll m.keras film --json --tex"),
      ...fine("explain unroll m.keras film --tex"),
    },
  },
  "explain gradient": {
    ...subject("gradient"),
    ...outputs("gradient"),
    "--label": idle("explain gradient amounts.keras film --label amount"),
    "--of": idle("explain gradient amounts.keras film --of probability"),
    "--at": always,
    "--layer": always,
    "--units": idle(
      "explain gradient m.keras film --json --units 1",
      "explain gradient m.keras film --units 99",
    ),
    "--no-study": always,
  },
  "explain attribute": {
    ...subject("attribute"),
    ...outputs("attribute"),
    "--label": idle("explain attribute amounts.keras film --label amount"),
    "--of": idle("explain attribute amounts.keras film --of loss"),
    "--layer": always,
    "--points": always,
  },
  "explain embedding": {
    "--tokenizer": idle("explain embedding amounts.keras --tokenizer v.txt"),
    "--vocabulary": idle("explain embedding m.keras --vocabulary 5"),
    "--labels": idle("explain embedding amounts.keras --labels a,b"),
    "--layer": always,
    "--neighbours": always,
    "--words": always,
    "--tsv": always,
    "--engine": always,
    "--threads": idle("explain embedding m.keras --engine reference --threads 2"),
    "--json": always,
    "--html": always,
    "--svg": always,
  },
  "explain units": {
    ...studied("units"),
    "--parts": always,
    "--pattern": always,
    "--contexts": always,
    "--sample": always,
    "--permutations": always,
    "--correct": always,
    "--out": always,
  },
  "explain find": {
    ...studied("find", " --sentence film --span 1"),
    "--sentence": always,
    "--span": always,
    "--threshold": always,
    "--alone": always,
    "--parts": always,
    "--matches": always,
  },
  "explain ablate": {
    ...studied("ablate"),
    "--label": idle("explain ablate m.keras texts --label 2"),
    "--skip-unlabelled": idle("explain ablate m.keras texts --skip-unlabelled"),
    "--label-map": idle("explain ablate amounts.keras d.csv --label-map l.csv"),
    "--unlabelled": idle("explain ablate m.keras d.csv --unlabelled"),
    "--seed": idle("explain ablate m.keras d.csv --seed 1"),
    "--part": always,
    "--units": always,
    "--together": idle("explain ablate m.keras d.csv --units 1 --together"),
    "--words": always,
    "--pattern": idle(
      "explain ablate m.keras d.csv --pattern a",
      "explain ablate m.keras d.csv --words digits --pattern a",
    ),
    "--value": always,
  },
  "explain probe": {
    ...probed,
    "--unlabelled": idle("explain probe m.keras d.csv --unlabelled"),
    "--words": always,
    "--pattern": idle("explain probe m.keras d.csv --pattern a"),
    "--parts": always,
    "--penalty": always,
    "--sample": always,
  },
  "explain doctor": {
    ...columns("explain doctor m.keras texts"),
    "--text": idle("explain doctor m.keras --text 1", "explain doctor m.keras texts --text 1"),
    "--merge-labels": idle("explain doctor m.keras --merge-labels"),
    "--test": idle("explain doctor m.keras --test d.csv", "explain doctor m.keras - --test -"),
    "--padding": idle("explain doctor s.py --padding post"),
    "--truncating": idle(
      "explain doctor s.py d.csv --truncating post",
      "explain doctor m.keras --truncating pre",
    ),
    "--length": idle("explain doctor s.py d.csv --length 5"),
    "--labels": idle("explain doctor s.py d.csv --labels a,b", "explain doctor m.keras --labels a,b"),
    "--tokenizer": idle("explain doctor m.keras --tokenizer v.txt"),
    "--vocabulary": idle("explain doctor m.keras d.csv --vocabulary 5"),
    "--define": idle("explain doctor m.keras --define x=1"),
    "--json": always,
    "--html": always,
    "--engine": always,
    "--threads": idle("explain doctor m.keras --engine reference --threads 2"),
  },
};

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-options-"));
  const rows = reviews(60);
  await writeFile(join(folder, "d.csv"), csv(rows));
  await writeFile(join(folder, "plain"), csv(rows));
  await symlink("m.keras", join(folder, "link.keras"));
  const embedded = "Embedding(40, 4, input_length=8), LSTM(2), Dense(1, activation='sigmoid')])";
  const head = "from keras.models import Sequential\nfrom keras.layers import *\n";
  await writeFile(join(folder, "s.py"), `${head}m = Sequential([${embedded}\n`);
  await writeFile(
    join(folder, "c.py"),
    `${head}words = len(index)\nm = Sequential([${embedded.replace("40", "words")}\n`,
  );
  for (const label of ["a", "b"]) {
    await mkdir(join(folder, "texts", label), { recursive: true });
    for (let i = 0; i < 4; i++)
      await writeFile(join(folder, "texts", label, `${i}.txt`), `${label} film ${i}`);
  }
  const train = async (file: string, labels: number) => {
    const model = sequential([
      layers.embedding({ inputDim: 40, outputDim: 4, inputLength: 8 }),
      layers.lstm({ units: 2 }),
      labels === 2
        ? layers.dense({ units: 1, activation: "sigmoid" })
        : layers.dense({ units: labels, activation: "softmax" }),
    ]);
    const named = rows.map(({ text }, i) => ({ text, label: `label ${i % labels}` }));
    const options = { model, vocabulary: 40, length: 8, epochs: 1, validationSplit: 0 };
    await (await TextClassifier.train(named, options)).save(join(folder, file));
  };
  const ending = (activation: "sigmoid" | "linear") => (units: number) =>
    sequential([
      layers.embedding({ inputDim: 40, outputDim: 4, inputLength: 8 }),
      layers.lstm({ units: 2 }),
      layers.dense({ units, activation }),
    ]);
  const briefly = { vocabulary: 40, length: 8, epochs: 1, validationSplit: 0 };
  const tags = rows.map(({ text }, i) => ({ text, labels: i % 2 === 0 ? ["a", "b"] : ["c"] }));
  const several = { ...briefly, model: ending("sigmoid")(3) };
  await (await MultiLabelClassifier.train(tags, several)).save(join(folder, "tags.keras"));
  const values = rows.map(({ text }, i) => ({ text, value: i }));
  const measured = { ...briefly, model: ending("linear")(1) };
  await (await TextRegressor.train(values, measured)).save(join(folder, "amounts.keras"));
  await train("m.keras", 2);
  await train("three.keras", 3);
});
after(() => rm(folder, { recursive: true }));

const words = (line: string) =>
  line.split(" ").map((word) => (word === "film" ? "the film was great" : word));
const run = (line: string) => cellstate(words(line), { cwd: folder });

/** Every command that takes options, by its name. */
async function commands(): Promise<Map<string, Command>> {
  const program = new Command("cellstate");
  for (const add of [trainCommand, evaluateCommand, predictCommand, summaryCommand, convertCommand])
    add(program);
  for (const add of [tuneCommand, labCommand, benchCommand]) add(program);
  await explainCommand(program, []);
  completionCommand(program, async () => program);
  const all = program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [[command.name(), command] as const]
      : command.commands.map((inner) => [`${command.name()} ${inner.name()}`, inner] as const),
  );
  return new Map(all);
}

test("the table has every option of every command", async () => {
  const found = [...(await commands())].map(([name, command]) => [
    name,
    command.options.map(({ long }) => long).sort(),
  ]);
  const expected = Object.entries(TABLE).map(([name, options]) => [name, Object.keys(options).sort()]);
  assert.deepEqual(Object.fromEntries(found), Object.fromEntries(expected));
});

describe("an option that would change nothing is an error that names it", () => {
  const here = process.cwd();
  before(() => process.chdir(folder));
  after(() => process.chdir(here));

  for (const [command, options] of Object.entries(TABLE)) {
    for (const [option, { idle: lines = [] }] of Object.entries(options)) {
      for (const line of lines) {
        // In this process: a hundred and more of them would each wait for Node to start.
        test(line, async () => {
          const { error, isUsers } = await parsed(words(line));
          assert.ok(isUsers, `${command}: ${error}`);
          // Some are the other half of a conflict, which may name itself.
          const named = [option, "--threshold", "explain", "doctor"].some((name) => error.includes(name));
          assert.ok(named, `${command}: ${error}`);
        });
      }
    }
  }
});

describe("where it does something it is taken", { concurrency: 2 }, () => {
  for (const options of Object.values(TABLE)) {
    for (const [option, { fine: line }] of Object.entries(options)) {
      if (!line) continue;
      test(line, async () => {
        const { code, stdout, stderr } = await run(line);
        assert.equal(code, 0, stderr);
        const bare = words(line);
        const at = bare.indexOf(option);
        const { stdout: without } = await cellstate(
          bare.filter(
            (_, i) =>
              i !== at &&
              (option === "--json" || option === "--receipt" || option === "--tex" || i !== at + 1),
          ),
          { cwd: folder },
        );
        assert.notEqual(stdout, without, `${option} changes nothing`);
      });
    }
  }
});

describe("given twice, or empty", { concurrency: 2 }, () => {
  test("every option that does not add up", async () => {
    for (const [name, command] of await commands()) {
      for (const option of command.options) {
        if (["--define", "--expect", "--text"].includes(option.long!)) continue;
        // A column a label, where a text may have several.
        if (option.long === "--label" && ["train", "evaluate"].includes(name)) continue;
        const value = option.required ? [valueFor(option.long!, option.argChoices)] : [];
        const args = [...name.split(" "), "x", option.long!, ...value, option.long!, ...value];
        const { error } = await parsed(args);
        assert.match(error, new RegExp(`^${option.long}: expected to be given once`), args.join(" "));
        if (!option.required) continue;
        const empty = await parsed([...name.split(" "), "x", option.long!, ""]);
        assert.match(
          empty.error,
          new RegExp(`^${option.long}: expected .* but received ""`),
          `${name} ${option.long}`,
        );
      }
    }
  });

  test("as a stranger would", async () => {
    const twice = await run("train d.csv --label text --label label");
    assert.equal(twice.code, 2);
    assert.match(
      twice.stderr,
      /^cellstate: --label: expected to be given once but received \["text", "label"\]\./,
    );
    const defined = await run("summary c.py --define words=9 --define words=10");
    assert.match(defined.stderr, /--define: expected one value for words but received "10"/);
  });
});

/** A value that the option's parser takes. */
function valueFor(option: string, choices?: string[]): string {
  if (choices) return choices[0]!;
  if (
    /label$|label-map|rejects|delimiter|text|file|out|html|svg|layer|tsv|tokenizer|test$|model|replay|checkpoint$|report|folder|card|track|keep-epochs/.test(
      option,
    )
  )
    return "1";
  if (option === "--labels") return "a,b";
  if (option === "--cells") return "rnn";
  if (option === "--of") return "loss";
  if (option === "--encoding") return "utf-8";
  if (option === "--budget") return "20s";
  if (option === "--max-size") return "2MB";
  if (option === "--optimizer") return "sgd";
  return option.includes("split") || ["--threshold", "--reject"].includes(option) ? "0.5" : "20";
}

/** What a command line comes to without a process: the error that its options raise. */
async function parsed(args: string[]): Promise<{ error: string; isUsers: boolean }> {
  const program = new Command("cellstate").exitOverride();
  const { addCommands } = await import("../../src/cli/context.js");
  const adders = {
    ...{ train: trainCommand, evaluate: evaluateCommand, predict: predictCommand, summary: summaryCommand },
    ...{ convert: convertCommand, lab: labCommand, bench: benchCommand, explain: explainCommand },
    tune: tuneCommand,
  };
  const table = Object.fromEntries(Object.entries(adders).map(([name, add]) => [name, async () => add]));
  await addCommands(program, table, args[0], args.slice(1));
  program.configureOutput({ writeErr: () => {} });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    const { typed, message } = error as InputError;
    return { error: typed ?? message, isUsers: error instanceof InputError };
  }
  return { error: "", isUsers: false };
}

test("numbers that are none are shown as they were typed", async () => {
  for (const [line, says] of [
    ["train d.csv --epochs abc", '--epochs: expected a whole number of at least 1 but received "abc".'],
    ["train d.csv --epochs 0.5", '--epochs: expected a whole number of at least 1 but received "0.5".'],
    ["train d.csv --test-split x", '--test-split: expected a number from 0 to 0.9 but received "x".'],
    ["train d.csv --learning-rate -1", '--learning-rate: expected a number above 0 but received "-1".'],
    ["predict m.keras --threshold 1.5 x", '--threshold: expected a number from 0 to 1 but received "1.5".'],
    ["lab latch --lags 3,x", '--lags: expected a whole number of at least 1 but received "x".'],
    ["explain cell lstm --ids 1,,2", '--ids: expected a whole number of at least 0 but received "".'],
  ] as const) {
    const { code, stderr } = await run(line);
    assert.equal(stderr, `cellstate: ${says}\n`);
    assert.equal(code, 2);
  }
});

test("an empty name is refused as one; an empty text is a text", async () => {
  for (const [args, says] of [
    [["predict", "", "film"], "MODEL"],
    [["train", ""], "DATA"],
    [["evaluate", "m.keras", ""], "DATA"],
    [["convert", "m.keras", ""], "OUT"],
    [["summary", ""], "MODEL"],
    [["explain", "params", ""], "MODEL"],
    [["explain", "doctor", "m.keras", ""], "DATA"],
    [["lab", ""], "TASK"],
  ] as const) {
    const { code, stderr } = await cellstate(args, { cwd: folder });
    assert.equal(stderr, `cellstate: ${says}: expected a name but received "".\n`);
    assert.equal(code, 2);
  }
  assert.equal((await cellstate(["predict", "m.keras", ""], { cwd: folder })).code, 0);
});

test("a label that the classifier lacks is said with its file and row; a script where weights are needed as one", async () => {
  const many = Array.from({ length: 40 }, (_, i) => ({ text: `film ${i % 9}`, label: `l${i % 20}` }));
  const classifier = await TextClassifier.train(many, {
    model: "lstm",
    epochs: 1,
    length: 4,
    validationSplit: 0,
  });
  await classifier.save(join(folder, "many.keras"));
  await writeFile(join(folder, "other.csv"), "text,label\nfilm 1,other\nfilm 2,another\n");
  for (const [line, says] of [
    [
      "evaluate many.keras other.csv",
      /^cellstate: other\.csv: row 2: expected a label among l0, l1, l10, l11, l12, l13, l14, l15, l16, l17, … 20 in all but received "other"\. --label-map FILE says which of them it is, or leaves it out \(null\)\.$/m,
    ],
    ["predict s.py film", /received "a Python script"\. It holds no weights: train and summary read it/],
  ] as const) {
    const { code, stderr } = await run(line);
    assert.match(stderr, says);
    assert.equal(code, 2);
  }
});

test("a file's name among the texts of predict is not labelled; its lines are", async () => {
  const { code, stdout, stderr } = await run("predict m.keras d.csv");
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /^cellstate: predict: expected texts.*cellstate predict m\.keras < d\.csv/);
  const lines = await cellstate(["predict", "m.keras"], {
    cwd: folder,
    input: "the film was great\nd.csv\n",
  });
  assert.equal(lines.stdout.trim().split("\n").length, 2);
});

test("so are names among the words of explain, and paths of folders", async () => {
  for (const [line, says] of [
    ["predict m.keras d.csv", /expected texts, not a file's name but received "d\.csv"/],
    ["predict m.keras film ./texts", /not a folder's name.*cellstate evaluate m\.keras \.\/texts/],
    ["explain attribute m.keras d.csv", /^cellstate: explain: expected texts, not a file's name/],
    ["explain cell m.keras the film d.csv", /not a file's name but received "d\.csv"/],
    ["explain unroll m.keras plain", /not a file's name/],
  ] as const) {
    const { code, stderr } = await run(line);
    assert.match(stderr, says);
    assert.equal(code, 2, line);
  }
});

test("a text that is no file's name is a text: a folder's, a word of several, one too long for a path", async () => {
  const long = "a".repeat(5000);
  for (const args of [
    ["predict", "m.keras", "texts"],
    ["predict", "m.keras", long],
    ["explain", "attribute", "m.keras", "the", "plain", "film"],
    ["explain", "attribute", "m.keras", `film ${long}`],
  ]) {
    const { code, stderr } = await cellstate(args, { cwd: folder });
    assert.equal(code, 0, stderr);
  }
  const { code, stderr } = await cellstate(["evaluate", "m.keras", long], { cwd: folder });
  assert.equal(code, 2);
  assert.match(stderr, /^cellstate: a+…a+: expected a shorter name but received "ENAMETOOLONG"/);
  assert.ok(!stderr.includes("    at "), stderr);
});

describe("what is written does not take the place of what is read", { concurrency: 2 }, () => {
  for (const [line, says] of [
    ["convert m.keras ./m.keras", "OUT ./m.keras: that would overwrite m.keras"],
    ["convert link.keras m.keras", "OUT m.keras: that would overwrite link.keras"],
    ["train d.csv --model m.keras --out link.keras", "--out link.keras: that would overwrite m.keras"],
    ["train d.csv --model s.py --report s.py", "--report s.py: that would overwrite s.py"],
    ["train d.csv --card d.csv", "--card d.csv: that would overwrite d.csv"],
    ["train d.csv --report p --card ./p", "--card ./p: that would overwrite p"],
    ["tune d.csv --model lstm,s.py --report s.py", "--report s.py: that would overwrite s.py"],
    ["train d.csv --test plain --report plain", "--report plain: that would overwrite plain"],
    ["explain attribute m.keras film --html m.keras", "--html m.keras: that would overwrite m.keras"],
    ["explain params m.keras --html p --svg ./p", "--svg ./p: that would overwrite p"],
    ["explain doctor m.keras d.csv --html d.csv", "--html d.csv: that would overwrite d.csv"],
    ["explain doctor m.keras d.csv --test plain --html plain", "--html plain: that would overwrite plain"],
    ["lab latch --cells rnn --lag 3 --seeds 1 --html p --svg p", "--svg p: that would overwrite p"],
  ] as const) {
    test(line, async () => {
      const before = await readFile(join(folder, line.includes("d.csv --html") ? "d.csv" : "m.keras"));
      const { code, stdout, stderr } = await run(line);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.ok(stderr.includes(`cellstate: ${says}. Choose another name`), stderr);
      const after = await readFile(join(folder, line.includes("d.csv --html") ? "d.csv" : "m.keras"));
      assert.deepEqual(after, before);
    });
  }
});

test("another side than the classifier's that training goes on from is refused", async () => {
  const line = "train d.csv --model m.keras --epochs 1 --out side.keras --padding";
  assert.equal((await run(`${line} pre`)).code, 0);
  const { code, stderr } = await run(`${line} post`);
  assert.equal(code, 2);
  assert.match(stderr, /padding: expected "pre", as the vocabulary was made with but received "post"/);
});
