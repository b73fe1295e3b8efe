/**
 * Platt scaling: a slope and an intercept that make a score the log-odds of a yes (Platt 1999), fitted by Newton's method
 * with halved steps (Lin, Lin and Weng, "A note on Platt's probabilistic outputs for support vector machines", 2007).
 */

/** The log-odds of a score s are slope · s + intercept. */
export interface Logistic {
  readonly slope: number;
  readonly intercept: number;
}

/** ln(1 + eˣ) */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** 1 / (1 + e⁻ˣ) */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** −ln of the probability that log-odds give to what is so, in nats. */
export const logLossOf = (logOdds: number, yes: boolean): number => softplus(yes ? -logOdds : logOdds);

/** Added to the curvature, so that scores that are all alike leave it a slope. */
const RIDGE = 1e-12;
const MOST_STEPS = 100;
const SMALL_GRADIENT = 1e-9;
const SMALLEST_STEP = 1e-10;
/** Of what a full step promises, a step must bring so much. */
const SUFFICIENT = 1e-4;

/**
 * The least log loss to Platt's targets: (y + 1) / (y + 2) of y scores of yes, 1 / (n + 2) of n of no, which keep scores that
 * tell both apart without fault from being certain. The slope is 0 at the least: a score that would have to be turned
 * round tells nothing, and the answer is then how common a yes is, by the same targets.
 * @param yes [scores] 1 or 0
 */
export function fitPlatt(scores: ArrayLike<number>, yes: ArrayLike<number>): Logistic {
  const rows = scores.length;
  let own = 0;
  for (let i = 0; i < rows; i++) own += yes[i] === 1 ? 1 : 0;
  const others = rows - own;
  const [high, low] = [(own + 1) / (own + 2), 1 / (others + 2)];
  const common = (own * high + others * low) / rows;
  const constant = { slope: 0, intercept: rows === 0 ? 0 : Math.log(common / (1 - common)) };
  // Standardised, so that steps are as good whatever scores are counted in.
  const { mean, deviation } = momentsOf(scores);
  if (!(deviation > 0)) return constant;
  const found = minimised(
    Float64Array.from(scores, (score) => (score - mean) / deviation),
    Float64Array.from({ length: rows }, (_, i) => (yes[i] === 1 ? high : low)),
    constant.intercept,
  );
  if (found.slope <= 0) return constant;
  const slope = found.slope / deviation;
  return { slope, intercept: found.intercept - slope * mean };
}

function momentsOf(values: ArrayLike<number>): { mean: number; deviation: number } {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/** Σ −t ln p − (1 − t) ln(1 − p), where p is the logistic function of slope · s + intercept. */
function costOf(scores: Float64Array, targets: Float64Array, slope: number, intercept: number): number {
  let cost = 0;
  for (let i = 0; i < scores.length; i++) {
    const x = slope * scores[i]! + intercept;
    cost += softplus(x) - targets[i]! * x;
  }
  return cost;
}

function minimised(scores: Float64Array, targets: Float64Array, intercept: number): Logistic {
  const rows = scores.length;
  let at = { slope: 0, intercept };
  let cost = costOf(scores, targets, at.slope, at.intercept);
  for (let step = 0; step < MOST_STEPS; step++) {
    let [g1, g2, h11, h12, h22] = [0, 0, RIDGE, 0, RIDGE];
    for (let i = 0; i < rows; i++) {
      const s = scores[i]!;
      const p = logistic(at.slope * s + at.intercept);
      const [error, curvature] = [p - targets[i]!, p * (1 - p)];
      g1 += error * s;
      g2 += error;
      h11 += curvature * s * s;
      h12 += curvature * s;
      h22 += curvature;
    }
    if (Math.max(Math.abs(g1), Math.abs(g2)) < SMALL_GRADIENT * rows) break;
    const determinant = h11 * h22 - h12 * h12;
    const [d1, d2] = [-(h22 * g1 - h12 * g2) / determinant, -(h11 * g2 - h12 * g1) / determinant];
    const promised = g1 * d1 + g2 * d2;
    let part = 1;
    for (; part >= SMALLEST_STEP; part /= 2) {
      const next = { slope: at.slope + part * d1, intercept: at.intercept + part * d2 };
      const reached = costOf(scores, targets, next.slope, next.intercept);
      if (!(reached < cost + SUFFICIENT * part * promised)) continue;
      [at, cost] = [next, reached];
      break;
    }
    if (part < SMALLEST_STEP) break;
  }
  return at;
}
