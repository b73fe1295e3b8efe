/** Layers without a state, for one row at a time, and the graph that joins layers. */
import type { LayerKit, Nested, NetworkKit, Pieces, Value } from "./kit.js";

export const layerPieces: Pieces<LayerKit & NetworkKit> = {
  embedding:
    () =>
    ({ V, F, table, maskZero }) =>
    ([x]) => {
      const ids = x!.data;
      for (const id of ids) {
        if (id >= 0 && id < V && Number.isInteger(id)) continue;
        throw new RangeError(`expected token ids from 0 to ${V - 1} but received ${id}`);
      }
      let data: Float32Array | undefined;
      return {
        shape: [ids.length, F],
        mask: maskZero ? Uint8Array.from(ids, (id) => (id === 0 ? 0 : 1)) : null,
        looked: { ids, table },
        /** Only made for a layer that reads it. */
        get data() {
          if (!data) {
            data = new Float32Array(ids.length * F);
            ids.forEach((id, t) => void data!.set(table.subarray(id * F, (id + 1) * F), t * F));
          }
          return data;
        },
      };
    },

  dense:
    ({ memory, matrix, padded, product }) =>
    ({ I, U, kernel, bias, activation }) => {
      const weights = matrix(kernel, I, U);
      const start = padded(bias, U);
      return ([x]) =>
        memory.borrow(() => {
          const rows = x!.data.length / I;
          const data = new Float32Array(rows * U);
          const from = memory.put(x!.data);
          const to = memory.take(weights.N);
          for (let r = 0; r < rows; r++) {
            product(to, start, from + 4 * r * I, weights.at, I, weights.N);
            data.set(memory.floats.subarray(to / 4, to / 4 + U), r * U);
            activation(data, r * U, (r + 1) * U);
          }
          return { data, shape: [...x!.shape.slice(0, -1), U], mask: x!.mask };
        });
    },

  activation:
    () =>
    (f) =>
    ([x]) => {
      const data = x!.data.slice();
      const F = x!.shape.at(-1)!;
      for (let from = 0; from < data.length; from += F) f(data, from, from + F);
      return { data, shape: x!.shape, mask: x!.mask };
    },

  pass:
    () =>
    ([x]) =>
      x!,

  flatten:
    () =>
    ([x]) => ({ data: x!.data, shape: [x!.data.length], mask: null }),

  batchNormalization:
    () =>
    ({ F, mean, variance, gamma, beta, epsilon }) => {
      const scale = variance.map((v, f) => (gamma ? gamma[f]! : 1) / Math.sqrt(v + epsilon));
      return ([x]) => {
        const data = x!.data.map((v, i) => (v - mean[i % F]!) * scale[i % F]! + (beta ? beta[i % F]! : 0));
        return { data, shape: x!.shape, mask: x!.mask };
      };
    },

  layerNormalization:
    () =>
    ({ F, gamma, beta, epsilon }) =>
    ([x]) => {
      const data = x!.data.slice();
      for (let from = 0; from < data.length; from += F) {
        let mean = 0;
        for (let f = 0; f < F; f++) mean += data[from + f]! / F;
        let variance = 0;
        for (let f = 0; f < F; f++) variance += (data[from + f]! - mean) ** 2 / F;
        const inverse = 1 / Math.sqrt(variance + epsilon);
        for (let f = 0; f < F; f++) {
          data[from + f] =
            (data[from + f]! - mean) * inverse * (gamma ? gamma[f]! : 1) + (beta ? beta[f]! : 0);
        }
      }
      return { data, shape: x!.shape, mask: x!.mask };
    },

  prelu:
    () =>
    ({ alpha, T, F }) =>
    ([x]) => {
      const width = x!.shape.at(-1)!;
      const data = x!.data.map((v, i) => {
        const [t, f] = [T === 1 ? 0 : Math.floor(i / width), F === 1 ? 0 : i % width];
        return v > 0 ? v : alpha[t * F + f]! * v;
      });
      return { data, shape: x!.shape, mask: x!.mask };
    },

  softmaxOver: ({ activation, softmax, transposed }) => {
    const overFeatures = activation(softmax);
    return (what) => (inputs) => {
      if (inputs[0]!.mask) throw new TypeError("Softmax takes no sequence with a mask, nor does Keras's");
      if (what === "features") return overFeatures(inputs);
      return transposed([overFeatures([transposed(inputs)])]);
    };
  },

  graph: () => (nodes, output) => (inputs) => {
    const values: Value[] = [];
    let next = 0;
    for (const [layer, ...from] of nodes) {
      values.push(layer ? layer(from.map((i) => values[i]!)) : inputs[next++]!);
    }
    return values[output]!;
  },

  predictor: () => (run, shapes) => {
    const isList = (value: unknown) => Array.isArray(value) || ArrayBuffer.isView(value);
    const read = (row: Nested, shape: readonly (number | null)[]): Value => {
      if (!isList(row)) throw new TypeError("predict: expected rows that are lists of numbers");
      const flat =
        shape.length === 1
          ? row
          : Array.from(row as ArrayLike<ArrayLike<number>>, (s) => Array.from(s)).flat();
      const data = Float32Array.from(flat as ArrayLike<number>);
      const found = shape.length === 1 ? [data.length] : [row.length, data.length / row.length];
      if (data.length === 0 || data.includes(NaN) || shape.some((n, i) => n !== null && n !== found[i])) {
        throw new RangeError(
          `expected rows of numbers of shape [${shape.map((n) => n ?? "any").join(", ")}]`,
        );
      }
      return { data, shape: found, mask: null };
    };
    const write = ({ data, shape }: Value): number[] | number[][] => {
      if (shape.length === 1) return Array.from(data);
      const F = shape[1]!;
      return Array.from({ length: shape[0]! }, (_, t) => Array.from(data.subarray(t * F, (t + 1) * F)));
    };
    return (rows) => {
      if (!isList(rows)) throw new TypeError("predict: expected a list of rows");
      const inputs = (shapes.length === 1 ? [rows] : Array.from(rows)) as ArrayLike<Nested>[];
      return Array.from(inputs[0]!, (_, r) =>
        write(run(inputs.map((input, i) => read(input[r]!, shapes[i]!)))),
      );
    };
  },
};
