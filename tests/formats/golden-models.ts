/** The models of the golden vectors, which real Keras answered: every layer and option, for the writers of formats. */
import type { Model } from "../../src/index.js";
import { buildModel, flatten } from "../golden/models.js";
import {
  decode,
  type Encoded,
  LAYER_FAMILIES,
  type ModelSpec,
  readVectors,
  rowsOf,
} from "../golden/vectors.js";

interface LayerCase {
  name: string;
  model: ModelSpec;
  weights: Encoded[];
  input?: number[][] | Encoded;
  inputs?: (number[][] | Encoded)[];
  output: Encoded;
}

export interface GoldenModel {
  name: string;
  model: Model;
  /** Rows, or for a model of several inputs a list of them. */
  input: unknown[];
  inputs: number;
  /** Keras's. */
  output: Float32Array;
}

/** Those of activations have cases that are models, too. */
const FAMILIES = [...LAYER_FAMILIES, "activations"];

/** Every case whose vectors are a model, its weights, an input and an output. */
export function goldenModels(): GoldenModel[] {
  return FAMILIES.flatMap((family) => readVectors<LayerCase>(family).cases.map((c) => ({ family, c })))
    .filter(({ c }) => c.model !== undefined)
    .map(({ family, c }) => ({
      name: `${family}: ${c.name}`,
      model: buildModel(c.model, "reference", c.weights),
      input: c.inputs ? c.inputs.map(rowsOf) : rowsOf(c.input!),
      inputs: c.inputs?.length ?? 1,
      output: decode(c.output),
    }));
}

export { flatten };
