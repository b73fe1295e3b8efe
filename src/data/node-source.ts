/** Tables and word vectors by path, standard input as "-" included. Browsers never load this. */

import { isStandardInput, refuseFolder, standardInput } from "./node-files.js";
import {
  type AmountOptions,
  type AmountRow,
  type Data,
  type LabelledRow,
  type LabelSetOptions,
  type LabelSetRow,
  type ReadOptions,
  readAmounts,
  readLabelled,
  readLabelSets,
  readTexts,
  type TextRow,
} from "./read.js";
import type { Readable } from "./sources.js";
import { readVectors, type VectorsFile } from "./vectors/read.js";

const opened = (path: string): Readable => (isStandardInput(path) ? standardInput() : path);

/** Labelled rows from a path: a file, a folder of label/*.txt, or "-" for standard input. */
export async function readLabelledPath(path: string, options: ReadOptions = {}): Promise<Data<LabelledRow>> {
  return readLabelled(opened(path), options);
}

/** Rows of several labels from a path, likewise. */
export async function readLabelSetsPath(
  path: string,
  options: LabelSetOptions = {},
): Promise<Data<LabelSetRow>> {
  return readLabelSets(opened(path), options);
}

/** Rows of amounts from a path, likewise. */
export async function readAmountsPath(path: string, options: AmountOptions = {}): Promise<Data<AmountRow>> {
  return readAmounts(opened(path), options);
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
  return readVectors(path);
}
