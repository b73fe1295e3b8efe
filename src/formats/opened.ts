/** A model file taken apart, whatever its format: what its reader hands on, and a network is made of. */
import type { Json } from "../base/json.js";
import type { StoredWeight } from "./keras/stored-weight.js";
import type { WeightsStore } from "./keras/weights-store.js";

export interface OpenedFile {
  format: string;
  /** The Keras that wrote it. */
  version: string | null;
  /** The Keras whose meaning of names holds, where that is another. */
  meaning?: string;
  config: Json | undefined;
  /** The place of `config` in messages. */
  where: string;
  training: Json | undefined;
  weights: WeightsStore | undefined;
  optimizer: StoredWeight[];
  asset?: (path: string) => Uint8Array | undefined;
  extras: Json;
  /** Looks, last of all, whether the file is as it was written: what is wrong in a place says more. @throws InputError */
  verify?: () => void;
}
