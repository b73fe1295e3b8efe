import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layers } from "../../src/index.js";
import { assertGradient, assertLoss, assertOutput } from "./compare.js";
import { buildModel, ENGINES, flatten, type TestedEngine } from "./models.js";
import {
  decode,
  decodeRows,
  type Encoded,
  LAYER_FAMILIES,
  type ModelSpec,
  readVectors,
  rowsOf,
} from "./vectors.js";

interface LayerCase {
  name: string;
  model: ModelSpec;
  /** In Keras's get_weights order. */
  weights: Encoded[];
  /** Ids, or float rows; of a graph with several inputs, each of them. */
  input?: number[][] | Encoded;
  inputs?: (number[][] | Encoded)[];
  output: Encoded;
  /** Present where the output is rows of features: a mean squared error and its gradients. */
  target?: Encoded;
  sampleWeight?: Encoded;
  loss?: number;
  gradients?: Encoded[];
  inputGradient?: Encoded;
  /** Of the inputs that are not ids. */
  inputGradients?: Encoded[];
}

const dataOf = ({ input, inputs }: LayerCase) => (inputs ? inputs.map(rowsOf) : rowsOf(input!));

function checkOutput(c: LayerCase, engine: TestedEngine): void {
  const model = buildModel(c.model, engine, c.weights);
  const out = model.predict(dataOf(c));
  assert.deepEqual(shapeOf(out), c.output.shape, `${c.name}: shape of the output`);
  assertOutput(flatten(out), decode(c.output), `${c.name}: output`);
}

/** The shape of nested rows, from the first of each. */
const shapeOf = (rows: unknown): number[] => (Array.isArray(rows) ? [rows.length, ...shapeOf(rows[0])] : []);

function checkGradients(c: LayerCase, engine: TestedEngine): void {
  const model = buildModel(c.model, engine, c.weights);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const sampleWeight = c.sampleWeight && decode(c.sampleWeight);
  const found = model.gradients(dataOf(c), decodeRows(c.target!), sampleWeight ? { sampleWeight } : {});
  assertLoss(found.loss, c.loss!, `${c.name}: loss`);
  assert.equal(found.gradients.length, c.gradients!.length, `${c.name}: number of gradients`);
  c.gradients!.forEach((reference, i) => {
    const { name, shape, data } = found.gradients[i]!;
    assert.deepEqual([...shape], reference.shape, `${c.name}: shape of ${name}`);
    assertGradient(data, decode(reference), `${c.name}: gradient of ${name}`);
  });
  if (c.inputGradient) {
    assertGradient(found.inputs[0]!, decode(c.inputGradient), `${c.name}: gradient of the input`);
  }
  const floats = (c.inputs ?? []).flatMap((input, i) => (Array.isArray(input) ? [] : [found.inputs[i]!]));
  c.inputGradients?.forEach((reference, i) => {
    assertGradient(floats[i]!, decode(reference), `${c.name}: gradient of input ${i}`);
  });
}

for (const engine of ENGINES) {
  for (const family of LAYER_FAMILIES) {
    describe(`${family} as in Keras, ${engine} engine`, () => {
      const { cases } = readVectors<LayerCase>(family);
      for (const c of cases) {
        test(`${c.name}: output`, () => checkOutput(c, engine));
        if (c.gradients) test(`${c.name}: gradients`, () => checkGradients(c, engine));
      }
    });
  }
}

test("every layer stands in a model that Keras answered", () => {
  const vectors = LAYER_FAMILIES.map((family) => JSON.stringify(readVectors<LayerCase>(family).cases)).join();
  const missing = Object.keys(layers).filter((name) => !vectors.includes(`["${name}",`));
  // formats/vocabulary-models.test.ts holds that one to Keras.
  assert.deepEqual(missing, ["textVectorization"]);
});
