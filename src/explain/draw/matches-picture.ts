/** Which units of two models go together: the correlations of all, and the best of each. */
import { count, counted } from "../../base/numbers.js";
import { Canvas, type HeatMapOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { words } from "../../drawing/svg.js";
import type { UnitComparison } from "../units/compare.js";
import { signedBar } from "./attribution-picture.js";
import { heatLegend, heatMap } from "./heat-map.js";
import { numeral } from "./numbers.js";

const WIDTH = 960;
/** Units that there is room for, of those that have a match the strongest. */
const MOST_ROWS = 40;
const MOST_COLUMNS = 40;
/** Pixels of a row and of a column, which has a number of two digits above it. */
const CELL = 14;
const COLUMN = 17;
const LEFT = 44;
const TOP = 84;
/** Pixels of a bar of r = 1. */
const FULL = 120;

/** Units of the first down, of the second across, in the order of their matches: what goes together lies along the diagonal. */
export function matchesPicture(
  { matches, correlations, sides }: UnitComparison,
  options?: HeatMapOptions,
): Markup {
  const canvas = new Canvas("two-models-units", options);
  const rows = matches.slice(0, MOST_ROWS);
  const all = correlations[0]?.length ?? 0;
  const columns = [
    ...new Set([...rows.map(({ match }) => match), ...Array.from({ length: all }, (_, k) => k)]),
  ];
  const shown = columns.slice(0, MOST_COLUMNS);
  const box = { x: LEFT, y: TOP, width: shown.length * COLUMN, height: rows.length * CELL };
  const bars = Math.max(box.x + box.width + 30, 420);
  const bottom = TOP + box.height;
  return canvas.drawing(
    {
      title: "Which unit of one model goes with which of the other",
      description: rows
        .map(({ unit, match, correlation }) => `Unit ${unit} goes with ${match}, r ${numeral(correlation)}.`)
        .join(" "),
      width: WIDTH,
      height: bottom + 62,
    },
    words(
      0,
      14,
      "Units of the first down, of the second across: Pearson's r of their hidden states",
      "heading",
    ),
    words(
      0,
      32,
      `${drawn(rows.length, sides[0].units)} of the first, ${drawn(shown.length, all)} of the second, in the order of their matches.`,
      "subheading",
    ),
    shown.map((unit, k) =>
      words(box.x + (k + 0.5) * COLUMN, TOP - 6, String(unit), "unit-number", "middle", { match: unit }),
    ),
    rows.map(({ unit }, k) =>
      words(LEFT - 8, TOP + (k + 0.5) * CELL + 4, String(unit), "unit-number", "end", { unit }),
    ),
    rows.length > 0 &&
      heatMap(
        {
          values: shown.map((other) => rows.map(({ unit }) => correlations[unit]![other] ?? 0)),
          full: 1,
          column: (c) => ({ match: shown[c]! }),
          row: (r) => ({ unit: rows[r]!.unit }),
        },
        box,
        canvas,
      ),
    words(bars, TOP - 24, "best match, |r|", "part-name"),
    rows.map(({ unit, match, correlation }, k) => {
      const y = TOP + k * CELL;
      const width = Math.abs(correlation) * FULL;
      return html`${words(bars + 26, y + 11, String(match), "unit-number", "end")}${signedBar({ x: bars + 34, y: y + 2, width, height: CELL - 4 }, correlation, numeral(correlation, 4), canvas, { unit, match })}${words(bars + 42 + width, y + 11, numeral(correlation), "unit-number")}`;
    }),
    heatLegend(LEFT, bottom + 30, canvas),
  );
}

const drawn = (some: number, all: number) =>
  some === all ? counted(all, "unit") : `${count(some)} of ${counted(all, "unit")}`;
