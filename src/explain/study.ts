/**
 * The same text through fresh cells of every kind, with the same seed and the same E: what becomes of the gradient on its
 * way back (Bengio et al. 1994; Pascanu et al. 2013). Nothing is trained, so what is seen is the cell's own doing.
 */

import { knownOptions, wholeNumber } from "../base/errors.js";
import type { Pieces } from "../base/pieces.js";
import { LONG_OPTIONS, type LongOptions } from "../base/progress.js";
import { PURPOSE, Random } from "../kernels/philox.js";
import * as layers from "../layers/index.js";
import type { Model } from "../model/model.js";
import { sequential } from "../model/model.js";
import type { CellKind } from "./cells/names.js";
import { makeCell, type OpenCell, openCell } from "./cells/open.js";
import { norm, scale, type Vector, zeros } from "./cells/vector.js";
import { flowBack } from "./gradient.js";
import { gains } from "./jacobian.js";
import { looking } from "./looking.js";
import { type InputRow, Probe } from "./probe.js";
import { runCell, type TraceStep } from "./steps.js";

/** A kind of cell, fresh, with what is changed about it. */
export interface StudyCase {
  /** As it is called in the picture. */
  name: string;
  /** Keras's class name. */
  kind: CellKind;
  /** Bias of an LSTM's forget gate; Keras starts it at 1. */
  forgetBias?: number;
  /** Bias of a GRU's update gate; Keras starts it at 0. */
  updateBias?: number;
  /** What the recurrent kernel, orthogonal to begin with, is multiplied by. */
  recurrentScale?: number;
}

/** Cells as Keras makes them, and settings that show a gradient vanish or explode. */
export const STUDY_CASES: readonly StudyCase[] = [
  { name: "SimpleRNN", kind: "SimpleRNN" },
  { name: "LSTM", kind: "LSTM" },
  { name: "GRU", kind: "GRU" },
  { name: "SimpleRNN, R × 0.7", kind: "SimpleRNN", recurrentScale: 0.7 },
  { name: "SimpleRNN, R × 1.3", kind: "SimpleRNN", recurrentScale: 1.3 },
  { name: "LSTM, forget bias 4", kind: "LSTM", forgetBias: 4 },
  { name: "LSTM, forget bias −2", kind: "LSTM", forgetBias: -2 },
];

/** What became of a gradient in one fresh cell. */
export interface StudyCurve extends StudyCase {
  /** Numbers in the cell's weights. */
  parameters: number;
  /** ‖∂E/∂memory‖ by step, in processing order, over that at the last step: c in an LSTM, else h. */
  relative: number[];
  /** Of it, the part along the direct path alone. */
  direct: number[];
  /** ‖∂E/∂memory‖ at the last step. */
  last: number;
  /** Largest singular value of each step's Jacobian, and of all from there to the end. */
  stepGains: number[];
  /** Largest singular value of all Jacobians from each step to the end together. */
  gains: number[];
  /** The factor a step that would take the last norm to the first: its geometric mean. */
  perStep: number;
}

/** How gradients fare in fresh cells of several kinds on one sequence. */
export interface Study {
  /** "E = v · h_T" */
  objective: string;
  /** U of every cell. */
  units: number;
  /** What weights and direction were drawn from. */
  seed: number;
  /** Places in the row of the steps. */
  times: number[];
  /** A curve a case. */
  curves: StudyCurve[];
}

/** Options of `gradientStudy`. */
export interface StudyOptions extends LongOptions {
  /** Whose inputs the cells read: a recurrent layer's name; the last by default. */
  layer?: string | undefined;
  /** U of every cell. Default: the model's own layer's. */
  units?: number;
  /** What weights and direction are drawn from. Default 0. */
  seed?: number;
  /** Default `STUDY_CASES`. */
  cases?: readonly StudyCase[];
  /** Only steps from this place in the row on; for text padded in front. */
  from?: number;
}

/**
 * The study on what a model's recurrent layer reads of a row. It takes seconds.
 * @throws InputError where the row does not fit; AbortError
 */
