import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { Corpus, type LabelledText } from "../../src/classifier/corpus.js";
import type { TrainingRecord } from "../../src/classifier/options.js";
import { type Finding, SEVERITIES } from "../../src/explain/doctor/finding.js";
import { checkup, quickCheckup } from "../../src/explain/doctor/index.js";
import type { Subject } from "../../src/explain/doctor/subject.js";
import { layers, losses, type Model, optimizers, sequential, TextClassifier } from "../../src/index.js";
import type { Layer } from "../../src/layers/layer.js";
import type { FrontEndOptions } from "../../src/tokens/options.js";
import type { Vectorizer } from "../../src/tokens/vectorizer.js";

const reference = { engine: "reference", seed: 1 } as const;
const FRUIT = ["apple", "pear", "plum", "cherry", "quince"];
const TOOLS = ["hammer", "saw", "drill", "wrench", "chisel"];
const FILLER = ["red", "blue", "green", "old", "new", "big", "small", "odd"];

/** Distinct texts of nine words, half of each label. */
function sentences(rows: number): LabelledText[] {
  return Array.from({ length: rows }, (_, r) => {
    const words = r % 2 === 0 ? FRUIT : TOOLS;
    const filler = [r >> 1, r >> 3, r >> 5].map((n) => FILLER[n % 8]);
    return {
      text: `please bring the ${filler.join(" ")} ${words[r % 5]} here today`,
      label: r % 2 === 0 ? "fruit" : "tool",
    };
  });
}

const corpusOf = (rows: readonly LabelledText[]) => Corpus.read(rows, { frontEnd: "tokenizer" });

/** A classifier that has learned, and its texts: nothing is the matter with either. */
let healthy: Subject & { vectorizer: Vectorizer; length: number; training: TrainingRecord };

before(async () => {
  const corpus = await corpusOf(sentences(120));
  const classifier = await TextClassifier.train(corpus, {
    ...{ length: 9, epochs: 12, batchSize: 8, seed: 3, validationSplit: 0, engine: "reference" },
    optimizer: optimizers.adam({ learningRate: 0.01 }),
    model: ({ vocabulary, length }) =>
      sequential(
        [
          layers.embedding({ inputDim: vocabulary, outputDim: 8, inputLength: length }),
          layers.lstm({ units: 6 }),
          layers.dense({ units: 1, activation: "sigmoid" }),
        ],
        reference,
      ),
    vocabulary: 24,
  });
  const { model, vectorizer, length, labels, threshold, training } = classifier;
  healthy = { model, vectorizer, length, labels, threshold, training: training!, texts: { corpus } };
});

const ids = (findings: readonly Finding[]) => findings.map(({ id }) => id);
const find = (findings: readonly Finding[], id: string): Finding => {
  const found = findings.find((finding) => finding.id === id);
  assert.ok(found, `${id} among ${ids(findings).join(", ") || "nothing"}`);
  return found;
};

/** A network over the healthy one's ids. */
function network(...rest: Layer[]): Model {
  return sequential([layers.embedding({ inputDim: 24, outputDim: 4, inputLength: 9 }), ...rest], reference);
}
const withModel = (model: Model): Subject => ({ ...healthy, model, training: null });
const end = (units = 1, activation: "sigmoid" | "softmax" | "linear" = "sigmoid") =>
  layers.dense({ units, activation });

describe("a healthy classifier", () => {
  test("has nothing the matter", async () => {
    assert.deepEqual(ids(await checkup(healthy)), []);
    assert.deepEqual(ids(await quickCheckup({ model: healthy.model })), []);
  });

  test("is left as it was: weights, optimizer and answers", async () => {
    const before = { weights: healthy.model.weightSnapshot(), steps: healthy.model.iterations };
    await checkup(healthy);
    assert.deepEqual(healthy.model.weightSnapshot(), before.weights);
    assert.equal(healthy.model.iterations, before.steps);
  });
});

/** What must be found, and a near miss in which it must not be. */
interface Case {
  id: string;
  name: string;
  ill: () => Subject | Promise<Subject>;
  well?: () => Subject | Promise<Subject>;
  check?: (finding: Finding) => void;
}

const compiled = (model: Model, loss: Parameters<Model["compile"]>[0]["loss"], rate = 0.001): Subject => {
  model.compile({ loss, optimizer: optimizers.adam({ learningRate: rate }) });
  return { model };
};
const lossCase = (
  name: string,
  units: number,
  activation: "sigmoid" | "softmax" | "linear",
  loss: Parameters<Model["compile"]>[0]["loss"],
  severity: string,
): Case => ({
  ...{ id: "loss-does-not-fit", name },
  ill: () => compiled(network(layers.lstm({ units: 2 }), end(units, activation)), loss),
  check: (finding) => assert.equal(finding.severity, severity),
});

