/** A lab result drawn: share of unseen sequences processed correctly, by lag; a line a cell, a dot a run. */
import { scaleLinear, scalePoint } from "d3-scale";
import { count, percent } from "../base/numbers.js";
import { html, type Markup } from "../drawing/markup.js";
import { axisBottom, axisLeft, dot, drawing, endLabels, plotArea, px, strokes } from "../drawing/svg.js";
import { CELL_CLASSES, type CellName } from "./network.js";
import type { LabCell, LabResult } from "./result.js";

const KINDS: Record<CellName, "one" | "two" | "three"> = { lstm: "one", rnn: "two", gru: "three" };
/** Pixels between the cells of one lag, so that none hides another. */
const APART = 16;
/** Pixels over which the runs of one cell at one lag are laid out by seed: many reach the same share. */
const SPREAD = 9;

export function labChart(result: LabResult): Markup {
  const { task, lags, cells, summary } = result;
  const plot = plotArea(620, 340, { left: 52, right: 92, top: 30, bottom: 44 });
  const places = scalePoint(lags.map(String), [plot.left, plot.right]).padding(0.4);
  const y = scaleLinear([0, 1], [plot.bottom, plot.top]);
  const x = (lag: number, cell: CellName) =>
    (places(String(lag)) ?? plot.left) + (cells.indexOf(cell) - (cells.length - 1) / 2) * APART;
  const last = (cell: CellName) => summary.findLast((group) => group.cell === cell);
  return drawing(
    {
      id: `lab-${task.name}`,
      title: `${task.title}: success against lag`,
      description: describeSummary(result),
      width: plot.width,
      height: plot.height,
    },
    axisLeft(plot, y, {
      ticks: [0, 0.25, 0.5, 0.75, 1],
      format: (share) => percent(share, 0),
      label: `${task.title}: share of unseen sequences processed correctly`,
    }),
    axisBottom(plot, lagScale(places, lags), { ticks: lags, format: count, label: "lag (steps)" }),
    cells.map((cell) => drawCell(result, cell, (lag) => x(lag, cell), y)),
    endLabels(
      plot,
      cells.map((cell) => ({
        text: CELL_CLASSES[cell],
        kind: KINDS[cell],
        y: y(last(cell)?.right.mean ?? Number.NaN),
      })),
    ),
  );
}

/** Lags stand evenly, whatever their distance; `axisBottom` asks for a scale of numbers. */
function lagScale(places: (lag: string) => number | undefined, lags: readonly number[]) {
  return scaleLinear(
    lags,
    lags.map((lag) => places(String(lag)) ?? 0),
  );
}

function drawCell(
  { runs, summary, settings: { seeds } }: LabResult,
  cell: CellName,
  x: (lag: number) => number,
  y: (share: number) => number,
): Markup[] {
  const groups = summary.filter((group) => group.cell === cell);
  const kind = KINDS[cell];
  return [
    ...groups.map(({ lag, right }) => whisker(x(lag), y(right.least), y(right.most), kind)),
    strokes(
      groups.map(({ lag, right }) => [x(lag), y(right.mean)] as const),
      kind,
    ),
    ...runs
      .filter((run) => run.cell === cell)
      .map(({ lag, seed, right, ended }) =>
        dot(
          x(lag) + (SPREAD * (seeds.indexOf(seed) + 0.5)) / seeds.length - SPREAD / 2,
          y(right),
          3,
          kind,
          `${CELL_CLASSES[cell]}, lag ${lag}, seed ${seed}: ${percent(right)} (${ended})`,
        ),
      ),
  ];
}

const whisker = (x: number, low: number, high: number, kind: string) =>
  html`<line class="whisker ${kind}" x1="${px(x)}" x2="${px(x)}" y1="${px(low)}" y2="${px(high)}"/>`;

/** The chart in words, for those who do not see it. */
function describeSummary({ summary }: LabResult): string {
  const parts = summary.map(
    ({ cell, lag, solved, runs, right }) =>
      `${CELL_CLASSES[cell]} at lag ${lag}: ${solved} of ${runs} runs solved it, ${percent(right.mean)} right on average`,
  );
  return `${parts.join("; ")}.`;
}

/** The groups of one lag after another, as a table's rows: cell, lag, solved, share right with its spread, sequences. */
export function summaryRows(summary: readonly LabCell[]): string[][] {
  return summary.map(({ cell, lag, solved, runs, right, sequences, params }) => [
    count(lag),
    CELL_CLASSES[cell],
    `${solved} of ${runs}`,
    percent(right.mean),
    `${percent(right.least)} to ${percent(right.most)}`,
    sequences === null ? "–" : count(sequences),
    count(params),
  ]);
}

export const SUMMARY_HEADERS = ["lag", "cell", "solved", "right", "least to most", "sequences", "parameters"];
