/** Small automatic classifiers: one trained on made-up intents, and one put together by hand. */
import { atOnce } from "../../src/base/pieces.js";
import { type LabelledText, TextClassifier } from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";
import * as layers from "../../src/layers/index.js";
import { model as graph } from "../../src/model/functional.js";
import { Channels, channelRules, UNKNOWN } from "../../src/tokens/channels.js";
import { FeatureEncoder, KnownWords } from "../../src/tokens/feature-encoder.js";
import { NgramList, type NgramRules, Ngrams } from "../../src/tokens/ngrams.js";
import { TokenizedTexts } from "../../src/tokens/tokenized-texts.js";

const PHRASES: Readonly<Record<string, readonly [string[], string[]]>> = {
  music: [
    ["play", "please play", "put on", "I want to hear"],
    ["the song", "some jazz", "my list", "a loud tune", "that band"],
  ],
  table: [
    ["book", "please book", "reserve", "I need"],
    ["a table for two", "a table tonight", "a place to eat", "seats by the window", "dinner at eight"],
  ],
  weather: [
    ["will there be", "is there", "do you expect", "tell me about"],
    ["rain today", "sun tomorrow", "snow in May", "wind at sea", "fog this morning"],
  ],
};

/** Twenty texts of each intent. */
export const intents = (names: readonly string[]) =>
  names.flatMap((label) => {
    const [openings, things] = PHRASES[label]!;
    return openings.flatMap((opening) => things.map((thing) => ({ text: `${opening} ${thing}`, label })));
  });

const SCENERY = "we saw some birds near the old stone bridge while it rained all day".split(" ");
const COLOURS = ["red", "blue", "green"];

/**
 * Texts of eight to ten words, two of them colours, which may stand far apart: the label is the first of the two. n-grams tell
 * it where they are neighbours, networks over words in order wherever they are.
 */
export function ordered(rows: number, labels: 2 | 3): LabelledText[] {
  return Array.from({ length: rows }, (_, row) => {
    const random = new Random(1, 51, row);
    const [length, first, second, other] = [0, 1, 2, 3].map((i) => random.uniform(i)) as [
      number,
      number,
      number,
      number,
    ];
    const words = Array.from({ length: 8 + Math.floor(3 * length) }, (_, t) => {
      return SCENERY[Math.floor(SCENERY.length * random.uniform(4 + t))]!;
    });
    const from = Math.floor(first * (words.length - 1));
    const label = row % labels;
    words[from] = COLOURS[label]!;
    words[from + 1 + Math.floor(second * (words.length - 1 - from))] =
      COLOURS[(label + 1 + Math.floor(other * (labels - 1))) % labels]!;
    return { text: words.join(" "), label: COLOURS[label]! };
  });
}

/**
 * Words alone, each text scaled by 1 over the root of how many different words it has: "good" counts 2, "bad" −3, and 0.5
 * of every text of known words less 0.25 of every text at all, for "yes".
 */
export const tiny = (): TextClassifier => byHand(false);

/**
 * The same, with a network beside it that counts 2 · (0.5 + the mean over four words, of a text's first two and last two):
 * 1 for "good", −1 for "bad", 0 for other known words, 0.5 for strangers.
 */
export const tinyBeside = (): TextClassifier => byHand(true);

function byHand(beside: boolean): TextClassifier {
  const rules: NgramRules = { blocks: ["w1"], marks: false, functionWords: [] };
  const texts = new TokenizedTexts({ frontEnd: "lexer" });
  const tokens = texts.tokensOf(texts.add("good bad film ,"));
  const ngrams = new Ngrams(rules, texts.table);
  const weights = new Map([
    [hashOfWord(tokens[0]!, ngrams), 2],
    [hashOfWord(tokens[1]!, ngrams), -3],
  ]);
  const sizes = { channels: ["word"], most: 4, least: 1 } as const;
  const channels = atOnce(channelRules(texts, [0], sizes, { length: 4, head: 2 }));
  const hashes = Uint32Array.from(weights.keys()).sort();
  const encoder = new FeatureEncoder({
    rules,
    hashes: { w1: hashes },
    scales: [{ by: "count", blocks: ["w1"], smoothing: 1 }],
    counts: {
      counts: Uint32Array.from(
        Array.from(hashes).flatMap((hash) => (weights.get(hash) === 2 ? [1, 9] : [8, 2])),
      ),
      rows: [10, 10],
    },
    words: KnownWords.of(Array.from(tokens, (token) => ngrams.knownBy(token))),
    familiar: 0.5,
    channels: beside ? channels : null,
  });
  const ids = layers.input({ shape: [null], name: "ngrams" });
  const scales = layers.input({ shape: [beside ? 3 : 2], name: "scales" });
  const rows = layers.embedding({ inputDim: 4, outputDim: 2, name: "ngram_weights" });
  const mean = layers.globalAveragePooling1D({ name: "mean" }).apply(rows.apply(ids));
  const words = layers.input({ shape: [4], name: "word" });
  const vectors = layers.embedding({ inputDim: 6, outputDim: 1, name: "net1_word_vectors" }).apply(words);
  const pooled = layers.globalAveragePooling1D({ name: "net1_mean" }).apply(vectors);
  const score = layers.dense({ units: 1, name: "net1_scores" }).apply(pooled);
  const scores = beside ? layers.concatenate({ name: "scores" }).apply([mean, score]) : mean;
  const scaled = layers.multiply({ name: "scaled" }).apply([scores, scales]);
  const outputs = layers.dense({ units: 1, activation: "sigmoid", name: "mixture" }).apply(scaled);
  const inputs = beside ? [ids, scales, words] : [ids, scales];
  const model = graph({ inputs, outputs, name: "auto", engine: "reference" });
  const known = Array.from(hashes, (hash) => [weights.get(hash)!, 0]).flat();
  const encoded = new Channels(channels, texts.table);
  const vector = new Float32Array(6);
  vector[UNKNOWN] = 0.5;
  for (const [t, value] of [1, -1].entries()) {
    const row = new Float32Array(4);
    encoded.lay(tokens.subarray(t, t + 1), [row]);
    vector[row[3]!] = value;
  }
  const own = new Map([
    ["ngram_weights/embeddings", Float32Array.of(0, 0, ...known, 0, 1)],
    ["net1_word_vectors/embeddings", vector],
    ["net1_scores/kernel", Float32Array.of(1)],
    ["net1_scores/bias", Float32Array.of(0.5)],
    ["mixture/kernel", Float32Array.of(1, 0.5, ...(beside ? [2] : []))],
    ["mixture/bias", Float32Array.of(-0.25)],
  ]);
  model.setWeights(model.getWeights().map(({ name }) => own.get(name)!));
  return new TextClassifier({ model, encoder, labels: ["no", "yes"], threshold: 0.5, training: null });
}

function hashOfWord(token: number, ngrams: Ngrams): number {
  const list = new NgramList();
  ngrams.collect(Int32Array.of(token), list);
  return list.hashes[0]!;
}