const ARCHITECTURE: Case[] = [
  {
    ...{ id: "flatten-does-nothing", name: "Flatten after an LSTM's last state; not after its sequence" },
    ill: () => ({ model: network(layers.lstm({ units: 2 }), layers.flatten(), end()) }),
    well: () => ({
      model: network(layers.lstm({ units: 2, returnSequences: true }), layers.flatten(), end()),
    }),
    check: ({ evidence }) => assert.deepEqual(evidence, { layer: "flatten", after: "lstm", features: 2 }),
  },
  {
    ...{ id: "softmax-with-one-unit", name: "softmax over one unit; not over two" },
    ill: () => ({ model: network(layers.lstm({ units: 2 }), end(1, "softmax")) }),
    well: () => ({ model: network(layers.lstm({ units: 2 }), end(2, "softmax")) }),
  },
  {
    ...{ id: "softmax-with-one-unit", name: "softmax as a layer of its own, behind Dropout" },
    ill: () => ({
      model: network(
        layers.lstm({ units: 2 }),
        end(1, "linear"),
        layers.activation({ activation: "softmax" }),
        layers.dropout({ rate: 0.1 }),
      ),
    }),
  },
  {
    ...{
      id: "sigmoid-with-several-outputs",
      name: "two sigmoid units for labels that exclude each other; not for several at once",
    },
    ill: () => withModel(network(layers.lstm({ units: 2 }), end(2))),
    well: () => compiled(network(layers.lstm({ units: 2 }), end(3)), "binaryCrossentropy"),
  },
  lossCase(
    "sparse cross-entropy of one sigmoid unit",
    1,
    "sigmoid",
    "sparseCategoricalCrossentropy",
    "problem",
  ),
  lossCase("categorical cross-entropy of sigmoid units", 3, "sigmoid", "categoricalCrossentropy", "warning"),
  lossCase("binary cross-entropy of three softmax units", 3, "softmax", "binaryCrossentropy", "warning"),
  lossCase(
    "cross-entropy of linear outputs without fromLogits",
    1,
    "linear",
    "binaryCrossentropy",
    "problem",
  ),
  lossCase(
    "fromLogits of outputs that went through softmax",
    3,
    "softmax",
    losses.categoricalCrossentropy({ fromLogits: true }),
    "problem",
  ),
  lossCase("squared error of a sigmoid", 1, "sigmoid", "meanSquaredError", "note"),
  ...[
    [1, "sigmoid", "binaryCrossentropy"],
    [3, "softmax", "sparseCategoricalCrossentropy"],
    [3, "softmax", "categoricalCrossentropy"],
    [1, "linear", losses.binaryCrossentropy({ fromLogits: true })],
    [1, "linear", "meanSquaredError"],
  ].map(
    ([units, activation, loss]): Case => ({
      ...{ id: "loss-does-not-fit", name: `not for ${units} ${activation} and ${JSON.stringify(loss)}` },
      ill: () => compiled(network(layers.lstm({ units: 2 }), end(3)), "categoricalCrossentropy"),
      well: () =>
        compiled(
          network(layers.lstm({ units: 2 }), end(units as number, activation as "linear")),
          loss as "meanSquaredError",
        ),
    }),
  ),
  {
    ...{ id: "learning-rate-extreme", name: "Adam at 0.5; not at 0.01" },
    ill: () => compiled(network(layers.lstm({ units: 2 }), end()), "binaryCrossentropy", 0.5),
    well: () => compiled(network(layers.lstm({ units: 2 }), end()), "binaryCrossentropy", 0.01),
    check: ({ evidence, title }) => {
      assert.equal(evidence["learningRate"], 0.5);
      assert.match(title, /large/);
    },
  },
  {
    ...{ id: "learning-rate-extreme", name: "Adam at 1e-7" },
    ill: () => compiled(network(layers.lstm({ units: 2 }), end()), "binaryCrossentropy", 1e-7),
    check: ({ title }) => assert.match(title, /small/),
  },
  {
    ...{ id: "unbounded-state", name: "a SimpleRNN of silu; not of tanh, nor a Dense of relu" },
    ill: () => ({ model: network(layers.simpleRNN({ units: 2, activation: "silu" }), end()) }),
    well: () => ({
      model: network(layers.simpleRNN({ units: 2 }), layers.dense({ units: 2, activation: "relu" }), end()),
    }),
  },
  {
    ...{ id: "unbounded-state", name: "an LSTM of silu, whose c no matrix multiplies" },
    ill: () => ({ model: network(layers.lstm({ units: 2, activation: "silu" }), end()) }),
    check: ({ seen, evidence }) => {
      assert.match(seen, /lstm uses silu: what is written into c/);
      assert.doesNotMatch(seen, /same matrix|gates/);
      assert.deepEqual(evidence, { layer: "lstm", activation: "silu" });
    },
  },
  {
    ...{ id: "unbounded-state", name: "gates of silu; not of tanh or hardSigmoid" },
    ill: () => ({ model: network(layers.lstm({ units: 2, recurrentActivation: "silu" }), end()) }),
    well: () => ({
      model: network(
        layers.lstm({ units: 2, recurrentActivation: "tanh", returnSequences: true }),
        layers.gru({ units: 2, recurrentActivation: "hardSigmoid" }),
        end(),
      ),
    }),
    check: ({ seen, remedy, evidence }) => {
      assert.match(seen, /use silu, which goes above 1 and below 0: a forget gate above 1 makes c larger/);
      assert.match(remedy, /^Use sigmoid for the gates;/);
      assert.deepEqual(evidence, { layer: "lstm", recurrentActivation: "silu" });
    },
  },
  {
    ...{ id: "unbounded-state", name: "a Bidirectional GRU with gates of relu and candidates of relu" },
    ill: () => ({
      model: network(
        layers.bidirectional({
          layer: layers.gru({ units: 2, activation: "relu", recurrentActivation: "relu" }),
        }),
        end(),
      ),
    }),
    check: ({ seen }) => {
      assert.match(seen, /uses relu: its candidate has no bound/);
      assert.match(seen, /goes above 1: an update gate above 1 makes h larger at every step\.$/);
    },
  },
  {
    ...{ id: "unbounded-state", name: "an RNN of a cell whose gates are relu6" },
    ill: () => ({
      model: network(
        layers.rnn({ cell: layers.lstmCell({ units: 2, recurrentActivation: "relu6" }) }),
        end(),
      ),
    }),
    check: ({ seen }) => assert.match(seen, /a forget gate above 1 makes c larger at every step\.$/),
  },
  {
    ...{ id: "dropout-extreme", name: "Dropout of 0.9; not of 0.5" },
    ill: () => ({ model: network(layers.lstm({ units: 2 }), layers.dropout({ rate: 0.9 }), end()) }),
    well: () => ({ model: network(layers.lstm({ units: 2 }), layers.dropout({ rate: 0.5 }), end()) }),
  },
  {
    ...{ id: "dropout-extreme", name: "recurrent dropout of 1, which does nothing" },
    ill: () => ({ model: network(layers.lstm({ units: 2, recurrentDropout: 1 }), end()) }),
    check: ({ title }) => assert.match(title, /taken for none/),
  },
  {
    ...{ id: "keras2-hard-sigmoid", name: "Keras 2's hard sigmoid; not Keras 3's" },
    ill: () => ({ model: network(layers.lstm({ units: 2, recurrentActivation: "hardSigmoid2" }), end()) }),
    well: () => ({ model: network(layers.lstm({ units: 2, recurrentActivation: "hardSigmoid" }), end()) }),
  },
  {
    ...{ id: "weights-not-finite", name: "one NaN among the weights" },
    ill: () => {
      const model = network(layers.lstm({ units: 2 }), end());
      const weights = model.getWeights();
      weights[2]!.data[3] = Number.NaN;
      model.setWeights(weights);
      return { ...withModel(model) };
    },
    well: () => withModel(network(layers.lstm({ units: 2 }), end())),
    check: ({ evidence }) => assert.deepEqual(evidence, { weights: 1, first: "lstm/recurrent_kernel" }),
  },
];

