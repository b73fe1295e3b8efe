/** cellstate train DATA: from labelled texts to a measured, saved classifier. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Command } from "commander";
import { InputError, inputError } from "../errors.js";
import { loadModel } from "../formats/load.js";
import type { Model } from "../model/model.js";
import type { FrontEndOptions, RowOptions, Side } from "../text/options.js";
import { SIDES } from "../text/options.js";
import { PRESET_NAMES } from "../text/presets.js";
import { OPTIMIZER_DEFAULTS, type Optimizer, type OptimizerName, optimizers } from "../train/optimizers.js";
import { type EngineFlags, engineOptions, share, whole } from "./context.js";
import { type ColumnFlags, columnFlags } from "./data.js";
import { namedModel } from "./models.js";
import { runTraining } from "./training.js";

export interface TrainFlags extends EngineFlags, ColumnFlags {
  test?: string;
  testSplit: number;
  model: string;
  vocabulary: number;
  length: number;
  frontEnd: FrontEndOptions["frontEnd"];
  padding?: Side;
  truncating?: Side;
  epochs: number;
  patience: number;
  batchSize: number;
  validationSplit: number;
  optimizer: OptimizerName;
  learningRate?: number;
  balance?: boolean;
  seed: number;
  out?: string;
  report?: string;
  checkpoint?: string;
  checkpointEvery: number;
  resume?: boolean;
  mistakes: number;
  json?: boolean;
}

export function trainCommand(program: Command): void {
  const command = program
    .command("train")
    .description("learn a classifier from labelled texts, measure it and save it")
    .argument("<data>", "CSV, TSV, JSONL (also .gz), a folder of label/*.txt, or - for standard input");
  columnFlags(command)
    .option("--test <data>", "measure on this data instead of a part held out")
    .option(
      "--test-split <share>",
      "part held out to measure on, where there is no --test",
      share("test-split"),
      0.2,
    )
    .option("--model <name|file>", `${PRESET_NAMES.join(", ")}, or a model file to start from`, "lstm")
    .option("--vocabulary <n>", "words to know, padding included", whole("vocabulary", 2), 1000)
    .option("--length <n>", "words of each text to read", whole("length", 1), 200)
    .option("--front-end <name>", "tokenizer or textVectorization", "tokenizer")
    .option("--padding <side>", "pre or post: where short texts are filled up (default: pre)")
    .option("--truncating <side>", "pre or post: where long texts are cut (default: as padding)")
    .option("--epochs <n>", "most passes over the data", whole("epochs", 1), 20)
    .option("--patience <n>", "passes without improvement before stopping", whole("patience", 1), 3)
    .option("--batch-size <n>", "texts a step", whole("batch-size", 1), 32)
    .option("--validation-split <share>", "part held out to stop by; 0: none", share("validation-split"), 0.1)
    .option("--optimizer <name>", Object.keys(OPTIMIZER_DEFAULTS).join(", "), "adam")
    .option("--learning-rate <x>", "default: the optimizer's", positive)
    .option("--balance", "weigh labels so that each counts alike")
    .option("--seed <n>", "what everything random follows from", whole("seed"), 0)
    .option("--out <file>", "where the classifier goes (default: the data's name with .keras)")
    .option("--report <file>", "also write a page with curves, confusion matrix and mistakes")
    .option("--checkpoint <folder>", "keep the state of training there")
    .option("--checkpoint-every <seconds>", "and renew it this often", positive, 10)
    .option("--resume", "go on from the checkpoint, if there is one")
    .option("--mistakes <n>", "how many of the worst mistakes to show", whole("mistakes"), 5)
    .option("--json", "a JSON object as the last line of output");
  engineOptions(command).action(async (data: string, flags: TrainFlags) => {
    await runTraining(data, await checkFlags(data, flags));
  });
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && Number.isFinite(value)) return value;
  throw new InputError(`expected a number above 0 but received ${text}.`);
}

/** What the flags come to; everything that can be refused is refused before the data is read. */
export interface TrainPlan {
  flags: TrainFlags;
  /** What the data is called: "sms-spam". */
  name: string;
  out: string;
  text: FrontEndOptions & RowOptions;
  optimizer: Optimizer;
  /** A model file's network, when one was given. */
  startFrom: Model | null;
}

async function checkFlags(data: string, flags: TrainFlags): Promise<TrainPlan> {
  const name = dataName(data);
  const out = flags.out ?? `${name}.keras`;
  for (const file of [out, flags.report]) if (file) checkWritable(file);
  if (flags.resume && !flags.checkpoint) {
    throw new InputError("--resume: expected --checkpoint FOLDER beside it, to know where to go on from.");
  }
  checkSide(flags.padding, "--padding");
  checkSide(flags.truncating, "--truncating");
  if (flags.frontEnd !== "tokenizer" && flags.frontEnd !== "textVectorization") {
    throw inputError({
      expected: "tokenizer or textVectorization",
      where: "--front-end",
      received: flags.frontEnd,
    });
  }
  const optimizer = makeOptimizer(flags);
  const preset = namedModel(flags.model, { vocabulary: flags.vocabulary, length: flags.length, classes: 2 });
  const startFrom = preset ? null : await loadModel(flags.model, flags);
  const padding = flags.padding ?? "pre";
  const row = { padding, truncating: flags.truncating ?? padding };
  return {
    flags,
    name,
    out,
    text: { frontEnd: flags.frontEnd, ...row } as TrainPlan["text"],
    optimizer,
    startFrom,
  };
}

function makeOptimizer({ optimizer, learningRate }: TrainFlags): Optimizer {
  const make = Object.hasOwn(optimizers, optimizer) ? optimizers[optimizer] : null;
  if (make) return make({ learningRate });
  const expected = `one of ${Object.keys(optimizers).join(", ")}`;
  throw inputError({ expected, where: "--optimizer", received: optimizer });
}

function checkSide(side: string | undefined, where: string): void {
  if (side === undefined || (SIDES as readonly string[]).includes(side)) return;
  throw inputError({ expected: "pre or post", where, received: side });
}

/** "mail/spam.csv.gz" → "spam": the classifier is named after its data. */
function dataName(data: string): string {
  if (data === "-") return "classifier";
  return (
    basename(resolve(data))
      .replace(/\.gz$/, "")
      .replace(/\.[^.]+$/, "") || "classifier"
  );
}

function checkWritable(file: string): void {
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) throw new InputError(`${file}: there is no folder ${folder}. Make it first.`);
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new InputError(`${file}: expected a file's name, but that is a folder.`);
  }
}
