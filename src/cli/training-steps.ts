/** Steps of `cellstate train` that are the same whatever is learned: time, splits, progress, checkpoints, saving. */
import { writeAtomic } from "../base/node-files.js";
import { atOnce } from "../base/pieces.js";
import { holdOut } from "../classifier/hold-out.js";
import type { Prepared } from "../classifier/options.js";
import { allRows, type CorpusText, type TextCorpus } from "../classifier/text-corpus.js";
import { type AbortedTraining, UnfinishedTraining } from "../classifier/unfinished.js";
import { cardMarkdown } from "../report/card.js";
import type { ReportData } from "../report/data.js";
import { reportHtml } from "../report/report.js";
import { type Callback, callbacks, type TrainingProgress } from "../train/callbacks.js";
import type { Logs } from "../train/training-state.js";
import type { AnyTextModel } from "./asking.js";
import { hasCheckpoint, keepCheckpoint } from "./checkpoints.js";
import { EXIT, Exit, note } from "./context.js";
import { isFirst } from "./together.js";
import type { Tracking } from "./tracking.js";
import type { TrainFlags } from "./train-flags.js";
import type { TrainPlan, TrainSetup } from "./train-plan.js";
import type { EpochLog } from "./training-report.js";
import type { EpochProgress } from "./ui/progress.js";

type Stage = "read" | "vectorize" | "fit" | "test";

/** Adds up how long each stage takes, in seconds. */
export class Stopwatch {
  private readonly seconds: Record<Stage, number> = { read: 0, vectorize: 0, fit: 0, test: 0 };
  readonly started = performance.now();
  private since = this.started;

  constructor(private stage: Stage | null) {}

  /** What comes now belongs to this stage; null: to none. */
  enter(stage: Stage | null): void {
    const now = performance.now();
    if (this.stage) this.seconds[this.stage] += (now - this.since) / 1000;
    [this.stage, this.since] = [stage, now];
  }

  total(): Record<Stage | "total", number> {
    this.enter(this.stage);
    return { ...this.seconds, total: (this.since - this.started) / 1000 };
  }
}

/** What Ctrl-C left. */
export function halfTrained<Made>({ cause: { classifier } }: AbortedTraining<Made>): Made {
  if (classifier) return classifier;
  throw new Exit(EXIT.interrupted, "Interrupted before the first step: nothing is written.");
}

/** After a loss that is no number: what was learned until then goes beside `out`, never over it. */
export async function keepLastGood(error: unknown, out: string): Promise<never> {
  if (!(error instanceof UnfinishedTraining)) throw error;
  if (!isFirst) throw new Exit(EXIT.badInput);
  const { classifier } = error as UnfinishedTraining<AnyTextModel>;
  const file = `${out.replace(/\.keras$/i, "")}.last-good.keras`;
  const kept = await classifier.save(file).then(
    () => `The last good weights are in ${file}.`,
    (failure: Error) => `The last good weights are lost: ${failure.message}`,
  );
  throw new Exit(EXIT.badInput, `cellstate: ${error.message}\n${kept}`);
}

/**
 * Rows to learn from and to measure on.
 * @param strata [rows] what keeps its share on both sides
 * @param fresh how many of the first are asked about: those behind them are old ones, which are learned again
 */
export function splitTest(
  corpus: TextCorpus<CorpusText>,
  strata: ArrayLike<number>,
  fresh: number,
  plan: TrainSetup,
): [Uint32Array, Uint32Array] {
  const { test, testSplit, folds, seed, duplicates } = plan.flags;
  if (test || folds !== undefined) return [allRows(fresh), new Uint32Array(0)];
  return atOnce(holdOut(corpus, strata, { share: testSplit, seed, duplicates, automatic: plan.auto, fresh }));
}

/** What looks on while a network learns, besides progress and checkpoints. */
export interface Observer {
  readonly callbacks: Callback[];
  /** Told of the network once it stands. @param classes each row's label, where it has one */
  prepare(prepared: Prepared<TextCorpus<CorpusText>>, classes?: ArrayLike<number>): void;
}

export const watching = (observers: readonly Observer[]): Callback[] =>
  observers.flatMap((observer) => observer.callbacks);

