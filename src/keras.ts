/**
 * cellstate/keras: Keras's files, read whichever Keras wrote them, written so that Keras opens them.
 * @module cellstate/keras
 */
export type { ReadOptions } from "./formats/keras/network.js";
export { readKerasWeights } from "./formats/keras/read.js";
export type { Receipt } from "./formats/keras/receipt.js";
export { readShardedKerasWeights } from "./formats/keras/shards.js";
export { KERAS_VERSION, type WriteOptions, writeKeras, writeKerasH5 } from "./formats/keras/write.js";
export type { OpenedFile } from "./formats/opened.js";
export { type KerasFile, readKeras, readOpened } from "./model/keras.js";
