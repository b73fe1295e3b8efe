/**
 * Keras's files: read whichever Keras wrote them, written so that Keras opens them.
 * @module cellstate/keras
 */
export {
  type KerasFile,
  type OpenedFile,
  type ReadOptions,
  readKeras,
  readKerasWeights,
  readOpened,
} from "./read.js";
export type { Receipt } from "./receipt.js";
export { readShardedKerasWeights } from "./shards.js";
export { KERAS_VERSION, type WriteOptions, writeKeras, writeKerasH5 } from "./write.js";
