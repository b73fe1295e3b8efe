/**
 * The recurrence written out over k steps. In an LSTM
 *   c_t = f_t ⊙ f_{t−1} ⊙ c_{t−2} + f_t ⊙ i_{t−1} ⊙ c̃_{t−1} + i_t ⊙ c̃_t
 * with every gate expanded until only x, c_{t−k} and h_{t−k} are left; evaluated from those alone, and compared with
 * what an engine's own forward pass says.
 */

import { inputError, knownOptions, wholeNumber } from "../base/errors.js";
import type { SynchronousEngine } from "../engines/engine.js";
import { ReferenceEngine } from "../engines/reference.js";
import type { Model } from "../model/model.js";
import type { Cell, State } from "./cells/cell.js";
import { type StateName, stateLetter } from "./cells/names.js";
import { type OpenCell, openCell } from "./cells/open.js";
import { add, hadamard, largest, subtract, type Vector } from "./cells/vector.js";
import { engineStates } from "./engine-states.js";
import { type InputRow, Probe } from "./probe.js";
import { rangesOf } from "./sentence.js";
import { readsBackwards, stateBefore, stepsOf, type TraceStep } from "./steps.js";
import { at } from "./tex.js";
import { expandedTex, hiddenTex, productsTex } from "./unroll-tex.js";

/** One product of the sum, or the one nest of a SimpleRNN. */
export interface UnrolledTerm {
  /** TeX of the term: a product of gates and what was written. */
  tex: string;
  /** Steps before t whose writing it carries; k for the state that was there already. */
  lag: number;
  /** [U] */
  value: number[];
}

/** A gate or candidate on the way, with its h_{t−1} expanded too. */
export interface UnrolledNetwork {
  /** "forget" */
  name: string;
  /** "f_{t-1}" */
  tex: string;
  /** What it is, down to x, c_{t−k} and h_{t−k}. */
  expansion: string;
  /** Steps before t. */
  lag: number;
  /** [U] */
  value: number[];
}

/** A state written out over some steps, its terms with their values. */
export interface Unrolled {
  /** The layer's name. */
  layer: string;
  /** Keras's class name. */
  kind: Cell["kind"];
  /** The state that is written out: "cell" in an LSTM, else "hidden". */
  state: StateName;
  /** Step in processing order, its place in the row, and how many steps are written out. */
  step: number;
  /** The step's place in the row. */
  t: number;
  /** Steps written out. */
  k: number;
  /** Whether the row is read from its end: t − 1 is then the place after t. */
  goBackwards: boolean;
  /** T: places in the row, masked ones included. */
  places: number;
  /** By lag, place in the row: `times[0]` is t. */
  times: number[];
  /** "c_t = f_t \odot …": the state as a sum of products; for a SimpleRNN as one nest. */
  tex: string;
  /** What is added up; one term for a SimpleRNN. */
  terms: UnrolledTerm[];
  /** The networks in the terms, each with what it comes from. */
  networks: UnrolledNetwork[];
  /** [U] the terms' sum. */
  value: number[];
  /** [U] the same by the engine's forward pass over the whole row. */
  forward: number[];
  /** Largest difference of the two. */
  residual: number;
}

/** Options of `unroll`. */
export interface UnrollOptions {
  /** A recurrent layer's name; the last by default. */
  layer?: string;
  /** Steps to write out. Default 2, or 1 where t is the first. */
  steps?: number;
  /** Place in the row, from 0, of the step t; of the last that is read and not masked by default. */
  at?: number;
  /** Whose forward pass to compare with; float64 by default. It must have nothing in its memory. */
  engine?: SynchronousEngine;
}

/** What to know of a layer that reads the row from its end. */
export const BACKWARDS = "The row is read from its end: the step before t is the word after it.";

/** Longer ones can be evaluated, but nobody reads them. */
const MOST_STEPS = 12;

/**
 * Writes a recurrent layer's state on one row out over some steps, with the value of every term, and compares their sum
 * with an engine's own forward pass.
 * @throws InputError where row, layer or steps do not fit
 */
