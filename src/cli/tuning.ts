/** The work of `cellstate tune`: read, search, say which `cellstate train` makes the winner. */
import type { Command } from "commander";
import { InputError } from "../base/errors.js";
import { Sha256 } from "../base/sha256.js";
import { printable, printableJson } from "../base/text.js";
import type { Corpus } from "../classifier/corpus.js";
import type { Settings, Space } from "../classifier/tuning/space.js";
import { type TuneResult, tune } from "../classifier/tuning/tune.js";
import { EXIT, Exit, interruption, note, say } from "./context.js";
import { type Idle, refuseIdle } from "./options.js";
import { openSearch } from "./search-folder.js";
import { styleFor } from "./terminal.js";
import type { TrainFlags } from "./train-flags.js";
import { idleInTraining, idleWithModel, planTraining, type TrainPlan } from "./train-plan.js";
import { readMaterial, trainOptions } from "./training.js";
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
const OWN = ["trials", "budget", "folder", "out", "json", "epochs"];
/** What changes nothing of what a search finds. */
const ASIDE = ["budget", "folder", "out", "json", "threads"];

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
  refuseIdle(command, idleInAll(data, flags, space));
  const plans = new Plans(data, flags, space, command);
  const first = await plans.first();
  const { epochs } = first.flags;
  const { corpus, trainRows, overview } = await readMaterial(data, first);
  note(overviewText(overview, styleFor(process.stderr)));
  const identity = identityOf(corpus, {
    space,
    epochs,
    typed: typed.filter(([name]) => !ASIDE.includes(name)),
  });
  const folder = flags.folder === undefined ? null : await openSearch(flags.folder, identity);
  const { signal, release } = interruption();
  const { trials, seed, budget } = flags;
  let rungs = 0;
  const result = await tune(corpus, {
    ...{ space, trials, epochs, seed, signal },
    ...(budget === undefined ? {} : { budget }),
    ...(folder ? { store: folder, recorded: folder.recorded } : {}),
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
  await conclude(result, flags, (settings, trained) =>
    trainCommandOf(data, command, typed, settings, trained),
  );
}

/** Plans of trials, each made once: what a script says is then said once for each. */
class Plans {
  private readonly made = new Map<string, Promise<TrainPlan>>();

  constructor(
    private readonly data: string,
    private readonly flags: TuneFlags,
    private readonly space: Space,
    private readonly command: Command,
  ) {}

  /** That of the first value of every list, by which the data is read. */
  first(): Promise<TrainPlan> {
    const values = Object.entries(this.space).map(([name, dimension]) => [
      name,
      dimension.kind === "choice" ? dimension.values[0]! : dimension.from,
    ]);
    return this.of(Object.fromEntries(values) as Settings);
  }

  of(settings: Settings): Promise<TrainPlan> {
    const key = JSON.stringify(Object.entries(settings).sort());
    let plan = this.made.get(key);
    if (!plan) this.made.set(key, (plan = this.make(settings)));
    return plan;
  }

  private async make(settings: Settings): Promise<TrainPlan> {
    const { data, command } = this;
    const flags = flagsOf(this.flags, settings);
    // What this model does not heed, though others do.
    for (const [name, why] of Object.entries(idleInTraining(data, flags))) {
      if (why && command.getOptionValueSource(name) === "cli") Object.assign(flags, { [name]: undefined });
    }
    const isGiven = (flag: keyof TrainFlags) =>
      flag in settings || command.getOptionValueSource(flag) === "cli";
    const plan = await planTraining(data, flags, isGiven);
    refuseIdle(command, idleWithModel(plan));
    return plan;
  }
}

const flagsOf = (flags: TuneFlags, settings: Settings): TrainFlags => ({
  ...{ ...flags, checkpointEvery: 10, mistakes: 0 },
  ...(settings as unknown as Pick<TrainFlags, Tuned>),
});

/** Options that would change nothing, whatever the model. */
function idleInAll(data: string, flags: TuneFlags, { model }: Space): Idle {
  const models = model!.kind === "choice" ? model!.values : [];
  const [one = {}, ...others] = models.map((name) => idleInTraining(data, flagsOf(flags, { model: name })));
  return Object.fromEntries(Object.entries(one).filter(([name]) => others.every((idle) => idle[name])));
}

/** A digest of the texts' beginnings, labels and numbers, and of what is searched. */
function identityOf(corpus: Corpus, search: object): string {
  const labels = corpus.labels();
  const classes = corpus.classes(labels);
  const hash = new Sha256();
  const add = (value: unknown) => hash.update(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  add([labels, search]);
  for (let row = 0; row < corpus.rows; row++)
    add([classes[row], corpus.texts.fingerprint(row), corpus.excerpt(row)]);
  return hash.hex();
}

/** The command that trains a trial's classifier. */
function trainCommandOf(
  data: string,
  command: Command,
  typed: Typed,
  settings: Settings,
  epochs: number,
): string {
  const kept = typed.filter(([name]) => !OWN.includes(name) && !(name in settings));
  const words = [...kept, ...Object.entries({ ...settings, epochs })].flatMap(([name, value]) => {
    const option = command.options.find((one) => one.attributeName() === name)!;
    return value === null ? [option.long!] : [option.long!, quoted(String(value))];
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
