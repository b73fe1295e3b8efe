/**
 * Gates and states of recurrent layers on many rows at once, as an engine's kernels compute them: the forward pass that
 * training makes, without dropout, leaves every gate and state of every step in memory.
 */
import { inputError } from "../../base/errors.js";
import { view } from "../../engines/arena.js";
import type { SynchronousEngine } from "../../engines/engine.js";
import { ACTIVATIONS, keptActivation } from "../../kernels/activations.js";
import type { Pointer } from "../../kernels/declare.js";
import type { Layer } from "../../layers/layer.js";
import { SimpleRNN } from "../../layers/simple-rnn.js";
import { builtModelOf } from "../../model/given.js";
import type { Model } from "../../model/model.js";
import type { Plan } from "../../network/plan.js";
import { Runtime } from "../../network/runtime.js";
import { type OpenCell, openCells } from "../cells/open.js";
import { layOut } from "../laid.js";
import { networksOf, type UnitPart } from "./parts.js";

/** Rows of ids, or of features. */
export interface RowsOf {
  /** [rows][T], row after row */
  readonly data: Float32Array;
  readonly rows: number;
  /** The shape of a row. */
  readonly shape: readonly number[];
}

/** What a forward call left in the engine's memory. */
interface Saved {
  h: Pointer;
  c?: Pointer;
  gates?: Pointer;
  reverse: number;
}

export class UnitRecorder {
  readonly cells: readonly OpenCell[];
  readonly #runtime: Runtime;
  readonly #model: Model;
  /** By the names of the nodes that the model is laid out in. */
  readonly #layers: ReadonlyMap<string, Layer>;

