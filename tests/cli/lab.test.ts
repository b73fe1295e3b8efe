import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { cellstate } from "./run.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-lab-"));
});
after(() => rm(folder, { recursive: true }));

describe("cellstate lab", () => {
  test("without a task lists them all, with their sources as JSON", async () => {
    const { code, stdout } = await cellstate(["lab"]);
    assert.equal(code, 0);
    for (const task of ["latch", "order3", "multiplication", "reber"])
      assert.match(stdout, new RegExp(`^  ${task} `, "m"));
    const listed = JSON.parse((await cellstate(["lab", "--json"])).stdout) as {
      name: string;
      source: { paper: string };
    }[];
    assert.equal(listed.length, 14);
    assert.ok(listed.every(({ source }) => /\d{4}/.test(source.paper)));
  });

  test("runs an experiment: chart on stdout, progress on stderr, picture and page on request", async () => {
    const [svg, html] = [join(folder, "lab.svg"), join(folder, "lab.html")];
    const flags = [
      "--lags",
      "3,4",
      "--cells",
      "rnn",
      "--seeds",
      "1",
      "--sequences",
      "640",
      "--engine",
      "reference",
    ];
    const { code, stdout, stderr } = await cellstate([
      "lab",
      "latch",
      ...flags,
      "--svg",
      svg,
      "--html",
      html,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /SimpleRNN\s+\d of 1\s+│/);
    assert.match(stdout, /SimpleRNN, Keras\s+\d of 1\s+│/);
    assert.match(stderr, /4 runs, at most about/);
    assert.match(stderr, /SimpleRNN, lag 4, seed 0/);
    assert.match(await readFile(svg, "utf8"), /<svg/);
    assert.match(await readFile(html, "utf8"), /<!doctype html>/);
  });

  test("--json prints the whole result as one object", async () => {
    const flags = [
      "--lag",
      "3",
      "--cells",
      "rnn",
      "--seeds",
      "2",
      "--sequences",
      "320",
      "--engine",
      "reference",
      "--json",
    ];
    const { code, stdout } = await cellstate(["lab", "latch", ...flags]);
    assert.equal(code, 0);
    const result = JSON.parse(stdout) as {
      lags: number[];
      runs: { seed: number }[];
      engine: string;
      complete: boolean;
    };
    assert.deepEqual(result.lags, [3]);
    assert.deepEqual(
      result.runs.map(({ seed }) => seed),
      [0, 1, 0, 1],
      "the chosen setting's, and Keras's defaults'",
    );
    assert.equal(result.engine, "reference");
    assert.equal(result.complete, true);
  });

  test('"none" is a value of --clipnorm and --truncation', async () => {
    const small = "lab latch --lag 3 --cells rnn --seeds 1 --sequences 32 --engine reference --json";
    for (const name of ["clipnorm", "truncation"] as const) {
      const { code, stdout, stderr } = await cellstate([...small.split(" "), `--${name}`, "none"]);
      assert.equal(code, 0, stderr);
      const [run] = (JSON.parse(stdout) as { runs: { setting: Record<typeof name, unknown> }[] }).runs;
      assert.equal(run!.setting[name], null);
    }
  });

  test("bad usage ends with 2 and says what would have been right", async () => {
    for (const [flags, says] of [
      [["lach"], /Did you mean latch/],
      [
        ["latch", "--cells", "lstm,gpu"],
        /^cellstate: --cells: expected one of rnn, irnn, lstm, gru.* but received "gpu"/,
      ],
      [["latch", "--lag", "3", "--lags", "4"], /not both/],
      [["latch", "--lags", "3,x"], /--lags/],
      [["latch", "--gates", "chromo"], /--gates: expected keras, chrono or a bias .*Did you mean chrono/s],
      [["latch", "--gain", "-1"], /--gain: expected a number from 0 on/],
      [["latch", "--clipnorm", "no"], /--clipnorm: expected a number above 0/],
      [["latch", "--search", "--learning-rate", "0.1"], /search, or settings that are given/],
      [["latch", "--sweep", "gian"], /--sweep: expected one of .* Did you mean gain/s],
      [["latch", "--cells", "lstm,lstm"], /^cellstate: --cells: expected at least one, and each once/],
      [["latch", "--lags", "9,9"], /^cellstate: --lags: expected at least one, and each once/],
      [["latch", "--batch-size", "9999999"], /^cellstate: --batch-size: expected a whole number from 1/],
      [["latch", "--seed", "100001"], /^cellstate: --seed: expected seeds other/],
      [["latch", "--sweep", "forget-bias", "--gates", "chrono"], /^cellstate: --gates: .* beside a sweep/],
      [["latch", "--sweep", "learning-rate", "--learning-rate", "0.7"], /^cellstate: --learning-rate: /],
      [
        ["latch", "--sweep", "gain", "--cells", "rnn", "--lags", "9,10"],
        /^cellstate: --lags: expected one lag/,
      ],
      [["reber", "--lag", "2"], /at least 5|from 5/],
    ] as const) {
      const { code, stderr } = await cellstate(["lab", ...flags]);
      assert.equal(code, 2, `${flags}: ${stderr}`);
      assert.match(stderr, says);
    }
  });
});
