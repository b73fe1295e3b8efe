/** Models that the tests of explanations share. */
import fc from "fast-check";
import { layers, type Model, sequential } from "../../src/index.js";
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

/** Two Embeddings wide, one or two recurrent layers of any kind, and a head. */
export const anyModel: fc.Arbitrary<Model> = fc
  .record({
    vocabulary: fc.integer({ min: 2, max: 30 }),
    width: fc.integer({ min: 1, max: 5 }),
    steps: fc.integer({ min: 1, max: 7 }),
    cells: fc.array(
      fc.record({
        kind: fc.constantFrom("rnn", "lstm", "gru" as const),
        units: fc.integer({ min: 1, max: 5 }),
        useBias: fc.boolean(),
        resetAfter: fc.boolean(),
        goBackwards: fc.boolean(),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    maskZero: fc.boolean(),
    hidden: fc.integer({ min: 1, max: 4 }),
    outputs: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(1000),
  })
  .map(({ vocabulary, width, steps, cells, maskZero, hidden, outputs, seed }) => {
    const recurrent = cells.map(({ kind, resetAfter, ...options }, i): Layer => {
      const given = { ...options, returnSequences: i < cells.length - 1 };
      if (kind === "gru") return layers.gru({ ...given, resetAfter });
      return kind === "lstm" ? layers.lstm(given) : layers.simpleRNN(given);
    });
    return sequential(
      [
        layers.embedding({ inputDim: vocabulary, outputDim: width, inputLength: steps, maskZero }),
        ...recurrent,
        layers.dense({ units: hidden, activation: "tanh" }),
        layers.dense({ units: outputs, activation: outputs === 1 ? "sigmoid" : "softmax" }),
      ],
      { seed, engine: "reference" },
    );
  });
