/**
 * Integrated gradients, (x_t − x′_t) · ∫₀¹ ∂F/∂x_t(x′ + α(x − x′)) dα (Sundararajan et al. 2017). Their sum over t is
 * F(x) − F(x′), and so is their sum over any piece of the path the change of F along that piece: where the two differ, the
 * piece is cut in two. That finds the places where a gradient jumps, which no rule on the whole path can.
 */
import { count, percent } from "../base/numbers.js";
import type { Pieces } from "../base/pieces.js";
import type { Model } from "../model/model.js";
import { total } from "./cells/vector.js";
import { tiny } from "./draw/numbers.js";
import { kinksOf } from "./kinks.js";
import { checkOutput, type Objective } from "./objective.js";
import { type Ending, type InputRow, Probe } from "./probe.js";
import { gaussLegendre } from "./quadrature.js";
import { baselineWords, type Entry, type RowInput } from "./row-inputs.js";

/** How nearly the shares add up to what they must. */
export interface Completeness {
  /** Σ of integrated gradients. */
  sum: number;
  /** F(x) − F(x′), by two forward passes. */
  difference: number;
  /** |sum − difference| */
  residual: number;
  /** Points of the path that it took. */
  points: number;
  /** What the residual was to come below. */
  tolerance: number;
  /** Whether it did. */
  reached: boolean;
  /** Layers whose gradients jump, which is what keeps a residual from falling: "dense (relu)". */
  kinks: string[];
  /** Where it did not: by how much it misses, why, and what to do. */
  note: string | null;
}

/** [entries][T][F] */
export type Shares = number[][][];

/** A row's shares, input by input, and F of the baseline. */
export interface IntegratedGradients {
  /** By input. */
  shares: Shares[];
  baseline: number;
  completeness: Completeness;
}

/** How near, relative to |F(x) − F(x′)| or 1e-3, whichever is more; and at how many points of the path at most. */
export interface Effort {
  tolerance: number;
  points: number;
}

/** Some 10 for each decade of the tolerance and jump of the gradient on the path: enough for a dozen jumps. */
export const MOST_POINTS = 2048;
/** Points on the whole path, doubled while that helps; smooth networks need no more. */
const WHOLE = [8, 16, 32, 64];
/** Points on a piece. A jump within it costs about its length, so that few points on short pieces do best. */
const PIECE = 4;

/** A piece of the path from α = `from` to `to`. */
interface Piece {
  from: number;
  to: number;
  /** F at both ends. */
  ends: readonly [number, number];
  shares: Shares;
  /** |Σ shares − change of F| */
  residual: number;
}

function noteOf({
  residual,
  difference,
  tolerance,
  points,
  reached,
  kinks,
}: Omit<Completeness, "note">): string | null {
  if (reached) return null;
  const share = difference === 0 ? "" : ` (${percent(residual / Math.abs(difference))} of the difference)`;
  const why =
    kinks.length > 0
      ? `The gradient jumps along the path, at the kinks of ${kinks.join(", ")}.`
      : "The answer bends sharply along the path.";
  return `Not complete: the shares miss the difference by ${tiny(residual)}${share}, where ${tiny(tolerance)} was asked for. ${why} They are right to about that much; more points than ${count(points)} (--points, or the option points) bring it down.`;
}

/** Follows a row's inputs, all at once, from the baseline to the row. The pieces count points. */
export function* integrateGradients(
  model: Model,
  row: InputRow,
  inputs: readonly RowInput[],
  objective: Objective,
  { tolerance, points: most }: Effort,
): Pieces<IntegratedGradients> {
  const entries = inputs.flatMap((input) => input.entries);
  const path = new Path(model, row, entries, objective);
  try {
    const ends = yield* path.ends(baselineWords(inputs));
    const difference = ends[1] - ends[0];
    const enough = tolerance * Math.max(Math.abs(difference), 1e-3);
    const pieces = yield* refine(path, ends, enough, most);
    const shareOf = (entry: Entry, t: number, f: number) =>
      pieces.reduce((sum, { shares }) => sum + shares[entries.indexOf(entry)]![t]![f]!, 0);
    const shares = inputs.map((input) =>
      input.entries.map((entry) => entry.own.map((step, t) => step.map((_, f) => shareOf(entry, t, f)))),
    );
    const sum = total(shares.map(totalOf));
    const residual = Math.abs(sum - difference);
    const { taken: points } = path;
    const reached = residual <= enough;
    const kinks = kinksOf(model);
    const found = { sum, difference, residual, points, tolerance: enough, reached, kinks };
    return { shares, baseline: ends[0], completeness: { ...found, note: noteOf(found) } };
  } finally {
    path.dispose();
  }
}

