/**
 * The module's memory and kernels: those of kernels/module/row.c as WebAssembly, and the same ones in JavaScript for
 * hosts that have no WebAssembly SIMD or forbid it (a page whose security policy lacks 'wasm-unsafe-eval').
 */
import { kernelBinary } from "./kernel-binary.js";
import type { Activate, Address, Pieces } from "./kit.js";

/**
 * What the kernels work in. Layers keep their weights here and put in what a call is about; `floats` and `words` are all
 * of it, and others once it has grown.
 */
export interface Memory {
  floats: Float32Array;
  words: Int32Array;
  /** kernels/module/row.c in WebAssembly; null where that is missing or forbidden: then JavaScript does the same. */
  readonly compiled: Kernels | null;
  /** Room for numbers that are not set. */
  take(length: number): Address;
  put(values: Float32Array): Address;
  /** What f returns; what f took is given back. */
  borrow<T>(f: () => T): T;
}

/** The functions of kernels/module/row.c, which says what they do. */
export interface Kernels {
  product(out: Address, start: Address, x: Address, panels: Address, K: number, N: number): void;
  simple_rnn: CellKernel;
  lstm: CellKernel;
  gru: CellKernel;
  gru_reset_after: CellKernel;
}

export type CellKernel = (
  state: Address,
  sequence: Address,
  steps: Address,
  recurrent: Address,
  second: Address,
  room: Address,
  T: number,
  U: number,
  activation: number,
  recurrentActivation: number,
) => void;

/** A step of a cell from its pre-activations z, as the plain kernels have it. */
export type PlainStep = (z: Address, cell: PlainCell) => void;

export interface PlainCell {
  h: Address;
  recurrent: Address;
  second: Address;
  room: Address;
  U: number;
  activation: Activate;
  recurrentActivation: Activate;
}

export interface KernelKit {
  /** The text of the compiled kernels. */
  binary: string;
  memory: Memory;
  product: Kernels["product"];
  /** Activations by number, as far as cells use them. */
  byNumber: Activate[];
  eachStep(step: PlainStep): CellKernel;
  lstmKernel: CellKernel;
  gruKernel: CellKernel;
  gruResetAfterKernel: CellKernel;
  simpleRNNKernel: CellKernel;
}

declare module "./kit.js" {
  interface Kit extends KernelKit {}
}

