/**
 * A model on the float64 reference engine, to look into: every tensor's values and gradients, for gradients that come in
 * at its output, and with any layer's output replaced by other values ("opened" there). It runs as it predicts.
 */

import { inputError } from "../base/errors.js";
import { view } from "../engines/arena.js";
import { direct } from "../engines/engine.js";
import { ReferenceEngine } from "../engines/reference.js";
import type { Pointer } from "../kernels/declare.js";
import { Input } from "../layers/input.js";
import { type Builder, elementsOf, Layer, type LayerKind, type Shape, type Tensor } from "../layers/layer.js";
import { modelOf } from "../model/given.js";
import type { Model } from "../model/model.js";
import type { RowsLike } from "../network/arrays.js";
import type { Node } from "../network/graph.js";
import { checkInputs, readInputs } from "../network/inputs.js";
import type { Plan } from "../network/plan.js";
import { Runtime } from "../network/runtime.js";

/** One row of a model's input: token ids [T], features [I], or a sequence [T][I]. */
export type InputRow = ArrayLike<number> | ArrayLike<ArrayLike<number>>;

/** A tensor of one row: [T][F], with T = 1 for a vector. */
export interface Reading {
  values: number[][];
  /** Null where no gradient reaches it. */
  gradient: number[][] | null;
  /** [T]; null for no mask. */
  mask: boolean[] | null;
}

/** Gradients that come in at the output: for each row, from its output [F]. */
export type Seed = (output: readonly number[]) => readonly number[];

const givenKind: LayerKind = { className: "Given", options: {}, make: () => new Given(), mask: "passes" };
const seededKind: LayerKind = { className: "Seeded", options: {}, make: () => new Seeded(), mask: "passes" };

/** Takes the place of a layer's output; its mask stays. */
export class Given extends Layer {
  override get kind(): typeof givenKind {
    return givenKind;
  }

  override outputShape([original]: readonly Shape[]): Shape {
    return original!;
  }

  override plan(_b: Builder, [original, given]: readonly Tensor[]): Tensor {
    return { ...given!, mask: original!.mask };
  }
}

/** Starts the backward pass from gradients that are an input of their own. */
class Seeded extends Layer {
  override get kind(): typeof seededKind {
    return seededKind;
  }

  override outputShape([output]: readonly Shape[]): Shape {
    return output!;
  }

  override plan(b: Builder, [output, seeds]: readonly Tensor[]): Tensor {
    b.backward(() => {
      const out = b.gradientOf(output!);
      const length = elementsOf(b, output!);
      if (!out) return;
      b.call("fill", { out, value: 0, length });
      b.call("add", { out, x: b.read(seeds!), length });
    });
    return output!;
  }
}

/** What a run is given besides its rows. */
export interface RunOptions {
  /** [rows][T·F] values in place of the opened layer's output. */
  given?: readonly ArrayLike<number>[];
  seed?: Seed;
}

/** More rows at a time would only take memory. */
const ROWS_AT_ONCE = 64;

export class Probe {
  private readonly engine = new ReferenceEngine({ precision: "float64" });
  private readonly runtime: Runtime;
  private readonly nodes: Node[] = [];
  private readonly opening: Given | null;

  /** @param open the layer whose output `run` is given */
  constructor(
    readonly model: Model,
    open: Layer | null = null,
  ) {
    modelOf(model, "explain");
    if (model.inputShapes.length !== 1) {
      const received = `${model.inputShapes.length} inputs`;
      throw inputError({ expected: "a model with one input", where: `model ${model.name}`, received });
    }
    this.opening = open && named(new Given(), "given value");
    this.layOut(open);
    this.runtime = new Runtime(this.engine, this.nodes, [this.nodes.length - 1], 0);
    this.runtime.weights.set(model.getWeights().map(({ data }) => data));
  }

  /** The model's nodes after two inputs of ours: gradients for its output, and the values for the opened layer. */
  private layOut(open: Layer | null): void {
    const { nodes, model, opening } = this;
    const { outputNode } = model;
    nodes.push(inputNode("seeds", outputNode.shape));
    if (open) nodes.push(inputNode("given", model.nodes.find(({ layer }) => layer === open)!.shape));
    const place: number[] = [];
    for (const [index, { layer, inputs, shape }] of model.nodes.entries()) {
      place[index] = nodes.push({ layer, shape, inputs: inputs.map((from) => place[from]!) }) - 1;
      if (layer !== open || !opening) continue;
      place[index] = nodes.push({ layer: opening, shape, inputs: [place[index], 1] }) - 1;
    }
    const last = place[model.nodes.indexOf(outputNode)]!;
    nodes.push({ layer: named(new Seeded(), "seeded output"), shape: outputNode.shape, inputs: [last, 0] });
  }

