/** Formulas as MathML, which browsers set by themselves: no style sheet, no fonts, no scripts. */
import katex from "katex";
import { html, Markup } from "../../drawing/markup.js";

/** @param tex of our own making; what KaTeX does not know is an error, not a gap */
export function math(tex: string, { display = false } = {}): Markup {
  const options = { output: "mathml", displayMode: display, throwOnError: true, strict: "error" } as const;
  // Written as everything else on our pages is.
  return new Markup(katex.renderToString(tex, options).replaceAll("&#x27;", "&#39;"));
}

/** A formula on a line of its own, which scrolls where it is wider than the page. */
export const formulaBlock = (tex: string): Markup =>
  html`<div class="formula">${math(tex, { display: true })}</div>`;
