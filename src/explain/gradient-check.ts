/** The gradient of `gradient.ts` held against two other ways to it: an engine's back-propagation, central differences. */

import { knownOptions } from "../base/errors.js";
import type { Pieces } from "../base/pieces.js";
import { LONG_OPTIONS, type LongOptions } from "../base/progress.js";
import type { SynchronousEngine } from "../engines/engine.js";
import { ReferenceEngine } from "../engines/reference.js";
import type { Model } from "../model/model.js";
import type { State } from "./cells/cell.js";
import { type OpenCell, openCell } from "./cells/open.js";
import { add, hadamard, largest, subtract, type Vector } from "./cells/vector.js";
import { engineStates } from "./engine-states.js";
import { flowBack, type GradientOptions, realSteps } from "./gradient.js";
import { looking } from "./looking.js";
import { CHOICE_OPTIONS, objectiveFor } from "./objective.js";
import { type InputRow, Probe, type Run } from "./probe.js";
import { ownOutput, stepsOf, type TraceStep } from "./steps.js";

/** One step's gradient by three independent ways. */
export interface GradientCheck {
  /** The step whose memory's gradient was compared: its place in the row. */
  t: number;
  /** [U] each */
  paths: number[];
  /** [U] by the engine's backward kernels. */
  backPropagation: number[];
  /** [U] by moving each number of the memory a little up and down. */
  centralDifferences: number[];
  /** The largest entry of `paths`, and the largest differences to it. */
  size: number;
  /**
   * Units whose memory stands on a kink, as a relu's 0: up and down the slopes differ, and differences say what is between.
   */
  kinks: number[];
  /** The largest difference of each to `paths`; of central differences, over the units that stand on no kink. */
  residuals: { backPropagation: number; centralDifferences: number };
}

/** Options of `checkGradient`. */
export interface GradientCheckOptions extends GradientOptions, LongOptions {
  /** Step in processing order (masked ones left out) whose gradient is compared; the one before the last by default. */
  step?: number;
  /** Whose kernels go back; float64 reference kernels by default. It must have nothing in its memory. */
  engine?: SynchronousEngine;
}

/**
 * Central differences of fourth order: (f(−2h) − 8 f(−h) + 8 f(h) − f(2h)) / 12h. At h = 3e-4 float64's rounding is near
 * 1e-12, and truncation, h⁴ f⁽⁵⁾ / 30, below that unless f bends sharply, as a SimpleRNN over several steps may. Where f
 * has a kink within 2h, as with relu, a step and its half disagree, and a shorter one is taken.
 */
const NUDGES = [3e-4, 3e-5, 3e-6, 3e-7];
/** Moves in steps of h: of the stencil of h, and of that of h / 2. */
const MOVES = [-2, -1, -0.5, 0.5, 1, 2];
const WHOLE = [1, -8, 0, 0, 8, -1];
const HALF = [0, 2, -16, 16, -2, 0];
/** By each side's slope, how far these are apart, less what a smooth bend makes of it: 2 J(h / 2) − J(h). */
const JUMP = [-1, 5, -4, -4, 5, -1];
/** Jumps, by the largest slope, that count as a kink. */
const KINK = 1e-6;
/** Rounding of f, in its last place, within which the two stencils are as near as they come. */
const ROUNDING = 100 * Number.EPSILON;

/**
 * Compares the gradient that `gradientFlow` finds at one step with the engine's back-propagation and with central
 * differences. @throws InputError where row, layer, step or target do not fit; AbortError
 */
export async function checkGradient(
  model: Model,
  row: InputRow,
  options: GradientCheckOptions = {},
): Promise<GradientCheck> {
  knownOptions(options, [...CHOICE_OPTIONS, "layer", "step", "engine", ...LONG_OPTIONS], "checkGradient");
  const open = openCell(model, options.layer);
  const long = looking(model, options, "checkGradient");
  const probe = new Probe(model);
  const opened = new Probe(model, [open.cell.layer]);
  try {
    const objective = objectiveFor(model, probe.run([row]).ending(), options);
    await long.did();
    const { steps, outside } = realSteps(open, probe.run([row], { seed: objective.slope }));
    await long.did();
    const s = Math.max(0, options.step ?? steps.length - 2);
    const paths = flowBack(open.cell, steps, outside)[s]!.total;
    const backPropagation = byEngine(open, steps, outside, s, options.engine);
    const moves = new Moves(open, probe.run([row]), steps[s]!);
    const E = function* (output: number[]): Pieces<number> {
      const [ending] = yield* opened.endings([row], [[output]]);
      return objective.value(ending!.scores);
    };
    long.begin("differences");
    const { slopes: centralDifferences, kinks } = await long.run(moves.differences(E));
    long.end();
    const apart = (other: Vector) => subtract(other, paths);
    return {
      t: steps[s]!.t,
      paths,
      backPropagation,
      centralDifferences,
      size: largest(paths),
      kinks,
      residuals: {
        backPropagation: largest(apart(backPropagation)),
        centralDifferences: largest(apart(centralDifferences).filter((_, unit) => !kinks.includes(unit))),
      },
    };
  } finally {
    probe.dispose();
    opened.dispose();
  }
}

