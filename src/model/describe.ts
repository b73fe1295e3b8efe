/** A model as the plain data that tables and reports draw. */
import type { Layer } from "../layers/layer.js";
import type { Model } from "./model.js";
import type { SummaryLayer, SummaryModel } from "./summary.js";

const countOf = (layer: Layer, trainable: boolean) =>
  layer.parameters
    .filter((parameter) => !trainable || (parameter.trainable && layer.trainable))
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

/** Layers that own no weights and need no shape count as built from the start, as in Keras. */
const NEEDS_BUILDING = new Set(["Embedding", "SimpleRNN", "LSTM", "GRU", "Dense", "Flatten", "Activation"]);

export function describeModel(model: Model): SummaryModel {
  const shapeOf = new Map(model.nodes.map((node) => [node.layer, node.shape]));
  const layers = model.layers.map((layer): SummaryLayer => {
    const shape = shapeOf.get(layer);
    return {
      name: layer.name,
      className: layer.className,
      outputShape: shape ? [null, ...shape] : null,
      params: countOf(layer, false),
      trainableParams: countOf(layer, true),
      built: model.isBuilt || !NEEDS_BUILDING.has(layer.className),
      trainable: layer.trainable,
    };
  });
  const { optimizerParams } = model;
  return { name: model.name, layers, ...(optimizerParams > 0 ? { optimizerParams } : {}) };
}
