/** A model as it is given to public functions. */
import { instanceOf } from "../base/arguments.js";
import { Model } from "./model.js";

/** @throws InputError for what is no model */
export const modelOf = (value: unknown, where: string): Model =>
  instanceOf(value, Model, where, "a model, as sequential or loadModel makes");