export const kernelPieces: Pieces<KernelKit> = {
  binary: kernelBinary,

  memory: ({ bytesOf, binary }) => {
    type Exports = Kernels & { memory: WebAssembly.Memory; __heap_base: WebAssembly.Global };
    const start = () => {
      try {
        const compiled = new WebAssembly.Module(bytesOf(binary));
        return new WebAssembly.Instance(compiled).exports as unknown as Exports;
      } catch {
        return null;
      }
    };
    const compiled = start();
    let top: number = compiled?.__heap_base.value ?? 16;
    const buffer: ArrayBuffer = compiled?.memory.buffer ?? new ArrayBuffer(65536);
    const memory: Memory = {
      compiled,
      floats: new Float32Array(buffer),
      words: new Int32Array(buffer),
      take(length) {
        const at = top;
        top = Math.ceil((at + 4 * length) / 16) * 16;
        if (top > memory.floats.byteLength) grow();
        return at;
      },
      put(values) {
        const at = memory.take(values.length);
        memory.floats.set(values, at / 4);
        return at;
      },
      borrow(f) {
        const before = top;
        try {
          return f();
        } finally {
          top = before;
        }
      },
    };
    const grow = () => {
      let buffer: ArrayBuffer;
      if (compiled) {
        compiled.memory.grow(Math.ceil((top - memory.floats.byteLength) / 65536));
        buffer = compiled.memory.buffer;
      } else {
        buffer = new ArrayBuffer(2 * top);
        new Float32Array(buffer).set(memory.floats);
      }
      memory.floats = new Float32Array(buffer);
      memory.words = new Int32Array(buffer);
    };
    return memory;
  },

  /** Eight sums at a time stay in registers: each number of x is read once for all of them. */
  product: ({ memory }) => {
    const plain: Kernels["product"] = (out, start, x, panels, K, N) => {
      const data = memory.floats;
      const [to, from, at] = [out / 4, start / 4, x / 4];
      let p = panels / 4;
      for (let n = 0; n < N; n += 8) {
        let a = data[from + n]!;
        let b = data[from + n + 1]!;
        let c = data[from + n + 2]!;
        let d = data[from + n + 3]!;
        let e = data[from + n + 4]!;
        let f = data[from + n + 5]!;
        let g = data[from + n + 6]!;
        let h = data[from + n + 7]!;
        for (let k = 0; k < K; k++, p += 8) {
          const v = data[at + k]!;
          a += v * data[p]!;
          b += v * data[p + 1]!;
          c += v * data[p + 2]!;
          d += v * data[p + 3]!;
          e += v * data[p + 4]!;
          f += v * data[p + 5]!;
          g += v * data[p + 6]!;
          h += v * data[p + 7]!;
        }
        data[to + n] = a;
        data[to + n + 1] = b;
        data[to + n + 2] = c;
        data[to + n + 3] = d;
        data[to + n + 4] = e;
        data[to + n + 5] = f;
        data[to + n + 6] = g;
        data[to + n + 7] = h;
      }
    };
    return memory.compiled?.product ?? plain;
  },

  byNumber: () => [],

  eachStep: ({ memory, byNumber }) => {
    return (step): CellKernel => {
      return (state, sequence, steps, recurrent, second, room, T, U, activation, recurrentActivation) => {
        const [f, g] = [byNumber[activation]!, byNumber[recurrentActivation]!];
        const cell = { h: state, recurrent, second, room, U, activation: f, recurrentActivation: g };
        for (let s = 0; s < T; s++) {
          const z = memory.words[steps / 4 + s]!;
          if (z !== 0) step(z, cell);
          if (sequence !== 0) {
            memory.floats.copyWithin(sequence / 4 + s * U, state / 4, state / 4 + U);
          }
        }
      };
    };
  },

  simpleRNNKernel: ({ memory, product, eachStep }) => {
    const plain = eachStep((z, { h, recurrent, room, U, activation }) => {
      product(room, z, h, recurrent, U, Math.ceil(U / 8) * 8);
      activation(memory.floats, room / 4, room / 4 + U);
      memory.floats.copyWithin(h / 4, room / 4, room / 4 + U);
    });
    return memory.compiled?.simple_rnn ?? plain;
  },

  lstmKernel: ({ memory, product, eachStep }) => {
    const plain = eachStep((z, { h, recurrent, room, U, activation, recurrentActivation }) => {
      product(room, z, h, recurrent, U, Math.ceil((4 * U) / 8) * 8);
      const data = memory.floats;
      const [i, state] = [room / 4, h / 4];
      const [f, g, o, c] = [i + U, i + 2 * U, i + 3 * U, state + U];
      recurrentActivation(data, i, g);
      activation(data, g, o);
      recurrentActivation(data, o, o + U);
      for (let u = 0; u < U; u++) {
        data[state + u] = data[c + u] = data[f + u]! * data[c + u]! + data[i + u]! * data[g + u]!;
      }
      activation(data, state, c);
      for (let u = 0; u < U; u++) data[state + u]! *= data[o + u]!;
    });
    return memory.compiled?.lstm ?? plain;
  },

  gruResetAfterKernel: ({ memory, product, eachStep }) => {
    const plain = eachStep((z, { h, recurrent, second, room, U, activation, recurrentActivation }) => {
      product(room, second, h, recurrent, U, Math.ceil((3 * U) / 8) * 8);
      const data = memory.floats;
      const [gates, x, state] = [room / 4, z / 4, h / 4];
      for (let j = 0; j < 2 * U; j++) data[gates + j]! += data[x + j]!;
      recurrentActivation(data, gates, gates + 2 * U);
      const candidate = gates + 2 * U;
      for (let u = 0; u < U; u++) {
        data[candidate + u] = data[x + 2 * U + u]! + data[gates + U + u]! * data[candidate + u]!;
      }
      activation(data, candidate, candidate + U);
      for (let u = 0; u < U; u++) {
        const update = data[gates + u]!;
        data[state + u] = update * data[state + u]! + (1 - update) * data[candidate + u]!;
      }
    });
    return memory.compiled?.gru_reset_after ?? plain;
  },

  gruKernel: ({ memory, product, eachStep }) => {
    const plain = eachStep((z, { h, recurrent, second, room, U, activation, recurrentActivation }) => {
      const panels = (n: number) => Math.ceil(n / 8) * 8;
      const data = memory.floats;
      const [gates, state] = [room / 4, h / 4];
      const reset = gates + panels(2 * U);
      const candidate = reset + panels(U);
      product(room, z, h, recurrent, U, panels(2 * U));
      recurrentActivation(data, gates, gates + 2 * U);
      for (let u = 0; u < U; u++) data[reset + u] = data[gates + U + u]! * data[state + u]!;
      product(4 * candidate, z + 8 * U, 4 * reset, second, U, panels(U));
      activation(data, candidate, candidate + U);
      for (let u = 0; u < U; u++) {
        const update = data[gates + u]!;
        data[state + u] = update * data[state + u]! + (1 - update) * data[candidate + u]!;
      }
    });
    return memory.compiled?.gru ?? plain;
  },
};
