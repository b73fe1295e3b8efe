/** What makes the same classifier again: the command with every option in effect, and digests of what it reads. */
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import type { Command } from "commander";
import type { Reproduction } from "../report/data.js";
import { commandLine } from "./shell.js";
import { idleInChoosing, idleInTraining, idleWithModel, type TrainPlan } from "./train-plan.js";

/** Options that leave the classifier as it is: what is written beside it, and how fast. */
const APART = [
  "report",
  "card",
  "track",
  "keepEpochs",
  "json",
  "mistakes",
  "rejects",
  "threads",
  "scratch",
  "inMemory",
  "checkpoint",
  "checkpointEvery",
  "resume",
];

/**
 * The command that trains as this plan does.
 * @param engine the one that computed: "auto" may be another elsewhere
 */
export function trainCommandLine(command: Command, data: string, plan: TrainPlan, engine: string): string {
  const values: Readonly<Record<string, unknown>> = {
    ...plan.flags,
    ...settled(plan),
    out: plan.out,
    engine,
    ...(plan.flags.budget === undefined ? {} : replayed(plan)),
  };
  const idle = [idleInTraining(data, plan.flags), idleInChoosing(plan.flags), idleWithModel(plan)];
  const options = command.options.flatMap((option) => {
    const name = option.attributeName();
    if (APART.includes(name) || idle.some((each) => each[name])) return [];
    return typed(option.long!, values[name]);
  });
  // A name that begins with a dash would be taken for an option.
  const source = data !== "-" && data.startsWith("-") ? `./${data}` : data;
  return commandLine(["cellstate", "train", source, ...options]);
}

/** What a budget left out hangs on the clock: the file that it made says what ran. */
const replayed = ({ out }: TrainPlan): object => ({
  ...{ budget: undefined, effort: undefined, seed: undefined, maxSize: undefined },
  ...{ replay: out, out: out.replace(/(\.[^./]*)?$/, "-again$1") },
});

/** What options that were not typed come to, where no model file or script says it. */
function settled({ auto, startFrom, flags, sizes, text, optimizer, vectorizer }: TrainPlan): object {
  if (auto || startFrom) return {};
  const { padding, truncating } = text;
  const rate = optimizer?.learningRate;
  return {
    ...{ length: sizes.length, padding, truncating, optimizer: flags.optimizer ?? optimizer?.name },
    ...(vectorizer ? {} : { vocabulary: sizes.vocabulary }),
    ...(typeof rate === "number" ? { learningRate: rate } : {}),
  };
}

/** An option as typed words; those without a value are given or not. */
function typed(long: string, value: unknown): string[] {
  if (value === undefined || value === false) return [];
  if (value === true) return [long];
  if (Array.isArray(value)) return value.flatMap((each) => [long, String(each)]);
  if (typeof value !== "object") return [long, String(value)];
  return Object.entries(value as object).flatMap(([name, each]) => [long, `${name}=${String(each)}`]);
}

/** Digests of what a plan reads. To be made before hours of training, in which a file may change. */
export async function digestsOf(data: string, { flags }: TrainPlan): Promise<Reproduction["inputs"]> {
  const { test, model, tokenizer, vectors, replay, oldData, labelMap } = flags;
  const named = [data, test, tokenizer, vectors, replay, oldData, labelMap].filter(
    (file) => file !== undefined,
  );
  const files = isFile(model) ? [...named, model] : named;
  return Promise.all(
    files.map(async (file) => ({
      name: file === "-" ? "standard input" : file,
      sha256: isFile(file) ? await sha256(file) : null,
    })),
  );
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
