/**
 * Settings of networks found by trying: a space of them, searched by successive halving.
 * @module cellstate/tune
 */
export type { Rung } from "./rungs.js";
export {
  choice,
  type Dimension,
  integer,
  logUniform,
  type Setting,
  type Settings,
  type Space,
  uniform,
} from "./space.js";
export type { Trial, TrialRecord, TrialStore } from "./trial.js";
export { type TuneOptions, type TuneProgress, type TuneResult, tune } from "./tune.js";
