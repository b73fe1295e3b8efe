import { max, min } from "d3-array";
import { scaleLinear } from "d3-scale";
import type { RegressorEvaluation } from "../../classifier/regressor.js";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { amount, count, counted } from "../../drawing/numbers.js";
import {
  axisBottom,
  axisLeft,
  bar,
  dot,
  labelWidth,
  type Plot,
  plotArea,
  px,
  type Scale,
  strokes,
} from "../../drawing/svg.js";
import type { AmountSummary } from "../data.js";
import { partRow } from "../sentences.js";
import { diagonal } from "./diagonal.js";

type Part = RegressorEvaluation["parts"][number];

/** Amounts at an axis's ticks, told apart: by four digits where those do, else by as many as it takes. */
function tickTexts(scale: Scale, ticks: readonly number[]): (value: number) => string {
  const few = new Set(ticks.map(amount));
  return few.size === ticks.length ? amount : scale.tickFormat(ticks.length);
}

/** The axis along the bottom, with as many of the ticks as have room for their names: large amounts have wide ones. */
function amountAxis(plot: Plot, scale: Scale, ticks: readonly number[], label: string): Markup {
  const format = tickTexts(scale, ticks);
  const widths = ticks.map((tick) => labelWidth(format(tick)) + 6);
  const apart = ticks.length > 1 ? scale(ticks[1]!) - scale(ticks[0]!) : 1;
  const every = Math.ceil((max(widths) ?? 1) / apart);
  const shown = ticks.filter((tick, k) => {
    const reach = widths[k]! / 2;
    return k % every === 0 && scale(tick) - reach >= 0 && scale(tick) + reach <= plot.width;
  });
  return axisBottom(plot, scale, { ticks: shown, format, label });
}

/** Mean answers by mean true amounts, with the limits that four in five answers lie between. */
export function partsChart(parts: readonly Part[], options?: PictureOptions): Markup {
  const low = min(parts, ({ truth, predicted }) => Math.min(truth.mean, predicted.low, predicted.mean)) ?? 0;
  const high =
    max(parts, ({ truth, predicted }) => Math.max(truth.mean, predicted.high, predicted.mean)) ?? 1;
  const domain = scaleLinear([low, high > low ? high : low + 1], [0, 1]).nice(5);
  const ticks = domain.ticks(5);
  const format = tickTexts(domain, ticks);
  const left = 14 + Math.max(34, max(ticks, (tick) => labelWidth(format(tick))) ?? 0);
  const plot = plotArea(460, 400, { left, right: 24, top: 34, bottom: 42 });
  const x = scaleLinear(domain.domain(), [plot.left, plot.right]);
  const y = scaleLinear(domain.domain(), [plot.bottom, plot.top]);
  return new Canvas("parts", options).drawing(
    {
      title: "Answers by true amount",
      description: `${counted(parts.length, "part")} of the rows by true amount: ${parts
        .map(({ truth, predicted }) => `${amount(truth.mean)} answered ${amount(predicted.mean)}`)
        .join(", ")}.`,
      width: plot.width,
      height: plot.height,
    },
    axisLeft(plot, y, { ticks, format, label: "answered" }),
    amountAxis(plot, x, ticks, "true amount"),
    diagonal("answered as they are", x, y, 30),
    strokes(
      parts.map(({ truth, predicted }) => [x(truth.mean), y(predicted.mean)] as const),
      "one thin",
    ),
    parts.map((part, bin) => point(part, bin, x, y)),
  );
}

function point(part: Part, bin: number, x: Scale, y: Scale): Markup {
  const at = px(x(part.truth.mean));
  const [range, rows, mean, answered, middle] = partRow(part);
  const tooltip = `true amounts ${range} (mean ${mean}): answered ${answered} on average, four in five ${middle}; ${rows} rows`;
  return html`<line class="whisker" x1="${at}" x2="${at}" y1="${px(y(part.predicted.low))}" y2="${px(y(part.predicted.high))}"/>${dot(at, y(part.predicted.mean), 4.5, "one", tooltip, { bin })}`;
}

/** How many rows have which amounts. */
export function amountHistogram(
  { edges, counts }: NonNullable<AmountSummary["bins"]>,
  description: string,
  options?: PictureOptions,
): Markup {
  const plot = plotArea(460, 240, { left: 48, right: 20, top: 22, bottom: 42 });
  const x = scaleLinear([edges[0]!, edges.at(-1)!], [plot.left, plot.right]);
  const y = scaleLinear([0, max(counts) || 1], [plot.bottom, plot.top]).nice(4);
  return new Canvas("amounts", options).drawing(
    { title: "Amounts", description, width: plot.width, height: plot.height },
    axisLeft(plot, y, {
      ticks: y.ticks(4).filter((tick) => Number.isInteger(tick)),
      format: count,
      label: "rows",
    }),
    amountAxis(plot, x, x.ticks(6), "amount"),
    counts.map((rows, k) => {
      const [left, right] = [x(edges[k]!), x(edges[k + 1]!)];
      const [foot, head] = [y(0), y(rows)];
      return bar(
        { x: left + 0.5, y: head, width: right - left - 1, height: foot - head },
        "fill one",
        `${amount(edges[k]!)} to ${amount(edges[k + 1]!)}: ${counted(rows, "row")}`,
        { bin: k },
      );
    }),
  );
}
