/** What answers a lab's calls, in its worker. */
import type { CellName } from "../lab/cells.js";
import type { LabResult } from "../lab/result.js";
import { type LabOptions, labCells, runLab } from "../lab/run.js";
import type { Context } from "./protocol.js";

/** Of `runLab`, what crosses: in a worker runs are made one after another. */
export type LabOrder = Omit<LabOptions, "signal" | "threads">;

export class LabHost {
  readonly #stop = new AbortController();

  /** The cells of an experiment. @throws InputError on options that make none */
  cells(_: Context, task: string, order: LabOrder): readonly CellName[] {
    return labCells(task, order);
  }

  run({ tell }: Context, task: string, order: LabOrder): Promise<LabResult> {
    const { signal } = this.#stop;
    return runLab(task, { ...order, threads: 1, signal }, (progress) => tell("lab", progress));
  }

  /** Ends the experiment: `run` then answers with what is finished. */
  stop(): void {
    this.#stop.abort();
  }
}
