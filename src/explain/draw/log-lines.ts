/** Lines over a logarithmic scale of decades. Zeros, which have no logarithm, leave gaps. */
import { scaleLinear } from "d3-scale";
import { html, type Markup } from "../../drawing/markup.js";
import { axisLeft, type Plot, type Scale, strokes, words } from "../../drawing/svg.js";

export interface Line {
  name: string;
  /** Classes: one, two or three, and thin. */
  kind: string;
  values: readonly number[];
}

/** Decades below the largest value beyond which nothing is drawn: a double has no more digits to tell of. */
const MOST_DECADES = 40;

const SUPERSCRIPTS: Record<string, string> = { "-": "⁻" };
const superscript = (k: number) =>
  [...String(k)].map((c) => SUPERSCRIPTS[c] ?? "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)]!).join("");

/** A scale of log₁₀ over all lines, its decades, and the axis. */
export function decades(plot: Plot, lines: readonly Line[], label: string): { y: Scale; axis: Markup } {
  const logs = lines.flatMap(({ values }) => values.filter((value) => value > 0).map(Math.log10));
  const top = Math.ceil(Math.max(-300, ...logs) + 0.02) + 0; // no −0
  const least = Math.max(Math.floor(Math.min(top, ...logs)), top - MOST_DECADES);
  const bottom = Math.min(least, top - 1);
  const y = scaleLinear([bottom, top], [plot.bottom, plot.top]);
  return {
    y,
    axis: axisLeft(plot, y, {
      ticks: ticksOf(bottom, top),
      format: top - bottom > 2 ? powerText : plainText,
      label,
    }),
  };
}

/** Whole decades, at most eight of them; where there are only one or two, their 2 and 5 too. */
function ticksOf(bottom: number, top: number): number[] {
  const every = Math.max(1, Math.ceil((top - bottom) / 7));
  const ticks = Array.from({ length: Math.floor((top - bottom) / every) + 1 }, (_, k) => top - k * every);
  if (top - bottom > 2) return ticks;
  return ticks.flatMap((k) => (k === top ? [k] : [k, k + Math.log10(2), k + Math.log10(5)]));
}

/** "1", "10⁻⁵" */
const powerText = (log: number): string => (log === 0 ? "1" : `10${superscript(log)}`);

/** "0.5", "20"; powers of ten where zeros would be many. */
function plainText(log: number): string {
  if (Math.abs(log) < 4) return String(Number((10 ** log).toPrecision(1)));
  const whole = Math.floor(log + 1e-9);
  const digit = Math.round(10 ** (log - whole));
  return `${digit === 1 ? "" : `${digit}·`}10${superscript(whole)}`;
}

export function logLines(lines: readonly Line[], x: (index: number) => number, y: Scale): Markup {
  const [bottom] = y.domain() as [number, number];
  const height = (value: number) => {
    const log = Math.log10(value);
    return log >= bottom ? y(log) : Number.NaN;
  };
  return html`${lines.map(({ values, kind }) =>
    strokes(
      values.map((value, k) => [x(k), height(value)] as const),
      kind,
    ),
  )}`;
}

/** Samples of the lines with their names, from left to right. */
export function lineLegend(lines: readonly Line[], x: number, y: number): Markup {
  let at = x;
  return html`${lines.map(({ name, kind }) => {
    const from = at;
    at += 46 + name.length * 6.7 + 18;
    return html`<path class="stroke ${kind}" d="M${from} ${y - 4}h34"/>${words(from + 42, y, name, "part-fact")}`;
  })}`;
}
