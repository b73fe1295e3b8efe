import { graphemes } from "../../base/text.js";
import type { MultiLabelEvaluation } from "../../classifier/multi-label.js";
import type { RegressorEvaluation } from "../../classifier/regressor.js";
import { section } from "../../drawing/blocks.js";
import { type Content, foreign, html, type Markup } from "../../drawing/markup.js";
import { amount, chance, count, counted, decimal } from "../../drawing/numbers.js";
import type { MistakeReport } from "../data.js";

/** Characters of a mistake's text that are shown. */
const MOST_TEXT = 600;
/** Labels of a mistake that are named. */
const MOST_NAMED = 12;

export function mistakesSection(mistakes: readonly MistakeReport[], total: number | undefined): Markup {
  return mistakesOf(
    "Worst mistakes",
    `The ${counted(mistakes.length, "mistake")}${ofAll(mistakes.length, total)} it was surest of. Look here for labels that are wrong in the data.`,
    mistakes.map(({ text, label, predicted, probability }) => ({
      text,
      verdict: html`Labelled <strong>${foreign(label)}</strong>, predicted <strong>${foreign(predicted)}</strong> with ${chance(probability)}`,
    })),
  );
}

/** Rows that were not given all their labels, or given others. */
export function labelSetMistakes({ mistakes, rows, subsetAccuracy }: MultiLabelEvaluation): Markup | false {
  const total = Math.round(rows * (1 - subsetAccuracy));
  return (
    mistakes.length > 0 &&
    mistakesOf(
      "Worst mistakes",
      `The ${counted(mistakes.length, "row")}${ofAll(mistakes.length, total)} with wrong or missing labels that it was surest of. Look here for labels that are wrong or missing in the data.`,
      mistakes.map(({ text, missed, wrong, loss }) => ({ text, verdict: setVerdict(missed, wrong, loss) })),
    )
  );
}

function setVerdict(missed: readonly string[], wrong: readonly string[], loss: number): Markup {
  const parts = [
    missed.length > 0 && html`Missed ${strong(missed)}`,
    wrong.length > 0 && html`${missed.length > 0 ? "wrongly" : "Wrongly"} answered ${strong(wrong)}`,
  ].filter((part) => part !== false);
  return html`${parts.map((part, k) => [k > 0 && ", ", part])}; log loss ${decimal(loss, 3)}`;
}

function strong(labels: readonly string[]): Content {
  const shown = labels.slice(0, MOST_NAMED);
  const more = labels.length - shown.length;
  return [
    shown.map((label, k) => html`${k > 0 && ", "}<strong>${foreign(label)}</strong>`),
    more > 0 && ` and ${count(more)} more`,
  ];
}

/** Rows whose answers were furthest off. */
export function amountMistakes({ mistakes }: RegressorEvaluation): Markup | false {
  const off = mistakes.filter(({ error }) => error !== 0);
  return (
    off.length > 0 &&
    mistakesOf(
      "Furthest off",
      `The ${counted(off.length, "row")} that it missed by most. Look here for amounts that are wrong in the data, or of another unit.`,
      off.map(({ text, truth, predicted, error }) => ({
        text,
        verdict: html`Is <strong>${amount(truth)}</strong>, answered <strong>${amount(predicted)}</strong>: ${amount(Math.abs(error))} too ${error > 0 ? "much" : "little"}`,
      })),
    )
  );
}

const ofAll = (shown: number, total: number | undefined): string =>
  total === undefined || total <= shown ? "" : ` of ${count(total)}`;

function mistakesOf(
  heading: string,
  intro: string,
  mistakes: readonly { text: string; verdict: Markup }[],
): Markup {
  return section(
    "mistakes",
    heading,
    html`<p>${intro}</p>`,
    html`<ol class="mistakes">${mistakes.map(
      ({ text, verdict }) => html`<li><blockquote dir="auto">${quoted(text)}</blockquote>
<p>${verdict}</p></li>
`,
    )}</ol>`,
  );
}

function quoted(text: string): Markup {
  if (text.trim() === "") return html`<span class="quiet">(empty)</span>`;
  const characters = graphemes(text.slice(0, 50 * MOST_TEXT));
  const shown = characters.slice(0, MOST_TEXT).join("");
  const left = text.length - shown.length;
  return html`${shown}${left > 0 && html`… <span class="quiet">(${counted(left, "more character")})</span>`}`;
}
