/** What each trial of `cellstate tune` is trained with: its network is opened once, and told of what it heeds alone. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Command } from "commander";
import { inputError } from "../base/errors.js";
import { TextClassifier } from "../classifier/classifier.js";
import { checkSettled } from "../classifier/continuing.js";
import type { Corpus } from "../classifier/corpus.js";
import type { TrainOptions } from "../classifier/options.js";
import { frontEndFor } from "../classifier/training.js";
import { drawTrials, type Settings, type Space } from "../classifier/tuning/space.js";
import { namedError } from "../classifier/tuning/trial.js";
import type { VectorsFile } from "../data/vectors/read.js";
import { writeKeras } from "../formats/keras/write.js";
import { isScript } from "../model/source.js";
import { decided, resolveCorpusFrontEnd } from "../tokens/options.js";
import { type Idle, refuseIdle } from "./options.js";
import { flagsOfScript } from "./script.js";
import type { TrainFlags } from "./train-flags.js";
import {
  fixedLength,
  idleInTraining,
  idleWithModel,
  openStart,
  setUp,
  type TrainSetup,
} from "./train-plan.js";
import { labelsOf, trainOptions } from "./training.js";
import { sharedVectors } from "./trial-vectors.js";
import { dimensionText } from "./tune-space.js";

type Flag = keyof TrainFlags;

/** The flags of `train` that may have several values. */
type Searched = "model" | "vocabulary" | "length" | "batchSize" | "optimizer" | "learningRate";
/** Those that have one for all trials. */
export type CommonFlags = Omit<TrainFlags, Searched>;

/** A network that is tuned. */
interface Network {
  /** What stands in the list of --model. */
  name: string;
  /** Those of its trials, but for what is searched. */
  flags: TrainFlags;
  startFrom: TrainSetup["startFrom"];
  /** Options that it leaves without effect. */
  idle: Idle;
}

/** What all trials have in common, by the option that says it: which rows judge them, and for how long they are trained. */
const COMMON = {
  "--test-split": "testSplit",
  "--validation-split": "validationSplit",
  "--epochs": "epochs",
} as const;

/** The networks of a search, and what each of its trials is trained with. */
export class TunePlans {
  private readonly made = new Map<string, Promise<TrainSetup>>();

  private constructor(
    private readonly space: Space,
    private readonly networks: readonly Network[],
    private readonly vectors: VectorsFile | null,
  ) {}

  /**
   * Opens every network, and refuses what cannot work before any data is read.
   * @param flags as typed
   * @throws InputError for a network that cannot be trained so, options without effect on any, and what sets trials apart
   */
  static async open(
    data: string,
    flags: CommonFlags,
    space: Space,
    trials: number,
    command: Command,
  ): Promise<TunePlans> {
    const names = space["model"]!.kind === "choice" ? (space["model"]!.values as string[]) : [];
    const first = firstOf(space) as unknown as Pick<TrainFlags, Searched>;
    const asked = names.map((name) => {
      const all: TrainFlags = { ...flags, ...first, model: name };
      return { name, all, idle: idleInTraining(data, all) };
    });
    refuseIdle(command, idleInAll(asked));
    const isTyped = (flag: string) => flag in space || command.getOptionValueSource(flag) === "cli";
    const opened: Network[] = [];
    for (const { name, all, idle } of asked) {
      const heeded = without(all, idle, isTyped);
      const startFrom = await openStart(heeded);
      const own = { ...idle, ...idleWithModel({ flags: all, startFrom }), length: lengthOf(startFrom, name) };
      opened.push({ name, flags: without(all, own, isTyped), startFrom, idle: own });
    }
    refuseIdle(command, idleInAll(opened));
    for (const network of opened) network.flags = await completedFlags(network, space, isTyped);
    const vectors = flags.vectors === undefined ? null : await sharedVectors(flags.vectors);
    const plans = new TunePlans(space, opened, vectors);
    plans.checkCommon();
    await plans.checkFrontEnds();
    for (const settings of drawTrials(space, trials, flags.seed, plans.heeded)) {
      await plans.checkTrial(settings);
    }
    return plans;
  }

  /** A setup of the first network, by which the data is read. */
  first(): Promise<TrainSetup> {
    return this.of(firstOf(this.space));
  }

  private of(settings: Settings): Promise<TrainSetup> {
    const heeded = this.heeded(settings);
    const key = JSON.stringify(Object.entries(heeded).sort());
    const { flags, startFrom } = this.network(settings["model"]);
    const vectors = flags.vectors === undefined ? null : this.vectors;
    let setup = this.made.get(key);
    if (!setup) this.made.set(key, (setup = setUp({ ...flags, ...heeded }, startFrom, vectors)));
    return setup;
  }

  /** What a trial is trained with; the search itself ends it and listens to it. */
  async options(settings: Settings, rows: Uint32Array): Promise<TrainOptions> {
    return trialOptions(await this.of(settings), rows);
  }

  /** Settings without those that their network leaves without effect. */
  readonly heeded = (settings: Settings): Settings => {
    const { idle } = this.network(settings["model"]);
    return Object.fromEntries(Object.entries(settings).filter(([name]) => !idle[name]));
  };

