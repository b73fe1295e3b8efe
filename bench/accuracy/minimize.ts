/** Minimising smooth functions by L-BFGS (Nocedal, "Updating quasi-Newton matrices with limited storage", 1980). */

/** Steps that are remembered, as in SciPy. */
const MEMORY = 10;
/** Share of the decrease that the slope promises with which a step is taken (Armijo). */
const SUFFICIENT = 1e-4;

/** Writes the gradient at `x` into `gradient`; gives the value. */
export type Smooth = (x: Float64Array, gradient: Float64Array) => number;

interface Step {
  /** x' − x */
  s: Float64Array;
  /** g' − g */
  y: Float64Array;
}

/**
 * The minimum of a strictly convex function, from 0.
 * @param tolerance the largest part of the gradient that is taken for 0
 */
export function minimize(f: Smooth, size: number, tolerance = 1e-6, iterations = 1000): Float64Array {
  let [x, nextX] = [new Float64Array(size), new Float64Array(size)];
  let [gradient, nextGradient] = [new Float64Array(size), new Float64Array(size)];
  const direction = new Float64Array(size);
  let value = f(x, gradient);
  const steps: Step[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (largest(gradient) <= tolerance) return x;
    downhill(gradient, steps, direction);
    const slope = dot(direction, gradient);
    let next = value;
    for (let rate = steps.length === 0 ? 1 / Math.sqrt(dot(gradient, gradient)) : 1; ; rate /= 2) {
      for (let i = 0; i < size; i++) nextX[i] = x[i]! + rate * direction[i]!;
      next = f(nextX, nextGradient);
      if (next <= value + SUFFICIENT * rate * slope) break;
      // Rounding hides what is left to gain.
      if (rate < 1e-10) return x;
    }
    steps.push(stepBetween(x, nextX, gradient, nextGradient, steps.length < MEMORY ? null : steps.shift()!));
    [x, nextX, gradient, nextGradient, value] = [nextX, x, nextGradient, gradient, next];
  }
  throw new Error(`no minimum after ${iterations} steps: the value is ${value}`);
}

/** A step, in the room of one that is forgotten. */
function stepBetween(
  x: Float64Array,
  nextX: Float64Array,
  gradient: Float64Array,
  nextGradient: Float64Array,
  room: Step | null,
): Step {
  const size = x.length;
  const { s, y } = room ?? { s: new Float64Array(size), y: new Float64Array(size) };
  for (let i = 0; i < size; i++) {
    s[i] = nextX[i]! - x[i]!;
    y[i] = nextGradient[i]! - gradient[i]!;
  }
  return { s, y };
}

/** Writes −H·g, with the inverse Hessian H as the last steps show it: the two loops of L-BFGS. */
function downhill(gradient: Float64Array, steps: readonly Step[], direction: Float64Array): void {
  for (let i = 0; i < gradient.length; i++) direction[i] = -gradient[i]!;
  const shares = new Map<Step, number>();
  for (const step of steps.toReversed()) {
    const share = dot(step.s, direction) / dot(step.s, step.y);
    shares.set(step, share);
    add(direction, step.y, -share);
  }
  const last = steps.at(-1);
  if (last) scale(direction, dot(last.s, last.y) / dot(last.y, last.y));
  for (const step of steps) {
    add(direction, step.s, shares.get(step)! - dot(step.y, direction) / dot(step.s, step.y));
  }
}

function largest(a: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]!));
  return most;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function add(to: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += times * what[i]!;
}

function scale(what: Float64Array, times: number): void {
  for (let i = 0; i < what.length; i++) what[i]! *= times;
}