/** The healthy one's words in another row. */
const rowed = (
  row: { length?: number; padding?: "pre" | "post"; truncating?: "pre" | "post"; size?: number },
  more: Partial<Subject> = {},
): Subject => ({
  ...healthy,
  training: null,
  vectorizer: healthy.texts!.corpus.texts.build(row),
  length: row.length ?? 9,
  model: sequential(
    [layers.embedding({ inputDim: 24, outputDim: 4 }), layers.lstm({ units: 2 }), end()],
    reference,
  ),
  ...more,
});

const variable = (...rest: Layer[]) =>
  sequential([layers.embedding({ inputDim: 24, outputDim: 4 }), ...rest], reference);

/** Sentences of which the network knows two words in eight. */
const strangers = (rows: number) =>
  sentences(rows).map(({ label }, r) => ({ text: `please bring qa qb qc qd qe q${r}`, label }));

/** Texts of seven or eight characters without a space, as `written`. */
async function chinese(
  written: (text: string) => string,
  frontEnd: FrontEndOptions = { frontEnd: "tokenizer" },
): Promise<Subject> {
  const rows = Array.from({ length: 60 }, (_, r) => ({
    text: written(
      `${["这部电影", "酒店房间"][r % 2]}${["非常", "实在", "真的"][r % 3]}${r % 2 ? "好看" : "糟糕"}`,
    ),
    label: r % 2 ? "good" : "bad",
  }));
  const corpus = await Corpus.read(rows, frontEnd);
  const vectorizer = corpus.texts.build({});
  const model = sequential(
    [layers.embedding({ inputDim: vectorizer.size, outputDim: 4 }), layers.lstm({ units: 2 }), end()],
    reference,
  );
  return { model, vectorizer, length: 9, labels: ["bad", "good"], texts: { corpus } };
}

const table = (maskZero: boolean) =>
  layers.embedding({ inputDim: 24, outputDim: 4, inputLength: 30, maskZero });

const twoWays = (maskZero: boolean): Model =>
  sequential([table(maskZero), layers.bidirectional({ layer: layers.lstm({ units: 2 }) }), end()], reference);

/** Something that reads a mask above a GRU that puts out its steps. */
const stacked = (
  given: { goBackwards: boolean },
  above: Layer = layers.lstm({ units: 2 }),
  maskZero = true,
): Model =>
  sequential(
    [table(maskZero), layers.gru({ units: 2, returnSequences: true, ...given }), above, end()],
    reference,
  );

