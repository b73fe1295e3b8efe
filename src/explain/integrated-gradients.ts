/**
 * Integrated gradients, (x_t − x′_t) · ∫₀¹ ∂F/∂x_t(x′ + α(x − x′)) dα (Sundararajan et al. 2017). Their sum over t is
 * F(x) − F(x′), and so is their sum over any piece of the path the change of F along that piece: where the two differ, the
 * piece is cut in two. That finds the places where a gradient jumps, which no rule on the whole path can.
 */
import { inputError } from "../base/errors.js";
import { count, percent } from "../base/numbers.js";
import type { Layer } from "../layers/layer.js";
import { readsIds } from "../layers/traits.js";
import type { Model } from "../model/model.js";
import { tiny } from "./draw/numbers.js";
import { kinksOf } from "./kinks.js";
import { checkOutput, type Objective } from "./objective.js";
import { Probe } from "./probe.js";
import { gaussLegendre } from "./quadrature.js";

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

/** A row's shares by place, [T], and F of the baseline. */
export interface IntegratedGradients {
  values: number[];
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
/** Rows that run together: more would only take memory. */
const BATCH = 32;

/** A piece of the path from α = `from` to `to`. */
interface Piece {
  from: number;
  to: number;
  /** F at both ends. */
  ends: readonly [number, number];
  /** [T] shares. */
  values: number[];
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

export function integrateGradients(
  model: Model,
  ids: readonly number[],
  objective: Objective,
  { tolerance, points: most }: Effort,
): IntegratedGradients {
  const { layer, padding } = embeddingOf(model);
  const path = new Path(
    model,
    layer,
    ids.map((id) => embeddingRow(model, layer.name, id)),
    padding,
    ids,
    objective,
  );
  try {
    const ends = path.ends();
    const difference = ends[1] - ends[0];
    const enough = tolerance * Math.max(Math.abs(difference), 1e-3);
    const pieces = refine(path, ends, enough, most);
    const values = ids.map((_, t) => pieces.reduce((sum, piece) => sum + piece.values[t]!, 0));
    const sum = values.reduce((a, b) => a + b, 0);
    const residual = Math.abs(sum - difference);
    const { taken: points } = path;
    const reached = residual <= enough;
    const kinks = kinksOf(model);
    const found = { sum, difference, residual, points, tolerance: enough, reached, kinks };
    return { values, baseline: ends[0], completeness: { ...found, note: noteOf(found) } };
  } finally {
    path.dispose();
  }
}

/** The whole path with more and more points; then its pieces, the worst of them cut in two while points are left. */
function refine(path: Path, ends: readonly [number, number], enough: number, most: number): Piece[] {
  let best = path.piece(0, 1, ends, WHOLE[0]!);
  for (const points of WHOLE.slice(1)) {
    if (best.residual <= enough || path.taken + points > most) break;
    const next = path.piece(0, 1, ends, points);
    if (next.residual < best.residual) best = next;
  }
  const pieces = [best];
  const short = () => pieces.reduce((sum, { residual }) => sum + residual, 0) > enough;
  while (short() && path.taken + 2 * PIECE <= most) {
    pieces.sort((a, b) => a.residual - b.residual);
    const { from, to, ends: outer } = pieces.pop()!;
    const middle = (from + to) / 2;
    const F = path.at(middle);
    pieces.push(path.piece(from, middle, [outer[0], F], PIECE), path.piece(middle, to, [F, outer[1]], PIECE));
  }
  return pieces;
}

/** The straight way from padding's vectors to the words', and F along it. */
class Path {
  readonly #probe: Probe;
  /** Points at which gradients were taken. */
  taken = 0;

  constructor(
    private readonly model: Model,
    layer: Layer,
    private readonly vectors: readonly (readonly number[])[],
    private readonly padding: readonly number[],
    private readonly ids: readonly number[],
    private readonly objective: Objective,
  ) {
    this.#probe = new Probe(model, layer.name);
  }

  /** [T·F] */
  private given(alpha: number): number[] {
    const { padding } = this;
    return this.vectors.flatMap((vector) =>
      vector.map((value, f) => padding[f]! + alpha * (value - padding[f]!)),
    );
  }

  /** F of padding alone, and of the words. @throws InputError where one is no number */
  ends(): [number, number] {
    const { ids, model, objective } = this;
    const [start, end] = this.#probe.endings([ids, ids], [this.given(0), this.given(1)]);
    checkOutput(model, start!, "padding in place of every word, which the words are compared with");
    return [objective.value(start!.scores), objective.value(end!.scores)];
  }

  at(alpha: number): number {
    const [ending] = this.#probe.endings([this.ids], [this.given(alpha)]);
    return this.objective.value(ending!.scores);
  }

  piece(from: number, to: number, ends: readonly [number, number], points: number): Piece {
    const { vectors, padding } = this;
    const values = this.#mean(from, to, points).map(
      (slope, t) =>
        (to - from) * slope.reduce((sum, value, f) => sum + value * (vectors[t]![f]! - padding[f]!), 0),
    );
    const sum = values.reduce((a, b) => a + b, 0);
    return { from, to, ends, values, residual: Math.abs(sum - (ends[1] - ends[0])) };
  }

  /** The mean of ∂F/∂x over a piece of the path, [T][F]. */
  #mean(start: number, end: number, points: number): number[][] {
    const { ids, objective } = this;
    const nodes = gaussLegendre(points);
    this.taken += points;
    let mean: number[][] | null = null;
    for (let from = 0; from < points; from += BATCH) {
      const part = nodes.slice(from, from + BATCH);
      const given = part.map(({ at }) => this.given(start + (end - start) * at));
      const rows = part.map(() => ids);
      const run = this.#probe.run(rows, { given, seed: objective.slope });
      for (const [b, { weight }] of part.entries()) {
        const gradient = run.opened(b).gradient!;
        mean ??= gradient.map((row) => row.map(() => 0));
        for (const [t, row] of gradient.entries())
          row.forEach((value, f) => void (mean![t]![f]! += weight * value));
      }
    }
    return mean!;
  }

  dispose(): void {
    this.#probe.dispose();
  }
}

/** The Embedding that a model begins with, and its vector of padding. @throws InputError where it does not */
export function embeddingOf(model: Model): { layer: Layer; padding: number[] } {
  const tables = model.inputShapes.length === 1 ? model.nodes : [];
  const found = tables.find(
    ({ layer, inputs }) => readsIds(layer) && model.nodes[inputs[0]!]!.inputs.length === 0,
  );
  if (found) return { layer: found.layer, padding: embeddingRow(model, found.layer.name, 0) };
  throw inputError({
    expected: "a model of one input that begins with an Embedding, whose words an answer is divided among",
    where: `model ${model.name}`,
    received: model.layers.map(({ className }) => className),
    next: "explain cell, unroll and gradient open its recurrent layers.",
  });
}

function embeddingRow(model: Model, layer: string, id: number): number[] {
  const { data, shape } = model.getWeights().find(({ name }) => name === `${layer}/embeddings`)!;
  return Array.from(data.subarray(id * shape[1]!, (id + 1) * shape[1]!));
}
