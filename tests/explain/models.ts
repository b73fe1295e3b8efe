/** Models, rows and engines that the tests of explanations share. */
import fc from "fast-check";
import type { SynchronousEngine } from "../../src/engines/engine.js";
import { ENGINES as ALL } from "../../src/engines/engines.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import { layers, type Model, sequential } from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";
import type { Layer } from "../../src/layers/layer.js";

export function flagship(seed = 0): Model {
  return sequential(
    [
      layers.embedding({ inputDim: 1000, outputDim: 16, inputLength: 200 }),
      layers.lstm({ units: 32, dropout: 0.1, recurrentDropout: 0.1 }),
      layers.flatten(),
      layers.dropout({ rate: 0.1 }),
      layers.dense({ units: 256, activation: "sigmoid" }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed },
  );
}

/** Weights of order one, all different: fresh biases are zeros, which hide mistakes. */
export function shake(model: Model, seed: number, spread = 0.6): Model {
  const random = new Random(seed, 999);
  let index = 0;
  model.setWeights(model.getWeights().map(({ data }) => data.map(() => spread * random.normal(index++))));
  return model;
}

export interface Cell {
  kind: "rnn" | "lstm" | "gru";
  units: number;
  useBias: boolean;
  activation: "tanh" | "silu" | "gelu";
  /** Of cells with gates. */
  recurrentActivation: "sigmoid" | "mish";
  resetAfter: boolean;
  goBackwards: boolean;
  /** Read both ways, and how the two come together. */
  both: "concat" | "sum" | "mul" | "ave" | null;
  /** As an RNN of so many cells, one above the other; 0: as the layer. */
  stacked: number;
}

export interface ModelCase {
  model: Model;
  /** The same model, weights and all, on an engine of its own. */
  on: (engine: SynchronousEngine) => Model;
  /** Rows of ids that it reads. */
  row: number[];
}

function recurrentLayer(
  { kind, resetAfter, recurrentActivation, both, stacked, ...options }: Cell,
  returnSequences: boolean,
): Layer {
  const given = { ...options, returnSequences, dropout: 0.2, recurrentDropout: 0.3 };
  if (both) {
    const oneWay = {
      kind,
      resetAfter,
      recurrentActivation,
      stacked,
      ...options,
      goBackwards: false,
      both: null,
    };
    return layers.bidirectional({ layer: recurrentLayer(oneWay, returnSequences), mergeMode: both });
  }
  if (stacked > 0) {
    const { goBackwards, ...own } = options;
    const cell = () =>
      kind === "gru"
        ? layers.gruCell({ ...own, recurrentActivation, resetAfter })
        : kind === "lstm"
          ? layers.lstmCell({ ...own, recurrentActivation })
          : layers.simpleRNNCell(own);
    return layers.rnn({ cell: Array.from({ length: stacked }, cell), returnSequences, goBackwards });
  }
  if (kind === "gru") return layers.gru({ ...given, recurrentActivation, resetAfter });
  return kind === "lstm" ? layers.lstm({ ...given, recurrentActivation }) : layers.simpleRNN(given);
}

/** An Embedding, one or two recurrent layers of any kind, a head; and a row, padding in front of some. */
const caseOf = (stacked: readonly number[]): fc.Arbitrary<ModelCase> =>
  fc
    .record({
      vocabulary: fc.integer({ min: 2, max: 30 }),
      width: fc.integer({ min: 1, max: 5 }),
      steps: fc.integer({ min: 1, max: 7 }),
      cells: fc.array(
        fc.record({
          kind: fc.constantFrom("rnn", "lstm", "gru" as const),
          units: fc.integer({ min: 1, max: 5 }),
          useBias: fc.boolean(),
          activation: fc.constantFrom("tanh", "tanh", "silu", "gelu" as const),
          recurrentActivation: fc.constantFrom("sigmoid", "sigmoid", "mish" as const),
          resetAfter: fc.boolean(),
          goBackwards: fc.boolean(),
          both: fc.constantFrom(
            null,
            null,
            "concat" as const,
            "sum" as const,
            "mul" as const,
            "ave" as const,
          ),
          stacked: fc.constantFrom(...stacked),
        }),
        { minLength: 1, maxLength: 2 },
      ),
      maskZero: fc.boolean(),
      /** The head reads every step's output, not the last one's. */
      flatten: fc.boolean(),
      hidden: fc.integer({ min: 1, max: 4 }),
      outputs: fc.integer({ min: 1, max: 3 }),
      padding: fc.nat({ max: 3 }),
      seed: fc.nat(1000),
    })
    .map((recipe) => {
      const { vocabulary, width, steps, cells, maskZero, flatten, hidden, outputs, padding, seed } = recipe;
      const on = (engine: SynchronousEngine) => {
        const parts = [
          layers.embedding({ inputDim: vocabulary, outputDim: width, inputLength: steps, maskZero }),
          ...cells.map((cell, i) => recurrentLayer(cell, i < cells.length - 1 || flatten)),
          layers.flatten(),
          layers.dropout({ rate: 0.4 }),
          layers.dense({ units: hidden, activation: "tanh" }),
          layers.dense({ units: outputs, activation: outputs === 1 ? "sigmoid" : "softmax" }),
        ];
        return shake(sequential(parts, { seed, engine }), seed);
      };
      const random = new Random(seed, 998);
      const row = Array.from({ length: steps }, (_, t) =>
        t < Math.min(padding, steps - 1) ? 0 : 1 + Math.floor(random.uniform(t) * (vocabulary - 1)),
      );
      // A model printed whole would fill screens; its recipe says as much.
      return { model: on(new ReferenceEngine()), on, row, [fc.toStringMethod]: () => JSON.stringify(recipe) };
    });

export const anyCase = caseOf([0, 0, 1, 2]);
/** As `anyCase`, of recurrent layers alone: no RNN of cells. */
export const layerCase = caseOf([0]);

/**
 * Every engine that this machine has, and the reference in float64. What they compute differs by about `precision`. One
 * of each serves all cases: thousands of WebAssembly memories would wait to be collected, and a busy machine runs out.
 */
export const ENGINES = [
  ...ALL.synchronous().map((name) => ({
    name: name as string,
    precision: 2e-6,
    fresh: () => ALL.createSynchronous({ engine: name, threads: 1 }),
  })),
  {
    name: "reference float64",
    precision: 1e-12,
    fresh: (): SynchronousEngine => new ReferenceEngine({ precision: "float64" }),
  },
].map((each) => ({ ...each, engine: each.fresh() }));

/** The largest difference of two vectors. */
export const apart = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), a.length === b.length ? 0 : Infinity);

export const sum = (vectors: readonly (readonly number[])[]): number[] =>
  vectors.reduce<number[]>(
    (total, vector) => total.map((value, i) => value + vector[i]!),
    vectors[0]!.map(() => 0),
  );
