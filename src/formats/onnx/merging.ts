/**
 * Layers that take several values: element by element, or side by side. ONNX stretches axes of 1 by itself, as Keras does;
 * masks are booleans beside the values and go by the rules of src/layers/merge.ts and concatenate.ts.
 */
import type { Concatenate } from "../../layers/concatenate.js";
import type { Shape } from "../../layers/layer.js";
import type { OnnxGraph } from "./graph.js";
import type { Place, Tensor } from "./place.js";

type Mask = string | null;

/** Holds where any of the masks does; null where one is missing. */
function anyMask(g: OnnxGraph, masks: readonly Mask[]): Mask {
  if (masks.includes(null)) return null;
  return (masks as string[]).reduce((a, b) => g.node("Or", [a, b]));
}

/** x where the mask [B, T] holds, elsewhere the other [B, T, F]. */
export function chosen(g: OnnxGraph, mask: string, x: string, other: string): string {
  return g.node("Where", [g.node("Unsqueeze", [mask, g.integers(2)]), x, other]);
}

/** The shape that two shapes of as many axes have together. */
const common = (x: Shape, y: Shape): Shape =>
  x.map((size, axis) => (size === 1 ? y[axis]! : y[axis] === 1 ? size : (size ?? y[axis]!)));

/** Vectors as sequences of one step, where sequences are among the inputs. */
function alike(g: OnnxGraph, inputs: readonly Tensor[]): { inputs: Tensor[]; shape: Shape } {
  const axes = Math.max(...inputs.map(({ shape }) => shape.length));
  const same = inputs.map((x): Tensor => {
    if (x.shape.length === axes) return x;
    return { name: g.node("Unsqueeze", [x.name, g.integers(1)]), shape: [1, ...x.shape], mask: null };
  });
  return { inputs: same, shape: same.map(({ shape }) => shape).reduce(common) };
}

const fold = (g: OnnxGraph, op: string, names: readonly string[]) =>
  names.reduce((a, b) => g.node(op, [a, b]));

/** Add, Subtract and Average: hidden steps count like others. */
export function merged(g: OnnxGraph, op: "Add" | "Sub", given: readonly Tensor[], factor = 1): Tensor {
  const { inputs, shape } = alike(g, given);
  const all = fold(
    g,
    op,
    inputs.map(({ name }) => name),
  );
  const name = factor === 1 ? all : g.node("Mul", [all, g.float(factor)]);
  return {
    name,
    shape,
    mask: anyMask(
      g,
      inputs.map(({ mask }) => mask),
    ),
  };
}

/** Hidden steps count as 1; where the result is hidden, it is 0. */
export function multiplied(g: OnnxGraph, given: readonly Tensor[]): Tensor {
  const { inputs, shape } = alike(g, given);
  const shown = inputs.map(({ name, mask }) => (mask ? chosen(g, mask, name, g.float(1)) : name));
  const product = fold(g, "Mul", shown);
  const mask = anyMask(
    g,
    inputs.map((x) => x.mask),
  );
  return { name: mask ? chosen(g, mask, product, g.float(0)) : product, shape, mask };
}

/** Maximum and Minimum: where one of two is hidden, the other counts. */
export function largest(g: OnnxGraph, op: "Max" | "Min", given: readonly Tensor[]): Tensor {
  const { inputs, shape } = alike(g, given);
  const most = inputs.reduce((most, x) => {
    const own = x.mask ? chosen(g, x.mask, x.name, most.name) : x.name;
    const other = most.mask ? chosen(g, most.mask, most.name, own) : most.name;
    return { name: g.node(op, [own, other]), shape, mask: anyMask(g, [most.mask, x.mask]) };
  });
  return { ...most, shape };
}

export function concatenate({ layer, g }: Place<Concatenate>, inputs: readonly Tensor[]): Tensor {
  const { axis } = layer.options;
  const [first] = inputs as [Tensor];
  const along = axis < 0 ? axis + first.shape.length : axis - 1;
  const sizes = inputs.map(({ shape }) => shape[along]!);
  const size = sizes.includes(null as never) ? null : sizes.reduce((a, b) => a + b, 0);
  const joined = (names: readonly string[]) => g.node("Concat", names, { axis: along + 1 });
  const masks = inputs.map(({ mask }) => mask);
  const inTime = first.shape.length === 2 && along === 0;
  return {
    name: joined(inputs.map(({ name }) => name)),
    shape: first.shape.map((n, i) => (i === along ? size : n)),
    mask: inTime ? masksInTime(g, inputs, joined) : anyMask(g, masks),
  };
}

/** One after another; a sequence without a mask is all there. */
function masksInTime(g: OnnxGraph, inputs: readonly Tensor[], joined: (names: string[]) => string): Mask {
  if (inputs.every(({ mask }) => mask === null)) return null;
  const all = ({ name }: Tensor) => {
    const steps = g.node("Shape", [name], { start: 0, end: 2 });
    return g.node("Expand", [g.node("Cast", [g.integer(1)], { to: 9 }), steps]);
  };
  return joined(inputs.map((x) => x.mask ?? all(x)));
}
