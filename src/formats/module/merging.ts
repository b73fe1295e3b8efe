/** Layers that take several values of one row and make one of them, element by element or side by side. */
import type { Concatenate } from "../../layers/concatenate.js";
import { call, entry, SUM } from "./emitter.js";
import type { Pieces, RowLayer, Value } from "./kit.js";

export interface MergingKit {
  /** A mask that holds where any does; null where one is missing. */
  anyMask(masks: readonly (Uint8Array | null)[]): Uint8Array | null;
  /** Values of the one shape that all have together. */
  alike(inputs: readonly Value[]): Value[];
  merged(f: (a: number, b: number) => number, factor: number): RowLayer;
  multiply: RowLayer;
  /** The largest where sign is 1, the smallest where it is −1. */
  largest(sign: number): RowLayer;
  joinFeatures: RowLayer;
  joinSteps: RowLayer;
}

declare module "./kit.js" {
  interface Kit extends MergingKit {}
}

export const mergingPieces: Pieces<MergingKit> = {
  anyMask: () => (masks) => {
    if (masks.includes(null)) return null;
    return masks[0]!.map((_, t) => (masks.some((mask) => mask![t]) ? 1 : 0));
  },

  /** Axes of 1 are stretched, and a vector meets every step. */
  alike: () => (inputs) => {
    const [F, T] = [1, 2].map((axis) => Math.max(...inputs.map((x) => x.shape.at(-axis) ?? 1))) as [
      number,
      number,
    ];
    const shape = inputs.some((x) => x.shape.length === 2) ? [T, F] : [F];
    return inputs.map((x) => {
      const [width, steps] = [x.shape.at(-1)!, x.shape.at(-2) ?? 1];
      const data = Float32Array.from({ length: T * F }, (_, i) => {
        const [t, f] = [steps === 1 ? 0 : Math.floor(i / F), width === 1 ? 0 : i % F];
        return x.data[t * width + f]!;
      });
      const mask = x.mask && steps < T ? new Uint8Array(T).fill(x.mask[0]!) : x.mask;
      return { data, shape, mask };
    });
  },

  /** A fold of two at a time, then a factor. */
  merged:
    ({ alike, anyMask }) =>
    (f, factor) =>
    (inputs) => {
      const [first, ...rest] = alike(inputs) as [Value, ...Value[]];
      const data = first.data.slice();
      for (const x of rest) for (let i = 0; i < data.length; i++) data[i] = f(data[i]!, x.data[i]!);
      if (factor !== 1) for (let i = 0; i < data.length; i++) data[i]! *= factor;
      return { data, shape: first.shape, mask: anyMask([first, ...rest].map((x) => x.mask)) };
    },

  /** Hidden steps count as 1; where the result is hidden, it is 0. */
  multiply:
    ({ alike, anyMask }) =>
    (inputs) => {
      const all = alike(inputs);
      const { shape } = all[0]!;
      const mask = anyMask(all.map((x) => x.mask));
      const F = shape.at(-1)!;
      const data = Float32Array.from(all[0]!.data, (_, i) => {
        const t = Math.floor(i / F);
        if (mask && !mask[t]) return 0;
        return all.reduce((product, x) => (x.mask && !x.mask[t] ? product : product * x.data[i]!), 1);
      });
      return { data, shape, mask };
    },

  /** The largest times sign; where one of two is hidden, the other counts. */
  largest:
    ({ alike, anyMask }) =>
    (sign) =>
    (inputs) =>
      alike(inputs).reduce((most, x) => {
        const F = x.shape.at(-1)!;
        const data = Float32Array.from(x.data, (value, i) => {
          const t = Math.floor(i / F);
          const own = x.mask && !x.mask[t] ? most.data[i]! : value;
          const other = most.mask && !most.mask[t] ? own : most.data[i]!;
          return sign * own > sign * other ? own : other;
        });
        return { data, shape: x.shape, mask: anyMask([most.mask, x.mask]) };
      }),

  /** Side by side in every step. */
  joinFeatures:
    ({ anyMask }) =>
    (inputs) => {
      const F = inputs.reduce((sum, x) => sum + x.shape.at(-1)!, 0);
      const steps = inputs[0]!.shape.slice(0, -1);
      const data = new Float32Array(F * (steps[0] ?? 1));
      let from = 0;
      for (const x of inputs) {
        const width = x.shape.at(-1)!;
        x.data.forEach((v, i) => {
          data[Math.floor(i / width) * F + from + (i % width)] = v;
        });
        from += width;
      }
      return { data, shape: [...steps, F], mask: anyMask(inputs.map((x) => x.mask)) };
    },

  /** One after another in time; a sequence without a mask is all there. */
  joinSteps: () => (inputs) => {
    const T = inputs.reduce((sum, x) => sum + x.shape[0]!, 0);
    const F = inputs[0]!.shape[1]!;
    const data = new Float32Array(T * F);
    const mask = new Uint8Array(T).fill(1);
    let t = 0;
    for (const x of inputs) {
      data.set(x.data, t * F);
      if (x.mask) mask.set(x.mask, t);
      t += x.shape[0]!;
    }
    return { data, shape: [T, F], mask: inputs.every((x) => x.mask === null) ? null : mask };
  },
};

export const mergingEmitters = [
  entry("Add", ({ w }) => call(w, "merged", SUM, 1)),
  entry("Average", ({ inputs, w }) => call(w, "merged", SUM, 1 / inputs.length)),
  entry<Concatenate>("Concatenate", ({ layer, inputs, w }) => {
    const { axis } = layer.options;
    return w.use(axis === -1 || axis === inputs[0]!.length ? "joinFeatures" : "joinSteps");
  }),
  entry("Maximum", ({ w }) => call(w, "largest", 1)),
  entry("Minimum", ({ w }) => call(w, "largest", -1)),
  entry("Multiply", ({ w }) => w.use("multiply")),
  entry("Subtract", ({ w }) => call(w, "merged", "(a, b) => a - b", 1)),
];
