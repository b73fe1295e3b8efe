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
  if (logs.length > 0 && Math.max(...logs) - Math.min(...logs) < NARROW) return within(plot, logs, label);
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

/** Under so many decades the axis is cut to the values: on 1 to 10, those from 1.0 to 1.4 would be one flat line. */
const NARROW = 0.8;

/** Values within less than a decade, at round numbers around them; still on the scale of logarithms. */
function within(plot: Plot, logs: readonly number[], label: string): { y: Scale; axis: Markup } {
  const [least, most] = [10 ** Math.min(...logs), 10 ** Math.max(...logs)];
  // What does not change gets an axis of a tenth around it.
  const [low, high] = most / least < 1.02 ? [least * 0.95, most * 1.05] : [least, most];
  const round = scaleLinear([low, high], [0, 1]).nice(5);
  const [bottom, top] = round.domain() as [number, number];
  const y = scaleLinear([Math.log10(bottom > 0 ? bottom : low), Math.log10(top)], [plot.bottom, plot.top]);
  const ticks = round.ticks(5).filter((tick) => tick > 0);
  return {
    y,
    axis: axisLeft(plot, y, { ticks: ticks.map(Math.log10), format: (log) => roundText(10 ** log), label }),
  };
}

/** "1.2", "350"; "3.5e-7" of what would be mostly zeros. */
function roundText(value: number): string {
  const short = Number(value.toPrecision(6));
  return short >= 1e-3 && short < 1e5 ? String(short) : short.toExponential().replace("e+", "e");
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
