/**
 * What an exported module may be made of. A piece is a function of the pieces it names; its own source text goes into
 * the file, so it may use nothing but them and the language itself: no imports, no host, no names of its file.
 */
import type { ActivationName } from "../../engine/contract.js";

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

/** A matrix [K][N] in panels of eight columns, read in the order in which a product needs it. */
export interface Matrix {
  readonly panels: Float32Array;
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

export interface CellOptions {
  I: number;
  U: number;
  kernel: Float32Array;
  recurrent: Float32Array;
  bias: Float32Array | null;
  activation: Activate;
  returnSequences: boolean;
  goBackwards: boolean;
  /** Hidden steps put out 0 instead of the output before them. */
  zeroOutputForMask: boolean;
}

export type GatedOptions = CellOptions & { recurrentActivation: Activate };

/** A cell: `width` pre-activations from the input, and a step that advances the state, whose first U numbers are h. */
export interface Cell {
  width: number;
  state: number;
  step(z: Float32Array, state: Float32Array): void;
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
  /** Takes arrays [rows][columns] out of base64 text, by the byte at which they begin. */
  unpack(text: string): (at: number, rows: number, columns: number, scaling?: Scaling) => Float32Array;
  /** Columns from … to−1 of weights [K][N]. */
  matrix(weights: Float32Array, K: number, N: number, from?: number, to?: number): Matrix;
  /** N numbers (or zeros) with room behind them for whole panels. */
  padded(values: Float32Array | null, N: number): Float32Array;
  /** out[n] = start[startAt + n] + Σ_k x[xAt + k] · m[k][n] */
  product(
    out: Float32Array,
    start: Float32Array,
    startAt: number,
    x: Float32Array,
    xAt: number,
    m: Matrix,
  ): void;
}

export interface LayerKit {
  embedding(o: { V: number; F: number; table: Float32Array; maskZero: boolean }): RowLayer;
  dense(o: DenseOptions): RowLayer;
  activation(f: Activate): RowLayer;
  /** What does nothing when predicting. */
  pass: RowLayer;
  flatten: RowLayer;
}

export interface RecurrentKit {
  /** Any cell over a sequence. */
  recurrent(cell: Cell, o: CellOptions): RowLayer;
  /** State: h, then c. */
  lstm(o: GatedOptions): RowLayer;
  /** The reset gate before the recurrent product. */
  gru(o: GatedOptions): RowLayer;
  /** The reset gate after it; the second half of the bias belongs to that product. */
  gruResetAfter(o: GatedOptions): RowLayer;
  simpleRNN(o: CellOptions): RowLayer;
}

export interface SequenceKit {
  /** Hides steps of which every number is the value. */
  masking(value: number): RowLayer;
  globalMax(keepdims: boolean): RowLayer;
  /** Of the steps that are not hidden. */
  globalAverage(keepdims: boolean): RowLayer;
  pool(o: { size: number; stride: number; same: boolean; average: boolean }): RowLayer;
  /** A sequence from its last step to its first; a vector as it is. */
  reversed(x: Value): Value;
  bidirectional(forward: RowLayer, backward: RowLayer, merge: RowLayer): RowLayer;
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
};

export type Kit = ActivationKit &
  ArithmeticKit &
  LayerKit &
  MergingKit &
  NetworkKit &
  RecurrentKit &
  SequenceKit &
  TextKit;

/** Makers of some pieces. */
export type Pieces<Part> = { readonly [K in keyof Part]: (kit: Kit) => Part[K] };
