/** One process of a job, as a worker thread. */
import { parentPort, workerData } from "node:worker_threads";
import { JOBS, type JobName } from "./jobs.js";
import { ThreadCommunicator } from "./threads.js";

const { memory, rank, size, job, given } = workerData as {
  memory: SharedArrayBuffer;
  rank: number;
  size: number;
  job: JobName;
  given: unknown[];
};
const communicator = new ThreadCommunicator(memory, rank, size);
const outcome = await (JOBS[job] as (...all: unknown[]) => Promise<object>)(communicator, ...given);
parentPort!.postMessage({ ...outcome, transfers: communicator.transfers, sent: communicator.sent });
