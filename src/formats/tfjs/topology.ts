/** A network's configuration as TensorFlow.js reads it: that of Keras 2, with what is peculiar to TensorFlow.js. */
import type { Bidirectional } from "../../layers/bidirectional.js";
import { camelToSnake, type Node } from "../../model/graph.js";
import type { Model } from "../../model/model.js";
import { isObject, type Json, type JsonObject } from "../json.js";
import { writeModelConfig } from "../keras/write.js";
import { ACTIVATIONS } from "./support.js";

/** { class_name, config } */
export function writeTopology(model: Model): JsonObject {
  const { class_name, config } = writeModelConfig(model, true, false);
  const nodes = new Map(model.nodes.map((node) => [node.layer.name, node]));
  const entries = (config as { layers: JsonObject[] }).layers.map((entry) => {
    const node = nodes.get((entry["config"] as { name: string }).name);
    return node ? adapted(entry, node, model) : entry;
  });
  return inKeras2({
    class_name: class_name!,
    config: { ...(config as JsonObject), layers: entries },
  }) as JsonObject;
}

/** A layer's entry with what TensorFlow.js takes otherwise than Keras. */
function adapted(entry: JsonObject, { layer, inputs }: Node, { nodes }: Model): JsonObject {
  const config = entry["config"] as JsonObject;
  const axes = inputs.length > 0 ? nodes[inputs[0]!]!.shape.length : 0;
  // Of a vector it does nothing, and TensorFlow.js refuses it.
  if (layer.className === "Flatten" && axes === 1) {
    return { ...entry, class_name: "Activation", config: { name: layer.name, activation: "linear" } };
  }
  // An axis counted from the end is taken for another in TensorFlow.js.
  if (layer.className === "Concatenate") {
    const axis = config["axis"] as number;
    return { ...entry, config: { ...config, axis: axis < 0 ? axis + axes + 1 : axis } };
  }
  // TensorFlow.js makes the backward layer itself, and names both.
  if (layer.className === "Bidirectional") {
    const [forward] = (layer as Bidirectional).inner;
    const {
      backward_layer: _,
      layer: inner,
      ...rest
    } = config as { layer: JsonObject; backward_layer: Json };
    const name = forward.name.replace(/^forward_/, "");
    return {
      ...entry,
      config: { ...rest, layer: { ...inner, config: { ...(inner["config"] as JsonObject), name } } },
    };
  }
  return entry;
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
