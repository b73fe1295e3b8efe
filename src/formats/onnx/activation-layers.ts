/** Activations that are layers of their own, with numbers of theirs or an axis. */
import type { ELU } from "../../layers/elu.js";
import type { LeakyReLU } from "../../layers/leaky-relu.js";
import type { PReLU } from "../../layers/prelu.js";
import type { ReLU } from "../../layers/relu.js";
import { maskedSoftmax, type Softmax } from "../../layers/softmax.js";
import type { Place, Tensor } from "./place.js";

/** min(x, m) above θ, and s · (x − θ) elsewhere. */
export function relu({ layer, g }: Place<ReLU>, x: Tensor): Tensor {
  const { maxValue, negativeSlope, threshold } = layer.options;
  const above = maxValue === null ? x.name : g.node("Min", [x.name, g.float(maxValue)]);
  if (threshold === 0 && negativeSlope === 0) return { ...x, name: g.node("Relu", [above]) };
  const below =
    negativeSlope === 0
      ? g.float(0)
      : g.node("Mul", [g.node("Sub", [x.name, g.float(threshold)]), g.float(negativeSlope)]);
  return { ...x, name: g.node("Where", [g.node("Greater", [x.name, g.float(threshold)]), above, below]) };
}

export function leakyReLU({ layer, g }: Place<LeakyReLU>, x: Tensor): Tensor {
  return { ...x, name: g.node("LeakyRelu", [x.name], { alpha: { float: layer.options.negativeSlope } }) };
}

export function elu({ layer, g }: Place<ELU>, x: Tensor): Tensor {
  return { ...x, name: g.node("Elu", [x.name], { alpha: { float: layer.options.alpha } }) };
}

/** ONNX stretches the slopes along axes of 1, and over the rows. */
export function prelu({ layer, path, g, weight }: Place<PReLU>, x: Tensor): Tensor {
  const slopes = g.floats(`${path}/alpha`, layer.parameters[0]!.shape, weight(`${path}/alpha`)!);
  return { ...x, name: g.node("PRelu", [x.name, slopes]) };
}

/** @throws InputError behind a mask */
export function softmax({ layer, path, g }: Place<Softmax>, x: Tensor): Tensor {
  if (x.mask !== null) throw maskedSoftmax(path);
  return { ...x, name: g.node("Softmax", [x.name], { axis: layer.options.axis }) };
}
