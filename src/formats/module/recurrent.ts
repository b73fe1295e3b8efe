/** Recurrent layers for one row at a time; equations and gate orders as in src/kernels/{lstm,gru,rnn}.ts. */
import { ACTIVATIONS, type ActivationName } from "../../kernels/activations.js";
import type { GRU } from "../../layers/gru.js";
import type { LSTM } from "../../layers/lstm.js";
import type { RNN } from "../../layers/rnn.js";
import type { SimpleRNN } from "../../layers/simple-rnn.js";
import { call, entry, object, type Place } from "./emitter.js";
import type { CellKernel } from "./kernel-pieces.js";
import type { Activate, Address, Pieces, RowLayer, Value } from "./kit.js";

/** By the number the kernels know it by, and what it does. */
export interface CellActivation {
  id: number;
  f: Activate;
}

export interface CellOptions {
  I: number;
  U: number;
  kernel: Float32Array;
  recurrent: Float32Array;
  bias: Float32Array | null;
  activation: CellActivation;
  /** Of the gates, where there are any. */
  recurrentActivation: CellActivation;
  returnSequences: boolean;
  goBackwards: boolean;
  /** Hidden steps put out 0 instead of the output before them. */
  zeroOutputForMask: boolean;
}

/** A cell's kernel and the weights it takes. */
export interface Cell {
  kernel: CellKernel;
  gates: number;
  /** Numbers in its state, h the first U. */
  state: number;
  recurrent: Address;
  second: Address;
}

export interface RecurrentKit {
  /** Any cell over a sequence. */
  recurrent(cell: Cell, o: CellOptions): RowLayer;
  /** State: h, then c. */
  lstm(o: CellOptions): RowLayer;
  /** The reset gate before the recurrent product. */
  gru(o: CellOptions): RowLayer;
  /** The reset gate after it; the second half of the bias belongs to that product. */
  gruResetAfter(o: CellOptions): RowLayer;
  simpleRNN(o: CellOptions): RowLayer;
  /** Layers in turn, the first of them perhaps backwards. */
  stacked(layers: readonly RowLayer[], goBackwards: boolean): RowLayer;
}

declare module "./kit.js" {
  interface Kit extends RecurrentKit {}
}

