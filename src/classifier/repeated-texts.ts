/** Texts of a test that were learned from, word for word. */
import { type Pieces, ROWS, spans } from "../base/pieces.js";
import type { CorpusText, TextCorpus } from "./text-corpus.js";

/** Rows of a corpus. */
interface Selection {
  readonly corpus: TextCorpus<CorpusText>;
  readonly rows: ArrayLike<number>;
}

/** How many rows of `tested` have the very tokens of a row of `learned`. Texts without tokens do not count. */
export function* repeatedTexts(learned: Selection, tested: Selection): Pieces<number> {
  const { texts } = learned.corpus;
  const seen = new Set<number | null>();
  yield* worded(learned, (row) => void seen.add(texts.fingerprint(row)));
  let found = 0;
  yield* worded(tested, (row) => {
    if (seen.has(tested.corpus.texts.fingerprint(row, texts))) found++;
  });
  return found;
}

/** Every row that has tokens. */
const worded = ({ corpus, rows }: Selection, each: (row: number) => void): Pieces<void> =>
  spans(rows.length, ROWS, (from, to) => {
    for (let i = from; i < to; i++) if (corpus.texts.tokensIn(rows[i]!) > 0) each(rows[i]!);
  });
