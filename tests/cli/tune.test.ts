/** `cellstate tune`: its winner is what the command that it prints trains; a search in a folder goes on. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Trial } from "../../src/classifier/tuning/trial.js";
import { csv, reviews } from "./data.js";
import { cellstate } from "./run.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-tune-"));
  await writeFile(join(folder, "d.csv"), csv(reviews(90)));
  await writeFile(join(folder, "other.csv"), csv(reviews(80)));
});
after(() => rm(folder, { recursive: true }));

const run = (line: string) => cellstate(line.split(" "), { cwd: folder });

const SEARCH =
  "--trials 9 --epochs 9 --model rnn,gru --vocabulary 60 --length 12..14 --seed 5 --balance --engine reference";

interface Found {
  best: Trial;
  command: string;
  model: string | null;
  ended: string | null;
  trials: Trial[];
}

const found = (stdout: string) => JSON.parse(stdout.trim().split("\n").at(-1)!) as Found;

describe("a search in a folder", () => {
  let first: Found;

  test("its winner is what the printed command trains, byte for byte", async () => {
    const { code, stdout, stderr } = await run(`tune d.csv ${SEARCH} --folder s --out best.keras --json`);
    assert.equal(code, 0, stderr);
    first = found(stdout);
    assert.equal(first.ended, null);
    assert.equal(first.trials.length, 9);
    assert.equal(first.model, "best.keras");
    assert.match(
      first.command,
      /^cellstate train d\.csv --seed 5 --balance --engine reference --batch-size /,
    );
    assert.match(stderr, /rung 3\/3 {2}trial \d/);
    const trained = await run(`${first.command.replace("cellstate ", "")} --out straight.keras`);
    assert.equal(trained.code, 0, trained.stderr);
    assert.deepEqual(
      await readFile(join(folder, "best.keras")),
      await readFile(join(folder, "straight.keras")),
    );
  });

  test("a second run replays what is on record, whatever its budget", async () => {
    const { code, stdout, stderr } = await run(`tune d.csv ${SEARCH} --folder s --budget 1h`);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Validation loss of 9 trials/);
    assert.ok(stdout.includes(`To train and measure the best:\n  ${first.command}\n`));
  });

  test("a page has every trial, and the table tells of the best", async () => {
    const { code, stdout, stderr } = await run(`tune d.csv ${SEARCH} --folder s --report page.html`);
    assert.equal(code, 0, stderr);
    const { number, valLoss } = first.best;
    assert.match(stdout, new RegExp(`The best is trial ${number}: ${valLoss!.toFixed(4)} after epoch`));
    assert.match(stdout, /^Report in page\.html$/m);
    const page = await readFile(join(folder, "page.html"), "utf8");
    assert.ok(page.includes(first.command));
    const rows = first.trials.map((trial) => new RegExp(`<th scope="row">${trial.number}</th>`));
    for (const row of rows) assert.match(page, row);
    const nowhere = await run(`tune d.csv ${SEARCH} --folder s --report none/page.html`);
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.stderr, /there is no folder/);
  });

  test("goes on where a search was cut short", async () => {
    const file = join(folder, "s", "search.json");
    const search = JSON.parse(await readFile(file, "utf8")) as { trials: Record<string, unknown> };
    for (const number of ["4", "9"]) delete search.trials[number];
    await writeFile(file, JSON.stringify(search));
    await rm(join(folder, "s", "trial-009.cellstate"));
    const { code, stdout, stderr } = await run(`tune d.csv ${SEARCH} --folder s --json`);
    assert.equal(code, 0, stderr);
    assert.deepEqual(found(stdout).best, first.best);
  });

  test("another search's folder, and a damaged one, are refused", async () => {
    const refused = async (line: string, pattern: RegExp) => {
      const { code, stderr } = await run(line);
      assert.equal(code, 2, stderr);
      assert.match(stderr, pattern);
    };
    const another = /search\.json: expected a search of the same data, space, seed and options/;
    await refused(`tune other.csv ${SEARCH} --folder s`, another);
    await refused(`tune d.csv ${SEARCH.replace("--seed 5", "--seed 6")} --folder s`, another);
    const file = join(folder, "s", "search.json");
    await copyFile(file, join(folder, "kept.json"));
    await writeFile(file, (await readFile(file, "utf8")).replace('"history":[', '"history":["x",'));
    await refused(`tune d.csv ${SEARCH} --folder s`, /a trial 1 that cannot be read.*It is damaged/);
    await writeFile(file, "{");
    await refused(`tune d.csv ${SEARCH} --folder s`, /search\.json/);
    await copyFile(join(folder, "kept.json"), file);
  });
});

describe("lists of presets, files and scripts", { concurrency: 2 }, () => {
  const SIZES = "--epochs 3 --seed 5 --engine reference --batch-size 16 --learning-rate 0.01";
  const script = (test: number) => `import keras
from keras import layers
from sklearn.model_selection import train_test_split
model = keras.Sequential([layers.Input((12,)), layers.Embedding(60, 8), layers.GRU(8), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=${test})
model.fit(x_train, y_train, epochs=3, batch_size=8, validation_split=0.1)
`;
  const VECTORS = ["lovely", "great", "awful", "dull"]
    .map((word, k) => `${word} ${k < 2 ? "1 1" : "-1 -1"} 0 0.5`)
    .join("\n");
  before(async () => {
    await writeFile(join(folder, "s.py"), script(0.2));
    await writeFile(join(folder, "t.py"), script(0.3));
    await writeFile(join(folder, "v.txt"), `${VECTORS}\n`);
    const made = await run(`train d.csv --model rnn --vocabulary 40 --length 12 ${SIZES} --out m.keras`);
    assert.equal(made.code, 0, made.stderr);
  });

  /** The winner of a search and what its command trains. */
  async function same(flags: string, name: string): Promise<{ result: Found; stderr: string }> {
    const { code, stdout, stderr } = await run(`tune d.csv ${flags} --out ${name}-best.keras --json`);
    assert.equal(code, 0, stderr);
    const result = found(stdout);
    const trained = await run(`${result.command.replace("cellstate ", "")} --out ${name}-straight.keras`);
    assert.equal(trained.code, 0, trained.stderr);
    const [best, straight] = ["best", "straight"].map((which) => join(folder, `${name}-${which}.keras`));
    assert.deepEqual(await readFile(best!), await readFile(straight!));
    return { result, stderr };
  }

  test("what a model file brings is left out of its trials and of its command", async () => {
    // Gone on from, it begins where the other ends.
    const { result } = await same(
      `--model m.keras,rnn --vocabulary 30,50 --length 12,14 --front-end tokenizer ${SIZES}`,
      "file",
    );
    assert.equal(result.best.settings["model"], "m.keras");
    assert.match(result.command, /^cellstate train d\.csv --seed 5 --engine reference /);
    assert.doesNotMatch(result.command, /--vocabulary|--length|--front-end/);
    const own = result.trials.filter(({ settings }) => settings["model"] === "m.keras");
    assert.deepEqual(Object.keys(own[0]!.settings).sort(), ["batchSize", "learningRate", "model"]);
    // Four of the other, one of it: what it leaves without effect makes no trial of its own.
    assert.equal(own.length, 1);
    assert.equal(result.trials.length, 5);
  });

  test("options of a script and of presets go to these alone, and a script is told of once", async () => {
    const { result, stderr } = await same(
      `--model s.py,rnn --vectors v.txt --freeze-vectors --define test_size=0.2 ${SIZES.replace("16", "8,16")}`,
      "script",
    );
    assert.equal(result.trials.length, 4);
    const lines = stderr.split("\n").filter((line) => line.startsWith("s.py: "));
    assert.ok(lines.length > 3);
    assert.equal(new Set(lines).size, lines.length);
    assert.match(stderr, /s\.py: left aside: line 7: .*train uses --batch-size 8,16$/m);
    const winner = result.best.settings["model"];
    assert.equal(/--vectors v\.txt --freeze-vectors/.test(result.command), winner === "rnn");
    assert.equal(/--define test_size=0\.2/.test(result.command), winner === "s.py");
  });

  test("vectors are read for every trial and rung", async () => {
    const { result } = await same(
      `--model rnn,gru --vocabulary 20,50 --length 12 --vectors v.txt ${SIZES.replace("3", "9")}`,
      "vectors",
    );
    assert.match(result.command, / --vectors v\.txt /);
    assert.equal(result.trials.length, 4);
  });

  test("a file called as the data is no output", async () => {
    await copyFile(join(folder, "m.keras"), join(folder, "d.keras"));
    const { code, stderr } = await run(`tune d.csv --model d.keras ${SIZES}`);
    assert.equal(code, 0, stderr);
    const refused = await run(`tune d.csv --model d.keras ${SIZES} --out d.keras`);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /--out d\.keras: that would overwrite d\.keras/);
  });

  test("trials that would not be judged by the same rows are refused", async () => {
    const refused = async (flags: string, pattern: RegExp) => {
      const { code, stderr } = await run(`tune d.csv ${flags} ${SIZES}`);
      assert.equal(code, 2, stderr);
      assert.match(stderr, pattern);
    };
    await refused("--model s.py,t.py", /--test-split of t\.py: expected 0\.2, as of s\.py.* received 0\.3/);
    await refused("--model rnn,t.py", /--test-split of t\.py: expected 0\.2, as of rnn.* received 0\.3/);
    const both = await run(`tune d.csv --model s.py,t.py --test-split 0.2 ${SIZES}`);
    assert.equal(both.code, 0, both.stderr);
    await refused(
      "--model rnn,m.keras --front-end textVectorization",
      /m\.keras: expected texts taken apart as/,
    );
    await refused("--model rnn,m.keras --padding post", /^cellstate: text padding: .*\(m\.keras\)$/m);
    await refused(
      "--model rnn,s.py --vocabulary 50,90",
      /^cellstate: --vocabulary: .*which is all that s\.py.*/m,
    );
    // Labels that it knows besides have the first numbers, by which rows are dealt.
    await writeFile(join(folder, "x.csv"), csv(reviews(90)).replaceAll(",neg\n", ",xyz\n"));
    const more = await run(`train x.csv --model rnn --length 12 ${SIZES} --out x.keras`);
    assert.equal(more.code, 0, more.stderr);
    await refused("--model rnn,x.keras", /x\.keras: expected the labels \["neg","pos"\], as of rnn/);
    await refused("--model m.keras --vocabulary 30", /--vocabulary: expected to be left out with m\.keras/);
    await refused("--model m.keras --length 12,14", /--length: expected to be left out with m\.keras/);
  });
});

