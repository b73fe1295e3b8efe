/**
 * The lab's tables and pictures, from one command: searches the settings of every task, measures the best of each cell and
 * Keras's defaults on the reported seeds, does the same with the LSTM's variants, sweeps one thing at a time, and writes
 * `src/lab/chosen-table.ts`, `docs/images/lab-*.svg` and the tables of `docs/lab.md`. Results are kept an experiment a file
 * (`--results FOLDER`), so that a run that was ended goes on.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { count, duration } from "../src/base/numbers.js";
import { svgFile } from "../src/drawing/page.js";
import { CELL_CLASSES, CELL_NAMES, type CellName } from "../src/lab/cells.js";
import { labChart } from "../src/lab/chart.js";
import {
  type LabCell,
  type LabOptions,
  type LabProgress,
  type LabResult,
  runLab,
  TASKS,
} from "../src/lab/index.js";
import { measureOf } from "../src/lab/measure.js";
import type { Choice, SweepName } from "../src/lab/setting.js";

const ROOT = new URL("../../", import.meta.url);
const path = (file: string) => new URL(file, ROOT);

/** What is measured: the name of its file, its task, and what `runLab` is given. */
interface Experiment {
  name: string;
  task: string;
  options: LabOptions;
}

/** Every task at its own lags. */
const TASKS_OF_CELLS = TASKS.map(
  ({ name }): Experiment => ({
    name,
    task: name,
    options: { search: true, cells: ["rnn", "irnn", "lstm", "gru"] },
  }),
);

const LSTMS = CELL_NAMES.filter((cell) => cell.startsWith("lstm"));

/** The LSTM and what is left of it without one part, where the cells above differ. */
const VARIANTS = Object.entries({ latch: 60, order2: 40, adding: 50, parity: 20, anbn: 20, dyck: 50 }).map(
  ([task, lag]): Experiment => ({
    name: `${task}-variants`,
    task,
    options: { search: true, cells: LSTMS, lags: [lag] },
  }),
);

/** One thing after another, all else as Keras has it but for the learning rate; truncation where all is learned without. */
const SWEEPS: readonly (LabOptions & { task: string; sweep: SweepName })[] = [
  { task: "latch", sweep: "forget-bias", cells: ["lstm", "gru"], lags: [60], learningRate: 0.005 },
  { task: "latch", sweep: "gain", cells: ["rnn", "irnn"], lags: [60], learningRate: 0.002 },
  { task: "latch", sweep: "clipnorm", cells: ["rnn", "irnn", "lstm"], lags: [60], learningRate: 0.005 },
  {
    ...{ task: "adding", sweep: "truncation", cells: ["lstm", "gru"], lags: [25] },
    ...{ learningRate: 0.01, gateStart: "chrono", clipnorm: 1 },
  },
];
const SWEPT = SWEEPS.map(
  ({ task, ...options }): Experiment => ({ name: `${task}-${options.sweep}`, task, options }),
);

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    results: { type: "string", default: "build/lab" },
    threads: { type: "string", default: String(cpus().length) },
    "only-write": { type: "boolean", default: false },
  },
});

const fileOf = ({ name }: Experiment) => join(flags.results, `${name}.json`);
/** Runs an experiment, unless its result lies there. */
async function measure(experiment: Experiment): Promise<void> {
  const { name, task, options } = experiment;
  if (existsSync(fileOf(experiment))) return;
  let said = 0;
  const onProgress = (progress: LabProgress) => {
    if (!progress.finished || progress.done < said + 20) return;
    said = progress.done;
    console.error(`${name}: ${said} of ${progress.total}, at most ${duration(progress.atMost)} left`);
  };
  const result = await runLab(task, { ...options, threads: Number(flags.threads), onProgress });
  // Curves are for pages; what is written here does not read them.
  const runs = result.runs.map((run) => ({ ...run, curve: [] }));
  writeFileSync(fileOf(experiment), JSON.stringify({ ...result, runs }));
  console.error(`${name}: ${duration(result.seconds)}`);
}

/** What was measured of these, in their order. */
const resultsOf = (experiments: readonly Experiment[]) =>
  experiments
    .filter((experiment) => existsSync(fileOf(experiment)))
    .map((experiment) => ({
      name: experiment.name,
      result: JSON.parse(readFileSync(fileOf(experiment), "utf8")) as LabResult,
    }));

