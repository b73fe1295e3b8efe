/**
 * A trained automatic classifier as one network that Keras opens: the ids of a text's n-grams are looked up in one table,
 * averaged, multiplied by the text's scales, and a Dense layer holds the mixture and its temperature.
 *
 *   ids [L] → Embedding (V + 2, D), row 0 zero → GlobalAveragePooling1D → × scales [D] → Dense → sigmoid or softmax
 */
import * as layers from "../../layers/index.js";
import { model as graph } from "../../model/functional.js";
import type { Model } from "../../model/model.js";
import type { ModelOptions } from "../../model/options.js";
import { NGRAMS_INPUT } from "../../network/ngrams-input.js";
import { FeatureEncoder, KnownWords } from "../../tokens/feature-encoder.js";
import { BLOCKS, type Block, Ngrams } from "../../tokens/ngrams.js";
import type { TokenizedTexts } from "../../tokens/tokenized-texts.js";
import { classCounts, columnsFor, type Labelled } from "./scorers.js";
import type { Wide } from "./wide.js";

/** Numbers that a large table holds: as many as a byte tells apart. */
const LEVELS = 127;

/** What turns texts into the features that a wide member knows. */
export function encoderOf(wide: Wide, texts: TokenizedTexts, rows: ArrayLike<number>): FeatureEncoder {
  const { data, members, labelled, rules } = wide;
  const hashes = Object.fromEntries(
    BLOCKS.flatMap((block, b): [Block, Uint32Array][] => {
      const own = data.hashes.filter((_, j) => data.blocks[j] === b);
      return own.length > 0 ? [[block, own]] : [];
    }),
  );
  const scales = members.flatMap(({ scorer }) => scorer.groups.map(({ scale }) => known(scale, hashes)));
  const functionWords = rules.blocks.some((block) => block === "head" || block === "pattern")
    ? rules.functionWords
    : [];
  return new FeatureEncoder({
    rules: { ...rules, blocks: rules.blocks.filter((block) => hashes[block]), functionWords },
    hashes,
    scales,
    counts: classCounts(labelled),
    words: knownWords(texts, rows),
    familiar: wide.familiar,
  });
}

/** A rule speaks of blocks of which n-grams are known. */
const known = <R extends { readonly blocks: readonly Block[] }>(scale: R, hashes: object): R => ({
  ...scale,
  blocks: scale.blocks.filter((block) => block in hashes),
});

/** Rows from which a word must have come twice to count as known: of many, misspellings are many. */
const MANY = 1000;

function knownWords(texts: TokenizedTexts, rows: ArrayLike<number>): KnownWords {
  const ngrams = new Ngrams({ blocks: [], marks: false, functionWords: [] }, texts.table);
  const counts = new Map<number, number>();
  for (let i = 0; i < rows.length; i++) {
    for (const token of texts.tokensOf(rows[i]!)) {
      const word = ngrams.knownBy(token);
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const least = rows.length >= MANY ? 2 : 1;
  return KnownWords.of([...counts].flatMap(([word, count]) => (count >= least ? [word] : [])));
}

/** The network of a wide member. */
export function networkOf(wide: Wide, options: ModelOptions): Model {
  const { data, members, factor, labelled } = wide;
  const perGroup = columnsFor(labelled.labels);
  const groups = members.flatMap(({ scorer, weight, deviation }) =>
    scorer.groups.map((group) => ({ ...group, share: (weight / deviation) * factor })),
  );
  const columns = groups.length * perGroup + 1;
  const vocabulary = data.features + 2;
  const table = new Float32Array(vocabulary * columns);
  const kernel = new Float32Array(columns * perGroup);
  const own = new Float64Array(perGroup);
  // Softmax of ± s is the logistic function of 2 s.
  const outward = perGroup === 1 ? 2 : 1;
  groups.forEach(({ columns: tables, bias, share }, g) => {
    const largest = Math.max(...tables.map(largestOf)) || 1;
    tables.forEach((weights, k) => {
      const column = g * perGroup + k;
      for (let j = 0; j < weights.length; j++) {
        table[(j + 1) * columns + column] = rounded(weights[j]! / largest);
      }
      kernel[column * perGroup + k] = outward * share * largest;
      own[k]! += outward * share * bias[k]!;
    });
  });
  // What every text has in full only where its words are known; a text of strangers is answered by how common classes are.
  table[vocabulary * columns - 1] = 1;
  const bias = priors(labelled);
  for (let k = 0; k < perGroup; k++) kernel[(columns - 1) * perGroup + k] = own[k]! - bias[k]!;
  const ids = layers.input({ shape: [null], name: NGRAMS_INPUT });
  const scales = layers.input({ shape: [columns], name: "scales" });
  const rows = layers.embedding({ inputDim: vocabulary, outputDim: columns, name: "ngram_weights" });
  const pooled = layers.globalAveragePooling1D({ name: "mean" }).apply(rows.apply(ids));
  const scaled = layers.multiply({ name: "scaled" }).apply([pooled, scales]);
  const activation = perGroup === 1 ? "sigmoid" : "softmax";
  const outputs = layers.dense({ units: perGroup, activation, name: "mixture" }).apply(scaled);
  const network = graph({ inputs: [ids, scales], outputs, name: "auto", ...options });
  network.setWeights([table, kernel, bias]);
  return network;
}

/** The logarithms of classes' shares; for two the second's odds. One row is added to each. */
function priors({ classes, labels }: Labelled): Float32Array {
  const counts = new Array<number>(labels).fill(1);
  for (const k of classes) counts[k]!++;
  if (labels === 2) return Float32Array.of(Math.log(counts[1]! / counts[0]!));
  return Float32Array.from(counts, (count) => Math.log(count / (classes.length + labels)));
}

function largestOf(values: Float32Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

const bits = new DataView(new ArrayBuffer(4));

/**
 * The nearest of 255 numbers from −1 to 1, closer to each other near 0 (square-root companding): small and large weights are
 * both a few per cent off at the most. Their last two bytes are 0, so that an archive takes little more than one byte each.
 */
export function rounded(value: number): number {
  const level = Math.round(Math.sqrt(Math.min(1, Math.abs(value))) * LEVELS) / LEVELS;
  bits.setFloat32(0, Math.sign(value) * level * level);
  bits.setUint16(2, 0);
  return bits.getFloat32(0);
}
