/**
 * npm run bench:growth: how the flagship's cost grows with units, steps, rows and threads, drawn to
 * docs/images/cost.svg. All points are measured in turn, round by round.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { scaleLinear } from "d3-scale";
import { interleave } from "../src/cli/measure.js";
import { Canvas } from "../src/drawing/canvas.js";
import { svgText } from "../src/drawing/given.js";
import { html, type Markup } from "../src/drawing/markup.js";
import { axisBottom, plotArea, words } from "../src/drawing/svg.js";
import { ENGINES } from "../src/engines/engines.js";
import { decades, type Line, lineLegend, logLines } from "../src/explain/draw/log-lines.js";
import { prepare, type Task } from "./contenders.js";

const ROUNDS = 5;
const engine = ENGINES.available()[0]!;
const flagship = { batch: 32, inputs: 16, units: 32, length: 200, threads: 1 };
type Point = typeof flagship;

const AXES: { axis: keyof Point; label: string; values: number[]; base?: Partial<Point> }[] = [
  { axis: "units", label: "units", values: [8, 16, 32, 64, 128, 256] },
  { axis: "length", label: "steps", values: [25, 50, 100, 200, 400, 800] },
  { axis: "batch", label: "rows", values: [1, 4, 16, 32, 64, 128, 256] },
  { axis: "threads", label: "threads (64 rows)", values: threadCounts(), base: { batch: 64 } },
];

function threadCounts(): number[] {
  const counts = [1];
  while (counts.at(-1)! * 2 <= availableParallelism()) counts.push(counts.at(-1)! * 2);
  return counts;
}

interface Panel {
  label: string;
  values: number[];
  train: number[];
  predict: number[];
}

function measure(): Panel[] {
  const points = AXES.flatMap(({ axis, values, base }) =>
    values.flatMap((value) =>
      (["train", "predict"] as const).map((what) => ({ what, ...flagship, ...base, [axis]: value })),
    ),
  );
  const tasks = points.map(({ threads, ...task }) => prepare(task satisfies Task, { engine, threads }));
  const timings = interleave(tasks, ROUNDS, (done) => console.error(`${done} of ${ROUNDS} rounds`));
  for (const task of tasks) task.dispose();
  let at = 0;
  return AXES.map(({ label, values }) => {
    const pairs = values.map(() => [timings[at++]!.medianMs, timings[at++]!.medianMs] as const);
    return {
      label,
      values,
      train: pairs.map(([train]) => train),
      predict: pairs.map(([, predict]) => predict),
    };
  });
}

const WIDTH = 420;
const HEIGHT = 250;

/** Time against one size, both on scales of powers; a thin line shows cost in proportion to the size. */
function panel({ label, values, train, predict }: Panel, index: number): Markup {
  const plot = plotArea(WIDTH, HEIGHT, { left: 52, right: 24, top: 34, bottom: 44 });
  const x = scaleLinear([Math.log2(values[0]!), Math.log2(values.at(-1)!)], [plot.left, plot.right]);
  const threads = label.startsWith("threads");
  const proportional = values.map((value) => train.at(-1)! * (value / values.at(-1)!) ** (threads ? -1 : 1));
  const lines: Line[] = [
    { name: threads ? "divided by threads" : "in proportion", kind: "three thin", values: proportional },
    { name: "train step", kind: "one", values: train },
    { name: "predict", kind: "two", values: predict },
  ];
  const { y, axis } = decades(plot, lines.slice(1), "ms");
  return html`<g transform="translate(${(index % 2) * WIDTH} ${40 + Math.floor(index / 2) * HEIGHT})">${axis}
${axisBottom(plot, x, { ticks: values.map(Math.log2), format: (log) => String(Math.round(2 ** log)), label })}
${logLines(lines, (k) => x(Math.log2(values[k]!)), y)}</g>`;
}

function picture(panels: readonly Panel[]): Markup {
  const machine = `${engine} engine, ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}`;
  const sizes = "embedding 16, LSTM 32, 200 steps, 32 rows, 1 thread where not varied";
  const described = panels.map(
    ({ label, values, train, predict }) =>
      `${label} ${values.map((value, i) => `${value}: ${train[i]!.toPrecision(3)} and ${predict[i]!.toPrecision(3)} ms`).join(", ")}`,
  );
  return new Canvas("cost").drawing(
    {
      title: "What a training step and a prediction cost, by size",
      description: `Milliseconds of a training step and of a prediction. ${described.join("; ")}.`,
      width: 2 * WIDTH,
      height: 2 * HEIGHT + 40,
    },
    words(0, 10, `${machine}; ${sizes}`, "part-fact"),
    lineLegend(
      [
        { name: "train step", kind: "one", values: [] },
        { name: "predict", kind: "two", values: [] },
        { name: "in proportion", kind: "three thin", values: [] },
      ],
      0,
      32,
    ),
    panels.map(panel),
  );
}

const panels = measure();
writeFileSync(
  fileURLToPath(new URL("../../docs/images/cost.svg", import.meta.url)),
  svgText(picture(panels)),
);
for (const { label, values, train, predict } of panels) {
  console.log(`\n${label.padEnd(20)}   train step      predict`);
  for (const [i, value] of values.entries()) {
    console.log(
      `${String(value).padStart(20)}${train[i]!.toFixed(3).padStart(13)}${predict[i]!.toFixed(3).padStart(13)} ms`,
    );
  }
}
