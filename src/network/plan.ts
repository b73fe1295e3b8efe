/**
 * A plan: a model compiled for so many rows, time steps, and training or not. It is one layout of buffers and one
 * ordered list of kernel calls; running a step walks the list and allocates nothing.
 *
 * The batch is cut into shards of a fixed number of rows. Each shard runs the whole network on its own buffers, and
 * their gradients are summed in one order, so results do not depend on how many threads there are.
 */

import { inputError } from "../base/errors.js";
import type { Arena } from "../engines/arena.js";
import { type Call, type CallOf, direct, type Engine, type Program, type Task } from "../engines/engine.js";
import type { Pointer } from "../kernels/declare.js";
import { type GivenArguments, type KernelName, scratchElements } from "../kernels/kernels.js";
import { PURPOSE } from "../kernels/philox.js";
import type { Builder, DerivedKey, Layer, LookupGradient, Tensor } from "../layers/layer.js";
import { factsOf, type Loss, targetWidth } from "../objectives/losses.js";
import type { ProcessGroup } from "../processes/group.js";
import type { Share } from "../processes/share.js";
import type { Node } from "./graph.js";
import type { Lookup, RowsGradient, TouchedRows } from "./touched-rows.js";
import { goesByRows, type WeightEntry, type Weights } from "./weights.js";

/** Rows a shard has: enough to fill vector tiles, few enough that a batch of 32 feeds two threads. */
export const SHARD_ROWS = 16;

export interface PlanRequest {
  rows: number;
  /** Concrete shape of each input, [T] or [F] or [T, F]. */
  inputShapes: readonly (readonly number[])[];
  training: boolean;
  /** With `training`: gradients of the network as it predicts, without dropout and with learned statistics. */
  frozen?: boolean;
  /** With a loss the plan has targets and row losses. */
  loss: Loss | null;
  /** Keeps what the model's last activation was given, for metrics that start there. */
  logits?: boolean;
  /** Tables whose gradients come by rows, of `training`. Others that could go by rows are then frozen, and get none. */
  touched?: readonly TouchedRows[];
  /** Also the gradient with respect to the inputs (and through Embedding to its output). */
  inputGradients?: boolean;
  /** Processes that share the batch. Each puts its own rows in place (`Plan.ownRows`), and knows the results of all. */
  group?: ProcessGroup | undefined;
}

export interface PlanContext {
  engine: Engine;
  arena: Arena;
  nodes: readonly Node[];
  outputs: readonly number[];
  weights: Weights;
  counters: Pointer;
}

/** One shard's record. */
interface Shard {
  firstRow: number;
  rows: number;
  calls: Task;
  tensors: Map<string, Tensor>;
  output: Tensor;
  inputs: Tensor[];
  gradients: Pointer;
}

const sameKey = (a: DerivedKey, b: DerivedKey) =>
  a.what === b.what && a.of.length === b.of.length && a.of.every((value, i) => value === b.of[i]);

export class Plan {
  readonly shards: Shard[] = [];
  readonly inputs: Pointer[];
  readonly targets: Pointer = 0;
  readonly sampleWeights: Pointer = 0;
  readonly rowLosses: Pointer = 0;
  /** Elements of a row of each input, of the output and of the targets. */
  readonly inputSizes: number[];
  readonly outputSize: number;
  readonly targetSize: number;
  readonly outputShape: readonly number[];

  private readonly preparation: Task = [];
  /** What runs after an optimizer step. */
  readonly afterStep: Task = [];
  private readonly derived: { readonly key: DerivedKey; readonly at: Pointer }[] = [];
  private program: Program | null = null;
  private preparationProgram: Program | null = null;
  /** The last preparation, where the engine answers later. */
  private prepared: void | Promise<void> = undefined;
  private afterStepProgram: Program | null = null;
  /** Sums of what several processes have computed. */
  private sumProgram: Program | null = null;

