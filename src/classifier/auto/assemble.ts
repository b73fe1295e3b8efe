/**
 * A trained automatic classifier as one network that Keras opens (ngram-network.ts): the deep members' scores come beside the
 * n-grams', and the last layer holds the mixture and its temperature.
 */
import type { Pieces } from "../../base/pieces.js";
import type { Model } from "../../model/model.js";
import type { ModelOptions } from "../../model/options.js";
import type { ChannelRules } from "../../tokens/channels.js";
import type { FeatureEncoder } from "../../tokens/feature-encoder.js";
import type { TokenizedTexts } from "../../tokens/tokenized-texts.js";
import { channelInputs, type Deep, scoresFrom } from "./deep.js";
import type { Mixture } from "./mixture.js";
import {
  knownWords,
  type NgramWeights,
  ngramEncoder,
  ngramNetwork,
  putColumn,
  type ScoresBeside,
} from "./ngram-network.js";
import { largestOf } from "./rounding.js";
import { classCounts, columnsFor, type Labelled } from "./scorers.js";
import type { Wide } from "./wide.js";

/** What turns texts into the features that a wide member knows. */
export function* encoderOf(
  wide: Wide,
  channels: ChannelRules | null,
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
): Pieces<FeatureEncoder> {
  const scales = wide.members.flatMap(({ scorer }) => scorer.groups.map(({ scale }) => scale));
  return yield* ngramEncoder(wide.data, wide.rules, scales, {
    counts: yield* classCounts(wide.labelled),
    words: yield* knownWords(texts, rows, wide.mostWords),
    familiar: wide.familiar,
    channels,
  });
}

/** Deep members beside a wide one, and what they read. */
export interface Beside {
  readonly mixture: Mixture;
  readonly channels: ChannelRules;
}

/** The network of a wide member, and of deep ones beside it. */
export function* networkOf(wide: Wide, beside: Beside | null, options: ModelOptions): Pieces<Model> {
  const { labels } = wide.labelled;
  const activation = columnsFor(labels) === 1 ? "sigmoid" : "softmax";
  const scores = beside && besideOf(beside, labels);
  return yield* ngramNetwork(yield* mixtureWeights(wide, beside), activation, scores, options);
}

function besideOf({ mixture: { networks }, channels }: Beside, labels: number): ScoresBeside {
  const inputs = channelInputs(channels);
  return {
    inputs,
    scores: networks.map((one) => scoresFrom(inputs, channels, one.deep, labels)),
    weights: networks.flatMap(({ deep, deviation }) => deepWeights(deep, deviation)),
  };
}

/** What the n-grams weigh in the table, and its columns and the deep members' scores in the answer. */
function* mixtureWeights(wide: Wide, beside: Beside | null): Pieces<NgramWeights> {
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
  for (const [g, { columns: tables, bias, share }] of groups.entries()) {
    const largest = Math.max(...tables.map(largestOf)) || 1;
    for (const [k, weights] of tables.entries()) {
      const column = g * perGroup + k;
      yield* putColumn({ table, columns }, column, weights, largest);
      kernel[column * perGroup + k] = outward * share * largest;
      own[k]! += outward * share * bias[k]!;
    }
  }
  // What every text has in full only where its words are known; a text of strangers is answered by how common classes are.
  table[vocabulary * columns - 1] = 1;
  const bias = priors(labelled);
  for (let k = 0; k < perGroup; k++) kernel[(columns - 1) * perGroup + k] = own[k]! - bias[k]!;
  for (let k = 0; k < perGroup && beside; k++) {
    kernel[(columns + k) * perGroup + k] = outward * share * factor;
  }
  return { table, columns, kernel, bias };
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
