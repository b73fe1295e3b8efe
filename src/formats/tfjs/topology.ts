/** A network's configuration as TensorFlow.js reads it: that of Keras 2, with what is peculiar to TensorFlow.js. */

import { isObject, type Json, type JsonObject } from "../../base/json.js";
import type { Bidirectional } from "../../layers/bidirectional.js";
import type { Layer, Shape } from "../../layers/layer.js";
import { camelToSnake } from "../../network/graph.js";
import type { NetworkLike } from "../../network/network.js";
import { writeModelConfig } from "../keras/write.js";
import { ACTIVATIONS } from "./support.js";

/** { class_name, config } */
export function writeTopology(model: NetworkLike): JsonObject {
  const { class_name, config } = writeModelConfig(model, true, false);
  const nodes = new Map(model.nodes.map((node) => [node.layer.name, node]));
  const entries = (config as { layers: JsonObject[] }).layers.map((entry) => {
    const node = nodes.get((entry["config"] as { name: string }).name);
    if (!node) return entry;
    const [input] = node.inputs;
    return input === undefined ? entry : adapted(entry, node.layer, model.nodes[input]!.shape);
  });
  return inKeras2({
    class_name: class_name!,
    config: { ...(config as JsonObject), layers: entries },
  }) as JsonObject;
}

/** A layer's entry with what TensorFlow.js takes otherwise than Keras; `shape` is its input's. */
function adapted(entry: JsonObject, layer: Layer, shape: Shape): JsonObject {
  return ADAPTED[layer.className]?.(entry, layer, shape) ?? entry;
}

type Adapt = (entry: JsonObject, layer: Layer, shape: Shape) => JsonObject;

const configOf = (entry: JsonObject) => entry["config"] as JsonObject;
const having = (entry: JsonObject, changed: JsonObject): JsonObject => ({
  ...entry,
  config: { ...configOf(entry), ...changed },
});

/** By class, what TensorFlow.js takes otherwise. */
const ADAPTED: Readonly<Record<string, Adapt>> = {
  // Of a vector it does nothing, and TensorFlow.js refuses it.
  Flatten(entry, layer, shape) {
    if (shape.length > 1) return entry;
    return { ...entry, class_name: "Activation", config: { name: layer.name, activation: "linear" } };
  },
  // An axis counted from the end is taken for another in TensorFlow.js.
  Concatenate(entry, _, shape) {
    const axis = configOf(entry)["axis"] as number;
    return having(entry, { axis: axis < 0 ? axis + shape.length + 1 : axis });
  },
  // Unless told, it takes the first axis behind the batch.
  Softmax: (entry) => having(entry, { axis: -1 }),
  // Keras 2's key.
  LeakyReLU: (entry) => having(entry, { alpha: configOf(entry)["negative_slope"]! }),
  // What is left it works out only when it runs, too late for layers behind it.
  Reshape: (entry, layer, shape) =>
    having(entry, { target_shape: layer.outputShape([shape]).map((n) => n ?? -1) }),
  TimeDistributed: (entry, layer, shape) =>
    having(entry, {
      layer: adapted(configOf(entry)["layer"] as JsonObject, layer.inner[0]!, shape.slice(1)),
    }),
  Bidirectional: (entry, layer) => mirrored(entry, layer as Bidirectional),
};

/** TensorFlow.js makes the backward layer itself, and names both. */
function mirrored(entry: JsonObject, { pair: [forward] }: Bidirectional): JsonObject {
  const {
    backward_layer: _,
    layer,
    ...rest
  } = entry["config"] as { layer: JsonObject; backward_layer: Json };
  const name = forward.name.replace(/^forward_/, "");
  const inner = { ...layer, config: { ...(layer["config"] as JsonObject), name } };
  return { ...entry, config: { ...rest, layer: inner } };
}

/** Keys that came with Keras 3. */
const LATER_KEYS = new Set(["module", "registered_name", "build_config", "build_input_shape"]);

function inKeras2(value: Json): Json {
  if (Array.isArray(value)) return value.map(inKeras2);
  if (!isObject(value)) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !LATER_KEYS.has(key))
    .map(([key, item]): [string, Json] => {
      if (key === "batch_shape") return ["batch_input_shape", item];
      if (key === "inbound_nodes") return [key, (item as Json[]).map(calledOn)];
      if (/activation$/.test(key)) return [key, activationName(item)];
      return [key, inKeras2(item)];
    });
  return Object.fromEntries(entries);
}

/** { args: [tensors], kwargs } as [[layer, node, tensor, kwargs], …]. */
function calledOn(call: Json): Json {
  const { args } = call as { args: Json[] };
  const history = (tensor: Json) => (tensor as { config: { keras_history: Json[] } }).config.keras_history;
  return args.flat().map((tensor) => [...history(tensor), {}]);
}

/** Keras's name for an activation as TensorFlow.js has it. */
function activationName(name: Json): Json {
  if (isObject(name)) return "hard_sigmoid"; // that of Keras 2, which Keras 3 has no name for
  const ours = Object.keys(ACTIVATIONS).find((key) => camelToSnake(key) === name);
  return ours ? ACTIVATIONS[ours]! : name;
}
