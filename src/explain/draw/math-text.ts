/** Formulas as SVG text: the little TeX that explanations use, as tspans. */
import { html, type Markup } from "../../drawing/markup.js";
import { plain } from "../tex.js";

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
