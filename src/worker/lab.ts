/** The long-memory experiments in workers, a cell in each. */
import { inputError, knownOptions, wholeNumber } from "../base/errors.js";
import { checkLongOptions } from "../base/progress.js";
import type { CellName } from "../lab/cells.js";
import { mergedResults } from "../lab/merge.js";
import type { LabProgress } from "../lab/pool.js";
import type { LabResult } from "../lab/result.js";
import { Connection, WORKER_OPTIONS, type WorkerOptions } from "./connection.js";
import type { LabFacts, LabOrder, LabShown } from "./lab-host.js";
import { checkSendable } from "./transfer.js";

/** Options of `createLab`. */
export interface LabWorkerOptions extends WorkerOptions {
  /** Cells that learn at once, each in a worker; as many as the machine has cores by default. */
  workers?: number;
}

/** Options of `Lab.run`: those of `runLab`, but for threads. */
export interface WorkerLabOptions extends LabOrder {
  /** Ends it: what was finished by then is its result. */
  signal?: AbortSignal;
  /** Told of every cell's experiment after each check of a run. */
  onProgress?(progress: LabProgress): void;
}

/**
 * A lab whose experiments run in workers, which live as long as the experiment.
 * @throws InputError for options that are none
 * @example const result = await createLab().run("latch", { lags: [20, 60], onProgress: draw })
 */
export function createLab(options: LabWorkerOptions = {}): Lab {
  return new Lab(options);
}

/** Made by `createLab`. */
export class Lab {
  readonly #options: WorkerOptions;
  readonly #workers: number;

  /** @throws InputError for options that are none */
  constructor(options: LabWorkerOptions = {}) {
    knownOptions(options, [...WORKER_OPTIONS, "workers"], "createLab");
    const { workers, ...rest } = options;
    const cores = globalThis.navigator?.hardwareConcurrency || 4;
    this.#workers = wholeNumber(workers ?? cores, "createLab workers", 1, 64);
    this.#options = rest;
    // Whether they are right is said now, and not by the first experiment.
    this.#open();
  }

  /**
   * Runs an experiment as `runLab` of cellstate/lab does; its numbers are the same.
   * @param task one of `TASKS`
   * @throws InputError on options that make no experiment; WorkerError where there is no worker
   */
  async run(task: string, options: WorkerLabOptions = {}): Promise<LabResult> {
    const { signal, onProgress = () => {}, ...order } = options;
    checkLongOptions({ signal, onProgress }, "lab");
    checkSendable(order, "lab");
    if ("threads" in order) {
      const next = "createLab({ workers }) says how many cells learn at once.";
      throw inputError({
        expected: "no threads: a worker is one",
        where: "lab threads",
        received: order.threads,
        next,
      });
    }
    const first = this.#open();
    const cells = await first.call("cells", [task, order]).catch((error: unknown) => {
      first.close();
      throw error;
    });
    const told = new Map<CellName, LabProgress>();
    const tell = (cell: CellName) => (progress: LabProgress) => {
      told.set(cell, progress);
      const all = [...told.values()];
      // Of all cells together; one that has not begun has as much to do as this one.
      const total = progress.total * cells.length;
      const done = all.reduce((sum, { done }) => sum + done, 0);
      onProgress({ ...progress, total, done, atMost: Math.max(...all.map(({ atMost }) => atMost)) });
    };
    const results = new Map<CellName, LabResult>();
    const waiting = [...cells];
    /** Gives a worker one cell after another. */
    const serve = async (connection: Connection<"lab">): Promise<void> => {
      const stop = () => void connection.call("stop", []).catch(() => {});
      signal?.addEventListener("abort", stop);
      if (signal?.aborted) stop();
      try {
        for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
          const own = { ...order, cells: [cell] };
          results.set(cell, await connection.call("run", [task, own], { on: { lab: tell(cell) } }));
        }
      } finally {
        signal?.removeEventListener("abort", stop);
        connection.close();
      }
    };
    const more = Array.from({ length: Math.min(this.#workers, cells.length) - 1 }, () => this.#open());
    await Promise.all([first, ...more].map(serve));
    return mergedResults(cells.map((cell) => results.get(cell)!));
  }

  /** What tasks and cells there are. */
  facts(): Promise<LabFacts> {
    return this.#once((connection) => connection.call("facts", []));
  }

  /** A result as it is shown: its chart, its table, what may be claimed, and a page of all. */
  show(result: LabResult): Promise<LabShown> {
    checkSendable(result, "lab.show");
    return this.#once((connection) => connection.call("show", [result]));
  }

  async #once<R>(ask: (connection: Connection<"lab">) => Promise<R>): Promise<R> {
    const connection = this.#open();
    try {
      return await ask(connection);
    } finally {
      connection.close();
    }
  }

  #open(): Connection<"lab"> {
    return new Connection("lab", this.#options, "createLab");
  }
}
