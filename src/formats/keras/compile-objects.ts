/** What the objects of a compiled model have in common in Keras's files: optimizers, losses and metrics. */
import { isObject, type Json, type JsonObject } from "../json.js";

/** Keras's spelling without case, underscores and registration: "Custom>RMSprop" and "rms_prop" are "rmsprop". */
export function plainName(value: Json): string {
  const name = isObject(value)
    ? value["class_name"] === "function"
      ? value["config"]
      : value["class_name"]
    : value;
  return String(name)
    .replace(/^(Custom|Keras)>/, "")
    .replaceAll("_", "")
    .toLowerCase();
}

export function kerasObject(module: string, className: string, config: JsonObject): JsonObject {
  return { module: `keras.${module}`, class_name: className, config, registered_name: null };
}
