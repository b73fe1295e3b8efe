/** Training in several processes: the same bits as in one. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Outcome, runScenario, SCENARIOS, type ScenarioName } from "./scenarios.js";
import { inProcesses } from "./threads.js";

const ends = ({ weights, history, stopped, error }: Outcome) => ({ weights, history, stopped, error });

describe("several processes end with the bits of one", () => {
  const REFUSED = ["other rows in one process", "other weights in one process", "a signal in one process"];
  for (const name of Object.keys(SCENARIOS) as ScenarioName[]) {
    if (REFUSED.includes(name)) continue;
    for (const size of name.startsWith("seven") || name.startsWith("tables") ? [2, 3, 4, 7, 9] : [2, 3]) {
      test(`${name}: ${size}`, async () => {
        const alone = await runScenario(name);
        assert.equal(alone.error, null);
        for (const outcome of await inProcesses(size, name)) assert.deepEqual(ends(outcome), ends(alone));
      });
    }
  }
});
