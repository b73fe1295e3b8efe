/** BatchNormalization by its moving statistics, and LayerNormalization. */
import type { BatchNormalization } from "../../layers/batch-normalization.js";
import type { LayerNormalization } from "../../layers/layer-normalization.js";
import type { Place, Tensor } from "./place.js";

/** (x − μ) · γ / √(σ² + ε) + β: ONNX's own node would have the features before the steps. */
export function batchNormalization({ layer, path, g, weight }: Place<BatchNormalization>, x: Tensor): Tensor {
  const mean = weight(`${path}/moving_mean`)!;
  const gamma = weight(`${path}/gamma`);
  const beta = weight(`${path}/beta`);
  const scale = weight(`${path}/moving_variance`)!.map(
    (variance, f) => (gamma?.[f] ?? 1) / Math.sqrt(variance + layer.options.epsilon),
  );
  const F = [mean.length];
  const centred = g.node("Sub", [x.name, g.floats(`${path}/moving_mean`, F, mean)]);
  const scaled = g.node("Mul", [centred, g.floats(`${path}/scale`, F, scale)]);
  return { ...x, name: beta ? g.node("Add", [scaled, g.floats(`${path}/beta`, F, beta)]) : scaled };
}

export function layerNormalization({ layer, path, g, weight }: Place<LayerNormalization>, x: Tensor): Tensor {
  const F = x.shape.at(-1)!;
  // ONNX Runtime takes σ² for E[x²] − μ²: of features far from 0 little would be left.
  const centred = g.node("Sub", [x.name, g.node("ReduceMean", [x.name], { axes: [-1], keepdims: 1 })]);
  const inputs = [
    centred,
    g.floats(`${path}/gamma`, [F], weight(`${path}/gamma`) ?? new Float32Array(F).fill(1)),
  ];
  const beta = weight(`${path}/beta`);
  if (beta) inputs.push(g.floats(`${path}/beta`, [F], beta));
  const epsilon = { float: layer.options.epsilon };
  return { ...x, name: g.node("LayerNormalization", inputs, { axis: -1, epsilon }) };
}
