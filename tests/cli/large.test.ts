/** Data that memory should not hold: trained from a file, within a bound, to the same bits; and nothing is left behind. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { writeShortRows } from "../../bench/short-rows.js";
import { cellstate, type Outcome, type RunOptions } from "./run.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-large-"));
const scratch = join(folder, "scratch");
mkdirSync(scratch);

const small = join(folder, "small.csv");
const large = join(folder, "large.csv");
writeShortRows(small, { bytes: 1e6, words: 20_000 });
const rows = writeShortRows(large, { bytes: 20e6 });

const PEAK = pathToFileURL(join(import.meta.dirname, "peak-memory.js")).href;

/** A short training on one thread: the same engine and bits everywhere. */
const train = (data: string, ...more: string[]) => [
  ...["train", data, "--model", "lstm", "--length", "6", "--batch-size", "512", "--json"],
  ...["--engine", "wasm", "--threads", "1", ...(more.includes("--epochs") ? [] : ["--epochs", "1"]), ...more],
];

async function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome & { peak: number }> {
  const env = { NODE_OPTIONS: `--import=${PEAK}` };
  const outcome = await cellstate(args, { cwd: folder, env, ...options });
  return { ...outcome, peak: Number(/^peak (\d+)$/m.exec(outcome.stderr)?.[1]) };
}

describe("20 MB of short rows", () => {
  let [inFile, inMemory] = [0, 0];

  test("from a file take less than 230 MB of memory", async () => {
    const { code, stderr, stdout, peak } = await run(train(large, "--scratch", scratch, "--out", "a.keras"));
    assert.equal(code, 0, stderr);
    inFile = peak;
    assert.ok(peak < 230e6, `${peak}`);
    assert.match(stderr, /rows are kept in a file in .*scratch/);
    const { test: measured } = JSON.parse(stdout.trim().split("\n").at(-1)!);
    assert.equal(measured.rows, Math.round(rows / 5));
    assert.ok(measured.accuracy > 0.7);
    assert.deepEqual(readdirSync(scratch), []);
  });

  test("of which memory would take more", async () => {
    const { code, stderr, peak } = await run(train(large, "--in-memory", "--out", "b.keras"));
    assert.equal(code, 0, stderr);
    inMemory = peak;
    assert.ok(!/kept in a file/.test(stderr));
    assert.ok(inMemory > inFile + 20e6, `${inMemory} in memory, ${inFile} in a file`);
  });

  test("and come to the same file", () => {
    assert.deepEqual(readFileSync(join(folder, "a.keras")), readFileSync(join(folder, "b.keras")));
  });

  test("a third of it takes hardly less: memory does not grow with the rows", async () => {
    const third = join(folder, "third.csv");
    writeShortRows(third, { bytes: 7e6 });
    const { code, stderr, peak } = await run(train(third, "--scratch", scratch, "--out", "c.keras"));
    assert.equal(code, 0, stderr);
    assert.ok(inFile - peak < 60e6, `${peak} of 7 MB, ${inFile} of 20 MB`);
  });
});

describe("what a run leaves", () => {
  test("interrupted, nothing in the scratch folder and the weights so far", async () => {
    const { code, stderr } = await run(
      train(small, "--scratch", scratch, "--epochs", "500", "--out", "i.keras"),
      {
        onStart: (child) => {
          const look = (data: Buffer) => {
            if (/1\/500/.test(String(data))) child.kill("SIGINT");
          };
          child.stderr!.on("data", look);
        },
      },
    );
    assert.equal(code, 130, stderr);
    assert.deepEqual(readdirSync(scratch), []);
    assert.ok(readdirSync(folder).includes("i.keras"));
  });

  test("killed outright, nothing either", {
    skip: process.platform === "win32" && "no such signal",
  }, async () => {
    const { signal } = await run(train(small, "--scratch", scratch, "--epochs", "500", "--out", "k.keras"), {
      onStart: (child) => {
        child.stderr!.on("data", (data) => {
          if (/1\/500/.test(String(data))) child.kill("SIGKILL");
        });
      },
    });
    assert.equal(signal, "SIGKILL");
    assert.deepEqual(readdirSync(scratch), []);
  });
});

test("standard input is read once, and comes to the same file", async () => {
  const named = await run(train(small, "--out", "named.keras"));
  assert.equal(named.code, 0, named.stderr);
  const input = readFileSync(small);
  const piped = await run(train("-", "--scratch", scratch, "--out", "piped.keras"), { input });
  assert.equal(piped.code, 0, piped.stderr);
  assert.match(piped.stderr, /kept in a file/);
  assert.deepEqual(readFileSync(join(folder, "piped.keras")), readFileSync(join(folder, "named.keras")));
});

test("a run with checkpoints goes on from one, and measures on another file", async () => {
  const kept = [
    "--scratch",
    scratch,
    "--test",
    large,
    "--checkpoint",
    "points",
    "--checkpoint-every",
    "0.01",
  ];
  const whole = await run(
    train(small, "--scratch", scratch, "--test", large, "--epochs", "3", "--out", "whole.keras"),
  );
  assert.equal(whole.code, 0, whole.stderr);
  const first = await run(train(small, ...kept, "--epochs", "3", "--out", "part.keras"), {
    onStart: (child) => {
      child.stderr!.on("data", (data) => {
        if (/1\/3/.test(String(data))) child.kill("SIGINT");
      });
    },
  });
  assert.ok(first.code === 130 || first.code === 0, first.stderr);
  const second = await run(train(small, ...kept, "--epochs", "3", "--resume", "--out", "part.keras"));
  assert.equal(second.code, 0, second.stderr);
  assert.deepEqual(readFileSync(join(folder, "part.keras")), readFileSync(join(folder, "whole.keras")));
});

test("a scratch folder that is not there is told of before anything is read", async () => {
  const { code, stderr } = await run(train(small, "--scratch", "nowhere"));
  assert.equal(code, 2);
  assert.match(stderr, /nowhere/);
  assert.ok(!/text column/.test(stderr));
});
