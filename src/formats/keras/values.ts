/** Keras's names for activations, and ours; what notes call an object of a file. */

import { inputError } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import { type ActivationName, LEAKY_SLOPE } from "../../kernels/activations.js";
import { LAYER_KINDS } from "../../layers/kinds.js";
import { leakyReLUKind } from "../../layers/leaky-relu.js";
import { functionName } from "./objects.js";
import type { Context } from "./receipt.js";

/** Keras's name first, then its other names. */
const ACTIVATION_NAMES: Partial<Record<ActivationName, readonly string[]>> = {
  linear: ["linear"],
  sigmoid: ["sigmoid"],
  tanh: ["tanh"],
  relu: ["relu"],
  hardSigmoid: ["hard_sigmoid"],
  softsign: ["softsign"],
  softplus: ["softplus"],
  elu: ["elu"],
  selu: ["selu"],
  exponential: ["exponential"],
  relu6: ["relu6"],
  hardTanh: ["hard_tanh"],
  leakyRelu: ["leaky_relu"],
  silu: ["silu", "swish"],
  gelu: ["gelu"],
  mish: ["mish"],
  hardSilu: ["hard_silu", "hard_swish"],
  softmax: ["softmax"],
};

/**
 * An activation as Keras writes it: a name, null, or { class_name: "function", config: name }.
 * "hard_sigmoid" was another function in Keras 2.
 * @param inCell whether a recurrent cell is to apply it
 */
export function readActivation(value: Json, context: Context, where: string, inCell = false): ActivationName {
  if (value === null) return "linear";
  if (isHardSigmoid2(value)) return "hardSigmoid2";
  const name = functionName(value, where) ?? value;
  if (name === "hard_sigmoid" && context.major < 3) return "hardSigmoid2";
  for (const [ours, theirs] of Object.entries(ACTIVATION_NAMES)) {
    if (typeof name === "string" && theirs.includes(name)) return ours as ActivationName;
  }
  throw inputError({
    expected: "an activation that Cellstate has",
    where,
    received: isObject(name) ? nameOf(name) : name,
    next: isObject(name)
      ? aboutLayer(name, inCell ? (where.split(".").at(-1) ?? "activation") : null)
      : "Custom functions are never run.",
  });
}

/**
 * What to do where a layer stands for an activation. Behind a recurrent layer it would not be what its cell
 * applies at every step.
 * @param ofCell the cell's setting; null of another layer
 */
function aboutLayer(layer: JsonObject, ofCell: string | null): string {
  if (ofCell === null) return "Put an activation that is a layer behind this one.";
  const { class_name: className, config } = layer;
  const { negative_slope, alpha } = isObject(config) ? config : {};
  // Keras's LeakyReLU has 0.3 of its own; as a function it has 0.2.
  if (LAYER_KINDS.get(String(className)) === leakyReLUKind && (negative_slope ?? alpha) === LEAKY_SLOPE)
    return `Build the layer with ${ofCell}="leaky_relu", which has the same slope, ${LEAKY_SLOPE}.`;
  return "A cell takes activations by name, none that is a layer; behind the layer it would be another network.";
}

/**
 * Keras 3 has no name for Keras 2's hard sigmoid. This one makes Python refuse the file, instead of quietly computing
 * something else, unless the function is registered: @register_keras_serializable("cellstate", "hard_sigmoid_keras2").
 */
const KERAS2_HARD_SIGMOID = "cellstate>hard_sigmoid_keras2";

const isHardSigmoid2 = (value: Json) =>
  value === KERAS2_HARD_SIGMOID || (isObject(value) && value["config"] === KERAS2_HARD_SIGMOID);

export function writeActivation(name: ActivationName): Json {
  if (name === "hardSigmoid2") return functionNode(KERAS2_HARD_SIGMOID);
  const theirs = ACTIVATION_NAMES[name]?.[0];
  if (theirs) return theirs;
  throw inputError({
    expected: "an activation that Keras knows by name",
    where: "save",
    received: name,
    next: "Use gelu instead of geluApproximate, or keep the model in another format.",
  });
}

function functionNode(name: string): JsonObject {
  return { module: "cellstate", class_name: "function", config: name, registered_name: name };
}

/** What a note calls an object of the file. */
export function nameOf(value: Json): string {
  if (isObject(value)) return label(String(value["class_name"] ?? "an object"));
  return typeof value === "string" ? label(value) : label(JSON.stringify(value).slice(0, 80));
}
