/** Formulas as SVG text, as tspans: for drawings, which are files of their own too, where MathML cannot stand. */
import { inputError } from "../../base/errors.js";
import { html, type Markup } from "../markup.js";
import { brokenUp, type Formula, type Piece, parseTex } from "./formula.js";
import { operatorText, plainText } from "./plain.js";

type Run = { text: string; italic: boolean; level: "base" | "sub" | "super" };

/** A formula cut into runs of one style. */
const runsOf = (formula: Formula, level: Run["level"] = "base"): Run[] =>
  formula.flatMap((piece) => runsOfPiece(piece, level));

function runsOfPiece(piece: Piece, level: Run["level"]): Run[] {
  const run = (text: string, italic = false): Run[] => [{ text, italic, level }];
  switch (piece.kind) {
    case "variable":
      return run(piece.text, true);
    case "tilde":
      return run(`${piece.text}\u0303`, true);
    case "room":
      return run(" ");
    case "operator":
      return run(level === "base" ? operatorText(piece) : piece.text);
    case "fraction":
      return [...runsOf(piece.above, level), ...run("/"), ...runsOf(piece.below, level)];
    case "scripts":
      if (level !== "base")
        throw inputError({
          expected: "scripts of one level",
          where: "a formula in a drawing",
          received: plainText([piece]),
        });
      return [
        ...runsOfPiece(piece.base, level),
        ...(piece.primes > 0 ? run("′".repeat(piece.primes)) : []),
        ...runsOf(piece.sub ?? [], "sub"),
        ...runsOf(piece.sup ?? [], "super"),
      ];
    default:
      return run(piece.text);
  }
}

/** Neighbours of one style together. */
function merge(runs: readonly Run[]): Run[] {
  return runs.reduce<Run[]>((merged, run) => {
    const last = merged.at(-1);
    if (last && last.italic === run.italic && last.level === run.level) last.text += run.text;
    else merged.push({ ...run });
    return merged;
  }, []);
}

const SHIFT = { base: 0, sub: 0.26, super: -0.42 } as const;

/** Tspans of a formula; `size` is the text's in pixels. */
function spans(formula: Formula, size: number): Markup {
  let raised = 0;
  return html`${merge(runsOf(formula)).map(({ text, italic, level }) => {
    const shift = SHIFT[level] * size;
    const dy = Math.round((shift - raised) * 10) / 10;
    raised = shift;
    const kind = `${italic ? "var" : "op"}${level === "base" ? "" : " script"}`;
    return html`<tspan class="${kind}"${dy !== 0 && html` dy="${dy}"`}>${text.replace(/ +/g, " ")}</tspan>`;
  })}`;
}

/** About how wide a formula of this size is, in pixels; rather too much than too little. */
export function formulaWidth(formula: Formula, size: number): number {
  const ems = runsOf(formula).reduce((sum, { text, level }) => {
    const width = [...text].reduce((wide, c) => wide + (EMS[c] ?? (/\p{M}/u.test(c) ? 0 : 0.53)), 0);
    return sum + width * (level === "base" ? 1 : 0.72);
  }, 0);
  return ems * size;
}

const EMS: Record<string, number> = {
  ...{ " ": 0.27, "(": 0.36, ")": 0.36, "[": 0.36, "]": 0.36, ",": 0.27, "′": 0.3 },
  ...{ "=": 0.7, "+": 0.7, "−": 0.7, "⊙": 0.8, W: 0.85, R: 0.65, m: 0.75 },
};

/** A formula in lines that fit, broken before operators: before a sum rather than a product, and not deep within brackets. */
export function formulaLines(tex: string, size: number, room: number): Formula[] {
  const left = brokenUp(parseTex(tex));
  const lines: Formula[] = [];
  while (left.length > 0) {
    let fit = 1;
    while (fit < left.length && formulaWidth(left.slice(0, fit + 1).flat(), size) <= room) fit++;
    lines.push(left.splice(0, fit < left.length ? bestBreak(left, fit, size, room) : fit).flat());
  }
  return lines;
}

/** How many of the parts stay in a line that holds so many: up to the loosest operator in its second half. */
function bestBreak(parts: readonly Formula[], most: number, size: number, room: number): number {
  let [best, least, depth] = [most, Number.POSITIVE_INFINITY, 0];
  for (let k = 1; k <= most; k++) {
    depth += parts[k - 1]!.reduce((sum, piece) => sum + opened(piece), 0);
    const [first] = parts[k]!;
    const tightness = 2 * depth + (first?.kind === "operator" && first.text === "⊙" ? 1 : 0);
    if (tightness > least || formulaWidth(parts.slice(0, k).flat(), size) < room / 2) continue;
    [best, least] = [k, tightness];
  }
  return best;
}

/** 1 for a bracket that opens, −1 for one that closes. */
function opened(piece: Piece): number {
  if (piece.kind === "scripts") return opened(piece.base);
  return piece.kind === "bracket" ? (piece.opens ? 1 : -1) : 0;
}

/** A formula with its baseline at (x, y). */
export function formula(
  x: number,
  y: number,
  tex: string | Formula,
  {
    size = 16,
    anchor = "start",
    kind = "",
  }: { size?: number; anchor?: "start" | "middle" | "end"; kind?: string } = {},
): Markup {
  const parsed = typeof tex === "string" ? parseTex(tex) : tex;
  return html`<text class="math${kind !== "" && ` ${kind}`}" x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" aria-label="${plainText(parsed)}">${spans(parsed, size)}</text>`;
}
