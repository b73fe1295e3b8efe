/**
 * Principal components in float64 (Pearson 1901): the directions in which rows differ most, by Jacobi rotations of
 * their covariance matrix (Golub and Van Loan, Matrix Computations, §8.5). Letters: N rows, D numbers a row.
 * No library: ml-pca and the ml-matrix under it add 74 KB (minified, in 2026) for what takes 4 KB here.
 */
import { inputError, wholeNumber } from "../base/errors.js";
import { type Pieces, ROWS, spans } from "../base/pieces.js";

export interface Components {
  /** [D] the mean row. */
  mean: Float64Array;
  /** [k][D] orthonormal directions, that of the largest variance first; each one's largest number is positive. */
  directions: Float64Array[];
  /** [D] variance along every direction (divided by N − 1), falling; not only along the k that are given. */
  variances: Float64Array;
  /** [k] each direction's share of the whole variance; 0 where there is none. */
  explained: number[];
}

/** The covariance matrix has D² numbers; beyond this it is no word table. */
const WIDEST = 2048;

/**
 * @param rows [N][D], row after row
 * @param count k, how many directions to give
 */
export function* principalComponents(rows: ArrayLike<number>, D: number, count: number): Pieces<Components> {
  wholeNumber(D, "principal components: numbers a row", 1, WIDEST);
  wholeNumber(count, "principal components: directions", 1, D);
  const N = rows.length / D;
  if (!Number.isInteger(N) || N < 2) {
    throw inputError({
      expected: `at least two rows of ${D} numbers`,
      where: "principal components",
      received: N,
    });
  }
  const mean = meanRow(rows, N, D);
  const { values, vectors } = yield* jacobi(yield* covariance(rows, mean, N, D), D);
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!);
  // Rounding may leave a variance of nothing a hair below 0.
  const variances = Float64Array.from(order, (k) => Math.max(0, values[k]!));
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  return {
    mean,
    directions: order.slice(0, count).map((k) => signed(vectors.subarray(k * D, (k + 1) * D))),
    variances,
    explained: Array.from(variances.subarray(0, count), (v) => (total > 0 ? v / total : 0)),
  };
}

/** [N][k] each row's coordinates along the directions, its mean taken off. */
export function project(rows: ArrayLike<number>, { mean, directions }: Components): Float64Array {
  const D = mean.length;
  const N = rows.length / D;
  const k = directions.length;
  const out = new Float64Array(N * k);
  for (let n = 0; n < N; n++) {
    for (let d = 0; d < D; d++) {
      const value = rows[n * D + d]! - mean[d]!;
      for (let j = 0; j < k; j++) out[n * k + j]! += value * directions[j]![d]!;
    }
  }
  return out;
}

function meanRow(rows: ArrayLike<number>, N: number, D: number): Float64Array {
  const mean = new Float64Array(D);
  for (let n = 0; n < N; n++) for (let d = 0; d < D; d++) mean[d]! += rows[n * D + d]!;
  return mean.map((sum) => sum / N);
}

/** [D][D] Σ (x − mean)(x − mean)ᵀ / (N − 1) */
function* covariance(
  rows: ArrayLike<number>,
  mean: Float64Array,
  N: number,
  D: number,
): Pieces<Float64Array> {
  const out = new Float64Array(D * D);
  const centred = new Float64Array(D);
  yield* spans(N, Math.ceil((ROWS * ROWS) / D), (from, to) => {
    for (let n = from; n < to; n++) {
      for (let d = 0; d < D; d++) centred[d] = rows[n * D + d]! - mean[d]!;
      for (let i = 0; i < D; i++) {
        const value = centred[i]! / (N - 1);
        for (let j = 0; j <= i; j++) out[i * D + j]! += value * centred[j]!;
      }
    }
  });
  for (let i = 0; i < D; i++) for (let j = 0; j < i; j++) out[j * D + i] = out[i * D + j]!;
  return out;
}

const MOST_SWEEPS = 60;

/** Eigenvalues of a symmetric matrix A [D][D] (overwritten), and its eigenvectors as the rows of `vectors` [D][D]. */
function* jacobi(A: Float64Array, D: number): Pieces<{ values: Float64Array; vectors: Float64Array }> {
  const vectors = new Float64Array(D * D);
  for (let i = 0; i < D; i++) vectors[i * D + i] = 1;
  const whole = A.reduce((sum, a) => sum + a * a, 0);
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(A, D) > 1e-30 * whole; sweep++) {
    for (let p = 0; p < D - 1; p++) {
      for (let q = p + 1; q < D; q++) rotate(A, vectors, D, p, q);
      yield 0;
    }
  }
  return { values: Float64Array.from({ length: D }, (_, i) => A[i * D + i]!), vectors };
}

function offDiagonal(A: Float64Array, D: number): number {
  let sum = 0;
  for (let i = 0; i < D; i++) for (let j = 0; j < i; j++) sum += 2 * A[i * D + j]! ** 2;
  return sum;
}

/** The rotation in the plane of p and q that makes A[p][q] zero. */
function rotate(A: Float64Array, vectors: Float64Array, D: number, p: number, q: number): void {
  const apq = A[p * D + q]!;
  if (apq === 0) return;
  const theta = (A[q * D + q]! - A[p * D + p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < D; k++) {
    const [a, b] = [A[k * D + p]!, A[k * D + q]!];
    A[k * D + p] = c * a - s * b;
    A[k * D + q] = s * a + c * b;
  }
  rotateRows(A, D, p, q, c, s);
  rotateRows(vectors, D, p, q, c, s);
}

function rotateRows(M: Float64Array, D: number, p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < D; k++) {
    const [a, b] = [M[p * D + k]!, M[q * D + k]!];
    M[p * D + k] = c * a - s * b;
    M[q * D + k] = s * a + c * b;
  }
}

/** A direction and its opposite are the same; the one whose largest number is positive stands for both. */
function signed(vector: Float64Array): Float64Array {
  const largest = vector.reduce((best, v) => (Math.abs(v) > Math.abs(best) ? v : best), 0);
  return largest < 0 ? vector.map((v) => -v) : vector.slice();
}
