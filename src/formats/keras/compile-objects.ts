/** What the objects of a compiled model have in common in Keras's files: optimizers, losses and metrics. */
import { isObject, type Json, type JsonObject } from "../../base/json.js";

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

/**
 * Whether an object comes from elsewhere than Keras: one of someone's own may bear the name of Keras's and compute
 * something else. Keras's functions are known by their name alone. On PyTorch, Keras's optimizers name the module of the
 * backend: keras.src.backend.torch.optimizers.torch_adam.
 */
export function foreignTo(
  { module = null, registered_name: registered = null, ...node }: JsonObject,
  kind: string,
): boolean {
  if (typeof registered === "string" && registered.includes(">")) return true;
  if (String(node["class_name"]).includes(">")) return true;
  if (module === null || (module === "builtins" && node["class_name"] === "function")) return false;
  // On PyTorch, Keras's optimizers are subclasses that it names by where they are.
  if (kind === "optimizers" && /^keras\.src\.backend\.torch\.optimizers\.\w+$/.test(String(module)))
    return false;
  return !new RegExp(
    `^(keras|tf_keras|tensorflow(\\.python)?\\.keras)\\.(src\\.)?(backend\\.torch\\.)?(${kind}|losses|metrics)(\\.|$)`,
  ).test(String(module));
}

/** No dtype, or float32, by name or as a policy. */
export function readsFloat32(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === "float32") return true;
  return isObject(value) && isObject(value["config"]) && value["config"]["name"] === "float32";
}
