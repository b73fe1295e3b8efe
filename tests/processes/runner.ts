/** One process of a scenario, as a worker thread. */
import { parentPort, workerData } from "node:worker_threads";
import { runScenario, type ScenarioName } from "./scenarios.js";
import { ThreadCommunicator } from "./threads.js";

const { memory, rank, size, scenario } = workerData as {
  memory: SharedArrayBuffer;
  rank: number;
  size: number;
  scenario: ScenarioName;
};
const communicator = new ThreadCommunicator(memory, rank, size);
const outcome = await runScenario(scenario, communicator);
parentPort!.postMessage({ ...outcome, transfers: communicator.transfers, sent: communicator.sent });
