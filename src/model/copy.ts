/** A network again, by way of its configuration: layers belong to one model, so a copy needs layers of its own. */
import { inputError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { readModelConfig, toLinks } from "../formats/keras/model-config.js";
import { Notes, parseVersion } from "../formats/keras/receipt.js";
import { KERAS_VERSION, writeModelConfig } from "../formats/keras/write.js";
import type { Layer } from "../layers/layer.js";
import { Model, remarksOf } from "./model.js";
import type { ModelOptions } from "./options.js";

/** Settings of the last layer that differ in the copy, in Keras's words: { units: 3, activation: "softmax" }. */
export type LastLayer = JsonObject;

/** The architecture of `model` with fresh weights, not compiled. `options` are the new model's own. */
export function copyArchitecture(model: Model, options: ModelOptions = {}, last: LastLayer = {}): Model {
  const config = writeModelConfig(model);
  Object.assign(configOf(config, model.outputNode.layer), last);
  const context = { file: model.name, ...parseVersion(KERAS_VERSION), notes: new Notes() };
  const blueprint = readModelConfig(config, context, `model ${model.name}`);
  const layers = blueprint.entries.map(({ layer }) => layer);
  return new Model(layers, toLinks(blueprint), { name: model.name, ...options }, blueprint.outputs);
}

/** The same model again: weights, notes, and where it is compiled its optimizer with that one's state. */
export function copyModel(model: Model, options: ModelOptions = {}): Model {
  const copy = copyArchitecture(model, { seed: model.seed, ...options });
  copy.setWeights(model.getWeights());
  remarksOf(copy).addFrom(remarksOf(model));
  if (model.isCompiled) {
    copy.compile(model.compiled);
    if (String(copy.slotShapes()) === String(model.slotShapes())) {
      copy.setOptimizerState(model.optimizerState());
    } else {
      const text = `model ${model.name}: layers were frozen or thawed since it was compiled, so its optimizer starts afresh`;
      remarksOf(copy).add([{ text, training: true }]);
    }
  }
  return copy;
}

/** A layer's settings within its model's configuration. */
function configOf({ config }: JsonObject, { name }: Layer): JsonObject {
  const layers = (config as JsonObject)["layers"] as JsonObject[];
  const found = layers.map((entry) => entry["config"] as JsonObject).find((each) => each["name"] === name);
  if (found) return found;
  throw inputError({ expected: `a layer ${name} in its own configuration`, where: "copy" });
}
