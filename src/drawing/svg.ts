import type { ScaleLinear } from "d3-scale";
import { line as d3line } from "d3-shape";
import { cutToWidth, displayWidth, printable } from "../base/text.js";
import { html, type Markup } from "./markup.js";

/**
 * Charts as SVG text: a frame, axes, lines, labels. Colours and type come from the page's style sheet by class names
 * (`one`, `two`, `three` are the series; they differ in lightness and dashes as well as in hue).
 */

/** Pixels of a drawing, and the edges of its plotting area. */
export interface Plot {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function plotArea(
  width: number,
  height: number,
  margin: { left: number; right: number; top: number; bottom: number },
): Plot {
  return {
    width,
    height,
    left: margin.left,
    right: width - margin.right,
    top: margin.top,
    bottom: height - margin.bottom,
  };
}

export type Scale = ScaleLinear<number, number>;

/** What an element shows, by names of data attributes: { unit: 3 } is data-unit="3". Numbers begin at 0, as in code. */
export type Data = Readonly<Record<string, string | number | undefined>>;

/** Those attributes. */
export const data = (of: Data): Markup =>
  html`${Object.entries(of).map(([name, value]) => value !== undefined && html` data-${name}="${value}"`)}`;

/** A length in pixels, to a tenth. */
export function px(value: number): number {
  return Math.round(value * 10) / 10;
}

export interface AxisOptions {
  ticks: readonly number[];
  format: (value: number) => string;
  label?: string;
}

/** Values along the bottom, with small ticks; the label below at the right. `scale` has a tick's place. */
export function axisBottom(
  plot: Plot,
  scale: (tick: number) => number,
  { ticks, format, label }: AxisOptions,
): Markup {
  return html`<g class="axis"><line class="base" x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}"/>
${ticks.map((tick) => {
  const x = px(scale(tick));
  return html`<line class="tick" x1="${x}" x2="${x}" y1="${plot.bottom}" y2="${plot.bottom + 4}"/>${words(x, plot.bottom + 17, format(tick), "tick-label", "middle")}`;
})}${label !== undefined && words(plot.right, plot.bottom + 34, label, "axis-label", "end")}</g>`;
}

/** Values along the left with a faint line across for each; the label above at the left. */
export function axisLeft(plot: Plot, scale: Scale, { ticks, format, label }: AxisOptions): Markup {
  return html`<g class="axis">${ticks.map((tick) => {
    const y = px(scale(tick));
    return html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}"/>${words(plot.left - 8, y + 4, format(tick), "tick-label", "end")}`;
  })}${label !== undefined && words(0, plot.top - 12, label, "axis-label")}</g>`;
}

export type Anchor = "start" | "middle" | "end";

/** A text with its baseline at (x, y). */
export function words(
  x: number,
  y: number,
  text: string,
  kind: string,
  anchor: Anchor = "start",
  of: Data = {},
): Markup {
  return html`<text class="${kind}" x="${px(x)}" y="${px(y)}" text-anchor="${anchor}"${data(of)}>${text}</text>`;
}

/** About how many pixels wide a label of 12 pixels is. */
export function labelWidth(text: string): number {
  return 6.9 * displayWidth(printable(text));
}

/** Data's own text made to fit `room` pixels at 12 pixels a line, cut between graphemes; the whole is its tooltip. */
export function dataLabel(
  x: number,
  y: number,
  text: string,
  room: number,
  anchor: Anchor = "start",
  of: Data = {},
): Markup {
  const whole = printable(text);
  const shown = cutToWidth(whole, Math.max(1, Math.floor(room / 6.9)));
  return html`<text class="data-label" x="${px(x)}" y="${px(y)}" text-anchor="${anchor}"${data(of)}>${shown}${shown !== whole && html`<title>${whole}</title>`}</text>`;
}

/** Straight strokes through the points; a gap where a value is not finite. */
export function strokes(points: readonly (readonly [number, number])[], kind: string, of: Data = {}): Markup {
  const draw = d3line<readonly [number, number]>()
    .defined(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
    .x(([x]) => px(x))
    .y(([, y]) => px(y));
  return html`<path class="stroke ${kind}" d="${draw([...points]) ?? ""}"${data(of)}/>`;
}

/** A dot with a tooltip. */
export function dot(
  x: number,
  y: number,
  radius: number,
  kind: string,
  tooltip: string,
  of: Data = {},
): Markup {
  return html`<circle class="dot ${kind}" cx="${px(x)}" cy="${px(y)}" r="${px(radius)}"${data(of)}><title>${tooltip}</title></circle>`;
}

/** A rectangle with a tooltip; nothing at all where it has no area. @param fill an attribute, in place of its kind's */
export function bar(
  box: { x: number; y: number; width: number; height: number },
  kind: string,
  tooltip: string,
  of: Data = {},
  fill?: Markup,
): Markup {
  if (!(box.width > 0 && box.height > 0)) return html``;
  return html`<rect class="${kind}"${fill} x="${px(box.x)}" y="${px(box.y)}" width="${px(box.width)}" height="${px(box.height)}"${data(of)}><title>${tooltip}</title></rect>`;
}

/** An upright line at x, named at its top on the side that has room; `row` moves the name down by lines. */
export function marker(plot: Plot, x: number, label: string, kind = "marker", row = 0): Markup {
  const rightward = x + 6 + label.length * 6.5 <= plot.right;
  return html`<line class="${kind}" x1="${px(x)}" x2="${px(x)}" y1="${plot.top}" y2="${plot.bottom}"/>${words(x + (rightward ? 5 : -5), plot.top + 9 + 14 * row, label, "marker-label", rightward ? "start" : "end")}`;
}

/** The name of a line, and where the line ends. */
export interface EndLabel {
  y: number;
  text: string;
  kind: string;
}

/** Names of lines at their right ends, moved apart where they would touch. */
export function endLabels(plot: Plot, labels: readonly EndLabel[]): Markup {
  return html`${placed(plot, labels).map(({ text, kind, y }) => words(plot.right + 8, y + 4, text, `end-label ${kind}`))}`;
}

/** Pixels that a key takes before its name. */
const KEY = 26;
/** What `keyedEndLabels` needs to the right of a plot, besides the names themselves. */
export const KEYED = KEY + 16;

/** The same with a piece of each line before its name, for lines that share a hue. */
export function keyedEndLabels(plot: Plot, labels: readonly EndLabel[]): Markup {
  const x = plot.right + 8;
  return html`${placed(plot, labels).map(({ text, kind, y }) => [
    html`<line class="stroke ${kind}" x1="${px(x)}" x2="${px(x + KEY - 6)}" y1="${px(y)}" y2="${px(y)}"/>`,
    words(x + KEY, y + 4, text, `end-label ${kind}`),
  ])}`;
}

function placed(plot: Plot, labels: readonly EndLabel[]): EndLabel[] {
  const seen = labels.filter(({ y }) => Number.isFinite(y));
  const ys = spread(
    seen.map(({ y }) => y),
    14,
    plot.top,
    plot.bottom,
  );
  return seen.map((label, i) => ({ ...label, y: ys[i]! }));
}

/** The positions, moved as little as need be to stand `gap` apart between `low` and `high`; order is kept. */
export function spread(positions: readonly number[], gap: number, low: number, high: number): number[] {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a]! - positions[b]!);
  const placed = order.map((i) => Math.min(Math.max(positions[i]!, low), high));
  for (let k = 1; k < placed.length; k++) placed[k] = Math.max(placed[k]!, placed[k - 1]! + gap);
  const last = placed.length - 1;
  if (last >= 0) placed[last] = Math.min(placed[last]!, high);
  for (let k = last - 1; k >= 0; k--) placed[k] = Math.min(placed[k]!, placed[k + 1]! - gap);
  const result = new Array<number>(positions.length);
  order.forEach((i, k) => {
    result[i] = placed[k]!;
  });
  return result;
}
