/** The lab's LSTM: its backward against central differences, its forward against its formulas and against the LSTM. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ACTIVATIONS, erf } from "../../src/kernels/activations.js";
import { type Bound, KERNELS } from "../../src/kernels/kernels.js";
import { checkGradients, randomSource } from "./checker.js";

interface Parts {
  inputGate?: boolean;
  forgetGate?: boolean;
  outputGate?: boolean;
  coupled?: boolean;
  peepholes?: boolean;
  activation?: "tanh" | "linear" | "silu";
  outputActivation?: "tanh" | "linear" | "mish";
  recurrentActivation?: "sigmoid" | "gelu";
  mask?: boolean;
  reverse?: boolean;
  bias?: boolean;
}

/** Every cell of the lab, and what none of them has. */
const VARIANTS: Record<string, Parts> = {
  "as Keras's": {},
  "of 1997": { forgetGate: false },
  peepholes: { peepholes: true },
  "no input gate": { peepholes: true, inputGate: false },
  "no forget gate": { peepholes: true, forgetGate: false },
  "no output gate": { peepholes: true, outputGate: false },
  "no input activation": { peepholes: true, activation: "linear" },
  "no output activation": { peepholes: true, outputActivation: "linear" },
  "activations whose slopes their values hide": {
    ...{ peepholes: true, mask: true },
    ...{ activation: "silu", outputActivation: "mish", recurrentActivation: "gelu" },
  },
  coupled: { peepholes: true, forgetGate: false, coupled: true },
  "coupled, without peepholes": { forgetGate: false, coupled: true },
  "no gates at all": { inputGate: false, forgetGate: false, outputGate: false },
  "masked, reversed": { peepholes: true, mask: true, reverse: true },
  "no bias": { peepholes: true, bias: false },
};

const [B, T, I, U] = [3, 4, 2, 3];

function subject(parts: Parts, seed = 1) {
  const {
    inputGate = true,
    forgetGate = true,
    outputGate = true,
    coupled = false,
    peepholes = false,
  } = parts;
  const { normal } = randomSource(seed);
  const random = (length: number, spread = 0.7) => Float64Array.from({ length }, () => spread * normal());
  const G = 1 + Number(inputGate) + Number(forgetGate) + Number(outputGate);
  const variables: Record<string, Float64Array> = {
    ...{ x: random(T * B * I, 1), kernel: random(I * G * U), recurrent: random(U * G * U) },
    ...{ h0: random(B * U), c0: random(B * U) },
    ...(parts.bias !== false && { bias: random(G * U) }),
    ...(peepholes && { peepholes: random((G - 1) * U) }),
  };
  const mask = Float64Array.from({ length: T * B }, (_, k) => (k % B === 0 || k === 4 ? 0 : 1));
  const room = (length: number) => new Float64Array(length).fill(Number.NaN);
  const forward = {
    ...{ h: room(T * B * U), c: room(T * B * U), gates: room(T * B * G * U), scratch: room(4096) },
    ...{ bias: null, peepholes: null, mask: parts.mask ? mask : null, ...variables },
    ...{ B, T, I, U, inputGate: Number(inputGate), forgetGate: Number(forgetGate) },
    ...{ outputGate: Number(outputGate), coupled: Number(coupled), reverse: parts.reverse ? 1 : 0 },
    activation: ACTIVATIONS[parts.activation ?? "tanh"].id,
    outputActivation: ACTIVATIONS[parts.outputActivation ?? "tanh"].id,
    recurrentActivation: ACTIVATIONS[parts.recurrentActivation ?? "sigmoid"].id,
  } as unknown as Bound<"variantForward">;
  const [dH, dLast] = [random(T * B * U), random(B * U)];
  const run = () => KERNELS.variantForward.reference(forward);
  return {
    ...{ variables, forward, G, run },
    loss() {
      run();
      const last = forward.h.subarray((T - 1) * B * U);
      return (
        dH.reduce((sum, d, k) => sum + d * forward.h[k]!, 0) +
        dLast.reduce((sum, d, k) => sum + d * last[k]!, 0)
      );
    },
    gradients() {
      const zeros = (name: string) => new Float64Array(variables[name]?.length ?? 0);
      const out = {
        ...{ dx: room(T * B * I), dKernel: zeros("kernel"), dRecurrent: zeros("recurrent") },
        ...{ dh0: room(B * U), dc0: room(B * U) },
        dBias: variables["bias"] ? zeros("bias") : null,
        dPeepholes: variables["peepholes"] ? zeros("peepholes") : null,
      };
      const args = { ...forward, ...out, dH, dLast } as unknown as Bound<"variantBackward">;
      KERNELS.variantBackward.reference(args);
      return {
        ...{ x: out.dx, kernel: out.dKernel, recurrent: out.dRecurrent, h0: out.dh0, c0: out.dc0 },
        ...(out.dBias && { bias: out.dBias }),
        ...(out.dPeepholes && { peepholes: out.dPeepholes }),
      };
    },
  };
}

