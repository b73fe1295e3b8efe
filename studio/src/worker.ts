/**
 * The worker of trainers, models and labs: of the library's modules for pages (scripts/build-web.mjs). It computes with threads
 * of its own, which start from a file: the page's policy lets none start from text.
 */
import { prepareEngine } from "cellstate/predict";
import "cellstate/worker-program";

void prepareEngine({ workerUrl: new URL("./engine-worker.js", import.meta.url) });