export async function gradientStudy(model: Model, row: InputRow, options: StudyOptions = {}): Promise<Study> {
  const names = ["layer", "units", "seed", "cases", "from", ...LONG_OPTIONS];
  knownOptions(options, names, "gradientStudy");
  wholeNumber(options.units ?? 32, "gradientStudy units", 1, 4096);
  wholeNumber(options.seed ?? 0, "gradientStudy seed");
  wholeNumber(options.from ?? 0, "gradientStudy from");
  const open = openCell(model, options.layer);
  const { read, times } = readBy(open, model, row, options.from ?? 0);
  const long = looking(model, options, "gradientStudy");
  const { cases = STUDY_CASES } = options;
  long.begin("studying", cases.length * Math.max(0, read.length - 1));
  const study = await long.run(studySequence(read, { units: open.cell.units, ...options }));
  long.end();
  return { ...study, times };
}

/** What a layer reads of a row, and at which places of it. */
function readBy(
  open: OpenCell,
  model: Model,
  row: InputRow,
  from: number,
): { read: Vector[]; times: number[] } {
  const probe = new Probe(model);
  try {
    const { values, mask } = probe.run([row]).at(open.from);
    const read = values.flatMap((x, s) => {
      const t = open.turned ? values.length - 1 - s : s;
      return mask?.[s] === false || t < from ? [] : [{ t, x }];
    });
    return { read: read.map(({ x }) => x), times: read.map(({ t }) => t) };
  } finally {
    probe.dispose();
  }
}

/** The study on any sequence x [T][I]. */
export function* studySequence(
  x: readonly Vector[],
  { units = 32, seed = 0, cases = STUDY_CASES }: StudyOptions = {},
): Pieces<Study> {
  const random = new Random(seed, PURPOSE.lab, 0);
  const direction = zeros(units).map((_, u) => random.normal(u));
  const v = scale(direction, 1 / norm(direction));
  const curves: StudyCurve[] = [];
  for (const setting of cases) {
    curves.push(yield* curveOf(setting, freshCell(setting, x[0]!.length, units, seed), x, v));
  }
  return { objective: "E = v · h_T, v a random direction", units, seed, times: x.map((_, t) => t), curves };
}

/** A cell as Keras would make it, with the setting's changes. */
export function freshCell(setting: StudyCase, inputs: number, units: number, seed: number): OpenCell {
  const make = { SimpleRNN: layers.simpleRNN, LSTM: layers.lstm, GRU: layers.gru }[setting.kind];
  const model = sequential([layers.input({ shape: [null, inputs] }), make({ units })], {
    seed,
    engine: "reference",
  });
  const open = openCell(model);
  const { kernel, recurrent } = open.weights;
  const bias = Float64Array.from(open.weights.bias!);
  if (setting.forgetBias !== undefined) bias.fill(setting.forgetBias, units, 2 * units);
  if (setting.updateBias !== undefined) bias.fill(setting.updateBias, 0, units);
  const factor = setting.recurrentScale ?? 1;
  const scaled = { ...recurrent, data: Float64Array.from(recurrent.data, (value) => factor * value) };
  const weights = { kernel, recurrent: scaled, bias };
  model.dispose();
  return { ...open, weights, cell: makeCell(open.layer, weights) };
}

function* curveOf(setting: StudyCase, open: OpenCell, x: readonly Vector[], v: Vector): Pieces<StudyCurve> {
  const { cell, weights } = open;
  const steps: TraceStep[] = runCell(cell, x);
  yield 0;
  const outside = steps.map((_, s) => (s === steps.length - 1 ? v : zeros(cell.units)));
  const norms = flowBack(cell, steps, outside).map((step) => step.norms);
  const last = norms.at(-1)!.total;
  const { steps: stepGains, products } = yield* gains(cell, steps);
  const spans = Math.max(1, steps.length - 1);
  return {
    ...setting,
    parameters: weights.kernel.data.length + weights.recurrent.data.length + (weights.bias?.length ?? 0),
    relative: norms.map(({ total }) => total / last),
    direct: norms.map(({ direct }) => direct / last),
    last,
    stepGains,
    gains: products,
    perStep: (norms[0]!.total / last) ** (1 / spans),
  };
}
