/** Every kernel on every engine, against the reference engine. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ReferenceEngine } from "../../src/engine/reference.js";
import { CASES } from "./cases.js";
import { testedEngines } from "./engines.js";
import { type Case, difference, runCase } from "./harness.js";

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
