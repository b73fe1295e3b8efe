/**
 * The engine contract: memory plus kernels.
 *
 * An engine owns one linear memory and runs kernels over byte offsets ("pointers") into it. Layers and plans
 * speak only this file; they never know which engine runs. The table below is the whole ABI: each kernel's
 * arguments in the order in which `kernels/kernels.h` takes them (outputs, inputs, sizes).
 *
 * Letters: B rows of the batch (of one shard), T time steps, I input features, U units, F features, V vocabulary,
 * N rows of a matrix, G groups. Sequences are time-major, [T][B][F]; everything is one element type (float32; the
 * reference engine can also run float64 for gradient checks). Parameter gradients accumulate, activations assign.
 *
 * Kinds: `p` pointer · `o` pointer that may be 0 (absent) · `n` integer · `r` real number · `w` pointer to uint32.
 */

const p = "pointer";
const o = "optional";
const n = "integer";
const r = "real";
const w = "words";

export const KERNELS = {
  // ---- memory -------------------------------------------------------------------------------------------
  /** out[i] = value */
  fill: { out: p, length: n, value: r },
  /** out[i] += x[i] */
  add: { out: p, x: p, length: n },
  /** out [B][T·F] = x [T][B][F]: Keras's Flatten of a time-major sequence */
  toRowMajor: { out: p, x: p, B: n, T: n, F: n },
  /** out [T][B][F] = x [B][T·F]: the inverse, also used for sequences that come from the user */
  toTimeMajor: { out: p, x: p, B: n, T: n, F: n },
  /** out [T][N] = x [T][N] with time reversed */
  reverseTime: { out: p, x: p, T: n, N: n },
  /** out[i] = Σ_s parts[s·stride + i], s = 0 … count−1 in that order: the fixed-order sum of shard gradients */
  sumShards: { out: p, parts: p, count: n, stride: n, length: n },

  // ---- embedding ----------------------------------------------------------------------------------------
  /** out [T][B][F] = table [V][F] at ids [B][T] */
  embeddingForward: { out: p, ids: p, table: p, B: n, T: n, F: n, V: n },
  /** dTable [V][F] += dOut [T][B][F] at ids [B][T] */
  embeddingBackward: { dTable: p, ids: p, dOut: p, B: n, T: n, F: n, V: n },
  /** mask [T][B] = (ids [B][T] ≠ 0) */
  maskFromIds: { mask: p, ids: p, B: n, T: n },

  // ---- dense and elementwise ----------------------------------------------------------------------------
  /** out [N][U] = activation(x [N][I] · kernel [I][U] + bias [U]); `activation` is one that `ACTIVATIONS` can fuse */
  denseForward: { out: p, x: p, kernel: p, bias: o, scratch: p, N: n, I: n, U: n, activation: n },
  /** dx [N][I] = …, dKernel [I][U] += …, dBias [U] += …, from dOut [N][U] and the forward's out */
  denseBackward: {
    dx: o,
    dKernel: p,
    dBias: o,
    dOut: p,
    out: p,
    x: p,
    kernel: p,
    scratch: p,
    N: n,
    I: n,
    U: n,
    activation: n,
  },
  /**
   * out [S][B][U] = activation(Σ_k x_{s·stride + k·dilation − before} · kernel_k + bias [U]) of x [T][B][I] and
   * kernel [K][I/groups][U], steps outside 0 … T−1 zeros: block g of the outputs sees block g of the inputs
   */
  conv1dForward: {
    out: p,
    x: p,
    kernel: p,
    bias: o,
    scratch: p,
    B: n,
    T: n,
    I: n,
    S: n,
    U: n,
    K: n,
    stride: n,
    dilation: n,
    before: n,
    groups: n,
    activation: n,
  },
  /** dx [T][B][I] = …, dKernel += …, dBias [U] += …, from dOut [S][B][U] and the forward's out */
  conv1dBackward: {
    dx: o,
    dKernel: p,
    dBias: o,
    dOut: p,
    out: p,
    x: p,
    kernel: p,
    scratch: p,
    B: n,
    T: n,
    I: n,
    S: n,
    U: n,
    K: n,
    stride: n,
    dilation: n,
    before: n,
    groups: n,
    activation: n,
  },
  /** out = activation(x), `alpha` its parameter where it has one */
  activationForward: { out: p, x: p, length: n, activation: n, alpha: r },
  /** dx = dOut · activation′, from x and out */
  activationBackward: { dx: p, dOut: p, x: p, out: p, length: n, activation: n, alpha: r },
  /** out = min(x, ceiling) where x > threshold, else slope · (x − threshold) */
  rectifyForward: { out: p, x: p, length: n, slope: r, threshold: r, ceiling: r },
  rectifyBackward: { dx: p, dOut: p, x: p, length: n, slope: r, threshold: r, ceiling: r },
  /** out [N][F] = softmax over F of x [N][F] */
  softmaxForward: { out: p, x: p, N: n, F: n },
  /** dx [N][F] from dOut and out */
  softmaxBackward: { dx: p, dOut: p, out: p, N: n, F: n },

  // ---- normalisation, of N rows of F features -------------------------------------------------------------
  /** mean [F], variance [F] of x [N][F] over the rows where mask [N] is not 0; 0 where there are none */
  batchMoments: { mean: p, variance: p, x: p, mask: o, N: n, F: n },
  /** out [N][F] = (x − mean) / √(variance + epsilon) · gamma + beta, all of them [F] */
  batchNormForward: {
    out: p,
    x: p,
    mean: p,
    variance: p,
    gamma: o,
    beta: o,
    N: n,
    F: n,
    epsilon: r,
  },
  /** From dOut [N][F]; with `batch` mean and variance are those of x where mask is not 0, else given numbers */
  batchNormBackward: {
    dx: o,
    dGamma: o,
    dBeta: o,
    dOut: p,
    x: p,
    mean: p,
    variance: p,
    gamma: o,
    mask: o,
    N: n,
    F: n,
    batch: n,
    epsilon: r,
  },
  /** mean [N] and inverse [N] = 1 / √(variance + epsilon) of every row; out [N][F] = (x − mean) · inverse · gamma + beta */
  layerNormForward: {
    out: p,
    mean: p,
    inverse: p,
    x: p,
    gamma: o,
    beta: o,
    N: n,
    F: n,
    epsilon: r,
  },
  layerNormBackward: {
    dx: o,
    dGamma: o,
    dBeta: o,
    dOut: p,
    x: p,
    mean: p,
    inverse: p,
    gamma: o,
    N: n,
    F: n,
  },

  // ---- dropout ------------------------------------------------------------------------------------------
  /**
   * mask [G][B][F] = scale where the Philox word of (seed, purpose, step, firstRow + b, g·F + f) ≥ threshold, else 0.
   * counters: uint32 [seedLow, seedHigh, step]. threshold = round(rate · 2³²).
   */
  dropoutMask: { mask: p, counters: w, G: n, B: n, F: n, purpose: n, firstRow: n, threshold: n, scale: r },
  /** out [G][N] = x [G][N] · mask, the mask [G][N] or, with maskGroups 1, one [N] for every group */
  multiplyMask: { out: p, x: p, mask: p, G: n, N: n, maskGroups: n },

  // ---- selecting, joining, repeating: what layers without a kernel of their own are put together from --------
  /** out [N][F] = mask [N] ≠ 0 ? x : other; where one of the two is absent, `value` stands for it. out may be either. */
  choose: { out: p, mask: p, x: o, other: o, N: n, F: n, value: r },
  /** out = a · x + b · y, or a · x without y. out may be x or y. */
  combine: { out: p, x: p, y: o, length: n, a: r, b: r },
  /** mask [N] = 1 where any of x [N][F] differs from `value`, else 0 */
  maskFromValues: { mask: p, x: p, N: n, F: n, value: r },
  /** N rows of F elements, `outStride` and `xStride` elements apart: a block of columns, cut out or put in */
  copyRows: { out: p, x: p, N: n, F: n, outStride: n, xStride: n },
  /** out [A][R][C] = x [A][C], R times */
  repeatAxis: { out: p, x: p, A: n, R: n, C: n },
  /** out [A][C] = Σ_r x [A][R][C], or += with `accumulate` */
  sumAxis: { out: p, x: p, A: n, R: n, C: n, accumulate: n },

  // ---- pooling over steps: window s covers steps s·stride − before … + size − 1, those within the sequence ----
  /** out [S][N] = the largest of x [T][N] in each window */
  maxPoolForward: { out: p, x: p, T: n, N: n, S: n, size: n, stride: n, before: n },
  /** dx [T][N] from dOut [S][N]: to the first of the largest in a window or, with `share`, to all in equal parts */
  maxPoolBackward: {
    dx: p,
    dOut: p,
    out: p,
    x: p,
    T: n,
    N: n,
    S: n,
    size: n,
    stride: n,
    before: n,
    share: n,
  },
  /** out [S][B][F] = mean of x [T][B][F] over each window's steps, those where mask [T][B] is not 0; NaN of none */
  averagePoolForward: {
    out: p,
    x: p,
    mask: o,
    B: n,
    T: n,
    F: n,
    S: n,
    size: n,
    stride: n,
    before: n,
  },
  /** dx [T][B][F] from dOut [S][B][F] */
  averagePoolBackward: {
    dx: p,
    dOut: p,
    mask: o,
    B: n,
    T: n,
    F: n,
    S: n,
    size: n,
    stride: n,
    before: n,
  },

  // ---- recurrent cells ----------------------------------------------------------------------------------
  // Steps are numbered in processing order s; with reverse = 1 step s reads time T−1−s, and outputs stay in
  // processing order, as Keras's go_backwards. Where mask [T][B] is 0 the states carry through. dropX [GX][B][I]
  // and dropH [GH][B][U] are dropout multipliers constant over time: GX = 1 shares one mask between the gates,
  // GX = gates has one a gate; absent pointers mean no dropout. GH is always the number of gates.
  /** h [T][B][U]; kernel [I][U], recurrent [U][U], bias [U]. Also runs inference; out is h. */
  rnnForward: {
    h: p,
    x: p,
    mask: o,
    h0: o,
    kernel: p,
    recurrent: p,
    bias: o,
    dropX: o,
    dropH: o,
    scratch: p,
    B: n,
    T: n,
    I: n,
    U: n,
    activation: n,
    reverse: n,
  },
  /** Gradients from dH [T][B][U] (every step) and/or dLast [B][U] (the last step). */
  rnnBackward: {
    dx: o,
    dKernel: p,
    dRecurrent: p,
    dBias: o,
    dh0: o,
    dH: o,
    dLast: o,
    h: p,
    x: p,
    mask: o,
    h0: o,
    kernel: p,
    recurrent: p,
    dropX: o,
    dropH: o,
    scratch: p,
    B: n,
    T: n,
    I: n,
    U: n,
    activation: n,
    reverse: n,
  },
  /** h, c [T][B][U], gates [T][B][4U] in the order i f g o, activated; kernel [I][4U], recurrent [U][4U], bias [4U]. */
  lstmForward: {
    h: p,
    c: p,
    gates: p,
    x: p,
    mask: o,
    h0: o,
    c0: o,
    kernel: p,
    recurrent: p,
    bias: o,
    dropX: o,
    dropH: o,
    scratch: p,
    B: n,
    T: n,
    I: n,
    U: n,
    GX: n,
    activation: n,
    recurrentActivation: n,
    reverse: n,
  },
  lstmBackward: {
    dx: o,
    dKernel: p,
    dRecurrent: p,
    dBias: o,
    dh0: o,
    dc0: o,
    dH: o,
    dLast: o,
    h: p,
    c: p,
    gates: p,
    x: p,
    mask: o,
    h0: o,
    c0: o,
    kernel: p,
    recurrent: p,
    dropX: o,
    dropH: o,
    scratch: p,
    B: n,
    T: n,
    I: n,
    U: n,
    GX: n,
    activation: n,
    recurrentActivation: n,
    reverse: n,
  },
  /**
   * h [T][B][U], gates [T][B][4U]: z r h̃ activated and, in the fourth block, the recurrent part of the candidate
   * before r multiplies it (resetAfter only). kernel [I][3U], recurrent [U][3U]; bias [3U], or [2][3U] with resetAfter.
   */
  gruForward: {
    h: p,
    gates: p,
    x: p,
    mask: o,
    h0: o,
    kernel: p,
    recurrent: p,
    bias: o,
    dropX: o,
    dropH: o,
    scratch: p,
    B: n,
    T: n,
    I: n,
    U: n,
    GX: n,
    activation: n,
    recurrentActivation: n,
    resetAfter: n,
    reverse: n,
  },
  gruBackward: {
    dx: o,
    dKernel: p,
    dRecurrent: p,
    dBias: o,
    dh0: o,
    dH: o,
    dLast: o,
    h: p,
    gates: p,
    x: p,
    mask: o,
    h0: o,
    kernel: p,
    recurrent: p,
    dropX: o,
    dropH: o,
    scratch: p,
    B: n,
    T: n,
    I: n,
    U: n,
    GX: n,
    activation: n,
    recurrentActivation: n,
    resetAfter: n,
    reverse: n,
  },
  // Inference keeps nothing for a backward pass: `sequence` [T][B][U] only where asked for, final states always.
  // Input is x [T][B][I] with `table` absent, or ids [B][T] with table [V][gates·U] = embedding · kernel + input bias
  // (the embedding folded into the input projection; `x`, `kernel` then unused). With ids and no mask, paddedH and
  // paddedC [T][U] may give the states after 1 … T steps of id 0 from zeros (h0, c0 absent): rows that begin with so
  // much padding are taken up from there.
  rnnInfer: {
    hLast: p,
    sequence: o,
    x: o,
    ids: o,
    table: o,
    paddedH: o,
    mask: o,
    h0: o,
    kernel: p,
    recurrent: p,
    bias: o,
    scratch: p,
    B: n,
    T: n,
    I: n,
    U: n,
    activation: n,
    reverse: n,
  },
  lstmInfer: {
    hLast: p,
    cLast: p,
    sequence: o,
    x: o,
    ids: o,
    table: o,
    paddedH: o,
    paddedC: o,
    mask: o,
    h0: o,
    c0: o,
    kernel: p,
    recurrent: p,
    bias: o,
    scratch: p,
    B: n,
    T: n,
    I: n,
    U: n,
    activation: n,
    recurrentActivation: n,
    reverse: n,
  },
  gruInfer: {
    hLast: p,
    sequence: o,
    x: o,
    ids: o,
    table: o,
    paddedH: o,
    mask: o,
    h0: o,
    kernel: p,
    recurrent: p,
    bias: o,
    scratch: p,
    B: n,
    T: n,
    I: n,
    U: n,
    activation: n,
    recurrentActivation: n,
    resetAfter: n,
    reverse: n,
  },

  // ---- losses: rowLoss [B] = weight [B] · loss; dOut [B][F] = ∂(scale · Σ rowLoss)/∂out ------------------
  // With fromLogits the input and the gradient are those of the last layer before its activation.
  /** out, target [B][F]; mean over F; probabilities clipped to [1e-7, 1−1e-7] */
  binaryCrossentropy: {
    rowLoss: p,
    dOut: o,
    out: p,
    target: p,
    weight: o,
    B: n,
    F: n,
    fromLogits: n,
    labelSmoothing: r,
    scale: r,
  },
  /** out [B][F] renormalised to sum 1; target [B][F] */
  categoricalCrossentropy: {
    rowLoss: p,
    dOut: o,
    out: p,
    target: p,
    weight: o,
    B: n,
    F: n,
    fromLogits: n,
    labelSmoothing: r,
    scale: r,
  },
  /** out [B][F]; target [B] holds class indices; clipped probabilities are renormalised, as Keras does on TensorFlow */
  sparseCategoricalCrossentropy: {
    rowLoss: p,
    dOut: o,
    out: p,
    target: p,
    weight: o,
    B: n,
    F: n,
    fromLogits: n,
    scale: r,
  },
  /** out, target [B][F]; mean over F */
  meanSquaredError: { rowLoss: p, dOut: o, out: p, target: p, weight: o, B: n, F: n, scale: r },

  // ---- optimizers: scalars [0] learning rate, [1] bias-corrected rate of this step ------------------------
  /** velocity = momentum · velocity − lr · g;  w += velocity (nesterov: momentum · velocity − lr · g) */
  sgd: { w: p, g: p, velocity: o, scalars: p, length: n, nesterov: n, momentum: r, weightDecay: r },
  // 1−rho and 1−beta are passed as such: taken from a float32 beta of 0.999 they would be off by 1e-5 of themselves.
  /** v = rho · v + (1−rho) g²;  w −= lr · g / √(v + epsilon), epsilon inside the root; `average`: centered */
  rmsprop: {
    w: p,
    g: p,
    v: p,
    velocity: o,
    average: o,
    scalars: p,
    length: n,
    oneMinusRho: r,
    momentum: r,
    epsilon: r,
    weightDecay: r,
  },
  /** w −= scalars[1] · m / (√v + epsilon); AdamW: w −= lr · weightDecay · w first; vMax: amsgrad */
  adam: {
    w: p,
    g: p,
    m: p,
    v: p,
    vMax: o,
    scalars: p,
    length: n,
    oneMinusBeta1: r,
    oneMinusBeta2: r,
    epsilon: r,
    weightDecay: r,
  },
  /** out[0] = (accumulate ? out[0] : 0) + Σ x² */
  sumSquares: { out: p, x: p, length: n, accumulate: n },
  /** g *= limit / max(√norm2[0], limit) */
  clipToNorm: { g: p, norm2: p, length: n, limit: r },
  /** g clipped to [−limit, limit] */
  clipToValue: { g: p, length: n, limit: r },
  /** g += l1 · sign(w) + 2 · l2 · w;  penalty[0] += l1 Σ|w| + l2 Σw² */
  regularize: { g: p, penalty: p, w: p, length: n, l1: r, l2: r },
} as const satisfies Record<string, Record<string, "pointer" | "optional" | "integer" | "real" | "words">>;

