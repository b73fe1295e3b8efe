/**
 * The search for settings by successive halving. All trials have one seed, so their rows for validation are the same, and
 * a trial that goes on does so from its own state: the winner is what training its settings straight through gives.
 */
import { functionOf, instanceOf, objectOf } from "../../base/arguments.js";
import { finiteNumber, inputError, knownOptions, wholeNumber } from "../../base/errors.js";
import { checkLongOptions, Long, type LongOptions } from "../../base/progress.js";
import type { Callback } from "../../model/model.js";
import { type Communicator, communicatorOf } from "../../processes/communicator.js";
import type { ProcessGroup } from "../../processes/group.js";
import { groupOf } from "../../processes/together.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../train/checkpoint.js";
import { TrainingError } from "../../train/fit.js";
import type { TrainingState } from "../../train/training-state.js";
import { TextClassifier } from "../classifier.js";
import { Corpus } from "../corpus.js";
import { isAutomatic, type TrainOptions, type TrainProgress } from "../options.js";
import { checkSameCorpus } from "../same-corpus.js";
import { AbortedTraining } from "../unfinished.js";
import { goingOn, type Rung, rungsOf } from "./rungs.js";
import { checkSpace, drawTrials, type Settings, type Space } from "./space.js";
import { bestOf, isCovered, namedError, type Trial, type TrialRecord, type TrialStore } from "./trial.js";

/** Options of `tune`. */
export interface TuneOptions extends LongOptions<TuneProgress> {
  /** What may be tried. */
  space: Space;
  /**
   * How a trial is trained: `TextClassifier.train`'s options for settings of the space. The search itself says epochs, seed,
   * signal and state. Rows to test on are to be left out of `rows`, and the share for validation is to be the same for all.
   */
  optionsOf(settings: Settings): TrainOptions | Promise<TrainOptions>;
  /**
   * What counts of settings that were drawn: those without those that the others leave without effect, as the size of a layer
   * that a network lacks. Trials differ in what counts. Default: all of it.
   */
  heeded?(settings: Settings): Settings;
  /** Trials to begin with. Default 27. */
  trials?: number;
  /** Most epochs of a trial. Default 20. */
  epochs?: number;
  /** Everything random follows from it, in the search and in every trial. Default 0. */
  seed?: number;
  /** Seconds that the search may take. Default: as many as it needs. */
  budget?: number;
  /** The clock that the budget is held against, in milliseconds. Default `performance.now`. */
  now?(): number;
  /** Ends the search after the current step; what was found until then is the result. */
  signal?: AbortSignal | undefined;
  /** Told of the rungs before the first trial is begun. */
  onPlanned?(rungs: readonly Rung[]): void;
  /** Told of each trial of a rung when it is done, with the rung's number from 0. */
  onTrial?(trial: Trial, rung: number): void;
  /** Where states are kept from rung to rung. Default: in memory. */
  store?: TrialStore;
  /** What an earlier search of the same data, space and options had on record, by the numbers of trials. */
  recorded?: ReadonlyMap<number, TrialRecord>;
  /**
   * Processes that share the trials, all with the same corpus and options: each trains some of them, and all come to the same
   * result. The first one's clock tells whether the budget is spent.
   */
  communicator?: Communicator | undefined;
}

const TUNE_OPTIONS: Record<keyof TuneOptions, true> = {
  space: true,
  optionsOf: true,
  heeded: true,
  trials: true,
  epochs: true,
  seed: true,
  budget: true,
  now: true,
  signal: true,
  onProgress: true,
  onPlanned: true,
  onTrial: true,
  store: true,
  recorded: true,
  communicator: true,
};

/** How far a search is: the phases of each trial's training, and at the end of the best one's. */
export interface TuneProgress extends TrainProgress {
  /** The trial that is trained, by its number. */
  trial: number;
  /** How many were drawn. */
  trials: number;
}

/** What a search found. */
export interface TuneResult {
  /** The trials that were begun and not cut short, in the order in which they were drawn. */
  trials: Trial[];
  /** The rounds as they were planned. */
  rungs: Rung[];
  /** The trial of the lowest validation loss; null where none was measured. */
  best: Trial | null;
  /** That trial's classifier, with the weights of its best epoch; null likewise. */
  classifier: TextClassifier | null;
  /** What ended the search before its last rung was done; null where nothing did. */
  ended: "budget" | "interrupted" | null;
}

