/** One process of a scenario, as a worker thread. */
import { parentPort, workerData } from "node:worker_threads";
import type { TrainingState } from "../../src/train/training-state.js";
import { runScenario, type ScenarioName } from "./scenarios.js";
import { ThreadCommunicator } from "./threads.js";

const { memory, rank, size, scenario, resume } = workerData as {
  memory: SharedArrayBuffer;
  rank: number;
  size: number;
  scenario: ScenarioName;
  resume?: TrainingState;
};
const communicator = new ThreadCommunicator(memory, rank, size);
const outcome = await runScenario(scenario, communicator, resume);
parentPort!.postMessage({ ...outcome, transfers: communicator.transfers, sent: communicator.sent });
