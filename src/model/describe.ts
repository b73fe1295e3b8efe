/** A model as the plain data that tables and reports draw. */
import type { Layer } from "../layers/layer.js";
import { isChain } from "../network/graph.js";
import type { NetworkLike } from "../network/network.js";
import type { SummaryLayer, SummaryModel } from "./summary/data.js";

const countOf = (layer: Layer, trainable: boolean) =>
  layer.parameters
    .filter((parameter) => !trainable || (parameter.trainable && layer.trainable))
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

export function describeModel(model: NetworkLike & { readonly optimizerParams: number }): SummaryModel {
  const { optimizerParams } = model;
  const layers = isChain(model.nodes)
    ? model.layers.map((layer) => describeLayer(model, layer))
    : model.nodes.map(({ layer, inputs }) => ({
        ...describeLayer(model, layer),
        connectedTo: inputs.map((from) => `${model.nodes[from]!.layer.name}[0][0]`),
      }));
  return { name: model.name, layers, ...(optimizerParams > 0 ? { optimizerParams } : {}) };
}

function describeLayer(model: NetworkLike, layer: Layer): SummaryLayer {
  const shape = model.nodes.find((node) => node.layer === layer)?.shape;
  return {
    name: layer.name,
    className: layer.className,
    outputShape: shape ? [null, ...shape] : null,
    params: countOf(layer, false),
    trainableParams: countOf(layer, true),
    built: model.isBuilt || !layer.kind.needsBuilding,
    trainable: layer.trainable,
  };
}
