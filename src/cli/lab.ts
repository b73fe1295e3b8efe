/** cellstate lab TASK: how far back can a cell remember? */

import { Argument, type Command } from "commander";
import { didYouMean, inputError, oneOf } from "../base/errors.js";
import { writeAtomic } from "../base/node-files.js";
import { printableJson } from "../base/text.js";
import { svgFile } from "../drawing/page.js";
import { labChart } from "../lab/chart.js";
import {
  CELL_NAMES,
  type CellName,
  type GateStart,
  type LabResult,
  runLab,
  type SweepName,
  TASKS,
  taskNamed,
} from "../lab/index.js";
import { labPage } from "../lab/page.js";
import { GATE_STARTS, SWEEP_NAMES } from "../lab/setting.js";
import { factsOf } from "../lab/task.js";
import {
  type EngineFlags,
  EXIT,
  Exit,
  engineOptions,
  interruption,
  positive,
  say,
  whole,
} from "./context.js";
import { checkPictures } from "./explain/output.js";
import { choice, refuseIdle, typedNumber } from "./options.js";
import { styleFor } from "./terminal.js";
import { LabView, labText, taskList } from "./ui/lab.js";

interface Flags extends EngineFlags {
  lag?: number;
  lags?: number[];
  cells?: CellName[];
  seeds: number;
  seed: number;
  units?: number;
  learningRate?: number;
  gain?: number;
  clipnorm?: number | typeof NONE;
  truncation?: number | typeof NONE;
  search?: boolean;
  sweep?: SweepName;
  batchSize?: number;
  sequences?: number;
  gates?: GateStart;
  json?: boolean;
  html?: string;
  svg?: string;
}

/** As it is typed; commander would make an empty text of a null. */
const NONE = "none";

/** An option's number, or "none". */
const orNone = (parse: (text: string) => number) => (text: string) => (text === NONE ? NONE : parse(text));
const unlessNone = (value: number | typeof NONE | undefined) => (value === NONE ? null : value);

/** An option parser for numbers from `least` on. */
const numberOf =
  (name: string, least = Number.NEGATIVE_INFINITY) =>
  (text: string): number => {
    const value = typedNumber(text);
    if (Number.isFinite(value) && value >= least) return value;
    const expected = least === 0 ? "a number from 0 on" : "a number";
    throw inputError({ expected, where: `--${name}`, received: text });
  };

function gateStart(text: string): GateStart {
  const word = GATE_STARTS.find((start) => start === text);
  if (word) return word;
  const value = typedNumber(text);
  if (Number.isFinite(value)) return value;
  const expected = `${GATE_STARTS.join(", ")} or a bias`;
  throw inputError({ expected, where: "--gates", received: text, next: didYouMean(text, GATE_STARTS) });
}

const listOf = (text: string) => text.split(",").map((item) => item.trim());

export function labCommand(program: Command): void {
  const command = program
    .command("lab")
    .description("how far back can a cell remember? The classic long-memory experiments, run here")
    .addArgument(
      new Argument("[task]", "what is to be remembered")
        .choices(TASKS.map(({ name }) => name))
        .argParser((name: string) => name),
    )
    .option("--lag <n>", "steps that the memory has to last", whole("lag", 1))
    .option("--lags <list>", "several, as 10,30,100 (default: the task's own)", (text) =>
      listOf(text).map(whole("lags", 1)),
    )
    .option("--cells <list>", `of ${CELL_NAMES.join(", ")} (default: rnn,lstm,gru)`, (text) =>
      listOf(text).map((cell) => oneOf(cell, CELL_NAMES, "--cells")),
    )
    .option("--seeds <n>", "runs of each, from different initial weights and sequences", whole("seeds", 1), 5)
    .option("--seed <n>", "the first seed", whole("seed"), 0)
    .option("--units <n>", "of the recurrent layer", whole("units", 1))
    .option("--search", "first choose each cell's settings, as many for every cell, on other seeds")
    .addOption(choice("--sweep <what>", "one value after another, at one lag", SWEEP_NAMES))
    .option(
      "--learning-rate <x>",
      "of Adam, for all cells; what else is not given is Keras's",
      positive("learning-rate"),
    )
    .option("--gain <x>", "what the recurrent kernel's start is multiplied by", numberOf("gain", 0))
    .option(
      "--clipnorm <x>",
      'norm that all gradients together are scaled down to, or "none"',
      orNone(positive("clipnorm")),
    )
    .option(
      "--truncation <n>",
      'steps that gradients go back, or "none" for all',
      orNone(whole("truncation", 1)),
    )
    .option("--batch-size <n>", "sequences a training step", whole("batch-size", 1))
    .option("--sequences <n>", "training sequences a run may use", whole("sequences", 1))
    .option("--gates <start>", "how memory gates start: keras, chrono, or a bias", gateStart)
    .option("--json", "everything measured, as one JSON object")
    .option("--html <file>", "also write a page with the chart")
    .option("--svg <file>", "also write the chart")
    .hook("preAction", checkPictures);
  engineOptions(command).action(async (task: string | undefined, flags: Flags) => {
    if (task === undefined) {
      const others = command.options.map((option) => [option.attributeName(), "without a task"] as const);
      refuseIdle(command, { ...Object.fromEntries(others), json: false });
    }
    if (task === undefined)
      say(flags.json ? printableJson(TASKS.map(factsOf)) : taskList(TASKS, styleFor(process.stdout)));
    else await labAction(task, flags);
  });
}

async function labAction(name: string, flags: Flags): Promise<void> {
  const task = taskNamed(name);
  if (flags.lag !== undefined && flags.lags) {
    throw inputError({ expected: "--lag or --lags, not both", where: "lab" });
  }
  const { lag, lags, gates, seeds, seed, cells, units, engine, threads } = flags;
  const { learningRate, gain, batchSize, sequences, search, sweep } = flags;
  const [clipnorm, truncation] = [flags.clipnorm, flags.truncation].map(unlessNone);
  const { signal, release } = interruption();
  const view = new LabView(process.stderr, task);
  const result = await runLab(name, {
    ...{ cells, seeds, seed, units, learningRate, gain, clipnorm, truncation, search, sweep },
    ...{ batchSize, sequences, engine, threads, signal, gateStart: gates },
    lags: lags ?? (lag === undefined ? undefined : [lag]),
    onProgress: (progress) => view.show(progress),
  }).finally(() => view.close());
  release();
  await writePictures(result, flags);
  say(flags.json ? printableJson(result) : labText(result, styleFor(process.stdout)));
  if (!result.complete)
    throw new Exit(EXIT.interrupted, "Interrupted: these are the runs that were finished.");
}

async function writePictures(result: LabResult, { html, svg }: Flags): Promise<void> {
  const write = (file: string, text: string) => writeAtomic(file, new TextEncoder().encode(text));
  if (html) await write(html, labPage(result));
  if (svg) await write(svg, svgFile(labChart(result)));
}
