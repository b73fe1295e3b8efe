/**
 * Attention over a sequence (Luong et al. 2015): scores e_ts of a query q_t [I] with every key k_s [I], their softmax
 * over s as weights a_ts, and y_t = Σ_s a_ts v_s [F].
 *
 *   dot      e_ts = σ · q_t·k_s
 *   concat   e_ts = w · Σ_i tanh(σ · (q_ti + k_si))
 *
 * σ is the scale, 1 where there is none, and w the concat weight, which tells the two apart. T steps of queries, S of
 * values and keys.
 */
import {
  kernel,
  optional,
  type Reals,
  reads,
  scratch,
  trainingKernel,
  updates,
  whole,
  writes,
} from "./declare.js";

/** What is taken off a hidden step's score, as Keras does: where all steps are hidden, none of them is. */
const HIDDEN = 1e9;

const sizes = { B: whole, T: whole, S: whole, I: whole, F: whole };

interface Scoring {
  query: Reals;
  key: Reals;
  scale: Reals | null;
  concatWeight: Reals | null;
  B: number;
  I: number;
}

/** Where q_t and k_s of row b begin. */
const places = ({ B, I }: Scoring, b: number, t: number, s: number) =>
  [(t * B + b) * I, (s * B + b) * I] as const;

/** e_ts of row b. */
function scoreOf(a: Scoring, b: number, t: number, s: number): number {
  const { query, key, scale, concatWeight, I } = a;
  const [q, k] = places(a, b, t, s);
  const by = scale ? scale[0]! : 1;
  let sum = 0;
  for (let i = 0; i < I; i++) {
    sum += concatWeight ? Math.tanh(by * (query[q + i]! + key[k + i]!)) : query[q + i]! * key[k + i]!;
  }
  return concatWeight ? concatWeight[0]! * sum : by * sum;
}

/** x [S] becomes its softmax. */
function softmaxRow(x: Reals): void {
  let largest = -Infinity;
  for (let s = 0; s < x.length; s++) largest = Math.max(largest, x[s]!);
  let sum = 0;
  for (let s = 0; s < x.length; s++) sum += x[s] = Math.exp(x[s]! - largest);
  for (let s = 0; s < x.length; s++) x[s]! /= sum;
}

const attentionForward = kernel(
  "out_t = Σ_s weights_ts · drop_ts · value_s, weights = softmax over s of the scores of query and key, less 1e9 where " +
    "valueMask is 0; scores are scale · query·key, or with concatWeight concatWeight · Σ tanh(scale · (query + key)). out " +
    "is 0 where queryMask is.",
  {
    out: writes("T B F"),
    weights: optional(writes("T B S")),
    query: reads("T B I"),
    value: reads("S B F"),
    key: reads("S B I"),
    queryMask: optional(reads("T B")),
    valueMask: optional(reads("S B")),
    drop: optional(reads("T B S")),
    scale: optional(reads("1")),
    concatWeight: optional(reads("1")),
    scratch: scratch("T*S+PANEL_ELEMENTS"),
    ...sizes,
  },
  (a) => {
    const { out, weights, value, queryMask, valueMask, drop, B, T, S, F } = a;
    const row = a.scratch.subarray(0, S);
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) {
        for (let s = 0; s < S; s++) row[s] = scoreOf(a, b, t, s);
        if (valueMask) for (let s = 0; s < S; s++) if (valueMask[s * B + b] === 0) row[s]! -= HIDDEN;
        softmaxRow(row);
        weights?.set(row, (t * B + b) * S);
        const y = out.subarray((t * B + b) * F, (t * B + b + 1) * F).fill(0);
        if (queryMask && queryMask[t * B + b] === 0) continue;
        for (let s = 0; s < S; s++) {
          const met = drop ? row[s]! * drop[(t * B + b) * S + s]! : row[s]!;
          for (let f = 0; f < F; f++) y[f]! += met * value[(s * B + b) * F + f]!;
        }
      }
    }
  },
);