const ENCODING: Case[] = [
  {
    ...{ id: "padding-read-last", name: "padding behind without a mask; not with one" },
    ill: () => rowed({ length: 30, padding: "post" }),
    well: () =>
      rowed(
        { length: 30, padding: "post" },
        {
          model: sequential(
            [
              layers.embedding({ inputDim: 24, outputDim: 4, maskZero: true }),
              layers.dropout({ rate: 0.1 }),
              layers.lstm({ units: 2 }),
              end(),
            ],
            reference,
          ),
        },
      ),
    check: ({ evidence, severity }) => {
      assert.equal(severity, "problem");
      assert.equal(evidence["medianEmptySteps"], 21);
      assert.equal(evidence["paddedTexts"], 1);
    },
  },
  {
    ...{
      id: "padding-read-last",
      name: "padding in front of a layer that goes backwards; not of one that goes forwards",
    },
    ill: () =>
      rowed(
        { length: 30, padding: "pre" },
        { model: variable(layers.gru({ units: 2, goBackwards: true }), end()) },
      ),
    well: () => rowed({ length: 30, padding: "pre" }),
  },
  {
    ...{ id: "padding-read-last", name: "in front of the second of a Bidirectional's two; not under a mask" },
    ill: () => rowed({ length: 30, padding: "pre" }, { model: twoWays(false) }),
    well: () => rowed({ length: 30, padding: "pre" }, { model: twoWays(true) }),
    check: ({ severity, seen }) => {
      assert.equal(severity, "warning");
      assert.match(seen, /^backward_lstm of bidirectional answers from the last step it reads/);
    },
  },
  {
    ...{ id: "padding-read-last", name: "behind the first of a Bidirectional's two" },
    ill: () => rowed({ length: 30, padding: "post" }, { model: twoWays(false) }),
    check: ({ seen }) => assert.match(seen, /^forward_lstm of bidirectional/),
  },
  {
    ...{
      id: "mask-turned",
      name: "an LSTM above one that goes backwards under a mask; not above one that does not",
    },
    ill: () => ({ model: stacked({ goBackwards: true }) }),
    well: () => ({ model: stacked({ goBackwards: false }) }),
    check: ({ evidence, severity }) => {
      assert.equal(severity, "warning");
      assert.deepEqual(evidence, { layer: "gru", misled: "lstm" });
    },
  },
  {
    ...{ id: "mask-turned", name: "a mean over steps; not where no mask is" },
    ill: () => ({ model: stacked({ goBackwards: true }, layers.globalAveragePooling1D()) }),
    well: () => ({ model: stacked({ goBackwards: true }, layers.lstm({ units: 2 }), false) }),
    check: ({ evidence }) => assert.equal(evidence["misled"], "global_average_pooling1d"),
  },
  {
    ...{ id: "padding-read-last", name: "behind, where texts are not known; not where they fill their rows" },
    ill: () => rowed({ length: 30, padding: "post" }, { texts: undefined }),
    well: () => rowed({ length: 9, padding: "post" }),
  },
  {
    ...{ id: "padding-read-last", name: "not where every step's output is used" },
    ill: () => rowed({ length: 30, padding: "post" }),
    well: () =>
      rowed(
        { length: 30, padding: "post" },
        {
          model: sequential(
            [
              layers.embedding({ inputDim: 24, outputDim: 4, inputLength: 30 }),
              layers.lstm({ units: 2, returnSequences: true }),
              layers.flatten(),
              end(),
            ],
            reference,
          ),
        },
      ),
  },
  {
    ...{ id: "padding-read-last", name: "not where only three steps are empty" },
    ill: () => rowed({ length: 14, padding: "post" }),
    well: () => rowed({ length: 12, padding: "post" }),
  },
  {
    ...{ id: "mostly-padding", name: "nine words in rows of 100; not in rows of 20" },
    ill: () => rowed({ length: 100 }),
    well: () => rowed({ length: 20 }),
    check: ({ evidence }) => {
      assert.deepEqual([evidence["median"], evidence["p95"], evidence["length"]], [9, 9, 100]);
      assert.ok(Math.abs(Number(evidence["padding"]) - 0.91) < 1e-9);
    },
  },
  {
    ...{ id: "texts-cut", name: "nine words in rows of six; not of eight" },
    ill: () => rowed({ length: 6, truncating: "pre" }),
    well: () => rowed({ length: 8, truncating: "pre" }),
    check: ({ evidence, seen }) => {
      assert.ok(Math.abs(Number(evidence["wordsCut"]) - 3 / 9) < 1e-9);
      assert.equal(evidence["truncatedTexts"], 1);
      assert.match(seen, /beginning/);
    },
  },
  {
    ...{ id: "texts-without-words", name: "a text of unknown words" },
    ill: async () => ({
      ...healthy,
      texts: { corpus: await corpusOf([...sentences(120), { text: "qqq zzz", label: "tool" }]) },
    }),
    check: ({ evidence, severity }) => {
      assert.equal(evidence["empty"], 1);
      assert.equal(severity, "note");
    },
  },
  {
    ...{ id: "words-unknown", name: "a vocabulary of four words; not of all" },
    ill: () => rowed({ length: 9, size: 5 }),
    well: () => rowed({ length: 9 }),
    check: ({ evidence }) =>
      assert.ok(Math.abs(Number(evidence["unknown"]) - 5 / 9) < 0.02, `${evidence["unknown"]}`),
  },
  {
    ...{
      id: "words-unknown",
      name: "other texts than it was learned from: a larger vocabulary is no remedy",
    },
    ill: async () => ({ ...healthy, texts: { corpus: await corpusOf(strangers(40)) } }),
    check: ({ remedy }) => assert.doesNotMatch(remedy, /[Ee]nlarge/),
  },
  {
    ...{ id: "texts-without-words", name: "where every word has an id, a larger vocabulary is no remedy" },
    ill: async () => ({
      ...healthy,
      training: null,
      texts: { corpus: await corpusOf([...sentences(120), { text: "...", label: "tool" }]) },
    }),
    check: ({ remedy }) => assert.doesNotMatch(remedy, /enlarge/),
  },
  {
    ...{ id: "words-not-separated", name: "Chinese in one piece; not with spaces" },
    ill: () => chinese((text) => text),
    well: () => chinese((text) => [...text].join(" ")),
    check: ({ evidence, severity }) => assert.deepEqual([evidence["share"], severity], [1, "problem"]),
  },
  {
    ...{ id: "words-not-separated", name: "not where they are cut" },
    ill: () => chinese((text) => text),
    well: () => chinese((text) => text, { frontEnd: "tokenizer", segment: "words" }),
    check: ({ remedy }) => assert.match(remedy, /--segment words/),
  },
  {
    ...{ id: "words-not-separated", name: "not where every character is a word" },
    ill: () => chinese((text) => text),
    well: () => chinese((text) => text, { frontEnd: "tokenizer", charLevel: true }),
  },
  {
    ...{ id: "test-words-unknown", name: "a test of other words; not of the same" },
    ill: async () => ({ ...healthy, test: { corpus: await corpusOf(strangers(40)) } }),
    well: async () => ({ ...healthy, test: { corpus: await corpusOf(sentences(40)) } }),
    check: ({ evidence, remedy }) => {
      assert.deepEqual([evidence["unknown"], evidence["words"]], [6 / 8, 320]);
      assert.doesNotMatch(remedy, /Enlarge/);
    },
  },
  {
    ...{ id: "vocabulary-larger-than-table", name: "more words than rows; not as many" },
    ill: () => ({
      ...healthy,
      training: null,
      model: sequential(
        [layers.embedding({ inputDim: 10, outputDim: 4 }), layers.lstm({ units: 2 }), end()],
        reference,
      ),
    }),
    well: () => ({ ...healthy }),
    check: ({ evidence }) => assert.deepEqual(evidence, { vocabulary: 24, inputDim: 10 }),
  },
  {
    ...{ id: "embedding-rows-unused", name: "a table of 200 rows for 23 words" },
    ill: () => ({
      ...healthy,
      training: null,
      model: sequential(
        [layers.embedding({ inputDim: 200, outputDim: 4 }), layers.lstm({ units: 2 }), end()],
        reference,
      ),
    }),
    check: ({ evidence, severity }) => {
      assert.deepEqual([evidence["rows"], evidence["unused"], evidence["withoutWord"]], [200, 176, 176]);
      assert.equal(severity, "warning");
    },
  },
  {
    ...{
      id: "embedding-rows-unused",
      name: "words that these texts never use; not where they use nearly all",
    },
    ill: async () => ({
      ...healthy,
      texts: {
        corpus: await corpusOf(
          sentences(120)
            .filter(({ label }) => label === "fruit")
            .map((row) => ({ ...row })),
        ),
      },
    }),
    well: () => healthy,
    check: ({ evidence }) => assert.deepEqual([evidence["unused"], evidence["withoutWord"]], [5, 0]),
  },
];

