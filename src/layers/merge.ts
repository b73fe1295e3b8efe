/**
 * Layers that take several inputs of one shape and merge them element by element; an axis of 1 is stretched, and a
 * vector meets every step of a sequence, as in Keras. The result is masked where all inputs are: its mask then holds
 * wherever any of theirs does.
 */

import { inputError } from "../base/errors.js";
import type { Pointer } from "../kernels/declare.js";
import {
  type Builder,
  configure,
  elementsOf,
  Layer,
  type LayerKind,
  type Shape,
  type Tensor,
} from "./layer.js";
import { planRepeat } from "./layout.js";
import { anyMask, planChoose, planCombine, planProduct } from "./operations.js";
import type { LayerOptions } from "./options.js";
import { planMaxPool } from "./pooling.js";

/** The shape that two shapes have together. */
function commonShape(x: Shape, y: Shape, layer: Layer): Shape {
  if (x.length < y.length) return commonShape(y, x, layer);
  const short = x.length > y.length ? [1, ...y] : y;
  return x.map((size, axis) => {
    const other = short[axis]!;
    if (size === null || other === null) return size === 1 ? other : other === 1 ? size : (size ?? other);
    if (size === other || other === 1) return size;
    if (size === 1) return other;
    throw inputError({
      expected: "inputs of one shape",
      where: `input of ${layer.className} ${layer.name}`,
      received: `[${x.join(", ")}] and [${y.join(", ")}]`,
    });
  });
}

/** x stretched to `shape`. */
function stretched(b: Builder, x: Tensor, shape: readonly number[]): Tensor {
  const F = shape.at(-1)!;
  const wide =
    x.shape.at(-1) === F
      ? x
      : planRepeat(b, x, [...x.shape.slice(0, -1), F], { A: elementsOf(b, x), R: F, C: 1 }, x.mask);
  if (shape.length === 1 || (wide.shape.length === 2 && wide.shape[0] === shape[0])) return wide;
  const T = shape[0]!;
  const mask = wide.mask && b.allocate(T * b.B);
  if (mask) b.call("repeatAxis", { out: mask, x: wide.mask, A: 1, R: T, C: b.B });
  return planRepeat(b, wide, shape, { A: 1, R: T, C: b.B * F }, mask);
}

abstract class Merge extends Layer {
  override outputShape(inputs: readonly Shape[]): Shape {
    if (inputs.length < 2) {
      throw inputError({
        expected: "at least two inputs",
        where: `${this.className} ${this.name}`,
        received: inputs.length,
        next: `Write layers.${this.className.toLowerCase()}().apply([x, y]) in a graph of layers.`,
      });
    }
    return inputs.reduce((shape, input) => commonShape(shape, input, this));
  }

  override plan(b: Builder, inputs: readonly Tensor[]): Tensor {
    const shape = this.outputShape(inputs.map((x) => x.shape)) as readonly number[];
    const same = inputs.map((x) => stretched(b, x, shape));
    const steps = shape.length === 2 ? shape[0]! : 1;
    return this.merge(b, same, (masks) => anyMask(b, masks, steps));
  }

  /** @param any joins masks into one that holds where any of them does, or 0 where one is missing */
  abstract merge(b: Builder, inputs: readonly Tensor[], any: (masks: readonly Pointer[]) => Pointer): Tensor;
}

const kindOf = <N extends string>(className: N, make: LayerKind["make"]): LayerKind<N> => ({
  className,
  options: {},
  make,
  mask: "merges",
  merges: true,
  needsBuilding: true,
  keras: { arguments: "", asFunction: true },
});

export const addKind: LayerKind<"Add"> = kindOf("Add", add);
export const averageKind: LayerKind<"Average"> = kindOf("Average", average);
export const subtractKind: LayerKind<"Subtract"> = kindOf("Subtract", subtract);
export const multiplyKind: LayerKind<"Multiply"> = kindOf("Multiply", multiply);
export const maximumKind: LayerKind<"Maximum"> = kindOf("Maximum", maximum);
export const minimumKind: LayerKind<"Minimum"> = kindOf("Minimum", minimum);

const masksOf = (inputs: readonly Tensor[]) => inputs.map(({ mask }) => mask);

/** Σ x */
export class Add extends Merge {
  override get kind(): LayerKind {
    return addKind;
  }

  override merge(b: Builder, inputs: readonly Tensor[], any: (masks: readonly Pointer[]) => Pointer): Tensor {
    const mask = any(masksOf(inputs));
    return inputs.reduce((sum, x) => planCombine(b, sum, x, { mask }));
  }
}

/** Σ x / n */
export class Average extends Add {
  override get kind(): LayerKind {
    return averageKind;
  }

  override merge(b: Builder, inputs: readonly Tensor[], any: (masks: readonly Pointer[]) => Pointer): Tensor {
    const sum = super.merge(b, inputs, any);
    return planCombine(b, sum, null, { a: 1 / inputs.length, mask: sum.mask });
  }
}

/** x₀ − x₁ */
export class Subtract extends Merge {
  override get kind(): typeof subtractKind {
    return subtractKind;
  }

  override outputShape(inputs: readonly Shape[]): Shape {
    if (inputs.length === 2) return super.outputShape(inputs);
    const where = `Subtract ${this.name}`;
    throw inputError({ expected: "two inputs", where, received: inputs.length });
  }

