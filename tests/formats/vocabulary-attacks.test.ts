import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ATTACKS, type Outcome } from "./vocabulary-attacks.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-"));
after(() => rmSync(folder, { recursive: true }));
const runner = fileURLToPath(new URL("vocabulary-attacks.js", import.meta.url));
const { stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", "--single-threaded", runner, "run"], {
  cwd: folder,
  maxBuffer: 2 ** 26,
  timeout: 120_000,
});
const { outcomes, megabytes } = JSON.parse(stdout.toString() || '{ "outcomes": [], "megabytes": 1e9 }') as {
  outcomes: Outcome[];
  megabytes: number;
};

describe("hostile vocabularies are refused in one line, soon, in little memory", () => {
  for (const { name, says, never } of ATTACKS) {
    test(name, () => {
      const outcome = outcomes.find((o) => o.name === name);
      assert.ok(outcome, `no outcome; the runner said: ${stderr}`);
      assert.equal(outcome.kind, "refused", outcome.said);
      assert.match(outcome.said, says);
      assert.match(
        outcome.said,
        /^attack[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,500}$/u,
        "one line that names the file",
      );
      assert.ok(outcome.milliseconds < 2000, `${outcome.milliseconds} ms`);
      assert.ok(never === "" || /opcode|never run|analyzer|attributes/.test(outcome.said), outcome.said);
    });
  }
  test("all of them together never held 300 MB", () => {
    assert.ok(megabytes < 300, `${megabytes} MB`);
  });
  test("nothing ran", () => {
    assert.equal(existsSync(join(folder, "hacked")), false);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });
});
