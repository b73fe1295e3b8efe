/** Every kernel on every engine, against the reference engine. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Engine } from "../../src/engines/engine.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import { KERNELS } from "../../src/kernels/kernels.js";
import { CASES } from "./cases.js";
import { contractEngines } from "./engines.js";
import { type Case, difference, runCase } from "./harness.js";
import { fadingCases } from "./recurrent-cases.js";

const byKernel = new Map<string, Case[]>();
for (const one of CASES) byKernel.set(one.kernel, [...(byKernel.get(one.kernel) ?? []), one]);

const reference = new ReferenceEngine();
const engines = contractEngines().map(({ create, ...rest }) => {
  const engine = rest.missing ? reference : create();
  after(() => engine.dispose());
  return { ...rest, engine };
});
/** Those that fuse multiply-add, on this machine. */
const fused = engines.filter(({ fused, missing }) => fused && !missing);

test("every kernel has cases", () => {
  const without = Object.keys(KERNELS).filter((kernel) => !byKernel.has(kernel));
  assert.deepEqual(without, []);
});

for (const [kernel, cases] of byKernel) {
  describe(kernel, () => {
    // What an engine gave is compared more than once.
    const known = new Map<Engine, Results[]>();
    const results = async (engine: Engine): Promise<Results[]> => {
      const found = known.get(engine) ?? [];
      if (found.length === 0) for (const one of cases) found.push(await runCase(engine, one));
      known.set(engine, found);
      return found;
    };
    after(() => known.clear());

    for (const { label, engine, missing } of engines) {
      test(`${label} against reference`, { skip: missing }, async () => {
        const [wanted, got] = [await results(reference), await results(engine)];
        for (const [i, one] of cases.entries()) {
          const expected = wanted[i]!;
          for (const [field, values] of got[i]!) {
            const open = (index: number) => one.open?.(field, index, values.length) ?? false;
            const wrong = difference(values, expected.get(field)!, one.tolerance, open);
            assert.equal(wrong, null, `${kernel} (${one.label}) ${field}: ${wrong}`);
          }
        }
      });
    }

    const [first, ...others] = fused;
    const skip = others.length === 0 && "this machine has only one engine that fuses multiply-add";
    test("the same bits on every engine that fuses multiply-add", { skip }, async () => {
      const wanted = await results(first!.engine);
      for (const { label, engine } of others) {
        const got = await results(engine);
        for (const [i, one] of cases.entries()) {
          const expected = wanted[i]!;
          for (const [field, values] of got[i]!) {
            const differs = firstDifference(values, expected.get(field)!);
            const what = `${kernel} (${one.label}) ${field}[${differs}]: ${label} and ${first!.label}`;
            assert.equal(differs, -1, what);
          }
        }
      }
    });
  });
}

const SMALLEST_NORMAL = 2 ** -126;

// The reference's mathematics, also behind a delay, lets them fade as they will.
for (const { label, engine, missing } of engines.filter(({ label }) => label !== "delayed")) {
  describe(`${label}: gradients that fade away end as 0, not among the slow subnormal numbers`, {
    skip: missing,
  }, () => {
    for (const one of fadingCases()) {
      test(`${one.kernel} (${one.label})`, async () => {
        const dx = [...(await runCase(engine, one)).get("dx")!];
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

type Values = Float32Array | Uint32Array;
type Results = Map<string, Values>;

/** Where two arrays differ in any bit, NaNs being equal; -1: nowhere. */
function firstDifference(a: Values, b: Values): number {
  const same = Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  );
  return same ? -1 : a.findIndex((value, i) => !Object.is(value, b[i]));
}