/** Σ over entries, steps and numbers. */
const totalOf = (shares: Shares): number => total(shares.flatMap((steps) => steps.map(total)));

/** The whole path with more and more points; then its pieces, the worst of them cut in two while points are left. */
function* refine(path: Path, ends: readonly [number, number], enough: number, most: number): Pieces<Piece[]> {
  let best = yield* path.piece(0, 1, ends, WHOLE[0]!);
  for (const points of WHOLE.slice(1)) {
    if (best.residual <= enough || path.taken + points > most) break;
    const next: Piece = yield* path.piece(0, 1, ends, points);
    if (next.residual < best.residual) best = next;
  }
  const pieces = [best];
  const short = () => pieces.reduce((sum, { residual }) => sum + residual, 0) > enough;
  while (short() && path.taken + 2 * PIECE <= most) {
    pieces.sort((a, b) => a.residual - b.residual);
    const { from, to, ends: outer } = pieces.pop()!;
    const middle = (from + to) / 2;
    const F = yield* path.at(middle);
    pieces.push(yield* path.piece(from, middle, [outer[0], F], PIECE));
    pieces.push(yield* path.piece(middle, to, [F, outer[1]], PIECE));
  }
  return pieces;
}

/** The straight way from what the baseline enters the model with to what the row does, and F along it. */
class Path {
  readonly #probe: Probe;
  /** Points at which gradients were taken. */
  taken = 0;

  constructor(
    private readonly model: Model,
    private readonly row: InputRow,
    private readonly entries: readonly Entry[],
    private readonly objective: Objective,
  ) {
    this.#probe = new Probe(
      model,
      entries.map(({ node }) => node),
    );
  }

  /** [entries][alphas][T·F] */
  private given(alphas: readonly number[]): number[][][] {
    return this.entries.map(({ own, baseline }) =>
      alphas.map((alpha) =>
        own.flatMap((step, t) =>
          step.map((value, f) => baseline[t]![f]! + alpha * (value - baseline[t]![f]!)),
        ),
      ),
    );
  }

  private values(alphas: readonly number[]): Pieces<Ending[]> {
    return this.#probe.endings(
      alphas.map(() => this.row),
      this.given(alphas),
    );
  }

  /** F of the baseline, and of the row. @param baseline in words. @throws InputError where one is no number */
  *ends(baseline: string): Pieces<[number, number]> {
    const { model, objective } = this;
    const [start, end] = yield* this.values([0, 1]);
    checkOutput(model, start!, `${baseline}, which the row is compared with`);
    return [objective.value(start!.scores), objective.value(end!.scores)];
  }

  *at(alpha: number): Pieces<number> {
    const [ending] = yield* this.values([alpha]);
    return this.objective.value(ending!.scores);
  }

  *piece(from: number, to: number, ends: readonly [number, number], points: number): Pieces<Piece> {
    const means = yield* this.#means(from, to, points);
    const shares = this.entries.map(({ own, baseline }, k) =>
      own.map((step, t) =>
        step.map((value, f) => (to - from) * means[k]![t]![f]! * (value - baseline[t]![f]!)),
      ),
    );
    return { from, to, ends, shares, residual: Math.abs(totalOf(shares) - (ends[1] - ends[0])) };
  }

  /** The means of ∂F/∂x over a piece of the path. */
  *#means(start: number, end: number, points: number): Pieces<Shares> {
    const { row, entries, objective } = this;
    const nodes = gaussLegendre(points);
    this.taken += points;
    const means = entries.map(({ own }) => own.map((step) => step.map(() => 0)));
    for (const { at, weight } of nodes) {
      const given = this.given([start + (end - start) * at]);
      const run = this.#probe.run([row], { given, seed: objective.slope });
      for (const [k, mean] of means.entries()) {
        // An input that the answer does not hang on has no gradient.
        for (const [t, step] of (run.opened(k).gradient ?? []).entries())
          step.forEach((value, f) => void (mean[t]![f]! += weight * value));
      }
      yield 1;
    }
    return means;
  }

  dispose(): void {
    this.#probe.dispose();
  }
}
