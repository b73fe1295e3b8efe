/** The optimizer's programs over a model's weights: regularisation, clipping, update; and its state. */

import { inputError } from "../base/errors.js";
import { type Arena, view } from "../engines/arena.js";
import type { Call, Phase, SynchronousEngine, SynchronousProgram, Task } from "../engines/engine.js";
import type { Pointer } from "../kernels/declare.js";
import { ROW_PARTS, TouchedRows } from "../network/touched-rows.js";
import { goesByRows, type WeightEntry, type Weights } from "../network/weights.js";
import {
  ACCUMULATOR,
  type Optimizer,
  rateAfter,
  rowsUpdateCall,
  STEP_SCALARS,
  slotGroups,
  sparseAdam,
  stepScalars,
  updateCall,
} from "../objectives/optimizers.js";
import type { Schedule } from "../objectives/schedules.js";
import { checkOptimizerState, type OptimizerState } from "./training-state.js";

/** Enough slices for threads to share, each still long. */
const SLICES = 8;

const isTrained = ({ layer, parameter }: WeightEntry) => parameter.trainable && layer.trainable;

export class Updater {
  private rate: number | Schedule;
  iterations = 0;
  /** Where the state variables lie, laid out as the gradients are; by their names, in Keras's order. */
  private readonly slots: ReadonlyMap<string, Pointer>;
  private readonly scalars: Pointer;
  private readonly penalty: Pointer;
  private readonly norms: Pointer;
  private regularization: SynchronousProgram | null = null;
  private readonly updates: SynchronousProgram;
  /** What the programs below update: fixed, so that state and programs agree. */
  private readonly trained: readonly WeightEntry[];
  /** Those that are updated row by row, of an optimizer that does; undefined of one that does not. */
  readonly tables: readonly TouchedRows[] | undefined;
  /** The rows of them that the last step changed. */
  readonly changed = new Map<WeightEntry, Uint32Array>();

  constructor(
    private readonly engine: SynchronousEngine,
    arena: Arena,
    private readonly weights: Weights,
    readonly optimizer: Optimizer,
  ) {
    this.rate = optimizer.learningRate;
    this.trained = weights.entries.filter(isTrained);
    const slotLength = Math.max(1, weights.gradientElements);
    const names = slotGroups(optimizer).flat();
    this.slots = new Map(names.map((name) => [name, arena.allocate(slotLength)]));
    this.scalars = arena.allocate(STEP_SCALARS);
    this.penalty = arena.allocate(1);
    this.norms = arena.allocate(Math.max(1, weights.entries.length));
    if (sparseAdam(optimizer)) {
      const tables = this.trained.filter(({ parameter }) => goesByRows(parameter));
      this.tables = tables.map((entry) => new TouchedRows(engine, arena, entry));
    }
    arena.commit();
    for (const at of this.slots.values()) view(engine, at, weights.gradientElements).fill(0);
    const regularized = this.regularizeCalls();
    if (regularized.length > 0) this.regularization = engine.load([[regularized]]);
    this.updates = engine.load([...this.clipPhases(), this.updatePhase()]);
  }

  /** @throws InputError when a layer was frozen or thawed since */
  checkTrainable(): void {
    for (const entry of this.weights.entries) {
      if (isTrained(entry) === this.trained.includes(entry)) continue;
      throw inputError({
        expected: "the trainable that it was compiled with",
        where: `${entry.layer.className} ${entry.layer.name}`,
        received: entry.layer.trainable,
        next: "Call compile again after freezing or thawing layers.",
      });
    }
  }

  private gradientAt(entry: WeightEntry): Pointer {
    return this.weights.gradients + entry.at - this.weights.base;
  }

  private regularizeCalls(): Call[] {
    const calls: Call[] = [];
    // As in Keras, frozen weights cost no penalty.
    for (const entry of this.trained) {
      const { regularizer } = entry.parameter;
      if (!regularizer || (regularizer.l1 === 0 && regularizer.l2 === 0)) continue;
      if (calls.length === 0)
        calls.push({ kernel: "fill", args: { out: this.penalty, value: 0, length: 1 } });
      const { l1, l2 } = regularizer;
      const args = {
        g: this.gradientAt(entry),
        penalty: this.penalty,
        w: entry.at,
        length: entry.length,
        l1,
        l2,
      };
      calls.push({ kernel: "regularize", args });
    }
    return calls;
  }

