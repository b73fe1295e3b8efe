/** Whatever is long and looks into a model: it tells how far it is, and whose weights it looks at stay as they are. */
import { checkLongOptions, type LongOptions } from "../base/progress.js";
import { builtModelOf } from "../model/given.js";
import { type Model, trainerOf } from "../model/model.js";
import { Measuring } from "../train/evaluate.js";

/** @throws InputError for options that are none, or a model that is not built */
export function looking(model: Model, options: LongOptions, where: string): Measuring {
  checkLongOptions(options, where);
  return new Measuring(trainerOf(builtModelOf(model, where)).network, options, where);
}
