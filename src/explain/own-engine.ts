/** What is explained runs in memory of its own. */
import type { SynchronousEngine } from "../engines/engine.js";
import { ENGINES } from "../engines/engines.js";
import { ENGINE_NAMES } from "../engines/registry.js";
import type { Model } from "../model/model.js";

/** A fresh engine as the model's, on as many threads; of a caller's own making, which has one model's memory already, the fastest. */
export function engineAs({ engineName, threads }: Model): SynchronousEngine {
  const engine = ENGINE_NAMES.find((name) => name === engineName) ?? "auto";
  return ENGINES.createSynchronous({ engine, threads });
}
