/**
 * Word vectors that were learned elsewhere: GloVe's and word2vec's text, word2vec's binary, fastText's .vec and .bin, each also
 * as .gz. The content decides what a file is, not its name. A file is gone through once; of it only the vectors of the
 * words that are asked for are kept.
 */
import { functionOf, objectOf, textOf, textsOf } from "../../base/arguments.js";
import { inputError, knownOptions } from "../../base/errors.js";
import { type ByteSource, type Chunks, openBytes, streamChunks } from "../source.js";
import type { FoundVectors } from "./collector.js";
import type { OpenedVectors } from "./open.js";

/** Options of `readVectors`. */
export interface VectorsOptions {
  /** What messages call the file. Default "vectors". */
  name?: string;
  /** Inflates gzip in place of the web's DecompressionStream. */
  gunzip?: ByteSource["gunzip"];
}

/** A file of word vectors, of which the beginning is read. Its words can be gone through once. */
export interface VectorsFile {
  /** What messages call it. */
  readonly name: string;
  /** "GloVe or other text", "word2vec text", "word2vec binary", "fastText .bin". */
  readonly format: string;
  /** Numbers in a word's vector. */
  readonly width: number;
  /**
   * The vectors of some words; the rest of the file is read for it. Once only.
   * @param words in the order of the table's rows; empty ones have no vector
   * @param signal ends the reading early, with what was found until then
   * @throws InputError where the file is damaged, and the second time
   */
  collect(words: readonly string[], signal?: AbortSignal): Promise<FoundVectors>;
  /** Closes the file, where its words are not needed after all. */
  close(): Promise<void>;
}

/**
 * Opens word vectors: their beginning is read, which tells format and width. Node's file streams and a browser's
 * `blob.stream()` are such bytes.
 * @throws InputError where the bytes are no vectors
 */
export async function readVectors(
  source: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
  options: VectorsOptions = {},
): Promise<VectorsFile> {
  const given = chunksOf(source);
  knownOptions(options, ["name", "gunzip"], "readVectors");
  const { gunzip } = options;
  const name = textOf(options.name ?? "vectors", "readVectors name");
  const { chunks } = await openBytes({ name, chunks: given, ...(gunzip ? { gunzip } : {}) });
  // Loaded with the first file: who reads none does not ship it.
  const { openVectors } = await import("./open.js");
  const opened = await openVectors(chunks, name);
  const { format, width, close } = opened;
  return { name, format, width, collect: once(name, opened), close };
}

/** Not every browser goes through a stream as it stands. */
function chunksOf(source: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>): Chunks {
  objectOf(source, "readVectors", "bytes in chunks");
  if (source instanceof ReadableStream) return streamChunks(source);
  functionOf(source[Symbol.asyncIterator], "readVectors source");
  return source;
}

/** What is read once. */
function once(name: string, { read, close }: OpenedVectors): VectorsFile["collect"] {
  let begun = false;
  return async (words, signal) => {
    textsOf(words, "vectors collect");
    if (begun) {
      const next = "Open the file again with readVectors.";
      throw inputError({ expected: "vectors that were not gone through before", where: name, next });
    }
    begun = true;
    try {
      return await read(words, () => !signal?.aborted);
    } finally {
      await close();
    }
  };
}
