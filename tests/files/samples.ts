/** The files and outputs that make_keras_files.py, make_graph_files.py and make_old_files.py wrote. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Model } from "../../src/index.js";
import type { InputsLike } from "../../src/network/inputs.js";
import { assertClose } from "../golden/compare.js";
import { flatten } from "../golden/models.js";
import { decode, decodeRows, type Encoded } from "../golden/vectors.js";

const FOLDER = new URL("../../../tests/files/golden/", import.meta.url);

export interface FileCase {
  name: string;
  /** The same model in one or more forms. */
  files: string[];
  /** Ids, or float rows. */
  input?: number[][] | Encoded;
  /** One for each input of a model that has several. */
  inputs?: (number[][] | Encoded)[];
  output: Encoded;
  /** In Keras's order. */
  weights: Encoded[];
  /** Of trained models: targets, and the losses of the next three steps on this input. */
  target?: number[][];
  after?: number[];
}

export const readCases = (list: string): FileCase[] =>
  (JSON.parse(readSample(list).toString()) as { cases: FileCase[] }).cases;

/** A file by the name it was saved under; model files are kept gzipped. */
export function readSample(file: string): Buffer {
  if (!/\.(keras|h5)$/.test(file)) return readFileSync(new URL(file, FOLDER));
  return gunzipSync(readFileSync(new URL(`${file}.gz`, FOLDER)));
}

const rowsOf = (input: number[][] | Encoded) => (Array.isArray(input) ? input : decodeRows(input));

export const inputRows = ({ input, inputs }: FileCase): InputsLike =>
  inputs ? inputs.map(rowsOf) : rowsOf(input!);

/** Weights to the bit, outputs within 1e-5. */
export function assertSameModel(model: Model, c: FileCase, what: string): void {
  const weights = model.getWeights();
  assert.deepEqual(
    weights.map(({ shape }) => [...shape]),
    c.weights.map(({ shape }) => shape),
    `${what}: shapes of the weights`,
  );
  weights.forEach(
    ({ name, data }, i) => void assert.deepEqual(data, decode(c.weights[i]!), `${what}: ${name}`),
  );
  const out = flatten(model.predict(inputRows(c)));
  assertClose(out, decode(c.output), `${what}: output`, { absolute: 1e-5, relative: 1e-5 });
}