export const recurrentPieces: Pieces<RecurrentKit> = {
  recurrent: ({ memory, matrix, padded, product, byNumber }) => {
    return (cell, o) => {
      const { I, U, returnSequences, goBackwards, zeroOutputForMask } = o;
      const [activation, gates] = [o.activation, o.recurrentActivation].map(({ id, f }) => {
        byNumber[id] = f;
        return id;
      }) as [number, number];
      const weights = matrix(o.kernel, I, cell.gates * U);
      const bias = padded(o.bias, cell.gates * U);
      const room = memory.take(6 * U + 32);
      /** Numbers from one step's pre-activations to the next's. */
      const width = weights.N + 8;

      /** Takes a state through steps, by the addresses of their pre-activations, 0 for a hidden one. */
      const advance = (state: Float32Array, steps: number[], sequence: Float32Array | null) =>
        memory.borrow(() => {
          const T = steps.length;
          const at = memory.put(state);
          const list = memory.take(T);
          const out = sequence ? memory.take(T * U) : 0;
          memory.words.set(steps, list / 4);
          cell.kernel(at, out, list, cell.recurrent, cell.second, room, T, U, activation, gates);
          state.set(memory.floats.subarray(at / 4, at / 4 + state.length));
          sequence?.set(memory.floats.subarray(out / 4, out / 4 + T * U));
        });

      // An id's pre-activations are always the same: each is made once, unless all of them would take too much room.
      const made: boolean[] = [];
      let byId = 0;
      const lookUp = (id: number, table: Float32Array) => {
        if (byId === 0) byId = memory.take((table.length / I) * width);
        const at = byId + 4 * id * width;
        if (!made[id]) {
          memory.borrow(() => {
            product(at, bias, memory.put(table.subarray(id * I, (id + 1) * I)), weights.at, I, weights.N);
          });
          made[id] = true;
        }
        return at;
      };

      // Rows padded in front begin with id 0 many times over: the states after them are kept.
      const afterPadding = [new Float32Array(cell.state)];
      const countPadding = ({ looked, mask }: Value, order: number[]) => {
        if (!looked || mask) return 0;
        let n = 0;
        while (n < order.length && n < 1000 && looked.ids[order[n]!] === 0) n++;
        while (afterPadding.length <= n) {
          const state = afterPadding.at(-1)!.slice();
          advance(state, [lookUp(0, looked.table)], null);
          afterPadding.push(state);
        }
        return n;
      };

      /** Addresses of the pre-activations of steps; those that are not looked up are made where they may be borrowed. */
      const prepare = (x: Value, order: number[]) => {
        const { looked, mask } = x;
        if (looked) return order.map((t) => (mask?.[t] === 0 ? 0 : lookUp(looked.ids[t]!, looked.table)));
        const from = memory.put(x.data);
        const to = memory.take(order.length * width);
        return order.map((t, s) => {
          if (mask?.[t] === 0) return 0;
          product(to + 4 * s * width, bias, from + 4 * t * I, weights.at, I, weights.N);
          return to + 4 * s * width;
        });
      };

      return ([given]) => {
        const tooMany = given!.looked && (given!.looked.table.length / I) * width > 4e6;
        const x: Value = tooMany ? { data: given!.data, shape: given!.shape, mask: given!.mask } : given!;
        const T = x.shape[0]!;
        const { mask, looked } = x;
        const order = Array.from({ length: T }, (_, s) => (goBackwards ? T - 1 - s : s));
        // Takes the room for all ids, before any is borrowed.
        if (looked) lookUp(0, looked.table);
        const known = countPadding(x, order);
        const state = afterPadding[known]!.slice();
        const sequence = returnSequences ? new Float32Array(T * U) : null;
        memory.borrow(() => {
          advance(state, prepare(x, order.slice(known)), sequence?.subarray(known * U) ?? null);
        });
        const hidden = (s: number) => zeroOutputForMask && mask?.[order[s]!] === 0;
        if (!sequence) {
          return { data: hidden(T - 1) ? new Float32Array(U) : state.slice(0, U), shape: [U], mask: null };
        }
        for (let s = 0; s < T; s++) {
          if (s < known) sequence.set(afterPadding[s + 1]!.subarray(0, U), s * U);
          if (hidden(s)) sequence.fill(0, s * U, (s + 1) * U);
        }
        return { data: sequence, shape: [T, U], mask };
      };
    };
  },

  lstm:
    ({ recurrent, lstmKernel, matrix }) =>
    (o) => {
      const weights = matrix(o.recurrent, o.U, 4 * o.U).at;
      return recurrent({ kernel: lstmKernel, gates: 4, state: 2 * o.U, recurrent: weights, second: 0 }, o);
    },

  gruResetAfter:
    ({ recurrent, gruResetAfterKernel, matrix, padded }) =>
    (o) => {
      const { U, bias } = o;
      const second = padded(bias?.subarray(3 * U) ?? null, 3 * U);
      const weights = matrix(o.recurrent, U, 3 * U).at;
      return recurrent({ kernel: gruResetAfterKernel, gates: 3, state: U, recurrent: weights, second }, o);
    },

  gru:
    ({ recurrent, gruKernel, matrix }) =>
    (o) => {
      const { U } = o;
      const forGates = matrix(o.recurrent, U, 3 * U, 0, 2 * U).at;
      const forCandidate = matrix(o.recurrent, U, 3 * U, 2 * U, 3 * U).at;
      return recurrent(
        { kernel: gruKernel, gates: 3, state: U, recurrent: forGates, second: forCandidate },
        o,
      );
    },

  simpleRNN:
    ({ recurrent, simpleRNNKernel, matrix }) =>
    (o) => {
      const weights = matrix(o.recurrent, o.U, o.U).at;
      return recurrent({ kernel: simpleRNNKernel, gates: 1, state: o.U, recurrent: weights, second: 0 }, o);
    },

  /** From the first on, steps come in the order of processing, and so must their mask. */
  stacked:
    () =>
    (layers, goBackwards) =>
    ([x]) => {
      const { mask } = x!;
      let value = x!;
      layers.forEach((layer, i) => {
        if (i === 1 && goBackwards && mask) value = { ...value, mask: mask.slice().reverse() };
        value = layer([value]);
      });
      return value.mask ? { ...value, mask } : value;
    },
};

export const recurrentEmitters = [
  entry<GRU>("GRU", (place) => {
    const { resetAfter, recurrentActivation } = place.layer.options;
    return cell(place, resetAfter ? "gruResetAfter" : "gru", recurrentActivation);
  }),
  entry<LSTM>("LSTM", (place) => cell(place, "lstm", place.layer.options.recurrentActivation)),
  entry<RNN>("RNN", stacked),
  entry<SimpleRNN>("SimpleRNN", (place) => cell(place, "simpleRNN", "linear")),
];

function cell(
  { layer, path, w }: Place<SimpleRNN | LSTM | GRU>,
  piece: keyof RecurrentKit,
  gates: ActivationName,
): string {
  const { units: U, activation, returnSequences, goBackwards, zeroOutputForMask } = layer.options;
  const numbered = (name: ActivationName) => object({ id: ACTIVATIONS[name].id, f: w.use(name) });
  const options = {
    I: layer.parameters[0]!.shape[0]!,
    U,
    kernel: w.weight(`${path}/kernel`, "columns"),
    recurrent: w.weight(`${path}/recurrent_kernel`, "columns"),
    bias: w.weight(`${path}/bias`, "none"),
    activation: numbered(activation),
    recurrentActivation: numbered(gates),
    returnSequences,
    goBackwards,
    zeroOutputForMask,
  };
  return call(w, piece, object(options));
}

function stacked({ layer, inputs, w, emit }: Place<RNN>): string {
  let shapes = inputs;
  const layers = layer.inner.map((inner) => {
    const written = emit(inner, shapes);
    shapes = [inner.outputShape(shapes)];
    return written;
  });
  return call(w, "stacked", `[${layers.join(", ")}]`, layer.options.goBackwards);
}
