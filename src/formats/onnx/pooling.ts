/** Pooling over the steps of a sequence, and masking. */
import type { Masking } from "../../layers/masking.js";
import type {
  AveragePooling1D,
  GlobalAveragePooling1D,
  GlobalMaxPooling1D,
  MaxPooling1D,
} from "../../layers/pooling.js";
import { chosen } from "./merging.js";
import type { Place, Tensor } from "./place.js";

/** Hides steps of which every number is the value, and makes them 0. */
export function masking({ layer, g }: Place<Masking>, x: Tensor): Tensor {
  const value = g.float(layer.options.maskValue);
  const differs = g.node("Cast", [g.node("Not", [g.node("Equal", [x.name, value])])], { to: 1 });
  const any = g.node("ReduceMax", [differs], { axes: [-1], keepdims: 0 });
  const mask = g.node("Greater", [any, g.float(0)]);
  return { name: chosen(g, mask, x.name, g.float(0)), shape: x.shape, mask };
}

/** ONNX pools along the last axis. Where steps are added, those behind are one more than those in front. */
export function windows(
  { layer, g }: Place<MaxPooling1D | AveragePooling1D>,
  x: Tensor,
  op: "MaxPool" | "AveragePool",
): Tensor {
  const { poolSize: size, strides, padding } = layer.options;
  const stride = strides ?? size;
  const attributes = {
    kernel_shape: [size],
    strides: [stride],
    auto_pad: padding === "same" ? "SAME_UPPER" : "VALID",
  };
  const turned = g.node("Transpose", [x.name], { perm: [0, 2, 1] });
  const name = g.node("Transpose", [g.node(op, [turned], attributes)], { perm: [0, 2, 1] });
  const [T, F] = x.shape as [number | null, number];
  const S =
    T === null ? null : padding === "same" ? Math.ceil(T / stride) : Math.floor((T - size) / stride) + 1;
  return { name, shape: [S, F], mask: null };
}

function pooled(x: Tensor, keepdims: number, name: string): Tensor {
  const F = x.shape[1]!;
  return { name, shape: keepdims ? [1, F] : [F], mask: null };
}

export function globalMax({ layer, g }: Place<GlobalMaxPooling1D>, x: Tensor): Tensor {
  const keepdims = layer.options.keepdims ? 1 : 0;
  return pooled(x, keepdims, g.node("ReduceMax", [x.name], { axes: [1], keepdims }));
}

/** Of the steps that are not hidden. */
export function globalAverage({ layer, g }: Place<GlobalAveragePooling1D>, x: Tensor): Tensor {
  const keepdims = layer.options.keepdims ? 1 : 0;
  if (x.mask === null) return pooled(x, keepdims, g.node("ReduceMean", [x.name], { axes: [1], keepdims }));
  const weights = g.node("Unsqueeze", [g.node("Cast", [x.mask], { to: 1 }), g.integers(2)]);
  const sum = (name: string) => g.node("ReduceSum", [name, g.integers(1)], { keepdims });
  return pooled(x, keepdims, g.node("Div", [sum(g.node("Mul", [x.name, weights])), sum(weights)]));
}
