/** Runs `cellstate explain …` for the tests of its commands. */
import assert from "node:assert/strict";
import { displayWidth } from "../../src/base/text.js";
import { cellstate } from "./run.js";

/** What it prints, at most 80 columns wide. */
export async function explain(...args: string[]) {
  const outcome = await cellstate(["explain", ...args]);
  assert.equal(outcome.code, 0, outcome.stderr);
  for (const line of outcome.stdout.split("\n")) {
    assert.ok(displayWidth(line) <= 80, `${displayWidth(line)} columns: ${line}`);
  }
  return outcome.stdout;
}

/** Its --json. */
export const json = async (...args: string[]) => {
  const { stdout, stderr, code } = await cellstate(["explain", ...args, "--json"]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
};

/** It ends with 2 and says so. */
export const refused = async (message: RegExp, ...args: string[]) => {
  const { code, stderr } = await cellstate(["explain", ...args]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, message);
};