const withTexts = async (rows: readonly LabelledText[], more: Partial<Subject> = {}): Promise<Subject> => ({
  ...healthy,
  texts: { corpus: await corpusOf(rows) },
  ...more,
});
const texts = (count: number, label: string, from = 0): LabelledText[] =>
  Array.from({ length: count }, (_, i) => ({
    text: `${sentences(2 * (i + from) + 2).at(-1)!.text} n${i + from}`,
    label,
  }));

async function relabelled(change: (label: string, row: number) => string): Promise<Subject> {
  const rows = sentences(120).map(({ text, label }, r) => ({ text, label: change(label, r) }));
  const corpus = await corpusOf(rows);
  return { model: healthy.model, labels: corpus.labels(), texts: { corpus } };
}

const DATA: Case[] = [
  {
    ...{ id: "labels-out-of-balance", name: "90 to 30 is well, 200 to 30 is not" },
    ill: () => withTexts([...texts(200, "fruit"), ...texts(30, "tool", 200)]),
    well: () => withTexts([...texts(90, "fruit"), ...texts(30, "tool", 90)]),
    check: ({ evidence, severity }) => {
      assert.ok(Math.abs(Number(evidence["mostShare"]) - 200 / 230) < 1e-9);
      assert.equal(evidence["most"], "fruit");
      assert.equal(severity, "note");
    },
  },
  {
    ...{ id: "labels-alike", name: "one label in two ways; not two labels" },
    ill: async () => relabelled((label, r) => (r % 4 === 0 ? "Fruit " : label)),
    check: ({ evidence }) => assert.deepEqual(evidence, { groups: 1, first: "Fruit ", second: "fruit" }),
  },
  {
    ...{ id: "labels-mistyped", name: "a rare label a letter from another; not where both are frequent" },
    ill: async () => relabelled((label, r) => (r < 2 && label === "fruit" ? "fruits" : label)),
    well: async () => relabelled((label, r) => (r % 4 === 0 ? "fruits" : label)),
    check: ({ evidence }) => assert.equal(evidence["of"], "fruit"),
  },
  {
    ...{ id: "label-for-nothing", name: "N/A; not a word" },
    ill: async () => relabelled((label, r) => (r % 4 === 0 ? "N/A" : label)),
    well: async () => relabelled((label, r) => (r % 4 === 0 ? "neither" : label)),
    check: ({ evidence }) => assert.deepEqual(evidence, { label: "N/A", texts: 30 }),
  },
  {
    ...{ id: "labels-rare", name: "19 texts of a label; not 20" },
    ill: () => withTexts([...texts(60, "fruit"), ...texts(19, "tool", 60)]),
    well: () => withTexts([...texts(60, "fruit"), ...texts(20, "tool", 60)]),
    check: ({ evidence }) => assert.deepEqual(evidence, { labels: 1, least: "tool", texts: 19 }),
  },
  {
    ...{ id: "texts-repeated", name: "30 of 120 texts once more; not 2" },
    ill: () => withTexts([...sentences(120), ...sentences(30)]),
    well: () => withTexts([...sentences(120), ...sentences(2)]),
    check: ({ evidence }) => assert.equal(evidence["duplicates"], 30),
  },
  {
    ...{ id: "texts-contradict", name: "a text with both labels" },
    ill: () => withTexts([...sentences(120), { ...sentences(1)[0]!, label: "tool" }]),
    well: () => withTexts([...sentences(120), ...sentences(1)]),
    check: ({ evidence }) => assert.equal(evidence["contradictions"], 2),
  },
  {
    ...{
      id: "test-in-training",
      name: "three test texts learned from, one in other letters; not one with a word more or less",
    },
    ill: async () => ({
      ...healthy,
      test: {
        corpus: await corpusOf([
          ...texts(97, "fruit", 500),
          ...sentences(2),
          { text: "PLEASE bring the, red red red apple here today", label: "fruit" },
        ]),
      },
    }),
    well: async () => ({
      ...healthy,
      test: {
        corpus: await corpusOf([
          { text: `${sentences(1)[0]!.text} qqq`, label: "fruit" },
          { text: sentences(1)[0]!.text.replace(" today", ""), label: "fruit" },
        ]),
      },
    }),
    check: ({ evidence, severity }) => {
      assert.deepEqual([evidence["shared"], evidence["test"]], [3, 100]);
      assert.equal(severity, "problem");
    },
  },
  {
    ...{ id: "test-in-training", name: "rows of one corpus on both sides; not apart" },
    ill: () => ({
      ...healthy,
      texts: { ...healthy.texts!, rows: [0, 1, 2] },
      test: { ...healthy.texts!, rows: [2, 3] },
    }),
    well: () => ({
      ...healthy,
      texts: { ...healthy.texts!, rows: [0, 1, 2] },
      test: { ...healthy.texts!, rows: [3, 4] },
    }),
    check: ({ evidence }) => assert.deepEqual([evidence["shared"], evidence["test"]], [1, 2]),
  },
];

