/**
 * A model on the float64 reference engine, to look into: every tensor's values and gradients, for gradients that come in
 * at its output, and with the outputs of any layers replaced by other values ("opened" there). It runs as it predicts.
 */

import { inputError } from "../base/errors.js";
import { atOnce, type Pieces } from "../base/pieces.js";
import { view } from "../engines/arena.js";
import { direct } from "../engines/engine.js";
import { ReferenceEngine } from "../engines/reference.js";
import type { Pointer } from "../kernels/declare.js";
import { Input } from "../layers/input.js";
import { type Builder, elementsOf, type Shape, type Tensor } from "../layers/layer.js";
import { modelOf } from "../model/given.js";
import type { Model } from "../model/model.js";
import { placeOf, type RowsLike } from "../network/arrays.js";
import type { Node } from "../network/graph.js";
import { checkInputs, type InputsLike, readInputs } from "../network/inputs.js";
import type { Plan } from "../network/plan.js";
import { Runtime } from "../network/runtime.js";
import type { WeightArray } from "../network/weights.js";
import { layOut, Part, sameShape } from "./laid.js";

/** One input of a row: token ids [T], features [I], or a sequence [T][I]. */
export type OneInput = ArrayLike<number> | ArrayLike<ArrayLike<number>>;
/** One row of a model's input; of a model with several inputs a list with one for each. */
export type InputRow = OneInput | readonly OneInput[];

/** A tensor of one row: [T][F], with T = 1 for a vector. */
export interface Reading {
  values: number[][];
  /** Null where no gradient reaches it. */
  gradient: number[][] | null;
  /** [T]; null for no mask. */
  mask: boolean[] | null;
}

/** Gradients that come in at the scores: for each row, from its scores [F]. */
export type Seed = (scores: readonly number[]) => readonly number[];

/** What a model ends in, for one row. */
export interface Ending {
  /** [F] the model's output. */
  output: number[];
  /** [F] what its last sigmoid or softmax was given; the output itself where it does not end in one. */
  scores: number[];
  /** What made the output of the scores; null where the two are the same. */
  squash: Squash | null;
}

/** Takes the place of a layer's output; its mask stays. */
export const taken = (_: Builder, [original, given]: readonly Tensor[]): Tensor => ({
  ...given!,
  mask: original!.mask,
});

/** What squashes scores into probabilities. Beyond it they round to 0 and 1, and tell no more of how sure the model is. */
export type Squash = "sigmoid" | "softmax";

/** The tensor that an output's probabilities come from; null where they are none, or come from no tensor of their own. */
function scoresOf({ logits }: Tensor): { of: Squash; tensor: Tensor } | null {
  if (logits?.of !== "sigmoid" && logits?.of !== "softmax") return null;
  return { of: logits.of, tensor: logits.tensor };
}

/** Starts the backward pass from gradients that are an input of their own: under the last sigmoid or softmax, if there is one. */
function seeded(b: Builder, [output, seeds]: readonly Tensor[]): Tensor {
  b.backward(() => {
    const out = b.gradientOf(scoresOf(output!)?.tensor ?? output!);
    const length = elementsOf(b, output!);
    if (!out) return;
    b.call("fill", { out, value: 0, length });
    b.call("add", { out, x: b.read(seeds!), length });
  });
  return output!;
}

const givenAs = (opened: number) => `given value ${opened}`;

/** What a run is given besides its rows. */
export interface RunOptions {
  /** [opened layers][rows][T·F] values in place of their outputs. */
  given?: readonly (readonly ArrayLike<number>[])[];
  seed?: Seed;
}

/** In words: beyond it float32 has Infinity alone. */
const MOST_FLOAT32 = "3.4e38";

export class Probe {
  private readonly engine = new ReferenceEngine({ precision: "float64" });
  private readonly runtime: Runtime;
  private readonly nodes: Node[] = [];

  /** @param open the nodes of the model laid out whose outputs `run` is given */
  constructor(
    readonly model: Model,
    private readonly open: readonly string[] = [],
  ) {
    const output = this.layOut(modelOf(model, "explain"));
    this.runtime = new Runtime(this.engine, this.nodes, [output], 0);
    this.setWeights(model.getWeights());
  }

  /** Looks at the model with other weights: arrays in the order of its own. */
  setWeights(weights: readonly WeightArray[]): void {
    this.runtime.weights.set(weights.map(({ data }) => data));
  }

  /**
   * The model laid out, between inputs of ours: gradients for its output, and the values for each opened node.
   * @returns the place of the model's output, which is to keep its scores
   */
  private layOut(model: Model): number {
    const laid = layOut(model);
    const { nodes, open } = this;
    const { outputNode } = model;
    const named = new Map(laid.nodes.map(({ layer, shape }) => [layer.name, shape]));
    nodes.push(inputNode("seeds", outputNode.shape));
    nodes.push(...open.map((name, k) => inputNode(`given ${k}`, named.get(name)!)));
    const place: number[] = [];
    for (const [index, { layer, inputs, shape }] of laid.nodes.entries()) {
      place[index] = nodes.push({ layer, shape, inputs: inputs.map((from) => place[from]!) }) - 1;
      const opened = open.indexOf(layer.name);
      if (opened < 0) continue;
      const part = new Part(givenAs(opened), sameShape, taken);
      place[index] = nodes.push({ layer: part, shape, inputs: [place[index], 1 + opened] }) - 1;
    }
    const last = place[laid.places[model.nodes.indexOf(outputNode)]!]!;
    nodes.push({
      layer: new Part("seeded output", sameShape, seeded),
      shape: outputNode.shape,
      inputs: [last, 0],
    });
    return last;
  }

