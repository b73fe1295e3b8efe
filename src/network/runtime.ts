/** A network at work: its engine, memory, weights and the plans made so far. */
import { Arena, view } from "../engines/arena.js";
import { direct, type Engine } from "../engines/engine.js";
import type { ActivationName } from "../kernels/activations.js";
import type { Pointer, Reals } from "../kernels/declare.js";
import { seedWords } from "../kernels/philox.js";
import type { Loss } from "../objectives/losses.js";
import type { Node } from "./graph.js";
import { Plan, type PlanRequest } from "./plan.js";
import { Weights } from "./weights.js";

/** Plans kept for reuse: full and last batches of training, validation and prediction, and some lengths. */
const KEPT_PLANS = 12;

export class Runtime {
  readonly arena: Arena;
  readonly weights: Weights;
  readonly counters: Pointer;

  private readonly plans = new Map<string, Plan>();
  /** Where persistent memory ends; every plan's buffers start here, so plans take turns. */
  private planBase: number;
  private readonly persistentBase: number;
  private lastPlan: Plan | null = null;
  /** Written to the third counter before a step. */
  private readonly step = new Uint32Array(1);
  private weightsVersion = 1;
  private preparedVersion = 0;

  constructor(
    readonly engine: Engine,
    private readonly nodes: readonly Node[],
    private readonly outputs: readonly number[],
    seed: number,
  ) {
    this.arena = new Arena(engine);
    this.counters = this.arena.allocate(4);
    this.weights = new Weights(engine, this.arena, nodes);
    this.persistentBase = this.arena.mark();
    this.planBase = this.persistentBase;
    this.arena.commit();
    this.seed(seed);
  }

  seed(seed: number): void {
    this.engine.write(this.counters, Uint32Array.from(seedWords(seed)));
  }

  /**
   * Gives room that lasts to whoever trains: what `place` allocates lies before the plans', which are made anew. What an
   * earlier call placed is given up.
   */
  keep<T>(place: (arena: Arena) => T): T {
    this.clearPlans();
    this.arena.release(this.persistentBase);
    const kept = place(this.arena);
    this.planBase = this.arena.mark();
    return kept;
  }

  private clearPlans(): void {
    for (const plan of this.plans.values()) plan.dispose();
    this.plans.clear();
    this.lastPlan = null;
  }

  plan(request: PlanRequest): Plan {
    const key = planKey(request);
    const known = this.plans.get(key);
    if (known) {
      this.plans.delete(key);
      this.plans.set(key, known);
      return known;
    }
    if (this.plans.size >= KEPT_PLANS) {
      const [oldest, plan] = this.plans.entries().next().value!;
      plan.dispose();
      this.plans.delete(oldest);
    }
    this.arena.release(this.planBase);
    const { engine, arena, nodes, outputs, weights, counters } = this;
    const plan = new Plan({ engine, arena, nodes, outputs, weights, counters }, request);
    this.plans.set(key, plan);
    return plan;
  }

  /** Call after changing weights in place: derived tables are then recomputed. */
  weightsChanged(): void {
    this.weightsVersion++;
  }

  /** Grows with every change of the weights: tells whether they are still those of before. */
  get version(): number {
    return this.weightsVersion;
  }

  restoreWeights(snapshot: Float32Array): void {
    this.weights.restore(snapshot);
    this.weightsChanged();
  }

  /**
   * Runs a plan whose inputs are in place. `step` numbers the random masks.
   * @returns a promise where the engine answers later
   */
  run(plan: Plan, step = 0): void | Promise<void> {
    if (plan.request.training) {
      this.step[0] = step;
      this.engine.write(this.counters + 2 * this.step.BYTES_PER_ELEMENT, this.step);
    }
    // Plans share memory, so what one derived is gone once another has run.
    const stale = this.lastPlan !== plan || this.preparedVersion !== this.weightsVersion;
    // A run that fails may leave them unfilled.
    this.lastPlan = null;
    const done = plan.run(stale, step);
    this.lastPlan = plan;
    this.preparedVersion = this.weightsVersion;
    return done?.catch((error: unknown) => {
      this.lastPlan = null;
      throw error;
    });
  }

  write(at: Pointer, values: Float32Array): void {
    this.engine.write(at, values);
  }

  read(at: Pointer, length: number): Float32Array | Float64Array {
    return view(direct(this.engine), at, length);
  }

  /** Copies the plan's output to rows: [rows][…outputShape]. */
  readOutput(plan: Plan, out: Float32Array): void {
    for (const { firstRow, rows, output } of plan.shards) {
      this.readTensor(out, output.at, plan.outputShape, firstRow, rows);
    }
  }

  /** As `readOutput`, of an engine that may answer later; what is asked of it after does not change what is read. */
  async readOutputAsync(plan: Plan, out: Float32Array): Promise<void> {
    const reading = plan.shards.map(async ({ firstRow, rows, output }) => {
      const values = new Float32Array(rows * plan.outputSize);
      await this.engine.read(output.at, values);
      placeRows(out, values, plan.outputShape, firstRow, rows);
    });
    await Promise.all(reading);
  }

  /** What the last activation was given, [rows][…outputShape], and which it is; null where that was not kept. */
  readLogits(plan: Plan): { of: ActivationName; values: Float32Array } | null {
    const of = plan.shards[0]!.output.logits?.of;
    if (!of) return null;
    const values = new Float32Array(plan.request.rows * plan.outputSize);
    for (const { firstRow, rows, output } of plan.shards) {
      this.readTensor(values, output.logits!.tensor.at, plan.outputShape, firstRow, rows);
    }
    return { of, values };
  }

  /** Copies one shard's tensor [B][F] or [T][B][F] into rows firstRow … of `out`. */
  readTensor(out: Reals, at: Pointer, shape: readonly number[], firstRow: number, B: number): void {
    const size = shape.reduce((a, b) => a * b, 1);
    placeRows(out, view(direct(this.engine), at, B * size), shape, firstRow, B);
  }

  dispose(): void {
    this.clearPlans();
    this.engine.dispose();
  }
}

/** One shard's tensor, [B][F] or [T][B][F], as rows firstRow … of `out`. */
function placeRows(out: Reals, values: Reals, shape: readonly number[], firstRow: number, B: number): void {
  const size = shape.reduce((a, b) => a * b, 1);
  if (shape.length === 1) {
    out.set(values, firstRow * size);
    return;
  }
  const [T, F] = shape as [number, number];
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      const from = (t * B + b) * F;
      out.set(values.subarray(from, from + F), (firstRow + b) * size + t * F);
    }
  }
}

function planKey(request: PlanRequest): string {
  const { rows, inputShapes, training, frozen, loss, logits, touched, inputGradients, group } = request;
  return JSON.stringify([
    rows,
    inputShapes,
    training,
    frozen ?? false,
    lossKey(loss),
    logits ?? false,
    // Which tables these are changes only with what `keep` gives room to, and then plans are made anew.
    touched !== undefined,
    inputGradients ?? false,
    group?.id,
  ]);
}

const lossKey = (loss: Loss | null) =>
  loss && [loss.name, loss.fromLogits, loss.labelSmoothing, loss.path, loss.reduction];