const record = (history: TrainingRecord["history"], more: Partial<TrainingRecord> = {}): Subject => ({
  ...healthy,
  training: { ...healthy.training, perClass: { fruit: 60, tool: 60 }, stopped: null, ...more, history },
});

const HISTORY: Case[] = [
  {
    ...{
      id: "stopped-too-soon",
      name: "the last epoch much the best; not where it no longer improves, or stopping was early",
    },
    ill: () => record({ loss: [0.6, 0.5, 0.4], valLoss: [0.6, 0.5, 0.4], accuracy: [0.6, 0.7, 0.8] }),
    well: () => record({ loss: [0.6, 0.5, 0.4], valLoss: [0.6, 0.4, 0.395], accuracy: [0.6, 0.7, 0.8] }),
  },
  {
    ...{ id: "stopped-too-soon", name: "not where stopping was early" },
    ill: () => record({ loss: [0.6, 0.5], valLoss: [0.6, 0.5], accuracy: [0.6, 0.7] }),
    well: () =>
      record({ loss: [0.6, 0.5], valLoss: [0.6, 0.5], accuracy: [0.6, 0.7] }, { stopped: "no improvement" }),
  },
  {
    ...{ id: "overfitted", name: "validation loss up by half while training loss falls; not by a tenth" },
    ill: () => record({ loss: [0.5, 0.3, 0.1], valLoss: [0.5, 0.4, 0.6], accuracy: [0.7, 0.8, 0.9] }),
    well: () => record({ loss: [0.5, 0.3, 0.1], valLoss: [0.5, 0.4, 0.44], accuracy: [0.7, 0.8, 0.9] }),
    check: ({ evidence }) => assert.deepEqual([evidence["bestEpoch"], evidence["lastLoss"]], [2, 0.6]),
  },
  {
    ...{ id: "never-learned", name: "accuracy of the commonest label; not well above it" },
    ill: () => record({ loss: [0.69, 0.69], accuracy: [0.5, 0.505] }),
    well: () => record({ loss: [0.69, 0.6], accuracy: [0.5, 0.6] }),
    check: ({ evidence, severity }) => {
      assert.deepEqual([evidence["bestAccuracy"], evidence["majority"]], [0.505, 0.5]);
      assert.equal(severity, "problem");
    },
  },
];

