/** Keras's named objects inside a layer's settings: initializers, regularizers, policies … Foreign ones are refused. */
import { inputError } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";

const NEVER_RUN = "Custom code in model files is never run.";

const KERAS_MODULE = /^(keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras|tf\.keras)(\.|$)/;
/** Where functions are said to be from. */
const FUNCTION_MODULE = /^builtins$/;

/** Keras names where a class comes from; whatever is not Keras's own is a stranger's code, which is never run. */
export function checkOrigin(node: JsonObject, className: string, where: string): void {
  checkModule(node["module"] ?? null, where);
  checkRegistered(node["registered_name"] ?? null, [className, `Keras>${className}`], where, "class");
}

function checkModule(module: Json, where: string, others?: RegExp): void {
  if (module === null) return;
  if (typeof module === "string" && (KERAS_MODULE.test(module) || others?.test(module))) return;
  throw inputError({
    expected: "a class of Keras's own",
    where: `${where}.module`,
    received: module,
    next: NEVER_RUN,
  });
}

function checkRegistered(registered: Json, names: readonly string[], where: string, what: string): void {
  if (registered === null || (typeof registered === "string" && names.includes(registered))) return;
  throw inputError({
    expected: `a ${what} of Keras's own`,
    where: `${where}.registered_name`,
    received: registered,
    next: NEVER_RUN,
  });
}

/** Refuses foreign classes anywhere inside a layer's settings, also where nothing is made of them. */
export function checkInner(value: Json, where: string): void {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) checkInner(item, `${where}[${i}]`);
  } else if (isObject(value)) {
    const named = typeof value["class_name"] === "string" && value["class_name"] !== "function";
    if (named) checkModule(value["module"] ?? null, where);
    for (const [key, item] of Object.entries(value)) {
      if (typeof item === "object") checkInner(item, `${where}.${label(key)}`);
    }
  }
}

/** The name of a function as Keras writes it: { class_name: "function", config: name }; undefined for anything else. */
export function functionName(value: Json, where: string): string | undefined {
  if (!isObject(value) || value["class_name"] !== "function") return undefined;
  const name = value["config"];
  if (typeof name !== "string") {
    throw inputError({ expected: "a function's name", where: `${where}.config`, received: name });
  }
  // A stranger's function may have the name of one of Keras's.
  checkModule(value["module"] ?? null, where, FUNCTION_MODULE);
  const registered = ["function", name, `keras>${name}`, `Keras>${name}`];
  checkRegistered(value["registered_name"] ?? null, registered, where, "function");
  return name;
}

export interface NamedObject {
  name: string;
  /** Its own settings; none where it is given by its name alone. */
  config: JsonObject;
  /** Whether it stands as a name alone: some defaults are others then. */
  alone: boolean;
}

/** "zeros" or { class_name, config }; null where there is none. @throws InputError for anything else, and for foreign ones */
export function readObject(value: Json, what: string, where: string): NamedObject | null {
  if (value === null) return null;
  if (typeof value === "string") return { name: value, config: {}, alone: true };
  const expected = `${what}: a name or { class_name, config }`;
  if (!isObject(value) || typeof value["class_name"] !== "string") {
    throw inputError({ expected, where, received: value });
  }
  const name = value["class_name"];
  checkOrigin(value, name, where);
  const config = value["config"] ?? {};
  if (name === "function" && typeof config === "string") return { name: config, config: {}, alone: true };
  if (!isObject(config))
    throw inputError({ expected: "an object", where: `${where}.config`, received: config });
  return { name, config, alone: false };
}

/** A name as Keras compares them: without case and underscores. */
export const plainName = (name: string): string => name.replaceAll("_", "").toLowerCase();
