/** Tables and word vectors by path, standard input as "-" included. Browsers never load this. */

import { fileChunks, INFLATE, isStandardInput, refuseFolder, standardInput } from "./node-files.js";
import {
  type Data,
  type LabelledRow,
  type ReadOptions,
  readLabelled,
  readTexts,
  type TextRow,
} from "./read.js";
import { readVectors, type VectorsFile } from "./vectors/read.js";

/** Labelled rows from a path: a file, a folder of label/*.txt, or "-" for standard input. */
export async function readLabelledPath(path: string, options: ReadOptions = {}): Promise<Data<LabelledRow>> {
  return readLabelled(isStandardInput(path) ? standardInput() : path, options);
}

/** Texts from a file or, with "-", from standard input. */
export async function readTextsPath(path: string, options: ReadOptions = {}): Promise<Data<TextRow>> {
  if (isStandardInput(path)) return readTexts(standardInput(), options);
  await refuseFolder(path);
  return readTexts(path, options);
}

/** Opens a file of word vectors. */
export async function readVectorsPath(path: string): Promise<VectorsFile> {
  await refuseFolder(path);
  return readVectors(fileChunks(path), { name: path, gunzip: INFLATE.gunzip });
}
