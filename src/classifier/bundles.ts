/** Rows that stay on one side of every split: those of one group, and where that is wanted, those of one text. */
import { oneOf } from "../base/errors.js";
import { type Pieces, ROWS, spans } from "../base/pieces.js";
import type { CorpusText, TextCorpus } from "./text-corpus.js";

/** What becomes of a text that stands in several rows where some are held out. */
export const DUPLICATES = ["together", "apart"] as const;
export type Duplicates = (typeof DUPLICATES)[number];

/**
 * [rows] a number for each row: rows of the same number belong together, by group or, with duplicates together, by their
 * tokens, and so do those that are linked over others. Null where every row stands by itself.
 * @param duplicates as asked for. Default: together for automatic classifiers, else apart; apart where there are groups, too, as
 * a "yes" from everybody would link them all
 * @throws InputError for another word than "together" or "apart"
 */
export function* bundlesOf(
  corpus: TextCorpus<CorpusText>,
  { duplicates, automatic }: { duplicates: Duplicates | undefined; automatic: boolean },
): Pieces<Int32Array | null> {
  const byDefault = automatic && !corpus.isGrouped ? "together" : "apart";
  const together = oneOf(duplicates ?? byDefault, DUPLICATES, "duplicates") === "together";
  if (!together && !corpus.isGrouped) return null;
  const bundle = Int32Array.from({ length: corpus.rows }, (_, row) => row);
  const first = (row: number): number => {
    let root = row;
    while (bundle[root] !== root) root = bundle[root] = bundle[bundle[root]!]!;
    return root;
  };
  const firstOfGroup = new Map<string, number>();
  const firstOfText = new Map<number, number>();
  const join = <Key>(rowOf: Map<Key, number>, key: Key, row: number) => {
    const known = rowOf.get(key);
    if (known === undefined) rowOf.set(key, row);
    else bundle[first(row)] = first(known);
  };
  yield* spans(corpus.rows, ROWS, (from, to) => {
    for (let row = from; row < to; row++) {
      const group = corpus.group(row);
      if (group !== undefined) join(firstOfGroup, group, row);
      if (together) join(firstOfText, corpus.texts.fingerprint(row), row);
    }
  });
  return bundle.map((_, row) => first(row));
}
