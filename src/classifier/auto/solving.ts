/** How long the solver looks for weights: of more rows fewer passes over them tell as much. */
import type { LinearOptions } from "../../train/linear.js";
import { FEW_ROWS } from "./material.js";

export const MANY_ROWS = 50_000;

export function solvingFor(rows: number, long: boolean, seed: number): Omit<LinearOptions, "turns"> {
  if (rows <= FEW_ROWS) return { epochs: 40, tolerance: 0.01, seed };
  if (rows > MANY_ROWS) return { epochs: 8, tolerance: long ? 0.05 : 0.02, seed };
  return { epochs: long ? 10 : 15, tolerance: long ? 0.05 : 0.02, seed };
}