  /** Runs rows forward and, given a seed, backward. @throws InputError where a row does not fit the model */
  run(rows: readonly InputRow[], { given, seed }: RunOptions = {}): Run {
    const seeds = seed && atOnce(this.endings(rows, given)).map(({ scores }) => seed(scores));
    const plan = this.prepare(rows, given, true);
    if (seeds) this.write(plan.inputs[0]!, seeds);
    return new Run(this.runtime, plan);
  }

  /** What the model ends in alone, row by row: faster, and for any number of rows, which the pieces count. */
  *endings(rows: readonly InputRow[], given?: RunOptions["given"]): Pieces<Ending[]> {
    const endings: Ending[] = [];
    for (const [b, row] of rows.entries()) {
      const own = given?.map((values) => [values[b]!]);
      endings.push(new Run(this.runtime, this.prepare([row], own, false)).ending());
      yield 1;
    }
    return endings;
  }

  /** A plan for the rows with its inputs in place. */
  private prepare(rows: readonly InputRow[], given: RunOptions["given"], gradients: boolean): Plan {
    const { nodes } = this.model;
    const count = this.model.inputShapes.length;
    const inputs = atOnce(readInputs(count === 1 ? (rows as RowsLike) : byInput(rows, count), nodes));
    atOnce(checkInputs(inputs, nodes));
    for (const [i, { data, shape }] of inputs.entries()) {
      const bad = data.findIndex((value) => !Number.isFinite(value));
      if (bad < 0) continue;
      const { name } = nodes.filter((node) => node.inputs.length === 0)[i]!.layer;
      throw inputError({
        expected: `numbers that float32 holds, up to ${MOST_FLOAT32}`,
        where: `${count === 1 ? "x" : name} ${placeOf(bad, shape)}`,
        received: data[bad],
      });
    }
    if (this.open.length !== (given?.length ?? 0))
      throw new TypeError("an opened network needs the values it is opened with");
    const plan = this.runtime.plan({
      rows: rows.length,
      inputShapes: this.inputShapes(inputs.map(({ shape }) => shape)),
      training: gradients,
      frozen: gradients,
      loss: null,
      logits: true,
      inputGradients: gradients && this.open.length > 0,
    });
    inputs.forEach(({ data }, i) => void this.write(plan.inputs.at(i - count)!, [data]));
    given?.forEach((values, k) => void this.write(plan.inputs[1 + k]!, values));
    return plan;
  }

  /** Of our own inputs, as of the model's: what the layers make of the shapes that its rows have. */
  private inputShapes(given: readonly (readonly number[])[]): number[][] {
    const own = 1 + this.open.length;
    const shapes: Shape[] = this.nodes.slice(0, own).map(({ shape }) => shape);
    let next = 0;
    for (const { layer, inputs } of this.nodes.slice(own)) {
      const from = inputs.map((place) => shapes[place]!);
      shapes.push(inputs.length === 0 ? given[next++]! : layer.outputShape(from));
      const opened = this.open.indexOf(layer.name);
      if (opened >= 0) shapes[1 + opened] = shapes.at(-1)!;
    }
    shapes[0] = shapes.at(-1)!;
    return [...shapes.slice(0, own), ...given].map((shape) => [...shape] as number[]);
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
  ) {
    runtime.run(plan);
  }

  /** The model's output for a row. */
  output(row = 0): number[] {
    return this.read(row, (shard) => shard.output).values.flat();
  }

  /** The model's output for a row, and the scores that it was made of. */
  ending(row = 0): Ending {
    const output = this.output(row);
    const squashed = scoresOf(this.plan.shards[0]!.output);
    if (!squashed) return { output, scores: output, squash: null };
    const scores = this.read(row, (shard) => scoresOf(shard.output)!.tensor).values.flat();
    return { output, scores, squash: squashed.of };
  }

  /** The output of a node of the model laid out, for a row. */
  at(layer: string, row = 0): Reading {
    return this.read(row, (shard) => shard.tensors.get(layer)!);
  }

  /** The values given in place of an opened layer's output, and their gradient. */
  opened(layer: number, row = 0): Reading {
    return this.at(givenAs(layer), row);
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

/** Rows of several inputs as a list of rows for each of them. */
function byInput(rows: readonly InputRow[], count: number): InputsLike {
  return Array.from({ length: count }, (_, i) =>
    rows.map((row) => {
      if (Array.isArray(row) && row.length === count && row.every((one) => typeof one === "object"))
        return row[i];
      throw inputError({ expected: `a list of ${count} inputs, one each`, where: "row", received: row });
    }),
  ) as unknown as InputsLike;
}
