/** Called on a page's own thread, nothing long holds it: its clicks, timers and pictures have their turns. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findChromium } from "./chromium.js";
import { turnsIn } from "./turns.js";

const chromium = findChromium();

/**
 * Milliseconds of the thread's processor time that a task may take: more than the 50 of wall time that docs/web.md speaks of, as
 * first runs on a busy machine take longer, and far less than any call of these takes as a whole.
 */
const MOST = 100;

describe("what is long, on a page's own thread", { skip: chromium === null && "no Chromium here" }, () => {
  test("has turns with others", async () => {
    const { calls } = await turnsIn(chromium!);
    assert.ok(calls.length >= 18, `${calls.length} calls were seen`);
    const held = calls.flatMap(({ name, tasks }) => {
      const most = Math.max(...tasks.map(({ processor }) => processor));
      return most > MOST ? [`${name}: ${most.toFixed(0)} ms in one of ${tasks.length} tasks`] : [];
    });
    assert.deepEqual(held, []);
    const worked = calls.filter(({ tasks }) => tasks.some(({ processor }) => processor > 1));
    assert.ok(worked.length >= 15, "the trace tells processor time");
  });
});