export type KernelName = keyof typeof KERNELS;
export type KernelArguments<K extends KernelName> = { [Field in keyof (typeof KERNELS)[K]]: number };

/** A byte offset into an engine's memory; 0 is "absent". */
export type Pointer = number;

/** One kernel call with its arguments fixed. */
export type Call = { [K in KernelName]: { kernel: K; args: KernelArguments<K> } }[KernelName];
/** Calls that run in order on one thread. */
export type Task = Call[];
/** Phases run one after another; the tasks of a phase are independent and may run on as many threads as there are. */
export type Phase = Task[];

export interface Program {
  /** Runs every phase and returns when all is done. */
  run(): void;
  /** Gives back what `load` took; the program must not run again. */
  dispose(): void;
}

export type EngineName = "reference" | "wasm" | "native";

export interface Engine {
  readonly name: EngineName;
  readonly threads: number;
  /** Bytes an element takes: 4, or 8 for the float64 reference. */
  readonly elementBytes: 4 | 8;
  /** The first offset that buffers may take, a multiple of 64. Below lie 0, which means absent, and the engine's own. */
  readonly base: Pointer;
  /** Grows the memory to at least this many bytes, zero-filled, contents kept. `buffer` may be another object after. */
  reserve(bytes: number): void;
  /** The memory itself. Do not hold on to it across `reserve`. */
  readonly buffer: ArrayBufferLike;
  /** Prepares calls for running. */
  load(phases: Phase[]): Program;
  /** Frees threads and memory. */
  dispose(): void;
}

