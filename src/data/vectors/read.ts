/**
 * Word vectors that were learned elsewhere: GloVe's and word2vec's text, word2vec's binary, fastText's .vec and .bin, each also
 * as .gz. The content decides what a file is, not its name. A file is gone through once; of it only the vectors of the
 * words that are asked for are kept.
 */
import { textOf, textsOf } from "../../base/arguments.js";
import { inputError, knownOptions } from "../../base/errors.js";
import { type ByteSource, openBytes } from "../source.js";
import type { FoundVectors } from "./collector.js";
import type { OpenedVectors } from "./open.js";

/** Options of `readVectors`. */
export interface VectorsOptions {
  /** What messages call the file. Default its own name, or "vectors". */
  name?: string;
  /** Inflates gzip in place of what the platform has. */
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
 * Opens word vectors: their beginning is read, which tells format and width. They come from a path (in a browser, an
 * address), a URL, bytes, a File or Blob, a Response, or a stream of bytes in order.
 * @throws InputError where the bytes are no vectors
 */
export async function readVectors(
  source:
    | string
    | URL
    | ArrayBuffer
    | ArrayBufferView
    | Blob
    | Response
    | ReadableStream<Uint8Array>
    | AsyncIterable<Uint8Array>,
  options: VectorsOptions = {},
): Promise<VectorsFile> {
  knownOptions(options, ["name", "gunzip"], "readVectors");
  const { gunzip } = options;
  if (options.name !== undefined) textOf(options.name, "readVectors name");
  // Loaded with the first file: who reads none does not ship them.
  const [{ sourceOf }, { openVectors }] = await Promise.all([import("../sources.js"), import("./open.js")]);
  const found = await sourceOf(
    source,
    "a path, a URL, bytes, a File, Blob or Response, or a stream",
    "readVectors",
  );
  const own = found.name === "data" ? "vectors" : found.name;
  const name = options.name ?? own;
  if ("records" in found)
    throw inputError({ expected: "a file of word vectors", where: name, received: "rows" });
  const { chunks } = await openBytes({ ...found, name, ...(gunzip ? { gunzip } : {}) });
  const opened = await openVectors(chunks, name);
  const { format, width, close } = opened;
  return { name, format, width, collect: once(name, opened), close };
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
