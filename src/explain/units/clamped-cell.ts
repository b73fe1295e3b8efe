/**
 * A recurrent cell run over rows with some of its numbers held: a gate's, or a state's, at every word or at some. In float64,
 * by the same equations as the kernels'.
 */
import type { GRU } from "../../layers/gru.js";
import { SimpleRNN } from "../../layers/simple-rnn.js";
import { activationOf, type OpenCell } from "../cells/open.js";
import { networksOf, type UnitPart } from "./parts.js";

/** Numbers of a part that are held at a value. */
export interface Clamp {
  part: UnitPart;
  units: readonly number[];
  /** [units] */
  values: ArrayLike<number>;
}

/** What a layer reads of a row. */
export interface CellInput {
  /** [T][I] */
  x: Float32Array | Float64Array;
  /** [T] 0 where a mask hides the step; null for no mask. */
  mask: Uint8Array | null;
  /** [T] 1 at places where clamps hold; null: everywhere. */
  at: Uint8Array | null;
}

/** The states of one row while it is run. */
interface State {
  h: Float64Array;
  c: Float64Array;
}

export class ClampedCell {
  readonly #open: OpenCell;
  readonly #G: number;
  readonly #kernel: Float64Array;
  readonly #recurrent: Float64Array;
  readonly #bias: Float64Array;
  readonly #recurrentBias: Float64Array;
  readonly #phi: (x: number) => number;
  readonly #sigma: (x: number) => number;
  /** [G·U] of a step: from the input, and from the state before. */
  readonly #z: Float64Array;
  readonly #r: Float64Array;
  /** Clamps of each network in turn, of c and of h. */
  readonly #networks: (Clamp | undefined)[];
  readonly #cell: Clamp | undefined;
  readonly #hidden: Clamp | undefined;

  constructor(open: OpenCell, clamps: readonly Clamp[] = []) {
    this.#open = open;
    const { layer, weights, cell } = open;
    const { units: U, kind } = cell;
    this.#G = weights.kernel.columns / U;
    this.#kernel = Float64Array.from(weights.kernel.data);
    this.#recurrent = Float64Array.from(weights.recurrent.data);
    const width = this.#G * U;
    const bias = Float64Array.from(weights.bias ?? []);
    this.#bias = bias.length > 0 ? bias.slice(0, width) : new Float64Array(width);
    this.#recurrentBias = bias.length > width ? bias.slice(width) : new Float64Array(width);
    this.#phi = activationOf(layer.options.activation).f;
    this.#sigma = layer instanceof SimpleRNN ? this.#phi : activationOf(layer.options.recurrentActivation).f;
    this.#z = new Float64Array(width);
    this.#r = new Float64Array(width);
    const of = (part: UnitPart) => clamps.find((clamp) => clamp.part === part);
    this.#networks = networksOf(kind).map(of);
    this.#cell = of("cell");
    this.#hidden = of("hidden");
  }

  /**
   * h at every place of each row, [rows][T][U]. Rows that begin alike, as padded ones do, share what they begin with.
   */
  run(inputs: readonly CellInput[], T: number): Float64Array {
    const { inputs: I, units: U } = this.#open.cell;
    const backwards = this.#open.layer.options.goBackwards;
    const place = (s: number) => (backwards ? T - 1 - s : s);
    const out = new Float64Array(inputs.length * T * U);
    const first = inputs[0]?.x.slice(place(0) * I, (place(0) + 1) * I);
    // After k steps of the first row's first vector.
    const begun: State[] = [this.#start()];
    for (const [b, { x, mask, at }] of inputs.entries()) {
      let lead = 0;
      const alike = (s: number) => first!.every((value, i) => x[place(s) * I + i] === value);
      while (!mask && !at && lead < T && alike(lead)) lead++;
      while (begun.length <= lead) {
        const next = copyOf(begun.at(-1)!);
        this.#step(next, first!, 0, true);
        begun.push(next);
      }
      for (let s = 0; s < lead; s++) out.set(begun[s + 1]!.h, (b * T + place(s)) * U);
      const state = copyOf(begun[lead]!);
      for (let s = lead; s < T; s++) {
        const t = place(s);
        if (mask?.[t] !== 0) this.#step(state, x, t * I, at === null || at[t] === 1);
        out.set(state.h, (b * T + t) * U);
      }
    }
    return out;
  }

  #start(): State {
    const { units: U } = this.#open.cell;
    return { h: new Float64Array(U), c: new Float64Array(U) };
  }

  #step(state: State, x: ArrayLike<number>, from: number, held: boolean): void {
    const { inputs: I, units: U, kind } = this.#open.cell;
    const { layer } = this.#open;
    const z = this.#z;
    z.set(this.#bias);
    addProduct(z, x, from, I, this.#kernel);
    const { h, c } = state;
    if (kind === "GRU") this.#gru(h, (layer as GRU).options.resetAfter, held);
    else {
      addProduct(z, h, 0, U, this.#recurrent);
      if (kind === "SimpleRNN") for (let u = 0; u < U; u++) h[u] = this.#phi(z[u]!);
      else {
        for (let k = 0; k < 4; k++) this.#activate(z, k, k === 2 ? this.#phi : this.#sigma, held);
        for (let u = 0; u < U; u++) c[u] = z[U + u]! * c[u]! + z[u]! * z[2 * U + u]!;
        if (held) hold(c, this.#cell);
        for (let u = 0; u < U; u++) h[u] = z[3 * U + u]! * this.#phi(c[u]!);
      }
    }
    if (held) hold(h, this.#hidden);
  }

  #gru(h: Float64Array, resetAfter: boolean, held: boolean): void {
    const U = h.length;
    const [z, r] = [this.#z, this.#r];
    r.set(this.#recurrentBias);
    addProduct(r, h, 0, U, this.#recurrent);
    for (let u = 0; u < 2 * U; u++) z[u]! += r[u]!;
    this.#activate(z, 0, this.#sigma, held);
    this.#activate(z, 1, this.#sigma, held);
    if (resetAfter) for (let u = 0; u < U; u++) z[2 * U + u]! += z[U + u]! * r[2 * U + u]!;
    else {
      const reset = h.map((value, u) => value * z[U + u]!);
      r.fill(0);
      addProduct(r, reset, 0, U, this.#recurrent);
      for (let u = 0; u < U; u++) z[2 * U + u]! += r[2 * U + u]!;
    }
    this.#activate(z, 2, this.#phi, held);
    for (let u = 0; u < U; u++) h[u] = z[u]! * h[u]! + (1 - z[u]!) * z[2 * U + u]!;
  }

  #activate(z: Float64Array, k: number, f: (x: number) => number, held: boolean): void {
    const { units: U } = this.#open.cell;
    const own = z.subarray(k * U, (k + 1) * U);
    for (let u = 0; u < U; u++) own[u] = f(own[u]!);
    if (held) hold(own, this.#networks[k]);
  }
}

const copyOf = ({ h, c }: State): State => ({ h: h.slice(), c: c.slice() });

function hold(values: Float64Array, clamp: Clamp | undefined): void {
  clamp?.units.forEach((unit, k) => {
    values[unit] = clamp.values[k]!;
  });
}

/** z += x · W, of x's `rows` numbers from `from`. */
function addProduct(
  z: Float64Array,
  x: ArrayLike<number>,
  from: number,
  rows: number,
  matrix: Float64Array,
): void {
  const width = z.length;
  for (let i = 0; i < rows; i++) {
    const value = x[from + i]!;
    if (value === 0) continue;
    const at = i * width;
    for (let j = 0; j < width; j++) z[j]! += value * matrix[at + j]!;
  }
}
