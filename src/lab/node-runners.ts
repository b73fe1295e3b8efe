/** Runs in threads of their own, in Node. Bundles for browsers get browser-runners.ts instead (package.json, "imports"). */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { EngineChoice } from "../engines/registry.js";
import type { Check, RunOrder } from "./learn.js";
import type { LabRun } from "./result.js";

/** Makes one run after another. */
export interface Runner {
  /** @returns null when it was aborted or closed */
  run(order: RunOrder, onCheck: (check: Check) => void): Promise<LabRun | null>;
  close(): void;
}

export interface ThreadEngine {
  engine: EngineChoice;
  /** Of one run. */
  threads: number;
}

/** From a thread to its runner. */
export type Report = { check: Check } | { run: LabRun };

interface Pending {
  onCheck: (check: Check) => void;
  resolve: (run: LabRun | null) => void;
  reject: (error: unknown) => void;
}

/** The program of a thread, a file beside this one; a bundle has none, and may not know where it lies itself. */
function threadProgram(): string | null {
  try {
    const program = join(dirname(fileURLToPath(import.meta.url)), "node-runner-thread.js");
    return existsSync(program) ? program : null;
  } catch {
    return null;
  }
}

/** A runner whose runs are made in a thread of its own; null where there are none. */
export function threadRunner(engine: ThreadEngine): Runner | null {
  const program = threadProgram();
  if (program === null) return null;
  const worker = new Worker(program, { workerData: engine });
  let pending: Pending | null = null;
  let closed = false;
  worker.on("message", (report: Report) => {
    // What was on its way when the runner was closed counts no more.
    if (closed) return;
    try {
      if ("run" in report) pending?.resolve(report.run);
      else pending?.onCheck(report.check);
    } catch (error) {
      pending?.reject(error);
    }
  });
  worker.on("error", (error) => pending?.reject(error));
  worker.on("exit", (code) => {
    if (closed) pending?.resolve(null);
    else pending?.reject(new Error(`a thread of the lab ended with ${code}`));
  });
  return {
    run: (order, onCheck) =>
      new Promise((resolve, reject) => {
        pending = { onCheck, resolve, reject };
        worker.postMessage(order);
      }),
    close: () => {
      closed = true;
      void worker.terminate();
    },
  };
}
