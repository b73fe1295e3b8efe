/** What SimpleRNN, LSTM and GRU share: options, products of a row with gate matrices, and the way into a plan. */
import type { Reals } from "../engine/bound.js";
import type { Pointer } from "../engine/contract.js";
import { dropoutMask } from "./dropout.js";
import type { Builder, Layer, Tensor } from "./layer.js";
import { cellActivation, count, flag, initializer, rate, regularizer } from "./options.js";

/** Options of every recurrent layer; Keras's defaults. */
export const recurrentOptions = {
  /** U, the size of the state. */
  units: count(),
  activation: cellActivation("tanh"),
  useBias: flag(true),
  kernelInitializer: initializer("glorotUniform"),
  recurrentInitializer: initializer("orthogonal"),
  biasInitializer: initializer("zeros"),
  kernelRegularizer: regularizer(),
  recurrentRegularizer: regularizer(),
  biasRegularizer: regularizer(),
  /** Of the input, one mask for all time steps. */
  dropout: rate(0),
  /** Of the previous output, one mask for all time steps. */
  recurrentDropout: rate(0),
  /** The output of every step instead of the last. */
  returnSequences: flag(false),
  /** From the last time step to the first; the sequence comes out in that order. */
  goBackwards: flag(false),
};

/**
 * z [gates·U] += (row ⊙ dropout) · matrix [F][gates·U] for one row b.
 * `drop` is [groups][B][F]: one group for all gates, or one a gate.
 */
export function project(
  z: Reals,
  row: Reals,
  matrix: Reals,
  gates: number,
  F: number,
  U: number,
  drop: Reals | null,
  groups: number,
  b: number,
  B: number,
): void {
  for (let gate = 0; gate < gates; gate++) {
    const dropRow = ((groups === 1 ? 0 : gate) * B + b) * F;
    for (let k = 0; k < F; k++) {
      const value = drop ? row[k]! * drop[dropRow + k]! : row[k]!;
      const from = (k * gates + gate) * U;
      for (let u = 0; u < U; u++) z[gate * U + u]! += value * matrix[from + u]!;
    }
  }
}

/** dRow [F] += dropout ⊙ (dz [gates·U] · matrixᵀ): the input's side of `project`. */
export function projectBack(
  dRow: Reals,
  dz: Reals,
  matrix: Reals,
  gates: number,
  F: number,
  U: number,
  drop: Reals | null,
  groups: number,
  b: number,
  B: number,
): void {
  for (let gate = 0; gate < gates; gate++) {
    const dropRow = ((groups === 1 ? 0 : gate) * B + b) * F;
    for (let k = 0; k < F; k++) {
      const from = (k * gates + gate) * U;
      let sum = 0;
      for (let u = 0; u < U; u++) sum += dz[gate * U + u]! * matrix[from + u]!;
      dRow[k]! += drop ? sum * drop[dropRow + k]! : sum;
    }
  }
}

/** dMatrix [F][gates·U] += (row ⊙ dropout)ᵀ · dz: the matrix's side of `project`. */
export function accumulateOuter(
  dMatrix: Reals,
  row: Reals,
  dz: Reals,
  gates: number,
  F: number,
  U: number,
  drop: Reals | null,
  groups: number,
  b: number,
  B: number,
): void {
  for (let gate = 0; gate < gates; gate++) {
    const dropRow = ((groups === 1 ? 0 : gate) * B + b) * F;
    for (let k = 0; k < F; k++) {
      const value = drop ? row[k]! * drop[dropRow + k]! : row[k]!;
      const from = (k * gates + gate) * U;
      for (let u = 0; u < U; u++) dMatrix[from + u]! += value * dz[gate * U + u]!;
    }
  }
}

/** Row b of step s of a [T][B][F] buffer; before the first step, the initial state (or null for zeros). */
export function stateRow(
  states: Reals,
  initial: Reals | null,
  s: number,
  b: number,
  B: number,
  U: number,
): Reals | null {
  if (s >= 0) return states.subarray((s * B + b) * U, (s * B + b + 1) * U);
  return initial ? initial.subarray(b * U, (b + 1) * U) : null;
}

/** y += x over x's length. */
export function addInto(y: Reals, x: Reals): void {
  for (let i = 0; i < x.length; i++) y[i]! += x[i]!;
}

/** Starts z [gates·U] of an inference step: bias + x_t · kernel, or the row of the folded table for id_t. */
export function sequenceInput(
  z: Reals,
  a: { x: Reals | null; ids: Reals | null; table: Reals | null; kernel: Reals; bias: Reals | null },
  gates: number,
  t: number,
  b: number,
  B: number,
  T: number,
  I: number,
  U: number,
): void {
  if (a.ids && a.table) {
    const from = a.ids[b * T + t]! * gates * U;
    z.set(a.table.subarray(from, from + gates * U));
    return;
  }
  for (let j = 0; j < gates * U; j++) z[j] = a.bias ? a.bias[j]! : 0;
  project(z, a.x!.subarray((t * B + b) * I, (t * B + b + 1) * I), a.kernel, gates, I, U, null, 1, b, B);
}

