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
  const asked = new Marks(tested.rows.length);
  // Those of the test are kept, which are fewer as a rule.
  const fingerprint = (row: number) => tested.corpus.texts.fingerprint(row, texts);
  yield* worded(tested, (row) => asked.add(fingerprint(row)));
  yield* worded(learned, (row) => asked.mark(texts.fingerprint(row)));
  let found = 0;
  yield* worded(tested, (row) => {
    if (asked.isMarked(fingerprint(row))) found++;
  });
  return found;
}

/** A set of fingerprints, some of them marked, in five bytes a place: a Set takes several times that, and has an end. */
class Marks {
  /** Of each fingerprint the upper 32 of its 53 bits, or 0: by the others it has its place, where the rest of it shows. */
  private readonly keys: Uint32Array;
  private readonly marks: Uint8Array;

  /** @param most numbers that it may hold */
  constructor(most: number) {
    const places = 2 ** Math.ceil(Math.log2(Math.max(16, most * 1.5)));
    this.keys = new Uint32Array(places);
    this.marks = new Uint8Array(places);
  }

  /** Null is no fingerprint. */
  add(fingerprint: number | null): void {
    if (fingerprint !== null) this.keys[this.placeOf(fingerprint)] = keyOf(fingerprint);
  }

  mark(fingerprint: number): void {
    const place = this.placeOf(fingerprint);
    if (this.keys[place] !== 0) this.marks[place] = 1;
  }

  isMarked(fingerprint: number | null): boolean {
    return fingerprint !== null && this.marks[this.placeOf(fingerprint)] === 1;
  }

  /** Where it is, or would be. */
  private placeOf(fingerprint: number): number {
    const mask = this.keys.length - 1;
    const key = keyOf(fingerprint);
    let place = Math.imul((fingerprint % 2 ** 32) ^ Math.floor(fingerprint / 2 ** 32), 0x9e3779b1) & mask;
    while (this.keys[place] !== 0 && this.keys[place] !== key) place = (place + 1) & mask;
    return place;
  }
}

const keyOf = (fingerprint: number): number => Math.floor(fingerprint / 2 ** 21) || 1;

/** Every row that has tokens. */
const worded = ({ corpus, rows }: Selection, each: (row: number) => void): Pieces<void> =>
  spans(rows.length, ROWS, (from, to) => {
    for (let i = from; i < to; i++) if (corpus.texts.tokensIn(rows[i]!) > 0) each(rows[i]!);
  });
