/** A trial: settings, what its training came to so far, and how it is judged. */
import { InputError } from "../../base/errors.js";
import type { Logs, TrainingState } from "../../train/training-state.js";
import type { Settings } from "./space.js";

/** What is on record of a trial's training. */
export interface TrialRecord {
  /** Logs of its epochs. */
  history: readonly Logs[];
  /** Why training ended of itself, as it does without improvement; null where it did not. */
  stopped: string | null;
  /** What broke it (a loss that is no number), which takes it out of the search; null where nothing did. */
  diverged: string | null;
}

/** A trial that was begun. */
export interface Trial extends TrialRecord {
  /** Its number, from 1, in the order in which trials were drawn. */
  number: number;
  /** What it was trained with. */
  settings: Settings;
  /** Its lowest validation loss, in nats a row; null where it diverged. */
  valLoss: number | null;
  /** The epoch of that loss, from 1; null likewise. */
  bestEpoch: number | null;
}

/** Keeps what a search came to, so that another can go on from it. */
export interface TrialStore {
  /** The state that was kept last for a trial, by its number; null where there is none. */
  read(trial: number): Promise<TrainingState | null> | TrainingState | null;
  /** Keeps a trial's state, and only then what is on record of it. */
  keep(trial: number, state: TrainingState | null, record: TrialRecord): Promise<void> | void;
}

/** Whether there is nothing to train for so many epochs. */
export const isCovered = ({ history, stopped, diverged }: TrialRecord, epochs: number): boolean =>
  history.length >= epochs || stopped !== null || diverged !== null;

/** The lowest validation loss of the first so many epochs, and its epoch from 1; null of what diverged. */
export function bestOf(
  { history, diverged }: TrialRecord,
  epochs = history.length,
): { valLoss: number; epoch: number } | null {
  let best: { valLoss: number; epoch: number } | null = null;
  if (diverged !== null) return null;
  for (const [k, { valLoss }] of history.slice(0, epochs).entries()) {
    if (Number.isFinite(valLoss) && (best === null || valLoss! < best.valLoss)) {
      best = { valLoss: valLoss!, epoch: k + 1 };
    }
  }
  return best;
}

/** An error that only some trials have says of which it is. */
export function namedError(error: unknown, which: string): unknown {
  if (!(error instanceof InputError)) return error;
  const named = new InputError(`${error.message} (${which})`);
  if (error.typed) named.typed = `${error.typed} (${which})`;
  return named;
}
