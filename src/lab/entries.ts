/** Which settings an experiment runs a cell with, and where they are from. */
import { inputError } from "../base/errors.js";
import { cellOf } from "./cells.js";
import { chosenFor } from "./chosen.js";
import type { LabEntry } from "./result.js";
import type { Place } from "./search.js";
import { type Choice, candidates, KERAS, type Setting, SWEEPS, type SweepName } from "./setting.js";

const unchosen = { tried: null, chosenAt: null, value: null } as const;

/** What was chosen before for a place; of a search that is still to come, a stand-in for the runs it will have. */
export function savedChoice(task: string, { cell, lag }: Place, searching: boolean): Choice | null {
  return searching
    ? { task, cell, lag, tried: 0, setting: candidates(cell)[0]! }
    : chosenFor(task, cell, lag);
}

/** What was chosen, and Keras's defaults; those alone where nothing was. */
export function chosenEntries(place: Place, choice: Choice | null): LabEntry[] {
  const keras: LabEntry = { ...place, ...unchosen, setting: KERAS, from: "keras" };
  if (!choice) return [keras];
  const { setting, tried, lag } = choice;
  return [{ ...place, setting, from: "chosen", tried, chosenAt: lag, value: null }, keras];
}

/** What the caller gave. */
export const givenEntries = (place: Place, setting: Setting): LabEntry[] => [
  { ...place, ...unchosen, setting, from: "given" },
];

/**
 * The values of a sweep that differ where sequences have at most so many steps: gradients that go back as far or further
 * are not cut off.
 */
export function sweptValues(sweep: SweepName, steps: number): (number | null)[] {
  const { key, values } = SWEEPS[sweep];
  return values.filter((value) => key !== "truncation" || value === null || value < steps);
}

/** One entry a value. @throws InputError for a cell that has nothing of what is swept, and where all values would be the same */
export function sweptEntries(
  place: Place,
  sweep: SweepName,
  steps: number,
  base: Setting = KERAS,
): LabEntry[] {
  if (sweep === "forget-bias" && cellOf(place.cell).gates?.keep === undefined) {
    const next = "Choose cells with one by --cells (or `cells`): lstm, gru.";
    throw inputError({
      expected: "cells with a gate that keeps",
      where: "lab sweep",
      received: place.cell,
      next,
      typed: { where: "--sweep" },
    });
  }
  const { key } = SWEEPS[sweep];
  const values = sweptValues(sweep, steps);
  if (values.length < 2) {
    throw inputError({
      expected: "a lag whose sequences are long enough to be cut",
      where: "lab sweep",
      received: place.lag,
      next: `They have at most ${steps} steps.`,
      typed: { where: "--sweep" },
    });
  }
  return values.map((value) => ({
    ...place,
    ...unchosen,
    setting: { ...base, [key]: value },
    from: "swept",
    value,
  }));
}