/**
 * Searches a space of settings for those with the lowest validation loss, by successive halving: all trials are trained for
 * few epochs, a third of them goes on for three times as many, and so forth. Trials share a seed and their validation rows.
 * @param corpus labelled texts; rows to test on are kept out by `optionsOf`'s `rows`
 * @throws InputError for options that cannot work, in the search or in a trial
 */
export async function tune(corpus: Corpus, options: TuneOptions): Promise<TuneResult> {
  instanceOf(corpus, Corpus, "tune corpus", "a Corpus");
  const search = new Search(corpus, options);
  return search.run(await groupOf(options.communicator));
}

/** Kept in memory, each until the next. */
class MemoryStore implements TrialStore {
  private readonly states = new Map<number, TrainingState>();

  read(trial: number): TrainingState | null {
    return this.states.get(trial) ?? null;
  }

  keep(trial: number, state: TrainingState | null): void {
    if (state) this.states.set(trial, state);
  }
}

const NEW: TrialRecord = { history: [], stopped: null, diverged: null };

/** What is called, or held, is looked at before anything is trained. @throws InputError */
function checkParts(options: TuneOptions): void {
  const { optionsOf, heeded, onPlanned, onTrial, now, store, recorded, communicator } = options;
  if (communicator !== undefined) communicatorOf(communicator, "tune communicator");
  functionOf(optionsOf, "tune optionsOf");
  if (heeded !== undefined) functionOf(heeded, "tune heeded");
  if (onPlanned !== undefined) functionOf(onPlanned, "tune onPlanned");
  if (onTrial !== undefined) functionOf(onTrial, "tune onTrial");
  if (now !== undefined) functionOf(now, "tune now");
  if (recorded !== undefined) instanceOf(recorded, Map, "tune recorded", "a Map of records by trials");
  if (store === undefined) return;
  const { read, keep } = objectOf(store, "tune store", "{ read, keep }");
  functionOf(read, "tune store read");
  functionOf(keep, "tune store keep");
}

/** What became of a trial in one rung. */
interface Outcome {
  readonly state: TrainingState | null;
  readonly diverged: string | null;
  /** What cut it short; null where nothing did. */
  readonly ended: TuneResult["ended"];
}

/** Trials, one in each process, and what became of them in all. */
async function spreadTrials(
  group: ProcessGroup,
  count: number,
  trained: (piece: number) => Promise<Outcome>,
): Promise<Outcome[]> {
  const told = await group.spread(count, async (piece) => {
    const { state, ...rest } = await trained(piece);
    const head = new TextEncoder().encode(`${JSON.stringify(rest)}\n`);
    const bytes = state ? encodeCheckpoint(state) : new Uint8Array(0);
    const all = new Uint8Array(head.length + bytes.length);
    all.set(head);
    all.set(bytes, head.length);
    return all;
  });
  return told.map((bytes) => {
    const end = bytes.indexOf(0x0a);
    const rest = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Omit<Outcome, "state">;
    const state = bytes.subarray(end + 1);
    return { ...rest, state: state.length > 0 ? decodeCheckpoint(state, "another process's trial") : null };
  });
}

/** One call of `tune`. */
class Search {
  private readonly drawn: Settings[];
  private readonly rungs: Rung[];
  private readonly seed: number;
  private readonly store: TrialStore;
  private readonly records: Map<number, TrialRecord>;
  private readonly now: () => number;
  private readonly began: number;
  private readonly long: Long<TuneProgress>;
  /** In milliseconds. */
  private readonly budget: number;
  private ended: TuneResult["ended"] = null;
  /** Who shares the trials; null where this process is alone. */
  private group: ProcessGroup | null = null;