/**
 * Activations by the number kernels know them by. `fused`: its derivative follows from its output alone, so a kernel
 * may apply it in place and forget the input; the others run as `activationForward` and keep their input.
 */
export const ACTIVATIONS = {
  linear: { id: 0, fused: true },
  sigmoid: { id: 1, fused: true },
  tanh: { id: 2, fused: true },
  relu: { id: 3, fused: true },
  /** Keras 3: relu6(x + 3) / 6 */
  hardSigmoid: { id: 4, fused: true },
  /** Keras 2: clip(0.2 x + 0.5, 0, 1) */
  hardSigmoid2: { id: 5, fused: true },
  softsign: { id: 6, fused: true },
  softplus: { id: 7, fused: true },
  elu: { id: 8, fused: true },
  selu: { id: 9, fused: true },
  exponential: { id: 10, fused: true },
  relu6: { id: 11, fused: true },
  hardTanh: { id: 12, fused: true },
  leakyRelu: { id: 13, fused: false },
  silu: { id: 14, fused: false },
  gelu: { id: 15, fused: false },
  geluApproximate: { id: 16, fused: false },
  mish: { id: 17, fused: false },
  hardSilu: { id: 18, fused: false },
  /** Over the last axis: its own kernels. */
  softmax: { id: 19, fused: false },
} as const;

