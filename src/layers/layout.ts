/** Operations that move values: joined, cut, repeated, turned round, laid out in another shape. */
import type { Pointer } from "../kernels/declare.js";
import { type Builder, elementsOf, rowsOf, type Tensor } from "./layer.js";

/** A pointer so many elements on. */
const plus = (b: Builder, at: Pointer, elements: number): Pointer => at + elements * b.elementBytes;

/** The tensors' features side by side. */
export function planConcatFeatures(b: Builder, parts: readonly Tensor[], mask: Pointer = 0): Tensor {
  const width = parts.reduce((sum, { shape }) => sum + shape.at(-1)!, 0);
  const out = b.tensor([...parts[0]!.shape.slice(0, -1), width], {
    mask,
    wantsGradient: parts.some(({ wantsGradient }) => wantsGradient),
  });
  const N = rowsOf(b, out);
  let column = 0;
  for (const part of parts) {
    const F = part.shape.at(-1)!;
    const from = column;
    b.call("copyRows", { out: plus(b, out.at, from), x: b.read(part), N, F, outStride: width, xStride: F });
    b.backward(() => {
      const dx = out.gradient && b.gradientOf(part);
      const x = plus(b, out.gradient, from);
      if (dx) b.call("copyRows", { out: dx, x, N, F, outStride: F, xStride: width });
    });
    column += F;
  }
  return out;
}

/** The sequences one after another in time. */
export function planConcatTime(b: Builder, parts: readonly Tensor[], mask: Pointer = 0): Tensor {
  const steps = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const out = b.tensor([steps, parts[0]!.shape[1]!], {
    mask,
    wantsGradient: parts.some(({ wantsGradient }) => wantsGradient),
  });
  let from = 0;
  for (const part of parts) {
    const F = elementsOf(b, part);
    const sizes = { N: 1, F, outStride: F, xStride: F };
    const begin = from;
    b.call("copyRows", { out: plus(b, out.at, begin), x: b.read(part), ...sizes });
    b.backward(() => {
      const dx = out.gradient && b.gradientOf(part);
      if (dx) b.call("copyRows", { out: dx, x: plus(b, out.gradient, begin), ...sizes });
    });
    from += F;
  }
  return out;
}

/** Seen as [A][C], repeated to [A][R][C]: a tensor of `shape`. */
export function planRepeat(
  b: Builder,
  x: Tensor,
  shape: readonly number[],
  { A, R, C }: { A: number; R: number; C: number },
  mask: Pointer = 0,
): Tensor {
  const out = b.tensor(shape, { mask, wantsGradient: x.wantsGradient });
  b.call("repeatAxis", { out: out.at, x: b.read(x), A, R, C });
  b.backward(() => {
    const dx = out.gradient && b.gradientOf(x);
    if (dx) b.call("sumAxis", { out: dx, x: out.gradient, A, R, C, accumulate: 0 });
  });
  return out;
}

/** A sequence from its last step to its first. */
export function planReverse(b: Builder, x: Tensor, mask: Pointer = x.mask): Tensor {
  const sizes = { T: x.shape[0]!, N: b.B * x.shape[1]! };
  const out = b.tensor(x.shape, { mask, wantsGradient: x.wantsGradient });
  b.call("reverseTime", { out: out.at, x: b.read(x), ...sizes });
  b.backward(() => {
    const dx = out.gradient && b.gradientOf(x);
    if (dx) b.call("reverseTime", { out: dx, x: out.gradient, ...sizes });
  });
  return out;
}

/** A mask [T][B] from the last step to the first; 0 stays 0. */
export function reversedMask(b: Builder, mask: Pointer, T: number): Pointer {
  if (mask === 0) return 0;
  const out = b.allocate(T * b.B);
  b.call("reverseTime", { out, x: mask, T, N: b.B });
  return out;
}

/** A sequence [T, F] as one vector [T·F]; a vector stays as it is. */
export function planRowMajor(b: Builder, x: Tensor): Tensor {
  if (x.shape.length === 1) return x;
  const [T, F] = x.shape as [number, number];
  const out = b.tensor([T * F], { wantsGradient: x.wantsGradient });
  b.call("toRowMajor", { out: out.at, x: b.read(x), B: b.B, T, F });
  b.backward(() => {
    const dx = out.gradient && b.gradientOf(x);
    if (dx) b.call("toTimeMajor", { out: dx, x: out.gradient, B: b.B, T, F });
  });
  return out;
}

/** A vector [T·F] as a sequence [T, F]. */
export function planTimeMajor(b: Builder, x: Tensor, T: number, F: number): Tensor {
  const out = b.tensor([T, F], { wantsGradient: x.wantsGradient });
  b.call("toTimeMajor", { out: out.at, x: b.read(x), B: b.B, T, F });
  b.backward(() => {
    const dx = out.gradient && b.gradientOf(x);
    if (dx) b.call("toRowMajor", { out: dx, x: out.gradient, B: b.B, T, F });
  });
  return out;
}

/** The same values and the same gradient in another shape of as many numbers. */
export function viewOf(b: Builder, x: Tensor, shape: readonly number[], mask: Pointer = 0): Tensor {
  const { wantsGradient } = x;
  return {
    ...{ at: b.read(x), shape, mask, wantsGradient },
    get gradient() {
      return x.gradient;
    },
    set gradient(at) {
      x.gradient = at;
    },
  };
}

/** A sequence [T, F] as [F, T]: what was a step is a feature. */
export function planTranspose(b: Builder, x: Tensor): Tensor {
  const [T, F] = x.shape as [number, number];
  const out = b.tensor([F, T], { wantsGradient: x.wantsGradient });
  transpose(b, out.at, b.read(x), T, F);
  b.backward(() => {
    const dx = out.gradient && b.gradientOf(x);
    if (dx) transpose(b, dx, out.gradient, F, T);
  });
  return out;
}

/** out [F][B][T] = x [T][B][F], by way of [B][F][T]. */
function transpose(b: Builder, out: Pointer, x: Pointer, T: number, F: number): void {
  const rows = b.allocate(b.B * T * F);
  b.call("toRowMajor", { out: rows, x, B: b.B * F, T, F: 1 });
  b.call("toTimeMajor", { out, x: rows, B: b.B, T: F, F: T });
}