  constructor(
    private readonly corpus: Corpus,
    private readonly options: TuneOptions,
  ) {
    knownOptions(options, Object.keys(TUNE_OPTIONS), "tune");
    checkParts(options);
    checkLongOptions(options, "tune");
    this.long = new Long(options, null);
    const trials = wholeNumber(options.trials ?? 27, "tune trials", 1);
    const epochs = wholeNumber(options.epochs ?? 20, "tune epochs", 1);
    this.seed = wholeNumber(options.seed ?? 0, "tune seed");
    const heeded = (settings: Settings) =>
      objectOf(options.heeded?.(settings) ?? settings, "what heeded gave");
    this.drawn = drawTrials(checkSpace(options.space), trials, this.seed, heeded);
    this.rungs = rungsOf(this.drawn.length, epochs);
    this.store = options.store ?? new MemoryStore();
    this.records = new Map(options.recorded);
    this.now = options.now ?? (() => performance.now());
    this.began = this.now();
    const { budget } = options;
    this.budget = budget === undefined ? Infinity : 1000 * finiteNumber(budget, "tune budget", 0);
  }

  async run(group: ProcessGroup | null): Promise<TuneResult> {
    this.group = group;
    if (group) {
      const { space, trials, epochs, seed } = this.options;
      const asked = { space: JSON.stringify(space), trials, epochs, seed };
      await checkSameCorpus(group, this.corpus, asked, this.long);
    }
    this.options.onPlanned?.(this.rungs);
    let going = this.drawn.map((_, k) => k + 1);
    for (const [k, rung] of this.rungs.entries()) {
      const measured = await this.runRung(k, rung, going);
      if (this.ended === "interrupted") break;
      if (measured.length === 0) break;
      going = this.ranked(measured, rung.epochs).slice(0, goingOn(measured.length));
    }
    const trials = [...this.records.keys()].sort((a, b) => a - b).map((number) => this.trial(number));
    const [winner] = this.ranked([...this.records.keys()]);
    const best = winner === undefined ? null : this.trial(winner);
    const classifier = best && (await this.classifierOf(best));
    return { trials, rungs: this.rungs, best, classifier, ended: this.ended };
  }

  /** Runs what the rung's share of the budget allows. @returns the trials that were measured */
  private async runRung(k: number, { epochs }: Rung, going: readonly number[]): Promise<number[]> {
    const measured: number[] = [];
    const until = (this.budget * (k + 1)) / this.rungs.length;
    const isOpen = (number: number) => !isCovered(this.records.get(number) ?? NEW, epochs);
    // One in each process at a time.
    const together = this.group?.size ?? 1;
    for (let from = 0; from < going.length; from += together) {
      const round = going.slice(from, from + together);
      if (this.isInterrupted()) this.ended = "interrupted";
      if (this.ended === "interrupted") break;
      const open = round.filter(isOpen);
      let cut = false;
      if (open.length > 0 && this.isSpent(until)) this.ended = "budget";
      else if (open.length > 0) cut = !(await this.train(open, epochs));
      for (const number of round.filter((each) => !isOpen(each))) {
        measured.push(number);
        this.options.onTrial?.(this.trial(number), k);
      }
      if (cut) break;
    }
    return measured;
  }

  private isInterrupted(): boolean {
    const own = this.options.signal?.aborted ?? false;
    return this.group ? this.group.any(own) : own;
  }

  private isSpent(until: number): boolean {
    const own = this.spent() >= until;
    return this.group && this.budget < Infinity ? this.group.agreed(own) : own;
  }

  /** What a trial's training is told to. */
  private progress(trial: number): Pick<LongOptions<TrainProgress>, "onProgress"> {
    const { onProgress } = this.long.inner<TrainProgress>({ trial, trials: this.drawn.length });
    return onProgress ? { onProgress } : {};
  }

  private spent(): number {
    return this.now() - this.began;
  }

  /** Lowest loss first; of equals, the one that was drawn first. Those without a loss are left out. */
  private ranked(numbers: readonly number[], epochs?: number): number[] {
    const lossOf = (number: number) => bestOf(this.records.get(number)!, epochs)?.valLoss;
    return numbers
      .filter((number) => lossOf(number) !== undefined)
      .sort((a, b) => lossOf(a)! - lossOf(b)! || a - b);
  }

  private trial(number: number): Trial {
    const record = this.records.get(number)!;
    const best = bestOf(record);
    const judged = { valLoss: best?.valLoss ?? null, bestEpoch: best?.epoch ?? null };
    return { number, settings: this.drawn[number - 1]!, ...record, ...judged };
  }

