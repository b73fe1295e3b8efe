/**
 * The deep members of an automatic classifier: networks over words and their parts, in order. What they are made of
 * follows from how long the texts are and how many classes there are; docs/accuracy.md has the figures behind it.
 */
import { type Pieces, spans } from "../../base/pieces.js";
import { PURPOSE, Random } from "../../kernels/philox.js";
import * as layers from "../../layers/index.js";
import type { Layer, Symbolic } from "../../layers/layer.js";
import { model as graph } from "../../model/functional.js";
import type { Model } from "../../model/model.js";
import type { ModelOptions } from "../../model/options.js";
import type { Rows } from "../../network/arrays.js";
import { rowsAtOnce } from "../../network/network.js";
import { losses } from "../../objectives/losses.js";
import { optimizers } from "../../objectives/optimizers.js";
import type { Communicator } from "../../processes/communicator.js";
import {
  type Channel,
  type ChannelRules,
  Channels,
  channelRows,
  channelRules,
  channelsOf,
  UNKNOWN,
} from "../../tokens/channels.js";
import type { TokenizedTexts } from "../../tokens/tokenized-texts.js";
import type { WideData } from "./material.js";
import { roundedTable } from "./rounding.js";
import type { Steps } from "./steps.js";

/** What a deep member is made of and how it is trained. */
export interface DeepRecipe {
  /** In words, as one goes on from "n-grams and". */
  readonly name: string;
  /** Numbers of a channel's vectors. */
  readonly dims: Readonly<Partial<Record<Channel, number>>>;
  /** Most ids of a channel, and the least count of what they stand for. */
  readonly most: number;
  readonly least: number;
  /** Units of an LSTM in both directions, pooled by maximum and mean; 0: none. */
  readonly units: number;
  /** Filters of convolutions over 2 … 5 tokens, pooled by maximum; 0: none. */
  readonly filters: number;
  /** Share of the vectors that dropout hides, of whole channels' numbers or each on its own. */
  readonly dropout: number;
  readonly spatial: boolean;
  /** Share of tokens that are turned to unknown, anew every epoch. */
  readonly wordDropout: number;
  /** Share of the pooled numbers that dropout hides. */
  readonly headDropout: number;
  readonly epochs: number;
  readonly rate: number;
}

const LSTM = "an LSTM both ways";
const WIDTHS = [2, 3, 4, 5];
const BATCH = 64;

/** The recipe for texts of this length and so many classes. */
export function deepRecipe(long: boolean, labels: number): DeepRecipe {
  if (long) {
    return {
      ...{ name: LSTM, dims: { word: 32 }, most: 20_000, least: 2, units: 32 },
      ...{
        filters: 0,
        dropout: 0.3,
        spatial: true,
        wordDropout: 0.1,
        headDropout: 0.3,
        epochs: 3,
        rate: 0.002,
      },
    };
  }
  if (labels > 2) {
    return {
      name: "convolutions",
      dims: { word: 150, start4: 64, start3: 16, end3: 16, shape: 8 },
      ...{ most: 30_000, least: 2, units: 0, filters: 100, dropout: 0.5, spatial: false, wordDropout: 0 },
      ...{ headDropout: 0.5, epochs: 8, rate: 0.002 },
    };
  }
  return {
    name: LSTM,
    dims: { word: 100, start4: 50, start3: 20, end3: 20 },
    ...{ most: 30_000, least: 2, units: 32, filters: 0, dropout: 0.5, spatial: true, wordDropout: 0.2 },
    ...{ headDropout: 0.5, epochs: 5, rate: 0.002 },
  };
}

/** Multiplications that training may take: at about 10^10 in a second of a processor, a minute; and two to three. */
const MOST_MULTIPLICATIONS = { medium: 6e11, high: 1.2e12 };
const LEAST_EPOCHS = 2;
/** Steps below which a network has hardly begun: few rows are gone through more often, but not for ever. */
const LEAST_STEPS = 250;
const MOST_EPOCHS = 16;
const MOST_NETWORKS = { medium: 1, high: 3 };

