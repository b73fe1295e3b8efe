/** `mpirun -n N cellstate train`: the files of one process, and what is said, once. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { csv, reviews, small } from "../cli/data.js";
import { cellstate } from "../cli/run.js";
import { type Launcher, MPICH, OPEN_MPI, together } from "./mpirun.js";

let folder = "";
let alone: Uint8Array;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-mpi-"));
  await writeFile(join(folder, "data.csv"), csv(reviews(300)));
  await writeFile(join(folder, "data-0.csv"), csv(reviews(300)));
  await writeFile(join(folder, "data-1.csv"), csv(reviews(299)));
  const { code, stderr } = await cellstate(train("alone.keras"), { cwd: folder });
  assert.equal(code, 0, stderr);
  alone = await readFile(join(folder, "alone.keras"));
});
after(() => rm(folder, { recursive: true }));

const train = (out: string, ...flags: string[]) => [
  "train",
  "data.csv",
  ...small("--batch-size", "64", "--engine", "auto", "--threads", "1", "--out", out, ...flags),
];

const times = (text: string, part: string | RegExp) => text.split(part).length - 1;

/** What the launcher has a part in: bits, exit codes, ends. */
function tests(launcher: Launcher): void {
  const run = (processes: number, args: readonly string[]) =>
    together(launcher, processes, args, { cwd: folder });

  for (const processes of [1, 2, 3, 4]) {
    test(`${processes} ${processes === 1 ? "process saves" : "processes save"} what one saves without mpirun`, async () => {
      const out = `${launcher.name}-${processes}.keras`;
      const { code, stdout, stderr } = await run(processes, train(out, "--json"));
      assert.equal(code, 0, stderr);
      assert.ok((await readFile(join(folder, out))).equals(alone), "the same bytes");
      const summaries = stdout.trim().split("\n");
      assert.equal(summaries.length, 1, "one process speaks");
      const summary = JSON.parse(summaries[0]!) as { processes?: number; model: string };
      assert.equal(summary.processes, processes === 1 ? undefined : processes);
      assert.equal(summary.model, out);
      assert.equal(times(stderr, /^ +epoch +loss/m), 1, "one table of epochs");
      assert.equal(times(stderr, /^ +3\/3 /m), 1);
      if (processes > 1)
        assert.match(stderr, new RegExp(`^  ${processes} processes \\(${launcher.name} v?\\d`, "m"));
    });
  }

  test("a file that is missing is said once, and the exit code is 2", async () => {
    const { code, stdout, stderr } = await run(2, ["train", "none.csv", "--model", "lstm"]);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.equal(times(stderr, /none\.csv: there is no such file/), 1, stderr);
    assert.doesNotMatch(stderr, /process 1 of 2/);
  });

  test("rows that differ between processes are refused in words, before anything is learned", async () => {
    const args = train("other.keras").map((word) => (word === "data.csv" ? "data-{rank}.csv" : word));
    const { code, stderr } = await run(2, args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /the same data, model, seed and settings in every process/);
    assert.equal(times(stderr, /^cellstate: /m), 1, stderr);
    assert.ok(!existsSync(join(folder, "other.keras")));
  });

  test("what only another process cannot do ends all, and is said by that one", async () => {
    const args = train("lacking.keras").map((word) => (word === "data.csv" ? "data-{rank}.csv" : word));
    await rm(join(folder, "data-2.csv"), { force: true });
    const { code, stderr } = await run(3, args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /process 2 of 3, on .*: cellstate: data-2\.csv: there is no such file/);
    assert.ok(!existsSync(join(folder, "lacking.keras")));
  });

  test("after a loss that is no number, the first has time to save what was good", async () => {
    const out = `nan-${launcher.name}`;
    const flags = ["--optimizer", "sgd", "--learning-rate", "1e38"];
    const { code, stderr } = await run(2, train(`${out}.keras`, ...flags));
    assert.equal(code, 2, stderr);
    assert.match(stderr, /the loss became (NaN|-?Infinity) at step \d+/);
    assert.match(stderr, /The last good weights are in/);
    const kept = await cellstate(["predict", `${out}.last-good.keras`, "--json", "lovely"], { cwd: folder });
    assert.equal(kept.code, 0, kept.stderr);
  });
}

/** What hangs on several processes, whoever starts them. */
function testsOfAny(launcher: Launcher): void {
  const run = (processes: number, args: readonly string[], env?: Record<string, string>) =>
    together(launcher, processes, args, { cwd: folder, ...(env ? { env } : {}) });

  test("processes that a batch has no rows for are told of, and do no harm", async () => {
    const flags = ["--batch-size", "16", "--epochs", "1"];
    assert.equal((await cellstate(train("few.keras", ...flags), { cwd: folder })).code, 0);
    const { code, stderr } = await run(2, train("idle.keras", ...flags));
    assert.equal(code, 0, stderr);
    assert.match(stderr, /1 part of 16, which leaves 1 of them without work: --batch-size 32 or more/);
    const [few, idle] = [
      await readFile(join(folder, "few.keras")),
      await readFile(join(folder, "idle.keras")),
    ];
    assert.ok(few.equals(idle));
  });

  const refused: [what: string, args: string[], words: RegExp][] = [
    [
      "a command that is not done together",
      ["evaluate", "alone.keras", "data.csv"],
      /2 processes: expected a command that several/,
    ],
    [
      "auto of several labels, which one process chooses",
      ["train", "data.csv", "--multi-label"],
      /expected a network, as --model lstm/,
    ],
    ["an option that there is none of", ["train", "data.csv", "--modle", "lstm"], /unknown option '--modle'/],
  ];
  for (const [what, args, words] of refused) {
    test(`${what} is said once, and the exit code is 2`, async () => {
      const { code, stdout, stderr } = await run(2, args);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.equal(times(stderr, words), 1, stderr);
      assert.doesNotMatch(stderr, /process 1 of 2/);
    });
  }

  test("a library that cannot be opened is named", async () => {
    const { code, stderr } = await run(2, train("none.keras"), { CELLSTATE_MPI_LIBRARY: "/nowhere" });
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^cellstate: MPI: expected an MPI library: .*none of \/nowhere.*CELLSTATE_MPI_LIBRARY/m,
    );
    assert.ok(!existsSync(join(folder, "none.keras")));
  });

  test("--version and --help are said once", async () => {
    const [version, help] = [await run(2, ["--version"]), await run(2, ["train", "--help"])];
    assert.equal(version.code, 0, version.stderr);
    assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
    assert.equal(help.code, 0, help.stderr);
    assert.equal(times(help.stdout, "--checkpoint-every"), 1);
  });
}

for (const launcher of [OPEN_MPI, MPICH]) {
  const { skip } = launcher;
  describe(`cellstate train by mpirun of ${launcher.name}`, { skip }, () => tests(launcher));
}

const any = [OPEN_MPI, MPICH].find(({ skip }) => !skip) ?? OPEN_MPI;
describe("cellstate in several processes", { skip: any.skip }, () => testsOfAny(any));
