/** Recurrent layers for one row at a time; equations and gate orders as in src/layers/{lstm,gru,simple_rnn}.ts. */
import type { Pieces, RecurrentKit, Value } from "./kit.js";

export const recurrentPieces: Pieces<RecurrentKit> = {
  recurrent: ({ matrix, padded, product }) => {
    return (cell, o) => {
      const { I, U, kernel, bias, returnSequences, goBackwards, zeroOutputForMask } = o;
      const { width } = cell;
      const weights = matrix(kernel, I, width);
      const start = padded(bias, width);
      const project = (x: Float32Array, at: number, out: Float32Array) => {
        product(out, start, 0, x, at, weights);
        return out;
      };
      // An id's product is always the same: each is made once, unless all of them would take too much room.
      const byId: Float32Array[] = [];
      const room = padded(null, width);
      const lookUp = (id: number, table: Float32Array) => {
        if ((table.length / I) * width > 4e6) return project(table, id * I, room);
        return (byId[id] ??= project(table, id * I, padded(null, width)));
      };
      // Rows padded in front begin with id 0 many times over: the states after them are kept.
      const afterPadding = [new Float32Array(cell.state)];
      const padding = ({ looked, mask, shape }: Value) => {
        if (!looked || mask) return 0;
        const { ids, table } = looked;
        const T = shape[0]!;
        let n = 0;
        while (n < T && n < 1000 && ids[goBackwards ? T - 1 - n : n] === 0) n++;
        while (afterPadding.length <= n) {
          const state = afterPadding.at(-1)!.slice();
          cell.step(lookUp(0, table), state);
          afterPadding.push(state);
        }
        return n;
      };
      return ([x]) => {
        const T = x!.shape[0]!;
        const { mask, looked } = x!;
        const sequence = returnSequences ? new Float32Array(T * U) : null;
        const known = padding(x!);
        const state = afterPadding[known]!.slice();
        let hidden = false;
        for (let s = 0; s < T; s++) {
          const t = goBackwards ? T - 1 - s : s;
          hidden = mask !== null && mask[t] === 0;
          if (s >= known && !hidden) {
            cell.step(looked ? lookUp(looked.ids[t]!, looked.table) : project(x!.data, t * I, room), state);
          }
          if (!sequence || (hidden && zeroOutputForMask)) continue;
          sequence.set((s < known ? afterPadding[s + 1]! : state).subarray(0, U), s * U);
        }
        if (sequence) return { data: sequence, shape: [T, U], mask };
        const last = hidden && zeroOutputForMask ? new Float32Array(U) : state.slice(0, U);
        return { data: last, shape: [U], mask: null };
      };
    };
  },

  lstm: ({ recurrent, matrix, padded, product }) => {
    return (o) => {
      const { U, activation, recurrentActivation } = o;
      const weights = matrix(o.recurrent, U, 4 * U);
      const gates = padded(null, 4 * U);
      const cell = new Float32Array(U);
      const step = (z: Float32Array, state: Float32Array) => {
        product(gates, z, 0, state, 0, weights);
        recurrentActivation(gates, 0, 2 * U);
        activation(gates, 2 * U, 3 * U);
        recurrentActivation(gates, 3 * U, 4 * U);
        for (let u = 0; u < U; u++) {
          cell[u] = state[U + u] = gates[U + u]! * state[U + u]! + gates[u]! * gates[2 * U + u]!;
        }
        activation(cell, 0, U);
        for (let u = 0; u < U; u++) state[u] = gates[3 * U + u]! * cell[u]!;
      };
      return recurrent({ width: 4 * U, state: 2 * U, step }, o);
    };
  },

  gruResetAfter: ({ recurrent, matrix, padded, product }) => {
    return (o) => {
      const { U, bias, activation, recurrentActivation } = o;
      const weights = matrix(o.recurrent, U, 3 * U);
      const start = padded(bias?.subarray(3 * U) ?? null, 3 * U);
      const gates = padded(null, 3 * U);
      const step = (x: Float32Array, h: Float32Array) => {
        product(gates, start, 0, h, 0, weights);
        for (let j = 0; j < 2 * U; j++) gates[j]! += x[j]!;
        recurrentActivation(gates, 0, 2 * U);
        for (let u = 2 * U; u < 3 * U; u++) gates[u] = x[u]! + gates[u - U]! * gates[u]!;
        activation(gates, 2 * U, 3 * U);
        for (let u = 0; u < U; u++) h[u] = gates[u]! * h[u]! + (1 - gates[u]!) * gates[2 * U + u]!;
      };
      return recurrent({ width: 3 * U, state: U, step }, o);
    };
  },

  gru: ({ recurrent, matrix, padded, product }) => {
    return (o) => {
      const { U, activation, recurrentActivation } = o;
      const forGates = matrix(o.recurrent, U, 3 * U, 0, 2 * U);
      const forCandidate = matrix(o.recurrent, U, 3 * U, 2 * U, 3 * U);
      const gates = padded(null, 2 * U);
      const reset = new Float32Array(U);
      const candidate = padded(null, U);
      const step = (x: Float32Array, h: Float32Array) => {
        product(gates, x, 0, h, 0, forGates);
        recurrentActivation(gates, 0, 2 * U);
        for (let u = 0; u < U; u++) reset[u] = gates[U + u]! * h[u]!;
        product(candidate, x, 2 * U, reset, 0, forCandidate);
        activation(candidate, 0, U);
        for (let u = 0; u < U; u++) h[u] = gates[u]! * h[u]! + (1 - gates[u]!) * candidate[u]!;
      };
      return recurrent({ width: 3 * U, state: U, step }, o);
    };
  },

  simpleRNN: ({ recurrent, matrix, padded, product }) => {
    return (o) => {
      const { U, activation } = o;
      const weights = matrix(o.recurrent, U, U);
      const sums = padded(null, U);
      const step = (z: Float32Array, h: Float32Array) => {
        product(sums, z, 0, h, 0, weights);
        activation(sums, 0, U);
        for (let u = 0; u < U; u++) h[u] = sums[u]!;
      };
      return recurrent({ width: U, state: U, step }, o);
    };
  },
};