/** Multiplications of a step over one token, forward. */
function multiplications({ dims, units, filters }: DeepRecipe): number {
  const width = Object.values(dims).reduce((sum, dim) => sum + dim, 0);
  const taps = WIDTHS.reduce((sum, each) => sum + each, 0);
  return 2 * 4 * units * (units > 0 ? width + units : 0) + filters * taps * width;
}

/**
 * What can be trained without anyone's patience: as many networks as the effort allows, of many rows for fewer epochs, of few
 * for more. The
 * same on every machine, so that the seed settles the result. Null where not even one is.
 */
export function affordable(
  recipe: DeepRecipe,
  rows: number,
  length: number,
  effort: "medium" | "high",
): { recipe: DeepRecipe; networks: number } | null {
  const epoch = rows * length * multiplications(recipe);
  const most = MOST_MULTIPLICATIONS[effort];
  const wanted = Math.min(MOST_EPOCHS, Math.ceil(LEAST_STEPS / Math.ceil(rows / BATCH)));
  const epochs = Math.min(Math.max(recipe.epochs, wanted), Math.floor(most / epoch));
  if (epochs < LEAST_EPOCHS) return null;
  const networks = Math.min(MOST_NETWORKS[effort], Math.floor(most / (epochs * epoch)));
  return { recipe: { ...recipe, epochs }, networks };
}

/** How much of a text a network reads: long ones by their beginning and end. */
export function rowShape(
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  long: boolean,
): { length: number; head: number } {
  if (long) return { length: 256, head: 96 };
  const lengths = Array.from(rows, (row) => texts.tokensIn(row)).sort((a, b) => a - b);
  // All of nineteen texts in twenty, and a little more; never less than what the widest convolution looks at.
  const most = lengths[Math.floor(0.98 * lengths.length)] ?? 0;
  const length = Math.min(80, Math.max(8, most));
  return { length, head: Math.ceil(length / 2) };
}

/** A deep member, trained: its network gives a probability for each class (for two, the second's alone). */
export interface Deep {
  readonly recipe: DeepRecipe;
  readonly network: Model;
  /** What the names of its layers begin with. */
  readonly prefix: string;
}

export interface DeepOptions extends ModelOptions {
  readonly seed: number;
  /** Which of several it is, from 0: each begins with weights of its own. */
  readonly number: number;
  /** What is being done, and what ends it; nothing is kept then. */
  readonly steps: Steps;
  /** Called after every step; what it throws ends the training, too. @param made how many were made */
  readonly onStep: (made: number) => void;
  /** Processes that share every step. */
  readonly communicator?: Communicator | undefined;
}

/** What the networks of a classifier read of texts. */
export const rulesFor = (
  { dims, most, least }: DeepRecipe,
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  long: boolean,
): Pieces<ChannelRules> => {
  const channels = Object.keys(dims) as Channel[];
  return channelRules(texts, rows, { channels, most, least }, rowShape(texts, rows, long));
};

