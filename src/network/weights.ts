/**
 * A model's parameters in the engine's memory: one block of all that gradients reach, with a gradient block of the same
 * layout beside it, so that an optimizer runs over whole ranges; statistics (no gradient) follow in a block of their own.
 */

import { inputError } from "../base/errors.js";
import { type Arena, view } from "../engines/arena.js";
import { direct, type Engine } from "../engines/engine.js";
import type { Pointer, Reals } from "../kernels/declare.js";
import { PURPOSE } from "../kernels/philox.js";
import { initialize } from "../layers/initializers.js";
import type { Layer, Parameter } from "../layers/layer.js";
import type { Node } from "./graph.js";

/** A weight's values, in Keras's naming and order. */
export interface WeightArray {
  /** "lstm/kernel" */
  name: string;
  /** Its axes, as Keras has them. */
  shape: readonly number[];
  /** Its numbers, row-major. */
  data: Float32Array;
}

export interface WeightEntry {
  readonly layer: Layer;
  readonly parameter: Parameter;
  readonly name: string;
  readonly at: Pointer;
  readonly length: number;
}

/** Whether a parameter's gradient may come by rows: nothing but what was looked up adds to it. */
export const goesByRows = ({ lookedUp, regularizer }: Parameter): boolean =>
  lookedUp === true && !(regularizer && (regularizer.l1 !== 0 || regularizer.l2 !== 0));

export class Weights {
  /** In Keras's order: layer by layer. */
  readonly entries: readonly WeightEntry[];
  /** First parameter, and first gradient: the two blocks run in parallel. */
  readonly base: Pointer;
  readonly gradients: Pointer;
  /** Elements of the block that gradients reach, alignment gaps included (they stay zero). */
  readonly gradientElements: number;
  /** Elements of the front of that block: tables whose gradients may come by rows lie behind. */
  readonly denseElements: number;

  constructor(
    private readonly engine: Engine,
    arena: Arena,
    nodes: readonly Node[],
  ) {
    const declared = nodes.flatMap(({ layer }) =>
      layer.parameters.map((parameter) => ({ layer, parameter })),
    );
    const place = ({ layer, parameter }: { layer: Layer; parameter: Parameter }): WeightEntry => {
      const length = parameter.shape.reduce((a, b) => a * b, 1);
      return {
        layer,
        parameter,
        name: `${layer.name}/${parameter.name}`,
        at: arena.allocate(length),
        length,
      };
    };
    this.base = arena.mark();
    const placed = new Map<Parameter, WeightEntry>();
    const reached = declared.filter(({ parameter }) => parameter.trainable);
    for (const item of reached) if (!goesByRows(item.parameter)) placed.set(item.parameter, place(item));
    this.denseElements = (arena.mark() - this.base) / engine.elementBytes;
    for (const item of reached) if (goesByRows(item.parameter)) placed.set(item.parameter, place(item));
    this.gradientElements = (arena.mark() - this.base) / engine.elementBytes;
    this.gradients = arena.allocate(Math.max(1, this.gradientElements));
    for (const item of declared) if (!item.parameter.trainable) placed.set(item.parameter, place(item));
    this.entries = declared.map(({ parameter }) => placed.get(parameter)!);
    arena.commit();
  }

  initialize(seed: number): void {
    this.entries.forEach(({ parameter, at }, index) => {
      const values = initialize(parameter.initializer, parameter.shape, seed, PURPOSE.weights + index);
      parameter.adjust?.(values);
      this.engine.write(at, values);
    });
  }

  pointer(layer: Layer, name: string): Pointer {
    return this.entry(layer, name).at;
  }

  /** Bytes from the start of a gradient block to this parameter's gradient. */
  gradientOffset(layer: Layer, name: string): number {
    return this.entry(layer, name).at - this.base;
  }

  /** A layer's parameter by its name there. */
  entry(layer: Layer, name: string): WeightEntry {
    const found = this.entries.find(({ layer: outer, parameter }) => {
      const own = parameter.of ?? { layer: outer, name: parameter.name };
      return own.layer === layer && own.name === name;
    });
    if (!found) throw new Error(`${layer.className} ${layer.name} has no parameter ${name}`);
    return found;
  }

  get(): WeightArray[] {
    const engine = direct(this.engine);
    return this.entries.map((entry) => {
      const array = emptyArray(entry);
      engine.read(entry.at, array.data);
      return array;
    });
  }

