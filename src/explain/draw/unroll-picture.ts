/** The written-out recurrence as strips that add up, and what the final memory holds of each word. */
import { percent } from "../../base/numbers.js";
import { cutToWidth } from "../../base/text.js";
import { Canvas, type HeatMapOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { formula } from "../../drawing/math/svg-text.js";
import { bar, data, words } from "../../drawing/svg.js";
import { stateLetter } from "../cells/names.js";
import type { MemoryView } from "../memory-view.js";
import type { Unrolled } from "../unroll.js";
import { type Box, heatLegend, heatMap, unitRow } from "./heat-map.js";
import { numeral, tiny } from "./numbers.js";
import { wordsAxis, wordsHeight } from "./words-axis.js";

const WIDTH = 960;
const STRIP = { left: 330, height: 26, gap: 10 } as const;

/** @param wordAt the word that a step read, "" for padding */
export function unrollPicture(
  unrolled: Unrolled,
  memory: MemoryView | null,
  wordAt: (lag: number) => string,
  options?: HeatMapOptions,
): Markup {
  const canvas = new Canvas(`unroll-${unrolled.layer}`, options);
  const strips = termStrips(unrolled, wordAt, 46, canvas);
  const held = memory ? memoryMap(memory, strips.bottom + 50, canvas) : null;
  const { state, layer, k, residual, tex } = unrolled;
  return canvas.drawing(
    {
      data: { layer },
      title: `${layer}: ${state} state written out over ${k} steps`,
      description: `The sum equals the forward pass within ${tiny(residual)}. ${memory ? describe(memory) : ""}`,
      width: WIDTH,
      height: held?.bottom ?? strips.bottom + 34,
    },
    formula(0, 20, tex.length > 160 ? `${stateLetter(state)}_{t} = \\ldots` : tex, { size: 17 }),
    strips.drawn,
    held?.drawn ?? heatLegend(STRIP.left, strips.bottom + 26, canvas),
  );
}

const describe = ({ words: list, shares }: MemoryView) =>
  `Shares of the final memory: ${list.map(({ word }, k) => `${word} ${percent(shares[k]!)}`).join(", ")}.`;

/** A strip of units for each product, one for their sum, one for the forward pass. */
function termStrips(
  { terms, value, forward, state, residual, t, goBackwards }: Unrolled,
  wordAt: (lag: number) => string,
  y: number,
  canvas: Canvas,
) {
  const full = Math.max(1e-12, ...[...terms.map((term) => term.value), value].flat().map(Math.abs));
  const rows: [Markup, string, readonly number[]][] = [
    ...terms.map(({ tex, lag, value: part }, k): [Markup, string, readonly number[]] => [
      formula(0, 0, `${k > 0 ? "+ " : ""}${tex}`, { size: 15 }),
      k === 0 ? "older" : wordAt(lag),
      part,
    ]),
    [formula(0, 0, `= ${stateLetter(state)}_{t}`, { size: 15 }), "their sum", value],
    [words(0, 0, "forward pass", "part-role"), `differs by ${tiny(residual)}`, forward],
  ];
  const step = STRIP.height + STRIP.gap;
  // Where a term was written; the sums are of the last step.
  const stepOf = (k: number) => {
    const lag = terms[k]?.lag ?? 0;
    return goBackwards ? t + lag : t - lag;
  };
  const drawn = rows.map(([name, note, values], k) => {
    const top = y + k * step;
    const box = { x: STRIP.left, y: top, width: WIDTH - STRIP.left, height: STRIP.height };
    const map = { values: values.map((number) => [number]), full, column: unitRow };
    return html`<g${data({ step: stepOf(k) })}><g transform="translate(0 ${top + 18})">${name}</g>${words(STRIP.left - 12, top + 18, cutToWidth(note, 18), "part-fact", "end")}${heatMap(map, box, canvas)}</g>`;
  });
  const bottom = y + rows.length * step;
  return {
    bottom,
    drawn: html`${drawn}${words(STRIP.left, bottom + 6, "unit 0", "part-fact")}${words(WIDTH, bottom + 6, `unit ${value.length - 1}`, "part-fact", "end")}`,
  };
}

const MAP = { left: 150, bars: 70 } as const;

/** Bars of each word's share over a heat map of what it left in each unit. */
function memoryMap(memory: MemoryView, y: number, canvas: Canvas): { drawn: Markup; bottom: number } {
  const { words: list, contributions, shares, padding, state, residual, layer } = memory;
  const width = Math.min(WIDTH - MAP.left - 40, list.length * 62);
  const step = width / list.length;
  const most = Math.max(...shares, 1e-12);
  const base = y + 50 + MAP.bars;
  const height = Math.min(170, Math.max(60, memory.memory.length * 12));
  const box: Box = { x: MAP.left, y: base + 14, width, height };
  const full = Math.max(1e-12, ...contributions.flat().map(Math.abs));
  const legend = box.y + height + wordsHeight(list) + 26;
  const bars = shares.map((share, k) => {
    const tall = (share / most) * MAP.bars;
    const label = `${list[k]!.word}: ${percent(share)}`;
    const column = { x: MAP.left + k * step + step * 0.14, y: base - tall, width: step * 0.72, height: tall };
    const named =
      step > 34 &&
      words(MAP.left + (k + 0.5) * step, base - tall - 5, percent(share, 0), "part-fact", "middle");
    return html`${bar(column, "fill one", label, { step: list[k]!.t, word: list[k]!.word })}${named}`;
  });
  const before =
    padding.steps > 0 ? ` Padding (${padding.steps} steps) holds ${percent(padding.share)}.` : "";
  const drawn = html`${words(0, y, `What the final memory of ${layer} still holds, by word`, "heading")}
${words(0, y + 18, `The parts add up to the memory within ${tiny(residual)}.${before}`, "subheading")}
${bars}${words(0, base - MAP.bars + 12, "share of it", "part-role")}
${formula(0, box.y + 16, `${stateLetter(state)}_{T}`, { size: 18 })}${words(34, box.y + 15, "unit by unit", "part-role")}${words(0, box.y + 36, `up to ${numeral(full)}`, "part-fact")}
${heatMap({ values: contributions, full, of: { part: state }, column: (c) => ({ step: list[c]!.t }), row: unitRow }, box, canvas)}
${wordsAxis(list, MAP.left, box.y + height + 6, width)}${heatLegend(MAP.left, legend, canvas)}`;
  return { drawn, bottom: legend + 8 };
}
