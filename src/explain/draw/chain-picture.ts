/** A recurrent layer as a loop, and the same loop written out over the words: one box a step, its state after each. */
import { cutToWidth, printable } from "../../base/text.js";
import { Canvas, type HeatMapOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { formula } from "../../drawing/math/svg-text.js";
import { data, words as label } from "../../drawing/svg.js";
import type { CellView, PartSeries } from "../cell-view.js";
import { wire } from "./diagram.js";
import { heatLegend, heatMap, unitRow } from "./heat-map.js";
import { numeral } from "./numbers.js";

/** Steps that fit beside the loop with words that can be read; of longer texts the last ones. */
const MOST_STEPS = 5;
const BOX = { width: 86, height: 48 } as const;
const STEP = 134;
const LOOP = { x: 78, width: 176 } as const;
const STATE = { width: 16, height: 76 } as const;

export function chainPicture(view: CellView, options?: HeatMapOptions): Markup {
  const { anatomy, words, series, skipped } = view;
  const canvas = new Canvas(`chain-${anatomy.layer}`, options);
  const states = series.filter(({ state }) => state);
  const first = Math.max(0, words.length - MOST_STEPS);
  const shown = words.slice(first);
  const full = Math.max(1e-12, ...states.flatMap(({ values }) => values.slice(first).flat().map(Math.abs)));
  const rail = 30 + states.length * (STATE.height + 22);
  const width = LOOP.width + 40 + shown.length * STEP + STATE.width + 34;
  const height = rail + 148;
  const begun = first > 0 || skipped > 0;
  const before = states.map(({ symbol }) => (begun ? "\\ldots" : `${symbol.replace("{t}", "{0}")} = 0`));
  const left = LOOP.width + 40;
  return canvas.drawing(
    {
      data: { layer: anatomy.layer },
      title: `${anatomy.layer}: a loop, and the same loop written out`,
      description: `One ${anatomy.kind}, used again for each word: ${shown.map(({ word }) => printable(word)).join(", ")}. Beside each step its state.`,
      width,
      height,
    },
    loop(states, rail, anatomy.kind),
    formula(LOOP.width, rail + 8, "=", { size: 24, anchor: "middle" }),
    before.map((symbol, s) =>
      formula(left + 10, stateTop(s) + STATE.height / 2, symbol, { size: 15, anchor: "middle" }),
    ),
    shown.map(({ t, word }, k) => {
      const x = left + (k + 0.5) * STEP + 6;
      return html`<g${data({ step: t, word: printable(word) })}>${step(x, rail, anatomy.kind, STEP)}${label(x, rail + 92, cutToWidth(printable(word), 14), "word", "middle")}${states.map((series, s) => column(series, first + k, x + STEP / 2, s, full, canvas))}</g>`;
    }),
    wire([
      [width - STATE.width - 34 - STEP / 2 + BOX.width / 2 + 6, rail],
      [width - 12, rail],
    ]),
    label(left, height - 26, `states at most ${numeral(full)} in size, a row a unit`, "part-fact"),
    heatLegend(left, height - 6, canvas),
  );
}

const stateTop = (s: number): number => 30 + s * (STATE.height + 22);

/** The state after a word, over the wire that hands it on. */
function column(
  { id, symbol, values }: PartSeries,
  k: number,
  x: number,
  s: number,
  full: number,
  canvas: Canvas,
): Markup {
  const box = { x: x - STATE.width / 2, y: stateTop(s), width: STATE.width, height: STATE.height };
  const name = symbol.replace("{t}", `{${k + 1}}`);
  return html`${heatMap({ values: [values[k]!], full, of: { part: id }, row: unitRow }, box, canvas)}${formula(x, box.y - 6, name, { size: 14, anchor: "middle" })}`;
}

function step(x: number, rail: number, kind: string, pitch: number): Markup {
  return html`${wire([
    [x - pitch + BOX.width / 2, rail],
    [x - BOX.width / 2, rail],
  ])}${wire([
    [x, rail + 76],
    [x, rail + BOX.height / 2],
  ])}${cellBox(x, rail, kind)}`;
}

const cellBox = (x: number, y: number, kind: string): Markup =>
  html`<rect class="network gate" x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="8"/>${label(x, y + 4, kind, "part-fact", "middle")}`;

/** The cell once, its state coming back to it. */
function loop(states: readonly PartSeries[], rail: number, kind: string): Markup {
  const { x } = LOOP;
  const [right, leftmost, top] = [x + 70, x - 70, rail - 62];
  return html`${wire([
    [x + BOX.width / 2, rail],
    [right, rail],
    [right, top],
    [leftmost, top],
    [leftmost, rail],
    [x - BOX.width / 2, rail],
  ])}${wire([
    [x, rail + 76],
    [x, rail + BOX.height / 2],
  ])}${cellBox(x, rail, kind)}${formula(x, top - 8, states.map(({ symbol }) => symbol).join(", "), { size: 15, anchor: "middle" })}${formula(x, rail + 94, "x_{t}", { size: 15, anchor: "middle" })}`;
}
