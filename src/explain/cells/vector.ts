/** Vectors and matrices of float64, as small as the mathematics of one cell needs them. Rows times matrices: y = x·M. */

export type Vector = readonly number[];

/** [rows][columns] */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: ArrayLike<number>;
}

export const zeros = (n: number): number[] => new Array<number>(n).fill(0);
export const ones = (n: number): number[] => new Array<number>(n).fill(1);

/** Elementwise, over any number of vectors of one length. */
export const combine = (f: (...values: number[]) => number, ...vectors: readonly Vector[]): number[] =>
  vectors[0]!.map((_, i) => f(...vectors.map((vector) => vector[i]!)));

export function add(...vectors: readonly Vector[]): number[] {
  const sum = [...vectors[0]!];
  for (let k = 1; k < vectors.length; k++) for (let i = 0; i < sum.length; i++) sum[i]! += vectors[k]![i]!;
  return sum;
}
export const concatenate = (a: Vector, b: Vector): number[] => [...a, ...b];
export const subtract = (a: Vector, b: Vector): number[] => a.map((value, i) => value - b[i]!);
/** a ⊙ b ⊙ … */
export function hadamard(...vectors: readonly Vector[]): number[] {
  const product = [...vectors[0]!];
  for (let k = 1; k < vectors.length; k++)
    for (let i = 0; i < product.length; i++) product[i]! *= vectors[k]![i]!;
  return product;
}
export const scale = (a: Vector, factor: number): number[] => a.map((value) => value * factor);
export const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
export const total = (a: Vector): number => a.reduce((sum, value) => sum + value, 0);
/** Euclidean length; scaled, so that tiny vectors do not vanish in their squares. */
export const norm = (a: Vector): number => Math.hypot(...a);
export const largest = (a: Vector): number => a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** x [rows] · M → [columns] */
export function timesMatrix(x: Vector, { rows, columns, data }: Matrix): number[] {
  const y = zeros(columns);
  for (let r = 0; r < rows; r++) {
    const value = x[r]!;
    for (let c = 0; c < columns; c++) y[c]! += value * data[r * columns + c]!;
  }
  return y;
}

/** y [columns] · Mᵀ → [rows]: what a gradient does on its way back through x · M. */
export function timesTransposed(y: Vector, { rows, columns, data }: Matrix): number[] {
  const x = zeros(rows);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += y[c]! * data[r * columns + c]!;
    x[r] = sum;
  }
  return x;
}

/** Columns from … from + count − 1 of a matrix: a gate's weights among those of all gates. */
export function columnsOf({ rows, columns, data }: Matrix, from: number, count: number): Matrix {
  const block = new Float64Array(rows * count);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < count; c++) block[r * count + c] = data[r * columns + from + c]!;
  }
  return { rows, columns: count, data: block };
}