  constructor(
    private readonly context: PlanContext,
    readonly request: PlanRequest,
  ) {
    const { arena, outputs, nodes, weights } = context;
    const { rows, inputShapes, loss, training, frozen, touched } = request;
    this.inputSizes = inputShapes.map(size);
    this.inputs = this.inputSizes.map((elements) => arena.allocate(rows * elements));
    const last = nodes[outputs[0]!]!;
    const crosses = training && !frozen && nodes.some((node) => node.layer.crossesRows);
    const shardRows = crosses ? rows : SHARD_ROWS;
    const count = Math.ceil(rows / shardRows);
    const summed = touched ? weights.denseElements : weights.gradientElements;
    // What crosses rows is computed in every process.
    if (request.group && !crosses) {
      this.share = request.group.shareOf(direct(context.engine), { rows, shardRows, count });
    }
    const [first, end] = this.share ? [this.share.first, this.share.end] : [0, count];
    const gradients = training
      ? shardGradients(arena, weights, end - first, summed, this.share !== null)
      : [];
    const lookups = new Map<WeightEntry, Lookup[]>((touched ?? []).map(({ entry }) => [entry, []]));
    const outputWidth = loss ? lossWidth(last) : 0;
    this.targetSize = loss ? targetWidth(loss, outputWidth) : 0;
    if (loss) {
      this.targets = arena.allocate(rows * this.targetSize);
      this.sampleWeights = arena.allocate(rows);
      this.rowLosses = arena.allocate(rows);
    }
    const buildShard = (s: number): Shard => {
      const firstRow = s * shardRows;
      const shardSize = Math.min(shardRows, rows - firstRow);
      const records = { plan: this, context, request, calls: [], backwards: [], wantsLogits: false };
      const own = { gradients: gradients[s - first] ?? 0, summed, lookups, shard: s };
      return new ShardBuilder({ ...records, ...own }, shardSize, firstRow).build();
    };
    for (let s = first; s < end; s++) this.shards.push(buildShard(s));
    // A process that has no shards of this batch learns from one what they look like.
    const [like = buildShard(count - 1)] = this.shards;
    this.outputShape = like.output.shape;
    this.outputSize = size(this.outputShape);
    this.own = [...this.shards];
    if (this.share) {
      this.placeShared(this.share, like, lookups, gradients, summed);
    } else if (training && count > 1) this.sum = this.sumCalls(gradients, count, summed);
    for (const table of touched ?? []) this.addRows(table, lookups.get(table.entry)!);
    this.placeScratch();
    arena.commit();
  }

  /** The batch among processes, where several share it. */
  private readonly share: Share | null = null;
  /** Those of `shards` that run here. */
  private readonly own: readonly Shard[];

  /** Whether several processes share the batch: its transfer tells them of one another. */
  get isShared(): boolean {
    return this.share !== null;
  }

  /** The rows that this process computes, from … to − 1: those whose inputs it needs. */
  get ownRows(): readonly [from: number, to: number] {
    return this.share?.ownRows ?? [0, this.request.rows];
  }

