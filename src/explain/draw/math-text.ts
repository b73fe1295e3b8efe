/** Formulas as SVG text: the little TeX that explanations use, as tspans. */
import { html, type Markup } from "../../drawing/markup.js";
import { piecesOf, plain } from "../tex.js";

type Run = { text: string; italic: boolean; level: "base" | "sub" | "super" };

const COMMANDS: Record<string, string> = {
  odot: "⊙",
  sigma: "σ",
  delta: "δ",
  partial: "∂",
  prod: "∏",
  sum: "∑",
  varphi: "φ",
  times: "×",
  top: "⊤",
  cdot: "·",
  ldots: "…",
};
/** Symbols that stand upright, with room around them. */
const OPERATORS = new Set(["⊙", "=", "+", "−", "×"]);

/** Cuts TeX into runs of one style. */
function runsOf(tex: string, level: Run["level"] = "base"): Run[] {
  const runs: Run[] = [];
  const push = (text: string, italic: boolean) => void runs.push({ text, italic, level });
  const token =
    /\\tilde\{(\w)\}|\\(?:operatorname|mathrm|text)\{([^}]*)\}|\\([a-zA-Z]+)|([_^])(?:\{([^}]*)\}|(\w))|(.)/gu;
  for (const [, tilde, upright, command, script, group, single, character] of tex.matchAll(token)) {
    if (tilde) push(`${tilde}\u0303`, true);
    else if (upright !== undefined) push(upright, false);
    else if (command) push(COMMANDS[command] ?? command, command === "sigma");
    else if (script) runs.push(...runsOf(group ?? single!, script === "_" ? "sub" : "super"));
    else push(character === "-" ? "−" : character!, /[a-zA-Z]/.test(character!));
  }
  return runs.map((run) =>
    OPERATORS.has(run.text) && run.level === "base" ? { ...run, text: ` ${run.text} ` } : run,
  );
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
export function mathSpans(tex: string, size: number): Markup {
  let raised = 0;
  return html`${merge(runsOf(tex)).map(({ text, italic, level }) => {
    const shift = SHIFT[level] * size;
    const dy = Math.round((shift - raised) * 10) / 10;
    raised = shift;
    const kind = `${italic ? "var" : "op"}${level === "base" ? "" : " script"}`;
    return html`<tspan class="${kind}"${dy !== 0 && html` dy="${dy}"`}>${text.replace(/ +/g, " ")}</tspan>`;
  })}`;
}

/** About how wide a formula of this size is, in pixels; rather too much than too little. */
export function formulaWidth(tex: string, size: number): number {
  const ems = runsOf(tex).reduce((sum, { text, level }) => {
    const width = [...text].reduce((wide, c) => wide + (EMS[c] ?? (/\p{M}/u.test(c) ? 0 : 0.53)), 0);
    return sum + width * (level === "base" ? 1 : 0.72);
  }, 0);
  return ems * size;
}

const EMS: Record<string, number> = {
  ...{ " ": 0.27, "(": 0.36, ")": 0.36, "[": 0.36, "]": 0.36, ",": 0.27, "′": 0.3, "'": 0.25 },
  ...{ "=": 0.7, "+": 0.7, "−": 0.7, "⊙": 0.8, W: 0.85, R: 0.65, m: 0.75 },
};

/** A formula in lines that fit, broken before operators: before a sum rather than a product, and not deep within brackets. */
export function formulaLines(tex: string, size: number, room: number): string[] {
  const left = piecesOf(tex);
  const lines: string[] = [];
  while (left.length > 0) {
    let fit = 1;
    while (fit < left.length && formulaWidth(left.slice(0, fit + 1).join(" "), size) <= room) fit++;
    lines.push(left.splice(0, fit < left.length ? bestBreak(left, fit, size, room) : fit).join(" "));
  }
  return lines;
}

/** How many of the pieces stay in a line that holds so many: up to the loosest operator in its second half. */
function bestBreak(pieces: readonly string[], most: number, size: number, room: number): number {
  let [best, least, depth] = [most, Number.POSITIVE_INFINITY, 0];
  for (let k = 1; k <= most; k++) {
    depth += brackets(pieces[k - 1]!);
    const tightness = 2 * depth + (pieces[k]!.startsWith("\\odot") ? 1 : 0);
    if (tightness > least || formulaWidth(pieces.slice(0, k).join(" "), size) < room / 2) continue;
    [best, least] = [k, tightness];
  }
  return best;
}

/** Brackets that a piece opens, less those that it closes. */
const brackets = (piece: string) => piece.split(/[([]/).length - piece.split(/[)\]]/).length;

/** A formula with its baseline at (x, y). */
export function formula(
  x: number,
  y: number,
  tex: string,
  {
    size = 16,
    anchor = "start",
    kind = "",
  }: { size?: number; anchor?: "start" | "middle" | "end"; kind?: string } = {},
): Markup {
  return html`<text class="math ${kind}" x="${x}" y="${y}" text-anchor="${anchor}" style="font-size:${size}px" aria-label="${plain(tex)}">${mathSpans(tex, size)}</text>`;
}
