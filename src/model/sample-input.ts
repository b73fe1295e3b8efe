/** Rows that a model can take, made up: for comparing what should compute the same. */
import { readsIds } from "../layers/traits.js";
import type { Rows } from "../network/arrays.js";
import type { NetworkLike } from "../network/network.js";

/** Steps of a sequence whose length may vary. */
const STEPS = 16;

/** `rows` rows for each input, always the same: ids where an Embedding reads them, otherwise numbers of order one. */
export function sampleInput(model: NetworkLike, rows = 8): Rows[] {
  const places = model.nodes.flatMap(({ inputs }, i) => (inputs.length === 0 ? [i] : []));
  return places.map((place, input) => {
    const shape = model.nodes[place]!.shape.map((size) => size ?? STEPS);
    const vocabulary = smallestVocabulary(model, place);
    const data = new Float32Array(rows * shape.reduce((a, b) => a * b, 1));
    let state = 1 + input;
    for (let i = 0; i < data.length; i++) {
      state = (state * 48271) % 2147483647;
      const uniform = state / 2147483647;
      data[i] = vocabulary === null ? 2 * uniform - 1 : Math.floor(uniform * vocabulary);
    }
    return { data, rows, shape };
  });
}

function smallestVocabulary(model: NetworkLike, place: number): number | null {
  const sizes = model.nodes
    .filter(({ inputs }) => inputs[0] === place)
    .map(({ layer }) => layer)
    .filter(readsIds)
    .map(({ options }) => options.inputDim);
  return sizes.length > 0 ? Math.min(...sizes) : null;
}

/** One input as `predict` takes it, several as a list. */
export const asInput = (inputs: Rows[]): Rows | Rows[] => (inputs.length === 1 ? inputs[0]! : inputs);

/** The largest difference; NaN where the lengths differ or either holds one. */
export function largestDifference(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length) return Number.NaN;
  return Array.from(x).reduce((most, value, i) => Math.max(most, Math.abs(value - y[i]!)), 0);
}