/**
 * The engine's backward kernel over the steps after s, from the states of s: it knows nothing of paths. Its ∂E/∂c_s holds
 * h_s still, so what comes by h_s is added.
 */
function byEngine(
  { cell, ...open }: OpenCell,
  steps: readonly TraceStep[],
  outside: readonly Vector[],
  s: number,
  engine: SynchronousEngine = new ReferenceEngine({ precision: "float64" }),
): number[] {
  const later = steps.slice(s + 1);
  const states = later.length
    ? engineStates({ cell, ...open }, engine, {
        x: later.map(({ x }) => x),
        initial: steps[s]!,
        gradient: outside.slice(s + 1),
      })
    : null;
  const dh = add(states?.dh0 ?? outside[s]!, states ? outside[s]! : outside[s]!.map(() => 0));
  const slope = cell.outputSlope(steps[s]!);
  if (!slope) return dh;
  const viaOutput = hadamard(dh, slope);
  return states?.dc0 ? add(states.dc0, viaOutput) : viaOutput;
}

/** The layer's output when the memory after one step had been another. */
class Moves {
  private readonly all: readonly TraceStep[];
  private readonly s: number;

  constructor(
    private readonly open: OpenCell,
    run: Run,
    private readonly at: TraceStep,
  ) {
    this.all = stepsOf(open, run);
    this.s = this.all.findIndex(({ t }) => t === at.t);
  }

  /** ∂E/∂memory by moving each of its numbers a little up and down, on to the end of the model; and who stands on a kink. */
  *differences(E: (output: number[]) => Pieces<number>): Pieces<{ slopes: number[]; kinks: number[] }> {
    const memory = this.at[this.open.cell.carried]!;
    const found = memory.map(() => ({ slope: 0, jump: 0, rounding: 0, doubt: Number.POSITIVE_INFINITY }));
    let open = memory.map((_, u) => u);
    for (const h of NUDGES) {
      const moved = (u: number, by: number) => memory.map((v, k) => (k === u ? v + by * h : v));
      const values: number[] = [];
      for (const u of open) for (const by of MOVES) values.push(yield* E(this.outputWith(moved(u, by))));
      open = open.filter((u, place) => {
        const own = values.slice(place * MOVES.length, (place + 1) * MOVES.length);
        const by = (weights: readonly number[]) =>
          weights.reduce((sum, weight, k) => sum + weight * own[k]!, 0) / h;
        const slope = by(WHOLE) / 12;
        const doubt = Math.abs(slope - by(HALF) / 12);
        const rounding = (ROUNDING * largest(own)) / h;
        if (doubt < found[u]!.doubt) found[u] = { slope, jump: Math.abs(by(JUMP)), rounding, doubt };
        return doubt > rounding;
      });
      if (open.length === 0) break;
    }
    const slopes = found.map(({ slope }) => slope);
    const least = KINK * largest(slopes);
    return {
      slopes,
      kinks: found.flatMap(({ jump, rounding }, unit) => (jump > least + rounding ? [unit] : [])),
    };
  }

  private outputWith(memory: Vector): number[] {
    const { open, all, s } = this;
    const { cell } = open;
    const hidden = cell.emit(all[s]!.gates, memory);
    let state: State = cell.carried === "cell" ? { hidden, cell: memory } : { hidden };
    const states = [...all.slice(0, s), { hidden, masked: false }];
    for (const { x, masked } of all.slice(s + 1)) {
      if (!masked) state = cell.step(x, state);
      states.push({ hidden: state.hidden, masked });
    }
    return ownOutput(open, states).flat();
  }
}
