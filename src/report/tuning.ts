/** A search for settings as a page of its own. */
import type { Trial } from "../classifier/tuning/trial.js";
import type { TuneResult } from "../classifier/tuning/tune.js";
import { facts, figure, section, table } from "../drawing/blocks.js";
import { type Content, foreign, html, type Markup } from "../drawing/markup.js";
import { count, counted, decimal, duration } from "../drawing/numbers.js";
import { page } from "../drawing/page.js";
import { COMMAND_STYLE } from "../drawing/style.js";
import { tuningChart } from "./charts/tuning.js";
import type { Facts } from "./data.js";

/** What the page says besides what a search found. */
export interface TuningAbout {
  /** What was searched for: the data's name. */
  title: string;
  /** Rows of the data that trials learn from and are judged by. */
  rows: number;
  /** The command that trains the best trial's classifier; null where there is none. */
  command: string | null;
  /** What the search was asked for, by option. */
  asked: Facts;
  /** How long it took, in seconds. */
  seconds: number;
}

const STYLE = `${COMMAND_STYLE}#search .cellstate { max-width: 720px; }
`;

/** The trials of a search, drawn and as a table, and the command that trains the best. */
export function tuningPage(result: TuneResult, about: TuningAbout): string {
  const { trials, rungs, best, ended } = result;
  const { title, command, asked, seconds } = about;
  return page(
    {
      title: `${title}: settings found by trying`,
      eyebrow: "Cellstate tune",
      lead: sentence(result, about),
      style: STYLE,
    },
    ended !== null && html`<ul class="notes"><li>${ENDED[ended]}</li></ul>`,
    section(
      "search",
      "The search",
      figure(
        "Validation loss of every trial, epoch by epoch",
        tuningChart(trials, rungs, best, trialName),
        html`<p>A line is a trial; the blue one is the best${trials.some(({ diverged }) => diverged !== null) && ", a cross one that diverged"}. At each upright line those with the lowest losses went on. What is above the upper edge is drawn on it.</p>`,
      ),
    ),
    section(
      "trials",
      "Trials",
      html`<p class="quiet">The lowest validation loss first. It is the lowest of many, and by that alone too good: texts that took no part say how good the best is.</p>`,
      trialTable(trials),
    ),
    command !== null &&
      section(
        "best",
        "The best",
        html`<p>This trains it, to the same bytes, and measures it on texts that took no part.</p>
<pre class="command"><code>${foreign(command)}</code></pre>`,
      ),
    section(
      "settings",
      "Settings",
      html`<div class="pair">${facts("Asked for", [...Object.entries(asked), ["time", duration(seconds)]])}${rungTable(result)}</div>`,
    ),
  );
}

const ENDED = {
  budget: "The budget ended the search before all of it was done.",
  interrupted: "The search was interrupted: these are the trials that were done.",
} as const;

function sentence({ trials, best }: TuneResult, { rows }: TuningAbout): Content {
  const tried = `${counted(trials.length, "trial")} on ${counted(rows, "row")}`;
  if (best === null) return `${tried}: none of them could be measured.`;
  return html`${tried}: trial ${best.number} has the lowest validation loss, <strong>${lossText(best.valLoss!)}</strong> after epoch ${best.bestEpoch!}.`;
}

function trialTable(trials: readonly Trial[]): Markup {
  const names = settingNames(trials);
  return table({
    headers: ["trial", ...names.map(settingWords), "epochs", "best epoch", "validation loss", "ended by"],
    rows: inOrder(trials).map((trial) => [
      trial.number,
      ...names.map((name) => foreign(String(trial.settings[name] ?? "–"))),
      count(trial.history.length),
      trial.bestEpoch === null ? "–" : count(trial.bestEpoch),
      trial.valLoss === null ? "–" : lossText(trial.valLoss),
      endOf(trial),
    ]),
  });
}

/** What ended a trial of itself; the best epoch has a column of its own. */
function endOf({ diverged, stopped }: Trial): string {
  if (diverged !== null) return reasonOf(diverged);
  return stopped?.split(";")[0] ?? "–";
}

/** What broke a trial, without the advice for a training of its own that follows. */
export const reasonOf = (diverged: string): string => diverged.split(". ")[0]!;

const rungTable = ({ rungs }: TuneResult): Markup =>
  html`<div class="block"><h3>Rungs</h3>${table({
    headers: ["rung", "epochs", "trials at most"],
    rows: rungs.map(({ epochs, trials }, k) => [k + 1, count(epochs), count(trials)]),
  })}</div>`;

/** What a trial is, in a line. */
export function trialName({ number, settings, valLoss, history }: Trial): string {
  const values = Object.entries(settings).map(([name, value]) => `${settingWords(name)} ${value}`);
  const loss = valLoss === null ? "diverged" : lossText(valLoss);
  return `trial ${number}: ${loss} in ${counted(history.length, "epoch")} (${values.join(", ")})`;
}

/** Lowest validation loss first, what diverged last; of equals, the one that was drawn first. */
export const inOrder = (trials: readonly Trial[]): Trial[] =>
  trials.toSorted((a, b) => (a.valLoss ?? Infinity) - (b.valLoss ?? Infinity) || a.number - b.number);

/** The names of settings in which trials differ. */
export const settingNames = (trials: readonly Trial[]): string[] =>
  [...new Set(trials.flatMap(({ settings }) => Object.keys(settings)))]
    .filter((name) => new Set(trials.map(({ settings }) => settings[name])).size > 1)
    .sort();

/** A validation loss; of what nearly diverged, in powers of ten. */
export const lossText = (loss: number): string => (loss < 1e4 ? decimal(loss) : loss.toExponential(1));

/** "learningRate" → "learning rate" */
export const settingWords = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
