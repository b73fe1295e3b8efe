/** A thread that stands for one process: it does its part of job after job, and says what came of each. */
import { parentPort } from "node:worker_threads";
import { JOBS, type JobName } from "./jobs.js";
import { ThreadCommunicator } from "./threads.js";

/** A job, and the place of this process in it. */
export interface Order {
  memory: SharedArrayBuffer;
  rank: number;
  size: number;
  job: JobName;
  given: unknown[];
}

/** What came of it. */
export type Done = { result: object } | { error: Error };

parentPort!.on("message", async ({ memory, rank, size, job, given }: Order) => {
  const communicator = new ThreadCommunicator(memory, rank, size);
  let done: Done;
  try {
    const act = JOBS[job] as (communicator: ThreadCommunicator, ...given: unknown[]) => Promise<object>;
    const result = await act(communicator, ...given);
    done = { result: { ...result, transfers: communicator.transfers, sent: communicator.sent } };
  } catch (error) {
    done = { error: error as Error };
  }
  parentPort!.postMessage(done);
});
