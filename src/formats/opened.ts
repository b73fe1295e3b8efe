/** A model file taken apart, whatever its format: what its reader hands on, and a network is made of. */
import type { Json } from "../base/json.js";
import type { StoredWeight } from "./keras/stored-weight.js";
import type { WeightsStore } from "./keras/weights-store.js";

/** A model file taken apart: what a network is made of, still as the file has it. */
export interface OpenedFile {
  /** "Keras archive", "HDF5 model", "JSON architecture" … */
  format: string;
  /** The Keras that wrote it. */
  version: string | null;
  /** The Keras whose meaning of names holds, where that is another. */
  meaning?: string;
  /** The architecture, in Keras's own words; undefined where the file holds weights alone. */
  config: Json | undefined;
  /** The place of `config` in messages. */
  where: string;
  /** What it was compiled with, in Keras's words; undefined where it was not. */
  training: Json | undefined;
  /** Gives the weights of each layer; undefined where the file has none. */
  weights: WeightsStore | undefined;
  /** The optimizer's variables in Keras's order; none where it kept none. */
  optimizer: StoredWeight[];
  /** Reads what the file keeps besides, by its path in it: a vocabulary. */
  asset?: (path: string) => Uint8Array | undefined;
  /** What Cellstate kept beside the model; null for none. */
  extras: Json;
  /** Looks, last of all, whether the file is as it was written: what is wrong in a place says more. @throws InputError */
  verify?: () => void;
}