  /**
   * Makes what other processes' shards compute part of this plan: their losses, outputs and, of tables whose gradients come
   * by rows, what was looked up and its gradient.
   */
  private placeShared(
    share: Share,
    like: Shard,
    lookups: Map<WeightEntry, Lookup[]>,
    gradients: readonly Pointer[],
    length: number,
  ): void {
    const { context, request, outputSize } = this;
    const { arena, weights, engine } = context;
    const { shardRows, count } = share.batch;
    const entries = [...lookups.keys()];
    /** The uses of tables in one shard: of this process's last, whose size the others' are derived from. */
    const usesIn = (shard: number) =>
      entries.map((entry) => lookups.get(entry)!.filter((lookup) => lookup.shard === shard));
    const uses = usesIn(like.firstRow / shardRows);
    const losses = request.loss ? 1 : 0;
    const logits = like.output.logits ? outputSize : 0;
    const bufferLengths = (B: number) => [
      ...[B * losses, B * outputSize, B * logits],
      ...uses.flatMap((own, e) => own.flatMap(({ T }) => [B * T, B * T * width(entries[e]!)])),
    ];
    const width = ({ parameter }: WeightEntry) => parameter.shape[1]!;
    const [shards = 0, second = 0] = gradients;
    const stride = gradients.length > 1 ? (second - shards) / engine.elementBytes : length;
    const summed = request.training ? { shards, stride, total: weights.gradients, length } : null;
    const placed = share.place(arena, bufferLengths, summed);
    const everyone: Shard[] = [];
    const all = new Map<WeightEntry, Lookup[]>(entries.map((entry) => [entry, []]));
    for (let shard = 0; shard < count; shard++) {
      const B = share.rowsOf(shard);
      const own = this.own[shard - share.first];
      const lengths = bufferLengths(B);
      const firstRow = shard * shardRows;
      const at = lengths.map((_, buffer) => placed(shard, buffer));
      const rowLosses = this.rowLosses + firstRow * engine.elementBytes;
      if (!own && losses > 0) share.copy(at[0]!, rowLosses, B, true);
      const arrived = [at[0]!, at[1]!, at[2]!];
      const mine = own && [rowLosses, own.output.at, own.output.logits?.tensor.at ?? 0];
      for (const [b, to] of mine ? arrived.entries() : []) {
        if (lengths[b]! > 0) share.copy(mine![b]!, to, lengths[b]!, false);
      }
      everyone.push(own ?? otherShard(like, { firstRow, rows: B, output: at[1]!, logits: at[2]! }));
      let next = 3;
      const ownUses = own ? usesIn(shard) : [];
      for (const [e, entry] of entries.entries()) {
        for (const [u, { T }] of uses[e]!.entries()) {
          const [ids, dOut] = [at[next++]!, at[next++]!];
          const use = ownUses[e]?.[u];
          if (use) {
            share.copy(use.ids, ids, B * T, false);
            share.copy(use.dOut, dOut, B * T * width(entry), false);
          }
          all.get(entry)!.push({ shard, ids, dOut, B, T });
        }
      }
    }
    this.shards.splice(0, Infinity, ...everyone);
    for (const [entry, own] of all) lookups.set(entry, own);
  }

  /** Sums shard gradients; in slices, so that threads share the work. */
  private readonly sum: Task[] = [];

  private sumCalls(gradients: Pointer[], count: number, length: number): Task[] {
    const { weights, engine } = this.context;
    const slice = Math.ceil(length / 8 / 16) * 16;
    const tasks: Task[] = [];
    for (let from = 0; from < length; from += slice) {
      const offset = from * engine.elementBytes;
      const args = {
        out: weights.gradients + offset,
        parts: gradients[0]! + offset,
        count,
        stride: (gradients[1]! - gradients[0]!) / engine.elementBytes,
        length: Math.min(slice, length - from),
      };
      tasks.push([{ kernel: "sumShards", args }]);
    }
    return tasks;
  }

  /** The gradients that come by rows, summed over the shards beside the others. */
  private readonly byRows: RowsGradient[] = [];

  private addRows(table: TouchedRows, lookups: readonly Lookup[]): void {
    const { arena, weights } = this.context;
    const rows = table.gradient(arena, lookups);
    this.byRows.push(rows);
    this.sum.push(...rows.tasks(weights.gradients + table.entry.at - weights.base));
  }

  /** Derived buffers (folded tables): one for all shards, filled before the first run after the weights changed. */
  derive(key: DerivedKey, elements: number, fill: (at: Pointer, prepare: Builder["call"]) => void): Pointer {
    const known = this.derived.find((one) => sameKey(one.key, key));
    if (known) return known.at;
    const at = this.context.arena.allocate(elements);
    this.derived.push({ key, at });
    fill(at, (kernel, args) => void this.preparation.push(makeCall(kernel, args)));
    return at;
  }

  /** One working room a shard, as large as its greediest call: the calls of a shard never run at the same time. */
  private placeScratch(): void {
    for (const calls of [...this.own.map((shard) => shard.calls), this.preparation, this.afterStep]) {
      const most = Math.max(0, ...calls.map(scratchElements));
      if (most === 0) continue;
      const room = this.context.arena.allocate(most);
      for (const { args } of calls) if ("scratch" in args) args.scratch = room;
    }
  }