  private clipPhases(): Phase[] {
    const { clipnorm, clipvalue, globalClipnorm } = this.optimizer;
    const entries = this.trained;
    if (clipvalue !== null) {
      const clip = (e: WeightEntry): Call => {
        const [rows, g, limit] = [this.rowsOf(e), this.gradientAt(e), clipvalue];
        if (rows) return { kernel: "clipRows", args: { g, norm2: 0, ...rows, limit } };
        return { kernel: "clipToValue", args: { g, length: e.length, limit } };
      };
      return [entries.map((e) => [clip(e)])];
    }
    const normOf = (e: WeightEntry, out: Pointer, accumulate: number): Call => {
      const [rows, x] = [this.rowsOf(e), this.gradientAt(e)];
      if (rows) return { kernel: "sumSquaresOfRows", args: { out, x, ...rows, accumulate } };
      return { kernel: "sumSquares", args: { out, x, length: e.length, accumulate } };
    };
    const clip = (e: WeightEntry, norm2: Pointer, limit: number): Call => {
      const [rows, g] = [this.rowsOf(e), this.gradientAt(e)];
      if (rows) return { kernel: "clipRows", args: { g, norm2, ...rows, limit } };
      return { kernel: "clipToNorm", args: { g, norm2, length: e.length, limit } };
    };
    if (clipnorm !== null) {
      return [
        entries.map((e, i) => {
          const norm2 = this.norms + i * this.engine.elementBytes;
          return [normOf(e, norm2, 0), clip(e, norm2, clipnorm)];
        }),
      ];
    }
    if (globalClipnorm === null) return [];
    return [
      [entries.map((e, i) => normOf(e, this.norms, i === 0 ? 0 : 1))],
      entries.map((e) => [clip(e, this.norms, globalClipnorm)]),
    ];
  }

  /** How a kernel learns how many rows of a table's gradient there are; undefined of weights updated as a whole. */
  private rowsOf(entry: WeightEntry): { count: Pointer; N: number; F: number } | undefined {
    const table = this.tables?.find((one) => one.entry === entry);
    return table && { count: table.count, N: table.V, F: table.F };
  }

  /** Runs of neighbouring trained parameters, cut into slices: every element is updated on its own. */
  private updatePhase(): Phase {
    const { elementBytes } = this.engine;
    const runs: { at: Pointer; length: number }[] = [];
    const whole = this.trained.filter((entry) => !this.rowsOf(entry));
    for (const { at, length } of whole.sort((a, b) => a.at - b.at)) {
      const last = runs.at(-1);
      const gap = last ? (at - last.at) / elementBytes - last.length : 0;
      if (last && gap < 64 / elementBytes) last.length += gap + length;
      else runs.push({ at, length });
    }
    const tasks: Task[] = [];
    const total = runs.reduce((sum, run) => sum + run.length, 0);
    const slice = Math.max(1024, Math.ceil(total / SLICES / 16) * 16);
    for (const run of runs) {
      for (let from = 0; from < run.length; from += slice) {
        const at = run.at + from * elementBytes;
        tasks.push([this.updateCall(at, Math.min(slice, run.length - from))]);
      }
    }
    return [...tasks, ...this.rowsTasks()];
  }

  /** The rows of tables that a batch names, in parts: how many there are is only known in each step. */
  private rowsTasks(): Task[] {
    const optimizer = sparseAdam(this.optimizer);
    if (!optimizer) return [];
    return this.tables!.flatMap(({ entry, V, F, count, rows }) => {
      const { at: w } = entry;
      const given = { w, g: this.gradientAt(entry), scalars: this.scalars, count, rows, V, F };
      return Array.from({ length: ROW_PARTS }, (_, part): Task => {
        return [rowsUpdateCall(optimizer, { ...given, part, parts: ROW_PARTS }, this.slotsAt(w))];
      });
    });
  }

  private updateCall(w: Pointer, length: number): Call {
    const { optimizer, weights, scalars } = this;
    const g = weights.gradients + w - weights.base;
    return updateCall(optimizer, { w, g, scalars, length }, this.slotsAt(w));
  }

  /** Where the state variables of the weights at w lie, 0 for those that are not kept. */
  private slotsAt(w: Pointer): (name: string) => Pointer {
    return (name) => {
      const at = this.slots.get(name);
      return at === undefined ? 0 : at + w - this.weights.base;
    };
  }

