/** The work of `cellstate tune`: read, search, say which `cellstate train` makes the winner. */
import { createHash } from "node:crypto";
import type { Command } from "commander";
import { InputError } from "../base/errors.js";
import { writeAtomic } from "../base/node-files.js";
import { duration } from "../base/numbers.js";
import { printable, printableJson } from "../base/text.js";
import type { Space } from "../classifier/tuning/space.js";
import { type TuneOptions, type TuneResult, tune } from "../classifier/tuning/tune.js";
import type { Facts } from "../report/data.js";
import { settingWords, type TuningAbout, tuningPage } from "../report/tuning.js";
import { EXIT, Exit, interruption, note, say } from "./context.js";
import { openSearchTogether } from "./search-folder.js";
import { commandLine } from "./shell.js";
import { styleFor } from "./terminal.js";
import { isFirst, joinProcesses, processesText, threadsAmong } from "./together.js";
import type { TrainFlags } from "./train-flags.js";
import { dataName, refuseOutputs } from "./train-plan.js";
import { readMaterial } from "./training.js";
import type { Material } from "./training-report.js";
import { endOfOther } from "./training-steps.js";
import { type CommonFlags, TunePlans } from "./tune-plans.js";
import { spaceOf } from "./tune-space.js";
import { overviewText } from "./ui/overview.js";
import { status } from "./ui/status.js";
import { trialText, tuningText } from "./ui/tuning.js";

/** The flags of `cellstate tune`: those of `train`, some with several values. */
export interface TuneFlags extends Omit<CommonFlags, "mistakes" | "checkpointEvery"> {
  trials: number;
  budget?: number;
  folder?: string;
}

/** What `train` has no use for, or is said anew. */
const OWN = ["trials", "budget", "folder", "out", "json", "report", "epochs"];

type Typed = readonly (readonly [name: string, value: string | null])[];

export async function runTuning(
  data: string,
  flags: TuneFlags,
  command: Command,
  typed: Typed,
): Promise<void> {
  const space = spaceOf(command.opts());
  if (flags.validationSplit === 0) {
    throw new InputError(
      "--validation-split: expected a share above 0 but received 0. Trials are judged by it.",
    );
  }
  const { trials, seed, budget, test, tokenizer, vectors, out, report } = flags;
  const communicator = await joinProcesses();
  const began = performance.now();
  await refuseOutputs({ "--out": out, "--report": report, "--rejects": flags.rejects }, [
    data,
    test,
    ...namesOf(space),
    flags.labelMap,
    tokenizer,
    vectors,
  ]);
  const own = { ...threadsAmong(communicator, flags), ...commonFlags(flags) };
  const plans = await TunePlans.open(data, own, space, trials, command);
  const first = await plans.first();
  const material = await readMaterial(data, first);
  const { corpus, trainRows, overview } = material;
  plans.checkLabels(corpus);
  note(overviewText(overview, styleFor(process.stderr)));
  if (communicator) note(`  ${processesText(communicator)}`);
  const identity = async () => identityOf(material, [space, trials, await plans.digest()]);
  const folder =
    flags.folder === undefined
      ? null
      : await openSearchTogether(flags.folder, await identity(), communicator);
  const { signal, release } = interruption();
  const { epochs } = first.flags;
  const result = await tune(corpus, {
    ...{ space, trials, epochs, seed, signal, heeded: plans.heeded },
    ...(budget === undefined ? {} : { budget }),
    ...(folder ? { store: folder, recorded: folder.recorded } : {}),
    optionsOf: (settings) => plans.options(settings, trainRows!),
    ...tellRungs(),
    onProgress: status.told,
    ...(communicator ? { communicator } : {}),
  });
  release();
  await plans.close();
  if (!isFirst) return endOfOther({ interrupted: result.ended === "interrupted" });
  const { best } = result;
  const options = best && [
    ...typed.filter(([name]) => !OWN.includes(name) && !(name in space) && plans.heeds(best.settings, name)),
    ...Object.entries({ ...best.settings, epochs: best.history.length }).map(
      ([name, value]) => [name, String(value)] as const,
    ),
  ];
  await conclude(result, flags, {
    title: dataName(data),
    rows: trainRows!.length,
    command: options && trainCommandOf(data, command, options),
    asked: askedOf(space, flags, first.flags),
    seconds: (performance.now() - began) / 1000,
  });
}

