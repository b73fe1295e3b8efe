/** A lab result as a page of its own. */
import { count, counted, duration, percent } from "../base/numbers.js";
import { facts, figure, section, table } from "../drawing/blocks.js";
import { html } from "../drawing/markup.js";
import { page } from "../drawing/page.js";
import { labChart, summaryHeaders, summaryRows } from "./chart.js";
import { baselineWords, sourceWords } from "./claims.js";
import { measureOf } from "./measure.js";
import type { LabResult } from "./result.js";

/** Numbers that are not parted from their % at a line's end. */
const unbroken = (text: string) => text.replace(/(\d) %/g, "$1\u00a0%");

const allowed = (share: number) => (share === 0 ? "none" : `at most ${percent(share)}`);

/** Numbers stay on a line, settings get room for theirs; a narrow page scrolls. */
const LAB_STYLE = `
.scroll td:not(.word), .scroll tbody th { white-space: nowrap; }
.scroll td.word { min-width: 6.5em; }
`;

export function labPage(result: LabResult): string {
  const { task, settings, engine, threads, seconds, complete, sweep } = result;
  const solved =
    task.allowedWrong === null
      ? "Every run uses up its sequences."
      : `A run has solved the task when ${allowed(task.allowedWrong)} of 256 unseen sequences ${task.allowedWrong === 0 ? "is" : "are"} wrong; what is shown is of 1,000 others.`;
  return page(
    {
      title: task.title,
      eyebrow: "Cellstate lab",
      lead: html`Each sequence: ${task.reads}. Asked: ${task.asked}.`,
      style: LAB_STYLE,
    },
    !complete &&
      html`<ul class="notes"><li>The experiment was interrupted: these are the runs that were finished.</li></ul>`,
    section(
      "results",
      sweep ? `Over ${sweep}` : "Against lag",
      figure(`${measureOf(result).says}`, labChart(result)),
      html`<p class="quiet">A sequence counts as right when: ${task.criterion}. ${unbroken(solved)} ${baselineWords(result)}</p>`,
      html`<p class="quiet">${sourceWords(result)}</p>`,
      table({
        headers: summaryHeaders(result),
        rows: summaryRows(result).map((row) => row.map(unbroken)),
        wordColumns: 3,
      }),
    ),
    section(
      "settings",
      "Settings",
      html`<div class="pair">${facts("Here", [
        ["units", settings.units],
        ["optimizer", "Adam"],
        ["sequences a step", settings.batchSize],
        ["most training sequences", count(settings.sequences)],
        ["seeds reported", settings.seeds.join(", ")],
        ["seeds chosen on", settings.choosingSeeds.join(", ")],
        ["engine", `${engine}, ${counted(threads, "thread")}`],
        ["time", duration(seconds)],
      ])}${facts("In the paper", [
        ["paper", task.source.paper],
        ["settings", task.source.settings],
        ["success", task.source.success],
      ])}</div>`,
    ),
  );
}
