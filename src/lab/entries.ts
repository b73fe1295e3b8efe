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

/** One entry a value. @throws InputError for a cell that has nothing of what is swept */
export function sweptEntries(place: Place, sweep: SweepName, base: Setting = KERAS): LabEntry[] {
  if (sweep === "forget-bias" && cellOf(place.cell).gates?.keep === undefined) {
    const next = "Choose cells with one by --cells (or `cells`): lstm, gru.";
    throw inputError({
      expected: "cells with a gate that keeps",
      where: "lab sweep",
      received: place.cell,
      next,
    });
  }
  const { key, values } = SWEEPS[sweep];
  return values.map((value) => ({
    ...place,
    ...unchosen,
    setting: { ...base, [key]: value },
    from: "swept",
    value,
  }));
}
