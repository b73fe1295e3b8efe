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

/** Whether an object is of someone's own class, which may only be called as one of Keras's. */
export function isCustom(value: Json): boolean {
  if (!isObject(value)) return false;
  const module = value["module"] ?? null;
  const registered = value["registered_name"] ?? null;
  return (
    (module !== null && !/^(tf_)?keras(\.|$)/.test(String(module))) ||
    (registered !== null && /^(?!Keras>)[^>]*>/.test(String(registered)))
  );
}
