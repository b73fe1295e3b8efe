/** A lab result drawn over lags, or over what was swept; a line a cell and setting, a dot a run. */
import { scaleLinear, scalePoint } from "d3-scale";
import { count, percent } from "../base/numbers.js";
import { Canvas, type PictureOptions } from "../drawing/canvas.js";
import { html, type Markup } from "../drawing/markup.js";
import {
  axisBottom,
  axisLeft,
  type Data,
  data,
  dot,
  KEYED,
  keyedEndLabels,
  labelWidth,
  type Plot,
  plotArea,
  px,
  strokes,
} from "../drawing/svg.js";
import { CELL_CLASSES, type CellName } from "./cells.js";
import { type Measure, measureOf } from "./measure.js";
import type { LabCell, LabResult, LabRun } from "./result.js";
import { describeSetting, sameSetting } from "./setting.js";

/** The line of each cell, in every chart the same: a series of the style sheet. */
const LINES: Readonly<Record<CellName, string>> = {
  ...{ lstm: "one", rnn: "two", gru: "three" },
  ...{ "lstm-1997": "one second", irnn: "two second", "lstm-peephole": "three second" },
  ...{ "lstm-nig": "one third", "lstm-nfg": "two third", "lstm-nog": "three third" },
  ...{ "lstm-niaf": "one fourth", "lstm-noaf": "two fourth", "lstm-cifg": "three fourth" },
};
/** Pixels between the lines of one lag, so that none hides another. */
const APART = 13;
/** Pixels over which the runs of one line at one lag are laid out by seed: many reach the same share. */
const SPREAD = 8;

/** What one line joins: a cell's groups with settings of one source, and the runs of each. */
interface Series {
  name: string;
  kind: string;
  /** Keras's defaults are drawn lighter, beside what was chosen. */
  thin: boolean;
  groups: LabCell[];
}

/** "LSTM", or where its settings are Keras's defaults beside chosen ones "LSTM, Keras". */
export const groupName = ({ cell, from }: LabCell): string =>
  from === "keras" ? `${CELL_CLASSES[cell]}, Keras` : CELL_CLASSES[cell];

function seriesOf({ summary }: LabResult): Series[] {
  const names = [...new Set(summary.map(groupName))];
  return names.map((name) => {
    const groups = summary.filter((group) => groupName(group) === name);
    const { cell, from } = groups[0]!;
    return { name, kind: LINES[cell], thin: from === "keras" && names.length > 1, groups };
  });
}

/** Where a group stands on the axis: its lag, or the value that is swept. */
export const placeOf = (result: LabResult, group: LabCell): string =>
  result.sweep ? valueName(group.value) : count(group.lag);
const valueName = (value: number | null) => (value === null ? "none" : String(value).replace("-", "−"));

/** The places of the axis, in order. */
export const placesOf = (result: LabResult): string[] => [
  ...new Set(result.summary.map((group) => placeOf(result, group))),
];

export function labChart(result: LabResult, options?: PictureOptions): Markup {
  const { task, sweep, baselines } = result;
  const measure = measureOf(result);
  const series = seriesOf(result);
  const lines = sweep ? [] : [...new Set(baselines.map(({ name }) => name))];
  const right = KEYED + Math.max(0, ...[...series.map(({ name }) => name), ...lines].map(labelWidth));
  const plot = plotArea(548 + right, 340, { left: 52, right, top: 30, bottom: 44 });
  const places = placesOf(result);
  const point = scalePoint(places, [plot.left, plot.right]).padding(0.5);
  const y = heights(result, measure, plot);
  const apart = Math.min(APART, (point.step() * 0.8) / Math.max(1, series.length));
  const x = (group: LabCell, number: number) =>
    (point(placeOf(result, group)) ?? plot.left) + (number - (series.length - 1) / 2) * apart;
  return new Canvas(`lab-${task.name}`, options).drawing(
    {
      title: `${task.title}: ${sweep ? `over ${sweep}` : "against lag"}`,
      description: describeSummary(result),
      width: plot.width,
      height: plot.height,
    },
    axisLeft(plot, y, {
      ticks: measure.share ? [0, 0.25, 0.5, 0.75, 1] : y.ticks(5),
      format: measure.share ? (share) => percent(share, 0) : String,
      label: `${task.name}: ${measure.says}`,
    }),
    axisBottom(plot, (k: number) => point(places[k]!)!, {
      ticks: places.map((_, k) => k),
      format: (k) => places[k]!,
      label: sweep ? sweep.replace("-", " ") : "lag (steps)",
    }),
    lines.map((name) => strokes(baselinePoints(result, name, plot, measure, y), "ideal")),
    series.map((one, k) => drawSeries(result, one, (group) => x(group, k), y, measure)),
    keyedEndLabels(plot, [
      ...series.map(({ name, kind, thin, groups }) => ({
        text: name,
        kind: thin ? `${kind} thin` : kind,
        y: y(measure.spread(groups.at(-1)!).mean),
      })),
      ...lines.map((name) => ({
        text: name,
        kind: "ideal",
        y: y(measure.scale(baselines.findLast((one) => one.name === name)!.loss)),
      })),
    ]),
  );
}

