/** What a search found, as text. */
import { counted } from "../../base/numbers.js";
import { printable } from "../../base/text.js";
import type { Settings } from "../../classifier/tuning/space.js";
import type { Trial } from "../../classifier/tuning/trial.js";
import type { TuneResult } from "../../classifier/tuning/tune.js";
import { PLAIN, type Style } from "../terminal.js";
import { table } from "./table.js";

/** Trials that are listed: the others were worse. */
const MOST_ROWS = 10;

const settingsText = (settings: Settings) =>
  printable(
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  );

const lossText = ({ valLoss }: Trial) => (valLoss === null ? "diverged" : valLoss.toFixed(4));

/** A line when a trial of a rung is done. */
export const trialText = (trial: Trial, rung: number, rungs: number): string =>
  `  rung ${rung + 1}/${rungs}  trial ${trial.number}: ${lossText(trial)} after ${counted(trial.history.length, "epoch")}  ${settingsText(trial.settings)}`;

/** The best trials, the lowest validation loss first. */
export function tuningText({ trials, ended }: TuneResult, style: Style = PLAIN): string {
  const order = trials.toSorted(
    (a, b) => (a.valLoss ?? Infinity) - (b.valLoss ?? Infinity) || a.number - b.number,
  );
  const rows = order
    .slice(0, MOST_ROWS)
    .map((trial) => [
      `${trial.number}  ${settingsText(trial.settings)}`,
      String(trial.history.length),
      lossText(trial),
    ]);
  const more = order.length - rows.length;
  return [
    style.bold(`Validation loss of ${counted(trials.length, "trial")}`),
    table([["", "epochs", "loss"], ...rows]),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(ended === "budget" ? ["  The budget ended the search before all of it was done."] : []),
  ].join("\n");
}
