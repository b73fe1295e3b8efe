/** Attributions of rows of numbers and of several inputs against an independent program's: see make_number_attributions.py. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ReferenceEngine } from "../../../src/engines/reference.js";
import { type Attribution, attribute } from "../../../src/explain/attribution.js";
import type { ObjectiveKind } from "../../../src/explain/objective.js";
import type { InputRow, OneInput } from "../../../src/explain/probe.js";
import { buildModel } from "../../golden/models.js";
import type { ModelSpec } from "../../golden/vectors.js";
import { type Doubles, doubles, floats } from "./explanations.js";

interface Golden {
  name: string;
  model: ModelSpec;
  weights: string;
  of: [ObjectiveKind, number];
  value: number;
  baseline: number;
  /** `integrated` [places][F], `occlusion` [places]. */
  inputs: { row: OneInput; places: number[]; integrated: Doubles; occlusion: Doubles }[];
  /** By place of the input that the last recurrent layer reads. */
  memory: { input: number; along: Doubles; held: Doubles } | null;
}

const { cases }: { cases: Golden[] } = JSON.parse(
  readFileSync(new URL("../../../../tests/explain/golden/number-attributions.json", import.meta.url), "utf8"),
);

const engine = new ReferenceEngine({ precision: "float64" });

async function attributed({
  model: spec,
  weights,
  of: [kind, target],
  inputs,
}: Golden): Promise<Attribution> {
  const model = buildModel(spec, engine);
  const all = floats(weights);
  let from = 0;
  model.setWeights(model.getWeights().map(({ data }) => all.subarray(from, (from += data.length))));
  assert.equal(from, all.length);
  const rows = inputs.map(({ row }) => row);
  const row = (rows.length === 1 ? rows[0] : rows) as InputRow;
  const found = await attribute(model, row, { kind, target, tolerance: 1e-12 });
  model.dispose();
  return found;
}

function near(found: readonly number[], golden: Doubles | readonly number[], what: string): void {
  const expected = "data" in golden ? doubles(golden) : golden;
  assert.equal(found.length, expected.length, what);
  const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  for (const [i, value] of found.entries())
    assert.ok(Math.abs(value - expected[i]!) <= 1e-11 * size, `${what} ${i}: ${value}, ${expected[i]}`);
}

function check(found: Attribution, golden: Golden): void {
  near([found.value, found.baseline], [golden.value, golden.baseline], "F");
  assert.ok(found.completeness.reached);
  const parts = [...found.words, ...found.steps];
  const names = [...new Set(parts.map(({ input }) => input))];
  assert.equal(names.length, golden.inputs.length);
  for (const { row, places, integrated, occlusion } of golden.inputs) {
    // Words come first, and inputs in the model's order within them.
    const name = names.shift()!;
    const own = parts.filter(({ input }) => input === name);
    assert.deepEqual(
      own.map(({ t }) => t),
      places,
    );
    const steps = found.steps.filter(({ input }) => input === name);
    const all = doubles(integrated);
    const width = all.length / places.length;
    const sums = places.map((_, k) =>
      all.slice(k * width, (k + 1) * width).reduce((total, share) => total + share, 0),
    );
    near(
      own.map((part) => part.integratedGradients),
      sums,
      "sums a step",
    );
    near(
      own.map((part) => part.occlusion),
      occlusion,
      "occlusion",
    );
    if (steps.length === 0) continue;
    near(
      steps.flatMap(({ shares }) => shares),
      integrated,
      "shares of numbers",
    );
    const flat = steps[0]!.vector ? [row] : places.map((t) => row[t]);
    assert.deepEqual(
      steps.map(({ values }) => values),
      flat,
    );
  }
  const { memory } = golden;
  assert.equal(found.memory === null, memory === null);
  if (!memory) return;
  const held = parts.filter((part) => part.memory !== null);
  const { places } = golden.inputs[memory.input]!;
  const at = (all: Doubles) => places.map((t) => doubles(all)[t]!);
  near(
    held.map((part) => part.memory!),
    at(memory.along),
    "memory along the gradient",
  );
  near(
    held.map((part) => part.held!),
    at(memory.held),
    "shares of the memory",
  );
}

for (const golden of cases) {
  test(`${golden.name}: as an independent program has it`, async () =>
    check(await attributed(golden), golden));
}

test("a share a millionth too large, or of another step, is seen", async () => {
  const golden = cases.find(({ name }) => name === "words, steps and a vector")!;
  const found = await attributed(golden);
  const larger = found.steps.map((step) => ({ ...step, shares: step.shares.map((x) => x * (1 + 1e-6)) }));
  assert.throws(() => check({ ...found, steps: larger }, golden), /shares of numbers/);
  const [a, b, ...rest] = found.words;
  const swapped = [{ ...a!, occlusion: b!.occlusion }, { ...b!, occlusion: a!.occlusion }, ...rest];
  assert.throws(() => check({ ...found, words: swapped }, golden), /occlusion/);
});
