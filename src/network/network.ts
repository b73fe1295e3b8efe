/**
 * A network: layers as a graph, their weights, and the memory they compute in. It gives outputs, and gradients to who
 * trains it; it knows no file, prints nothing and does not know what it is trained for.
 */
import { indicesOf, listOf, objectOf, textOf } from "../base/arguments.js";
import { inputError, wholeNumber } from "../base/errors.js";
import type { Pieces } from "../base/pieces.js";
import { direct, type Engine } from "../engines/engine.js";
import type { EngineMaker } from "../engines/registry.js";
import type { Layer, Shape } from "../layers/layer.js";
import type { Rows } from "./arrays.js";
import { buildGraph, chain, type Link, type Node, nameLayers } from "./graph.js";
import { checkInputs, type InputsLike, readInputs } from "./inputs.js";
import type { Plan } from "./plan.js";
import { Runtime } from "./runtime.js";
import type { WeightArray } from "./weights.js";

/** What names a network and what it draws its random numbers from. */
export interface NetworkIdentity {
  /** What messages and files call it. Default "sequential". */
  name?: string;
  /** Everything random follows from it: initial weights, shuffles, dropout. Default 0. */
  seed?: number;
}

export interface NetworkOptions extends NetworkIdentity {
  /** Makes the engine that it computes with, when that is first needed. */
  engine: EngineMaker;
}

/** Layers and how they hang together: what a network is made of before it has memory. */
export interface Architecture {
  readonly layers: readonly Layer[];
  /** Null while the input shape is unknown: the first data then builds the network. */
  readonly links: readonly Link[] | null;
  /** The nodes whose outputs the network puts out; the last one where none are named. */
  readonly outputs?: readonly number[] | undefined;
}

/** What a network shows of itself, and its weights. A model shows the same: whoever needs no more takes either. */
export interface NetworkLike
  extends Pick<
    Network,
    | ("name" | "seed" | "layers" | "nodes" | "isBuilt" | "inputShapes" | "outputNode" | "outputSize")
    | ("countParams" | "getWeights" | "setWeights")
  > {}

/** @throws InputError for what is no network of layers */
export function networkOf<N extends NetworkLike>(value: N, where: string): N {
  const { nodes, getWeights } = (value ?? {}) as Partial<NetworkLike>;
  if (Array.isArray(nodes) && typeof getWeights === "function") return value;
  throw inputError({ expected: "a model, as sequential or loadModel makes", where, received: value });
}

/** Why a network that is not built yet cannot be asked for its shapes. */
export const unknownShape = (name: string) =>
  inputError({
    expected: "a known input shape",
    where: `model ${name}`,
    next: "Start with layers.input or an Embedding, call build(shape), or pass data first.",
    typed: {
      next: "Start the network with an Input or an Embedding, or give its first layer an input_shape.",
    },
  });

/** Rows a plan where the results do not depend on it. */
export const DEFAULT_BATCH = 256;

/** Rows a plan where others are to have their turn between two of them: each thread has some of its own. */
export const rowsAtOnce = (threads: number): number => Math.min(DEFAULT_BATCH, 64 * threads);

export class Network {
  readonly name: string;
  readonly seed: number;
  /** Without inputs, as Keras's Sequential lists them. */
  readonly layers: readonly Layer[];
  /** Told of the memory once there is any, before it is used: whoever keeps something of its own in it. */
  onStart: ((runtime: Runtime) => void) | null = null;

  private readonly makeEngine: EngineMaker;
  private graph: readonly Node[] | null = null;
  private outputs: readonly number[] = [];
  private started: Runtime | null = null;
  private disposed = false;

  constructor({ layers, links, outputs }: Architecture, options: NetworkOptions) {
    if (options.name !== undefined) textOf(options.name, "model name");
    listOf(layers, "model layers");
    if (links !== null) listOf(links, "model links", checkLink);
    if (outputs !== undefined) indicesOf(outputs, "model outputs", links?.length ?? 0);
    this.makeEngine = options.engine;
    this.name = options.name ?? "sequential";
    this.seed = wholeNumber(options.seed ?? 0, "model seed");
    nameLayers(layers);
    this.layers = layers.filter((layer) => !layer.kind.unlisted);
    if (links) this.buildFrom(links, outputs);
  }

