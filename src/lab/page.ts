/** A lab result as a page of its own. */
import { count, counted, duration, percent } from "../base/numbers.js";
import { facts, figure, section, table } from "../drawing/blocks.js";
import { html } from "../drawing/markup.js";
import { page } from "../drawing/page.js";
import { labChart, SUMMARY_HEADERS, summaryRows } from "./chart.js";
import type { LabResult } from "./result.js";

export function labPage(result: LabResult): string {
  const { task, settings, summary, engine, threads, seconds, complete } = result;
  return page(
    {
      title: task.title,
      eyebrow: "Cellstate lab",
      lead: html`Each sequence: ${task.reads}. Asked: ${task.asked}.`,
    },
    !complete &&
      html`<ul class="notes"><li>The experiment was interrupted: these are the runs that were finished.</li></ul>`,
    section(
      "results",
      "Success against lag",
      figure("Unseen sequences processed correctly", labChart(result)),
      html`<p class="quiet">A sequence counts as right when: ${task.criterion}. A run has solved the task when at most ${percent(task.allowedWrong)} of 256 unseen sequences are wrong; the shares are of 1,000 others.</p>`,
      table({
        headers: SUMMARY_HEADERS,
        rows: summaryRows(summary),
        wordColumns: 2,
      }),
    ),
    section(
      "settings",
      "Settings",
      html`<div class="pair">${facts("Here", [
        ["units", settings.units],
        ["optimizer", "Adam"],
        ["learning rate", settings.learningRate],
        ["gradient norm at most", settings.clipnorm],
        ["gates start", settings.gateStart],
        ["sequences a step", settings.batchSize],
        ["most training sequences", count(settings.sequences)],
        ["seeds", settings.seeds.join(", ")],
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
