/** Models out of what Keras wrote, and out of files of any format that were taken apart. */

import { objectOf } from "../base/arguments.js";
import type { Json } from "../base/json.js";
import { ENGINES } from "../engines/engines.js";
import { checkReading, type ReadOptions } from "../formats/keras/network.js";
import { openKeras } from "../formats/keras/open.js";
import * as files from "../formats/keras/read.js";
import type { Receipt } from "../formats/keras/receipt.js";
import type { OpenedFile } from "../formats/opened.js";
import { Model, remarksOf } from "./model.js";

/** What `readKeras` makes of a file. */
export interface KerasFile {
  /** Compiled, with its optimizer's state, where the file says how it was trained. */
  model: Model;
  /** What was read, assumed and left aside. */
  receipt: Receipt;
  /** What Cellstate keeps beside the model: vocabulary, labels …; null in other files. */
  extras: Json;
}

/**
 * Opens a model that Keras or Cellstate saved: a `.keras` archive, an HDF5 model, or the JSON of an architecture.
 * The content decides, not the name. Nothing in the file is executed; @throws InputError, one line that names the
 * place, for anything damaged, hostile or unknown.
 */
export function readKeras(bytes: ArrayBuffer | ArrayBufferView, options: ReadOptions = {}): KerasFile {
  const { name = "model" } = checkReading(options);
  return readOpened(openKeras(bytes, name), { ...options, name });
}

/** The model in a file that was taken apart, whatever its format. @throws InputError */
export function readOpened(opened: OpenedFile, options: ReadOptions = {}): KerasFile {
  objectOf(opened, "readOpened", "a file that was opened");
  const { name = "model", onWarning, ...engine } = checkReading(options);
  const source = { name, engine: ENGINES.maker(engine, "model") };
  const { trainer, notes, receipt, extras } = files.readOpened(opened, source);
  const model = new Model(trainer, null, { onWarning });
  remarksOf(model).add(notes);
  return { model, receipt, extras };
}
