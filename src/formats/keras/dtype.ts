/** Keras's dtype policies: in which numbers a layer computes and keeps its weights. Cellstate has float32 only. */
import { inputError } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { readObject } from "./objects.js";
import type { Context } from "./receipt.js";
import { nameOf } from "./values.js";

/** Policies that differ from float32 in how exactly they compute, and in nothing else. */
const FLOATS: ReadonlySet<string> = new Set([
  ...["float16", "bfloat16", "float32", "float64", "mixed_float16", "mixed_bfloat16"],
]);

/** Classes whose configuration is { name } of those. Keras 2 had Policy and, experimentally, PolicyV1. */
const PLAIN_CLASSES: ReadonlySet<string> = new Set([
  ...["DTypePolicy", "FloatDTypePolicy", "Policy", "PolicyV1"],
]);

/**
 * A layer's `dtype`: a name or a policy. Less exact numbers than float32 and more exact ones are noted.
 * @throws InputError for quantized policies and unknown ones: their weights mean something else
 */
export function checkDtype(config: JsonObject, context: Context, where: string): void {
  // In Keras 2 a first layer says there which numbers the model takes: "int32" of an Embedding.
  const ofInput = context.major < 3 && "batch_input_shape" in config;
  for (const name of policyNames(config["dtype"] ?? null, where)) {
    if (name === "float32" || (ofInput && /^u?int(8|16|32|64)$/.test(name))) continue;
    if (!FLOATS.has(name)) throw unknownPolicy(name, where);
    context.notes.warn(`${where}.config.dtype: computed in float32 instead of ${name}`);
  }
}

/** The names that a policy comes down to: one, or several of a DTypePolicyMap. */
function policyNames(value: Json, where: string): string[] {
  const at = `${where}.config.dtype`;
  const policy = readObject(value, "a dtype policy", at);
  if (!policy) return [];
  const { name, config, alone } = policy;
  if (alone) return [name];
  if (name === "DTypePolicyMap") {
    const { default_policy: usual = null, policy_map: map = null } = config;
    const others = isObject(map) ? Object.values(map) : [];
    return [usual, ...others].flatMap((one) => policyNames(one, where));
  }
  if (!PLAIN_CLASSES.has(name)) throw unknownPolicy(name, where);
  for (const [key, setting] of Object.entries(config)) {
    if (key === "name" || setting === null || (key === "loss_scale" && name.startsWith("Policy"))) continue;
    throw inputError({ expected: "no such setting", where: `${at}.config`, received: nameOf(key) });
  }
  const own = config["name"];
  if (typeof own === "string") return [own];
  throw inputError({ expected: "a policy's name", where: `${at}.config.name`, received: own });
}

const unknownPolicy = (name: string, where: string) =>
  inputError({
    expected: "a policy of floating-point numbers, as float32 or mixed_float16",
    where: `${where}.config.dtype`,
    received: name,
    next: "Quantized models are not read: save the model from before it was quantized.",
  });
