import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Outcome, readAttacks } from "./attack-runner.js";

/** Garbage is collected when it is asked for, whatever else the machine is doing. */
const STEADY = ["--expose-gc", "--single-threaded"];
const runner = fileURLToPath(new URL("attack-runner.js", import.meta.url));
const { stdout, stderr } = spawnSync(process.execPath, [...STEADY, runner, "run"], {
  maxBuffer: 2 ** 26,
  timeout: 120_000,
});
const { outcomes, megabytes } = JSON.parse(
  stdout.toString() || `{ "outcomes": [], "megabytes": Infinity }`,
) as {
  outcomes: Outcome[];
  megabytes: number;
};

describe("hostile and damaged files", () => {
  for (const { file, refusal } of readAttacks()) {
    test(`${file} ${refusal ? "is refused in one line that names the place" : "is accepted with a warning"}`, () => {
      const outcome = outcomes.find((o) => o.file === file);
      assert.ok(outcome, `no outcome; the runner said: ${stderr}`);
      assert.equal(outcome.kind, refusal ? "refused" : "opened", outcome.said);
      assert.ok(outcome.milliseconds < 2000, `${outcome.milliseconds} ms`);
      if (!refusal) return;
      assert.match(outcome.said, new RegExp(refusal));
      assert.match(outcome.said, /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,700}$/u, "one line, short and printable");
    });
  }

  test("all of them together never held 300 MB", () => {
    assert.ok(megabytes < 300, `${megabytes} MB`);
  });

  test("a weight that is not a number is named", () => {
    const { said } = outcomes.find(({ file }) => file.startsWith("weights_not_a_number"))!;
    assert.match(said, /^attack: model.weights.h5: layers\/dense\/vars\/0: contains NaN$/m);
  });
});
