import { max, min } from "d3-array";
import { scaleLinear } from "d3-scale";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import type { Markup } from "../../drawing/markup.js";
import { decimal, percent } from "../../drawing/numbers.js";
import { axisBottom, axisLeft, dot, endLabels, marker, plotArea, strokes } from "../../drawing/svg.js";
import type { EpochReport } from "../data.js";

export interface Curve {
  name: string;
  kind: "one" | "two" | "three";
  values: readonly (number | undefined)[];
}

export interface CurveChart {
  id: string;
  title: string;
  curves: readonly Curve[];
  format: (value: number) => string;
  /** Where the axis begins when the values allow it; it always holds them all. */
  from?: number;
  to?: number;
  /** Which line from the top the best epoch's name stands in: where the curves are not. */
  nameRow?: number;
}

/** Curves over epochs of these numbers, the best epoch marked. */
export function epochChart(
  numbers: readonly number[],
  best: number | undefined,
  about: CurveChart,
  options?: PictureOptions,
): Markup {
  const plot = plotArea(460, 280, { left: 48, right: 84, top: 14, bottom: 42 });
  const finite = about.curves.flatMap(({ values }) => values.filter(isNumber));
  const low = Math.min(about.from ?? Number.POSITIVE_INFINITY, min(finite) ?? 0);
  const high = Math.max(about.to ?? Number.NEGATIVE_INFINITY, max(finite) ?? 1);
  const [first, last] = [min(numbers) ?? 1, max(numbers) ?? 1];
  // A single epoch stands in the middle of an axis of its own.
  const span = first === last ? [first - 1, last + 1] : [first, last];
  const x = scaleLinear(span, [plot.left, plot.right]);
  const y = scaleLinear([low, high > low ? high : low + 1], [plot.bottom, plot.top]).nice(5);
  const ticks = numbers.length <= 10 ? numbers : x.ticks(8).filter((tick) => numbers.includes(tick));
  return new Canvas(about.id, options).drawing(
    {
      title: about.title,
      description: describe(about, numbers, best),
      width: plot.width,
      height: plot.height,
    },
    axisLeft(plot, y, {
      ticks: y.ticks(5),
      format: about.format === percent ? wholePercent : y.tickFormat(5),
    }),
    axisBottom(plot, x, { ticks, format: String, label: "epoch" }),
    best !== undefined && marker(plot, x(best), `best: epoch ${best}`, "marker", about.nameRow),
    about.curves.map((curve) => drawCurve(curve, numbers, about.format, x, y)),
    endLabels(
      plot,
      about.curves.map(({ name, kind, values }) => ({ text: name, kind, y: y(lastFinite(values)) })),
    ),
  );
}

function drawCurve(
  { name, kind, values }: Curve,
  epochs: readonly number[],
  format: (value: number) => string,
  x: (value: number) => number,
  y: (value: number) => number,
): Markup[] {
  const points = values.map((value, i) => [x(epochs[i]!), y(value ?? Number.NaN)] as const);
  // Dots for as many epochs as leave room between them.
  const dotted = epochs.length <= 40;
  return [
    strokes(points, kind, { series: name }),
    ...points.flatMap(([px, py], i) =>
      dotted && Number.isFinite(py)
        ? [
            dot(px, py, 3, kind, `epoch ${epochs[i]}: ${name} ${format(values[i]!)}`, {
              epoch: epochs[i]!,
              series: name,
            }),
          ]
        : [],
    ),
  ];
}

function lastFinite(values: readonly (number | undefined)[]): number {
  return values.findLast(isNumber) ?? Number.NaN;
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}

function wholePercent(share: number): string {
  return `${Number((share * 100).toFixed(2))}\u00a0%`;
}

function describe(
  { curves, format }: CurveChart,
  epochs: readonly number[],
  best: number | undefined,
): string {
  const parts = curves.map(({ name, values }) => {
    const shown = (value: number | undefined) => (value === undefined ? "–" : format(value));
    return `${name} from ${shown(values[0])} to ${shown(values.at(-1))}`;
  });
  const kept = best === undefined ? "" : ` The best epoch is ${best}.`;
  return `Over epochs ${epochs[0]} to ${epochs.at(-1)}: ${parts.join("; ")}.${kept}`;
}

/** A figure of the epochs, on rows that were learned from and on rows held out: of each what there is. */
function series(
  epochs: readonly EpochReport[],
  train: (epoch: EpochReport) => number | undefined,
  validation: (epoch: EpochReport) => number | undefined,
): Curve[] {
  const all: Curve[] = [
    { name: "training", kind: "two", values: epochs.map(train) },
    { name: "validation", kind: "one", values: epochs.map(validation) },
  ];
  return all.filter(({ values }) => values.some((value) => value !== undefined));
}

const numbersOf = (epochs: readonly EpochReport[]): number[] => epochs.map(({ epoch }) => epoch);

/** Loss over the epochs; validation beside training. */
export function lossChart(
  epochs: readonly EpochReport[],
  best: number | undefined,
  options?: PictureOptions,
): Markup {
  const curves = series(
    epochs,
    (e) => e.loss,
    (e) => e.valLoss,
  );
  const about: CurveChart = { id: "loss", title: "Loss", curves, format: decimal, from: 0 };
  return epochChart(numbersOf(epochs), best, about, options);
}

/** Accuracy over the epochs; null where there is none. */
export function accuracyChart(
  epochs: readonly EpochReport[],
  best: number | undefined,
  options?: PictureOptions,
): Markup | null {
  const curves = series(
    epochs,
    (e) => e.accuracy,
    (e) => e.valAccuracy,
  );
  if (curves.length === 0) return null;
  const about: CurveChart = {
    id: "accuracy",
    title: "Accuracy",
    curves,
    format: percent,
    to: 1,
    nameRow: 14,
  };
  return epochChart(numbersOf(epochs), best, about, options);
}
