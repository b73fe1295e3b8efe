/** Word 1- and 2-grams weighed as scikit-learn's `TfidfVectorizer(ngram_range=(1, 2))` does, its other settings as they are. */

/** Rows of a sparse matrix, one behind the other: row r has `ids` and `values` from `starts[r]` up to `starts[r + 1]`. */
export interface SparseRows {
  /** [rows + 1] */
  starts: Uint32Array;
  /** [non-zeros] columns, rising within a row. */
  ids: Uint32Array;
  /** [non-zeros] */
  values: Float64Array;
}

/** The runs of at least two letters, digits and underscores (`\b\w\w+\b` of Python), in small letters; then their pairs. */
export function grams(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
  return [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)];
}

/** Counts of n-grams by how rare they are, each row of length 1. */
export class TfIdf {
  private constructor(
    private readonly idOf: ReadonlyMap<string, number>,
    /** [terms] ln((1 + n) / (1 + df)) + 1, for n rows of which df hold the term. */
    readonly idf: Float64Array,
  ) {}

  /** Learns the terms of all texts and how many texts hold each; and those texts as rows. */
  static fit(texts: readonly string[]): { tfIdf: TfIdf; rows: SparseRows } {
    const idOf = new Map<string, number>();
    const counts = countRows(texts, (term) => {
      const known = idOf.get(term);
      if (known === undefined) idOf.set(term, idOf.size);
      return known ?? idOf.size - 1;
    });
    const holding = new Float64Array(idOf.size);
    for (const id of counts.ids) holding[id]!++;
    const idf = holding.map((df) => Math.log((1 + texts.length) / (1 + df)) + 1);
    const tfIdf = new TfIdf(idOf, idf);
    return { tfIdf, rows: tfIdf.weigh(counts) };
  }

  /** Terms in the order of their columns. */
  get terms(): Iterable<string> {
    return this.idOf.keys();
  }

  /** Texts as rows; terms that are not known are left out. */
  transform(texts: readonly string[]): SparseRows {
    return this.weigh(countRows(texts, (term) => this.idOf.get(term)));
  }

  private weigh({ starts, ids, values }: SparseRows): SparseRows {
    const weighed = values.map((count, i) => count * this.idf[ids[i]!]!);
    for (let row = 0; row + 1 < starts.length; row++) {
      const part = weighed.subarray(starts[row], starts[row + 1]);
      const length = Math.sqrt(part.reduce((sum, value) => sum + value * value, 0));
      for (let i = 0; i < part.length; i++) part[i]! /= length;
    }
    return { starts, ids, values: weighed };
  }
}

/** How often each text holds each term that has an id. */
function countRows(texts: readonly string[], idOf: (term: string) => number | undefined): SparseRows {
  const rows = texts.map((text) => {
    const found = grams(text).map(idOf);
    return Uint32Array.from(found.filter((id) => id !== undefined)).sort();
  });
  const room = rows.reduce((sum, row) => sum + row.length, 0);
  const [starts, ids, values] = [
    new Uint32Array(rows.length + 1),
    new Uint32Array(room),
    new Float64Array(room),
  ];
  let end = 0;
  rows.forEach((row, r) => {
    for (const [i, id] of row.entries()) {
      if (i === 0 || id !== row[i - 1]) ids[end++] = id;
      values[end - 1]!++;
    }
    starts[r + 1] = end;
  });
  return { starts, ids: ids.slice(0, end), values: values.slice(0, end) };
}