/** A line for each trial of a rung. */
function tellRungs(): Pick<TuneOptions, "onPlanned" | "onTrial"> {
  let rungs = 0;
  return {
    onPlanned: (planned) => {
      rungs = planned.length;
    },
    onTrial: (trial, rung) => note(trialText(trial, rung, rungs)),
  };
}

/** What was asked for, in words. */
function askedOf(space: Space, { trials, budget, seed }: TuneFlags, common: TrainFlags): Facts {
  const searched = Object.entries(space).map(([name, dimension]) => [
    settingWords(name),
    dimension.kind === "choice" ? dimension.values.join(", ") : `${dimension.from} to ${dimension.to}`,
  ]);
  return {
    ...Object.fromEntries(searched),
    trials,
    "most epochs": common.epochs,
    "validation split": common.validationSplit,
    ...(budget === undefined ? {} : { budget: duration(budget) }),
    seed,
    engine: common.engine,
  };
}

/** The networks' names. */
const namesOf = ({ model }: Space): string[] => (model!.kind === "choice" ? model!.values.map(String) : []);

/** The flags of trials, but for what is searched. */
function commonFlags(flags: TuneFlags): CommonFlags {
  const { trials: _t, budget: _b, folder: _f, out: _o, report: _r, json: _j, ...common } = flags;
  return { ...common, checkpointEvery: 10, mistakes: 0 };
}

/** A digest of the texts' beginnings, labels and numbers, and of what is searched. */
function identityOf({ corpus, test }: Material, search: unknown): string {
  const hash = createHash("sha256");
  const add = (value: unknown) => hash.update(`${JSON.stringify(value)}\n`);
  add(search);
  for (const texts of new Set([corpus, test?.corpus ?? corpus])) {
    const labels = texts.labels();
    const classes = texts.classes(labels);
    add(labels);
    for (let row = 0; row < texts.rows; row++)
      add([classes[row], texts.texts.fingerprint(row), texts.excerpt(row), texts.group(row)].filter(isKnown));
  }
  return hash.digest("hex");
}

const isKnown = (value: unknown): boolean => value !== undefined;

/** The command that trains with these options. */
function trainCommandOf(data: string, command: Command, options: Typed): string {
  const words = options.flatMap(([name, value]) => {
    const { long } = command.options.find((one) => one.attributeName() === name)!;
    return value === null ? [long!] : [long!, value];
  });
  return commandLine(["cellstate", "train", data, ...words]);
}

/** Writes the page and prints the result: a table for people, or the one JSON line. */
async function conclude(
  result: TuneResult,
  { out, json, folder, report }: TuneFlags,
  about: TuningAbout,
): Promise<void> {
  const { command } = about;
  const { best, classifier, trials, rungs, ended } = result;
  const saved = classifier && out !== undefined ? out : null;
  // A file that cannot be written takes the result with it, were that not printed first.
  const unsaved = saved === null ? null : await failureOf(classifier!.save(saved));
  const page = new TextEncoder().encode(tuningPage(result, about));
  const unwritten = report === undefined ? null : await failureOf(writeAtomic(report, page));
  if (json) {
    say(printableJson({ best, command, model: unsaved ? null : saved, ended, rungs, trials }));
  } else {
    say(tuningText(result, styleFor(process.stdout)));
    if (command) say(`\nTo train and measure the best:\n  ${printable(command)}`);
    if (saved !== null && !unsaved) say(printable(`Saved ${saved}`));
    if (report !== undefined && !unwritten) say(printable(`Report in ${report}`));
  }
  const failure = unsaved ?? unwritten;
  if (failure) throw failure;
  const next = folder === undefined ? "" : ` The same command goes on from ${printable(folder)}.`;
  if (ended === "interrupted") throw new Exit(EXIT.interrupted, `Interrupted.${next}`);
  if (!best) throw new Exit(EXIT.failed, `cellstate: no trial could be measured.${next}`);
}

/** What went wrong, if anything. */
const failureOf = (work: Promise<void>): Promise<Error | null> =>
  work.then(
    () => null,
    (error: Error) => error,
  );
