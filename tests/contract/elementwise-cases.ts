/** Cases of the kernels that neither recur nor learn: memory, embedding, dense, activations, softmax, dropout. */
import { ACTIVATIONS } from "../../src/kernels/activations.js";
import { type Case, define, noise, referenceResults, Values } from "./harness.js";

/** Around the widths of vectors, and past a block of 16 partial sums. */
const LENGTHS = [1, 3, 4, 5, 15, 16, 17, 33, 100, 1000];
const BATCHES = [1, 5, 33];
const UNITS = [1, 3, 17, 33, 100];

/** Nothing is rounded, or once: the same bits. */
const EXACT = 0;

export function memoryCases(): Case[] {
  const cases: Case[] = [];
  for (const length of LENGTHS) {
    const v = new Values(length);
    const label = `${length}`;
    cases.push(define("fill", label, EXACT, { out: noise(length), length, value: 0.1 }));
    cases.push(define("add", label, EXACT, { out: v.normal(length), x: v.normal(length), length }));
    for (const count of length === 33 ? [1, 2, 3, 4, 7, 8, 13, 64] : [3]) {
      const parts = { parts: v.normal(count * (length + 7)), count, stride: length + 7 };
      cases.push(
        define("sumShards", `${label}, ${count} shards`, 1e-5, { out: noise(length), ...parts, length }),
      );
    }
  }
  for (const [B, T, F] of [
    [1, 1, 1],
    [5, 7, 3],
    [33, 4, 17],
    [2, 3, 100],
  ] as const) {
    const v = new Values(B);
    const sizes = { B, T, F };
    const label = `B ${B} T ${T} F ${F}`;
    const x = v.normal(B * T * F);
    cases.push(define("toRowMajor", label, EXACT, { out: noise(x.length), x, ...sizes }));
    cases.push(define("toTimeMajor", label, EXACT, { out: noise(x.length), x, ...sizes }));
    cases.push(define("reverseTime", label, EXACT, { out: noise(x.length), x, T, N: B * F }));
  }
  return cases;
}

export function embeddingCases(): Case[] {
  const cases: Case[] = [];
  for (const B of BATCHES) {
    for (const F of [1, 3, 16, 17, 100]) {
      const T = B === 1 ? 1 : 6;
      const V = 9;
      const v = new Values(B * 1000 + F);
      const ids = v.whole(B * T, V);
      const label = `B ${B} T ${T} F ${F}`;
      const sizes = { ids, B, T, F, V };
      const rows = T * B * F;
      cases.push(
        define("embeddingForward", label, EXACT, { out: noise(rows), table: v.normal(V * F), ...sizes }),
        define("embeddingBackward", label, EXACT, {
          dTable: v.normal(V * F),
          dOut: v.normal(rows),
          ...sizes,
        }),
      );
    }
    cases.push(...rowsOfEmbedding(B));
    const T = 6;
    const ids = new Values(B).whole(B * T, 3);
    cases.push(define("maskFromIds", `B ${B}`, EXACT, { mask: noise(B * T), ids, B, T }));
  }
  return cases;
}

/** Rows of which the first is named once, the second in two shards, others more often and in other orders. */
function rowsOfEmbedding(named: number): Case[] {
  return [1, 3, 16, 17, 100].flatMap((F) => {
    const v = new Values(named * 1000 + F);
    const elements = 8 * F;
    const runs = Array.from({ length: named }, (_, k) => {
      let waiting = 0;
      return Array.from({ length: 1 + ((k * 5) % 7) }, (_, i) => {
        const opensShard = i === 0 || (i * k) % 3 === 1;
        // In the last of them all that wait are done with the shard before.
        const merged = opensShard && i >= 4 ? waiting : 0;
        if (opensShard && i > 0) waiting += 1 - merged;
        return 16 * (((k + 3 * i) % 8) * F) + (opensShard ? 1 + merged : 0);
      });
    });
    const starts = [0];
    for (const { length } of runs) starts.push(starts.at(-1)! + length);
    const given = { starts: Uint32Array.from([...starts, 9, 9, 9]), places: Uint32Array.from(runs.flat()) };
    const sizes = { N: named + 3, P: given.places.length, F };
    return [0, 1, 2].map((part) =>
      define("embeddingRowsBackward", `${named} rows F ${F} part ${part} of 3`, 1e-6, {
        dRows: noise((named + 3) * F),
        dOut: v.normal(elements),
        count: Uint32Array.of(named),
        ...given,
        ...sizes,
        part,
        parts: 3,
      }),
    );
  });
}

export function denseCases(): Case[] {
  const cases: Case[] = [];
  for (const N of [...BATCHES, 300]) {
    for (const U of UNITS) {
      for (const I of N === 300 ? [3, 300] : [1, 17, 300]) {
        const fused = Object.values(ACTIVATIONS).filter(({ fused }) => fused);
        const activation = fused[(N + U + I) % fused.length]!.id;
        cases.push(...denseCase(N, I, U, activation, { bias: U % 2 === 1, dx: I !== 17 }));
      }
    }
  }
  for (const { id, fused } of Object.values(ACTIVATIONS)) {
    if (fused) cases.push(...denseCase(5, 7, 33, id, { bias: true, dx: true }));
  }
  return cases;
}