  /**
   * Runs the plan. `prepare` first recomputes what derives from the weights.
   * @param step its number, by which processes that share it see that they are in step
   * @returns a promise where the engine answers later; it does what it is asked in order
   */
  run(prepare: boolean, step: number): void | Promise<void> {
    if (prepare) this.prepared = this.prepare();
    if (this.share) return this.runShared(this.share, step);
    for (const rows of this.byRows) rows.collect();
    this.program ??= this.context.engine.load([
      this.shards.map((shard) => shard.calls),
      ...(this.sum.length > 0 ? [this.sum] : []),
    ]);
    const done = this.program.run();
    // Tables that could not be filled are no ground for this run, whoever had them filled.
    if (this.prepared) return Promise.all([this.prepared, done]).then(() => {});
    return done;
  }

  /** Gradients that come by rows are summed from what the other processes looked up, once that is here. */
  private runShared(share: Share, step: number): void {
    const { engine } = this.context;
    this.program ??= engine.load([this.own.map((shard) => shard.calls), share.ownSums()].filter(hasTasks));
    this.program.run();
    share.transfer(step);
    if (this.sum.length === 0) return;
    for (const rows of this.byRows) rows.collect();
    this.sumProgram ??= engine.load([this.sum]);
    this.sumProgram.run();
  }

  private prepare(): void | Promise<void> {
    if (this.preparation.length === 0) return;
    this.preparationProgram ??= this.context.engine.load([[this.preparation]]);
    return this.preparationProgram.run();
  }

  /** What is left to do when the optimizer has made its step after a run. */
  finishStep(): void | Promise<void> {
    if (this.afterStep.length === 0) return;
    this.afterStepProgram ??= this.context.engine.load([[this.afterStep]]);
    return this.afterStepProgram.run();
  }

  dispose(): void {
    this.program?.dispose();
    this.preparationProgram?.dispose();
    this.afterStepProgram?.dispose();
    this.sumProgram?.dispose();
    this.share?.dispose();
  }
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** How often a node's output is used. */
const usesOf = (nodes: readonly Node[], of: number) =>
  nodes.reduce((sum, node) => sum + node.inputs.filter((from) => from === of).length, 0);

/** Numbers a row in the output that a loss compares with targets. */
export function lossWidth({ shape, layer }: Node): number {
  const [width] = shape;
  if (shape.length === 1 && typeof width === "number") return width;
  throw inputError({
    expected: "one vector a row, for the loss",
    where: `output of ${layer.className} ${layer.name}`,
    received: `[${shape.map((n) => n ?? "any").join(", ")}]`,
    next: "Set returnSequences: false on the last recurrent layer, or flatten a sequence of known length.",
  });
}

const hasTasks = (phase: Task[]) => phase.length > 0;

/** A shard that another process runs: its outputs are there, once it has. */
function otherShard(
  like: Shard,
  { firstRow, rows, output, logits }: { firstRow: number; rows: number; output: Pointer; logits: Pointer },
): Shard {
  const from = like.output.logits;
  const tensor: Tensor = {
    ...like.output,
    at: output,
    gradient: 0,
    ...(from ? { logits: { of: from.of, tensor: { ...from.tensor, at: logits, gradient: 0 } } } : {}),
  };
  return { firstRow, rows, calls: [], tensors: new Map(), output: tensor, inputs: [], gradients: 0 };
}

/** A gradient block a shard; with one shard, and none elsewhere, it is the model's own. */
function shardGradients(
  arena: Arena,
  weights: Weights,
  count: number,
  elements: number,
  shared: boolean,
): Pointer[] {
  if (count === 1 && !shared) return [weights.gradients];
  return Array.from({ length: count }, () => arena.allocate(elements));
}

/** A call whose working room is placed later (`placeScratch`). */
function makeCall<K extends KernelName>(kernel: K, args: GivenArguments<K>): Call {
  const call: CallOf<K> = { kernel, args: { scratch: 0, ...args } };
  // The one step that the compiler cannot see: whichever K is, a call of K is one of the union of all calls.
  return call as unknown as Call;
}

/** What the builders of one shard record. */
interface Recording {
  readonly plan: Plan;
  readonly context: PlanContext;
  readonly request: PlanRequest;
  /** The shard's gradient block, and how much of it is summed over the shards. */
  readonly gradients: Pointer;
  readonly summed: number;
  /** Which shard it is, and what all of them look up in the tables whose gradients come by rows. */
  readonly shard: number;
  readonly lookups: ReadonlyMap<WeightEntry, Lookup[]>;
  readonly calls: Task;
  readonly backwards: (() => void)[];
  /** Whether the output layer is being planned, and what comes before its activation is wanted. */
  wantsLogits: boolean;
}

/** What layers see of a plan: one shard, or the same shard as other rows. */
class ShardBuilder implements Builder {
  constructor(
    private readonly recording: Recording,
    readonly B: number,
    readonly firstRow: number,
  ) {}

