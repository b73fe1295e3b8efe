/** Keras's initializers, and ours. */
import { inputError } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import { type Initializer, type InitializerName, initializerSettings } from "../../layers/initializers.js";
import { plainName, readObject } from "./objects.js";
import type { Context } from "./receipt.js";
import { nameOf } from "./values.js";

const CLASSES: Record<InitializerName, string> = {
  zeros: "Zeros",
  ones: "Ones",
  constant: "Constant",
  randomUniform: "RandomUniform",
  randomNormal: "RandomNormal",
  truncatedNormal: "TruncatedNormal",
  varianceScaling: "VarianceScaling",
  glorotUniform: "GlorotUniform",
  glorotNormal: "GlorotNormal",
  heUniform: "HeUniform",
  heNormal: "HeNormal",
  lecunUniform: "LecunUniform",
  lecunNormal: "LecunNormal",
  orthogonal: "Orthogonal",
  identity: "Identity",
};

/** By the name as Keras compares it, other spellings included. */
const BY_NAME: ReadonlyMap<string, InitializerName> = new Map([
  ...Object.entries(CLASSES).map(([ours, theirs]) => [plainName(theirs), ours as InitializerName] as const),
  ["zero", "zeros"],
  ["one", "ones"],
  ["uniform", "randomUniform"],
  ["normal", "randomNormal"],
  ["orthogonalinitializer", "orthogonal"],
  ["identityinitializer", "identity"],
]);

/** Settings that are words. */
const WORDS: ReadonlyMap<string, ReadonlyMap<Json, string>> = new Map([
  [
    "mode",
    new Map<Json, string>([
      ["fan_in", "fanIn"],
      ["fan_out", "fanOut"],
      ["fan_avg", "fanAvg"],
    ]),
  ],
  [
    "distribution",
    new Map<Json, string>([
      ["uniform", "uniform"],
      ["normal", "truncatedNormal"],
      ["truncated_normal", "truncatedNormal"],
      ["untruncated_normal", "untruncatedNormal"],
    ]),
  ],
]);

/** Of TensorFlow's initializers: what kind of numbers they make. */
const DTYPES: ReadonlySet<Json> = new Set(["float16", "bfloat16", "float32", "float64"]);

/**
 * An initializer. Where the file holds the weights, they are drawn already: what cannot be read is then said and left
 * aside (undefined). @throws InputError for it where there are no weights, and for what is no initializer at all
 */
export function readInitializer(value: Json, context: Context, where: string): Initializer | undefined {
  const given = readObject(value, "an initializer", where);
  if (!given) return undefined;
  const name = BY_NAME.get(plainName(given.name));
  if (!name) return leaveAside("an initializer that Cellstate has", given.name, context, where);
  const initializer: Initializer = { name };
  for (const [key, setting] of Object.entries(given.config)) {
    const at = `${where}.config.${label(key)}`;
    if (key === "dtype" && DTYPES.has(setting)) continue;
    if (!initializerSettings(name).includes(key)) {
      if (setting === null) continue;
      return leaveAside("no such setting", setting, context, at);
    }
    const read = key === "seed" ? readSeed(setting) : (WORDS.get(key)?.get(setting) ?? number(key, setting));
    if (read === undefined)
      throw inputError({ expected: EXPECTED.get(key) ?? "a number", where: at, received: setting });
    initializer[key] = read;
  }
  return initializer;
}

const EXPECTED: ReadonlyMap<string, string> = new Map([
  ["seed", "a whole number or null"],
  ...[...WORDS].map(([key, words]) => [key, `one of ${[...words.keys()].join(", ")}`] as const),
]);

const number = (key: string, value: Json) =>
  !WORDS.has(key) && typeof value === "number" && Number.isFinite(value) ? value : undefined;

/** A number or, where Keras was given one, a SeedGenerator. Our numbers are others for the same seed all the same. */
function readSeed(value: Json): number | null | undefined {
  const seed = isObject(value) && isObject(value["config"]) ? (value["config"]["seed"] ?? null) : value;
  return seed === null || Number.isSafeInteger(seed) ? (seed as number | null) : undefined;
}

function leaveAside(expected: string, received: Json, context: Context, where: string): undefined {
  if (!context.stored) {
    throw inputError({
      expected,
      where,
      received,
      next: "The file holds no weights, so fresh ones are drawn by it.",
    });
  }
  context.notes
    .forTraining()
    .warn(`${where}: ${nameOf(received)} is not taken over: it matters only for fresh weights`);
}

export function writeInitializer({ name, ...parameters }: Initializer): JsonObject {
  const config: JsonObject = {};
  for (const [key, value] of Object.entries(parameters)) {
    if (typeof value === "number" || value === null) config[key] = value;
    if (typeof value === "string") config[key] = value.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  }
  return { module: "keras.initializers", class_name: CLASSES[name], config, registered_name: null };
}
