/** Output that cannot be written: one line, an exit code, never a stack trace. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { csv, reviews, SMALL } from "./data.js";
import { MAIN } from "./run.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-streams-"));
  await writeFile(join(folder, "data.csv"), csv(reviews(60)));
});
after(() => rm(folder, { recursive: true }));

/** A line of shell, in which `cellstate` is the command line. */
function shell(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const script = `cellstate() { '${process.execPath}' '${MAIN}' "$@"; }; ${line}`;
  return new Promise((resolve) => {
    execFile("/bin/sh", ["-c", script], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: (error?.code as number | undefined) ?? 0, stdout, stderr });
    });
  });
}

const skip = !existsSync("/dev/full") && "there is no /dev/full";
const train = `cellstate train data.csv --model lstm ${SMALL.join(" ")}`;

describe("output that cannot be written", { skip }, () => {
  for (const command of [
    "summary lstm",
    "summary lstm --json",
    "--help",
    "train --help",
    "--version",
    "lab",
  ]) {
    test(`cellstate ${command} > /dev/full`, async () => {
      const { code, stderr } = await shell(`cellstate ${command} > /dev/full`);
      assert.equal(stderr, "cellstate: standard output: no space left on device\n");
      assert.equal(code, 1);
    });
  }

  test("standard output that is open for reading only", async () => {
    const { code, stderr } = await shell("cellstate summary lstm 1< /dev/null");
    assert.equal(stderr, "cellstate: standard output: bad file descriptor\n");
    assert.equal(code, 1);
  });

  test("a closed standard output or error is no reason for a stack trace", async () => {
    for (const closed of [">&-", "2>&-"]) {
      const { code, stderr } = await shell(`cellstate summary lstm ${closed}`);
      assert.equal(stderr, "");
      assert.equal(code, 0);
    }
  });

  test("a reader that has seen enough is no failure", async () => {
    const { code, stdout, stderr } = await shell("cellstate explain params lstm --json | head -c 9");
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '{"total":', stderr: "" });
  });

  test("notes that cannot be written cost the exit code, not the work", async () => {
    const { code, stdout } = await shell(`${train} --out quiet.keras 2> /dev/full`);
    assert.match(stdout, /Saved quiet\.keras/);
    assert.equal(code, 1);
    assert.ok(existsSync(join(folder, "quiet.keras")));
  });

  test("a complaint that cannot be written keeps its exit code", async () => {
    assert.equal((await shell("cellstate summary nothing 2> /dev/full")).code, 2);
    assert.equal((await shell("cellstate summary --nothing 2> /dev/full")).code, 2);
  });

  test("devices in place of files are refused", async () => {
    const lines = [
      `${train} --report /dev/full`,
      `${train} --card /dev/full`,
      "cellstate explain params lstm --html /dev/full",
      "cellstate explain params lstm --svg /dev/full",
    ];
    for (const line of lines) {
      const { code, stderr } = await shell(line);
      assert.match(stderr, /^cellstate: \/dev\/full: expected a file[^\n]*\n$/);
      assert.equal(code, 2);
    }
  });

  test("errors of the machine are said in one line; CELLSTATE_DEBUG shows where they came from", async () => {
    const line = "ulimit -f 1; cellstate convert quiet.keras big.keras";
    const { code, stderr } = await shell(line);
    assert.match(stderr, /^cellstate: [^\n]+\n$/);
    assert.equal(code, 1);
    const { stderr: traced } = await shell(`export CELLSTATE_DEBUG=1; ${line}`);
    assert.match(traced, /\n\s+at /);
  });
});
