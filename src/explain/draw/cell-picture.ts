/** A cell as one picture: the drawing, a card for every part, and with a sentence the values of its gates and states. */

import { inputError } from "../../base/errors.js";
import { wrapToWidth } from "../../base/text.js";
import { Canvas, type HeatMapOptions, type PictureOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { formula, formulaLines } from "../../drawing/math/svg-text.js";
import { data, words } from "../../drawing/svg.js";
import type { CellAnatomy, CellPart } from "../anatomy.js";
import { type CellView, chosenPhrase, type PartSeries } from "../cell-view.js";
import type { Word } from "../sentence.js";
import { plain } from "../tex.js";
import { cellDiagram, DIAGRAM } from "./cell-diagrams.js";
import { badge } from "./diagram.js";
import type { PartValues } from "./diagram-parts.js";
import { type Box, heatLegend, heatMap, place, unitRow } from "./heat-map.js";
import { numeral } from "./numbers.js";
import { wordsAxis, wordsHeight } from "./words-axis.js";

const WIDTH = DIAGRAM.width;

/** The cell and its parts, and with a sentence their values over its words. */
export function cellPicture(anatomy: CellAnatomy, view?: CellView, options?: HeatMapOptions): Markup {
  if (view === undefined && options?.interactive)
    throw inputError({
      expected: "to be left out without a view, whose values it is for",
      where: "cellPicture interactive",
    });
  return partsPicture(anatomy, view, true, options);
}

/** The drawing of the cell alone, with the values of the view's first unit: for pages that have its parts in their own words. */
export function diagramPicture(anatomy: CellAnatomy, view?: CellView, options?: PictureOptions): Markup {
  const canvas = new Canvas(`diagram-${nameOf(anatomy)}`, options);
  return canvas.drawing(
    {
      data: { layer: nameOf(anatomy) },
      title: `${anatomy.kind} cell of ${anatomy.units} units on inputs of ${anatomy.inputs} numbers`,
      description: describe(anatomy),
      width: WIDTH,
      height: DIAGRAM.height[anatomy.kind],
    },
    cellDiagram(anatomy, view ? valuesOf(view) : {}),
  );
}

/** The cell and its parts at one word, without the values over all of them: those are `mapsPicture`'s. */
export const stepPicture = (anatomy: CellAnatomy, view?: CellView): Markup =>
  partsPicture(anatomy, view, false);

/** The values alone: on paper both have no room on a page. */
export function mapsPicture(view: CellView, options?: HeatMapOptions): Markup {
  const { anatomy, series, words: list } = view;
  const canvas = new Canvas(`maps-${nameOf(anatomy)}`, options);
  const maps = gateMaps(view, 14, canvas);
  return canvas.drawing(
    {
      data: { layer: nameOf(anatomy) },
      title: `Gates and states of the ${anatomy.kind} over the words`,
      description: `${series.map(({ name }) => name).join(", ")} of ${anatomy.units} units at ${list.map(({ word }) => word).join(" ")}.`,
      width: WIDTH,
      height: maps.bottom,
    },
    maps.drawn,
  );
}

/** Of a cell that stands in no layer, its kind. */
const nameOf = ({ layer, kind }: CellAnatomy): string => layer || kind.toLowerCase();

function partsPicture(
  anatomy: CellAnatomy,
  view: CellView | undefined,
  all: boolean,
  options?: HeatMapOptions,
): Markup {
  const canvas = new Canvas(`cell-${nameOf(anatomy)}`, options);
  const top = view ? 26 : 0;
  const diagram = top + DIAGRAM.height[anatomy.kind];
  const cards = cardsOf(anatomy.parts, diagram + 14);
  const maps = view && all ? gateMaps(view, cards.bottom + 44, canvas) : null;
  return canvas.drawing(
    {
      data: { layer: nameOf(anatomy) },
      title: `${anatomy.kind} cell of ${anatomy.units} units on inputs of ${anatomy.inputs} numbers`,
      description: describe(anatomy),
      width: WIDTH,
      height: maps ? maps.bottom : cards.bottom,
    },
    view && chosenLine(view),
    html`<g transform="translate(0 ${top})">${cellDiagram(anatomy, view ? valuesOf(view) : {})}</g>`,
    cards.drawn,
    maps?.drawn,
  );
}

/** For those who do not see it: every part with its role and equation. */
const describe = ({ parts }: CellAnatomy) =>
  parts.map(({ number, name, role, equation }) => `${number}: ${name}. ${role} ${plain(equation)}`).join(" ");

const chosenLine = (view: CellView) =>
  words(0, 14, `Unit ${view.units[0]!.unit} at ${chosenPhrase(view)}`, "heading");

const valuesOf = ({ units }: CellView): PartValues =>
  Object.fromEntries(
    Object.entries({ ...units[0]!.values, ...keyed(units[0]!.before) }).map(([id, value]) => [
      id,
      numeral(value, 2),
    ]),
  );

/** States that came in, as the drawing calls them. */
const keyed = (before: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(before).map(([id, value]) => [`${id} before`, value]));

const CARD = { width: 310, gap: 15, height: 142, edge: 14, line: 21, formula: 15 } as const;

/** A card's equation in lines, and how much higher than usual it is for them. */
const equationLines = ({ equation }: CellPart) =>
  equation === "" ? [] : formulaLines(equation, CARD.formula, CARD.width - 2 * CARD.edge);
const extra = (parts: readonly CellPart[]) =>
  CARD.line * Math.max(0, ...parts.map((part) => equationLines(part).length - 1));

function cardsOf(parts: readonly CellPart[], y: number): { drawn: Markup; bottom: number } {
  const rows = Array.from({ length: Math.ceil(parts.length / 3) }, (_, k) => parts.slice(3 * k, 3 * k + 3));
  let top = y;
  const drawn = rows.map((row) => {
    const height = CARD.height + extra(row);
    const at = top;
    top += height + CARD.gap;
    return row.map((part, k) => {
      const x = k * (CARD.width + CARD.gap);
      return html`<g transform="translate(${x} ${at})"${data({ part: part.id })}>${card(part, height)}</g>`;
    });
  });
  return { drawn: html`${drawn}`, bottom: top - CARD.gap };
}

function card(part: CellPart, height: number): Markup {
  const { id, number, name, role, network } = part;
  const { width, edge, line, formula: size } = CARD;
  const roles = wrapToWidth(role, 41);
  const equation = equationLines(part);
  const below = 80 + line * Math.max(0, equation.length - 1);
  const kind = network ? "" : id === "cell" ? "state" : "hidden";
  return html`<rect class="card" width="${width}" height="${height}" rx="10"/>
${badge(22, 24, number, kind)}${words(40, 29, name, "part-name")}${network !== null && words(width - edge, 28, `${network.activation}: ${network.range}`, "part-fact", "end")}
${equation.map((tex, k) => formula(k === 0 ? edge : edge + 14, 58 + line * k, tex, { size }))}
${roles.map((text, k) => words(edge, below + 17 * k, text, "part-role"))}
${network !== null && words(edge, height - 10, weightsLine(network), "part-fact")}`;
}

function weightsLine({
  kernel,
  recurrent,
  bias,
  columns: [from, to],
}: NonNullable<CellPart["network"]>): string {
  const biases = bias > 0 ? `, b ${bias}` : "";
  return `W ${kernel.join("×")}, R ${recurrent.join("×")}${biases}: columns ${from}–${to - 1}`;
}

const MAP = { left: 150, gap: 26 } as const;

/** A heat map for every gate and state, words along the bottom. */
function gateMaps(view: CellView, y: number, canvas: Canvas): { drawn: Markup; bottom: number } {
  const { words: list, series, chosen, anatomy } = view;
  const width = Math.min(WIDTH - MAP.left, list.length * 62);
  const height = Math.min(132, Math.max(48, anatomy.units * 12));
  const top = y + 36;
  const maps = series.map((part, k) => {
    const box = { x: MAP.left, y: top + k * (height + MAP.gap), width, height };
    return gateMap(part, list, box, canvas);
  });
  const bottom = top + series.length * (height + MAP.gap) - MAP.gap;
  const column = { x: MAP.left + (chosen / list.length) * width, width: width / list.length };
  const legend = bottom + wordsHeight(list) + 26;
  const drawn = html`${words(0, y, "Every gate and state over the words", "heading")}
${words(0, y + 18, `A row a unit, ${anatomy.units} of them; a column a word. The frame is the step drawn above.`, "subheading")}
${maps}<rect class="pointer" ${place({ ...column, y: top - 3, height: bottom - top + 6 })}${data({ step: list[chosen]!.t })}/>
${wordsAxis(list, MAP.left, bottom + 6, width, chosen)}
${heatLegend(MAP.left, legend, canvas)}`;
  return { drawn, bottom: legend + 8 };
}

/** Gates are shaded from their least to their most, states and candidates by size on either side of 0. */
function gateMap(
  { id, name, symbol, values, signed }: PartSeries,
  list: readonly Word[],
  box: Box,
  canvas: Canvas,
): Markup {
  const flat = values.flat();
  const [least, most] = [Math.min(...flat), Math.max(...flat)];
  const scale = signed
    ? { blank: 0, full: Math.max(-least, most, 1e-12) }
    : { blank: least, full: Math.max(most - least, 1e-12) };
  const mean = flat.reduce((a, b) => a + b, 0) / flat.length;
  return html`${formula(0, box.y + 16, symbol, { size: 18 })}${words(34, box.y + 15, name, "part-role")}
${words(0, box.y + 36, `${numeral(least, 2)} to ${numeral(most, 2)}`, "part-fact")}${words(0, box.y + 52, `mean ${numeral(mean, 2)}`, "part-fact")}
${heatMap({ values, ...scale, of: { part: id }, column: (c) => ({ step: list[c]!.t }), row: unitRow }, box, canvas)}`;
}