  /** Whether an option has an effect on a trial of these settings. */
  heeds(settings: Settings, option: string): boolean {
    return !this.network(settings["model"]).idle[option];
  }

  /** @throws InputError where labels would have other numbers with one network than with another, and rows be dealt otherwise */
  checkLabels(corpus: Corpus): void {
    const [first, ...others] = this.networks as [Network, ...Network[]];
    const expected = JSON.stringify(labelsOf(corpus, first));
    for (const { name, startFrom } of others) {
      const received = JSON.stringify(labelsOf(corpus, { startFrom }));
      if (received === expected) continue;
      const next = "Tune it by itself.";
      throw inputError({
        expected: `the labels ${expected}, as of ${first.name}`,
        where: name,
        received,
        next,
      });
    }
  }

  /** A digest of what trials begin with and are trained by: a file may come to hold something else. */
  async digest(): Promise<string> {
    const hash = createHash("sha256");
    for (const { flags, startFrom } of this.networks) {
      // The number of threads changes no bit.
      const { threads: _, ...telling } = flags;
      hash.update(`${JSON.stringify(telling)}\n`);
      if (startFrom instanceof TextClassifier) hash.update(await startFrom.toBytes());
      else if (startFrom) hash.update(writeKeras(startFrom));
    }
    for (const file of new Set(this.networks.flatMap(({ flags }) => [flags.tokenizer, flags.vectors]))) {
      if (file !== undefined) for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    }
    return hash.digest("hex");
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    await this.vectors?.close();
  }

  private network(name: unknown): Network {
    return this.networks.find((network) => network.name === name)!;
  }

  /** A script may say otherwise what all trials have in common. */
  private checkCommon(): void {
    const [first, ...others] = this.networks as [Network, ...Network[]];
    for (const { name, flags } of others) {
      for (const [option, flag] of Object.entries(COMMON)) {
        if (flags[flag] === first.flags[flag]) continue;
        throw inputError({
          expected: `${first.flags[flag]}, as of ${first.name}`,
          where: `${option} of ${name}`,
          received: flags[flag],
          next: `All trials have it in common: give ${option}.`,
        });
      }
    }
  }

  /** Texts are taken apart once, for all. */
  private async checkFrontEnds(): Promise<void> {
    const [first, ...others] = this.networks as [Network, ...Network[]];
    const expected = frontEndText(await this.first());
    for (const { name } of others) {
      const received = frontEndText(await this.of({ ...firstOf(this.space), model: name }));
      if (received === expected) continue;
      throw inputError({
        expected: `texts taken apart as for ${first.name}, by ${expected}`,
        where: name,
        received,
        next: "All trials have it in common: give --front-end for those that bring no vocabulary, or tune it by itself.",
      });
    }
  }

  /** Refuses what its training would refuse once its turn came. */
  private async checkTrial(settings: Settings): Promise<void> {
    const { name, startFrom } = this.network(settings["model"]);
    try {
      const options = trialOptions(await this.of(settings), new Uint32Array(0));
      const start = startFrom instanceof TextClassifier ? startFrom : null;
      if (start) checkSettled(options, start);
      frontEndFor(options, start);
    } catch (error) {
      throw namedError(error, name);
    }
  }
}

/** What a training is asked for that is ended and listened to by others. */
function trialOptions(setup: TrainSetup, rows: Uint32Array): TrainOptions {
  const { signal: _s, callbacks: _c, ...options } = trainOptions(setup, rows, NEVER, null, []);
  return options;
}

const NEVER = new AbortController().signal;

/** The first value of every setting. */
const firstOf = (space: Space): Settings =>
  Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [
      name,
      dimension.kind === "choice" ? dimension.values[0]! : dimension.from,
    ]),
  );

/** Options without effect on any of the networks. */
function idleInAll(networks: readonly { idle: Idle }[]): Idle {
  const [first, ...others] = networks.map(({ idle }) => idle);
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(([name]) => others.every((idle) => idle[name])),
  );
}

/** The flags without what was typed and is idle. */
function without(flags: TrainFlags, idle: Idle, isTyped: (flag: string) => boolean): TrainFlags {
  const kept = Object.entries(flags).filter(([name]) => !(idle[name] && isTyped(name)));
  return Object.fromEntries(kept) as unknown as TrainFlags;
}

const lengthOf = (startFrom: TrainSetup["startFrom"], name: string) => {
  const fixed = startFrom && fixedLength(startFrom);
  return fixed !== null && `with ${name}, which reads rows of ${fixed}`;
};

/** A network's flags, with what its script says besides. */
async function completedFlags(
  { name, flags, idle }: Network,
  space: Space,
  isTyped: (flag: string) => boolean,
): Promise<TrainFlags> {
  if (!isScript(name)) return flags;
  const shown = (flag: Flag) => {
    const searched = space[flag];
    return searched ? dimensionText(searched) : String(flags[flag]);
  };
  return flagsOfScript(flags, (flag) => isTyped(flag) && !idle[flag], shown);
}

const frontEndText = ({ frontEnd }: TrainSetup): string =>
  JSON.stringify(resolveCorpusFrontEnd(decided(frontEnd)));
