/**
 * Singular values of small matrices in float64. No library: ml-matrix has no largest one alone, and its decomposition
 * adds 71 KB (minified, in 2026) for what takes 2 KB here.
 */
import type { Pieces } from "../base/pieces.js";
import { largest, type Matrix, norm, type Vector } from "./cells/vector.js";

const SWEEPS = 60;

/**
 * All singular values, largest first: one-sided Jacobi (Hestenes 1958). Pairs of columns are rotated until all are
 * orthogonal; their lengths then are the singular values.
 */
export function singularValues({ rows, columns, data }: Matrix): number[] {
  const column = Array.from({ length: columns }, (_, c) =>
    Float64Array.from({ length: rows }, (_, r) => data[r * columns + c]!),
  );
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < columns; p++) {
      for (let q = p + 1; q < columns; q++) rotated = rotate(column[p]!, column[q]!) || rotated;
    }
    if (!rotated) break;
  }
  return column.map((values) => norm(Array.from(values))).sort((a, b) => b - a);
}

/** Makes two columns orthogonal; false where they are already. */
function rotate(a: Float64Array, b: Float64Array): boolean {
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
    ab += a[i]! * b[i]!;
  }
  if (Math.abs(ab) <= 1e-15 * Math.sqrt(aa * bb)) return false;
  const zeta = (bb - aa) / (2 * ab);
  const tangent = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = cosine * tangent;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    a[i] = cosine * x - sine * y;
    b[i] = sine * x + cosine * y;
  }
  return true;
}

/**
 * The largest singular value alone, many times faster: the root of the largest eigenvalue of MᵀM, which is made
 * tridiagonal by reflections (Householder 1958) and then bisected by Sturm's count (Golub and Van Loan, 8.3 and 8.4).
 */
export function* spectralNorm(matrix: Matrix): Pieces<number> {
  const size = largest(Array.from(matrix.data));
  if (size === 0) return 0;
  // Scaled, so that squares of tiny numbers do not vanish.
  const data = Float64Array.from(matrix.data, (value) => value / size);
  const { diagonal, beside } = yield* tridiagonal(yield* gram({ ...matrix, data }));
  return size * Math.sqrt(largestEigenvalue(diagonal, beside));
}

/** MᵀM, as rows. */
function* gram({ rows, columns, data }: Matrix): Pieces<Float64Array[]> {
  const G = Array.from({ length: columns }, () => new Float64Array(columns));
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < columns; i++) {
      const value = data[r * columns + i]!;
      if (value === 0) continue;
      for (let j = 0; j < columns; j++) G[i]![j]! += value * data[r * columns + j]!;
    }
    yield 0;
  }
  return G;
}

/** A symmetric matrix, reflected step by step until only the diagonal and its neighbours are left. Overwrites A. */
function* tridiagonal(A: Float64Array[]): Pieces<{ diagonal: number[]; beside: number[] }> {
  const n = A.length;
  const beside: number[] = [];
  for (let k = 0; k < n - 1; k++) {
    const v = A[k]!.slice(k + 1);
    const length = norm(Array.from(v));
    const alpha = v[0]! > 0 ? -length : length;
    beside.push(alpha);
    v[0]! -= alpha;
    const squared = v.reduce((sum, value) => sum + value * value, 0);
    if (squared > 0) reflect(A, k + 1, v, 2 / squared);
    yield 0;
  }
  return { diagonal: A.map((row, i) => row[i]!), beside };
}

/** A := P A P on rows and columns from `from` on, with P = 1 − β v vᵀ: A − v wᵀ − w vᵀ, w = p − (β/2)(vᵀp) v, p = β A v. */
function reflect(A: Float64Array[], from: number, v: Float64Array, beta: number): void {
  const m = v.length;
  const w = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    const row = A[from + i]!;
    let sum = 0;
    for (let j = 0; j < m; j++) sum += row[from + j]! * v[j]!;
    w[i] = beta * sum;
  }
  let vw = 0;
  for (let i = 0; i < m; i++) vw += v[i]! * w[i]!;
  for (let i = 0; i < m; i++) w[i]! -= 0.5 * beta * vw * v[i]!;
  for (let i = 0; i < m; i++) {
    const row = A[from + i]!;
    for (let j = 0; j < m; j++) row[from + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
  }
}

/** Bisection between Gershgorin's bounds: a value is above all eigenvalues when every pivot of T − value is negative. */
function largestEigenvalue(diagonal: readonly number[], beside: readonly number[]): number {
  const reach = diagonal.map((d, i) => d + Math.abs(beside[i - 1] ?? 0) + Math.abs(beside[i] ?? 0));
  let low = 0;
  let high = Math.max(...reach);
  const aboveAll = (value: number) => {
    let pivot = 1;
    for (const [i, d] of diagonal.entries()) {
      pivot = d - value - (i > 0 ? beside[i - 1]! ** 2 / pivot : 0);
      if (pivot >= 0) return false;
    }
    return true;
  };
  for (let step = 0; step < 100 && high - low > 1e-16 * high; step++) {
    const middle = (low + high) / 2;
    if (aboveAll(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** A·B */
export function* product(a: Matrix, b: Matrix): Pieces<Matrix> {
  const data = new Float64Array(a.rows * b.columns);
  for (let r = 0; r < a.rows; r++) {
    for (let k = 0; k < a.columns; k++) {
      const value = a.data[r * a.columns + k]!;
      if (value === 0) continue;
      for (let c = 0; c < b.columns; c++) data[r * b.columns + c]! += value * b.data[k * b.columns + c]!;
    }
    yield 0;
  }
  return { rows: a.rows, columns: b.columns, data };
}

/** A matrix from its rows. */
export function fromRows(rows: readonly Vector[]): Matrix {
  return { rows: rows.length, columns: rows[0]?.length ?? 0, data: Float64Array.from(rows.flat()) };
}
