/** Texts of a test that were learned from, word for word. */
import type { CorpusText, TextCorpus } from "./text-corpus.js";

/** Rows of a corpus. */
interface Selection {
  readonly corpus: TextCorpus<CorpusText>;
  readonly rows: ArrayLike<number>;
}

/** How many rows of `tested` have the very tokens of a row of `learned`. Texts without tokens do not count. */
export function repeatedTexts(learned: Selection, tested: Selection): number {
  const worded = ({ corpus, rows }: Selection) =>
    Array.from(rows).filter((row) => corpus.texts.tokensIn(row) > 0);
  const { texts } = learned.corpus;
  const seen = new Set<number | null>(worded(learned).map((row) => texts.fingerprint(row)));
  return worded(tested).filter((row) => seen.has(tested.corpus.texts.fingerprint(row, texts))).length;
}
