/** What must be said of a gradient beside its numbers: that there is none, and where differences are no measure of it. */
import { counted } from "../base/numbers.js";
import type { Model } from "../model/model.js";
import type { GradientFlow } from "./gradient.js";
import type { GradientCheck } from "./gradient-check.js";
import { kinksOf } from "./kinks.js";
import { endsInProbabilities, type ObjectiveKind } from "./objective.js";

/** Norms below which nothing is left to see, and how near to its limits a loss or probability is flat. */
const NOTHING = 1e-12;
const FLAT = 1e-9;

/** @param kind what of the outputs was asked for; undefined where that was left to the model */
export const gradientNotes = (
  model: Model,
  flow: GradientFlow,
  check: GradientCheck,
  kind: ObjectiveKind | undefined,
): string[] => [...flatNote(model, flow, kind), ...kinkNote(model, check)];

function flatNote(model: Model, { steps, objective }: GradientFlow, kind: ObjectiveKind = "loss"): string[] {
  if (steps.some(({ norms }) => norms.total > NOTHING)) return [];
  const { name, value } = objective;
  const limits = kind === "loss" ? [0] : [0, 1];
  const bounded = endsInProbabilities(model) && kind !== "logOdds";
  return bounded && limits.some((limit) => Math.abs(value - limit) < FLAT)
    ? [
        `The ${name} is flat here, as the network is so sure of its answer: no gradient is left of it. The log-odds never flatten: --of logOdds.`,
      ]
    : ["No gradient comes back to these steps: something above them is flat, as a relu below 0 is."];
}

function kinkNote(model: Model, { kinks, residuals, size }: GradientCheck): string[] {
  const layers = kinksOf(model);
  const of = layers.length > 0 ? ` of ${layers.join(", ")}` : "";
  if (kinks.length > 0) {
    return [
      `${counted(kinks.length, "unit stands", "units stand")} on a kink${of}, where slopes up and down differ: there central differences say what lies between, and are not compared.`,
    ];
  }
  if (layers.length === 0 || residuals.centralDifferences <= 1e-6 * size) return [];
  return [`Central differences run over a kink${of}: back-propagation is the check here.`];
}