function write(): void {
  const [tasks, variants, swept] = [TASKS_OF_CELLS, VARIANTS, SWEPT].map(resultsOf) as [
    Measured,
    Measured,
    Measured,
  ];
  writeChoices([...tasks, ...variants]);
  for (const { name, result } of [...tasks, ...swept]) {
    writeFileSync(path(`docs/images/lab-${name}.svg`), svgFile(labChart(result)));
  }
  writeTable("results", byTask(tasks.map(({ result }) => result)));
  writeTable("variants", byCell(variants.map(({ result }) => result)));
}

type Measured = ReturnType<typeof resultsOf>;

/** The settings that were chosen; where an LSTM was searched twice at a lag, beside other cells first. */
function writeChoices(measured: Measured): void {
  const choices = measured.flatMap(({ result: { task, summary } }) =>
    summary
      .filter(({ from }) => from === "chosen")
      .map(
        ({ lag, cell, tried, setting }): Choice => ({ task: task.name, lag, cell, tried: tried!, setting }),
      ),
  );
  const placeOf = ({ task, lag, cell }: Choice) => `${task} ${lag} ${cell}`;
  const once = [
    ...new Map(choices.toReversed().map((choice) => [placeOf(choice), choice])).values(),
  ].reverse();
  const rows = once.map((choice) => `  ${JSON.stringify(choice)},`).join("\n");
  const head =
    '/** Written by bench/lab.ts: what `lab TASK --search` chose. */\nimport type { Choice } from "./setting.js";\n\nexport const CHOSEN: readonly Choice[] = ';
  writeFileSync(path("src/lab/chosen-table.ts"), `${head}[\n${rows}\n];\n`);
}

/** Puts a table between its marks in docs/lab.md. */
function writeTable(mark: string, table: string): void {
  const page = path("docs/lab.md");
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const [before, rest] = readFileSync(page, "utf8").split(begin) as [string, string | undefined];
  if (rest === undefined) throw new Error(`docs/lab.md has no ${begin}`);
  writeFileSync(page, `${before}${begin}\n\n${table}\n\n${end}${rest.split(end)[1]}`);
}

/** What was chosen, and what Keras's defaults come to, of a cell at a lag. */
function entry(result: LabResult, cell: CellName, lag: number): string {
  const groups = result.summary.filter((group) => group.cell === cell && group.lag === lag);
  const of = (from: string) => {
    const group = groups.find((one) => one.from === from);
    return group ? inWords(result, group) : "–";
  };
  return `${of("chosen")}; ${of("keras")}`;
}

const tableOf = (heads: readonly string[], lines: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** A row a task and lag, a column a cell. */
function byTask(results: readonly LabResult[]): string {
  const cells = [...new Set(results.flatMap((result) => result.cells))];
  const lines = results.flatMap((result) =>
    result.lags.map((lag) => [
      `\`${result.task.name}\``,
      count(lag),
      ...cells.map((cell) => entry(result, cell, lag)),
    ]),
  );
  return tableOf(["task", "lag", ...cells.map((cell) => CELL_CLASSES[cell])], lines);
}

/** A row a cell, a column a task at its lag. */
function byCell(results: readonly LabResult[]): string {
  const places = results.flatMap((result) => result.lags.map((lag) => ({ result, lag })));
  const lines = LSTMS.map((cell) => [
    `\`${cell}\``,
    ...places.map(({ result, lag }) => entry(result, cell, lag)),
  ]);
  return tableOf(["", ...places.map(({ result, lag }) => `\`${result.task.name}\` ${count(lag)}`)], lines);
}

/** "5: 99.8 %"; with the spread where seeds differ by more than a point. */
function inWords(result: LabResult, group: LabCell): string {
  const measure = measureOf(result);
  const { mean, least, most } = measure.spread(group);
  const apart = measure.share ? most - least > 0.01 : most - least > 0.02 * mean;
  const spread = apart
    ? ` (${measure.write(least).replace(" %", "")}–${measure.write(most).replace(" %", "")})`
    : "";
  const longer = group.beyond ? `, longer ${measure.write(group.beyond.mean)}` : "";
  return `${result.task.allowedWrong === null ? "" : `${group.solved}: `}${measure.write(mean)}${spread}${longer}`;
}

mkdirSync(flags.results, { recursive: true });
if (!flags["only-write"]) {
  const asked = flags.only?.split(",");
  for (const experiment of [...TASKS_OF_CELLS, ...VARIANTS, ...SWEPT]) {
    if (!asked || asked.includes(experiment.name)) await measure(experiment);
  }
}
write();
