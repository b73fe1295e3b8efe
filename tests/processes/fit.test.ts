/** Training in several processes: the same bits as in one. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Outcome, runScenario, SCENARIOS, type ScenarioName } from "./scenarios.js";
import { inProcesses } from "./threads.js";

const ends = ({ weights, history, stopped, error }: Outcome) => ({ weights, history, stopped, error });

describe("several processes end with the bits of one", () => {
  const OTHERS = /in one process/;
  for (const name of Object.keys(SCENARIOS) as ScenarioName[]) {
    if (OTHERS.test(name)) continue;
    for (const size of name.startsWith("seven") || name.startsWith("tables") ? [2, 3, 4, 7, 9] : [2, 3]) {
      test(`${name}: ${size}`, async () => {
        const alone = await runScenario(name);
        assert.equal(alone.error, null);
        for (const outcome of await inProcesses<Outcome>(size, "fit", name))
          assert.deepEqual(ends(outcome), ends(alone));
      });
    }
  }
});

test("a run that was begun by some goes on in others, and in one", async () => {
  const name = "classes, weights of rows, clipping by norm, logits";
  const alone = await runScenario(name);
  const [begun] = await inProcesses<Outcome>(2, "fit", name);
  assert.deepEqual(begun!.state, alone.state);
  for (const outcome of await inProcesses<Outcome>(3, "fit", name, begun!.state))
    assert.deepEqual(ends(outcome), ends(alone));
  assert.deepEqual(ends(await runScenario(name, undefined, begun!.state)), ends(alone));
});

const SIGNALS: ScenarioName[] = [
  "a signal in one process",
  "a signal in one process, and a layer that sees the whole batch",
];
for (const name of SIGNALS)
  test(`${name}, ends all after the same step`, async () => {
    const outcomes = await inProcesses<Outcome>(3, "fit", name);
    for (const { error, stopped, weights, history } of outcomes) {
      assert.equal(error, null);
      assert.equal(stopped, "aborted");
      assert.deepEqual(weights, outcomes[0]!.weights);
      // An epoch has five steps: the signal came after the seventh, and the eighth told the others of it.
      assert.equal(history["loss"]!.length, 1);
    }
  });

describe("what is not alike is refused in every process, before anything is learned", () => {
  test("data", async () => {
    for (const { error } of await inProcesses<Outcome>(3, "fit", "other rows in one process")) {
      assert.match(error!, /the same data, model, seed and settings in every process/);
      assert.match(error!, /others in process 1 than in process 0/);
    }
  });

  test("weights", async () => {
    for (const { error } of await inProcesses<Outcome>(3, "fit", "other weights in one process")) {
      assert.match(error!, /the weights of process 1 \(step 0\) are not those of process 0 \(step 0\)/);
    }
  });
});

test("a process receives about two gradients a step, however many there are", async () => {
  const name = "gradients that are large beside the rest";
  for (const size of [2, 3, 4]) {
    const outcomes = await inProcesses<Outcome>(size, "fit", name);
    const { weights, transfers } = outcomes[0]!;
    // Two a step, and what is compared before the first and after the last.
    const steps = 4;
    assert.ok(transfers! >= 2 * steps && transfers! <= 2 * steps + 12, String(transfers));
    const sent = outcomes.reduce((sum, own) => sum + own.sent!, 0) / size / steps / (4 * weights.length);
    const expected = (2 * (size - 1)) / size;
    assert.ok(sent > 0.9 * expected && sent < 1.25 * expected, `${sent} gradients, ${expected} expected`);
  }
});
