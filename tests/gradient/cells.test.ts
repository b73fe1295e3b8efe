/** Every backward of the recurrent kernels against central differences. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ACTIVATIONS, type ActivationName } from "../../src/kernels/activations.js";
import { type CellCase, cellSubject } from "./cells.js";
import { checkGradients } from "./checker.js";

const SIZES = { B: 4, T: 4, I: 3, U: 3 };
const KINDS: Record<string, Pick<CellCase, "cell" | "resetAfter">> = {
  rnn: { cell: "rnn" },
  lstm: { cell: "lstm" },
  "gru resetAfter": { cell: "gru", resetAfter: true },
  "gru as of 2014": { cell: "gru", resetAfter: false },
};
const VARIATIONS: Record<string, Partial<CellCase>> = {
  plain: {},
  "no bias": { useBias: false },
  "initial state": { initial: true },
  "gradient of every step": { from: "dH", initial: true },
  "gradient of the last step": { from: "dLast", initial: true },
  mask: { mask: true, initial: true },
  reverse: { reverse: true },
  "reverse with mask": { reverse: true, mask: true, initial: true },
  "input dropout, shared": { dropX: "shared" },
  "input dropout, one mask a gate": { dropX: "perGate" },
  "recurrent dropout": { dropH: true, initial: true },
  "all at once": { dropX: "perGate", dropH: true, mask: true, reverse: true, initial: true },
};

for (const [kind, cell] of Object.entries(KINDS)) {
  for (const [name, variation] of Object.entries(VARIATIONS)) {
    test(`${kind}: ${name}`, () => void checkGradients(cellSubject({ ...SIZES, ...cell, ...variation })));
  }
}

/** Activations whose derivative jumps: a small step, so that no difference straddles a jump. */
const KINKED: readonly string[] = [
  ...["relu", "hardSigmoid", "hardSigmoid2", "relu6", "hardTanh", "elu", "selu", "leakyRelu", "hardSilu"],
];
const ELEMENTWISE = (Object.keys(ACTIVATIONS) as ActivationName[]).filter((name) => name !== "softmax");

for (const [kind, cell] of Object.entries(KINDS)) {
  test(`${kind}: every activation that a cell can have`, () => {
    for (const activation of ELEMENTWISE) {
      const step = KINKED.includes(activation) ? 1e-7 : 1e-5;
      const options = { step, tolerance: 1e-4 };
      const base = { ...SIZES, T: 3, ...cell, initial: true, scale: 0.5 };
      checkGradients(cellSubject({ ...base, activation }), options);
      if (kind !== "rnn") checkGradients(cellSubject({ ...base, recurrentActivation: activation }), options);
    }
  });
}

test("any sizes and options", () => {
  const size = fc.integer({ min: 1, max: 5 });
  const given = fc.record({
    ...{ B: size, T: fc.integer({ min: 2, max: 5 }), I: size, U: size, seed: fc.nat(1e6) },
    kind: fc.constantFrom(...Object.values(KINDS)),
    ...{ mask: fc.boolean(), reverse: fc.boolean(), initial: fc.boolean(), useBias: fc.boolean() },
    dropX: fc.constantFrom(undefined, "shared" as const, "perGate" as const),
    dropH: fc.boolean(),
    from: fc.constantFrom("dH" as const, "dLast" as const, "both" as const),
    activation: fc.constantFrom("tanh" as const, "silu" as const, "gelu" as const),
    recurrentActivation: fc.constantFrom("sigmoid" as const, "mish" as const),
  });
  let checked = 0;
  let vanished = 0;
  fc.assert(
    fc.property(given, ({ kind, ...rest }) => {
      // With one unit or one row, dropout and masks may well cut everything off.
      const reports = checkGradients(cellSubject({ ...rest, ...kind }), { mayVanish: () => true });
      checked += reports.length;
      vanished += reports.filter(({ scale }) => scale < 1e-4).length;
    }),
    { numRuns: 150, seed: 20, includeErrorInReport: true },
  );
  assert.ok(vanished < checked / 20, `${vanished} of ${checked} gradients were zero`);
});
