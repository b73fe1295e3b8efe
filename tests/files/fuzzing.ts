/**
 * Damaged files, again and again: whatever a reader makes of one, it must say so as an InputError or open it, soon.
 * CELLSTATE_FUZZ_SECONDS lengthens a run, CELLSTATE_FUZZ_SEED starts it elsewhere.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError } from "../../src/index.js";
import { Dice } from "./mutate.js";

const FIRST = Number(process.env["CELLSTATE_FUZZ_SEED"] ?? 1);
const LEAST = 20;
/** Microseconds of the processor's time, that of other threads included, so that a busy machine does not matter. */
const SLOW = 2e6;

/** What is damaged, and who must bear it. */
export interface Target {
  make(dice: Dice): Uint8Array;
  open(bytes: Uint8Array): void | Promise<void>;
}

/** A test a target; together they take as long as CELLSTATE_FUZZ_SECONDS says, or `seconds`. */
export function fuzz(targets: Readonly<Record<string, Target>>, seconds: number): void {
  const all = Number(process.env["CELLSTATE_FUZZ_SECONDS"] ?? seconds);
  const share = (all * 1000) / Object.keys(targets).length;
  for (const [what, target] of Object.entries(targets)) {
    test(what, async (t) => {
      const end = performance.now() + share;
      let [tried, opened] = [0, 0];
      for (let seed = FIRST; performance.now() < end || tried < LEAST; seed++, tried++) {
        if (await opens(target, seed)) opened++;
      }
      t.diagnostic(`${tried} tried, ${opened} opened`);
      assert.ok(opened < tried, "some damage must be noticed");
    });
  }
}

async function opens({ make, open }: Target, seed: number): Promise<boolean> {
  const bytes = make(new Dice(seed));
  const start = process.cpuUsage();
  try {
    await open(bytes);
    return true;
  } catch (error) {
    assert.ok(error instanceof InputError, `seed ${seed}: ${(error as Error).stack}`);
    assert.match(error.message, /^[^\n]{1,2000}$/, `seed ${seed}: one line`);
    return false;
  } finally {
    const { user, system } = process.cpuUsage(start);
    assert.ok(user + system < SLOW, `seed ${seed}: ${(user + system) / 1000} ms of processor time`);
  }
}