  get training(): boolean {
    return this.recording.request.training;
  }

  get frozen(): boolean {
    return this.recording.request.frozen ?? false;
  }

  get counters(): Pointer {
    return this.recording.context.counters;
  }

  get elementBytes(): number {
    return this.recording.context.engine.elementBytes;
  }

  get wantsLogits(): boolean {
    return this.recording.wantsLogits;
  }

  build(): Shard {
    const { recording, firstRow, B } = this;
    const { context, request, calls, gradients, summed } = recording;
    const { nodes, outputs } = context;
    const values: Tensor[] = [];
    const inputs: Tensor[] = [];
    const tensors = new Map<string, Tensor>();
    nodes.forEach((node, index) => {
      recording.wantsLogits = (request.logits || this.startsFromLogits()) && index === outputs[0];
      let value: Tensor;
      if (node.inputs.length === 0) {
        value = this.inputTensor(inputs.length);
        inputs.push(value);
      } else {
        value = node.layer.plan(
          this,
          node.inputs.map((from) => (usesOf(nodes, from) > 1 ? this.fork(values[from]!) : values[from]!)),
        );
      }
      values[index] = value;
      tensors.set(node.layer.name, value);
    });
    const output = values[outputs[0]!]!;
    this.read(output);
    if (request.loss) this.planLoss(output, request.loss);
    if (this.training) {
      this.call("fill", { out: gradients, value: 0, length: summed });
      for (const record of recording.backwards.reverse()) record();
    }
    return { firstRow, rows: B, calls, tensors, output, inputs, gradients };
  }

  asRows(B: number, firstRow: number): Builder {
    return new ShardBuilder(this.recording, B, firstRow);
  }

  fork(value: Tensor): Tensor {
    if (!this.training || !value.wantsGradient) return value;
    const fork: Tensor = { ...value, at: this.read(value), gradient: 0 };
    this.backward(() => {
      if (!fork.gradient) return;
      const fresh = value.gradient === 0;
      const out = this.gradientOf(value);
      const length = this.elements(value.shape);
      if (fresh) this.call("fill", { out, value: 0, length });
      this.call("add", { out, x: fork.gradient, length });
    });
    return fork;
  }

  private inputTensor(index: number): Tensor {
    const shape = this.recording.request.inputShapes[index]!;
    const rowSize = size(shape);
    const at = this.recording.plan.inputs[index]! + this.firstRow * rowSize * this.elementBytes;
    const wantsGradient = this.recording.request.inputGradients ?? false;
    if (shape.length === 1) return this.tensor(shape, { at, wantsGradient });
    const [T, F] = shape as [number, number];
    const out = this.tensor(shape, { wantsGradient });
    this.call("toTimeMajor", { out: out.at, x: at, B: this.B, T, F });
    return out;
  }

