/**
 * Numbers as shades. Positive ones are plain, negative ones hatched, so that the sign reads in grey too; the shade grows
 * with the size. Cells of one shade are one path, so that a thousand of them stay small.
 */
import type { Canvas } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { type Data, data, px, words } from "../../drawing/svg.js";

export interface HeatMap {
  /** [columns][rows] */
  values: readonly (readonly number[])[];
  /** The value that is left blank (default 0), and the size above it that is shaded fully. */
  blank?: number;
  full: number;
  /** What all of it shows, what each column does, and each row: { part: "forget" }, { step: 4 }, { unit: 0 }. */
  of?: Data;
  column?(c: number): Data;
  row?(r: number): Data;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const SHADES = 16;

export function heatMap(map: HeatMap, box: Box, canvas: Canvas): Markup {
  const { values, blank = 0, full, of = {} } = map;
  const columns = values.length;
  const rows = values[0]?.length ?? 0;
  const [w, h] = [box.width / columns, box.height / rows];
  const paths = new Map<string, string[]>();
  for (const [c, column] of values.entries()) {
    for (const [r, value] of column.entries()) {
      const above = value - blank;
      const shade = Math.min(SHADES, Math.round((Math.abs(above) / full) * SHADES));
      if (!(shade > 0)) continue;
      const key = `${above < 0 ? "minus" : "plus"} ${shade}`;
      const cell = `M${fine(box.x + c * w)} ${fine(box.y + r * h)}h${fine(w)}v${fine(h)}h${fine(-w)}z`;
      paths.set(key, [...(paths.get(key) ?? []), cell]);
    }
  }
  const shades = [...paths].map(([key, cells]) => {
    const [kind, shade] = key.split(" ") as [string, string];
    return html`<path class="heat ${kind}"${kind === "minus" && canvas.hatched()} fill-opacity="${Math.round((Number(shade) / SHADES) * 1000) / 1000}" d="${cells.join("")}"/>`;
  });
  return html`<g${data(of)}><rect class="heat-ground" ${place(box)}/>${shades}<rect class="frame" ${place(box)}/>${canvas.interactive && hits(map, box)}</g>`;
}

/** Over every value a rectangle that says which it is. */
function hits({ values, column = () => ({}), row = () => ({}) }: HeatMap, box: Box): Markup {
  return html`${values.map((rows, c) =>
    rows.map((_, r) => {
      const [width, height] = [box.width / values.length, box.height / rows.length];
      return html`<rect class="hit" x="${fine(box.x + c * width)}" y="${fine(box.y + r * height)}" width="${fine(width)}" height="${fine(height)}"${data({ ...column(c), ...row(r) })}/>`;
    }),
  )}`;
}

/** Rows of a map of units. */
export const unitRow = (unit: number): Data => ({ unit });

const fine = (value: number) => Math.round(value * 100) / 100;

export const place = ({ x, y, width, height }: Box): Markup =>
  html`x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}"`;

/** What the shades mean: more of it, and below 0. */
export function heatLegend(x: number, y: number, canvas: Canvas): Markup {
  const strip = (from: number, kind: string, fill?: Markup) =>
    html`<rect class="heat-ground" x="${from}" y="${y - 9}" width="96" height="12"/>${LEGEND_STEPS.map((share, k) => html`<rect class="heat ${kind}"${fill} fill-opacity="${share}" x="${from + 12 * k}" y="${y - 9}" width="12" height="12"/>`)}`;
  return html`${words(x, y + 1, "least", "legend")}${strip(x + 38, "plus")}${words(x + 142, y + 1, "most", "legend")}
${words(x + 210, y + 1, "below 0", "legend")}${strip(x + 264, "minus", canvas.hatched())}`;
}

const LEGEND_STEPS = Array.from({ length: 8 }, (_, k) => (k + 1) / 8);
