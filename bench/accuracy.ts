/**
 * npm run bench:accuracy [-- --data sms,trec --methods linear,bilstm --seeds 5 --json FILE | --quick]: how often each
 * method is right on test rows that it has not seen, and what that costs from rows to saved bytes. IMDB, SST-2 and TREC
 * are read from the folder that CELLSTATE_DATA names; the SMS messages are in examples/data, the intents made here.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { inputError } from "../src/base/errors.js";
import { DATA_NAMES, dataSets } from "./accuracy/data-sets.js";
import { type Measured, measure, type Spread } from "./accuracy/measure.js";
import { METHODS } from "./accuracy/methods.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    methods: { type: "string" },
    seeds: { type: "string" },
    quick: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
const folder = process.env["CELLSTATE_DATA"] ?? "";
/** The short form: all but the large set, one seed. */
const quickData = DATA_NAMES.filter((name) => name !== "imdb");
const data = chosen("--data", values.data, DATA_NAMES) ?? (values.quick ? quickData : DATA_NAMES);
const methods = chosen("--methods", values.methods, Object.keys(METHODS)) ?? Object.keys(METHODS);
const seeds = Number(values.seeds ?? (values.quick ? 1 : 5));
if (!Number.isInteger(seeds) || seeds < 1) {
  throw inputError({ expected: "a whole number of at least 1", where: "--seeds", received: values.seeds });
}

/** Names parted by commas; null where the option is not given. */
function chosen(where: string, list: string | undefined, known: readonly string[]): string[] | null {
  const names = list?.split(",") ?? null;
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw inputError({ expected: `some of ${known.join(",")}`, where, received: unknown });
  return names;
}

const percent = ({ mean, sd }: Spread) =>
  `${(100 * mean).toFixed(2)}${sd === null ? "" : ` ± ${(100 * sd).toFixed(2)}`}`;
const fraction = ({ mean, sd }: Spread) => `${mean.toFixed(3)}${sd === null ? "" : ` ± ${sd.toFixed(3)}`}`;
const seconds = ({ mean }: Spread) => mean.toFixed(mean < 10 ? 2 : 1);

const COLUMNS: [name: string, width: number, of: (measured: Measured) => string][] = [
  ["data", 10, ({ data }) => data],
  ["method", 12, ({ method }) => method],
  ["runs", 4, ({ runs }) => String(runs.length)],
  ["accuracy", 13, ({ over }) => percent(over.accuracy)],
  ["macro recall", 13, ({ over }) => percent(over.macroRecall)],
  ["MCC", 13, ({ over }) => fraction(over.mcc)],
  ["seconds", 7, ({ over }) => seconds(over.wallSeconds)],
  ["processor", 9, ({ over }) => seconds(over.processorSeconds)],
  ["KB", 7, ({ over }) => (over.bytes.mean / 1e3).toFixed(0)],
];

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell, i) => cell.padEnd(COLUMNS[i]![1])).join(" | ")} |`;
}

const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} threads, Node ${process.version}`;
console.log(`${machine}; mean ± standard deviation over runs, seconds from rows to saved bytes\n`);
console.log(line(COLUMNS.map(([name]) => name)));
console.log(line(COLUMNS.map(([, width]) => "-".repeat(width))));

const skipped: string[] = [];
const table: Measured[] = [];
for await (const set of dataSets(data, folder, seeds, (name) => void skipped.push(name))) {
  for (const name of methods) {
    const measured = await measure(set, name, METHODS[name]!);
    table.push(measured);
    console.log(line(COLUMNS.map(([, , of]) => of(measured))));
  }
}
if (skipped.length > 0) {
  const there = folder === "" ? "names no folder" : `names ${folder}, which lacks some of their files`;
  console.log(`\nskipped: ${skipped.join(", ")} (CELLSTATE_DATA ${there})`);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, seeds, table }, null, 1)}\n`);