describe("the lab's LSTM", () => {
  for (const [name, parts] of Object.entries(VARIANTS)) {
    test(`${name}: gradients are those of central differences`, () => {
      checkGradients(subject(parts));
    });

    test(`${name}: each number follows its formula`, () => {
      const { forward: a, G, run } = subject({ ...parts, mask: false, reverse: false }, 5);
      run();
      const has = { i: a.inputGate === 1, f: a.forgetGate === 1, g: true, o: a.outputGate === 1 };
      const columns = (["i", "f", "g", "o"] as const).filter((gate) => has[gate]);
      const holes = columns.filter((gate) => gate !== "g");
      const logistic = (z: number) => 1 / (1 + Math.exp(-z));
      const formulas = {
        ...{
          tanh: Math.tanh,
          linear: (z: number) => z,
          sigmoid: logistic,
          silu: (z: number) => z * logistic(z),
        },
        mish: (z: number) => z * Math.tanh(Math.log1p(Math.exp(z))),
        gelu: (z: number) => (z * (1 + erf(z / Math.SQRT2))) / 2,
      };
      const sigma = formulas[parts.recurrentActivation ?? "sigmoid"];
      const phi = formulas[parts.activation ?? "tanh"];
      const psi = formulas[parts.outputActivation ?? "tanh"];
      for (let b = 0; b < B; b++) {
        let h = Array.from(a.h0!.subarray(b * U, (b + 1) * U));
        let c = Array.from(a.c0!.subarray(b * U, (b + 1) * U));
        for (let t = 0; t < T; t++) {
          const sum = (gate: "i" | "f" | "g" | "o", u: number, seen: number) => {
            const column = columns.indexOf(gate) * U + u;
            let z = a.bias ? a.bias[column]! : 0;
            for (let k = 0; k < I; k++) z += a.x[(t * B + b) * I + k]! * a.kernel[k * G * U + column]!;
            for (let k = 0; k < U; k++) z += h[k]! * a.recurrent[k * G * U + column]!;
            return gate === "g" || !a.peepholes ? z : z + a.peepholes[holes.indexOf(gate) * U + u]! * seen;
          };
          const next = h.map((_, u) => {
            const i = has.i ? sigma(sum("i", u, c[u]!)) : 1;
            const f = a.coupled ? 1 - i : has.f ? sigma(sum("f", u, c[u]!)) : 1;
            const now = f * c[u]! + i * phi(sum("g", u, 0));
            return { c: now, h: (has.o ? sigma(sum("o", u, now)) : 1) * psi(now) };
          });
          [h, c] = [next.map((unit) => unit.h), next.map((unit) => unit.c)];
          for (let u = 0; u < U; u++) {
            assert.ok(Math.abs(a.h[(t * B + b) * U + u]! - h[u]!) < 1e-12);
            assert.ok(Math.abs(a.c[(t * B + b) * U + u]! - c[u]!) < 1e-12);
          }
        }
      }
    });
  }

  test("with nothing taken away it is the LSTM, to the bit", () => {
    const { forward: a, run } = subject({ mask: true }, 9);
    run();
    const room = (length: number) => new Float64Array(length);
    const lstm = { ...a, h: room(T * B * U), c: room(T * B * U), gates: room(T * B * 4 * U) };
    KERNELS.lstmForward.reference({ ...lstm, dropX: null, dropH: null, GX: 1 });
    assert.deepEqual(lstm.h, a.h);
    assert.deepEqual(lstm.c, a.c);
  });
});
