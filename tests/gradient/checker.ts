/**
 * Central differences against analytic gradients, in float64.
 *
 * An element's error is |a − n| / max(|a|, |n|, FLOOR · largest |n| of its variable): relative where the gradient is
 * of its variable's size, and on that scale where it is small. A check in which a variable's gradient is all but zero
 * proves nothing and fails.
 */

/** Something differentiable: a scalar function of arrays that may be changed in place. */
export interface Differentiable {
  /** The scalar, from the variables' present values. */
  loss(): number;
  /** Analytic gradients at the present values, by the variables' names. */
  gradients(): Record<string, ArrayLike<number>>;
  readonly variables: Record<string, Float64Array>;
}

export interface CheckOptions {
  /** Largest error of any element. */
  tolerance?: number;
  /** The step of the difference. Curvature costs step², rounding 1e-16 / step. */
  step?: number;
  /** The least that the largest element of a variable's gradient must be. */
  smallest?: number;
  /** Variables whose gradient may be zero (a masked-out row, a dropped unit). */
  mayVanish?: (name: string) => boolean;
}

export interface VariableReport {
  name: string;
  /** Largest error, and where. */
  worst: number;
  at: number;
  analytic: number;
  numeric: number;
  /** Largest |n|. */
  scale: number;
  problem: string | null;
}

const FLOOR = 1e-2;
const DEFAULTS = { tolerance: 1e-6, step: 1e-5, smallest: 1e-4, mayVanish: () => false };

/** Compares every element of every variable. */
export function gradientReport(subject: Differentiable, options: CheckOptions = {}): VariableReport[] {
  const settings = { ...DEFAULTS, ...options };
  subject.loss();
  const gradients = subject.gradients();
  // Copies: a gradient may lie in memory that the next evaluation overwrites.
  const analytic = Object.fromEntries(
    Object.keys(subject.variables).map((name) => [name, Float64Array.from(gradients[name] ?? [])]),
  );
  return Object.keys(subject.variables).map((name) => {
    const numeric = centralDifferences(subject, subject.variables[name]!, settings.step);
    return compare(name, analytic[name]!, numeric, settings);
  });
}

function centralDifferences(subject: Differentiable, values: Float64Array, step: number): Float64Array {
  return Float64Array.from(values, (value, i) => {
    values[i] = value + step;
    const above = subject.loss();
    values[i] = value - step;
    const below = subject.loss();
    values[i] = value;
    return (above - below) / (2 * step);
  });
}

function compare(
  name: string,
  analytic: Float64Array,
  numeric: Float64Array,
  { tolerance, smallest, mayVanish }: Required<CheckOptions>,
): VariableReport {
  const scale = numeric.reduce((most, n) => Math.max(most, Math.abs(n)), 0);
  const vanishes = scale < smallest;
  const report: VariableReport = { name, worst: 0, at: 0, analytic: 0, numeric: 0, scale, problem: null };
  if (analytic.length !== numeric.length) {
    return { ...report, problem: `${analytic.length} gradients for ${numeric.length} numbers` };
  }
  if (vanishes && !mayVanish(name)) {
    return { ...report, problem: `the gradient all but vanishes (largest ${scale}): nothing is checked` };
  }
  const floor = FLOOR * Math.max(scale, smallest);
  numeric.forEach((n, i) => {
    const a = analytic[i]!;
    const error = Math.abs(a - n) / Math.max(Math.abs(a), Math.abs(n), floor);
    if (error <= report.worst) return;
    Object.assign(report, { worst: Number.isNaN(error) ? Infinity : error, at: i, analytic: a, numeric: n });
  });
  const { worst, at } = report;
  if (worst > tolerance || analytic.some(Number.isNaN)) {
    report.problem = `element ${at} is ${analytic[at]} but differences give ${numeric[at]} (error ${worst.toExponential(2)})`;
  }
  return report;
}

export class GradientError extends Error {}

/** @throws GradientError naming every variable whose gradient is wrong or proves nothing */
export function checkGradients(subject: Differentiable, options: CheckOptions = {}): VariableReport[] {
  const reports = gradientReport(subject, options);
  const problems = reports.filter(({ problem }) => problem !== null);
  if (problems.length > 0) {
    throw new GradientError(problems.map(({ name, problem }) => `∂/∂${name}: ${problem}`).join("\n"));
  }
  return reports;
}

/** Random numbers of a seed, without an engine's help. */
export function randomSource(seed: number): { normal(): number; uniform(): number } {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  const uniform = () => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 16; i++) uniform();
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}
