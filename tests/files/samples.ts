/** The files and outputs that make_keras_files.py and make_old_files.py wrote. */
import { readFileSync } from "node:fs";
import { decodeRows, type Encoded } from "../golden/vectors.js";

const FOLDER = new URL("../../../tests/files/golden/", import.meta.url);

export interface FileCase {
  name: string;
  /** The same model in one or more forms. */
  files: string[];
  /** Ids, or float rows. */
  input: number[][] | Encoded;
  output: Encoded;
  /** In Keras's order. */
  weights: Encoded[];
  /** Of trained models: targets, and the losses of the next three steps on this input. */
  target?: number[][];
  after?: number[];
}

export const readCases = (list: string): FileCase[] =>
  (JSON.parse(readSample(list).toString()) as { cases: FileCase[] }).cases;

export const readSample = (file: string): Buffer => readFileSync(new URL(file, FOLDER));

export const inputRows = ({ input }: FileCase) => (Array.isArray(input) ? input : decodeRows(input));