/** The healthy model with some weights changed. */
function changed(change: (weights: Map<string, Float32Array>) => void): Subject {
  const { model } = healthy;
  const copy = sequential(
    [layers.embedding({ inputDim: 24, outputDim: 8, inputLength: 9 }), layers.lstm({ units: 6 }), end()],
    reference,
  );
  const weights = model.getWeights().map((array) => ({ ...array, data: array.data.slice() }));
  change(new Map(weights.map(({ name, data }) => [name, data])));
  copy.setWeights(weights);
  return { ...withModel(copy) };
}

/** A SimpleRNN with the recurrent matrix r · identity, tanh kept nearly linear by small inputs. */
function scaledRnn(r: number): Subject {
  const model = network(layers.simpleRNN({ units: 4, useBias: false }), end());
  const weights = model.getWeights();
  weights[1]!.data.fill(0.01);
  weights[2]!.data.fill(0);
  for (let u = 0; u < 4; u++) weights[2]!.data[5 * u] = r;
  weights[0]!.data.forEach((_, i, table) => {
    table[i] = 1e-9 * ((i % 7) - 3);
  });
  model.setWeights(weights);
  return withModel(model);
}

/** Its units are above 0 at the last word alone. */
function deadRnn(): Subject {
  const model = network(layers.simpleRNN({ units: 4, useBias: false, activation: "relu" }), end());
  const weights = model.getWeights();
  const today = 4 * healthy.vectorizer.vocabulary.indexOf("today");
  weights[0]!.data.fill(-1).fill(1, today, today + 4);
  weights[1]!.data.fill(0.5);
  weights[2]!.data.fill(0.1);
  model.setWeights(weights);
  return withModel(model);
}

/** A relu above the layer whose units all begin at a bias. */
function headed(bias: number): Subject {
  const model = network(layers.lstm({ units: 4 }), layers.dense({ units: 3, activation: "relu" }), end());
  const weights = model.getWeights();
  weights.find(({ name }) => name === "dense/bias")!.data.fill(bias);
  model.setWeights(weights);
  return withModel(model);
}

async function averaging(rows: LabelledText[]): Promise<Subject> {
  const model = sequential(
    [
      layers.embedding({ inputDim: 24, outputDim: 4, inputLength: 9, maskZero: true }),
      layers.globalAveragePooling1D(),
      end(),
    ],
    reference,
  );
  return { ...withModel(model), texts: { corpus: await corpusOf(rows) } };
}

