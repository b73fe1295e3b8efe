/** Reading model files for training on: the network, and how it was trained. */
import { bytesOf } from "../../base/arguments.js";
import type { Json } from "../../base/json.js";
import type { Note } from "../../base/notes.js";
import { type NetworkLike, networkOf } from "../../network/network.js";
import { Trainer } from "../../train/trainer.js";
import type { OpenedFile } from "../opened.js";
import { readCompileConfig } from "./compile-config.js";
import { noteLogits } from "./compile-losses.js";
import { entriesOf, setWeights } from "./model-weights.js";
import {
  checkReading,
  type NetworkSource,
  type ReadOptions,
  readNetwork,
  receiptOf,
  verify,
} from "./network.js";
import { openWeights } from "./open.js";
import { restoreOptimizer } from "./optimizer-state.js";
import { Notes, type Receipt } from "./receipt.js";

/** What a model file comes to. */
export interface Reading {
  /** The network; compiled, with its optimizer's state, where the file says how it was trained. */
  trainer: Trainer;
  /** What may make it behave otherwise than where it came from. */
  notes: readonly Note[];
  receipt: Receipt;
  /** What Cellstate keeps beside the model: vocabulary, labels …; null in other files. */
  extras: Json;
}

/** The network in a file that was taken apart, with its training. @throws InputError */
export function readOpened(opened: OpenedFile, source: NetworkSource): Reading {
  const read = readNetwork(opened, source);
  const { network, context } = read;
  const { notes } = context;
  const trainer = new Trainer(network);
  const compile = readCompileConfig(opened.training, context, network.outputSize);
  if (compile) {
    trainer.compile(compile);
    noteLogits(trainer, { ...context, notes: notes.forTraining() });
    restoreOptimizer(trainer, opened.optimizer, notes.forTraining());
  }
  verify(opened, network);
  return { trainer, notes: notes.list(), receipt: receiptOf(opened, read), extras: opened.extras };
}

/**
 * Replaces a model's weights by those of a `.weights.h5`, an HDF5 model or an archive of the same architecture.
 * Returns warnings. @throws InputError where they do not fit or the file is damaged; the model is then unchanged.
 */
export function readKerasWeights(
  model: NetworkLike,
  source: ArrayBuffer | ArrayBufferView,
  options: ReadOptions = {},
): string[] {
  const { name = "weights" } = checkReading(options);
  networkOf(model, "readKerasWeights");
  const bytes = bytesOf(source, name);
  const notes = new Notes();
  setWeights(model, entriesOf(model), openWeights(bytes, name), notes);
  return notes.warnings;
}
