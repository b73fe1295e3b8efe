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
