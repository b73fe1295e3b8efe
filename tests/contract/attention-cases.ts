/** Cases of attention: both scores, masks, dropout, at sizes that fit no vector. */
import { type Case, define, noise, Values } from "./harness.js";

interface Options {
  concat: boolean;
  scaled: boolean;
  queryMask: boolean;
  valueMask: boolean;
  dropped: boolean;
  /** Without gradients of the inputs, or without weights kept for them. */
  bare: boolean;
}

const yes = (...names: (keyof Options)[]): Options => {
  const has = (name: keyof Options) => names.includes(name);
  return {
    concat: has("concat"),
    scaled: has("scaled"),
    queryMask: has("queryMask"),
    valueMask: has("valueMask"),
    dropped: has("dropped"),
    bare: has("bare"),
  };
};

const VARIANTS = {
  plain: yes(),
  scaled: yes("scaled"),
  "queries hidden": yes("queryMask", "scaled"),
  "values hidden": yes("valueMask"),
  dropped: yes("dropped"),
  "all of it": yes("scaled", "queryMask", "valueMask", "dropped"),
  "nothing kept": yes("scaled", "valueMask", "bare"),
  concat: yes("concat"),
  "concat, scaled": yes("concat", "scaled"),
  "concat, all of it": yes("concat", "scaled", "queryMask", "valueMask", "dropped"),
  "concat, nothing kept": yes("concat", "scaled", "queryMask", "bare"),
};

const SIZES = [
  [1, 1, 1, 1, 1],
  [3, 5, 7, 3, 2],
  [5, 2, 19, 16, 17],
  [16, 20, 9, 33, 8],
] as const;

export function attentionCases(): Case[] {
  return Object.entries(VARIANTS).flatMap(([name, options], v) =>
    SIZES.flatMap((sizes, i) => attention(`${name}, B ${sizes.join(" ")}`, sizes, options, 20 * v + i)),
  );
}

function attention(
  label: string,
  [B, T, S, I, F]: (typeof SIZES)[number],
  options: Options,
  seed: number,
): Case[] {
  const { concat, scaled, queryMask, valueMask, dropped, bare } = options;
  const v = new Values(7000 + seed);
  const shared = {
    query: v.normal(T * B * I),
    value: v.normal(S * B * F),
    key: v.normal(S * B * I, 1 / Math.sqrt(I)),
    queryMask: queryMask ? v.mask(T * B) : null,
    drop: dropped ? v.mask(T * B * S).map((m) => m / 0.7) : null,
    scale: scaled ? Float32Array.of(0.7) : null,
    concatWeight: concat ? Float32Array.of(0.45) : null,
    ...{ B, T, S, I, F },
  };
  const number = () => v.normal(1);
  return [
    define("attentionForward", label, 3e-6, {
      out: noise(T * B * F),
      weights: bare ? null : noise(T * B * S),
      // In one row of the batch every step is hidden.
      valueMask: valueMask ? v.mask(S * B).map((m, i) => (i % B === 0 ? 0 : m)) : null,
      ...shared,
    }),
    define("attentionBackward", label, 2e-5, {
      dQuery: bare ? null : noise(T * B * I),
      dValue: bare ? null : noise(S * B * F),
      dKey: bare ? null : noise(S * B * I),
      dScale: scaled ? number() : null,
      dConcatWeight: concat ? number() : null,
      dOut: v.normal(T * B * F),
      weights: distributions(v, T * B, S),
      ...shared,
    }),
  ];
}

/** Rows of numbers that sum to 1. */
function distributions(v: Values, N: number, S: number): Float32Array {
  const drawn = v.uniform(N * S, 0.05, 1);
  for (let n = 0; n < N; n++) {
    const row = drawn.subarray(n * S, (n + 1) * S);
    const sum = row.reduce((total, x) => total + x, 0);
    for (let s = 0; s < S; s++) row[s]! /= sum;
  }
  return drawn;
}
