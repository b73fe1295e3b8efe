/** What is told of the rows before anything is fitted to them: how long they are, which are drawn, which words are known. */
import { type Pieces, ROWS, spans } from "../../base/pieces.js";
import { PURPOSE, Random } from "../../kernels/philox.js";
import { BLOCKS, type Block } from "../../tokens/ngrams.js";
import type { TokenizedTexts } from "../../tokens/tokenized-texts.js";
import { type Fold, foldsOf, foldsOfBundles } from "./folds.js";

/** What is learned from. */
export interface WideData {
  readonly texts: TokenizedTexts;
  /** The rows of `texts` to learn from, and their classes. */
  readonly rows: Uint32Array;
  readonly classes: Int32Array;
  readonly labels: number;
  /** [rows of `texts`] rows of the same number are held out together; default: those of the same text. */
  readonly bundles?: Int32Array | undefined;
}

/** What is the same for rows of `texts` that are held out together. */
export function bundleOf({ texts, bundles }: Pick<WideData, "texts" | "bundles">): (row: number) => number {
  return bundles ? (row) => bundles[row]! : (row) => texts.fingerprint(row);
}

/** Rows to learn from, as `WideData` has them, whatever is learned of them. */
export type Material = Pick<WideData, "texts" | "rows" | "bundles">;

/** Which of the rows are held out of which fit. @param classes [rows] which are spread evenly, from 0 */
export function* foldsWithin(
  { texts, rows, bundles }: Material,
  classes: Int32Array,
  labels: number,
  seed: number,
): Pieces<Fold[]> {
  if (!bundles) {
    const keys = new Float64Array(rows.length);
    yield* spans(rows.length, ROWS, (from, to) => {
      for (let i = from; i < to; i++) keys[i] = texts.fingerprint(rows[i]!);
    });
    return foldsOf(classes, labels, seed, (row) => keys[row]!);
  }
  const own = Int32Array.from(rows, (row) => bundles[row]!);
  return foldsOfBundles(classes, seed, own);
}

/** Up to so many rows, what few examples tell is smoothed little and compared with whole classes. */
export const FEW_ROWS = 1000;
/** Rows from which an n-gram must be in two. */
const NGRAMS_TWICE = 20_000;
const LONG_LEAST: Partial<Record<Block, number>> = { w1: 2, w2: 3, w3: 3, p1: 2, p2: 3 };
const TWICE = Object.fromEntries(BLOCKS.map((block) => [block, 2]));

/** By block, how many rows an n-gram must be in; 1 where nothing is said. */
export function leastRowsOf(rows: number, long: boolean): Partial<Record<Block, number>> {
  if (long && rows > FEW_ROWS) return LONG_LEAST;
  return rows > NGRAMS_TWICE ? TWICE : {};
}

/** How well texts are known. */
export interface Familiarity {
  /** The share of known words below which texts are strange: of rows held out, few have less. */
  readonly familiar: number;
  /** The share of known words of rows held out, on average. */
  readonly known: number;
}

/** Texts of this many tokens or more, by their median, are long: topics and opinions run through all of them. */
const LONG = 60;
/** n-grams of all rows that are kept in memory: 4 bytes each, several times over while they are counted. */
const MOST_NGRAMS = 6e7;

/** Whether most of the rows are long texts. */
export function areLong(texts: TokenizedTexts, rows: ArrayLike<number>): boolean {
  const lengths = Uint32Array.from(rows, (row) => texts.tokensIn(row)).sort();
  return (lengths[lengths.length >> 1] ?? 0) >= LONG;
}

const MOST_FUNCTION_WORDS = 150;

/** The words in most rows: each in three, and in one of two hundred. */
export function* functionWords(texts: TokenizedTexts, rows: ArrayLike<number>): Pieces<string[]> {
  const counts = new Map<string, number>();
  const lower: string[] = [];
  yield* spans(rows.length, ROWS, (from, to) => {
    for (let i = from; i < to; i++) {
      const own = new Set<string>();
      for (const token of texts.tokensOf(rows[i]!)) {
        lower[token] ??= texts.table.word(token).toLowerCase();
        own.add(lower[token]);
      }
      for (const word of own) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  });
  const least = Math.max(3, 0.005 * rows.length);
  return [...counts]
    .filter(([, count]) => count >= least)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MOST_FUNCTION_WORDS)
    .map(([word]) => word);
}

/** The rows, or a seeded sample of them where their n-grams would not fit. */
export function sampleOf(data: WideData, seed: number, notes: string[]): WideData {
  const drawn = drawnOf(data, seed, notes);
  return {
    ...data,
    rows: Uint32Array.from(drawn, (i) => data.rows[i]!),
    classes: Int32Array.from(drawn, (i) => data.classes[i]!),
  };
}

/** Which of the rows they are: all, or those that are drawn. */
export function drawnOf({ texts, rows }: Material, seed: number, notes: string[]): Uint32Array {
  const all = Uint32Array.from(rows.keys());
  let tokens = 0;
  for (const row of rows) tokens += texts.tokensIn(row);
  const long = areLong(texts, rows);
  const expected = tokens * (long ? LONG_NGRAMS : SHORT_NGRAMS);
  if (expected <= MOST_NGRAMS) return all;
  const share = MOST_NGRAMS / expected;
  const random = new Random(seed, PURPOSE.split, 3);
  const drawn = all.filter((i) => random.uniform(i) < share);
  notes.push(
    `${rows.length.toLocaleString("en")} rows hold about ${Math.round(expected / 1e6)} million n-grams, more than the ${MOST_NGRAMS / 1e6} million that are kept in memory: the linear members learn from ${drawn.length.toLocaleString("en")} of the rows, drawn by the seed`,
  );
  return drawn;
}

/** n-grams a token, about. */
const LONG_NGRAMS = 5;
const SHORT_NGRAMS = 20;

/** Of a hundred texts of the data, two hold a smaller share of known words. */
const STRANGEST = 0.02;
const [LEAST_FAMILIAR, MOST_FAMILIAR] = [0.05, 0.5];

/** The share of tokens known from other rows: on average, and what all but the strangest rows have. */
export function* familiarity(
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  folds: readonly Fold[],
  mostWords: number,
): Pieces<Familiarity> {
  const shares: number[] = [];
  for (const { fit, judge } of folds) {
    const uses = new Uint32Array(texts.distinct);
    yield* spans(fit.length, ROWS, (from, to) => {
      for (let k = from; k < to; k++) for (const token of texts.tokensOf(rows[fit[k]!]!)) uses[token]!++;
    });
    const least = Math.max(1, mostWords < uses.length ? uses.slice().sort().at(-mostWords)! : 0);
    const known = uses.map((count) => (count >= least ? 1 : 0));
    yield* spans(judge.length, ROWS, (from, to) => {
      for (let k = from; k < to; k++) {
        const tokens = texts.tokensOf(rows[judge[k]!]!);
        if (tokens.length === 0) continue;
        shares.push(tokens.reduce((sum, token) => sum + known[token]!, 0) / tokens.length);
      }
    });
  }
  const share = shares.sort((a, b) => a - b)[Math.floor(STRANGEST * shares.length)] ?? 0;
  return {
    familiar: Math.min(MOST_FAMILIAR, Math.max(LEAST_FAMILIAR, share)),
    known: shares.reduce((sum, one) => sum + one, 0) / Math.max(1, shares.length),
  };
}