/** Draws progress and keeps what each epoch came to. */
export function watchEpochs(epochSeconds: Map<number, number>, view: EpochProgress): Callback {
  let started = 0;
  return {
    onTrainBegin(progress: TrainingProgress) {
      view.start(progress);
    },
    onEpochBegin(progress: TrainingProgress) {
      started = performance.now();
      view.beginEpoch(progress);
    },
    onBatchEnd(progress: TrainingProgress, logs: Logs) {
      view.batch(progress, logs);
    },
    onEpochEnd(progress: TrainingProgress, logs: Logs) {
      const seconds = (performance.now() - started) / 1000;
      epochSeconds.set(progress.epoch, seconds);
      view.endEpoch(progress, logs, seconds);
    },
  };
}

/** Every epoch of the run, those before a resume included. */
export function epochLogs(
  { training }: Pick<AnyTextModel, "training">,
  seconds: Map<number, number>,
): EpochLog[] {
  const { loss = [], accuracy, valLoss, valAccuracy, valMacroF1 } = training?.history ?? {};
  return loss.map((value, epoch) => ({
    epoch: epoch + 1,
    loss: value,
    ...(accuracy ? { accuracy: accuracy[epoch]! } : {}),
    ...(valLoss
      ? { valLoss: valLoss[epoch], ...(valAccuracy ? { valAccuracy: valAccuracy[epoch] } : {}) }
      : {}),
    ...(valMacroF1 ? { valMacroF1: valMacroF1[epoch] } : {}),
    ...(seconds.has(epoch) ? { seconds: seconds.get(epoch) } : {}),
  }));
}

export function checkpointing({ flags }: TrainPlan): Callback[] {
  const { checkpoint, checkpointEvery } = flags;
  if (!checkpoint) return [];
  // What a run goes on from, within an epoch too, all processes have, though the first alone keeps it.
  if (!isFirst) return [{ wantsState: true }];
  const failed = (error: unknown, failures: number) => {
    const times = failures === 1 ? "" : ` (${failures} times so far)`;
    note(`The checkpoint could not be saved${times}, and training goes on. ${(error as Error).message}`);
  };
  return [callbacks.checkpoint((state) => keepCheckpoint(checkpoint, state), checkpointEvery, failed)];
}

/** What another process than the first has left to do: nothing. @throws Exit where training was interrupted */
export function endOfOther({ interrupted }: { interrupted: boolean }): void {
  if (interrupted) throw new Exit(EXIT.interrupted);
}

/** Writes what was trained. @throws Exit that says what there is of the training where the disk is full or fails */
export async function saveResult(classifier: AnyTextModel, { out, flags }: TrainPlan): Promise<void> {
  try {
    await classifier.save(out);
  } catch (error) {
    const { checkpoint } = flags;
    const next =
      checkpoint && hasCheckpoint(checkpoint)
        ? `Make room and run the same command with --resume: the last checkpoint is in ${checkpoint}.`
        : "With --checkpoint FOLDER on another disk, training could go on from there.";
    throw new Exit(EXIT.failed, `cellstate: ${(error as Error).message} ${next}`);
  }
}

/**
 * Writes what the flags ask for beside what was trained: where it is now, and what went wrong, if anything.
 * @param dataOf asked only where there is something to write
 */
export async function writePages(
  { report, card, track }: Pick<TrainFlags, "report" | "card" | "track">,
  dataOf: () => ReportData,
  tracking: Tracking,
): Promise<{ written: string[]; failure: Error | undefined }> {
  const written: string[] = [];
  let failure: Error | undefined;
  const data = report === undefined && card === undefined ? null : dataOf();
  for (const [what, file, text] of [
    ["report", report, data && reportHtml(data)],
    ["model card", card, data && cardMarkdown(data)],
    ["track", track, tracking.text()],
  ] as const) {
    if (file === undefined || text === null) continue;
    await writeAtomic(file, new TextEncoder().encode(text)).then(
      () => written.push(`${what} in ${file}`),
      (error: Error) => (failure ??= error),
    );
  }
  return { written, failure };
}
