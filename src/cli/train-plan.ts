/** From the flags of `cellstate train` to what they come to; what can be refused is refused before data is read. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { InputError, inputError } from "../errors.js";
import { loadModel } from "../formats/load.js";
import type { Model } from "../model/model.js";
import { type FrontEndOptions, type RowOptions, SIDES, type Side } from "../text/options.js";
import { type Optimizer, type OptimizerName, optimizers } from "../train/optimizers.js";
import type { EngineFlags } from "./context.js";
import type { ColumnFlags } from "./data.js";
import { namedModel } from "./models.js";

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

/** What the flags come to. */
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

export async function planTraining(data: string, flags: TrainFlags): Promise<TrainPlan> {
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
