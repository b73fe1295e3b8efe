/** A pattern from the command line, which may take no longer than a second a text, whatever it and the text are. */
import { createContext, Script } from "node:vm";
import { inputError } from "../../base/errors.js";
import type { PatternMatcher } from "../../explain/units/features.js";

/** Milliseconds that a text may take. */
const PATIENCE = 1000;

/** @throws InputError for what is no regular expression, and from the matcher where it takes too long */
export function patternMatcher(pattern: string): PatternMatcher {
  try {
    new RegExp(pattern, "gu");
  } catch (error) {
    throw inputError({
      expected: `a regular expression of JavaScript's (${(error as Error).message})`,
      where: "--pattern",
      received: pattern,
    });
  }
  // In a context of its own, because the time of a script can be limited, and that of a call cannot.
  const context = createContext({ pattern, text: "" }, { codeGeneration: { strings: false, wasm: false } });
  new Script('const expression = new RegExp(pattern, "gu");').runInContext(context);
  const matching = new Script(
    "JSON.stringify(Array.from(text.matchAll(expression), (found) => [found.index, found.index + found[0].length]))",
  );
  return (text) => {
    context["text"] = text;
    try {
      const spans = JSON.parse(matching.runInContext(context, { timeout: PATIENCE }) as string);
      return (spans as [number, number][]).filter(([from, to]) => to > from);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      throw inputError({
        expected: "a pattern that a text is searched for within a second",
        where: "--pattern",
        received: pattern,
        next: "Groups that repeat within groups that repeat, as (a+)+, take for ever: write it without.",
      });
    }
  };
}
