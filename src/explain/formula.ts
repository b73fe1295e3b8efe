/** Formulas for pages of others. */
import { booleanOf, textOf } from "../base/arguments.js";
import { knownOptions } from "../base/errors.js";
import { formulaBlock, mathMarkup } from "../drawing/math/mathml.js";

/** Options of `formula`. */
export interface FormulaOptions {
  /**
   * On lines of its own, in a `<div class="cellstate-formula">`: broken before operators where the page is narrow, and sums with
   * their limits above and below. Default false: within a line.
   */
  block?: boolean;
}

/**
 * A formula as MathML, which browsers set and screen readers read by themselves.
 * @param tex TeX as explanations give it (`equation`, `symbol`, `tex`), or of the same kind: docs/pictures.md lists what there is
 * @returns HTML: `<math alttext="…">…</math>`
 * @throws InputError for TeX that is not of it, and names it
 */
export function formula(tex: string, options: FormulaOptions = {}): string {
  knownOptions(options, ["block"], "formula");
  const set = booleanOf(options.block, "formula block") ? formulaBlock : mathMarkup;
  return set(textOf(tex, "formula")).source;
}
