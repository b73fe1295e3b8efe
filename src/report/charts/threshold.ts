import { scaleLinear } from "d3-scale";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import type { Markup } from "../../drawing/markup.js";
import { decimal } from "../../drawing/numbers.js";
import { axisBottom, axisLeft, endLabels, marker, plotArea, strokes } from "../../drawing/svg.js";
import type { ThresholdPoint } from "../../objectives/metrics/threshold.js";
import type { BinaryEvaluation } from "../../objectives/metrics.js";

const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const SERIES = [
  // Where nothing is found there is no precision to show.
  { name: "precision", kind: "two", of: (p: ThresholdPoint) => (p.recall === 0 ? Number.NaN : p.precision) },
  { name: "recall", kind: "three", of: (p: ThresholdPoint) => p.recall },
  { name: "F1", kind: "one", of: (p: ThresholdPoint) => p.f1 },
] as const;

/** Precision, recall and F1 of class 1 as the threshold moves; the one used and the best are marked. */
export function thresholdChart(
  { threshold, curve, bestF1 }: BinaryEvaluation,
  options?: PictureOptions,
): Markup {
  const plot = plotArea(460, 300, { left: 48, right: 84, top: 14, bottom: 42 });
  const x = scaleLinear([0, 1], [plot.left, plot.right]);
  const y = scaleLinear([0, 1], [plot.bottom, plot.top]);
  const lastY = (of: (p: ThresholdPoint) => number) =>
    y(curve.map(of).findLast(Number.isFinite) ?? Number.NaN);
  return new Canvas("threshold", options).drawing(
    {
      title: "Threshold",
      description: `Precision, recall and F1 for thresholds from 0 to 1. ${decimal(threshold, 2)} was used; F1 is best, ${decimal(bestF1.f1, 3)}, at ${decimal(bestF1.threshold, 2)}.`,
      width: plot.width,
      height: plot.height,
    },
    axisLeft(plot, y, { ticks: TICKS, format: (value) => value.toFixed(1) }),
    axisBottom(plot, x, { ticks: TICKS, format: (value) => value.toFixed(1), label: "threshold" }),
    // Names stand low, where the curves are not.
    marker(plot, x(threshold), `used: ${decimal(threshold, 2)}`, "marker", 13),
    marker(plot, x(bestF1.threshold), `best F1: ${decimal(bestF1.threshold, 2)}`, "marker two", 15),
    SERIES.map(({ name, kind, of }) =>
      strokes(
        curve.map((point) => [x(point.threshold), y(of(point))] as const),
        kind,
        { series: name },
      ),
    ),
    endLabels(
      plot,
      SERIES.map(({ name, kind, of }) => ({ text: name, kind, y: lastY(of) })),
    ),
  );
}
