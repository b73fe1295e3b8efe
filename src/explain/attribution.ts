/**
 * Which words, or which numbers, decided, three ways:
 * integrated gradients, (x_t − x′_t) · ∫₀¹ ∂F/∂x_t(x′ + α(x − x′)) dα, whose sum over t is F(x) − F(x′) (Sundararajan et al.
 * 2017, completeness); occlusion, F(x) less F of the row without the word, or with zeros for the step (Zeiler and Fergus
 * 2014); and the memory's exact decomposition by step, read along ∂F/∂memory.
 */

import { finiteNumber, knownOptions, wholeNumber } from "../base/errors.js";
import { LONG_OPTIONS, type LongOptions } from "../base/progress.js";
import type { Model } from "../model/model.js";
import { add, total } from "./cells/vector.js";
import { type Completeness, integrateGradients, MOST_POINTS } from "./integrated-gradients.js";
import { looking } from "./looking.js";
import { memoryAlong, memoryTotals } from "./memory-along.js";
import { CHOICE_OPTIONS, type ObjectiveChoice, objectiveFor } from "./objective.js";
import { occlusion } from "./occlusion.js";
import { type InputRow, Probe } from "./probe.js";
import { baselineWords, rowInputs } from "./row-inputs.js";

/** What one word or one step of numbers did to the answer, in units of the objective F. */
export interface PartAttribution {
  /** The input layer's name. */
  input: string;
  /** Place in the row of that input, from 0. */
  t: number;
  /** Share of F(x) − F(x′). */
  integratedGradients: number;
  /** F(x) less F of the row without the word, or with zeros in place of the step's numbers. */
  occlusion: number;
  /** What it left in the final memory, along ∂F/∂memory; null where there is none to divide. */
  memory: number | null;
  /** Share of the final memory that it wrote, whichever way it points; null where there is none to divide. */
  held: number | null;
}

/** What one word did to the answer. */
export interface WordAttribution extends PartAttribution {
  /** The word's id. */
  id: number;
}

/** What one step of numbers did to the answer; of an input that is one vector, the whole of it. */
export interface StepAttribution extends PartAttribution {
  /** Whether the input is one vector, without steps. */
  vector: boolean;
  /** [F] the step's numbers. */
  values: number[];
  /** [F] each number's share of F(x) − F(x′): they add up to `integratedGradients`. */
  shares: number[];
}

/** What each word and number did to a model's answer, by several methods, with what shows that they add up. */
export interface Attribution {
  /** "log-odds of spam" */
  objective: string;
  /** Index of the class (or output) it is about. */
  target: number;
  /** F of the row. */
  value: number;
  /** F of the baseline: the same row with padding in place of every word and zeros in place of every number. */
  baseline: number;
  /** "padding in place of every word": what the baseline is. */
  baselineWords: string;
  /** The words of every input of ids, in order, padding left out. */
  words: WordAttribution[];
  /** The steps of every input of numbers, in order, those that a Masking hides left out. */
  steps: StepAttribution[];
  /** How nearly the integrated gradients sum to F(x) − F(x′), as they must. */
  completeness: Completeness;
  /** Why there is no memory to divide: a SimpleRNN, no recurrent layer, steps that are no words. Null where there is. */
  noMemory: string | null;
  /** What the steps of one input left in a recurrent layer's final memory; null where there is none to divide. */
  memory: {
    layer: string;
    /** The input that the layer reads. */
    input: string;
    /** Σ over words and padding of what each left, along ∂F/∂memory. */
    total: number;
    /** The part of it and of the memory's mass that steps of padding left. */
    padding: { memory: number; held: number };
    residual: number;
  } | null;
}

/** Options of `attribute`. */
export interface AttributionOptions extends ObjectiveChoice, LongOptions {
  /** Whose memory is decomposed; the last recurrent layer by default. */
  layer?: string;
  /** Completeness to reach, relative to |F(x) − F(x′)| or 1e-3, whichever is more. Default 1e-8. */
  tolerance?: number;
  /** Points of the path at which gradients are taken, at most. Default 2048; smooth models need a few dozen. */
  points?: number;
}

/**
 * Attributes a model's answer on a row to what the model reads: of ids to every word but 0, of numbers to every one of
 * them; of several inputs to those of each. By default the log-odds of the likeliest class, which unlike its probability
 * do not flatten out where the model is sure. Words start from padding's vector, numbers from 0; a mask stays the row's.
 * @param row ids [T], steps of numbers [T][F] or one vector [F]; of a model of several inputs a list with one for each
 * @throws InputError where row or target do not fit the model; AbortError
 */
export async function attribute(
  model: Model,
  row: InputRow,
  options: AttributionOptions = {},
): Promise<Attribution> {
  knownOptions(options, [...CHOICE_OPTIONS, "layer", "tolerance", "points", ...LONG_OPTIONS], "attribute");
  const { tolerance = 1e-8, points = MOST_POINTS } = options;
  finiteNumber(tolerance, "attribute tolerance", 1e-15);
  wholeNumber(points, "attribute points", 8);
  const long = looking(model, options, "attribute");
  const probe = new Probe(model);
  try {
    const inputs = rowInputs(model, probe, row);
    await long.did();
    const objective = objectiveFor(model, probe.run([row]).ending(), options, "logOdds");
    long.begin("integrating");
    const effort = { tolerance, points };
    const integrated = await long.run(integrateGradients(model, row, inputs, objective, effort));
    long.begin("occluding", 1 + inputs.reduce((sum, { places }) => sum + places.length, 0));
    const occluded = await long.run(occlusion(probe, row, inputs, objective));
    long.end();
    const found = await long.run(memoryAlong(probe, row, inputs, objective, options.layer));
    const [memory, noMemory] = typeof found === "string" ? [null, found] : [found, null];
    const words: WordAttribution[] = [];
    const steps: StepAttribution[] = [];
    for (const [i, { name, ids, values, vector, places }] of inputs.entries()) {
      const own = memory?.input.name === name ? memory : null;
      for (const [k, t] of places.entries()) {
        // Where several layers read an input, it enters by each: a word by more than one vector.
        const entered = integrated.shares[i]!.map((entry) => entry[t]!);
        const shares = ids ? entered.flat() : add(...entered);
        const part: PartAttribution = {
          ...{ input: name, t },
          integratedGradients: total(shares),
          occlusion: occluded[i]![k]!,
          memory: own && own.along[t]!,
          held: own && own.shares[t]!,
        };
        if (ids) words.push({ ...part, id: ids[t]! });
        else steps.push({ ...part, vector, values: values[t]!, shares });
      }
    }
    return {
      objective: objective.name,
      target: objective.target,
      value: objective.value(probe.run([row]).ending().scores),
      baseline: integrated.baseline,
      baselineWords: baselineWords(inputs),
      words,
      steps,
      completeness: integrated.completeness,
      noMemory,
      memory: memory && {
        ...{ layer: memory.layer, input: memory.input.name },
        ...memoryTotals(memory),
        residual: memory.residual,
      },
    };
  } finally {
    probe.dispose();
  }
}