interface RecurrentLayer extends Layer {
  readonly options: {
    units: number;
    useBias: boolean;
    dropout: number;
    recurrentDropout: number;
    returnSequences: boolean;
    goBackwards: boolean;
  };
}

interface SharedArguments {
  B: number;
  T: number;
  I: number;
  U: number;
  reverse: number;
  mask: Pointer;
  h0: Pointer;
  kernel: Pointer;
  recurrent: Pointer;
  bias: Pointer;
}

interface TrainingInput {
  h: Pointer;
  x: Pointer;
  dropX: Pointer;
  dropH: Pointer;
  GX: number;
}

interface Gradients {
  dx: Pointer;
  dKernel: Pointer;
  dRecurrent: Pointer;
  dBias: Pointer;
  dh0: Pointer;
  dH: Pointer;
  dLast: Pointer;
}

interface InferenceOutputs {
  hLast: Pointer;
  sequence: Pointer;
  x: Pointer;
  ids: Pointer;
  table: Pointer;
}

/** The kernel calls of one kind of cell. */
interface CellCalls {
  /** Records the forward call; returns what records the backward call. */
  forward(shared: SharedArguments, input: TrainingInput): (gradients: Gradients) => void;
  infer(shared: SharedArguments, outputs: InferenceOutputs): void;
}

/** Plans a recurrent layer: dropout masks, forward saving what backward needs, or lean inference. */
export function planRecurrent(
  b: Builder,
  layer: RecurrentLayer,
  x: Tensor,
  gates: number,
  cell: CellCalls,
): Tensor {
  const { units: U, useBias, returnSequences, goBackwards } = layer.options;
  const [T, I] = x.shape as [number, number];
  const shared: SharedArguments = {
    B: b.B,
    T,
    I,
    U,
    reverse: goBackwards ? 1 : 0,
    mask: x.mask,
    h0: 0,
    kernel: b.parameter(layer, "kernel"),
    recurrent: b.parameter(layer, "recurrent_kernel"),
    bias: useBias ? b.parameter(layer, "bias") : 0,
  };
  if (!b.training) return planInference(b, layer, x, gates, shared, cell);

  // Keras hands the input's mask on as it is, also where the sequence comes out backwards.
  const h = b.tensor([T, U], { mask: x.mask });
  const { dropout, recurrentDropout } = layer.options;
  // Keras: recurrent dropout switches to one mask a gate, for the input too; otherwise all gates share one.
  const GX = recurrentDropout > 0 ? gates : 1;
  const backward = cell.forward(shared, {
    h: h.at,
    x: b.read(x),
    dropX: b.frozen || keeps(dropout) ? 0 : dropoutMask(b, layer, 0, dropout, GX, I),
    dropH: b.frozen || keeps(recurrentDropout) ? 0 : dropoutMask(b, layer, 1, recurrentDropout, gates, U),
    GX,
  });
  const out = returnSequences ? h : b.tensor([U], { at: h.at + lastStep(b, T, U) });
  b.backward(() => {
    if (!out.gradient) return;
    backward({
      dx: b.gradientOf(x),
      dKernel: b.parameterGradient(layer, "kernel"),
      dRecurrent: b.parameterGradient(layer, "recurrent_kernel"),
      dBias: useBias ? b.parameterGradient(layer, "bias") : 0,
      dh0: 0,
      dH: returnSequences ? out.gradient : 0,
      dLast: returnSequences ? 0 : out.gradient,
    });
  });
  return out;
}

/** Keras applies a cell's dropout only for 0 < rate < 1. */
const keeps = (rate: number) => rate <= 0 || rate >= 1;

const lastStep = (b: Builder, T: number, U: number) => (T - 1) * b.B * U * b.elementBytes;

/** The largest folded table, in elements: past this, looking rows up costs more memory than the product saves time. */
const LARGEST_TABLE = 4_000_000;

function planInference(
  b: Builder,
  layer: RecurrentLayer,
  x: Tensor,
  gates: number,
  shared: SharedArguments,
  cell: CellCalls,
): Tensor {
  const { returnSequences, units: U } = layer.options;
  const { T, I } = shared;
  const hLast = b.tensor([U]);
  const sequence = returnSequences ? b.tensor([T, U], { mask: x.mask }) : null;
  const outputs = { hLast: hLast.at, sequence: sequence?.at ?? 0, x: 0, ids: 0, table: 0 };
  const folded = x.embedded;
  if (folded && folded.vocabulary * gates * U <= LARGEST_TABLE) {
    const table = b.derived(
      `${shared.kernel}/${folded.table}`,
      folded.vocabulary * gates * U,
      (out, prepare) => {
        const matrix = { kernel: shared.kernel, bias: shared.bias, activation: 0 };
        prepare("denseForward", { out, x: folded.table, ...matrix, N: folded.vocabulary, I, U: gates * U });
      },
    );
    cell.infer(shared, { ...outputs, ids: folded.ids, table });
  } else {
    cell.infer(shared, { ...outputs, x: b.read(x) });
  }
  return sequence ?? hLast;
}
