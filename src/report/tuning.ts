/** A search for settings as a page of its own. */
import type { Trial } from "../classifier/tuning/trial.js";

/** Lowest validation loss first, what diverged last; of equals, the one that was drawn first. */
export const inOrder = (trials: readonly Trial[]): Trial[] =>
  trials.toSorted((a, b) => (a.valLoss ?? Infinity) - (b.valLoss ?? Infinity) || a.number - b.number);

/** The names of settings in which trials differ. */
export const settingNames = (trials: readonly Trial[]): string[] =>
  [...new Set(trials.flatMap(({ settings }) => Object.keys(settings)))]
    .filter((name) => new Set(trials.map(({ settings }) => settings[name])).size > 1)
    .sort();

/** "learningRate" → "learning rate" */
export const settingWords = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
