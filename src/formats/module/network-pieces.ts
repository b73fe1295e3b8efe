/** The graph that joins layers, and rows into it and out of it. */
import type { Pieces, RowLayer, Run, Value } from "./kit.js";

/** A layer and the nodes it reads; an input has no layer. */
export type RowNode = readonly [layer: RowLayer | null, ...from: number[]];

export type Nested = ArrayLike<number> | ArrayLike<ArrayLike<number>>;

export interface NetworkKit {
  /** Runs every node on the values of those it reads; `output` is the node whose value is the answer. */
  graph(nodes: readonly RowNode[], output: number): Run;
  /** Nested rows in, a list of them for each input where there are several; a row of outputs each. */
  predictor(
    run: Run,
    shapes: readonly (readonly (number | null)[])[],
  ): (rows: ArrayLike<unknown>) => (number[] | number[][])[];
}

declare module "./kit.js" {
  interface Kit extends NetworkKit {}
}

export const networkPieces: Pieces<NetworkKit> = {
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