  private buildFrom(links: readonly Link[], outputs?: readonly number[]): void {
    this.graph = buildGraph(links);
    this.outputs = outputs ?? [this.graph.length - 1];
  }

  /**
   * Fixes the input shape (without the batch axis) where the layers do not declare it.
   * @throws InputError for what is no shape, or another than the network has
   */
  build(inputShape: Shape): void {
    const isSize = (n: unknown) => n === null || (Number.isInteger(n) && (n as number) > 0);
    const own = this.inputShapes[0];
    const fits = own
      ? own.length === inputShape?.length && own.every((n, i) => n === null || n === inputShape[i])
      : true;
    if (!Array.isArray(inputShape) || !inputShape.every(isSize) || !fits) {
      const expected = own
        ? `the model's own shape, [${own.map((n) => n ?? "any").join(", ")}]`
        : "a shape, as [10] or [null, 3]";
      throw inputError({ expected, where: `build of model ${this.name}`, received: inputShape });
    }
    if (!this.graph) this.buildFrom(chain(this.layers, inputShape)!);
  }

  /** The layers as a graph, inputs included; a Sequential is a chain. Empty until built. */
  get nodes(): readonly Node[] {
    return this.graph ?? [];
  }

  get isBuilt(): boolean {
    return this.graph !== null;
  }

  get inputShapes(): Shape[] {
    return this.nodes.filter((node) => node.inputs.length === 0).map((node) => node.shape);
  }

  /** @throws InputError while the input shape is not known */
  get outputNode(): Node {
    return this.output ?? this.refuse();
  }

  private get output(): Node | undefined {
    return this.nodes[this.outputs[0] ?? -1];
  }

  private refuse(): never {
    throw unknownShape(this.name);
  }

  /** Numbers put out a row (a step, for sequences). */
  get outputSize(): number {
    return this.outputNode.shape.reduce<number>((a, b) => a * (b ?? 1), 1);
  }

  /** All numbers in the weights. @throws InputError while the input shape is not known */
  countParams(): number {
    if (!this.output) this.refuse();
    return this.nodes.reduce(
      (sum, { layer }) =>
        sum + layer.parameters.reduce((n, parameter) => n + parameter.shape.reduce((a, b) => a * b, 1), 0),
      0,
    );
  }

  /** Engine, memory and weights; made when first needed, with fresh weights. */
  get runtime(): Runtime {
    return this.started ?? this.start();
  }

  private start(): Runtime {
    if (!this.output) this.refuse();
    if (this.disposed) {
      const next = "It was disposed.";
      throw inputError({ expected: "a model in use", where: `model ${this.name}`, next });
    }
    this.started = new Runtime(this.makeEngine(), this.nodes, this.outputs, this.seed);
    this.started.weights.initialize(this.seed);
    this.onStart?.(this.started);
    return this.started;
  }

  /** Whoever may wait does so before memory is taken; undefined where there is nothing to wait for. */
  ready(): Promise<void> | undefined {
    return this.started ? undefined : this.makeEngine.ready?.();
  }

  /** The engine, once there is one. */
  get startedEngine(): Engine | undefined {
    return this.started?.engine;
  }

  /** Whether memory was taken for it. */
  get isStarted(): boolean {
    return this.started !== null;
  }

  /** Weights in Keras's order, named "lstm/kernel". */
  getWeights(): WeightArray[] {
    return this.runtime.weights.get();
  }

  /** As `getWeights`, on any engine. */
  async getWeightsAsync(): Promise<WeightArray[]> {
    return this.runtime.weights.getAsync();
  }

  /** Replaces all weights; arrays in the order of `getWeights`. */
  setWeights(values: readonly (ArrayLike<number> | WeightArray)[]): void {
    listOf(values, "setWeights", (array, where) => {
      const data = (array as { data?: unknown } | null | undefined)?.data;
      if ([array, data].some((one) => Array.isArray(one) || ArrayBuffer.isView(one))) return;
      throw inputError({ expected: "an array of weights", where, received: array });
    });
    this.runtime.weights.set(values);
    this.runtime.weightsChanged();
  }

