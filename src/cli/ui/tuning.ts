/** What a search found, as text. */
import { counted } from "../../base/numbers.js";
import { printable } from "../../base/text.js";
import type { Settings } from "../../classifier/tuning/space.js";
import type { Trial } from "../../classifier/tuning/trial.js";
import type { TuneResult } from "../../classifier/tuning/tune.js";
import { inOrder, lossText, reasonOf, settingNames, settingWords } from "../../report/tuning.js";
import { PLAIN, type Style } from "../terminal.js";
import { excerpt, table } from "./table.js";

/** Trials that are listed: the others were worse. */
const MOST_ROWS = 10;
/** Columns of the longest setting that is shown whole. */
const WIDEST = 24;

const settingsText = (settings: Settings) =>
  printable(
    Object.entries(settings)
      .map(([name, value]) => `${settingWords(name)} ${value}`)
      .join(", "),
  );

const resultText = ({ valLoss }: Trial) => (valLoss === null ? "diverged" : lossText(valLoss));

/** A line when a trial of a rung is done. */
export const trialText = (trial: Trial, rung: number, rungs: number): string =>
  `  rung ${rung + 1}/${rungs}  trial ${trial.number}: ${resultText(trial)} after ${counted(trial.history.length, "epoch")}  ${settingsText(trial.settings)}`;

/** The best trials, the lowest validation loss first. */
export function tuningText({ trials, best, ended }: TuneResult, style: Style = PLAIN): string {
  const order = inOrder(trials);
  const names = settingNames(trials);
  const rows = order
    .slice(0, MOST_ROWS)
    .map((trial) => [
      String(trial.number),
      ...names.map((name) => excerpt(String(trial.settings[name] ?? "–"), WIDEST)),
      String(trial.history.length),
      resultText(trial),
    ]);
  const more = order.length - rows.length;
  return [
    style.bold(`Validation loss of ${counted(trials.length, "trial")}`),
    table([["trial", ...names.map(settingWords), "epochs", "loss"], ...rows]),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...divergedLines(trials),
    ...(ended === "budget" ? ["  The budget ended the search before all of it was done."] : []),
    ...(best
      ? [`  The best is trial ${best.number}: ${resultText(best)} after epoch ${best.bestEpoch}.`]
      : []),
  ].join("\n");
}

/** Those that are out, and why the first is. */
function divergedLines(trials: readonly Trial[]): string[] {
  const out = trials.filter(({ diverged }) => diverged !== null);
  if (out.length === 0) return [];
  const [first] = out as [Trial, ...Trial[]];
  const why = `trial ${first.number}: ${reasonOf(first.diverged!)}`;
  return [
    `  ${counted(out.length, "trial")} diverged and ${out.length === 1 ? "is" : "are"} out; ${printable(why)}`,
  ];
}
