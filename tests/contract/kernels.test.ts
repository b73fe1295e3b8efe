/** Every kernel on every engine, against the reference engine. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ReferenceEngine } from "../../src/engine/reference.js";
import { CASES } from "./cases.js";
import { testedEngines } from "./engines.js";
import { type Case, difference, runCase } from "./harness.js";
import { fadingCases } from "./recurrent-cases.js";

const byKernel = new Map<string, Case[]>();
for (const one of CASES) byKernel.set(one.kernel, [...(byKernel.get(one.kernel) ?? []), one]);

const reference = new ReferenceEngine();

for (const { label, create, missing } of testedEngines()) {
  describe(`${label} against reference`, { skip: missing }, () => {
    const engine = missing ? reference : create();
    after(() => engine.dispose());
    for (const [kernel, cases] of byKernel) {
      test(kernel, () => {
        for (const one of cases) {
          const expected = runCase(reference, one);
          const got = runCase(engine, one);
          for (const [field, values] of got) {
            const open = (index: number) => one.open?.(field, index, values.length) ?? false;
            const wrong = difference(values, expected.get(field)!, one.tolerance, open);
            assert.equal(wrong, null, `${kernel} (${one.label}) ${field}: ${wrong}`);
          }
        }
      });
    }
  });
}

const SMALLEST_NORMAL = 2 ** -126;

for (const { label, create, missing } of testedEngines()) {
  describe(`${label}: gradients that fade away end as 0, not among the slow subnormal numbers`, {
    skip: missing,
  }, () => {
    for (const one of fadingCases()) {
      test(`${one.kernel} (${one.label})`, () => {
        const engine = create();
        const dx = [...runCase(engine, one).get("dx")!];
        engine.dispose();
        assert.ok(dx.slice(0, dx.length / 4).every((value) => value === 0));
        assert.ok(dx.slice((3 * dx.length) / 4).some((value) => Math.abs(value) > 1e-6));
        assert.deepEqual(
          dx.filter((value) => value !== 0 && Math.abs(value) < SMALLEST_NORMAL),
          [],
        );
      });
    }
  });
}

/** Engines that fuse multiply-add, on this machine. */
const fused = testedEngines().filter((engine) => engine.fused && !engine.missing);

describe("the same bits on every engine that fuses multiply-add", () => {
  const [first, ...others] = fused.map(({ label, create }) => ({ label, engine: create() }));
  after(() => [first!, ...others].forEach(({ engine }) => void engine.dispose()));
  for (const [kernel, cases] of byKernel) {
    test(kernel, { skip: others.length === 0 && "this machine has only one such engine" }, () => {
      for (const one of cases) {
        const expected = runCase(first!.engine, one);
        for (const { label, engine } of others) {
          for (const [field, values] of runCase(engine, one)) {
            const differs = values.findIndex((value, i) => !Object.is(value, expected.get(field)![i]));
            assert.equal(
              differs,
              -1,
              `${kernel} (${one.label}) ${field}[${differs}]: ${label} and ${first!.label}`,
            );
          }
        }
      }
    });
  }
});
