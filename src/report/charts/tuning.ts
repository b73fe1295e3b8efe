import { quantile } from "d3-array";
import { scaleLinear } from "d3-scale";
import type { Rung } from "../../classifier/tuning/rungs.js";
import type { Trial } from "../../classifier/tuning/trial.js";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { counted, decimal } from "../../drawing/numbers.js";
import {
  axisBottom,
  axisLeft,
  data,
  dot,
  marker,
  type Plot,
  plotArea,
  px,
  type Scale,
  strokes,
  words,
} from "../../drawing/svg.js";

/** Of all losses the share that is drawn where it is: a few far above would flatten the others. */
const SHOWN = 0.9;
/** Pixels between the axis and the first epoch. */
const INSET = 10;
/** Half a cross, in pixels. */
const ARM = 4;

/** What each trial's name says when it is pointed at. */
export type Naming = (trial: Trial) => string;

/** Validation loss over epochs, a line a trial, with the epochs at which rungs end; the best in front. */
export function tuningChart(
  trials: readonly Trial[],
  rungs: readonly Rung[],
  best: Trial | null,
  nameOf: Naming,
  options?: PictureOptions,
): Markup {
  const plot = plotArea(540, 320, { left: 44, right: 60, top: 34, bottom: 44 });
  const last = rungs.at(-1)?.epochs ?? 1;
  // A single epoch stands in the middle of an axis of its own.
  const x = scaleLinear(last === 1 ? [0, 2] : [1, last], [plot.left + INSET, plot.right]);
  const [low, high] = lossRange(trials);
  const y = scaleLinear([low, high], [plot.bottom, plot.top]).nice(5).clamp(true);
  const ticks = last === 1 ? [1] : x.ticks(Math.min(10, last - 1)).filter(Number.isInteger);
  const measured = trials.filter(({ diverged }) => diverged === null);
  const behind = measured.filter(({ number }) => number !== best?.number);
  return new Canvas("search", options).drawing(
    {
      title: "Validation loss of every trial",
      description: describe(trials, best, high),
      width: plot.width,
      height: plot.height,
    },
    axisLeft(plot, y, {
      ticks: y.ticks(5),
      format: high < 1e4 ? y.tickFormat(5) : y.tickFormat(5, "~e"),
      label: "validation loss",
    }),
    axisBottom(plot, x, { ticks, format: String, label: "epoch" }),
    rungs.slice(0, -1).map(({ epochs }, k) => marker(plot, x(epochs), `rung ${k + 1}`, "marker two")),
    behind.map((trial) => line(trial, "other", nameOf(trial), x, y)),
    trials.filter(({ diverged }) => diverged !== null).map((trial) => cross(trial, nameOf(trial), plot, x)),
    best !== null && line(best, "one", nameOf(best), x, y),
    best !== null && nameAtEnd(best, x, y),
  );
}

const lossesOf = ({ history }: Trial): number[] => history.map(({ valLoss }) => valLoss ?? Number.NaN);

/** From 0 where that leaves the losses apart, to what most of them stay below. */
function lossRange(trials: readonly Trial[]): [number, number] {
  const losses = trials
    .flatMap(lossesOf)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const high = quantile(losses, SHOWN) ?? 1;
  const low = losses[0] ?? 0;
  if (!(high > low)) return [low - 0.5, low + 0.5];
  return [low < high / 2 ? 0 : low, high];
}

/** A trial's line with a dot where it ends, and its name on both. */
function line(trial: Trial, kind: string, name: string, x: Scale, y: Scale): Markup {
  const points = lossesOf(trial).map((loss, k) => [x(k + 1), y(loss)] as const);
  const [endX, endY] = points.at(-1)!;
  return html`<g${data({ trial: trial.number })}><title>${name}</title>${strokes(points, kind)}${dot(endX, endY, 3.5, kind, name)}</g>`;
}

/** A trial's number above the end of its line. */
const nameAtEnd = (trial: Trial, x: Scale, y: Scale): Markup =>
  words(
    x(trial.history.length) + 6,
    y(lossesOf(trial).at(-1)!) - 6,
    `trial ${trial.number}`,
    "end-label one",
  );

/** A trial that diverged: a cross at the top, over the epoch in which it did. */
function cross(trial: Trial, name: string, plot: Plot, x: Scale): Markup {
  const at = x(Math.max(1, trial.history.length));
  const [left, right] = [px(at - ARM), px(at + ARM)];
  const [top, bottom] = [px(plot.top - ARM), px(plot.top + ARM)];
  return html`<g${data({ trial: trial.number })}><title>${name}</title><path class="out" d="M${left},${top}L${right},${bottom}M${left},${bottom}L${right},${top}"/></g>`;
}

function describe(trials: readonly Trial[], best: Trial | null, high: number): string {
  const found =
    best === null
      ? "None could be measured."
      : `Trial ${best.number} is the best, ${decimal(best.valLoss!)} after epoch ${best.bestEpoch}.`;
  return `${counted(trials.length, "trial")}, a line each. ${found} Losses above ${decimal(high, 2)} are drawn at the upper edge.`;
}
