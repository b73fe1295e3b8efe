/**
 * What every network over n-grams is made of, whatever it answers: the ids of a text's n-grams are looked up in one table and
 * averaged, scores of other networks may come beside, all are multiplied by the text's scales, and a Dense layer answers.
 *
 *   ids [L] → Embedding (V + 2, D), row 0 zero → GlobalAveragePooling1D ┐
 *                                                other scores [K] ──────┴→ × scales [D + K] → Dense
 */
import { NUMBERS, type Pieces, ROWS, spans } from "../../base/pieces.js";
import * as layers from "../../layers/index.js";
import type { Layer, Symbolic } from "../../layers/layer.js";
import { model as graph } from "../../model/functional.js";
import type { Model } from "../../model/model.js";
import type { ModelOptions } from "../../model/options.js";
import { NGRAMS_INPUT } from "../../network/ngrams-input.js";
import {
  FeatureEncoder,
  type FeatureParts,
  KnownWords,
  type ScaleRule,
} from "../../tokens/feature-encoder.js";
import { BLOCKS, type Block, type NgramRules, Ngrams } from "../../tokens/ngrams.js";
import type { FeatureRows } from "../../tokens/sparse-texts.js";
import type { TokenizedTexts } from "../../tokens/tokenized-texts.js";
import { largestOf, rounded } from "./rounding.js";

/** What an encoder is made of besides the n-grams that are known. */
export type EncoderParts = Omit<FeatureParts, "hashes" | "scales" | "rules">;

/**
 * What turns texts into the features that a network over n-grams knows.
 * @param data in the order of BLOCKS, and of hashes in a block
 */
export function* ngramEncoder(
  data: Pick<FeatureRows, "hashes" | "blocks">,
  rules: NgramRules,
  scales: readonly ScaleRule[],
  parts: EncoderParts,
): Pieces<FeatureEncoder> {
  const hashes: Partial<Record<Block, Uint32Array>> = {};
  for (const [b, block] of BLOCKS.entries()) {
    const own = data.hashes.filter((_, j) => data.blocks[j] === b);
    if (own.length > 0) hashes[block] = own;
    yield 0;
  }
  const functionWords = rules.blocks.some((block) => block === "head" || block === "pattern")
    ? rules.functionWords
    : [];
  return new FeatureEncoder({
    rules: { ...rules, blocks: rules.blocks.filter((block) => hashes[block]), functionWords },
    hashes,
    scales: scales.map((scale) => known(scale, hashes)),
    ...parts,
  });
}

/** A rule speaks of blocks of which n-grams are known. */
const known = (scale: ScaleRule, hashes: object): ScaleRule => ({
  ...scale,
  blocks: scale.blocks.filter((block) => block in hashes),
});

/** Rows from which a word must have come twice to count as known: of many, misspellings are many. */
const MANY = 1000;

/** The words of rows of texts. @param most the commonest, so many */
export function* knownWords(
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  most: number,
): Pieces<KnownWords> {
  const ngrams = new Ngrams({ blocks: [], marks: false, functionWords: [] }, texts.table);
  const counts = new Map<number, number>();
  yield* spans(rows.length, ROWS, (from, to) => {
    for (let i = from; i < to; i++) {
      for (const token of texts.tokensOf(rows[i]!)) {
        const word = ngrams.knownBy(token);
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
  });
  const least = rows.length >= MANY ? 2 : 1;
  const kept = [...counts].filter(([, count]) => count >= least);
  if (kept.length > most) kept.sort(([a, m], [b, n]) => n - m || a - b).splice(most);
  return KnownWords.of(kept.map(([word]) => word));
}

/** The numbers of a network over n-grams. */
export interface NgramWeights {
  /** [V + 2][columns] row 0 is padding's, the last is of every text */
  readonly table: Float32Array;
  readonly columns: number;
  /** [columns, then the scores beside][outputs] */
  readonly kernel: Float32Array;
  /** [outputs] */
  readonly bias: Float32Array;
}

/** Scores of other networks. */
export interface ScoresBeside {
  /** What they read, beside n-grams. */
  readonly inputs: readonly Layer[];
  /** The scores of each: they are averaged. */
  readonly scores: readonly Symbolic[];
  /** Their weights by name. */
  readonly weights: readonly (readonly [string, Float32Array])[];
}

/** The network. */
export function* ngramNetwork(
  { table, columns, kernel, bias }: NgramWeights,
  activation: "sigmoid" | "softmax" | "linear",
  beside: ScoresBeside | null,
  options: ModelOptions,
): Pieces<Model> {
  const units = bias.length;
  const ids = layers.input({ shape: [null], name: NGRAMS_INPUT });
  const scales = layers.input({ shape: [kernel.length / units], name: "scales" });
  const rows = layers.embedding({
    ...{ inputDim: table.length / columns, outputDim: columns, name: "ngram_weights" },
  });
  const mean = layers.globalAveragePooling1D({ name: "mean" }).apply(rows.apply(ids));
  const averaged = (all: readonly Symbolic[]) =>
    all.length > 1 ? layers.average({ name: "networks" }).apply([...all]) : all[0]!;
  const scores = beside
    ? layers.concatenate({ name: "scores" }).apply([mean, averaged(beside.scores)])
    : mean;
  const scaled = layers.multiply({ name: "scaled" }).apply([scores, scales]);
  const outputs = layers.dense({ units, activation, name: "mixture" }).apply(scaled);
  const inputs = [ids, scales, ...(beside?.inputs ?? [])];
  const network = graph({ inputs, outputs, name: "auto", ...options });
  const own = new Map<string, Float32Array>([
    ["ngram_weights/embeddings", table],
    ["mixture/kernel", kernel],
    ["mixture/bias", bias],
    ...(beside?.weights ?? []),
  ]);
  yield 0;
  const names = network.getWeights();
  yield 0;
  network.setWeights(names.map(({ name }) => own.get(name)!));
  return network;
}

/** Puts weights into a column of a table, rounded, at a largest of 1; gives what they are to be multiplied by. */
export function* putColumn(
  { table, columns }: { table: Float32Array; columns: number },
  column: number,
  weights: Float32Array,
  largest = largestOf(weights) || 1,
): Pieces<number> {
  yield* spans(weights.length, NUMBERS / 8, (from, to) => {
    for (let j = from; j < to; j++) table[(j + 1) * columns + column] = rounded(weights[j]! / largest);
  });
  return largest;
}
