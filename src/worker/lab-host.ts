/** What answers a lab's calls, in its worker. */
import { CELL_NAMES, type CellName, cellOf } from "../lab/cells.js";
import { labChart, summaryHeaders, summaryRows } from "../lab/chart.js";
import { baselineWords, sourceWords } from "../lab/claims.js";
import { measureOf } from "../lab/measure.js";
import { labPage } from "../lab/page.js";
import type { LabResult } from "../lab/result.js";
import { type LabOptions, labCells, runLab } from "../lab/run.js";
import { factsOf, type TaskFacts } from "../lab/task.js";
import { TASKS } from "../lab/tasks/index.js";
import type { Context } from "./context.js";

/** Of `runLab`, what crosses: in a worker runs are made one after another. */
export type LabOrder = Omit<LabOptions, "signal" | "onProgress" | "threads">;

/** What experiments there are. */
export interface LabFacts {
  /** In the order in which they are listed. */
  readonly tasks: readonly TaskFacts[];
  /** Cells by the names that `cells` takes, with what they are called. */
  readonly cells: readonly { readonly name: CellName; readonly title: string }[];
}

/** A result as it is shown. */
export interface LabShown {
  /** What the chart's heights are. */
  readonly measure: string;
  /** An SVG drawing, for a page with cellstate's style. */
  readonly chart: string;
  /** What was measured, a row a cell, lag and setting. */
  readonly table: { readonly headers: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** Where the settings are from, and what there is without memory. */
  readonly words: readonly string[];
  /** All of it as a page of its own, HTML. */
  readonly page: string;
}

export class LabHost {
  readonly #stop = new AbortController();

  /** The cells of an experiment. @throws InputError on options that make none */
  cells(_: Context, task: string, order: LabOrder): readonly CellName[] {
    return labCells(task, order);
  }

  run({ tell }: Context, task: string, order: LabOrder): Promise<LabResult> {
    const { signal } = this.#stop;
    return runLab(task, { ...order, threads: 1, signal, onProgress: (progress) => tell("lab", progress) });
  }

  facts(): LabFacts {
    const cells = CELL_NAMES.map((name) => ({ name, title: cellOf(name).title }));
    return { tasks: TASKS.map(factsOf), cells };
  }

  show(_: Context, result: LabResult): LabShown {
    return {
      measure: measureOf(result).says,
      chart: labChart(result).source,
      table: { headers: summaryHeaders(result), rows: summaryRows(result) },
      words: [sourceWords(result), baselineWords(result)].filter((words) => words !== ""),
      page: labPage(result),
    };
  }

  /** Ends the experiment: `run` then answers with what is finished. */
  stop(): void {
    this.#stop.abort();
  }
}
