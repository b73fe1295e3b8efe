/** The work of `cellstate tune`: read, search, say which `cellstate train` makes the winner. */
import { createHash } from "node:crypto";
import type { Command } from "commander";
import { InputError } from "../base/errors.js";
import { printable, printableJson } from "../base/text.js";
import type { Settings, Space } from "../classifier/tuning/space.js";
import { type TuneResult, tune } from "../classifier/tuning/tune.js";
import { EXIT, Exit, interruption, note, say } from "./context.js";
import { openSearch } from "./search-folder.js";
import { styleFor } from "./terminal.js";
import type { TrainFlags } from "./train-flags.js";
import { refuseOutputs } from "./train-plan.js";
import { readMaterial, trainOptions } from "./training.js";
import type { Material } from "./training-report.js";
import { TunePlans } from "./tune-plans.js";
import { spaceOf } from "./tune-space.js";
import { overviewText } from "./ui/overview.js";
import { trialText, tuningText } from "./ui/tuning.js";

type Tuned = "model" | "vocabulary" | "length" | "batchSize" | "optimizer" | "learningRate";

/** The flags of `cellstate tune`: those of `train`, some with several values. */
export interface TuneFlags extends Omit<TrainFlags, Tuned | "mistakes" | "checkpointEvery"> {
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
  const { trials, seed, budget, test, tokenizer, vectors, out } = flags;
  await refuseOutputs({ "--out": out }, [data, test, ...namesOf(space), tokenizer, vectors]);
  const plans = await TunePlans.open(data, trainFlags(flags), space, trials, command);
  const first = await plans.first();
  const material = await readMaterial(data, first);
  const { corpus, trainRows, overview } = material;
  plans.checkLabels(corpus);
  note(overviewText(overview, styleFor(process.stderr)));
  const folder =
    flags.folder === undefined
      ? null
      : await openSearch(flags.folder, identityOf(material, [space, trials, await plans.digest()]));
  const { signal, release } = interruption();
  let rungs = 0;
  const result = await tune(corpus, {
    ...{ space, trials, epochs: first.flags.epochs, seed, signal },
    ...(budget === undefined ? {} : { budget }),
    ...(folder ? { store: folder, recorded: folder.recorded } : {}),
    heeded: plans.heeded,
    optionsOf: async (settings) => {
      const {
        signal: _s,
        callbacks: _c,
        ...options
      } = trainOptions(await plans.of(settings), trainRows, signal, null, []);
      return options;
    },
    onPlanned: (planned) => {
      rungs = planned.length;
    },
    onTrial: (trial, rung) => note(trialText(trial, rung, rungs)),
  });
  release();
  await plans.close();
  await conclude(result, flags, (settings, epochs) => {
    const kept = typed.filter(([name]) => !OWN.includes(name) && !(name in space));
    return trainCommandOf(data, command, [
      ...kept.filter(([name]) => plans.heeds(settings, name)),
      ...Object.entries({ ...settings, epochs }).map(([name, value]) => [name, String(value)] as const),
    ]);
  });
}

/** The networks' names. */
const namesOf = ({ model }: Space): string[] => (model!.kind === "choice" ? model!.values.map(String) : []);

/** The flags that `train` knows, too; those that are searched come by trial. */
const trainFlags = ({
  trials: _t,
  budget: _b,
  folder: _f,
  out: _o,
  json: _j,
  ...flags
}: TuneFlags): TrainFlags => ({ ...flags, checkpointEvery: 10, mistakes: 0 }) as unknown as TrainFlags;

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
      add([classes[row], texts.texts.fingerprint(row), texts.excerpt(row)]);
  }
  return hash.digest("hex");
}

/** The command that trains with these options. */
function trainCommandOf(data: string, command: Command, options: Typed): string {
  const words = options.flatMap(([name, value]) => {
    const { long } = command.options.find((one) => one.attributeName() === name)!;
    return value === null ? [long!] : [long!, quoted(value)];
  });
  return ["cellstate train", quoted(data), ...words].join(" ");
}

/** A word as a shell reads it. */
const quoted = (word: string) => (/^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

async function conclude(
  result: TuneResult,
  { out, json, folder }: TuneFlags,
  commandOf: (settings: Settings, epochs: number) => string,
): Promise<void> {
  const { best, classifier, trials, rungs, ended } = result;
  const command = best && commandOf(best.settings, best.history.length);
  if (out !== undefined) await classifier?.save(out);
  if (json)
    say(printableJson({ best, command, model: classifier ? (out ?? null) : null, ended, rungs, trials }));
  else {
    say(tuningText(result, styleFor(process.stdout)));
    if (command) say(`\nTo train and measure the best:\n  ${printable(command)}`);
    if (classifier && out !== undefined) say(printable(`Saved ${out}`));
  }
  const next = folder === undefined ? "" : ` The same command goes on from ${printable(folder)}.`;
  if (ended === "interrupted") throw new Exit(EXIT.interrupted, `Interrupted.${next}`);
  if (!best) throw new Exit(EXIT.failed, `cellstate: no trial could be measured.${next}`);
}
