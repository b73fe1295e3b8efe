import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { count, counted, percent } from "../../drawing/numbers.js";
import {
  axisBottom,
  axisLeft,
  bar,
  dataLabel,
  labelWidth,
  marker,
  plotArea,
  type Scale,
  words,
} from "../../drawing/svg.js";
import type { LengthSummary } from "../data.js";

export interface Bar {
  name: string;
  value: number;
  /** What stands at the end of the bar. */
  text: string;
}

const ROW = 26;

/** Horizontal bars, one a name, from zero. @param most what the longest possible bar stands for; default: the largest value */
export function barChart(
  about: { id: string; title: string; description: string },
  bars: readonly Bar[],
  most = max(bars, ({ value }) => value) || 1,
  options?: PictureOptions,
): Markup {
  const width = 460;
  const left = 12 + Math.min(120, max(bars, ({ name }) => labelWidth(name)) ?? 0);
  const x = scaleLinear([0, most], [0, width - left - 116]);
  return new Canvas(about.id, options).drawing(
    { ...about, width, height: bars.length * ROW + 4 },
    bars.map(({ name, value, text }, i) => {
      const y = i * ROW + 4;
      const end = left + x(value);
      return html`${dataLabel(left - 8, y + 14, name, left - 8, "end")}${bar(
        { x: left, y, width: Math.max(1, x(value)), height: ROW - 8 },
        "fill one",
        `${name}: ${text}`,
        { label: name },
      )}${words(end + 6, y + 14, text, "value-label")}`;
    }),
  );
}

/** How long the rows are, bars beyond the cut in another colour. */
export function lengthHistogram(lengths: LengthSummary, options?: PictureOptions): Markup {
  const plot = plotArea(460, 240, { left: 48, right: 20, top: 22, bottom: 42 });
  const { bins, cut } = lengths;
  const width = bins[0]!.to;
  const rest = bins.at(-1)!.to > bins.length * width ? bins.at(-1)! : undefined;
  const edge = (rest ? bins.length - 1 : bins.length) * width;
  const x = scaleLinear([0, bins.length * width], [plot.left, plot.right]);
  const y = scaleLinear([0, max(bins, (bin) => bin.count) || 1], [plot.bottom, plot.top]).nice(4);
  const lost = `${counted(lengths.truncated, "row")} (${percent(lengths.truncated / Math.max(1, lengths.rows))})`;
  return new Canvas("lengths", options).drawing(
    {
      title: "Lengths",
      description: `Half of the rows have at most ${count(lengths.median)} tokens, 95\u00a0% at most ${count(lengths.percentile95)}, the longest ${count(lengths.longest)}.${cut === null ? "" : ` ${lost} lose tokens to the cut at ${count(cut)}.`}`,
      width: plot.width,
      height: plot.height,
    },
    axisLeft(plot, y, {
      ticks: y.ticks(4).filter((tick) => Number.isInteger(tick)),
      format: count,
      label: "rows",
    }),
    axisBottom(plot, x, {
      ticks: x.ticks(8).filter((tick) => Number.isInteger(tick) && tick <= edge),
      format: count,
      label: "tokens a row",
    }),
    bins.map((bin, k) =>
      lengthBar(bin, k, [x(k * width), x((k + 1) * width)], y, cut !== null && bin.from > cut),
    ),
    rest && words(plot.right, y(rest.count) - 5, `up to ${count(rest.to)}`, "tick-label", "end"),
    cut !== null && cut <= edge && marker(plot, x(cut), `cut at ${count(cut)}`),
  );
}

function lengthBar(
  { from, to, count: rows }: LengthSummary["bins"][number],
  bin: number,
  [left, right]: [number, number],
  y: Scale,
  cut: boolean,
): Markup {
  const [foot, head] = [y(0), y(rows)];
  return bar(
    { x: left + 0.5, y: head, width: right - left - 1, height: foot - head },
    cut ? "fill two" : "fill one",
    `${count(from)} to ${count(to)} tokens: ${counted(rows, "row")}`,
    { bin },
  );
}
