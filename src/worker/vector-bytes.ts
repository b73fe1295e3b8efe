/** A file of word vectors as `readVectors` takes it. */
import { inputError } from "../base/errors.js";
import { sourceOf } from "../data/sources.js";
import type { VectorsOptions } from "../data/vectors/read.js";
import { openData, type SentFile } from "./sources.js";

/** @throws InputError for a folder */
export async function vectorBytes(sent: SentFile): Promise<[AsyncIterable<Uint8Array>, VectorsOptions]> {
  const source = await sourceOf(openData(sent));
  if (!("chunks" in source))
    throw inputError({ expected: "a file of word vectors", where: source.name, received: "a folder" });
  const { name, chunks, gunzip } = source;
  return [chunks, { name, ...(gunzip ? { gunzip } : {}) }];
}
