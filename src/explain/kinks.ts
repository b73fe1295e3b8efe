/** Layers whose gradients jump: a rule of quadrature over them is never exact, however many points it has. */
import { ELU } from "../layers/elu.js";
import type { Layer } from "../layers/layer.js";
import { LeakyReLU } from "../layers/leaky-relu.js";
import { Maximum } from "../layers/merge.js";
import { GlobalMaxPooling1D, MaxPooling1D } from "../layers/pooling.js";
import { PReLU } from "../layers/prelu.js";
import { ReLU } from "../layers/relu.js";
import type { Model } from "../model/model.js";

/** Activations of two or more pieces whose slopes differ where they meet. */
const KINKED: readonly unknown[] = [
  "relu",
  "relu6",
  "leakyRelu",
  "selu",
  "hardSigmoid",
  "hardSigmoid2",
  "hardTanh",
  "hardSilu",
];

/** Layers that are kinked whatever their options. A Minimum is a Maximum too. */
const LAYERS = [ReLU, LeakyReLU, PReLU, ELU, Maximum, MaxPooling1D, GlobalMaxPooling1D];

/** "dense (relu)", "pool": the layers of a model whose gradients jump, those within others too. */
export const kinksOf = ({ nodes }: Model): string[] => nodes.flatMap(({ layer }) => kinksWithin(layer));

function kinksWithin(layer: Layer): string[] {
  const { activation, recurrentActivation } = layer.options as Record<string, unknown>;
  const kinked = [...new Set([activation, recurrentActivation])].filter((name) => KINKED.includes(name));
  const own = LAYERS.some((kind) => layer instanceof kind) ? [layer.name] : [];
  const named = kinked.length > 0 ? [`${layer.name} (${kinked.join(", ")})`] : own;
  return [...named, ...layer.inner.flatMap(kinksWithin)];
}
