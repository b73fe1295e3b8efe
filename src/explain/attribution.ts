/**
 * Which words decided, three ways:
 * integrated gradients, (x_t − x′_t) · ∫₀¹ ∂F/∂x_t(x′ + α(x − x′)) dα, whose sum over t is F(x) − F(x′) (Sundararajan et al.
 * 2017, completeness); occlusion, F(x) less F of the row without the word (Zeiler and Fergus 2014); and the memory's exact
 * decomposition by word, read along ∂F/∂memory.
 */

import { indicesOf } from "../base/arguments.js";
import { finiteNumber, inputError, knownOptions, wholeNumber } from "../base/errors.js";
import { builtModelOf } from "../model/given.js";
import type { Model } from "../model/model.js";
import { openCell } from "./cells/open.js";
import { dot, type Vector } from "./cells/vector.js";
import { flowBack, realSteps } from "./gradient.js";
import { type Completeness, embeddingOf, integrateGradients, MOST_POINTS } from "./integrated-gradients.js";
import { layOut } from "./laid.js";
import { decompose } from "./memory.js";
import {
  CHOICE_OPTIONS,
  checkOutput,
  type Objective,
  type ObjectiveChoice,
  objectiveFor,
} from "./objective.js";
import { Probe } from "./probe.js";
import { stepsOf } from "./steps.js";

/** What one word did to the answer, in units of the objective F. */
export interface WordAttribution {
  /** Place in the row. */
  t: number;
  /** The word's id. */
  id: number;
  /** Share of F(x) − F(x′). */
  integratedGradients: number;
  /** F(x) less F of the row without the word. */
  occlusion: number;
  /** What the word left in the final memory, along ∂F/∂memory; null where there is none to divide. */
  memory: number | null;
  /** Share of the final memory that the word wrote, whichever way it points; null where there is none to divide. */
  held: number | null;
}

/** What each word did to a model's answer, by several methods, with what shows that they add up. */
export interface Attribution {
  /** "log-odds of spam" */
  objective: string;
  /** Index of the class (or output) it is about. */
  target: number;
  /** F of the row, and of the baseline: the same row with padding in place of every word. */
  value: number;
  /** F of the same row with padding in place of every word. */
  baseline: number;
  /** A row's words in order, padding left out. */
  words: WordAttribution[];
  /** How nearly the integrated gradients sum to F(x) − F(x′), as they must. */
  completeness: Completeness;
  /** Why there is no memory to divide: a SimpleRNN, no recurrent layer, steps that are no words. Null where there is. */
  noMemory: string | null;
  /** What the words left in a recurrent layer's final memory; null where there is none to divide. */
  memory: {
    layer: string;
    /** Σ over words and padding of what each left, along ∂F/∂memory. */
    total: number;
    /** The part of it and of the memory's mass that steps of padding left. */
    padding: { memory: number; held: number };
    residual: number;
  } | null;
}

/** Options of `attribute`. */
export interface AttributionOptions extends ObjectiveChoice {
  /** Whose memory is decomposed; the last recurrent layer by default. */
  layer?: string;
  /** Completeness to reach, relative to |F(x) − F(x′)| or 1e-3, whichever is more. Default 1e-8. */
  tolerance?: number;
  /** Points of the path at which gradients are taken, at most. Default 2048; smooth models need a few dozen. */
  points?: number;
}

/**
 * Attributes a model's answer on a row of ids to its words: every id but 0. By default the log-odds of the likeliest class,
 * which unlike its probability do not flatten out where the model is sure.
 * @throws InputError where the model does not begin with an Embedding, or row or target do not fit
 */