  /** All weights in one array, for keeping and going back to. */
  weightSnapshot(into?: Float32Array): Float32Array {
    if (into !== undefined) this.checkSnapshot(into, "weightSnapshot");
    return this.runtime.weights.snapshot(into);
  }

  private checkSnapshot(given: unknown, where: string): asserts given is Float32Array {
    const length = this.countParams();
    if (given instanceof Float32Array && given.length === length) return;
    throw inputError({ expected: `a snapshot of ${length} numbers, a Float32Array`, where, received: given });
  }

  /** Goes back to what `weightSnapshot` gave. @throws InputError for another length, or what is no finite number */
  restoreWeights(snapshot: Float32Array): void {
    const where = "restoreWeights";
    this.checkSnapshot(snapshot, where);
    const bad = snapshot.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw inputError({ expected: "finite numbers", where: `${where} [${bad}]`, received: snapshot[bad] });
    }
    this.runtime.restoreWeights(snapshot);
  }

  /** What users pass as x, checked; it builds a network whose input shape is not known yet. One `Rows` an input. */
  *inputRows(x: InputsLike): Pieces<Rows[]> {
    const inputs = yield* readInputs(x, this.nodes);
    if (!this.graph) this.buildFrom(chain(this.layers, inputs[0]!.shape)!);
    yield* checkInputs(inputs, this.nodes);
    return inputs;
  }

  /**
   * Outputs [rows][…shape] of checked inputs, without dropout; so many rows a plan, on which they do not depend.
   * @throws InputError on an engine that answers later
   */
  predict(inputs: readonly Rows[], batchSize = DEFAULT_BATCH): Rows {
    const { rows } = inputs[0]!;
    if (rows > 0) direct(this.runtime.engine);
    let out: Float32Array | null = null;
    let shape: readonly number[] = [];
    for (let from = 0; from < rows; from += batchSize) {
      const to = Math.min(from + batchSize, rows);
      const plan = this.put(inputs, from, to);
      this.runtime.run(plan);
      shape = plan.outputShape;
      out ??= new Float32Array(rows * plan.outputSize);
      this.runtime.readOutput(plan, out.subarray(from * plan.outputSize, to * plan.outputSize));
    }
    return { data: out ?? new Float32Array(0), rows, shape };
  }

  /** As `predict`, on any engine. All is asked at once: what comes between the question and the answer changes nothing. */
  async predictAsync(inputs: readonly Rows[], batchSize = DEFAULT_BATCH): Promise<Rows> {
    const { rows } = inputs[0]!;
    const asked: (void | Promise<void>)[] = [];
    let out: Float32Array | null = null;
    let shape: readonly number[] = [];
    for (let from = 0; from < rows; from += batchSize) {
      const to = Math.min(from + batchSize, rows);
      const plan = this.put(inputs, from, to);
      shape = plan.outputShape;
      out ??= new Float32Array(rows * plan.outputSize);
      const part = out.subarray(from * plan.outputSize, to * plan.outputSize);
      asked.push(this.runtime.run(plan), this.runtime.readOutputAsync(plan, part));
    }
    await Promise.all(asked);
    return { data: out ?? new Float32Array(0), rows, shape };
  }

  /** Rows from … to−1 in place, in the plan that predicts so many. */
  private put(inputs: readonly Rows[], from: number, to: number): Plan {
    const inputShapes = inputs.map((input) => input.shape);
    const plan = this.runtime.plan({ rows: to - from, inputShapes, training: false, loss: null });
    inputs.forEach((input, i) => {
      const size = plan.inputSizes[i]!;
      this.runtime.write(plan.inputs[i]!, input.data.subarray(from * size, to * size));
    });
    return plan;
  }

  /** Frees the engine's memory and threads. The network must not be used after. */
  dispose(): void {
    this.started?.dispose();
    this.started = null;
    this.disposed = true;
  }
}

/** A place in a graph of layers, as the constructor takes it. */
function checkLink(link: unknown, where: string): void {
  indicesOf((objectOf(link as object, where, "a layer and its inputs") as Link).inputs, `${where} inputs`);
}