function denseCase(
  N: number,
  I: number,
  U: number,
  activation: number,
  has: { bias: boolean; dx: boolean },
): Case[] {
  const v = new Values(N * 10_000 + U * 100 + I + activation);
  const x = v.normal(N * I);
  const kernel = v.normal(I * U, 1 / Math.sqrt(I));
  const sizes = { N, I, U, activation };
  const label = `N ${N} I ${I} U ${U} activation ${activation}`;
  return [
    define("denseForward", label, 2e-6, {
      out: noise(N * U),
      x,
      kernel,
      bias: has.bias ? v.normal(U) : null,
      ...sizes,
    }),
    define("denseBackward", label, 2e-6, {
      dx: has.dx ? noise(N * I) : null,
      dKernel: v.normal(I * U),
      dBias: has.bias ? v.normal(U) : null,
      dOut: v.normal(N * U),
      out: v.uniform(N * U, 0.01, 0.99),
      x,
      kernel,
      ...sizes,
    }),
  ];
}

export function activationCases(): Case[] {
  const cases: Case[] = [];
  for (const [name, { id: activation, fused }] of Object.entries(ACTIVATIONS)) {
    if (name === "softmax") continue;
    for (const length of [1, 17, 400]) {
      const v = new Values(activation * 1000 + length);
      const x = length === 400 ? ramp(length) : v.normal(length, 2);
      const call = { length, activation, alpha: 0.2 };
      // Exponentials grow large; their error is relative to the largest.
      const forward = define("activationForward", `${name} ${length}`, 1e-6, {
        out: noise(length),
        x,
        ...call,
      });
      // A fused one is to work from the output alone, others from the input and the output that belongs to it.
      const out = fused ? v.uniform(length, 0.01, 0.99) : referenceResults(forward).get("out")!;
      const gradients = { dx: noise(length), dOut: v.normal(length) };
      cases.push(
        forward,
        define("activationBackward", `${name} ${length}`, 1e-6, { ...gradients, x, out, ...call }),
      );
    }
  }
  return cases;
}

export function rectifyCases(): Case[] {
  const numbers = [
    { slope: 0, threshold: 0, ceiling: Infinity },
    { slope: 0.25, threshold: 0, ceiling: Infinity },
    { slope: 0.125, threshold: 1.5, ceiling: 4 },
  ];
  return LENGTHS.flatMap((length) =>
    numbers.flatMap((call) => {
      const v = new Values(length);
      const x = v.normal(length, 3);
      const label = `${length}, ${Object.values(call)}`;
      return [
        define("rectifyForward", label, EXACT, { out: noise(length), x, length, ...call }),
        define("rectifyBackward", label, EXACT, {
          dx: noise(length),
          dOut: v.normal(length),
          x,
          length,
          ...call,
        }),
      ];
    }),
  );
}

/** From −10 to 10, where every activation shows all its parts. */
const ramp = (length: number) => Float32Array.from({ length }, (_, i) => -10 + (20 * i) / (length - 1));

export function softmaxCases(): Case[] {
  const cases: Case[] = [];
  for (const N of BATCHES) {
    for (const F of [1, 2, 3, 16, 17, 100]) {
      const v = new Values(N * 1000 + F);
      // Logits far from 0: without subtracting the largest, exp would overflow.
      const x = v.normal(N * F, 3).map((value) => value + 200);
      cases.push(define("softmaxForward", `N ${N} F ${F}`, 1e-6, { out: noise(N * F), x, N, F }));
      const out = v.uniform(N * F, 0, 2 / F);
      const gradients = { dx: noise(N * F), dOut: v.normal(N * F), out };
      cases.push(define("softmaxBackward", `N ${N} F ${F}`, 1e-6, { ...gradients, N, F }));
      cases.push(define("logSoftmaxForward", `N ${N} F ${F}`, 1e-6, { out: noise(N * F), x, N, F }));
      const logs = { ...gradients, out: out.map((value) => Math.log(value + 1e-30)) };
      cases.push(define("logSoftmaxBackward", `N ${N} F ${F}`, 1e-6, { ...logs, N, F }));
    }
  }
  return cases;
}

export function dropoutCases(): Case[] {
  const cases: Case[] = [];
  const counters = Uint32Array.of(0x89abcdef, 0xfedcba98, 77);
  for (const [G, B, F] of [
    [1, 1, 1],
    [4, 5, 17],
    [1, 33, 100],
    [4, 3, 64],
    [200, 2, 3],
  ] as const) {
    const draw = { counters, G, B, F, purpose: 2 ** 24 + 9, firstRow: 48, scale: 1 / 0.7 };
    const mask = noise(G * B * F);
    const label = `G ${G} B ${B} F ${F}`;
    cases.push(define("dropoutMask", label, EXACT, { mask, ...draw, threshold: Math.round(0.3 * 2 ** 32) }));
    cases.push(define("dropoutMask", `${label} rate 1`, EXACT, { mask, ...draw, threshold: 2 ** 32 - 1 }));
    const v = new Values(G + B + F);
    const N = B * F;
    for (const maskGroups of [1, G]) {
      cases.push(
        define("multiplyMask", `G ${G} N ${N} masks ${maskGroups}`, EXACT, {
          out: noise(G * N),
          x: v.normal(G * N),
          mask: v.uniform(maskGroups * N),
          G,
          N,
          maskGroups,
        }),
      );
    }
  }
  return cases;
}
