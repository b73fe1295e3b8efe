/** What the work in a worker is given besides its arguments. */

import type { TrainProgress } from "../classifier/options.js";
import type { LabProgress } from "../lab/pool.js";
import type { Learnt, PreparedReport } from "./reports.js";

/** What happens during a call, by name: what its listener is given. */
export interface Events {
  progress: [TrainProgress];
  prepared: [PreparedReport];
  learnt: [readonly Learnt[]];
  lab: [LabProgress];
  /** `onProgress` of an explanation, whatever that is told. */
  explained: unknown[];
}

/** What a host's method is given besides its arguments: how the call ends early, whom to tell, and what moves. */
export interface Context {
  readonly signal: AbortSignal;
  /** Has the typed arrays of a result move in place of being copied: nobody here may use them after. */
  move<R>(result: R): R;
  tell<E extends keyof Events>(event: E, ...args: Events[E]): void;
}