/** From a row of each channel to a score for each class, of two for the second. @param inputs one a channel, in order */
export function scoresFrom(
  inputs: readonly Layer[],
  rules: ChannelRules,
  { recipe, prefix }: Pick<Deep, "recipe" | "prefix">,
  labels: number,
): Symbolic {
  const named = (name: string) => ({ name: `${prefix}_${name}` });
  const vectors = channelsOf(rules).map((channel, c) => {
    const inputDim = rules.known[channel]!.length + UNKNOWN + 1;
    // Of few ids, vectors of more numbers than these would span nothing more.
    const outputDim = Math.min(recipe.dims[channel]!, inputDim);
    return layers.embedding({ inputDim, outputDim, ...named(`${channel}_vectors`) }).apply(inputs[c]!);
  });
  const together = (parts: readonly Symbolic[], name: string) =>
    parts.length > 1 ? layers.concatenate(named(name)).apply([...parts]) : parts[0]!;
  const dropout = { rate: recipe.dropout, ...named("hidden") };
  const hidden = (recipe.spatial ? layers.spatialDropout1D(dropout) : layers.dropout(dropout)).apply(
    together(vectors, "vectors"),
  );
  const pooled: Symbolic[] = [];
  if (recipe.units > 0) {
    const lstm = layers.lstm({ units: recipe.units, returnSequences: true, ...named("steps") });
    const states = layers.bidirectional({ layer: lstm, ...named("both_ways") }).apply(hidden);
    pooled.push(layers.globalMaxPooling1D(named("largest")).apply(states));
    pooled.push(layers.globalAveragePooling1D(named("mean")).apply(states));
  }
  for (const width of recipe.filters > 0 ? WIDTHS : []) {
    const convolution = layers.conv1D({
      ...{ filters: recipe.filters, kernelSize: width, activation: "relu", padding: "same" },
      ...named(`over_${width}`),
    } as const);
    pooled.push(layers.globalMaxPooling1D(named(`largest_${width}`)).apply(convolution.apply(hidden)));
  }
  const head = layers.dropout({ rate: recipe.headDropout, ...named("head") });
  return layers
    .dense({ units: labels === 2 ? 1 : labels, ...named("scores") })
    .apply(head.apply(together(pooled, "pooled")));
}

/** The inputs of deep members, one for each channel. */
export const channelInputs = (rules: ChannelRules): Layer[] =>
  channelsOf(rules).map((channel) => layers.input({ shape: [rules.length], name: channel }));

/** Numbers from which a table is rounded, as the file keeps it: before it is judged, so that what is judged is what is kept. */
const MANY = 4000;

/** Steps of training on so many rows. */
export const stepsOf = ({ epochs }: DeepRecipe, rows: number): number => epochs * Math.ceil(rows / BATCH);

/** Steps of training that answering so many rows takes as long as: no way back, and no updates. */
export const stepsToAnswer = (rows: number): number => (0.4 * rows) / BATCH;

/** Trains a deep member on some rows of texts. */
export async function trainDeep(
  { texts, rows, classes, labels }: WideData,
  recipe: DeepRecipe,
  rules: ChannelRules,
  { seed, number, onStep, steps, communicator, ...options }: DeepOptions,
): Promise<Deep> {
  const prefix = `net${number + 1}`;
  const inputs = channelInputs(rules);
  const scores = scoresFrom(inputs, rules, { recipe, prefix }, labels);
  const activation = layers.activation({ activation: labels === 2 ? "sigmoid" : "softmax" });
  const own = new Random(seed, PURPOSE.networks).word(number);
  const network = graph({ inputs, outputs: activation.apply(scores), seed: own, ...options });
  // Sparse Adam, which leaves rows that a batch lacks as they are, saves a tenth of the time and costs half a point.
  network.compile({
    optimizer: optimizers.adam({ learningRate: recipe.rate, clipnorm: 1 }),
    loss: labels === 2 ? losses.binaryCrossentropy() : losses.sparseCategoricalCrossentropy(),
  });
  const targets = Float32Array.from(classes);
  const data = await steps.run(channelRowsOf(texts, rows, rules));
  let made = 0;
  const fit = (seen: Rows[]) =>
    network.fit(seen.length === 1 ? seen[0]! : seen, targets, {
      ...{ batchSize: BATCH, communicator },
      callbacks: [
        {
          onBatchEnd: async () => {
            onStep(++made);
            await steps.did(1);
          },
        },
      ],
    });
  for (let epoch = 0; epoch < recipe.epochs; epoch++) {
    network.learningRate =
      recipe.rate * Math.max(0.05, 0.5 * (1 + Math.cos((Math.PI * epoch) / recipe.epochs)));
    try {
      const { wordDropout } = recipe;
      await fit([
        ...(wordDropout > 0 ? await steps.run(withStrangers(data, wordDropout, own, epoch)) : data),
      ]);
    } catch (error) {
      network.dispose();
      throw error;
    }
  }
  const rounding: Float32Array[] = [];
  for (const { data } of network.getWeights()) {
    rounding.push(data.length < MANY ? data : roundedTable(data));
    await steps.did();
  }
  network.setWeights(rounding);
  return { recipe, prefix, network };
}

