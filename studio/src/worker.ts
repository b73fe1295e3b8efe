/**
 * The worker of trainers, models and labs. It computes with threads of its own, which start from a file: the page's policy
 * lets none start from text.
 */
import engineWorker from "cellstate/engine-worker.js?url";
import { prepareEngine } from "cellstate/predict";
import "cellstate/worker-program";

void prepareEngine({ workerUrl: new URL(engineWorker, location.href) });
