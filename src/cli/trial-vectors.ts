/** Word vectors that many trainings begin with. */

import { readVectorsPath } from "../data/node-source.js";
import type { FoundVectors } from "../data/vectors/collector.js";
import type { VectorsFile } from "../data/vectors/read.js";

/**
 * Vectors that may be gone through again. The file is read anew for each vocabulary; what was found for the last one is kept,
 * since all trials share it unless its size is searched, and more of them would not fit into memory.
 * @throws InputError where the file holds no vectors
 */
export async function sharedVectors(file: string): Promise<VectorsFile> {
  let opened: VectorsFile | null = await readVectorsPath(file);
  let last: { words: readonly string[]; found: FoundVectors } | null = null;
  const { name, format, width } = opened;
  return {
    ...{ name, format, width },
    async collect(words, signal) {
      if (last && sameWords(last.words, words)) return last.found;
      last = null;
      const vectors = opened ?? (await readVectorsPath(file));
      opened = null;
      const found = await vectors.collect(words, signal);
      // Ended early, they are not all of them.
      if (!signal?.aborted) last = { words, found };
      return found;
    },
    async close() {
      await opened?.close();
      opened = null;
    },
  };
}

const sameWords = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((word, k) => word === others[k]);
