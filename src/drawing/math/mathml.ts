/**
 * Formulas as MathML (Core), which browsers set and screen readers read by themselves: no style sheet, no fonts, no scripts.
 * Spaces are TeX's: none around operators within scripts, a sign before a term close to it.
 */
import { type Content, html, Markup } from "../markup.js";
import { brokenUp, type Formula, type Piece, parseTex } from "./formula.js";
import { plainText } from "./plain.js";

/** A formula within a line; in display style its sums have their limits below and above. */
export function mathMarkup(tex: string | Formula, display = false): Markup {
  const formula = typeof tex === "string" ? parseTex(tex) : tex;
  return html`<math${display && html` displaystyle="true"`} alttext="${plainText(formula)}">${row(formula)}</math>`;
}

/** A formula on lines of its own, broken before operators where it is wider than the page; a part that is still wider scrolls. */
export const formulaBlock = (tex: string): Markup =>
  html`<div class="cellstate-formula">${brokenUp(parseTex(tex)).map((part) => html`${mathMarkup(part, true)} `)}</div>`;

/** Pieces side by side; `small` within a script. */
const pieces = (formula: Formula, small: boolean): Content[] =>
  formula.map((piece, k) =>
    // An operator that leads a line has the space of the line before it.
    piece.kind === "operator" && k === 0
      ? operator(piece, small, true)
      : element(piece, small, formula[k + 1]),
  );

/** One element of them all. */
function row(formula: Formula, small = false): Markup {
  const shown = formula.filter((piece) => piece.kind !== "room" || piece.em !== null);
  const content = pieces(shown, small);
  return shown.length === 1 && !isFunction(shown[0]!) ? html`${content}` : html`<mrow>${content}</mrow>`;
}

function element(piece: Piece, small: boolean, next?: Piece): Markup {
  switch (piece.kind) {
    case "variable":
      return html`<mi>${piece.text}</mi>`;
    case "number":
      return html`<mn>${piece.text}</mn>`;
    case "name":
      return html`<mi>${piece.text}</mi>${isFunction(piece) && opens(next) && APPLIED}`;
    case "words":
      // MathML drops spaces at the edges.
      return html`<mtext>${piece.text.replace(/^ | $/g, "\u00a0")}</mtext>`;
    case "operator":
      return operator(piece, small);
    case "bracket":
      return bracket(piece);
    case "large":
      return html`<mo>${piece.text}</mo>`;
    case "tilde":
      return html`<mover accent="true"><mi>${piece.text}</mi><mo stretchy="false">~</mo></mover>`;
    case "fraction":
      return html`<mfrac>${row(piece.above, small)}${row(piece.below, small)}</mfrac>`;
    case "scripts":
      return html`${scripts(piece)}${isFunction(piece.base) && opens(next) && APPLIED}`;
    case "room":
      return html`${piece.em !== null && html`<mspace width="${Math.round(piece.em * 1000) / 1000}em"></mspace>`}`;
  }
}

/** What says that a name is a function of what follows; it has no width. */
const APPLIED = html`<mo>\u2061</mo>`;

const isFunction = (piece: Piece): boolean => piece.kind === "name" && /^[a-z]/i.test(piece.text);
const opens = (piece?: Piece): boolean => piece?.kind === "bracket" && piece.opens;

const CLOSE = html` lspace="0" rspace="0"`;

function operator(
  { text, between }: Extract<Piece, { kind: "operator" }>,
  small: boolean,
  leads = false,
): Markup {
  if (text === ",") return html`<mo separator="true">,</mo>`;
  const close = small || text === "/" || !between;
  // The dot operator, which has room on both sides; in lines of text it is a middle dot.
  return html`<mo form="${between ? "infix" : "prefix"}"${close ? CLOSE : leads && html` lspace="0"`}>${text.replace("·", "⋅")}</mo>`;
}

function bracket({ text, opens: left, size }: Extract<Piece, { kind: "bracket" }>): Markup {
  const height = size === 1 ? html` stretchy="false"` : html` minsize="${size}em" maxsize="${size}em"`;
  return html`<mo form="${left ? "prefix" : "postfix"}"${height}${text === "|" && CLOSE}>${text}</mo>`;
}

/** Limits of sums and products below and above, of integrals and all else beside. */
function scripts({ base, sub, sup, primes }: Extract<Piece, { kind: "scripts" }>): Markup {
  const below = sub && row(sub, true);
  const raised = primes > 0 ? html`<mo>${"′".repeat(primes)}</mo>` : sup && row(sup, true);
  const [down, up] = base.kind === "large" && base.text !== "∫" ? ["under", "over"] : ["sub", "sup"];
  const tag = `m${below ? down : ""}${raised ? up : ""}`;
  return new Markup(`<${tag}>${element(base, true)}${below ?? ""}${raised ?? ""}</${tag}>`);
}
