/**
 * The lab's tables and pictures, from one command: searches the settings of every task, measures the best of each cell and
 * Keras's defaults on the reported seeds, and writes `src/lab/chosen-table.ts`, `docs/images/lab-*.svg` and the tables of
 * `docs/lab.md`. Results are kept a task a file (`--results FOLDER`), so that a run that was ended goes on.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { count, duration } from "../src/base/numbers.js";
import { svgFile } from "../src/drawing/page.js";
import { groupName, labChart } from "../src/lab/chart.js";
import { type CellName, type LabCell, type LabResult, runLab, TASKS } from "../src/lab/index.js";
import { measureOf } from "../src/lab/measure.js";
import type { Choice } from "../src/lab/setting.js";

const ROOT = new URL("../../", import.meta.url);
const CELLS: readonly CellName[] = ["rnn", "irnn", "lstm", "gru"];
const path = (file: string) => new URL(file, ROOT);

const { values: flags } = parseArgs({
  options: {
    tasks: { type: "string", default: TASKS.map(({ name }) => name).join(",") },
    cells: { type: "string", default: CELLS.join(",") },
    results: { type: "string", default: "build/lab" },
    threads: { type: "string", default: String(cpus().length) },
    "only-write": { type: "boolean", default: false },
  },
});

mkdirSync(flags.results, { recursive: true });
if (!flags["only-write"]) for (const name of flags.tasks.split(",")) await measure(name);
write(
  readdirSync(flags.results)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(join(flags.results, file), "utf8")) as LabResult),
);

/** Searches and measures a task, unless its result lies there. */
async function measure(name: string): Promise<void> {
  const file = join(flags.results, `${name}.json`);
  if (existsSync(file)) return;
  const cells = flags.cells.split(",") as CellName[];
  let said = 0;
  const result = await runLab(name, { search: true, cells, threads: Number(flags.threads) }, (progress) => {
    if (!progress.finished || progress.done < said + 20) return;
    said = progress.done;
    console.error(`${name}: ${said} of ${progress.runs}, at most ${duration(progress.atMost)} left`);
  });
  // Curves are for pages; what is written here does not read them.
  const runs = result.runs.map((run) => ({ ...run, curve: [] }));
  writeFileSync(file, JSON.stringify({ ...result, runs }));
  console.error(`${name}: ${duration(result.seconds)}`);
}

function write(unordered: readonly LabResult[]): void {
  const results = TASKS.flatMap(({ name }) => unordered.filter(({ task }) => task.name === name));
  const choices = results.flatMap(({ task, summary }) =>
    summary
      .filter(({ from }) => from === "chosen")
      .map(
        ({ lag, cell, tried, setting }): Choice => ({ task: task.name, lag, cell, tried: tried!, setting }),
      ),
  );
  const rows = choices.map((choice) => `  ${JSON.stringify(choice)},`).join("\n");
  const head =
    '/** Written by bench/lab.ts: what `lab TASK --search` chose. */\nimport type { Choice } from "./setting.js";\n\nexport const CHOSEN: readonly Choice[] = ';
  writeFileSync(path("src/lab/chosen-table.ts"), `${head}[\n${rows}\n];\n`);
  for (const result of results) {
    writeFileSync(path(`docs/images/lab-${result.task.name}.svg`), svgFile(labChart(result)));
  }
  const page = path("docs/lab.md");
  const [begin, end] = ["<!-- results -->", "<!-- /results -->"];
  const text = readFileSync(page, "utf8");
  const [before, rest] = text.split(begin) as [string, string | undefined];
  if (rest === undefined) throw new Error(`docs/lab.md has no ${begin}`);
  writeFileSync(page, `${before}${begin}\n\n${tableOf(results)}\n\n${end}${rest.split(end)[1]}`);
}

/** One table for all: a row a lag, a column a cell, in each what was chosen and what Keras's defaults come to. */
function tableOf(results: readonly LabResult[]): string {
  const cells = [...new Set(results.flatMap((result) => result.cells))];
  const heads = cells.map((cell) => groupName({ cell, from: "chosen" } as LabCell));
  const lines = results.flatMap((result) =>
    result.lags.map((lag) => {
      const entries = cells.map((cell) => {
        const groups = result.summary.filter((group) => group.cell === cell && group.lag === lag);
        const of = (from: string) => {
          const group = groups.find((one) => one.from === from);
          return group ? inWords(result, group) : "–";
        };
        return `${of("chosen")}; ${of("keras")}`;
      });
      return `| \`${result.task.name}\` | ${count(lag)} | ${entries.join(" | ")} |`;
    }),
  );
  const rule = ["---", "---", ...cells.map(() => "---")];
  return [`| task | lag | ${heads.join(" | ")} |`, `| ${rule.join(" | ")} |`, ...lines].join("\n");
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