  /** Takes over the engine, and takes the model's weights as they are. @throws InputError where no layer is recurrent */
  constructor(
    given: Model,
    private readonly engine: SynchronousEngine,
  ) {
    this.#model = builtModelOf(given, "explain");
    this.cells = openCells(this.#model);
    if (this.#model.inputShapes.length !== 1) {
      const received = `${this.#model.inputShapes.length} inputs`;
      throw inputError({
        expected: "a model with one input",
        where: `model ${this.#model.name}`,
        received,
      });
    }
    const { nodes, places } = layOut(this.#model);
    const output = places[this.#model.nodes.indexOf(this.#model.outputNode)]!;
    this.#layers = new Map(nodes.map(({ layer }) => [layer.name, layer]));
    this.#runtime = new Runtime(engine, nodes, [output], 0);
    this.#runtime.weights.set(this.#model.getWeights().map(({ data: values }) => values));
  }

  /** Runs rows; what it gives is valid until the next. */
  run({ data, rows, shape }: RowsOf): Recording {
    const request = { rows, inputShapes: [shape], training: true, frozen: true, loss: null };
    const plan = this.#runtime.plan(request);
    this.engine.write(plan.inputs[0]!, data);
    this.#runtime.run(plan);
    return new Recording(this.engine, plan, this.#runtime, this.#layers);
  }

  dispose(): void {
    this.#runtime.dispose();
  }
}

/** Gates and states of rows that were run. */
export class Recording {
  constructor(
    private readonly engine: SynchronousEngine,
    private readonly plan: Plan,
    private readonly runtime: Runtime,
    private readonly layers: ReadonlyMap<string, Layer>,
  ) {}

  /** The model's output for every row, [rows][F]. */
  outputs(): Float32Array {
    const out = new Float32Array(this.plan.request.rows * this.plan.outputSize);
    this.runtime.readOutput(this.plan, out);
    return out;
  }

  /** [rows][T][U] a part of a layer at every place of each row. @throws InputError where its steps are no places of the row */
  part(open: OpenCell, part: UnitPart): Float32Array {
    const { rows, inputShapes } = this.plan.request;
    const T = this.steps(open, inputShapes[0]![0]!);
    if (T !== inputShapes[0]![0]) {
      throw inputError({
        expected: "a recurrent layer that reads a step a word",
        where: open.cell.layer,
        received: `${T} steps of ${inputShapes[0]![0]} places`,
        next: "A convolution or pooling before it brings words together.",
      });
    }
    const { units: U, kind } = open.cell;
    const slot = networksOf(kind).indexOf(part);
    const out = new Float32Array(rows * T * U);
    for (const shard of this.plan.shards) {
      const saved = this.saved(open, shard);
      const at = part === "hidden" ? saved.h : part === "cell" ? saved.c! : saved.gates!;
      // Both kinds of cell with gates save four numbers a unit: a GRU's fourth is the recurrent part of its candidate.
      const [width, from] = slot < 0 ? [U, 0] : [4 * U, slot * U];
      const B = shard.rows;
      const values = view(this.engine, at, T * B * width);
      for (let s = 0; s < T; s++) {
        const t = (saved.reverse === 1) !== open.turned ? T - 1 - s : s;
        for (let b = 0; b < B; b++) {
          const start = (s * B + b) * width + from;
          out.set(values.subarray(start, start + U), ((shard.firstRow + b) * T + t) * U);
        }
      }
    }
    if (slot >= 0) activateKept(out, open, part);
    return out;
  }

  /** [rows][T][I] what the layer read at every place, [rows] of it masked or not: [rows][T], null for no mask. */
  read(open: OpenCell): { x: Float32Array; mask: Uint8Array | null; T: number; I: number } {
    const [T, I] = this.plan.shards[0]!.tensors.get(open.from)!.shape as [number, number];
    const { rows } = this.plan.request;
    const x = new Float32Array(rows * T * I);
    let mask: Uint8Array | null = null;
    for (const { tensors, firstRow, rows: B } of this.plan.shards) {
      const tensor = tensors.get(open.from)!;
      this.runtime.readTensor(x, tensor.at, [T, I], firstRow, B);
      if (!tensor.mask) continue;
      mask ??= new Uint8Array(rows * T);
      const values = view(this.engine, tensor.mask, T * B);
      for (let t = 0; t < T; t++)
        for (let b = 0; b < B; b++) mask[(firstRow + b) * T + t] = values[t * B + b]!;
    }
    return { x, mask, T, I };
  }

  /** A layer's output for every row, [rows][…shape]. */
  layer(name: string): { values: Float32Array; shape: readonly number[] } {
    const { shape } = this.plan.shards[0]!.tensors.get(name)!;
    const values = new Float32Array(this.plan.request.rows * shape.reduce((a, b) => a * b, 1));
    for (const { tensors, firstRow, rows } of this.plan.shards) {
      this.runtime.readTensor(values, tensors.get(name)!.at, shape, firstRow, rows);
    }
    return { values, shape };
  }

  private steps(open: OpenCell, fallback: number): number {
    return this.plan.shards[0]!.tensors.get(open.from)?.shape[0] ?? fallback;
  }

  /** The forward call of a layer is the one with its kernel. */
  private saved({ cell }: OpenCell, { calls }: Plan["shards"][number]): Saved {
    const kernel = this.runtime.weights.pointer(this.layers.get(cell.layer)!, "kernel");
    const call = calls.find(
      ({ kernel: name, args }) =>
        name.endsWith("Forward") && "h" in args && (args as unknown as { kernel: Pointer }).kernel === kernel,
    );
    return call!.args as unknown as Saved;
  }
}

/** What the forward pass kept of a gate or the candidate becomes its value, in place. */
function activateKept(values: Float32Array, { layer }: OpenCell, part: UnitPart): void {
  const ofGates = part !== "candidate" && !(layer instanceof SimpleRNN);
  const { id, fused } = ACTIVATIONS[ofGates ? layer.options.recurrentActivation : layer.options.activation];
  if (fused) return;
  const { value } = keptActivation(id);
  for (let i = 0; i < values.length; i++) values[i] = value(values[i]!);
}
