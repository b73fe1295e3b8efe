/** Every backward of the kernels without a state: dense, activations, softmax, embedding, masks, layout. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIVATIONS, type ActivationName } from "../../src/kernels/activations.js";
import { KERNELS as kernels } from "../../src/kernels/kernels.js";
import { checkGradients, type Differentiable, randomSource } from "./checker.js";

const { normal, uniform } = randomSource(7);
const random = (length: number, spread = 1) => Float64Array.from({ length }, () => spread * normal());
const room = (length: number) => new Float64Array(length).fill(Number.NaN);

/** An operator under Σ r ⊙ out for a random r; `backward` receives r as dOut, after a forward. */
function operator(
  variables: Record<string, Float64Array>,
  length: number,
  forward: (out: Float64Array) => void,
  backward: (dOut: Float64Array, out: Float64Array) => Record<string, Float64Array>,
): Differentiable {
  const out = room(length);
  const dOut = random(length);
  const loss = () => {
    forward(out);
    return out.reduce((sum, y, i) => sum + y * dOut[i]!, 0);
  };
  return { variables, loss, gradients: () => backward(dOut, out) };
}

const NAMES = (Object.keys(ACTIVATIONS) as ActivationName[]).filter((name) => name !== "softmax");
/** Where derivatives jump. Inputs keep clear of them. */
const KINKS = [-3, -2.5, -1, 0, 1, 2.5, 3, 6];
/** Every stretch between two kinks is visited. */
const inputs = () => {
  const spread = Float64Array.from({ length: 48 }, (_, i) => -7 + i * 0.3 + 0.1 * uniform());
  return spread.map((x) => (KINKS.some((kink) => Math.abs(x - kink) < 1e-3) ? x + 0.01 : x));
};

for (const activation of NAMES) {
  const { id, fused } = ACTIVATIONS[activation];
  test(`activation ${activation}`, () => {
    const x = inputs();
    const sizes = { length: x.length, activation: id, alpha: 0.2 };
    const subject = operator(
      { x },
      x.length,
      (out) => kernels.activationForward.reference({ out, x, ...sizes }),
      (dOut, out) => {
        const dx = room(x.length);
        kernels.activationBackward.reference({ dx, dOut, x, out, ...sizes });
        return { x: dx };
      },
    );
    checkGradients(subject, { step: 1e-6, tolerance: 1e-5 });
  });

  if (fused) {
    test(`dense with ${activation}`, () => {
      for (const useBias of [true, false])
        checkGradients(denseSubject(id, useBias), { step: 1e-6, tolerance: 1e-5 });
    });
  }
}

function denseSubject(activation: number, useBias: boolean): Differentiable {
  const sizes = { N: 5, I: 4, U: 3, activation };
  const x = random(sizes.N * sizes.I);
  const kernel = random(sizes.I * sizes.U);
  const bias = useBias ? random(sizes.U) : null;
  const scratch = room(256);
  return operator(
    { x, kernel, ...(bias && { bias }) },
    sizes.N * sizes.U,
    (out) => kernels.denseForward.reference({ out, x, kernel, bias, scratch, ...sizes }),
    (dOut, out) => {
      const dx = room(x.length);
      const dKernel = new Float64Array(kernel.length).fill(3);
      const dBias = bias && new Float64Array(bias.length).fill(3);
      kernels.denseBackward.reference({ dx, dKernel, dBias, dOut, out, x, kernel, scratch, ...sizes });
      const added = (g: Float64Array) => g.map((value) => value - 3);
      return { x: dx, kernel: added(dKernel), ...(dBias && { bias: added(dBias) }) };
    },
  );
}

for (const [name, forward, backward] of [
  ["softmax", kernels.softmaxForward, kernels.softmaxBackward],
  ["log softmax", kernels.logSoftmaxForward, kernels.logSoftmaxBackward],
] as const) {
  test(name, () => {
    const sizes = { N: 4, F: 5 };
    const x = random(20, 2);
    const subject = operator(
      { x },
      20,
      (out) => forward.reference({ out, x, ...sizes }),
      (dOut, out) => {
        const dx = room(20);
        backward.reference({ dx, dOut, out, ...sizes });
        return { x: dx };
      },
    );
    checkGradients(subject);
  });
}

test("embedding: repeated ids add up, rows not looked up stay as they were", () => {
  const sizes = { B: 3, T: 4, F: 2, V: 6 };
  const table = random(sizes.V * sizes.F);
  const ids = Float64Array.from([1, 1, 0, 5, 5, 1, 3, 3, 0, 0, 1, 3]);
  const subject = operator(
    { table },
    sizes.B * sizes.T * sizes.F,
    (out) => kernels.embeddingForward.reference({ out, ids, table, ...sizes }),
    (dOut) => {
      const dTable = new Float64Array(table.length).fill(2);
      kernels.embeddingBackward.reference({ dTable, ids, dOut, ...sizes });
      return { table: dTable.map((value) => value - 2) };
    },
  );
  checkGradients(subject);
  const { table: gradient } = subject.gradients();
  assert.deepEqual(
    [2, 4].map((id) => Array.from(gradient!).slice(id * 2, id * 2 + 2)),
    [
      [0, 0],
      [0, 0],
    ],
  );
});

test("multiplyMask: a mask of its own for every group, and one for all", () => {
  const sizes = { G: 3, N: 4 };
  for (const maskGroups of [1, sizes.G]) {
    const x = random(12);
    const mask = random(maskGroups * sizes.N);
    const call = { mask, ...sizes, maskGroups };
    const subject = operator(
      { x },
      12,
      (out) => kernels.multiplyMask.reference({ out, x, ...call }),
      (dOut) => {
        const dx = room(12);
        kernels.multiplyMask.reference({ out: dx, x: dOut, ...call });
        return { x: dx };
      },
    );
    checkGradients(subject);
  }
});

test("layout: toRowMajor, toTimeMajor and reverseTime", () => {
  const sizes = { B: 2, T: 3, F: 4 };
  const pairs = [
    [kernels.toRowMajor.reference, kernels.toTimeMajor.reference],
    [kernels.toTimeMajor.reference, kernels.toRowMajor.reference],
  ] as const;
  for (const [there, back] of pairs) {
    const x = random(24);
    const subject = operator(
      { x },
      24,
      (out) => there({ out, x, ...sizes }),
      (dOut) => {
        const dx = room(24);
        back({ out: dx, x: dOut, ...sizes });
        return { x: dx };
      },
    );
    checkGradients(subject);
  }
  const x = random(24);
  const reversed = operator(
    { x },
    24,
    (out) => kernels.reverseTime.reference({ out, x, T: 3, N: 8 }),
    (dOut) => {
      const dx = room(24);
      kernels.reverseTime.reference({ out: dx, x: dOut, T: 3, N: 8 });
      return { x: dx };
    },
  );
  checkGradients(reversed);
});

test("regularize: the penalty's gradient is added to what is there", () => {
  const w = random(9);
  const penalty = new Float64Array(1);
  const settings = { length: 9, l1: 0.3, l2: 0.7 };
  const run = (g: Float64Array) =>
    kernels.regularize.reference({ g, penalty: penalty.fill(0), w, ...settings });
  checkGradients({
    variables: { w },
    loss: () => {
      run(new Float64Array(9));
      return penalty[0]!;
    },
    gradients: () => {
      const g = new Float64Array(9).fill(5);
      run(g);
      return { w: g.map((value) => value - 5) };
    },
  });
});
