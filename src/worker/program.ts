/**
 * cellstate/worker-program: what runs in the worker of a trainer or a model. A worker imports it, and no more is to be done:
 * `new Worker(…)` of a file whose one line is `import "cellstate/worker-program"`.
 * @module cellstate/worker-program
 */
import { ownPort } from "#worker-port";
import { InputError } from "../base/errors.js";
import { serve } from "./serving.js";

const port = ownPort();
if (!port) throw new InputError("cellstate/worker-program runs in a worker alone: give it to `new Worker`.");
serve(port);
