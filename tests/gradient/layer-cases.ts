/** A layer in a small model, on the three kinds of input that layers meet. */
import { type Layer, layers } from "../../src/index.js";
import { exampleIds, exampleRows, type ModelCase } from "./models.js";

export const ROWS = 5;
export const [T, I] = [5, 3];
export const out = () => layers.dense({ units: 1, activation: "sigmoid" });
const labels = Array.from({ length: ROWS }, (_, r) => ((r * 7) % 3) % 2);
export const rest = { y: labels, loss: "binaryCrossentropy" as const };

const made = (given: (() => Layer)[]) => given.map((make) => make());

/** On vectors of every step; more layers may follow. */
export const onSteps =
  (...given: (() => Layer)[]) =>
  (): ModelCase => ({
    layers: [layers.input({ shape: [T, I] }), ...made(given), out()],
    x: exampleRows(ROWS, I, T),
    ...rest,
  });

/** On rows of four numbers. */
export const onRows =
  (...given: (() => Layer)[]) =>
  (): ModelCase => ({
    layers: [layers.input({ shape: [4] }), ...made(given), out()],
    x: exampleRows(ROWS, 4),
    ...rest,
  });

/** Behind an Embedding with a mask. */
export const onWords =
  (...given: (() => Layer)[]) =>
  (): ModelCase => ({
    layers: [
      layers.embedding({ inputDim: 6, outputDim: I, inputLength: T, maskZero: true }),
      ...made(given),
      out(),
    ],
    x: exampleIds(ROWS, T, 6),
    ...rest,
  });