  /** As `get`, of an engine that may answer later. */
  getAsync(): Promise<WeightArray[]> {
    const reading = this.entries.map(async (entry) => {
      const array = emptyArray(entry);
      await this.engine.read(entry.at, array.data);
      return array;
    });
    return Promise.all(reading);
  }

  /** All or nothing: every array is checked before the first is copied. */
  set(values: readonly (ArrayLike<number> | WeightArray)[]): void {
    if (values.length !== this.entries.length) {
      throw inputError({
        expected: `${this.entries.length} arrays (${this.entries.map((entry) => entry.name).join(", ")})`,
        where: "setWeights",
        received: `${values.length} arrays`,
      });
    }
    const arrays = this.entries.map((entry, i) => checkedArray(entry, values[i]!));
    for (const [i, { at }] of this.entries.entries()) {
      const values = arrays[i]!;
      this.engine.write(at, values instanceof Float32Array ? values : Float32Array.from(values));
    }
  }

  /** Gradients in Keras's order, of the parameters that have one. */
  getGradients(): WeightArray[] {
    return this.entries
      .filter(({ parameter }) => parameter.trainable)
      .map(({ name, parameter, at, length }) => ({
        name,
        shape: parameter.shape,
        data: Float32Array.from(view(direct(this.engine), this.gradients + at - this.base, length)),
      }));
  }

  /**
   * Every number that training changes besides the optimizer's, in one array; and back. `changed`: tables of which nothing
   * but these rows has changed since `into` was filled.
   */
  snapshot(into?: Float32Array, changed?: ReadonlyMap<WeightEntry, Uint32Array>): Float32Array {
    const total = this.entries.reduce((sum, { length }) => sum + length, 0);
    if (into !== undefined && !(into instanceof Float32Array && into.length === total)) {
      const where = "weightSnapshot";
      throw inputError({ expected: `a Float32Array of ${total} numbers, or none`, where, received: into });
    }
    const out = into ?? new Float32Array(total);
    let from = 0;
    for (const entry of this.entries) {
      const { at, length, parameter } = entry;
      const values = view(direct(this.engine), at, length);
      const rows = changed?.get(entry);
      if (rows) copyRows(out.subarray(from, from + length), values, rows, parameter.shape[1]!);
      else out.set(values, from);
      from += length;
    }
    return out;
  }

  restore(snapshot: Float32Array): void {
    const total = this.entries.reduce((sum, { length }) => sum + length, 0);
    if (!(snapshot instanceof Float32Array) || snapshot.length !== total) {
      const received = snapshot instanceof Float32Array ? `${snapshot.length} numbers` : snapshot;
      throw inputError({ expected: `a snapshot of ${total} numbers`, where: "restoreWeights", received });
    }
    let from = 0;
    for (const { at, length } of this.entries) {
      this.engine.write(at, snapshot.subarray(from, from + length));
      from += length;
    }
  }
}

function copyRows(out: Float32Array, values: Reals, rows: Uint32Array, F: number): void {
  for (const row of rows) {
    for (let i = row * F; i < (row + 1) * F; i++) out[i] = values[i]!;
  }
}

const emptyArray = ({ name, parameter, length }: WeightEntry): WeightArray => ({
  name,
  shape: parameter.shape,
  data: new Float32Array(length),
});

/** The numbers of one weight; a WeightArray must have the weight's shape, not only its length. */
function checkedArray({ name, parameter, length }: WeightEntry, value: ArrayLike<number> | WeightArray) {
  if (typeof value !== "object" || value === null) {
    const expected = `${length} numbers of shape [${parameter.shape.join(", ")}]`;
    throw inputError({ expected, where: `setWeights ${name}`, received: value });
  }
  const data = "data" in value ? value.data : value;
  if (Array.isArray(data)) {
    const bad = data.findIndex((item) => typeof item !== "number");
    const where = `setWeights ${name}, position ${bad}`;
    if (bad >= 0) throw inputError({ expected: "numbers", where, received: data[bad] });
  }
  const shape = "data" in value ? value.shape : parameter.shape;
  if (data.length === length && shape.join() === parameter.shape.join()) return data;
  throw inputError({
    expected: `${length} numbers of shape [${parameter.shape.join(", ")}]`,
    where: `setWeights ${name}`,
    received: "data" in value ? `shape [${shape.join(", ")}]` : `${data.length} numbers`,
  });
}