describe("what a search goes on from", { concurrency: 2 }, () => {
  const SIZES = "--trials 2 --epochs 1 --vocabulary 30 --length 12 --batch-size 16 --engine reference";
  const ANOTHER = /search\.json: expected a search of the same data, space, seed and options/;
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const goesOn = async (line: string, change: () => Promise<unknown>) => {
    for (const again of [false, true]) {
      const { code, stderr } = await run(`tune ${line}`);
      assert.equal(code, 0, `${again}: ${stderr}`);
    }
    await change();
    const { code, stderr } = await run(`tune ${line}`);
    assert.equal(code, 2, stderr);
    assert.match(stderr, ANOTHER);
  };

  test("the contents of --test count", async () => {
    await write("tested.csv", csv(reviews(20)));
    await goesOn(`d.csv --model rnn --test tested.csv ${SIZES} --folder with-test`, () =>
      write("tested.csv", csv(reviews(21))),
    );
  });

  test("the contents of model files count", async () => {
    const train = (seed: number) =>
      run(
        `train d.csv --model rnn --length 12 --epochs 1 --engine reference --seed ${seed} --out again.keras`,
      );
    await train(1);
    const sizes = SIZES.replace("--vocabulary 30 --length 12 ", "");
    await goesOn(`d.csv --model again.keras ${sizes} --folder with-model`, () => train(2));
  });

  test("the contents of vectors count", async () => {
    await write("w.txt", "lovely 1 1\nawful -1 -1\n");
    await goesOn(`d.csv --model rnn --vectors w.txt ${SIZES} --folder with-vectors`, () =>
      write("w.txt", "lovely 1 1\nawful -1 -2\n"),
    );
  });

  test("what a script says counts", async () => {
    const script = (patience: number) => `import keras
from keras import layers
model = keras.Sequential([layers.Input((12,)), layers.Embedding(30, 8), layers.GRU(8), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=1, callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=${patience})])
`;
    await write("u.py", script(2));
    const sizes = SIZES.replace("--vocabulary 30 --length 12 ", "");
    await goesOn(`d.csv --model u.py ${sizes} --folder with-script`, () => write("u.py", script(4)));
  });
});

