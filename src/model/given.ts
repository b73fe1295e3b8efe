/** A model as it is given to public functions. */
import { instanceOf } from "../base/arguments.js";
import { unknownShape } from "../network/network.js";
import { Model } from "./model.js";

/** @throws InputError for what is no model */
export const modelOf = (value: unknown, where: string): Model =>
  instanceOf(value, Model, where, "a model, as sequential or loadModel makes");

/** @throws InputError for what is no model, and for one whose input shape is not known yet */
export function builtModelOf(value: unknown, where: string): Model {
  const model = modelOf(value, where);
  if (model.isBuilt) return model;
  throw unknownShape(model.name);
}