/** Bytes of a number that is one of 255, of one that is not, and of a known id's hash, in an archive. */
const [ROUNDED_BYTES, NUMBER_BYTES, HASH_BYTES] = [1.1, 3.7, 3];

/** Bytes that a network takes in a file, about. */
export function bytesOfNetwork(
  { dims, units, filters }: DeepRecipe,
  rules: ChannelRules,
  labels: number,
): number {
  const ids = channelsOf(rules).map((channel) => [rules.known[channel]!.length, dims[channel]!] as const);
  const tables = ids.reduce((sum, [known, dim]) => sum + (known + UNKNOWN + 1) * dim, 0);
  const width = ids.reduce((sum, [, dim]) => sum + dim, 0);
  const taps = WIDTHS.reduce((sum, each) => sum + each, 0);
  const kernels = 2 * 4 * units * (units > 0 ? width + units : 0) + filters * taps * width;
  const others = (4 * units + WIDTHS.length * filters) * labels + 8 * units + WIDTHS.length * filters;
  const hashes = ids.reduce((sum, [known]) => sum + known, 0);
  return ROUNDED_BYTES * (tables + kernels) + NUMBER_BYTES * others + HASH_BYTES * hashes;
}

/** Rows of every channel, of some rows of texts. */
export const channelRowsOf = (
  texts: TokenizedTexts,
  rows: ArrayLike<number>,
  rules: ChannelRules,
): Pieces<Rows[]> =>
  channelRows(
    new Channels(rules, texts.table),
    Array.from(rows, (row) => texts.tokensOf(row)),
  );

/** Tokens that are turned in one piece. */
const STRANGERS = 2 ** 12;

/** The rows with a share of their tokens turned to unknown in all channels. */
function* withStrangers(data: readonly Rows[], share: number, seed: number, epoch: number): Pieces<Rows[]> {
  const random = new Random(seed, PURPOSE.strangers, epoch);
  const [first] = data;
  const ids = first!.data;
  const seen = data.map((rows) => ({ ...rows, data: rows.data.slice() }));
  yield* spans(ids.length, STRANGERS, (from, to) => {
    for (let at = from; at < to; at++) {
      if (ids[at] === 0 || random.uniform(at) >= share) continue;
      for (const { data: own } of seen) own[at] = UNKNOWN;
    }
  });
  return seen;
}

/** [columns][rows] a deep member's scores: logits, the second's of two classes. */
export function* deepScores({ network }: Deep, inputs: readonly Rows[]): Pieces<Float64Array[]> {
  const { rows } = inputs[0]!;
  const columns = network.outputSize;
  const data = new Float32Array(rows * columns);
  const piece = rowsAtOnce(network.threads);
  yield* spans(rows, piece, (from, to) => {
    const some = inputs.map(({ data: all, shape }): Rows => {
      const size = shape.reduce((a, b) => a * b, 1);
      return { data: all.subarray(from * size, to * size), rows: to - from, shape };
    });
    data.set(network.predictFlat(some.length === 1 ? some[0]! : some).data, from * columns);
  });
  return Array.from({ length: columns }, (_, c) => {
    return Float64Array.from({ length: rows }, (_, i) => {
      const probability = Math.min(1 - 1e-7, Math.max(1e-7, data[i * columns + c]!));
      return columns === 1 ? Math.log(probability / (1 - probability)) : Math.log(probability);
    });
  });
}