  override merge(b: Builder, inputs: readonly Tensor[], any: (masks: readonly Pointer[]) => Pointer): Tensor {
    return planCombine(b, inputs[0]!, inputs[1]!, { b: -1, mask: any(masksOf(inputs)) });
  }
}

/** Π x. Hidden steps count as 1; where the result is hidden, it is 0. */
export class Multiply extends Merge {
  override get kind(): typeof multiplyKind {
    return multiplyKind;
  }

  override merge(b: Builder, inputs: readonly Tensor[], any: (masks: readonly Pointer[]) => Pointer): Tensor {
    const shown = inputs.map((x) => (x.mask ? planChoose(b, x.mask, x, 1) : x));
    const product = shown.reduce((product, x) => planProduct(b, product, x));
    const mask = any(masksOf(inputs));
    return mask ? planChoose(b, mask, product, 0, mask) : product;
  }
}

/** max x. Where one of two is hidden, the other counts. */
export class Maximum extends Merge {
  override get kind(): LayerKind {
    return maximumKind;
  }
  /** Minimum is −max(−x). */
  protected readonly sign: 1 | -1 = 1;

  override merge(b: Builder, inputs: readonly Tensor[], any: (masks: readonly Pointer[]) => Pointer): Tensor {
    const { sign } = this;
    const signed = sign === 1 ? inputs : inputs.map((x) => planCombine(b, x, null, { a: -1, mask: x.mask }));
    const most = signed.reduce((most, x) => {
      const mask = any([most.mask, x.mask]);
      const [left, right] = shownPair(b, most, x);
      return larger(b, left, right, mask);
    });
    return sign === 1 ? most : planCombine(b, most, null, { a: -1, mask: most.mask });
  }
}

export class Minimum extends Maximum {
  override get kind(): LayerKind {
    return minimumKind;
  }
  protected override readonly sign = -1;
}

/** Each of two, or the other one where it is hidden. */
function shownPair(b: Builder, x: Tensor, y: Tensor): [Tensor, Tensor] {
  const [x0, x1] = y.mask ? [b.fork(x), b.fork(x)] : [x, x];
  const right = y.mask ? planChoose(b, y.mask, y, x1) : y;
  if (!x.mask) return [x0, right];
  const [right0, right1] = [b.fork(right), b.fork(right)];
  return [planChoose(b, x.mask, x0, right1), right0];
}

/** The larger of two, as the pool of a window over both. */
function larger(b: Builder, x: Tensor, y: Tensor, mask: Pointer): Tensor {
  const F = x.shape.reduce((a, c) => a * c, 1);
  const pair = stacked(b, x, y, F);
  const out = b.tensor(x.shape, { mask, wantsGradient: pair.wantsGradient });
  planMaxPool(b, pair, out, { S: 1, size: 2, stride: 1, before: 0 }, "first");
  return out;
}

/** Two tensors of F numbers a row as two steps. */
function stacked(b: Builder, x: Tensor, y: Tensor, F: number): Tensor {
  const length = b.B * F;
  const pair = b.tensor([2, F], { wantsGradient: x.wantsGradient || y.wantsGradient });
  [x, y].forEach((part, step) => {
    const offset = step * length * b.elementBytes;
    b.call("combine", { out: pair.at + offset, x: b.read(part), y: 0, length, a: 1, b: 0 });
    b.backward(() => {
      const dx = pair.gradient && b.gradientOf(part);
      if (dx) b.call("combine", { out: dx, x: pair.gradient + offset, y: 0, length, a: 1, b: 0 });
    });
  });
  return pair;
}

/** A merge layer has no options of its own; a misspelt one is still an error. */
function made<L extends Merge>(Made: new (given: LayerOptions) => L, options: LayerOptions): L {
  const layer = new Made(options);
  configure({}, options, layer.className);
  return layer;
}

/**
 * The sum of two or more inputs, element by element: x₁ + x₂ + … All are of one shape, but that an axis of 1 is
 * stretched and a vector meets every step of a sequence. A step counts where any input's mask says so, if all have
 * one.
 *
 * @example layers.add().apply([x, y])
 */
export function add(options: LayerOptions = {}): Add {
  return made(Add, options);
}

/** The mean of two or more inputs, element by element; shapes and masks as for `add`. */
export function average(options: LayerOptions = {}): Average {
  return made(Average, options);
}

/** The difference of two inputs, x₁ − x₂, element by element; shapes and masks as for `add`. */
export function subtract(options: LayerOptions = {}): Subtract {
  return made(Subtract, options);
}

/**
 * The product of two or more inputs, element by element; shapes and masks as for `add`. A hidden step of one input
 * counts as 1; where the result is hidden, it is 0.
 */
export function multiply(options: LayerOptions = {}): Multiply {
  return made(Multiply, options);
}

/**
 * The largest of two or more inputs, element by element; shapes and masks as for `add`. Where a step of one input is
 * hidden, the others count.
 */
export function maximum(options: LayerOptions = {}): Maximum {
  return made(Maximum, options);
}

/** The smallest of two or more inputs, element by element; shapes and masks as for `maximum`. */
export function minimum(options: LayerOptions = {}): Minimum {
  return made(Minimum, options);
}
