import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { loadModel } from "../../src/index.js";
import { Dice } from "../files/mutate.js";
import { csv, reviews, small } from "./data.js";
import { cellstate } from "./run.js";

/** `CELLSTATE_KILLS=100 npm test -- resume` kills more often. */
const KILLS = Number(process.env["CELLSTATE_KILLS"] ?? 8);
/** So many steps and checkpoints that kills fall into and between them, on an engine that makes short work of each. */
const LONGER = [...["--engine", "wasm", "--threads", "1", "--epochs", "40", "--patience", "40"]];

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-resume-"));
  await writeFile(join(folder, "data.csv"), csv(reviews(300)));
});
after(() => rm(folder, { recursive: true }));

const train = (out: string, ...flags: string[]) => [
  "train",
  "data.csv",
  ...small(
    ...LONGER,
    // It means nothing without a checkpoint.
    ...(flags.includes("--checkpoint") ? ["--checkpoint-every", "0.01"] : []),
    ...["--out", out],
    ...flags,
  ),
];

/** What scripts that read `train --json` go by. */
function checkSummary(summary: Record<string, object>): void {
  const fields = (value: object) => Object.keys(value).sort().join(" ");
  assert.equal(fields(summary), "engine epochs model params seconds test threads vocabulary");
  assert.equal(fields(summary["seconds"]!), "fit read test total vectorize");
  const [first] = summary["epochs"] as object[];
  assert.equal(fields(first!), "accuracy epoch loss seconds valAccuracy valLoss");
  assert.match(fields(summary["test"]!), /\baccuracy\b.*\bloss macroF1 mcc repeated rows\b/);
}

describe("a run that is killed and resumed", () => {
  test(`ends with the same bits after ${KILLS} kills at random moments as one never interrupted`, async () => {
    let started = 0;
    const whole = await cellstate(train("whole.keras", "--json"), {
      cwd: folder,
      onStart: (child) => child.stderr!.once("data", () => (started = performance.now())),
    });
    assert.equal(whole.code, 0, whole.stderr);
    const took = performance.now() - started;
    checkSummary(JSON.parse(whole.stdout.trim().split("\n").at(-1)!) as Record<string, object>);
    const expected = (await loadModel(join(folder, "whole.keras"))).getWeights();

    const dice = new Dice(1);
    let kills = 0;
    for (let round = 0; kills < KILLS; round++) {
      const out = `killed-${round}.keras`;
      const checkpoint = `checkpoint-${round}`;
      for (let attempt = 0; ; attempt++) {
        const result = await cellstate(train(out, "--json", "--checkpoint", checkpoint, "--resume"), {
          cwd: folder,
          // Before it says what it found in the data, a run has nothing to lose.
          onStart: (child) =>
            child.stderr!.once("data", () => {
              const timer = setTimeout(() => child.kill("SIGKILL"), (dice.roll(1000) / 1000) * took);
              child.on("close", () => clearTimeout(timer));
            }),
        });
        if (result.signal === "SIGKILL") kills++;
        else {
          assert.equal(result.code, 0, result.stderr);
          const epochs = (line: string) => (JSON.parse(line) as { epochs: { loss: number }[] }).epochs;
          assert.deepEqual(
            epochs(result.stdout).map((epoch) => epoch.loss),
            epochs(whole.stdout).map((epoch) => epoch.loss),
          );
          break;
        }
        assert.ok(attempt < 200, "the run makes headway between kills");
      }
      assert.deepEqual((await loadModel(join(folder, out))).getWeights(), expected, `round ${round}`);
    }
    assert.ok(kills >= KILLS);
  });

  test("refuses a checkpoint of other data or settings", async () => {
    const first = await cellstate(train("a.keras", "--checkpoint", "other"), { cwd: folder });
    assert.equal(first.code, 0, first.stderr);
    const seed = await cellstate(train("b.keras", "--checkpoint", "other", "--resume", "--seed", "6"), {
      cwd: folder,
    });
    assert.equal(seed.code, 2);
    assert.match(seed.stderr, /same data, model, seed and settings/);
  });

  test("Ctrl-C stops after the step, keeps the best weights so far and exits 130", async () => {
    const { code, stderr, stdout } = await cellstate(
      train("stopped.keras", "--epochs", "500", "--patience", "500", "--checkpoint", "stopped"),
      {
        cwd: folder,
        onStart: (child) => {
          let seen = "";
          child.stderr!.on("data", (data) => {
            seen += data;
            // Two epochs done: there are best weights to keep.
            if (/\b2\/500\b/.test(seen) && !child.killed) child.kill("SIGINT");
          });
        },
      },
    );
    assert.equal(code, 130, stderr);
    assert.match(`${stdout}${stderr}`, /stopped\.keras/);
    assert.deepEqual((await readdir(join(folder, "stopped"))).sort(), [
      "checkpoint-before.cellstate",
      "checkpoint.cellstate",
    ]);
    const answer = await cellstate(["predict", "stopped.keras", "--json", "the film was lovely"], {
      cwd: folder,
    });
    assert.equal(answer.code, 0, answer.stderr);
    assert.ok(["pos", "neg"].includes((JSON.parse(answer.stdout) as { label: string }).label));
  });
});
