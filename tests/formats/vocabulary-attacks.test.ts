import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ATTACKS, isSmall, type Outcome } from "./vocabulary-attacks.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-"));
after(() => rmSync(folder, { recursive: true }));
const runner = fileURLToPath(new URL("vocabulary-attacks.js", import.meta.url));
/** What SECURITY.md promises of every file. */
const MEGABYTES = 200;
const BYTES_A_BYTE = 4;

let said = "";
function run(wanted: string): Outcome[] {
  const flags = ["--expose-gc", "--single-threaded"];
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, runner, wanted], {
    cwd: folder,
    maxBuffer: 2 ** 26,
    timeout: 120_000,
  });
  said += stderr.toString();
  return JSON.parse(stdout.toString() || "[]") as Outcome[];
}
const large = ATTACKS.filter((attack) => !isSmall(attack)).map(({ name }) => name);
const outcomes = ["small", ...large].flatMap(run);

describe("hostile vocabularies are refused in one line, soon, in little memory", () => {
  for (const { name, says, never } of ATTACKS) {
    test(name, () => {
      const outcome = outcomes.find((o) => o.name === name);
      assert.ok(outcome, `no outcome; the runner said: ${said}`);
      assert.equal(outcome.kind, "refused", outcome.said);
      assert.match(outcome.said, says);
      assert.match(
        outcome.said,
        /^attack[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,500}$/u,
        "one line that names the file",
      );
      assert.ok(outcome.milliseconds < 2000, `${outcome.milliseconds} ms`);
      const room = MEGABYTES + (outcome.bytes * BYTES_A_BYTE) / 1e6;
      assert.ok(outcome.megabytes < room, `${outcome.megabytes} MB of ${room}`);
      assert.ok(never === "" || /opcode|never run|analyzer|attributes/.test(outcome.said), outcome.said);
    });
  }
  test("nothing ran", () => {
    assert.equal(existsSync(join(folder, "hacked")), false);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });
});
