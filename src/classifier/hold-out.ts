/** Rows held out to measure on: a share of each class, drawn by the seed, whole bundles where rows belong together. */
import { inputError } from "../base/errors.js";
import type { Pieces } from "../base/pieces.js";
import { stratifiedSplit } from "../data/split.js";
import { PURPOSE, Random } from "../kernels/philox.js";
import { bundlesOf, type Duplicates } from "./bundles.js";
import { allRows, type CorpusText, type TextCorpus } from "./text-corpus.js";

interface HoldingOut {
  share: number;
  seed: number;
  duplicates: Duplicates | undefined;
  /** Whether an automatic classifier is trained, which keeps repeated texts together. */
  automatic: boolean;
  /** How many of the first rows are asked about: those behind them are learned from whatever is drawn. Default: all. */
  fresh?: number;
}

/**
 * Rows to learn from and to measure on.
 * @param strata [rows] what keeps its share on both sides
 * @throws InputError where no group is small enough to be held out
 */
export function* holdOut(
  corpus: TextCorpus<CorpusText>,
  strata: ArrayLike<number>,
  { share, seed, duplicates, automatic, fresh = corpus.rows }: HoldingOut,
): Pieces<[Uint32Array, Uint32Array]> {
  if (share === 0) return [allRows(fresh), new Uint32Array(0)];
  const random = new Random(seed, PURPOSE.split, 0);
  const bundles = yield* bundlesOf(corpus, { duplicates, automatic });
  if (!bundles && fresh === strata.length) return stratifiedSplit(strata, share, (i) => random.uniform(i));
  // What belongs to old rows is learned from with them.
  const taken = new Set(bundles?.slice(fresh));
  const free = allRows(fresh).filter((row) => !bundles || !taken.has(bundles[row]!));
  const of = (values: ArrayLike<number>) => Int32Array.from(free, (row) => values[row]!);
  const uniform = (i: number) => random.uniform(free[i]!);
  const [, held] = stratifiedSplit(of(strata), share, uniform, bundles && of(bundles));
  if (bundles && held.length === 0 && Math.round(share * fresh) > 0) {
    throw inputError({
      expected: `groups small enough that some of them are about ${share} of the texts, to hold them out`,
      where: "testSplit",
      received: `${free.length} texts in ${new Set(of(bundles)).size} groups`,
      next: "Hold out a larger share, or none.",
      typed: {
        where: "--test-split",
        next: "Hold out a larger share, or measure on other data: --test FILE.",
      },
    });
  }
  const measured = held.map((i) => free[i]!);
  const out = new Set(measured);
  return [allRows(fresh).filter((row) => !out.has(row)), measured];
}
