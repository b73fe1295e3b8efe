/** Convolution over the steps of a sequence. */
import type { Conv1D } from "../../layers/conv1d.js";
import { activationNode } from "./activations.js";
import type { Attribute } from "./graph.js";
import type { Place, Tensor } from "./place.js";

/** ONNX slides along the last axis. As in Keras, a mask ends here: a window mixes hidden steps with others. */
export function conv1D({ layer, path, g, weight }: Place<Conv1D>, x: Tensor): Tensor {
  const { filters: U, kernelSize: K, strides, dilationRate, groups, activation } = layer.options;
  const I = x.shape[1]! / groups;
  const kernel = outputsFirst(weight(`${path}/kernel`)!, K, I, U);
  const bias = weight(`${path}/bias`);
  const turned = g.node("Transpose", [x.name], { perm: [0, 2, 1] });
  const inputs = [turned, g.floats(`${path}/kernel`, [U, I, K], kernel)];
  if (bias) inputs.push(g.floats(`${path}/bias`, [U], bias));
  const convolved = g.node("Conv", inputs, {
    kernel_shape: [K],
    strides: [strides],
    dilations: [dilationRate],
    group: groups,
    ...paddingOf(layer),
  });
  const steps = g.node("Transpose", [convolved], { perm: [0, 2, 1] });
  return { name: activationNode(g, activation, steps), shape: layer.outputShape([x.shape]), mask: null };
}

/** By name only where strides make it depend on the number of steps: ONNX Runtime has no name for it with gaps. */
function paddingOf({ options }: Conv1D): Record<string, Attribute> {
  const { kernelSize, strides, dilationRate, padding } = options;
  const more = (kernelSize - 1) * dilationRate;
  if (padding === "valid") return { pads: [0, 0] };
  if (padding === "causal") return { pads: [more, 0] };
  if (strides > 1) return { auto_pad: "SAME_UPPER" };
  return { pads: [Math.floor(more / 2), Math.ceil(more / 2)] };
}

/** Keras's [K][I][U] as ONNX's [U][I][K]. */
function outputsFirst(kernel: Float32Array, K: number, I: number, U: number): Float32Array {
  return Float32Array.from(kernel, (_, at) => {
    const [k, i, u] = [at % K, Math.floor(at / K) % I, Math.floor(at / (K * I))];
    return kernel[(k * I + i) * U + u]!;
  });
}
