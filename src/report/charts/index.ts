/** Charts of trainings and evaluations: each takes what the library gave, computes nothing new, and gives a picture for `svgText`. */
export { svgText } from "../../drawing/given.js";
export { amounts, calibration, confusion, parts, sizes, threshold, tuning } from "./of-results.js";
export {
  type BarOptions,
  bars,
  type CurveOptions,
  curves,
  lengths,
} from "./of-training.js";
