/** Every training of this page, from when it is ordered until it is forgotten. */
import { signal } from "@preact/signals";
import { createTrainer, type WorkerTrainOptions } from "cellstate/worker";
import { data, keepTrainer, releaseTrainer } from "./data.js";
import { leave, show } from "./replay.js";
import { Run } from "./run.js";

export const runs = signal<readonly Run[]>([]);
/** The one that is looked at. */
export const shown = signal<Run | null>(null);
/** Why the last one could not begin. */
export const startProblem = signal<Error | null>(null);

let made = 0;
let races = 0;

/** Whether the data's own trainer is at work: it trains one at a time. */
export const isBusy = (): boolean =>
  runs.value.some((run) => run.isLive && (run.race !== null || run.trainer === data.value?.trainer));

/** Learns from the open data. */
export function start(kind: string, options: WorkerTrainOptions): void {
  const open = data.peek();
  if (!open) return;
  startProblem.value = null;
  try {
    add(new Run({ ...named(kind), data: open, trainer: open.trainer, options, race: null }));
  } catch (error) {
    startProblem.value = error as Error;
  }
}

const named = (kind: string) => {
  const id = ++made;
  return { id, name: `${id}: ${kind}` };
};

function add(run: Run): void {
  keepTrainer(run.trainer);
  runs.value = [...runs.peek(), run];
  shown.value = run;
  // What was learned is what the page is about from then on; of a race, the winner.
  if (run.race === null) void run.ended.then(() => void (run.summary.peek() && show(run, null)));
}

/** The networks that race. */
const RACERS = ["rnn", "gru", "lstm"] as const;

/** SimpleRNN, GRU and LSTM learn the same rows in the same order by the same settings, each in a worker of its own. */
export async function race(options: WorkerTrainOptions): Promise<void> {
  const open = data.peek();
  if (!open) return;
  startProblem.value = null;
  const number = ++races;
  const threads = Math.max(1, Math.floor(navigator.hardwareConcurrency / RACERS.length));
  const trainers = RACERS.map(() => createTrainer());
  try {
    for (const trainer of trainers) void trainer.read(open.source, open.options).catch(() => undefined);
    const racing = RACERS.map((model, i) => {
      const settings = { ...options, model, threads };
      return new Run({
        ...named(model),
        data: open,
        trainer: trainers[i]!,
        options: settings,
        race: number,
      });
    });
    for (const run of racing) add(run);
    await Promise.all(racing.map(({ ended }) => ended));
    const best = racing
      .filter(({ summary }) => summary.peek() !== null)
      .sort((a, b) => accuracyOf(b) - accuracyOf(a))[0];
    if (!best || !runs.peek().includes(best)) return;
    shown.value = best;
    void show(best, null);
  } catch (error) {
    startProblem.value = error as Error;
  }
}

/** On the rows held out to measure on; of validation where there are none. */
export function accuracyOf(run: Run): number {
  const summary = run.summary.value;
  const last = run.epochs.value.at(-1)?.logs as Record<string, number> | undefined;
  return summary?.evaluation?.accuracy ?? last?.["valAccuracy"] ?? Number.NaN;
}

/** Ends it, and frees what it holds. */
export async function forget(run: Run): Promise<void> {
  runs.value = runs.peek().filter((each) => each !== run);
  if (shown.peek() === run) shown.value = runs.peek().at(-1) ?? null;
  leave(run);
  await run.training.forget().catch(() => undefined);
  if (!runs.peek().some(({ trainer }) => trainer === run.trainer)) releaseTrainer(run.trainer);
}
