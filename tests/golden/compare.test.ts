import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertClose, assertGradient, assertLoss, assertOutput } from "./compare.js";
import { buildModel, flatten } from "./models.js";
import { decode, decodeRows, type Encoded, type ModelSpec, readVectors } from "./vectors.js";

interface RecurrentCase {
  name: string;
  model: ModelSpec;
  weights: Encoded[];
  input: number[][] | Encoded;
  output: Encoded;
  loss?: number;
  gradients?: Encoded[];
  inputGradient?: Encoded;
}

const GATES = { simple_rnn: 1, lstm: 4, gru: 3 } as const;
const rejects = (compare: () => void, what: string) => assert.throws(compare, assert.AssertionError, what);

/** The pairs of gates a < b. */
const pairs = (gates: number): [number, number][] =>
  Array.from({ length: gates }, (_, a) => a).flatMap((a) =>
    Array.from({ length: gates - a - 1 }, (_, i): [number, number] => [a, a + 1 + i]),
  );

/** A copy of rows of [gates · U] with the blocks of two gates exchanged. */
function swapGates(
  values: Float32Array,
  columns: number,
  gates: number,
  [a, b]: [number, number],
): Float32Array {
  const U = columns / gates;
  return values.map((_, i) => {
    const gate = Math.floor((i % columns) / U);
    const other = gate === a ? b : gate === b ? a : gate;
    return values[i + (other - gate) * U]!;
  });
}

describe("the comparison sees planted faults in every recurrent vector", () => {
  for (const [family, gates] of Object.entries(GATES)) {
    const cases = readVectors<RecurrentCase>(family).cases.filter((c) => c.gradients);
    test(`${family}: scaled by 1.01, zeroed, not a number, too short`, () => {
      for (const c of cases) {
        for (const encoded of [...c.gradients!, ...(c.inputGradient ? [c.inputGradient] : [])]) {
          const reference = decode(encoded);
          const largest = reference.indexOf(reference.reduce((x, y) => (Math.abs(y) > Math.abs(x) ? y : x)));
          assertGradient(reference, reference, c.name);
          rejects(
            () =>
              assertGradient(
                reference.map((v) => v * 1.01),
                reference,
                c.name,
              ),
            `${c.name}: × 1.01`,
          );
          rejects(
            () => assertGradient(new Float32Array(reference.length), reference, c.name),
            `${c.name}: zeroed`,
          );
          rejects(
            () => assertGradient(reference.with(largest, 0), reference, c.name),
            `${c.name}: one value zeroed`,
          );
          rejects(() => assertGradient(reference.with(0, Number.NaN), reference, c.name), `${c.name}: NaN`);
          rejects(() => assertGradient(reference.subarray(1), reference, c.name), `${c.name}: too short`);
        }
        const output = decode(c.output);
        rejects(
          () =>
            assertOutput(
              output.map((v) => v * 1.01),
              output,
              c.name,
            ),
          `${c.name}: output × 1.01`,
        );
        rejects(() => assertLoss(c.loss! * 1.01, c.loss!, c.name), `${c.name}: loss × 1.01`);
      }
    });
    if (gates === 1) continue;
    test(`${family}: any two gates exchanged`, () => {
      for (const c of cases) {
        const wide = c.gradients!.filter(({ shape }) => shape.at(-1) === unitsOf(c) * gates);
        assert.ok(wide.length >= 2, c.name);
        for (const { shape, data } of wide) {
          const reference = decode({ shape, data });
          for (const pair of pairs(gates)) {
            const swapped = swapGates(reference, shape.at(-1)!, gates, pair);
            rejects(() => assertGradient(swapped, reference, c.name), `${c.name}: gates ${pair}`);
          }
        }
      }
    });
  }
});

const unitsOf = ({ model }: RecurrentCase) =>
  model.find(([kind]) => kind === "lstm" || kind === "gru")![1]["units"] as number;

describe("the vectors tell apart", () => {
  for (const [family, gates] of Object.entries(GATES).slice(1)) {
    for (const which of ["last", "no bias", "masked", "backwards"]) {
      const c = readVectors<RecurrentCase>(family).cases.find(({ name }) => name === `${family} ${which}`)!;
      test(`${c.name}: two gates exchanged in any one weight`, () => {
        const x = Array.isArray(c.input) ? c.input : decodeRows(c.input);
        const given = c.weights.map(decode);
        const model = buildModel(c.model, "reference");
        c.weights.forEach(({ shape }, index) => {
          if (shape.at(-1) !== unitsOf(c) * gates) return;
          for (const pair of pairs(gates)) {
            const changed = given.map((w, i) => (i === index ? swapGates(w, shape.at(-1)!, gates, pair) : w));
            model.setWeights(changed);
            const out = flatten(model.predict(x));
            rejects(
              () => assertOutput(out, decode(c.output), c.name),
              `${c.name}: weight ${index}, gates ${pair}`,
            );
          }
        });
      });
    }
  }
});

test("a reference of zeros, or one within the tolerance, proves nothing and is refused", () => {
  rejects(() => assertOutput([0, 0], [0, 0], "zeros"), "zeros");
  rejects(() => assertGradient([0, 0], [0, 0], "zeros"), "zeros");
  rejects(() => assertClose([1e-5, 0], [1e-5, 0], "tiny", { absolute: 1e-6 }), "tiny");
  rejects(() => assertLoss(1e-5, 1e-5, "tiny"), "tiny");
  assertGradient([1e-5, 0], [1e-5, 0], "relative tolerances follow the reference down");
});

test("one value off by twice the tolerance is refused, by half is not", () => {
  const reference = [0.5, -1, 0.25];
  rejects(() => assertOutput([0.5, -1, 0.25 + 2e-6], reference, "off"), "off");
  assertOutput([0.5, -1, 0.25 + 5e-7], reference, "within");
  rejects(() => assertOutput([0.5, -1, Number.POSITIVE_INFINITY], reference, "infinite"), "infinite");
});
