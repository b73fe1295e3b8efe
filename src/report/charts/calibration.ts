import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { count, counted, percent } from "../../drawing/numbers.js";
import {
  axisBottom,
  axisLeft,
  bar,
  dot,
  plotArea,
  px,
  type Scale,
  strokes,
  words,
} from "../../drawing/svg.js";
import type { Calibration, CalibrationBin } from "../../objectives/metrics/calibration.js";
import { diagonal } from "./diagonal.js";

const SHARES = [0, 0.2, 0.4, 0.6, 0.8, 1];
const asPercent = (share: number) => `${Math.round(share * 100)}\u00a0%`;

/** Claimed against observed, with 95 % intervals, and below how many rows stand behind each point. */
export function calibrationChart(
  { bins, expectedError }: Calibration,
  claim: string,
  options?: PictureOptions,
): Markup {
  const plot = plotArea(460, 420, { left: 48, right: 24, top: 34, bottom: 138 });
  const strip = plotArea(460, 420, { left: 48, right: 24, top: 318, bottom: 42 });
  const x = scaleLinear([0, 1], [plot.left, plot.right]);
  const y = scaleLinear([0, 1], [plot.bottom, plot.top]);
  const rows = scaleLinear([0, max(bins, (bin) => bin.count) || 1], [0, strip.bottom - strip.top]);
  const filled = bins.filter((bin) => bin.count > 0);
  return new Canvas("calibration", options).drawing(
    {
      title: "Calibration",
      description: `Of ${counted(filled.length, "group")} of rows: how often the prediction came true against how probable the model called it. Mean distance, weighted by rows: ${percent(expectedError)}.`,
      width: plot.width,
      height: plot.height,
    },
    axisLeft(plot, y, { ticks: SHARES, format: asPercent, label: "came true" }),
    diagonal("perfectly calibrated", x, y),
    strokes(
      filled.map((bin) => [x(bin.meanPredicted), y(bin.observed)] as const),
      "one thin",
    ),
    filled.map((bin) => point(bin, bins.indexOf(bin), x, y)),
    axisBottom(strip, x, { ticks: SHARES, format: asPercent, label: claim }),
    words(0, strip.top - 18, "rows", "axis-label"),
    filled.map((bin) => stripBar(bin, x, rows, strip.bottom)),
  );
}

function point(bin: CalibrationBin, number: number, x: Scale, y: Scale): Markup {
  const at = px(x(bin.meanPredicted));
  const tooltip = `predicted ${percent(bin.meanPredicted)}, came true ${percent(bin.observed)} of ${counted(bin.count, "row")} (95\u00a0% interval ${percent(bin.low)} to ${percent(bin.high)})`;
  return html`<line class="whisker" x1="${at}" x2="${at}" y1="${px(y(bin.low))}" y2="${px(y(bin.high))}"/>${dot(at, y(bin.observed), 4.5, "one", tooltip, { bin: number })}`;
}

function stripBar(bin: CalibrationBin, x: Scale, rows: Scale, bottom: number): Markup {
  const height = Math.max(1, rows(bin.count));
  const tooltip = `${percent(bin.from)} to ${percent(bin.to)}: ${counted(bin.count, "row")}`;
  return html`${bar({ x: x(bin.from) + 1, y: bottom - height, width: x(bin.to) - x(bin.from) - 2, height }, "fill faint", tooltip)}${words((x(bin.from) + x(bin.to)) / 2, bottom - height - 4, count(bin.count), "tick-label", "middle")}`;
}
