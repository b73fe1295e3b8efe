/** The thread of `threadRunner`: runs what it is ordered, one order at a time. */
import { parentPort, workerData } from "node:worker_threads";
import { learn, type RunOrder } from "./learn.js";
import type { Report, ThreadEngine } from "./node-runners.js";

const report = (what: Report) => parentPort!.postMessage(what);

parentPort!.on("message", async (order: RunOrder) => {
  const run = await learn(order, workerData as ThreadEngine, (check) => report({ check }));
  report({ run: run! });
});