  private startsFromLogits(): boolean {
    const { loss } = this.recording.request;
    if (loss === null || loss.fromLogits || loss.path !== "logits") return false;
    return factsOf(loss).logitActivation !== null;
  }

  private planLoss(output: Tensor, loss: Loss): void {
    const { training } = this;
    const { plan } = this.recording;
    const F = output.shape[0]!;
    const from = this.logitsFor(output, loss);
    const at = (base: Pointer, rowSize: number) => base + this.firstRow * rowSize * this.elementBytes;
    const args = {
      rowLoss: at(plan.rowLosses, 1),
      dOut: training ? this.gradientOf(from ?? output) : 0,
      out: this.read(from ?? output),
      target: at(plan.targets, plan.targetSize),
      weight: at(plan.sampleWeights, 1),
      B: this.B,
      F,
      scale: loss.reduction === "sum" ? 1 : 1 / this.recording.request.rows,
    };
    const fromLogits = from || loss.fromLogits ? 1 : 0;
    this.recording.calls.push(factsOf(loss).kernelCall(args, fromLogits, loss));
  }

  /** The tensor before the final sigmoid or softmax, when the loss may start there. */
  private logitsFor(output: Tensor, loss: Loss): Tensor | null {
    if (!this.startsFromLogits() || output.logits?.of !== factsOf(loss).logitActivation) return null;
    return output.logits?.tensor ?? null;
  }

  private elements(shape: readonly number[]): number {
    return this.B * size(shape);
  }

  allocate(elements: number): Pointer {
    return this.recording.context.arena.allocate(elements);
  }

  tensor(shape: readonly number[], options: Partial<Tensor> = {}): Tensor {
    const at = options.at ?? this.allocate(this.elements(shape));
    return { mask: 0, wantsGradient: true, ...options, at, shape, gradient: 0 };
  }

  read(tensor: Tensor): Pointer {
    const { pending } = tensor;
    tensor.pending = undefined;
    pending?.();
    return tensor.at;
  }

  gradientOf(tensor: Tensor): Pointer {
    if (!tensor.wantsGradient) return 0;
    tensor.gradient ||= this.allocate(this.elements(tensor.shape));
    return tensor.gradient;
  }

  parameter(layer: Layer, name: string): Pointer {
    return this.recording.context.weights.pointer(layer, name);
  }

  parameterGradient(layer: Layer, name: string): Pointer {
    return this.recording.gradients + this.recording.context.weights.gradientOffset(layer, name);
  }

  lookupGradient(layer: Layer, name: string, { ids, dOut, T, F, V }: LookupGradient): void {
    const { B, recording } = this;
    const { context, request, lookups, shard } = recording;
    const entry = context.weights.entry(layer, name);
    if (request.touched && goesByRows(entry.parameter)) {
      lookups.get(entry)?.push({ shard, ids, dOut, B, T });
      return;
    }
    const dTable = this.parameterGradient(layer, name);
    this.call("embeddingBackward", { dTable, ids, dOut, B, T, F, V });
  }

  purpose(layer: Layer, kind: number): number {
    const { nodes } = this.recording.context;
    const index = nodes.findIndex((node) => node.layer === layer || node.layer.inner.includes(layer));
    // A node's own layer comes first, so that wrapping one layer leaves the others' numbers alone.
    const turn = nodes[index]!.layer.inner.indexOf(layer) + 1;
    return PURPOSE.dropout + 8 * (index + turn * nodes.length) + kind;
  }

  call<K extends KernelName>(kernel: K, args: GivenArguments<K>): void {
    this.recording.calls.push(makeCall(kernel, args));
  }

  afterStep<K extends KernelName>(kernel: K, args: GivenArguments<K>): void {
    this.recording.plan.afterStep.push(makeCall(kernel, args));
  }

  derived(key: DerivedKey, elements: number, fill: (at: Pointer, prepare: Builder["call"]) => void): Pointer {
    return this.recording.plan.derive(key, elements, fill);
  }

  backward(record: () => void): void {
    if (this.training) this.recording.backwards.push(record);
  }
}
