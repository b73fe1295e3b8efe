/** Cases of the kernels that select, join and repeat, and of pooling. */
import { type Case, define, noise, Values } from "./harness.js";

/** Nothing is rounded, or once: the same bits. */
const EXACT = 0;
/** The reference rounds once what C rounds twice. */
const ROUNDED = 1e-6;
const WIDTHS = [1, 3, 16, 17, 100];

export function choosingCases(): Case[] {
  const cases: Case[] = [];
  for (const F of WIDTHS) {
    const N = F === 1 ? 37 : 9;
    const v = new Values(F + 1);
    const [x, other] = [v.normal(N * F), v.normal(N * F)];
    const call = { mask: v.mask(N, 0.5), N, F, value: 0.25 };
    const out = noise(N * F);
    cases.push(
      define("choose", `N ${N} F ${F}`, EXACT, { out, x, other, ...call }),
      define("choose", `N ${N} F ${F}, x or a value`, EXACT, { out, x, other: null, ...call }),
      define("choose", `N ${N} F ${F}, a value or other`, EXACT, { out, x: null, other, ...call }),
    );
    const values = v.normal(N * F).fill(0.5, 2 * F, 4 * F);
    values[3 * F + F - 1] = -1;
    const hidden = { mask: noise(N), x: values, N, F, value: 0.5 };
    cases.push(define("maskFromValues", `N ${N} F ${F}`, EXACT, hidden));
    const sum = { out, length: N * F, a: 0.7, b: -1.3 };
    cases.push(define("combine", `${N * F}`, ROUNDED, { x, y: other, ...sum }));
    cases.push(define("combine", `${N * F} scaled`, ROUNDED, { x, y: null, ...sum }));
  }
  return cases;
}

export function layoutCases(): Case[] {
  const cases: Case[] = [];
  for (const F of WIDTHS) {
    const N = 7;
    const [outStride, xStride] = [F + 5, F + 2];
    const x = new Values(F).normal(N * xStride);
    // The columns beside those copied stay as they were.
    cases.push(
      define("copyRows", `N ${N} F ${F}`, EXACT, { out: noise(N * outStride), x, N, F, outStride, xStride }),
    );
    for (const [A, R] of [
      [1, 1],
      [4, 3],
      [2, 50],
    ] as const) {
      const sizes = { A, R, C: F };
      const v = new Values(A * 100 + R + F);
      const label = `A ${A} R ${R} C ${F}`;
      const repeated = v.normal(A * R * F);
      cases.push(
        define("repeatAxis", label, EXACT, { out: noise(A * R * F), x: v.normal(A * F), ...sizes }),
        define("sumAxis", label, ROUNDED, { out: noise(A * F), x: repeated, ...sizes, accumulate: 0 }),
        define("sumAxis", `${label} added`, ROUNDED, {
          out: v.normal(A * F),
          x: repeated,
          ...sizes,
          accumulate: 1,
        }),
      );
    }
  }
  return cases;
}

/** Windows over T steps: all of them, side by side, overlapping, apart, and reaching past both ends. */
const WINDOWS = [
  { T: 6, S: 1, size: 6, stride: 1, before: 0 },
  { T: 7, S: 3, size: 2, stride: 2, before: 0 },
  { T: 7, S: 5, size: 3, stride: 1, before: 0 },
  { T: 9, S: 3, size: 2, stride: 3, before: 0 },
  { T: 5, S: 5, size: 4, stride: 1, before: 1 },
  { T: 8, S: 3, size: 5, stride: 3, before: 2 },
  { T: 1, S: 1, size: 3, stride: 3, before: 1 },
];

export function poolingCases(): Case[] {
  const cases: Case[] = [];
  for (const { T, S, ...window } of WINDOWS) {
    for (const [B, F] of [
      [1, 1],
      [3, 17],
      [5, 32],
    ] as const) {
      const v = new Values(T * 1000 + S * 100 + B + window.size);
      const N = B * F;
      const label = `T ${T} S ${S} size ${window.size} stride ${window.stride} before ${window.before} B ${B} F ${F}`;
      // Few different values, so that many are the largest at once.
      const x = v.whole(T * N, 4);
      const dOut = v.normal(S * N);
      const sizes = { T, N, S, ...window };
      cases.push(define("maxPoolForward", label, EXACT, { out: noise(S * N), x, ...sizes }));
      const out = maxima(x, sizes);
      for (const share of [0, 1]) {
        const args = { dx: noise(T * N), dOut, out, x, ...sizes, share };
        cases.push(define("maxPoolBackward", `${label} share ${share}`, share ? ROUNDED : EXACT, args));
      }
      // At least one step in each window is there.
      const mask = v.mask(T * B, 0.4).map((m, i) => (Math.floor(i / B) % 2 === 0 || T === 1 ? 1 : m));
      for (const given of window.size > 1 && window.stride === 1 ? [null, mask] : [null]) {
        const dims = { mask: given, B, T, F, S, ...window };
        const name = `${label}${given ? " masked" : ""}`;
        cases.push(
          define("averagePoolForward", name, ROUNDED, { out: noise(S * N), x: v.normal(T * N), ...dims }),
          define("averagePoolBackward", name, ROUNDED, { dx: noise(T * N), dOut, ...dims }),
        );
      }
    }
  }
  return cases;
}

function maxima(
  x: Float32Array,
  { T, N, S, size, stride, before }: Record<"T" | "N" | "S" | "size" | "stride" | "before", number>,
): Float32Array {
  return Float32Array.from({ length: S * N }, (_, k) => {
    const begin = Math.floor(k / N) * stride - before;
    const steps = Array.from({ length: size }, (_, j) => begin + j).filter((t) => t >= 0 && t < T);
    return Math.max(...steps.map((t) => x[t * N + (k % N)]!));
  });
}