export type ActivationName = keyof typeof ACTIVATIONS;

/** A block of the right-hand matrix, copied into the order in which it is read (PANEL_ELEMENTS of kernels/matrix.h). */
const DENSE_PANEL = 256 * 64;

/** The elements (not bytes) of working room that a kernel with a `scratch` argument may use. */
export function scratchElements(call: Call): number {
  switch (call.kernel) {
    case "denseForward":
    case "denseBackward": {
      const { N, U } = call.args;
      return N * U + DENSE_PANEL;
    }
    case "conv1dForward":
    case "conv1dBackward": {
      const { S, B, U } = call.args;
      return S * B * U + DENSE_PANEL;
    }
    case "rnnForward":
    case "rnnBackward":
    case "rnnInfer":
      return recurrentScratch(call.args, 1);
    case "lstmForward":
    case "lstmBackward":
    case "lstmInfer":
      return recurrentScratch(call.args, 4);
    case "gruForward":
    case "gruBackward":
    case "gruInfer":
      return recurrentScratch(call.args, 4);
    default:
      return 0;
  }
}

/** Rows whose deltas the backward kernels gather before they meet the weight gradients (`CHUNK_ROWS` in kernels/). */
const CHUNK_ROWS = 128;

/**
 * Packed weights and their gradients, panels of a chunk's inputs and deltas, a few [B][U] states; units and features
 * rounded up to the widest vector.
 */
function recurrentScratch({ B, I, U }: { B: number; I: number; U: number }, gates: number): number {
  const units = Math.ceil(U / 16) * 16;
  const features = Math.ceil(I / 16) * 16;
  const rows = Math.max(B, CHUNK_ROWS) + 1;
  return (
    2 * (features + units) * gates * units +
    rows * (4 * units + gates * (features + units) + 8) +
    4 * (B + 4) * units +
    1024
  );
}
