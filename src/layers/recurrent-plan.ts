/** The way of a recurrent layer into a plan, the same for every kind of cell. */
import type { Pointer } from "../kernels/declare.js";
import { dropoutMask } from "./dropout.js";
import type { Builder, DerivedKey, Layer, Tensor } from "./layer.js";
import { reversedMask } from "./layout.js";
import { planChoose } from "./operations.js";

interface Planned extends Layer {
  readonly options: {
    units: number;
    useBias: boolean;
    dropout: number;
    recurrentDropout: number;
    returnSequences: boolean;
    goBackwards: boolean;
    zeroOutputForMask: boolean;
  };
}

/** What every recurrent kernel takes, whatever its cell and whichever way it goes. */
export interface RecurrentArguments {
  /** Rows, steps, and numbers of input and state. */
  B: number;
  T: number;
  I: number;
  U: number;
  /** 1 from the last step to the first, else 0. */
  reverse: number;
  /** [T][B] of 0 and 1, or 0 for no mask. */
  mask: Pointer;
  /** [B][U], or 0 for a first state of zeros. */
  h0: Pointer;
  /** [I][G·U], [U][G·U] and [G·U]; no bias is 0. */
  kernel: Pointer;
  recurrent: Pointer;
  bias: Pointer;
}

export interface TrainingInput {
  h: Pointer;
  x: Pointer;
  dropX: Pointer;
  dropH: Pointer;
  GX: number;
  /** [B][U], or 0 for a first cell state of zeros; only of cells that have one. */
  c0: Pointer;
}

export interface Gradients {
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
  paddedH: Pointer;
  paddedC: Pointer;
}

/** Where a training pass over one row puts its states. */
interface SavedStates {
  h: Pointer;
  c: Pointer;
  gates: Pointer;
}

/** What a recorded forward call leaves. */
export interface Forwarded {
  /** Cell states [T][B][U]; 0 of cells without. */
  c: Pointer;
  /** Records the backward call. */
  backward(gradients: Gradients): void;
}

/** The kernel calls of one kind of cell. */
export interface CellCalls {
  /** Records the forward call. */
  forward(shared: RecurrentArguments, input: TrainingInput): Forwarded;
  infer(shared: RecurrentArguments, outputs: InferenceOutputs): void;
  /** Prepares the states of one row over all its steps. */
  states(prepare: Builder["call"], shared: RecurrentArguments, x: Pointer, saved: SavedStates): void;
}

/** Plans a recurrent layer: dropout masks, forward saving what backward needs, or lean inference. */
export function planRecurrent(b: Builder, layer: Planned, x: Tensor, gates: number, cell: CellCalls): Tensor {
  const { units: U, useBias, goBackwards, zeroOutputForMask } = layer.options;
  const [T, I] = x.shape as [number, number];
  const shared: RecurrentArguments = {
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
  const plan = b.training ? planTraining : planInference;
  const out = plan(b, layer, x, gates, shared, cell);
  return zeroOutputForMask && x.mask ? withoutHidden(b, layer, out, x.mask, T) : out;
}

/** 0 in place of the outputs of hidden steps, in the order in which the steps come out. */
function withoutHidden(b: Builder, layer: Planned, out: Tensor, mask: Pointer, T: number): Tensor {
  const { returnSequences, goBackwards } = layer.options;
  const order = goBackwards ? reversedMask(b, mask, T) : mask;
  return planChoose(b, returnSequences ? order : order + lastStep(b, T, 1), out, 0, out.mask);
}

function planTraining(
  b: Builder,
  layer: Planned,
  x: Tensor,
  gates: number,
  shared: RecurrentArguments,
  cell: CellCalls,
): Tensor {
  const { useBias, returnSequences } = layer.options;
  const { T, I, U } = shared;
  // Keras hands the input's mask on as it is, also where the sequence comes out backwards.
  const h = b.tensor([T, U], { mask: x.mask });
  const { dropout, recurrentDropout } = layer.options;
  // Keras: recurrent dropout switches to one mask a gate, for the input too; otherwise all gates share one.
  const GX = recurrentDropout > 0 ? gates : 1;
  const { backward } = cell.forward(shared, {
    h: h.at,
    c0: 0,
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
  layer: Planned,
  x: Tensor,
  gates: number,
  shared: RecurrentArguments,
  cell: CellCalls,
): Tensor {
  const { returnSequences, units: U } = layer.options;
  const { T, I } = shared;
  const hLast = b.tensor([U]);
  const sequence = returnSequences ? b.tensor([T, U], { mask: x.mask }) : null;
  const outputs = {
    hLast: hLast.at,
    sequence: sequence?.at ?? 0,
    x: 0,
    ids: 0,
    table: 0,
    paddedH: 0,
    paddedC: 0,
  };
  const folded = x.embedded;
  if (folded && folded.vocabulary * gates * U <= LARGEST_TABLE) {
    const table = b.derived(
      { what: "folded table", of: [shared.kernel, folded.table] },
      folded.vocabulary * gates * U,
      (out, prepare) => {
        const matrix = { kernel: shared.kernel, bias: shared.bias, activation: 0 };
        prepare("denseForward", { out, x: folded.table, ...matrix, N: folded.vocabulary, I, U: gates * U });
      },
    );
    const padded = x.mask ? {} : paddedStates(b, shared, folded, cell);
    cell.infer(shared, { ...outputs, ids: folded.ids, table, ...padded });
  } else {
    cell.infer(shared, { ...outputs, x: b.read(x) });
  }
  return sequence ?? hLast;
}

/**
 * The states that padding leaves: rows padded in front, as short texts are, begin behind it. They come from the same
 * sums as any step's, so a prediction's bits are those of computing every step.
 */
function paddedStates(
  b: Builder,
  shared: RecurrentArguments,
  { table, vocabulary: V }: { table: Pointer; vocabulary: number },
  cell: CellCalls,
): { paddedH: Pointer; paddedC: Pointer } {
  const { T, I, U } = shared;
  const sizes = { h: T * U, c: T * U, gates: T * 4 * U, x: T * I, ids: T };
  const total = Object.values(sizes).reduce((sum, elements) => sum + elements, 0);
  const places = (from: Pointer) => {
    let at = from;
    const place = (elements: number) => (at += elements * b.elementBytes) - elements * b.elementBytes;
    return { h: place(sizes.h), c: place(sizes.c), gates: place(sizes.gates), x: place(sizes.x), ids: at };
  };
  const key: DerivedKey = { what: "padding states", of: [shared.kernel, table, T] };
  const at = b.derived(key, total, (from, prepare) => {
    const { ids, x, ...saved } = places(from);
    prepare("fill", { out: ids, value: 0, length: T });
    prepare("embeddingForward", { out: x, ids, table, B: 1, T, F: I, V });
    cell.states(prepare, { ...shared, B: 1, mask: 0, reverse: 0 }, x, saved);
  });
  const { h, c } = places(at);
  return { paddedH: h, paddedC: c };
}