/** Shares from 0 to 1; losses from 0 to the largest shown. */
function heights(result: LabResult, measure: Measure, plot: Plot) {
  const losses = result.summary.map((group) => measure.spread(group).most);
  const flat = result.baselines.map(({ loss }) => measure.scale(loss));
  const most = measure.share ? 1 : Math.max(...[...losses, ...flat].filter(Number.isFinite)) * 1.05;
  return scaleLinear([0, most], [plot.bottom, plot.top]);
}

/** Level over all there is: a baseline a lag as its own step. */
function baselinePoints(
  { baselines }: LabResult,
  name: string,
  plot: Plot,
  measure: Measure,
  y: (value: number) => number,
): [number, number][] {
  const own = baselines.filter((one) => one.name === name);
  const width = (plot.right - plot.left) / own.length;
  return own.flatMap(({ loss }, k) => [
    [plot.left + k * width, y(measure.scale(loss))],
    [plot.left + (k + 1) * width, y(measure.scale(loss))],
  ]);
}

/** The runs of a group. */
export const runsOf = ({ runs }: LabResult, { cell, lag, setting }: LabCell): LabRun[] =>
  runs.filter((run) => run.cell === cell && run.lag === lag && sameSetting(run.setting, setting));

/** How many of a group's runs diverged. */
export const divergedOf = (result: LabResult, group: LabCell): number =>
  runsOf(result, group).filter(({ ended }) => ended === "diverged").length;

const divergedToo = (result: LabResult, group: LabCell): string => {
  const diverged = divergedOf(result, group);
  return diverged > 0 ? `, ${diverged} diverged` : "";
};

const groupData = ({ cell, lag, value }: LabCell): Data => ({ cell, lag, value: value ?? undefined });

function drawSeries(
  result: LabResult,
  { name, kind, thin, groups }: Series,
  x: (group: LabCell) => number,
  y: (value: number) => number,
  measure: Measure,
): Markup[] {
  const { seeds } = result.settings;
  const mean = (group: LabCell) => measure.spread(group).mean;
  return [
    ...groups.map((group) => {
      const { least, most } = measure.spread(group);
      if (!Number.isFinite(least + most)) return html``;
      return html`<line class="whisker ${kind}" x1="${px(x(group))}" x2="${px(x(group))}" y1="${px(y(least))}" y2="${px(y(most))}"${data(groupData(group))}/>`;
    }),
    strokes(
      groups.map((group) => [x(group), y(mean(group))] as const),
      thin ? `${kind} thin` : kind,
    ),
    ...groups.flatMap((group) =>
      runsOf(result, group)
        .filter((run) => Number.isFinite(measure.of(run)))
        .map((run) =>
          dot(
            x(group) + (SPREAD * (seeds.indexOf(run.seed) + 0.5)) / seeds.length - SPREAD / 2,
            y(measure.of(run)),
            thin ? 2 : 3,
            kind,
            `${name}, lag ${run.lag}, seed ${run.seed}: ${measure.write(measure.of(run))} (${run.ended}; ${describeSetting(run.cell, run.setting)})`,
            { ...groupData(group), seed: run.seed },
          ),
        ),
    ),
  ];
}

/** The chart in words, for those who do not see it. */
function describeSummary(result: LabResult): string {
  const measure = measureOf(result);
  const parts = result.summary.map((group) => {
    const where = result.sweep ? `${result.sweep} ${valueName(group.value)}` : `lag ${group.lag}`;
    const mean = measure.write(measure.spread(group).mean);
    return `${groupName(group)} at ${where}: ${group.solved} of ${group.runs} runs solved it${divergedToo(result, group)}, ${mean} ${measure.column} on average`;
  });
  return `${parts.join("; ")}.`;
}

/** Groups one after another as a table's rows. */
export function summaryRows(result: LabResult): string[][] {
  const measure = measureOf(result);
  const beyond = result.summary.some((group) => group.beyond);
  return result.summary.map((group) => {
    const { solved, runs, sequences, params, tried, cell, setting } = group;
    const { mean, least, most } = measure.spread(group);
    return [
      placeOf(result, group),
      groupName(group),
      describeSetting(cell, setting),
      tried === null ? "–" : count(tried),
      `${solved} of ${runs}${divergedToo(result, group)}`,
      measure.write(mean),
      `${measure.write(least)} to ${measure.write(most)}`,
      ...(beyond ? [group.beyond ? measure.write(group.beyond.mean) : "–"] : []),
      sequences === null ? "–" : count(sequences),
      count(params),
    ];
  });
}

/** The heads of `summaryRows`; the first three columns are words. */
export function summaryHeaders(result: LabResult): string[] {
  const { column } = measureOf(result);
  const beyond = result.summary.some((group) => group.beyond);
  return [
    ...[result.sweep ?? "lag", "cell", "setting", "settings tried", "solved", column, "least to most"],
    ...(beyond ? ["right, longer"] : []),
    ...["sequences", "parameters"],
  ];
}
