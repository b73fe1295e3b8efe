/** cellstate lab TASK: how far back can a cell remember? */

import { Argument, type Command } from "commander";
import { inputError, oneOf } from "../base/errors.js";
import { writeAtomic } from "../base/node-files.js";
import { printableJson } from "../base/text.js";
import { svgFile } from "../drawing/page.js";
import { labChart } from "../lab/chart.js";
import { type CellName, type LabResult, type LabTask, runLab, TASKS, taskNamed } from "../lab/index.js";
import { CELL_NAMES, GATE_STARTS, type GateStart } from "../lab/network.js";
import { labPage } from "../lab/page.js";
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
import { choice, refuseIdle } from "./options.js";
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
  clipnorm?: number;
  batchSize?: number;
  sequences?: number;
  gates: GateStart;
  json?: boolean;
  html?: string;
  svg?: string;
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
    .option("--cells <list>", "rnn, lstm, gru (default: all three)", (text) =>
      listOf(text).map((cell) => oneOf(cell, CELL_NAMES, "--cells")),
    )
    .option("--seeds <n>", "runs of each, from different initial weights and sequences", whole("seeds", 1), 5)
    .option("--seed <n>", "the first seed", whole("seed"), 0)
    .option("--units <n>", "of the recurrent layer", whole("units", 1))
    .option("--learning-rate <x>", "of Adam", positive("learning-rate"))
    .option("--clipnorm <x>", "norm that all gradients together are scaled down to", positive("clipnorm"))
    .option("--batch-size <n>", "sequences a training step", whole("batch-size", 1))
    .option("--sequences <n>", "training sequences a run may use", whole("sequences", 1))
    .addOption(
      choice("--gates <start>", "biases that memory gates start with", GATE_STARTS).default("chrono"),
    )
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
      say(flags.json ? printableJson(TASKS.map(describeTask)) : taskList(TASKS, styleFor(process.stdout)));
    else {
      const plain = flags.cells?.every((cell) => cell === "rnn") && "where no cell has memory gates";
      refuseIdle(command, { gates: plain });
      await labAction(task, flags);
    }
  });
}

const describeTask = ({ name, title, reads, asked, criterion, source, defaults }: LabTask) => ({
  ...{ name, title, reads, asked, criterion, source, defaults },
});

async function labAction(name: string, flags: Flags): Promise<void> {
  const task = taskNamed(name);
  if (flags.lag !== undefined && flags.lags) {
    throw inputError({ expected: "--lag or --lags, not both", where: "lab" });
  }
  const { lag, lags, gates, seeds, seed, cells, units, engine, threads } = flags;
  const { learningRate, clipnorm, batchSize, sequences } = flags;
  const { signal, release } = interruption();
  const view = new LabView(process.stderr, task);
  const result = await runLab(
    name,
    {
      ...{ cells, seeds, seed, units, learningRate, clipnorm, batchSize, sequences, engine, threads, signal },
      gateStart: gates,
      lags: lags ?? (lag === undefined ? undefined : [lag]),
    },
    (progress) => view.show(progress),
  ).finally(() => view.close());
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
