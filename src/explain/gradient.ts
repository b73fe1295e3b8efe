/**
 * How ∂E/∂ of a cell's memory comes back through time, path by path. In an LSTM
 *   δC_{t−1} = δC_t ⊙ f_t                                         the direct path
 *            + (Σ_k δz_k R_kᵀ) ⊙ o_{t−1} ⊙ φ′(c_{t−1})             through h_{t−1} and the networks k = i, f, c̃, o
 *            + δ_out ⊙ o_{t−1} ⊙ φ′(c_{t−1})                       through h_{t−1} as an output of its own
 * (Hochreiter and Schmidhuber 1997; Bengio et al. 1994 and Pascanu et al. 2013 for what becomes of the products).
 */
import { knownOptions } from "../base/errors.js";
import { atOnce, type Pieces } from "../base/pieces.js";
import type { Model } from "../model/model.js";
import type { Cell } from "./cells/cell.js";
import type { StateName } from "./cells/names.js";
import { type OpenCell, openCell } from "./cells/open.js";
import { add, hadamard, norm, subtract, type Vector, zeros } from "./cells/vector.js";
import { CHOICE_OPTIONS, type ObjectiveChoice, objectiveFor } from "./objective.js";
import { type InputRow, Probe, type Run } from "./probe.js";
import { stateBefore, stepsOf, type TraceStep } from "./steps.js";

/** The gradient at one step, and where the gradient of the step before comes from. */
export interface GradientStep {
  /** In processing order, from 0; masked steps are not counted. */
  step: number;
  /** Place in the row. */
  t: number;
  /** [U] ∂E/∂c_t (LSTM) or ∂E/∂h_t, over all paths. */
  total: number[];
  /** [U] ∂E/∂h_t over all paths; the same as `total` where h is the memory. */
  hidden: number[];
  /** [U] the part of `total` that has come along the direct path alone since it entered from the layer above. */
  direct: number[];
  /**
   * [U] each: what reaches the memory of the step before by "direct", by each network ("input", "forget", …) and from
   * the layer "above". They sum to that step's `total`. Empty at the first step.
   */
  paths: Record<string, number[]>;
  /** Euclidean norms; `indirect` is of `total` less `direct`. */
  norms: { total: number; hidden: number; direct: number; indirect: number };
}

/** The gradient of an objective on its way back through the steps of a recurrent layer. */
export interface GradientFlow {
  /** The layer's name. */
  layer: string;
  /** Keras's class name. */
  kind: Cell["kind"];
  /** The state that is followed: "cell" in an LSTM, else "hidden". */
  state: StateName;
  /** "loss for spam", and its value. */
  objective: { name: string; value: number };
  /** In processing order, masked steps left out. */
  steps: GradientStep[];
  /** T: places in the row, masked ones included. */
  places: number;
}

/** Options of `gradientFlow`. */
export interface GradientOptions extends ObjectiveChoice {
  /** A recurrent layer's name; the last by default. */
  layer?: string;
}

/**
 * Follows the gradient of an objective back through the steps of a recurrent layer on one row, path by path.
 * @throws InputError where row, layer or target do not fit
 */
export function gradientFlow(model: Model, row: InputRow, options: GradientOptions = {}): GradientFlow {
  return atOnce(followingGradient(model, row, options));
}

/** As `gradientFlow`. */
export function* followingGradient(
  model: Model,
  row: InputRow,
  options: GradientOptions = {},
): Pieces<GradientFlow> {
  knownOptions(options, [...CHOICE_OPTIONS, "layer"], "gradientFlow");
  const open = openCell(model, options.layer);
  const probe = new Probe(model);
  try {
    const run = probe.run([row]);
    const objective = objectiveFor(model, run.ending(), options);
    yield 0;
    const seeded = probe.run([row], { seed: objective.slope });
    yield 0;
    const { steps, outside } = realSteps(open, seeded);
    yield 0;
    return {
      layer: open.cell.layer,
      kind: open.cell.kind,
      state: open.cell.carried,
      objective: { name: objective.name, value: objective.value(seeded.ending().scores) },
      steps: flowBack(open.cell, steps, outside),
      places: seeded.at(open.from).values.length,
    };
  } finally {
    probe.dispose();
  }
}

/**
 * The steps that are not masked, with the gradient that reaches each one's h from the layer above. A masked step hands
 * its states on, so what reaches its output belongs to the step before; unless that output is 0, which nothing reaches.
 */
export function realSteps(open: OpenCell, run: Run): { steps: TraceStep[]; outside: number[][] } {
  const { returnSequences, zeroOutputForMask } = open.layer.options;
  const { gradient: own } = run.at(open.cell.layer);
  const all = stepsOf(open, run);
  const steps: TraceStep[] = [];
  const outside: number[][] = [];
  for (const [s, step] of all.entries()) {
    const reaching = returnSequences ? own?.[s] : s === all.length - 1 ? own?.[0] : undefined;
    if (!step.masked) {
      steps.push(step);
      outside.push(zeros(open.cell.units));
    }
    const counts = reaching && outside.length > 0 && !(step.masked && zeroOutputForMask);
    if (counts) outside.push(add(outside.pop()!, reaching));
  }
  return { steps, outside };
}

/** Goes back over the steps, keeping the paths apart. @param outside [T][U] gradient of each h from the layer above */
export function flowBack(
  cell: Cell,
  steps: readonly TraceStep[],
  outside: readonly Vector[],
): GradientStep[] {
  const flow: GradientStep[] = [];
  let dh: Vector = zeros(cell.units);
  let dc: Vector = zeros(cell.units);
  let direct: Vector = zeros(cell.units);
  for (let s = steps.length - 1; s >= 0; s--) {
    const now = steps[s]!;
    const toMemory = (v: Vector, step: TraceStep) => times(v, cell.outputSlope(step));
    direct = add(direct, toMemory(outside[s]!, now));
    dh = add(dh, outside[s]!);
    const back = cell.back(now, stateBefore(cell, steps, s), dh, dc);
    const before = steps[s - 1];
    flow.unshift({
      step: s,
      t: now.t,
      total: [...back.total],
      hidden: [...dh],
      direct: [...direct],
      paths: before
        ? {
            direct: [...(back.direct ?? zeros(cell.units))],
            ...mapValues(back.throughNetworks, (v) => toMemory(v, before)),
            above: toMemory(outside[s - 1]!, before),
          }
        : {},
      norms: {
        total: norm(back.total),
        hidden: norm(dh),
        direct: norm(direct),
        indirect: norm(subtract(back.total, direct)),
      },
    });
    const throughAll = add(...Object.values(back.throughNetworks));
    dh = cell.carried === "hidden" && back.direct ? add(back.direct, throughAll) : throughAll;
    dc = cell.carried === "cell" ? back.direct! : dc;
    direct = back.direct ? hadamard(direct, cell.memory(now)!.keep) : zeros(cell.units);
  }
  return flow;
}

const times = (v: Vector, slope: Vector | null): number[] => (slope ? hadamard(v, slope) : [...v]);

function mapValues<T, R>(record: Readonly<Record<string, T>>, f: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}