const BEHAVIOUR: Case[] = [
  {
    ...{ id: "texts-without-answer", name: "a mean over no word; not with a word in every text" },
    ill: async () => averaging([...sentences(30), { text: "zzz", label: "tool" }]),
    well: async () => averaging(sentences(30)),
    check: ({ evidence }) => assert.deepEqual(evidence, { missing: 1, texts: 31 }),
  },
  {
    ...{ id: "threshold-not-best", name: "a threshold of 0.99999; not of 0.5" },
    ill: () => ({ ...healthy, threshold: 0.99999 }),
    well: () => ({ ...healthy, threshold: 0.5 }),
    check: ({ evidence }) => {
      assert.equal(evidence["accuracy"], 0.5);
      assert.equal(evidence["bestAccuracy"], 1);
      assert.ok(Number(evidence["best"]) > 0.1 && Number(evidence["best"]) < 0.9);
    },
  },
  {
    ...{ id: "always-one-answer", name: "an output bias that outweighs everything" },
    ill: () => changed((weights) => void (weights.get("dense/bias")![0]! += 30)),
    well: () => changed(() => {}),
    check: ({ evidence }) =>
      assert.deepEqual([evidence["answer"], evidence["share"], evidence["trueShare"]], ["tool", 1, 0.5]),
  },
  {
    ...{ id: "gates-saturated", name: "input gates shut by their bias; a forget gate held open is no fault" },
    ill: () => changed((weights) => void weights.get("lstm/bias")!.fill(-30, 0, 6)),
    well: () => changed((weights) => void weights.get("lstm/bias")!.fill(30, 6, 12)),
    check: ({ evidence }) => {
      assert.equal(evidence["gate"], "input gates");
      assert.ok(Number(evidence["share"]) > 0.99);
    },
  },
  {
    ...{ id: "gates-saturated", name: "a SimpleRNN's states at their limits" },
    ill: () => {
      const subject = scaledRnn(1);
      const weights = subject.model.getWeights();
      weights[0]!.data.fill(1);
      weights[1]!.data.fill(9);
      subject.model.setWeights(weights);
      return subject;
    },
    well: () => scaledRnn(1),
    check: ({ evidence }) => assert.equal(evidence["gate"], "states"),
  },
  {
    ...{ id: "gradients-vanish", name: "a recurrent matrix of 0.2; not of 0.9" },
    ill: () => scaledRnn(0.2),
    well: () => scaledRnn(0.9),
    check: ({ evidence }) => {
      // Nine words: eight steps back.
      assert.equal(evidence["words"], 9);
      assert.ok(
        Math.abs(Math.log(Number(evidence["ratio"])) - 8 * Math.log(0.2)) < 1e-3,
        `${evidence["ratio"]}`,
      );
      assert.equal(evidence["reach"], 2);
    },
  },
  {
    ...{ id: "gradients-vanish", name: "a relu that is 0 but at the last word: no factor, and its cause" },
    ill: () => deadRnn(),
    well: () => scaledRnn(0.9),
    check: ({ title, seen, remedy, evidence }) => {
      assert.equal(evidence["ratio"], 0);
      assert.equal(title, "No gradient comes back");
      assert.match(seen, /it is 0\.$/);
      assert.match(remedy, /Units below 0.*\(relu\)/);
    },
  },
  {
    ...{ id: "gradients-none", name: "a relu above the layer that is 0 for every text; not one that is not" },
    ill: () => headed(-9),
    well: () => headed(9),
    check: ({ evidence, remedy, severity }) => {
      assert.equal(severity, "problem");
      assert.deepEqual([evidence["none"], evidence["texts"]], [8, 8]);
      assert.match(remedy, /Units below 0.*\(relu\)/);
    },
  },
  {
    ...{ id: "gradients-none", name: "weights of 0 above the layer" },
    ill: () => changed((weights) => void weights.get("dense/kernel")!.fill(0)),
    check: ({ remedy }) => assert.match(remedy, /Weights above it are 0/),
  },
  {
    ...{
      id: "answers-saturated",
      name: "a last sigmoid at its limit; not one that is sure to one in a thousand",
    },
    ill: () => changed((weights) => void weights.get("dense/bias")!.fill(60)),
    well: () => changed((weights) => void weights.get("dense/bias")!.fill(7)),
    check: ({ evidence }) =>
      assert.ok(Math.abs(Number(evidence["logOdds"]) - 60) < 9, `${evidence["logOdds"]}`),
  },
  {
    ...{ id: "gradients-explode", name: "a recurrent matrix of 3; not of 1.1" },
    ill: () => scaledRnn(3),
    well: () => scaledRnn(1.1),
    check: ({ evidence }) =>
      assert.ok(
        Math.abs(Math.log(Number(evidence["ratio"])) - 8 * Math.log(3)) < 1e-3,
        `${evidence["ratio"]}`,
      ),
  },
];

for (const [group, cases] of Object.entries({ ARCHITECTURE, ENCODING, DATA, HISTORY, BEHAVIOUR })) {
  describe(`the doctor on ${group.toLowerCase()}`, () => {
    for (const { id, name, ill, well, check } of cases) {
      test(`${id}: ${name}`, async () => {
        const examine = group === "BEHAVIOUR" ? checkup : quickCheckup;
        const finding = find(await examine(await ill()), id);
        check?.(finding);
        assert.ok(SEVERITIES.includes(finding.severity));
        assert.ok(finding.seen.length > 20 && finding.remedy.length > 10);
        assert.ok(Object.keys(finding.evidence).length > 0);
        const sound = await examine(await (well ?? (() => healthy))());
        assert.ok(!ids(sound).includes(id), `found without cause: ${JSON.stringify(sound)}`);
      });
    }
  });
}

describe("a checkup", () => {
  test("copes with texts that hold no words at all", async () => {
    const corpus = await corpusOf([
      { text: "...", label: "fruit" },
      { text: "", label: "tool" },
    ]);
    const found = ids(await checkup({ ...healthy, texts: { corpus }, test: { corpus } }));
    assert.ok(found.includes("texts-without-words") && !found.includes("test-in-training"), `${found}`);
  });

  test("puts the gravest first, and the quick one runs nothing", async () => {
    const subject = changed((weights) => void (weights.get("dense/bias")![0]! += 30));
    assert.deepEqual(ids(await quickCheckup(subject)), []);
    const model = network(
      layers.lstm({ units: 2 }),
      layers.flatten(),
      layers.dropout({ rate: 0.9 }),
      end(1, "softmax"),
    );
    assert.deepEqual(
      (await quickCheckup({ model })).map(({ severity }) => severity),
      ["problem", "warning", "note"],
    );
  });

  test("every finding has its tests and its line in the documentation", () => {
    const tested = [ARCHITECTURE, ENCODING, DATA, HISTORY, BEHAVIOUR].flat().map(({ id }) => id);
    const page = readFileSync(new URL("../../../docs/doctor.md", import.meta.url), "utf8");
    const documented = [...page.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, id]) => id!);
    const folder = new URL("../../../src/explain/doctor/", import.meta.url);
    const source = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
    const made = source.flatMap((text) => [...text.matchAll(/\bid: "([a-z0-9-]+)"/g)].map(([, id]) => id!));
    const sorted = (list: readonly string[]) => [...new Set(list)].sort();
    assert.deepEqual(sorted(documented), sorted(tested));
    assert.deepEqual(sorted(made), sorted(tested));
    assert.equal(documented.length, new Set(documented).size);
  });
});
