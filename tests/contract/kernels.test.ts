/** Every kernel on every engine, against the reference engine. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ReferenceEngine } from "../../src/engine/reference.js";
import {
  activationCases,
  denseCases,
  dropoutCases,
  embeddingCases,
  memoryCases,
  softmaxCases,
} from "./elementwise-cases.js";
import { testedEngines } from "./engines.js";
import { type Case, difference, runCase } from "./harness.js";
import { choosingCases, layoutCases, poolingCases } from "./layout-cases.js";
import { recurrentCases } from "./recurrent-cases.js";
import { gradientCases, lossCases, optimizerCases } from "./training-cases.js";

const CASES = [
  ...memoryCases(),
  ...embeddingCases(),
  ...denseCases(),
  ...activationCases(),
  ...softmaxCases(),
  ...dropoutCases(),
  ...choosingCases(),
  ...layoutCases(),
  ...poolingCases(),
  ...recurrentCases(),
  ...lossCases(),
  ...optimizerCases(),
  ...gradientCases(),
];

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
            const wrong = difference(values, expected.get(field)!, one.tolerance);
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