  /** Runs rows forward and, given a seed, backward. @throws InputError where a row does not fit the model */
  run(rows: readonly InputRow[], { given, seed }: RunOptions = {}): Run {
    const seeds = seed && this.outputs(rows, given).map(seed);
    const plan = this.prepare(rows, given, true);
    if (seeds) this.write(plan.inputs[0]!, seeds);
    return new Run(this.runtime, plan, this.opening);
  }

  /** The model's outputs alone, row by row: faster, and for any number of rows. */
  outputs(rows: readonly InputRow[], given?: RunOptions["given"]): number[][] {
    const outputs: number[][] = [];
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const part = rows.slice(from, from + ROWS_AT_ONCE);
      const plan = this.prepare(part, given?.slice(from, from + ROWS_AT_ONCE), false);
      const run = new Run(this.runtime, plan, this.opening);
      outputs.push(...part.map((_, b) => run.output(b)));
    }
    return outputs;
  }

  /** A plan for the rows with its inputs in place. */
  private prepare(rows: readonly InputRow[], given: RunOptions["given"], gradients: boolean): Plan {
    const inputs = readInputs(rows as RowsLike, this.model.nodes);
    checkInputs(inputs, this.model.nodes);
    const [input] = inputs;
    const plan = this.runtime.plan({
      rows: rows.length,
      inputShapes: this.inputShapes(input!.shape, given),
      training: gradients,
      frozen: gradients,
      loss: null,
      inputGradients: gradients && this.opening !== null,
    });
    this.write(plan.inputs.at(-1)!, [input!.data]);
    if (given) this.write(plan.inputs[1]!, given);
    return plan;
  }

  private inputShapes(shape: readonly number[], given: RunOptions["given"]): number[][] {
    const steps = shape[0]!;
    const settled = (node: Node) => node.shape.map((size) => size ?? steps);
    const all = [settled(this.nodes[0]!), ...(this.opening ? [settled(this.nodes[1]!)] : []), [...shape]];
    if (this.opening && !given) throw new TypeError("an opened network needs the values it is opened with");
    return all;
  }

  private write(at: Pointer, rows: readonly ArrayLike<number>[]): void {
    const size = rows[0]!.length;
    rows.forEach((row, b) => void view(this.engine, at + 8 * b * size, size).set(row));
  }

  dispose(): void {
    this.runtime.dispose();
  }
}

/** What a run left in memory; valid until the network's next. */
export class Run {
  constructor(
    private readonly runtime: Runtime,
    private readonly plan: Plan,
    private readonly opening: Layer | null,
  ) {
    runtime.run(plan);
  }

  /** The model's output for a row. */
  output(row = 0): number[] {
    return this.read(row, (shard) => shard.output).values.flat();
  }

  /** A layer's output for a row. */
  at(layer: string, row = 0): Reading {
    return this.read(row, (shard) => shard.tensors.get(layer)!);
  }

  /** The values given in place of the opened layer's output, and their gradient. */
  opened(row = 0): Reading {
    return this.at(this.opening!.name, row);
  }

  private read(row: number, tensorOf: (shard: Plan["shards"][number]) => Tensor): Reading {
    const shard = this.plan.shards.find(({ firstRow, rows }) => row < firstRow + rows)!;
    const { at, gradient, mask, shape } = tensorOf(shard);
    const b = row - shard.firstRow;
    const sequence = (pointer: Pointer, [T, F]: readonly [number, number]) =>
      Array.from({ length: T }, (_, t) =>
        Array.from(view(direct(this.runtime.engine), pointer + 8 * (t * shard.rows + b) * F, F)),
      );
    const sizes = [shape.length === 2 ? shape[0]! : 1, shape.at(-1)!] as const;
    return {
      values: sequence(at, sizes),
      gradient: gradient ? sequence(gradient, sizes) : null,
      mask: mask ? sequence(mask, [sizes[0], 1]).map(([kept]) => kept !== 0) : null,
    };
  }
}

function inputNode(name: string, shape: Shape): Node {
  return { layer: new Input({ shape, name: `${name} (input)` }), inputs: [], shape };
}

function named<T extends Layer>(layer: T, name: string): T {
  layer.name = name;
  return layer;
}
