/** JSON for Python, which tells 1 from 1.0: Keras refuses a learning rate or a momentum that is no float. */
import type { Json } from "../../base/json.js";

/** Keras's floats. JavaScript would write their whole values as integers. */
const FLOATS: ReadonlySet<string> = new Set([
  ...["learning_rate", "momentum", "rho", "beta_1", "beta_2", "epsilon"],
  ...["weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "label_smoothing"],
  ...["initial_learning_rate", "end_learning_rate", "warmup_target", "values"],
  ...["decay_rate", "power", "alpha", "t_mul", "m_mul"],
]);

/** @param key under which the value stands; items of a list stand under the list's */
export function pythonJson(value: Json, key = ""): string {
  if (Array.isArray(value)) return `[${value.map((item) => pythonJson(item, key)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${pythonJson(item, name)}`).join(",")}}`;
  }
  const text = JSON.stringify(value);
  return FLOATS.has(key) && /^-?\d+$/.test(text) ? `${text}.0` : text;
}
