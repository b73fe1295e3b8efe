/**
 * Linear classifiers over sparse binary features, by dual coordinate descent on the L2-loss support vector machine (Hsieh
 * et al., "A dual coordinate descent method for large-scale linear SVM", ICML 2008, algorithm 1 with L2 loss). Feature j
 * has the value r_j wherever it is present, and row i is scaled by s_i. Kept is u_j = w_j r_j, beside r_j²: the score of a
 * row is s_i Σ u_j + bias, and a step along it adds to u_j the multiple of r_j². Row i has the features ids[starts_i …
 * starts_{i+1} − 1], all below F.
 */
import { reads, real, trainingKernel, updates, whole, words, writes } from "./declare.js";

const linearSquares = trainingKernel(
  "out_i = Σ r_j² over the features of row i",
  {
    out: writes("N"),
    weights: reads("F 2"),
    starts: words("N+1"),
    ids: words("M"),
    N: whole,
    M: whole,
    F: whole,
  },
  ({ out, weights, starts, ids, N, F }) => {
    for (let i = 0; i < N; i++) {
      let sum = 0;
      for (let k = starts[i]!; k < starts[i + 1]!; k++) if (ids[k]! < F) sum += weights[2 * ids[k]! + 1]!;
      out[i] = sum;
    }
  },
);

/**
 * rows [N][4]: s_i · y_i, ±1 · 1/(2 C_i) · ‖x_i‖² + 1 + 1/(2 C_i); state: the bias, and the largest projected gradient of
 * the last epoch. An epoch that finds that below the tolerance does nothing.
 */
const linearEpoch = trainingKernel(
  "One epoch of dual coordinate descent over the rows in the given order",
  {
    weights: updates("F 2"),
    alpha: updates("N"),
    state: updates("2"),
    rows: reads("N 4"),
    starts: words("N+1"),
    ids: words("M"),
    order: words("N"),
    N: whole,
    M: whole,
    F: whole,
    tolerance: real,
  },
  ({ weights, alpha, state, rows, starts, ids, order, N, F, tolerance }) => {
    if (state[1]! < tolerance) return;
    let bias = state[0]!;
    let largest = 0;
    for (let n = 0; n < N; n++) {
      const i = order[n]!;
      if (i >= N) continue;
      const [scale, y, damping, curvature] = rows.subarray(4 * i, 4 * i + 4) as unknown as number[];
      let sum = 0;
      for (let k = starts[i]!; k < starts[i + 1]!; k++) if (ids[k]! < F) sum += weights[2 * ids[k]!]!;
      const before = alpha[i]!;
      const gradient = y! * (scale! * sum + bias) - 1 + before * damping!;
      if (before === 0 && gradient >= 0) continue;
      largest = Math.max(largest, Math.abs(gradient));
      const after = Math.max(0, before - gradient / curvature!);
      alpha[i] = after;
      const step = (after - before) * y!;
      for (let k = starts[i]!; k < starts[i + 1]!; k++) {
        if (ids[k]! < F) weights[2 * ids[k]!]! += step * scale! * weights[2 * ids[k]! + 1]!;
      }
      bias += step;
    }
    state[0] = bias;
    state[1] = largest;
  },
);

export const linear = { linearSquares, linearEpoch };