export function attribute(
  model: Model,
  ids: readonly number[],
  options: AttributionOptions = {},
): Attribution {
  knownOptions(options, [...CHOICE_OPTIONS, "layer", "tolerance", "points"], "attribute");
  const { tolerance = 1e-8, points = MOST_POINTS } = options;
  finiteNumber(tolerance, "attribute tolerance", 1e-15);
  wholeNumber(points, "attribute points", 8);
  if (Array.from(indicesOf(ids, "attribute ids")).every((id) => id === 0)) {
    throw inputError({ expected: "a word to attribute to", where: "row", received: "padding alone" });
  }
  embeddingOf(builtModelOf(model, "attribute"));
  const probe = new Probe(model);
  try {
    const objective = objectiveFor(model, probe.run([ids]).ending(), options, "logOdds");
    const integrated = integrateGradients(model, ids, objective, { tolerance, points });
    const occluded = occlusion(probe, ids, objective);
    const found = memoryAlong(model, probe, ids, objective, options.layer);
    const [memory, noMemory] = typeof found === "string" ? [null, found] : [found, null];
    const words = ids.flatMap((id, t): WordAttribution[] => {
      if (id === 0) return [];
      const held = memory && { memory: memory.along[t]!, held: memory.shares[t]! };
      return [
        {
          t,
          id,
          integratedGradients: integrated.values[t]!,
          occlusion: occluded[t]!,
          memory: held?.memory ?? null,
          held: held?.held ?? null,
        },
      ];
    });
    return {
      objective: objective.name,
      target: objective.target,
      value: objective.value(probe.run([ids]).ending().scores),
      baseline: integrated.baseline,
      words,
      completeness: integrated.completeness,
      noMemory,
      memory: memory && { layer: memory.layer, ...memoryTotals(memory, ids) },
    };
  } finally {
    probe.dispose();
  }
}

/** [T] F(x) less F of the row without the word; 0 where there is none. */
function occlusion(probe: Probe, ids: readonly number[], objective: Objective): number[] {
  const places = ids.flatMap((id, t) => (id === 0 ? [] : [t]));
  const rows = [[...ids], ...places.map((t) => without(ids, t))];
  const endings = probe.endings(rows);
  for (const ending of endings) checkOutput(probe.model, ending, "the row without one of its words");
  const values = endings.map(({ scores }) => objective.value(scores));
  const change = new Map(places.map((t, i) => [t, values[0]! - values[i + 1]!]));
  return ids.map((_, t) => change.get(t) ?? 0);
}

/** The row of the text without that word: padding takes up the room on the side where it is. */
export function without(ids: readonly number[], t: number): number[] {
  const others = ids.filter((_, place) => place !== t);
  const behind = ids.at(-1) === 0 && ids[0] !== 0;
  return behind ? [...others, 0] : [0, ...others];
}

interface MemoryAlong {
  layer: string;
  along: number[];
  shares: number[];
  residual: number;
}

/** What each step left in the final memory, as a share of it and along ∂F/∂memory, by place in the row. */
function memoryAlong(
  model: Model,
  probe: Probe,
  ids: readonly number[],
  objective: Objective,
  layer?: string,
): MemoryAlong | string {
  if (layer === undefined && layOut(model).cells.length === 0)
    return "There is no recurrent layer, so there is no memory to divide.";
  const open = openCell(model, layer);
  const run = probe.run([ids], { seed: objective.slope });
  const { steps, outside } = realSteps(open, run);
  const decomposition = decompose(open.cell, stepsOf(open, run));
  const slope: Vector | undefined = flowBack(open.cell, steps, outside).at(-1)?.total;
  if (!decomposition) return "A SimpleRNN's state is no sum over words, so there is no memory to divide.";
  if (!slope) return "Every step is masked, so nothing was written to divide.";
  if (decomposition.times.length !== ids.length) {
    return `${open.cell.layer} reads ${decomposition.times.length} steps of ${ids.length} words: no step belongs to one word.`;
  }
  const along = ids.map(() => 0);
  const shares = ids.map(() => 0);
  for (const [s, t] of decomposition.times.entries()) {
    along[t] = dot(decomposition.contributions[s]!, slope);
    shares[t] = decomposition.shares[s]!;
  }
  return { layer: open.cell.layer, along, shares, residual: decomposition.residual };
}

function memoryTotals({ along, shares, residual }: MemoryAlong, ids: readonly number[]) {
  const padded = (values: readonly number[]) =>
    values.reduce((sum, value, t) => (ids[t] === 0 ? sum + value : sum), 0);
  const total = along.reduce((a, b) => a + b, 0);
  return { total, padding: { memory: padded(along), held: padded(shares) }, residual };
}