/**
 * δv_s = Σ_t a_ts m_ts δy_t; δa_ts = m_ts (δy_t·v_s); δe_ts = a_ts (δa_ts − Σ_r δa_tr a_tr), and from there
 *
 *   dot      δq_t = σ Σ_s δe_ts k_s, δk_s = σ Σ_t δe_ts q_t, δσ = Σ δe_ts q_t·k_s
 *   concat   with h = tanh(σ (q_ti + k_si)), δz = δe_ts w (1 − h²): δq_ti = σ Σ_s δz, δk_si = σ Σ_t δz,
 *            δσ = Σ δz (q_ti + k_si), δw = Σ δe_ts h
 */
const attentionBackward = trainingKernel(
  "dQuery, dValue, dKey = …, dScale += …, dConcatWeight += …, from dOut and the weights that the forward put out",
  {
    dQuery: optional(writes("T B I")),
    dValue: optional(writes("S B F")),
    dKey: optional(writes("S B I")),
    dScale: optional(updates("1")),
    dConcatWeight: optional(updates("1")),
    dOut: reads("T B F"),
    weights: reads("T B S"),
    query: reads("T B I"),
    value: reads("S B F"),
    key: reads("S B I"),
    queryMask: optional(reads("T B")),
    drop: optional(reads("T B S")),
    scale: optional(reads("1")),
    concatWeight: optional(reads("1")),
    scratch: scratch("2*roundUp(T*S,16)+roundUp(T*F,16)+max(T*I,2*roundUp(I,16))+PANEL_ELEMENTS"),
    ...sizes,
  },
  (a) => {
    const { dOut, weights, value, queryMask, drop, B, T, S, F } = a;
    const dWeights = a.scratch.subarray(0, S);
    for (const assigned of [a.dQuery, a.dValue, a.dKey]) assigned?.fill(0);
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) {
        if (queryMask && queryMask[t * B + b] === 0) continue;
        const dy = dOut.subarray((t * B + b) * F, (t * B + b + 1) * F);
        const row = weights.subarray((t * B + b) * S, (t * B + b + 1) * S);
        let mean = 0;
        for (let s = 0; s < S; s++) {
          const kept = drop ? drop[(t * B + b) * S + s]! : 1;
          let dot = 0;
          for (let f = 0; f < F; f++) {
            dot += dy[f]! * value[(s * B + b) * F + f]!;
            if (a.dValue) a.dValue[(s * B + b) * F + f]! += row[s]! * kept * dy[f]!;
          }
          dWeights[s] = kept * dot;
          mean += dWeights[s]! * row[s]!;
        }
        for (let s = 0; s < S; s++) scoreBackward(a, row[s]! * (dWeights[s]! - mean), b, t, s);
      }
    }
  },
);

interface ScoreGradients extends Scoring {
  dQuery: Reals | null;
  dKey: Reals | null;
  dScale: Reals | null;
  dConcatWeight: Reals | null;
}

/** What δe_ts of row b adds to the gradients of all that its score came from. */
function scoreBackward(a: ScoreGradients, dScore: number, b: number, t: number, s: number): void {
  const { query, key, scale, concatWeight, dQuery, dKey, dScale, dConcatWeight, I } = a;
  const [q, k] = places(a, b, t, s);
  const by = scale ? scale[0]! : 1;
  let [dBy, sumOfH] = [0, 0];
  for (let i = 0; i < I; i++) {
    const sum = query[q + i]! + key[k + i]!;
    const h = concatWeight ? Math.tanh(by * sum) : 0;
    const dz = concatWeight ? dScore * concatWeight[0]! * (1 - h * h) : dScore;
    if (dQuery) dQuery[q + i]! += by * dz * (concatWeight ? 1 : key[k + i]!);
    if (dKey) dKey[k + i]! += by * dz * (concatWeight ? 1 : query[q + i]!);
    dBy += dz * (concatWeight ? sum : query[q + i]! * key[k + i]!);
    sumOfH += h;
  }
  if (dScale) dScale[0]! += dBy;
  if (dConcatWeight) dConcatWeight[0]! += dScore * sumOfH;
}

export const attention = { attentionForward, attentionBackward };
