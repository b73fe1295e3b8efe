/**
 * Operations that layers are put together from: each records its forward calls, and its backward ones where the plan
 * trains. An operand used twice is to be forked by the caller (`Builder.fork`).
 */
import type { Pointer } from "../kernels/declare.js";
import { type Builder, elementsOf, rowsOf, type Tensor } from "./layer.js";

/** Numbers to multiply by where none are given: as they are. */
type Weights = { a?: number; b?: number; mask?: Pointer };

/** a·x + b·y, or a·x alone; `mask` is the result's. */
export function planCombine(
  b: Builder,
  x: Tensor,
  y: Tensor | null,
  { a = 1, b: by = 1, mask = 0 }: Weights = {},
): Tensor {
  const length = elementsOf(b, x);
  const out = b.tensor(x.shape, { mask, wantsGradient: x.wantsGradient || (y?.wantsGradient ?? false) });
  b.call("combine", { out: out.at, x: b.read(x), y: y ? b.read(y) : 0, length, a, b: by });
  const scaled = (dx: Pointer, factor: number) =>
    dx && b.call("combine", { out: dx, x: out.gradient, y: 0, length, a: factor, b: 0 });
  b.backward(() => {
    if (!out.gradient) return;
    scaled(b.gradientOf(x), a);
    if (y) scaled(b.gradientOf(y), by);
  });
  return out;
}

/** x ⊙ y. */
export function planProduct(b: Builder, x: Tensor, y: Tensor, mask: Pointer = 0): Tensor {
  const sizes = { G: 1, N: elementsOf(b, x), maskGroups: 1 };
  const out = b.tensor(x.shape, { mask, wantsGradient: x.wantsGradient || y.wantsGradient });
  const [left, right] = [b.read(x), b.read(y)];
  b.call("multiplyMask", { out: out.at, x: left, mask: right, ...sizes });
  const times = (dx: Pointer, other: Pointer) =>
    dx && b.call("multiplyMask", { out: dx, x: out.gradient, mask: other, ...sizes });
  b.backward(() => {
    if (!out.gradient) return;
    times(b.gradientOf(x), right);
    times(b.gradientOf(y), left);
  });
  return out;
}

/** x in the rows where `where` is not 0, elsewhere `other`: a tensor, or one number. */
export function planChoose(
  b: Builder,
  where: Pointer,
  x: Tensor,
  other: Tensor | number,
  mask: Pointer = 0,
): Tensor {
  const sizes = { mask: where, N: rowsOf(b, x), F: x.shape.at(-1)! };
  const [y, value] = typeof other === "number" ? [null, other] : [other, 0];
  const out = b.tensor(x.shape, { mask, wantsGradient: x.wantsGradient || (y?.wantsGradient ?? false) });
  b.call("choose", { out: out.at, x: b.read(x), other: y ? b.read(y) : 0, ...sizes, value });
  b.backward(() => {
    if (!out.gradient) return;
    const dx = b.gradientOf(x);
    if (dx) b.call("choose", { out: dx, x: out.gradient, other: 0, ...sizes, value: 0 });
    const dy = y && b.gradientOf(y);
    if (dy) b.call("choose", { out: dy, x: 0, other: out.gradient, ...sizes, value: 0 });
  });
  return out;
}

/** A mask that holds where any of the masks does, as Keras joins those of merged tensors; 0 where one has none. */
export function anyMask(b: Builder, masks: readonly Pointer[], steps: number): Pointer {
  if (masks.includes(0)) return 0;
  return masks.reduce((joined, mask) => {
    if (mask === joined) return joined;
    const out = b.allocate(steps * b.B);
    b.call("choose", { out, mask: joined, x: joined, other: mask, N: steps * b.B, F: 1, value: 0 });
    return out;
  });
}
