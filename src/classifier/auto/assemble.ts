/**
 * A trained automatic classifier as one network that Keras opens: the ids of a text's n-grams are looked up in one table
 * and averaged; a deep member's scores come beside; all are multiplied by the text's scales, and a Dense layer holds the
 * mixture and its temperature.
 *
 *   ids [L] → Embedding (V + 2, D), row 0 zero → GlobalAveragePooling1D ┐
 *                                        words [T] … → deep scores [K] ─┴→ × scales [D + K] → Dense → sigmoid or softmax
 */
import * as layers from "../../layers/index.js";
import { model as graph } from "../../model/functional.js";
import type { Model } from "../../model/model.js";
import type { ModelOptions } from "../../model/options.js";
import { NGRAMS_INPUT } from "../../network/ngrams-input.js";
import type { ChannelRules } from "../../tokens/channels.js";
import { FeatureEncoder, KnownWords } from "../../tokens/feature-encoder.js";
import { BLOCKS, type Block, Ngrams } from "../../tokens/ngrams.js";
import type { TokenizedTexts } from "../../tokens/tokenized-texts.js";
import { channelInputs, type Deep, scoresFrom } from "./deep.js";
import type { Mixture } from "./mixture.js";
import { largestOf, rounded } from "./rounding.js";
import { classCounts, columnsFor, type Labelled } from "./scorers.js";
import type { Wide } from "./wide.js";

/** What turns texts into the features that a wide member knows. */
export function encoderOf(
  wide: Wide,
  channels: ChannelRules | null,
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
): FeatureEncoder {
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
    words: knownWords(texts, rows, wide.mostWords),
    familiar: wide.familiar,
    channels,
  });
}

/** A rule speaks of blocks of which n-grams are known. */
const known = <R extends { readonly blocks: readonly Block[] }>(scale: R, hashes: object): R => ({
  ...scale,
  blocks: scale.blocks.filter((block) => block in hashes),
});

/** Rows from which a word must have come twice to count as known: of many, misspellings are many. */
const MANY = 1000;

function knownWords(texts: TokenizedTexts, rows: ArrayLike<number>, most: number): KnownWords {
  const ngrams = new Ngrams({ blocks: [], marks: false, functionWords: [] }, texts.table);
  const counts = new Map<number, number>();
  for (let i = 0; i < rows.length; i++) {
    for (const token of texts.tokensOf(rows[i]!)) {
      const word = ngrams.knownBy(token);
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const least = rows.length >= MANY ? 2 : 1;
  const kept = [...counts].filter(([, count]) => count >= least);
  if (kept.length > most) kept.sort(([a, m], [b, n]) => n - m || a - b).splice(most);
  return KnownWords.of(kept.map(([word]) => word));
}

/** Deep members beside a wide one, and what they read. */
export interface Beside {
  readonly mixture: Mixture;
  readonly channels: ChannelRules;
}

/** The network of a wide member, and of deep ones beside it. */
export function networkOf(wide: Wide, beside: Beside | null, options: ModelOptions): Model {
  const { labelled } = wide;
  const perGroup = columnsFor(labelled.labels);
  const networks = beside?.mixture.networks ?? [];
  const { table, kernel, bias, columns, width } = mixtureWeights(wide, beside);
  const ids = layers.input({ shape: [null], name: NGRAMS_INPUT });
  const scales = layers.input({ shape: [width], name: "scales" });
  const rows = layers.embedding({
    ...{ inputDim: table.length / columns, outputDim: columns, name: "ngram_weights" },
  });
  const mean = layers.globalAveragePooling1D({ name: "mean" }).apply(rows.apply(ids));
  const channels = beside ? channelInputs(beside.channels) : [];
  const deep = networks.map((one) => scoresFrom(channels, beside!.channels, one.deep, labelled.labels));
  const together = deep.length > 1 ? layers.average({ name: "networks" }).apply(deep) : deep[0]!;
  const scores = beside ? layers.concatenate({ name: "scores" }).apply([mean, together]) : mean;
  const scaled = layers.multiply({ name: "scaled" }).apply([scores, scales]);
  const activation = perGroup === 1 ? "sigmoid" : "softmax";
  const outputs = layers.dense({ units: perGroup, activation, name: "mixture" }).apply(scaled);
  const network = graph({ inputs: [ids, scales, ...channels], outputs, name: "auto", ...options });
  const own = new Map<string, Float32Array>([
    ["ngram_weights/embeddings", table],
    ["mixture/kernel", kernel],
    ["mixture/bias", bias],
    ...networks.flatMap(({ deep: one, deviation }) => deepWeights(one, deviation)),
  ]);
  network.setWeights(network.getWeights().map(({ name }) => own.get(name)!));
  return network;
}

/** What the n-grams weigh in the table, and its columns and the deep members' scores in the answer. */
function mixtureWeights(wide: Wide, beside: Beside | null) {
  const { data, members, labelled } = wide;
  const perGroup = columnsFor(labelled.labels);
  const { share, factor, wideDeviation } = beside?.mixture ?? {
    ...{ share: 0, factor: wide.factor, wideDeviation: 1 },
  };
  const groups = members.flatMap(({ scorer, weight, deviation }) =>
    scorer.groups.map((group) => {
      return { ...group, share: (((1 - share) * weight) / deviation / wideDeviation) * factor };
    }),
  );
  const columns = groups.length * perGroup + 1;
  const vocabulary = data.features + 2;
  const table = new Float32Array(vocabulary * columns);
  const width = columns + (beside ? perGroup : 0);
  const kernel = new Float32Array(width * perGroup);
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
  for (let k = 0; k < perGroup && beside; k++) {
    kernel[(columns + k) * perGroup + k] = outward * share * factor;
  }
  return { table, kernel, bias, columns, width };
}

/** A deep member's weights by name, its scores at a standard deviation of 1. */
function deepWeights({ network, prefix }: Deep, deviation: number): [string, Float32Array][] {
  return network.getWeights().map(({ name, data }) => {
    return [name, name.startsWith(`${prefix}_scores/`) ? data.map((weight) => weight / deviation) : data];
  });
}

/** The logarithms of classes' shares; for two the second's odds. One row is added to each. */
function priors({ classes, labels }: Labelled): Float32Array {
  const counts = new Array<number>(labels).fill(1);
  for (const k of classes) counts[k]!++;
  if (labels === 2) return Float32Array.of(Math.log(counts[1]! / counts[0]!));
  return Float32Array.from(counts, (count) => Math.log(count / (classes.length + labels)));
}