  /** Adds the regularisers' gradients and returns their penalty. */
  regularize(): number {
    if (!this.regularization) return 0;
    this.regularization.run();
    return view(this.engine, this.penalty, 1)[0]!;
  }

  /** The Euclidean norm of each trained weight's gradient, as it lies in place, by the weight's name. */
  gradientNorms(): Record<string, number> {
    const normOf = (entry: WeightEntry): number => {
      const table = this.tables?.find((one) => one.entry === entry);
      const length = table ? table.current.length * table.F : entry.length;
      let sum = 0;
      for (const value of view(this.engine, this.gradientAt(entry), length)) sum += value * value;
      return Math.sqrt(sum);
    };
    return Object.fromEntries(this.trained.map((entry) => [entry.name, normOf(entry)]));
  }

  /** Of the next step. */
  get learningRate(): number {
    return rateAfter(this.rate, this.iterations);
  }

  /** @throws InputError where a schedule says the rate, as in Keras */
  set learningRate(rate: number) {
    if (typeof this.rate !== "number") {
      throw inputError({
        expected: "an optimizer with a number for its learning rate, to set it by hand",
        where: "learningRate",
        received: `the schedule ${this.rate.name}`,
        next: "Compile with a number in its place.",
      });
    }
    this.rate = rate;
  }

  /** One optimizer step from the gradients that are in place; or, where they are accumulated, a step towards one. */
  step(): void {
    const learningRate = this.learningRate;
    const every = this.optimizer.gradientAccumulationSteps ?? 1;
    this.iterations++;
    if (every > 1 && !this.accumulate(every)) return;
    const scalars = stepScalars(this.optimizer, learningRate, Math.floor(this.iterations / every));
    view(this.engine, this.scalars, STEP_SCALARS).set(scalars);
    this.updates.run();
    for (const table of this.tables ?? []) this.changed.set(table.entry, table.current.slice());
  }

  /**
   * Adds the gradients in place to those that wait. With the last of `every` batches their mean takes their place, and
   * true comes back. On this thread, in one order: equal bits on all engines.
   */
  private accumulate(every: number): boolean {
    const length = this.weights.gradientElements;
    const gradients = view(this.engine, this.weights.gradients, length);
    const waiting = view(this.engine, this.slots.get(ACCUMULATOR)!, length);
    if (this.iterations % every !== 0) {
      for (let i = 0; i < length; i++) waiting[i]! += gradients[i]!;
      return false;
    }
    for (let i = 0; i < length; i++) {
      gradients[i]! += waiting[i]!;
      gradients[i]! /= every;
    }
    waiting.fill(0);
    return true;
  }

  /** The state variables of each weight, as Keras orders them. */
  private slotOrder(): { entry: WeightEntry; at: Pointer }[] {
    return slotGroups(this.optimizer).flatMap((group) =>
      this.trained.flatMap((entry) =>
        group.map((name) => ({ entry, at: this.slots.get(name)! + entry.at - this.weights.base })),
      ),
    );
  }

  state(): OptimizerState {
    const slots = this.slotOrder().map(({ entry, at }) =>
      Float32Array.from(view(this.engine, at, entry.length)),
    );
    return { iterations: this.iterations, learningRate: this.learningRate, slots };
  }

  /** The shapes of `state`'s slots: of the weights that were trainable when it was compiled, whatever they are now. */
  slotShapes(): (readonly number[])[] {
    return this.slotOrder().map(({ entry }) => entry.parameter.shape);
  }

  /** @throws InputError for what is no state of this optimizer's; nothing is changed then */
  setState(given: OptimizerState): void {
    const where = `state of the ${this.optimizer.name} optimizer:`;
    const { iterations, learningRate, slots } = checkOptimizerState(given, where);
    const order = this.slotOrder();
    const fits =
      slots.length === order.length &&
      order.every(({ entry }, i) => slots[i] instanceof Float32Array && slots[i]!.length === entry.length);
    if (!fits) {
      throw inputError({
        expected: `${order.length} slot arrays of the trained weights' sizes`,
        where,
        received: `${slots.length} arrays`,
        next: "The state belongs to another model or optimizer; leave it out to start fresh.",
      });
    }
    order.forEach(({ entry, at }, i) => void view(this.engine, at, entry.length).set(slots[i]!));
    this.iterations = iterations;
    if (typeof this.rate === "number") this.rate = learningRate;
  }

  dispose(): void {
    this.regularization?.dispose();
    this.updates.dispose();
  }
}
