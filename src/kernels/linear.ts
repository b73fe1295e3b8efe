/**
 * Linear classifiers over sparse binary features, by dual coordinate descent on the L2-loss support vector machine (Hsieh
 * et al., "A dual coordinate descent method for large-scale linear SVM", ICML 2008, algorithm 1 with L2 loss). Feature j
 * has the value r_j wherever it is present, and row i is scaled by s_i. Kept is u_j = w_j r_j, beside r_j²: the score of a
 * row is s_i Σ u_j + bias, and a step along it adds to u_j the multiple of r_j². Row i has the features ids[starts_i …
 * starts_{i+1} − 1], all below F. L problems over the same rows lie side by side, so that one look into memory serves all;
 * each comes to the same bits as it would alone.
 */
import { reads, real, trainingKernel, updates, whole, words, writes } from "./declare.js";

const linearSquares = trainingKernel(
  "out_il = Σ r_jl² over the features of row i",
  {
    out: writes("N L"),
    weights: reads("F 2 L"),
    starts: words("N+1"),
    ids: words("M"),
    N: whole,
    M: whole,
    F: whole,
    L: whole,
  },
  ({ out, weights, starts, ids, N, F, L }) => {
    for (let i = 0; i < N; i++) {
      for (let l = 0; l < L; l++) {
        let sum = 0;
        for (let k = starts[i]!; k < starts[i + 1]!; k++) {
          if (ids[k]! < F) sum += weights[(2 * ids[k]! + 1) * L + l]!;
        }
        out[i * L + l] = sum;
      }
    }
  },
);

/**
 * weights [F][2][L]: u_j · r_j²; rows [N][4][L]: s_i · y_i, ±1 · 1/(2 C_i) · ‖x_i‖² + 1 + 1/(2 C_i); state [2][L]: the bias ·
 * the largest projected gradient of the last epoch. An epoch that finds that below the tolerance does nothing.
 */
const linearEpoch = trainingKernel(
  "One epoch of dual coordinate descent over the rows in the given order",
  {
    weights: updates("F 2 L"),
    alpha: updates("N L"),
    state: updates("2 L"),
    rows: reads("N 4 L"),
    starts: words("N+1"),
    ids: words("M"),
    order: words("N"),
    N: whole,
    M: whole,
    F: whole,
    L: whole,
    tolerance: real,
  },
  ({ weights, alpha, state, rows, starts, ids, order, N, F, L, tolerance }) => {
    for (let l = 0; l < L; l++) {
      if (state[L + l]! < tolerance) continue;
      let bias = state[l]!;
      let largest = 0;
      for (let n = 0; n < N; n++) {
        const i = order[n]!;
        if (i >= N) continue;
        const [scale, y, damping, curvature] = [0, 1, 2, 3].map((fact) => rows[(4 * i + fact) * L + l]!);
        let sum = 0;
        for (let k = starts[i]!; k < starts[i + 1]!; k++) {
          if (ids[k]! < F) sum += weights[2 * ids[k]! * L + l]!;
        }
        const before = alpha[i * L + l]!;
        const gradient = y! * (scale! * sum + bias) - 1 + before * damping!;
        if (before === 0 && gradient >= 0) continue;
        largest = Math.max(largest, Math.abs(gradient));
        const after = Math.max(0, before - gradient / curvature!);
        alpha[i * L + l] = after;
        const step = (after - before) * y!;
        for (let k = starts[i]!; k < starts[i + 1]!; k++) {
          const at = 2 * ids[k]! * L + l;
          if (ids[k]! < F) weights[at]! += step * scale! * weights[at + L]!;
        }
        bias += step;
      }
      state[l] = bias;
      state[L + l] = largest;
    }
  },
);

export const linear = { linearSquares, linearEpoch };
