/** Keras's regularizers and constraints: what shapes weights in training, and nothing else. */
import { inputError } from "../../base/errors.js";
import type { Json } from "../../base/json.js";
import { label } from "../../base/label.js";
import type { Regularizer } from "../../layers/options.js";
import { plainName, readObject } from "./objects.js";
import type { Context } from "./receipt.js";
import { nameOf } from "./values.js";

/** Keras's classes with the settings of each, and what those are by default. */
const PENALTIES: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map([
  ["l1", new Map([["l1", 0.01]])],
  ["l2", new Map([["l2", 0.01]])],
  [
    "l1l2",
    new Map([
      ["l1", 0],
      ["l2", 0],
    ]),
  ],
]);

/** An L1/L2 penalty. Others are left aside with a note. */
export function readRegularizer(value: Json, context: Context, where: string): Regularizer | null {
  const given = readObject(value, "a regularizer", where);
  if (!given) return null;
  const { name, config, alone } = given;
  const defaults = PENALTIES.get(plainName(name));
  if (!defaults) {
    context.notes.forTraining().warn(`${where}: ${nameOf(name)} is not applied when training goes on`);
    return null;
  }
  // Keras 2 meant another thing by the name alone than by the class without settings.
  if (alone && context.major < 3 && name.toLowerCase() === "l1_l2") return { l1: 0.01, l2: 0.01 };
  const penalty = { l1: 0, l2: 0, ...Object.fromEntries(defaults) };
  for (const [key, amount] of Object.entries(config)) {
    const at = `${where}.config.${label(key)}`;
    if (!defaults.has(key)) throw inputError({ expected: "no such setting", where: at, received: amount });
    if (typeof amount !== "number" || !Number.isFinite(amount) || amount < 0) {
      throw inputError({ expected: "a number of at least 0", where: at, received: amount });
    }
    penalty[key as "l1" | "l2"] = amount;
  }
  return penalty;
}

export function writeRegularizer(value: Regularizer | null): Json {
  if (!value) return null;
  const { l1, l2 } = value;
  return { module: "keras.regularizers", class_name: "L1L2", config: { l1, l2 }, registered_name: null };
}

/** A constraint on weights, or a penalty on what a layer puts out: neither is had here, which matters to training alone. */
export function noteUnapplied(value: Json, what: string, context: Context, where: string): void {
  const given = readObject(value, what, where);
  if (given) context.notes.forTraining().warn(`${where}: ${nameOf(given.name)} is not applied`);
}
