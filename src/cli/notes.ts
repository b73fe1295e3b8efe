/** What may make a model file's model behave otherwise than where it came from, on stderr. */
import { type Model, remarksOf } from "../model/model.js";
import { note } from "./context.js";

/** Programs compile a model; the command line chooses an optimizer and a loss by itself. */
const ADVICE = /[;,]? ?(compile (the model|it) to train on)\.?$/;

/**
 * Says a model's notes once, a line each.
 * @param training whether those too that matter only where training goes on
 */
export function sayNotes(model: Model, training: boolean): void {
  const tell = (text: string) => note(`note: ${text.replace(ADVICE, "")}`);
  remarksOf(model).say(training, tell, "notes");
}
