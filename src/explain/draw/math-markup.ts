/** Formulas as MathML, which browsers set by themselves: no style sheet, no fonts, no scripts. */
import katex from "katex";
import { html, Markup } from "../../drawing/markup.js";
import { piecesOf } from "../tex.js";

/** @param tex of our own making; what KaTeX does not know is an error, not a gap */
export function math(tex: string): Markup {
  const options = { output: "mathml", throwOnError: true, strict: "error" } as const;
  // Written as everything else on our pages is.
  return new Markup(katex.renderToString(tex, options).replaceAll("&#x27;", "&#39;"));
}

/** A formula on lines of its own, broken before operators where it is wider than the page; a piece that is still wider scrolls. */
export const formulaBlock = (tex: string): Markup =>
  html`<div class="formula">${piecesOf(tex).map((piece, k) => html`${math(`\\displaystyle ${k > 0 ? led(piece) : piece}`)} `)}</div>`;

/** An operator that leads a piece stands as between two terms: browsers would set it as a sign. */
const led = (piece: string) => piece.replace(/^(=|\+|-|\\\w+) /, "{} $1\\, ");