  /** Trains to so many epochs, from where the trials are. @returns whether all came to their ends there */
  private async train(numbers: readonly number[], epochs: number): Promise<boolean> {
    const outcomes = this.group
      ? await this.trainedTogether(this.group, numbers, epochs)
      : [await this.trained(numbers[0]!, epochs, await this.store.read(numbers[0]!))];
    let all = true;
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.ended) {
        this.ended = outcome.ended;
        all = false;
      } else await this.record(numbers[i]!, outcome.state, outcome.diverged);
    }
    return all;
  }

  /** Where a trial is, as the first process's store has it. */
  private async stateOf(number: number): Promise<TrainingState | null> {
    const { group, store } = this;
    if (!group) return store.read(number);
    const own = group.rank === 0 ? await store.read(number) : null;
    const bytes = group.share(own ? encodeCheckpoint(own) : new Uint8Array(0));
    return bytes.length > 0 ? decodeCheckpoint(bytes, `trial ${number}`) : null;
  }

  private async trainedTogether(
    group: ProcessGroup,
    numbers: readonly number[],
    epochs: number,
  ): Promise<Outcome[]> {
    const states: (TrainingState | null)[] = [];
    for (const number of numbers) states.push(await this.stateOf(number));
    return spreadTrials(group, numbers.length, (piece) =>
      this.trained(numbers[piece]!, epochs, states[piece]!),
    );
  }

  /** What a trial comes to with so many epochs. @param from where it is */
  private async trained(number: number, epochs: number, from: TrainingState | null): Promise<Outcome> {
    let state = from;
    if (state && isCovered({ ...state, diverged: null }, epochs)) {
      return { state, diverged: null, ended: null };
    }
    const controller = new AbortController();
    const { signal } = this.options;
    const interrupt = () => controller.abort();
    signal?.addEventListener("abort", interrupt, { once: true });
    const keeper: Callback = {
      onBatchEnd: () => {
        if (this.spent() >= this.budget) controller.abort();
      },
      // At the end of training the weights are those of the best epoch: none to go on from.
      onEpochEnd: (progress) => {
        state = progress.state();
      },
    };
    try {
      const options = await this.trainOptions(number, epochs);
      const callbacks = [...(options.callbacks ?? []), keeper];
      const resume = state ? { resume: state } : {};
      const { signal: cut } = controller;
      const { model } = await TextClassifier.train(this.corpus, {
        ...options,
        ...resume,
        ...this.progress(number),
        callbacks,
        signal: cut,
      });
      model.dispose();
      return { state, diverged: null, ended: null };
    } catch (error) {
      if (error instanceof AbortedTraining) {
        error.cause.classifier?.model.dispose();
        return { state, diverged: null, ended: signal?.aborted ? "interrupted" : "budget" };
      }
      if (!(error instanceof TrainingError)) {
        throw namedError(error, `trial ${number}: ${JSON.stringify(this.drawn[number - 1])}`);
      }
      return { state, diverged: error.message, ended: null };
    } finally {
      signal?.removeEventListener("abort", interrupt);
    }
  }

  private async record(number: number, state: TrainingState | null, diverged: string | null): Promise<void> {
    const { history = [], stopped = null } = state ?? {};
    const record = { history, stopped, diverged };
    await this.store.keep(number, state, record);
    this.records.set(number, record);
  }

  private async trainOptions(number: number, epochs: number): Promise<TrainOptions> {
    const options = objectOf(await this.options.optionsOf(this.drawn[number - 1]!), "what optionsOf gave");
    const { model = "auto", validationSplit } = options;
    if (isAutomatic(model)) {
      throw inputError({
        expected: "a network to tune: a preset's name, a model, or a function that makes one",
        where: "model",
        received: model,
        next: "What auto tries it chooses by itself.",
      });
    }
    if (validationSplit === 0) {
      const next = "Trials are judged by rows held out.";
      throw inputError({ expected: "a share above 0", where: "validationSplit", received: 0, next });
    }
    return { ...options, epochs, seed: this.seed };
  }

  /** From a state at its last epoch training ends at once, with the weights of the best; without one it is repeated. */
  private async classifierOf({ number, history }: Trial): Promise<TextClassifier> {
    const resume = await this.stateOf(number);
    const options = await this.trainOptions(number, history.length);
    const asked = { ...options, ...(resume ? { resume } : {}), ...this.progress(number) };
    return TextClassifier.train(this.corpus, asked);
  }
}
