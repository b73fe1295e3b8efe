/** Commands and options that are typed otherwise than they are called: the right one is said. And the version, by any name. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { cellstate } from "./run.js";

describe("what was typed, and what is said", { concurrency: 2 }, () => {
  for (const [line, what, meant] of [
    ["trian d.csv", "command 'trian'", "train"],
    ["explain parms lstm", "command 'parms'", "params"],
    ["completoin bash", "command 'completoin'", "completion"],
    ["train d.csv --epcohs 3", "option '--epcohs'", "--epochs"],
    ["explain params lstm --lenght 3", "option '--lenght'", "--length"],
    ["lab latch --sed 1", "option '--sed'", "--seed"],
    ["train d.csv --batch_size 3", "option '--batch_size'", "--batch-size"],
    ["train d.csv --lr 0.1", "option '--lr'", "--learning-rate"],
    ["train d.csv --num_words 100", "option '--num_words'", "--vocabulary"],
    ["train d.csv --maxlen 100", "option '--maxlen'", "--length"],
    ["train d.csv --test-size 0.3", "option '--test-size'", "--test-split"],
    ["tune d.csv --n_jobs 3", "option '--n_jobs'", "--threads"],
    ["predict m.keras --device cpu", "option '--device'", "--engine"],
    ["explain cell lstm --random-state 1", "option '--random-state'", "--seed"],
  ] as const) {
    test(line, async () => {
      const { code, stdout, stderr } = await cellstate(line.split(" "));
      const [said, suggestion, help, ...more] = stderr.split("\n");
      assert.equal(said, `cellstate: unknown ${what}`);
      assert.equal(suggestion, `(Did you mean ${meant}?)`);
      assert.match(help!, /^\(cellstate( \w+)* --help lists its (commands|options)\)$/);
      assert.deepEqual(more, [""]);
      assert.equal(stdout, "");
      assert.equal(code, 2);
    });
  }
});

test("the version, by each of its names", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  for (const flag of ["-v", "-V", "--version"]) {
    assert.deepEqual(await cellstate([flag]), { code: 0, signal: null, stdout: `${version}\n`, stderr: "" });
  }
});
