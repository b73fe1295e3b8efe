/** What becomes of files that are dropped anywhere on the page or chosen: a model is opened, data goes to where it is read. */
import { signal } from "@preact/signals";
import { InputError } from "cellstate/worker";
import { routed } from "./route.js";
import { openScript } from "./script.js";
import { openModel, openProblem } from "./subject.js";
import { openTexts } from "./texts.js";

/** Data that waits to be read by the view of data. */
export const givenData = signal<File | null>(null);

const MODELS = /\.(keras|h5|hdf5|safetensors)$/i;
const view = routed("view", "cell");

/** A TensorFlow.js model is JSON, as data may be: its first letters tell. */
async function isModel(file: File): Promise<boolean> {
  if (MODELS.test(file.name)) return true;
  if (!/\.json$/i.test(file.name)) return false;
  const head = await file.slice(0, 4096).text();
  return /^\s*\{/.test(head) && /"(modelTopology|format|weightsManifest)"\s*:/.test(head);
}

/** What this page writes and does not read; and what else is neither a model to open nor data. */
const WRITTEN = /\.(onnx|html?|mjs|js|svg|bin)$/i;

export async function openFiles(files: readonly File[]): Promise<void> {
  openProblem.value = null;
  const kinds = await Promise.all(files.map(isModel));
  const model = files.find((_, i) => kinds[i]);
  if (model) {
    const others = files.filter((file) => file !== model);
    return openModel(model, model.name, false, others);
  }
  if (!files[0]) return;
  if (WRITTEN.test(files[0].name)) {
    openProblem.value = new InputError(
      `${files[0].name} is for elsewhere: this page opens models as .keras, .h5, .safetensors or TensorFlow.js's .json with its shards, and data as CSV, TSV, JSONL or Parquet.`,
    );
    return;
  }
  if (/\.(py|ipynb)$/i.test(files[0].name)) {
    view.value = "parameters";
    return openScript(files[0]);
  }
  openTexts(files[0]);
  givenData.value = files[0];
  view.value = "data";
}