describe("trials that diverge", () => {
  const WILD =
    "--model rnn --vocabulary 30 --length 12 --optimizer sgd --batch-size 16 --epochs 3 --engine reference";

  test("are last, are said, and never win", async () => {
    const line = `tune d.csv ${WILD} --learning-rate 1e38,0.1,0.05`;
    const { code, stdout, stderr } = await run(line);
    assert.equal(code, 0, stderr);
    const rows = stdout.split("\n").filter((row) => /1e\+38|0\.1 |0\.05 /.test(row));
    assert.match(rows[2]!, /1e\+38 .*diverged$/);
    assert.match(stdout, /1 trial diverged and is out; trial \d: the (loss|weights) became/);
    assert.doesNotMatch(stdout, /--learning-rate 1e\+38/);
  });

  test("where all do, there is no best", async () => {
    const { code, stdout, stderr } = await run(`tune d.csv ${WILD} --learning-rate 1e38,2e38`);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /2 trials diverged and are out/);
    assert.match(stderr, /no trial could be measured/);
  });
});

test("what cannot be tuned, or would change nothing, is refused", async () => {
  const refused = async (flags: string, pattern: RegExp) => {
    const { code, stderr } = await run(`tune d.csv ${flags}`);
    assert.equal(code, 2, stderr);
    assert.match(stderr, pattern);
  };
  await refused("--model lstm,auto", /--model: expected a network to tune but received "auto"/);
  await refused("--learning-rate 1e-2..1e-3", /--learning-rate: expected a range/);
  await refused("--batch-size 16,x", /--batch-size: expected a whole number/);
  await refused("--optimizer adam,adm", /--optimizer: expected one of/);
  await refused("--budget 10", /--budget: expected a time above 0, as 90s/);
  await refused("--model lstm,gru --define x=1", /--define: expected to be left out/);
  await refused("--validation-split 0", /--validation-split: expected a share above 0/);
  await refused("--freeze-vectors", /--freeze-vectors: expected to be left out without --vectors/);
});
