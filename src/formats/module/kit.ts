/**
 * What an exported module may be made of. A piece is a function of the pieces it names; its own source text, as
 * scripts/build-pieces.mjs writes it down, goes into the file, so it may use nothing but them, the language itself and,
 * where there is one, WebAssembly: no imports, no names of its file.
 */
import type { ActivationName } from "../../kernels/activations.js";

/** A value between layers, of one row: a vector [F] or a sequence [T, F], steps one after another. */
export interface Value {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  /** [T] 0 where a step is hidden from later layers. */
  readonly mask: Uint8Array | null;
  /** Ids behind an embedding, for a layer that has its input's products by id. */
  readonly looked?: { readonly ids: Float32Array; readonly table: Float32Array };
}

export type RowLayer = (inputs: readonly Value[]) => Value;
export type Run = (inputs: readonly Value[]) => Value;
export type Scalar = (x: number) => number;
/** Changes data[from … to−1], one row or a part of it, in place. */
export type Activate = (data: Float32Array, from: number, to: number) => void;

/** How an array is kept: as it is, or as bytes with one scale a row or a column. */
export type Scaling = "none" | "rows" | "columns";

/** Where in a module's memory something begins, in bytes; 0 is nowhere. */
export type Address = number;

/**
 * What the kernels work in. Layers keep their weights here and put in what a call is about; `floats` and `words` are all
 * of it, and others once it has grown.
 */
export interface Memory {
  floats: Float32Array;
  words: Int32Array;
  /** kernels/module/row.c in WebAssembly; null where that is missing or forbidden: then JavaScript does the same. */
  readonly compiled: Kernels | null;
  /** Room for numbers that are not set. */
  take(length: number): Address;
  put(values: Float32Array): Address;
  /** What f returns; what f took is given back. */
  borrow<T>(f: () => T): T;
}

/** The functions of kernels/module/row.c, which says what they do. */
export interface Kernels {
  product(out: Address, start: Address, x: Address, panels: Address, K: number, N: number): void;
  simple_rnn: CellKernel;
  lstm: CellKernel;
  gru: CellKernel;
  gru_reset_after: CellKernel;
}

export type CellKernel = (
  state: Address,
  sequence: Address,
  steps: Address,
  recurrent: Address,
  second: Address,
  room: Address,
  T: number,
  U: number,
  activation: number,
  recurrentActivation: number,
) => void;

/** A step of a cell from its pre-activations z, as the plain kernels have it. */
export type PlainStep = (z: Address, cell: PlainCell) => void;

export interface PlainCell {
  h: Address;
  recurrent: Address;
  second: Address;
  room: Address;
  U: number;
  activation: Activate;
  recurrentActivation: Activate;
}

/** A matrix [K][N] in panels of eight columns, read in the order in which a product needs it. */
export interface Matrix {
  readonly at: Address;
  readonly K: number;
  /** Columns, rounded up to whole panels. */
  readonly N: number;
}

export interface DenseOptions {
  I: number;
  U: number;
  kernel: Float32Array;
  bias: Float32Array | null;
  activation: Activate;
}

/** By the number the kernels know it by, and what it does. */
export interface CellActivation {
  id: number;
  f: Activate;
}

export interface CellOptions {
  I: number;
  U: number;
  kernel: Float32Array;
  recurrent: Float32Array;
  bias: Float32Array | null;
  activation: CellActivation;
  /** Of the gates, where there are any. */
  recurrentActivation: CellActivation;
  returnSequences: boolean;
  goBackwards: boolean;
  /** Hidden steps put out 0 instead of the output before them. */
  zeroOutputForMask: boolean;
}

/** A cell's kernel and the weights it takes. */
export interface Cell {
  kernel: CellKernel;
  gates: number;
  /** Numbers in its state, h the first U. */
  state: number;
  recurrent: Address;
  second: Address;
}

/** A layer and the nodes it reads; an input has no layer. */
export type RowNode = readonly [layer: RowLayer | null, ...from: number[]];

export interface TokenRules {
  /** Lower-casing of all letters, of ASCII letters, or none. */
  lower: "all" | "ascii" | null;
  /** Characters beyond ASCII that part words, and the ASCII one that then stands in their place. */
  replaced: RegExp | null;
  separator: string;
  removed: RegExp | null;
  /** What parts words. */
  between: RegExp | null;
  unit: "word" | "character" | "text";
}

export interface RowRules {
  vocabulary: readonly string[];
  /** The id of words that the vocabulary lacks; null where they leave no trace. */
  unknown: number | null;
  length: number;
  padding: "pre" | "post";
  truncating: "pre" | "post";
}

export interface Label {
  label: string;
  probability: number;
  scores: Record<string, number>;
}

export type Nested = ArrayLike<number> | ArrayLike<ArrayLike<number>>;

export interface ArithmeticKit {
  bytesOf(base64: string): Uint8Array<ArrayBuffer>;
  /** Takes arrays [rows][columns] out of base64 text, by the byte at which they begin. */
  unpack(text: string): (at: number, rows: number, columns: number, scaling?: Scaling) => Float32Array;
  /** Columns from … to−1 of weights [K][N]. */
  matrix(weights: Float32Array, K: number, N: number, from?: number, to?: number): Matrix;
  /** N numbers (or zeros) with room behind them for whole panels. */
  padded(values: Float32Array | null, N: number): Address;
}

export interface KernelKit {
  /** The text of the compiled kernels. */
  binary: string;
  memory: Memory;
  product: Kernels["product"];
  /** Activations by number, as far as cells use them. */
  byNumber: Activate[];
  eachStep(step: PlainStep): CellKernel;
  lstmKernel: CellKernel;
  gruKernel: CellKernel;
  gruResetAfterKernel: CellKernel;
  simpleRNNKernel: CellKernel;
}