export function unroll(model: Model, row: InputRow, options: UnrollOptions = {}): Unrolled {
  knownOptions(options, ["layer", "steps", "at", "engine"], "unroll");
  const open = openCell(model, options.layer);
  const probe = new Probe(model);
  try {
    const all = stepsOf(open, probe.run([row]));
    const steps = all.filter(({ masked }) => !masked);
    return { ...unrollSteps(open, steps, options), places: all.length };
  } finally {
    probe.dispose();
  }
}

function unrollSteps(
  open: OpenCell,
  steps: readonly TraceStep[],
  options: UnrollOptions,
): Omit<Unrolled, "places"> {
  const { cell, layer } = open;
  const step = findStep(steps, options.at);
  const k = wholeNumber(options.steps ?? Math.min(2, step + 1), "steps", 1, Math.min(MOST_STEPS, step + 1));
  const window = steps.slice(step - k + 1, step + 1);
  const start = stateBefore(cell, steps, step - k + 1);
  const evaluated = evaluate(cell, window, start);
  const terms = termsOf(open, evaluated, k);
  const engine = options.engine ?? new ReferenceEngine({ precision: "float64" });
  const states = engineStates(open, engine, { x: steps.slice(0, step + 1).map(({ x }) => x) });
  const forward = (states.cell ?? states.hidden)[step]!;
  return {
    layer: cell.layer,
    kind: cell.kind,
    state: cell.carried,
    step,
    t: steps[step]!.t,
    k,
    goBackwards: readsBackwards(open),
    times: window.map((each) => each.t).reverse(),
    tex: `${at(stateLetter(cell.carried), 0)} = ${terms.map(({ tex }) => tex).join(" + ")}`,
    terms,
    networks: evaluated.gates.flatMap((gates, lag) =>
      Object.entries(gates).map(([name, value]) => ({
        name,
        ...expandedTex(layer, name, lag, k),
        lag,
        value: [...value],
      })),
    ),
    value: evaluated.value,
    forward,
    residual: largest(subtract(evaluated.value, forward)),
  };
}

function findStep(steps: readonly TraceStep[], t: number | undefined): number {
  const step = t === undefined ? steps.length - 1 : steps.findIndex((each) => each.t === t);
  if (step >= 0) return step;
  if (steps.length === 0)
    throw inputError({ expected: "a step that is not masked", where: "row", received: "padding alone" });
  const places = rangesOf(steps.map((each) => each.t).sort((a, b) => a - b));
  throw inputError({
    expected: `the place of a step that is not masked (${places})`,
    where: "at",
    received: t,
  });
}

/** The sum of products, its factors by lag, oldest last. */
interface Evaluated {
  start: State;
  /** By lag: gates, what is kept, what is written. */
  gates: Readonly<Record<string, Vector>>[];
  keeps: Vector[];
  writes: Vector[];
  value: number[];
}

/**
 * Evaluates the written-out form from the start state and x alone: each gate sees an h made from the sum of products so
 * far, not from the recurrence.
 */
function evaluate(cell: Cell, window: readonly TraceStep[], start: State): Evaluated {
  const evaluated: Evaluated = { start, gates: [], keeps: [], writes: [], value: [...start[cell.carried]!] };
  let hidden: Vector = start.hidden;
  for (const { x } of window) {
    const step = cell.step(x, { hidden });
    const memory = cell.memory(step);
    evaluated.gates.unshift(step.gates);
    evaluated.keeps.unshift(memory?.keep ?? []);
    evaluated.writes.unshift(memory?.write ?? []);
    evaluated.value = memory ? add(...products(cell, evaluated)) : [...step.hidden];
    hidden = cell.emit(step.gates, evaluated.value);
  }
  return evaluated;
}

/** Each step's writing times what all later steps kept, newest first, and last what was there before. */
function products(cell: Cell, { start, keeps, writes }: Evaluated): number[][] {
  const written = writes.map((write, lag) => hadamard(...keeps.slice(0, lag), write));
  return [...written, hadamard(...keeps, start[cell.carried]!)];
}

function termsOf({ cell, layer }: OpenCell, evaluated: Evaluated, k: number): UnrolledTerm[] {
  if (cell.kind === "SimpleRNN") return [{ tex: hiddenTex(layer, 0, k), lag: k, value: evaluated.value }];
  const values = products(cell, evaluated);
  return productsTex(layer, 0, k).map(({ tex, lag }) => ({ tex, lag, value: values[lag]! }));
}