export interface ConvolutionOptions extends Windows {
  I: number;
  U: number;
  K: number;
  dilation: number;
  groups: number;
  /** [K][I / groups][U] */
  kernel: Float32Array;
  bias: Float32Array | null;
  activation: Activate;
}

/** Windows that slide along steps; a span is the steps that one covers, gaps included. */
export interface Windows {
  span: number;
  stride: number;
  padding: "valid" | "same" | "causal";
}

export interface NormalizationOptions {
  F: number;
  gamma: Float32Array | null;
  beta: Float32Array | null;
  epsilon: number;
}

export interface LayerKit {
  embedding(o: { V: number; F: number; table: Float32Array; maskZero: boolean }): RowLayer;
  dense(o: DenseOptions): RowLayer;
  activation(f: Activate): RowLayer;
  /** What does nothing when predicting. */
  pass: RowLayer;
  flatten: RowLayer;
  /** By moving statistics [F]. */
  batchNormalization(o: NormalizationOptions & { mean: Float32Array; variance: Float32Array }): RowLayer;
  layerNormalization(o: NormalizationOptions): RowLayer;
  /** A slope for every place of a row; the sizes of alpha [T, F] are 1 along shared axes. */
  prelu(o: { alpha: Float32Array; T: number; F: number }): RowLayer;
  softmaxOver(what: "features" | "steps"): RowLayer;
}

export interface RecurrentKit {
  /** Any cell over a sequence. */
  recurrent(cell: Cell, o: CellOptions): RowLayer;
  /** State: h, then c. */
  lstm(o: CellOptions): RowLayer;
  /** The reset gate before the recurrent product. */
  gru(o: CellOptions): RowLayer;
  /** The reset gate after it; the second half of the bias belongs to that product. */
  gruResetAfter(o: CellOptions): RowLayer;
  simpleRNN(o: CellOptions): RowLayer;
  /** Layers in turn, the first of them perhaps backwards. */
  stacked(layers: readonly RowLayer[], goBackwards: boolean): RowLayer;
}

export interface SequenceKit {
  /** Hides steps of which every number is the value. */
  masking(value: number): RowLayer;
  globalMax(keepdims: boolean): RowLayer;
  /** Of the steps that are not hidden. */
  globalAverage(keepdims: boolean): RowLayer;
  /** S, how many windows there are over T steps, and the steps of padding before the first. */
  windows(o: Windows, T: number): { S: number; before: number };
  pool(o: Windows & { average: boolean }): RowLayer;
  conv1D(o: ConvolutionOptions): RowLayer;
  /** A sequence from its last step to its first; a vector as it is. */
  reversed(x: Value): Value;
  bidirectional(forward: RowLayer, backward: RowLayer, merge: RowLayer): RowLayer;
}

export interface ShapingKit {
  repeatVector(n: number): RowLayer;
  /** A size of −1 takes what is left. */
  reshape(target: readonly number[]): RowLayer;
  /** Steps and features change places. */
  transposed: RowLayer;
  /** A value without its mask. */
  unmasked: RowLayer;
  zeroPadding(before: number, behind: number): RowLayer;
  /** A layer on every step by itself. */
  timeDistributed(layer: RowLayer): RowLayer;
}

export interface AttentionKit {
  /** A query, a value and perhaps a key; of the numbers, `weight` is that of tanh sums, null for products. */
  attention(o: { scale: Float32Array | null; weight: Float32Array | null }): RowLayer;
}

export interface MergingKit {
  /** A mask that holds where any does; null where one is missing. */
  anyMask(masks: readonly (Uint8Array | null)[]): Uint8Array | null;
  /** Values of the one shape that all have together. */
  alike(inputs: readonly Value[]): Value[];
  merged(f: (a: number, b: number) => number, factor: number): RowLayer;
  multiply: RowLayer;
  /** The largest where sign is 1, the smallest where it is −1. */
  largest(sign: number): RowLayer;
  joinFeatures: RowLayer;
  joinSteps: RowLayer;
}

export interface NetworkKit {
  /** Runs every node on the values of those it reads; `output` is the node whose value is the answer. */
  graph(nodes: readonly RowNode[], output: number): Run;
  /** Nested rows in, a list of them for each input where there are several; a row of outputs each. */
  predictor(
    run: Run,
    shapes: readonly (readonly (number | null)[])[],
  ): (rows: ArrayLike<unknown>) => (number[] | number[][])[];
}

export interface TextKit {
  tokenizer(rules: TokenRules): (text: string) => string[];
  encoder(tokens: (text: string) => string[], rules: RowRules): (text: string) => Float32Array;
  classifier(
    encode: (text: string) => Float32Array,
    run: Run,
    labels: readonly string[],
    threshold: number,
  ): (text: string) => Label;
}

export type ActivationKit = Record<ActivationName, Activate> & {
  /** A function of one number as an activation. */
  each(f: Scalar): Activate;
  /** The error function. */
  erf: Scalar;
  /** min(x, ceiling) above the threshold, slope · (x − threshold) elsewhere. */
  rectified(slope: number, threshold: number, ceiling: number): Activate;
  leaky(slope: number): Activate;
  eluOf(alpha: number): Activate;
};

export type Kit = ActivationKit &
  ArithmeticKit &
  AttentionKit &
  KernelKit &
  LayerKit &
  MergingKit &
  NetworkKit &
  RecurrentKit &
  SequenceKit &
  ShapingKit &
  TextKit;

/** Makers of some pieces; one that is a text goes into a file as it is. */
export type Pieces<Part> = {
  readonly [K in keyof Part]: Part[K] extends string ? string : (kit: Kit) => Part[K];
};
