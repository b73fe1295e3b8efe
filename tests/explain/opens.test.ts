/**
 * What predict opens, explain opens: one model a kind, every explanation of each, with numbers that agree with the model's own
 * predictions and with central differences; or a refusal with its reason and what to do in its stead.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { attribute } from "../../src/explain/attribution.js";
import { cellView } from "../../src/explain/cell-view.js";
import { checkup } from "../../src/explain/doctor/index.js";
import { embeddingMap, nearestWords, wordTable } from "../../src/explain/embedding.js";
import { gradientView } from "../../src/explain/gradient-view.js";
import { decomposeMemory } from "../../src/explain/memory.js";
import { memoryView } from "../../src/explain/memory-view.js";
import type { InputRow, OneInput } from "../../src/explain/probe.js";
import { type Sentence, sentenceOfIds, sentenceOfRow } from "../../src/explain/sentence.js";
import { compareOnText } from "../../src/explain/text-comparison.js";
import { trace } from "../../src/explain/trace.js";
import { unroll } from "../../src/explain/unroll.js";
import { layers, type Model, model, sequential } from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";
import { readsIds } from "../../src/layers/traits.js";
import { apart, shake, sum } from "./models.js";

const random = new Random(21, 9);
const steps = (T: number, I: number) =>
  Array.from({ length: T }, (_, t) => Array.from({ length: I }, (_, i) => random.normal(I * t + i)));

const IDS = [0, 0, 3, 7, 1, 9];
const table = (maskZero = false) =>
  layers.embedding({ inputDim: 12, outputDim: 3, inputLength: 6, maskZero });
const yes = () => layers.dense({ units: 1, activation: "sigmoid" });
const chain = (...parts: Parameters<typeof sequential>[0]) => sequential(parts);

/** A model, a row of it, and what has nothing to show: a command, and why. */
interface Opened {
  model: Model;
  sentence: Sentence;
  refused?: Partial<Record<"cell", RegExp>>;
  /** Which step of a sequence of outputs E is about. */
  outputStep?: number;
  /** What the doctor finds in the network alone. */
  doctor?: string[];
  /** The words that the cell's steps have. */
  words?: string[];
}

const words = ["#3", "#7", "#1", "#9"];
const ids = (made: Model, more: Partial<Opened> = {}): Opened => ({
  ...{ model: shake(made, 3), sentence: sentenceOfIds(IDS), words },
  ...more,
});

const CASES: Record<string, () => Opened> = {
  "LSTM, one sigmoid": () => ids(chain(table(), layers.lstm({ units: 4 }), yes())),
  "GRU, softmax, a mask": () =>
    ids(chain(table(true), layers.gru({ units: 4 }), layers.dense({ units: 3, activation: "softmax" }))),
  "SimpleRNN, an amount": () =>
    ids(chain(table(), layers.simpleRNN({ units: 4 }), layers.dense({ units: 1 }))),
  "sigmoids that are a question each": () =>
    ids(chain(table(), layers.lstm({ units: 4 }), layers.dense({ units: 3, activation: "sigmoid" }))),
  "stateful: every row starts from zeros, as predictions do": () =>
    ids(chain(table(), layers.lstm({ units: 4, stateful: true }), yes())),
  "texts, by TextVectorization": () => {
    const vocabulary = ["", "[UNK]", "a", "good", "bad", "film"];
    const made = chain(
      layers.textVectorization({ vocabulary, outputSequenceLength: 5 }),
      layers.embedding({ inputDim: 6, outputDim: 3 }),
      layers.lstm({ units: 4 }),
      yes(),
    );
    return ids(made, { sentence: sentenceOfIds([2, 3, 5, 0, 0], vocabulary), words: ["a", "good", "film"] });
  },
  "RNN of one cell": () => ids(chain(table(), layers.rnn({ cell: layers.lstmCell({ units: 4 }) }), yes())),
  "RNN of stacked cells, backwards, under a mask": () => {
    const cell = [layers.gruCell({ units: 3 }), layers.lstmCell({ units: 4 })];
    return ids(chain(table(true), layers.rnn({ cell, goBackwards: true }), yes()));
  },
  "Bidirectional of an RNN of cells": () => {
    const cell = [layers.simpleRNNCell({ units: 3 }), layers.gruCell({ units: 2 })];
    return ids(
      chain(table(true), layers.bidirectional({ layer: layers.rnn({ cell }), mergeMode: "mul" }), yes()),
    );
  },
  "a layer above one that goes backwards: words stay with their steps": () =>
    ids(
      chain(
        table(),
        layers.gru({ units: 3, goBackwards: true, returnSequences: true }),
        layers.lstm({ units: 4 }),
        yes(),
      ),
    ),
  "a sequence of labels": () => {
    const dense = layers.dense({ units: 3, activation: "softmax" });
    return ids(
      chain(
        table(),
        layers.bidirectional({ layer: layers.lstm({ units: 3, returnSequences: true }) }),
        layers.timeDistributed({ layer: dense }),
      ),
      { outputStep: 3 },
    );
  },
  "numbers at every step": () => {
    const made = chain(layers.input({ shape: [5, 2] }), layers.lstm({ units: 4 }), yes());
    const all = [0, 1, 2, 3, 4].map((t) => `step ${t + 1}`);
    return ids(made, { sentence: sentenceOfRow(steps(5, 2)), words: all });
  },
  "steps that Masking hides": () => {
    const made = chain(
      layers.input({ shape: [null, 2] }),
      layers.masking({ maskValue: 0 }),
      layers.gru({ units: 4 }),
      yes(),
    );
    const row = [[0, 0], ...steps(4, 2)];
    const seen = [1, 2, 3, 4].map((t) => `step ${t + 1}`);
    return ids(made, { sentence: sentenceOfRow(row), words: seen });
  },
  "two inputs": () => {
    const [text, facts] = [layers.input({ shape: [6] }), layers.input({ shape: [2] })];
    const read = layers.lstm({ units: 4 }).apply(table().apply(text));
    const both = layers.concatenate().apply([read, facts]);
    const made = model({ inputs: [text, facts], outputs: yes().apply(both) });
    const all = [0, 1, 2, 3, 4, 5].map((t) => `step ${t + 1}`);
    return ids(made, { sentence: sentenceOfRow([IDS, [0.4, -1.2]]), words: all });
  },
  "a convolution below, whose steps are no words": () =>
    ids(
      chain(
        table(),
        layers.conv1D({ filters: 3, kernelSize: 3, activation: "tanh" }),
        layers.lstm({ units: 4 }),
        yes(),
      ),
      { words: [0, 1, 2, 3].map((t) => `step ${t + 1}`) },
    ),
  "no recurrent layer": () =>
    ids(chain(table(), layers.globalAveragePooling1D(), yes()), {
      refused: { cell: /SimpleRNN, LSTM or GRU layer.*explain params, attribute and embedding/ },
    }),
};

/** The model's own answer to the row. */
function predicted(made: Model, { ids: row, row: other }: Sentence): number[] {
  const given = other ?? row;
  const x = made.inputShapes.length === 1 ? [given] : (given as readonly OneInput[]).map((one) => [one]);
  return (made.predict(x as Parameters<Model["predict"]>[0]) as unknown[]).flat(3) as number[];
}

for (const [name, open] of Object.entries(CASES)) {
  describe(name, () => {
    const opened = open();
    const { model: made, sentence, refused = {} } = opened;
    const row: InputRow = sentence.row ?? sentence.ids;

    test("cell, unroll and gradient", async () => {
      if (refused.cell) {
        for (const ask of [trace, unroll, decomposeMemory])
          assert.throws(() => ask(made, row), { message: refused.cell });
        assert.throws(() => cellView(made, sentence), { message: refused.cell });
        await assert.rejects(() => gradientView(made, sentence), { message: refused.cell });
        return;
      }
      const traced = trace(made, row);
      assert.ok(apart(traced.output, predicted(made, sentence)) < 2e-6, "the answer is predict's");
      assert.ok(traced.residual < 1e-12);
      for (const { layer } of traced.layers) {
        assert.ok(unroll(made, row, { layer, steps: 2 }).residual < 1e-12, layer);
        const view = await gradientView(made, sentence, { layer, target: 0, outputStep: opened.outputStep });
        const { check, step } = view;
        const scale = Math.max(1e-3, check.size);
        assert.ok(check.residuals.backPropagation < 1e-11 * scale, layer);
        assert.ok(check.residuals.centralDifferences < 1e-8, layer);
        assert.ok(apart(sum(step.map(({ value }) => value)), check.paths) < 1e-11, layer);
        assert.ok(check.size > 1e-7, `${layer}: nothing was compared`);
        const parts = decomposeMemory(made, row, layer);
        if (parts) assert.ok(memoryView(parts, sentence).residual < 1e-12);
      }
      const view = cellView(made, sentence);
      assert.deepEqual(
        view.words.map(({ word }) => word),
        opened.words,
      );
    });

    test("attribute", async () => {
      const {
        completeness,
        value,
        memory,
        noMemory,
        words: found,
        steps: numbers,
      } = await attribute(made, row);
      assert.ok(completeness.residual < 1e-6 && Number.isFinite(value));
      const parts = [...found, ...numbers];
      assert.ok(parts.some(({ integratedGradients }) => Math.abs(integratedGradients) > 1e-4));
      assert.ok(parts.some(({ occlusion }) => Math.abs(occlusion) > 1e-4));
      assert.equal(memory === null, noMemory !== null);
    });

    test("compare", async () => {
      const side = { model: made };
      const other = { model: shake(open().model, 4) };
      const both = [sentence, sentence] as const;
      if (sentence.row || refused.cell) {
        const message = sentence.row ? /a text, which both models read.*explain attribute/ : refused.cell!;
        await assert.rejects(() => compareOnText(side, other, both), { message });
        return;
      }
      const { words: compared, values, objective } = await compareOnText(side, other, both);
      const { target } = await attribute(made, sentence.ids);
      const asked = [
        await attribute(made, sentence.ids, { target }),
        await attribute(other.model, sentence.ids, { target }),
      ];
      assert.deepEqual(
        values,
        asked.map(({ value }) => value),
      );
      assert.notEqual(values[0], values[1]);
      assert.equal(objective, asked[0]!.objective);
      for (const [k, { sides }] of compared.entries())
        for (const [s, one] of asked.entries())
          assert.equal(sides[s]!.share, one.words[k]!.integratedGradients);
    });

    test("embedding", async () => {
      if (!made.layers.some(readsIds)) {
        assert.throws(() => wordTable(made), /an Embedding layer/);
        return;
      }
      const words = wordTable(made);
      const map = await embeddingMap(made, words, { length: 6 });
      assert.equal(map.points.length, words.size - 1);
      assert.ok(nearestWords(words, 2, 3).every(({ similarity }) => Math.abs(similarity) <= 1 + 1e-12));
      const vector = made.outputNode.shape.length === 1;
      const answered = made.inputShapes.length === 1 && vector;
      assert.equal(map.points[0]!.alone !== null, answered);
      if (!answered) return;
      const length = made.inputShapes[0]![0] ?? 6;
      const row = (id: number) => Array.from({ length }, (_, t) => (t === length - 1 ? id : 0));
      const [empty, ...alone] = made.predict([0, 1, 2, 3].map(row)) as number[][];
      const measure = map.probabilities ? logOdds : (value: number) => value;
      for (const [i, output] of alone.entries()) {
        const { alone: found, effect } = map.points[i]!;
        assert.ok(apart(found!, output) < 1e-6);
        if (!effect) continue;
        const wanted = output.map((value, k) => measure(value) - measure(empty![k]!));
        assert.ok(apart(effect, wanted) < 1e-4, `${effect}, ${wanted}`);
      }
    });

    test("doctor", async () => {
      const found = await checkup({ model: made, length: 6 });
      assert.deepEqual(
        found.map(({ id }) => id),
        opened.doctor ?? [],
      );
    });
  });
}

/** Log-odds of an output among all of a row's, by its probability. */
const logOdds = (p: number) => Math.log(p) - Math.log1p(-p);

test("E of a sequence of outputs is about one step of it: the last, or the one that is asked for", async () => {
  const { model: made } = CASES["a sequence of labels"]!();
  const answer = made.predict([IDS]) as unknown as number[][][];
  const sentence = sentenceOfIds(IDS);
  for (const outputStep of [undefined, 0, 3]) {
    const view = await gradientView(made, sentence, { kind: "probability", target: 1, outputStep });
    const at = outputStep ?? 5;
    assert.equal(view.objective.name, `probability of class 1 at step ${at + 1}`);
    assert.ok(Math.abs(view.objective.value - answer[0]![at]![1]!) < 1e-6);
  }
  await assert.rejects(() => gradientView(made, sentence, { outputStep: 6 }), /outputStep: .*0 to 5/);
  const plain = CASES["LSTM, one sigmoid"]!().model;
  await assert.rejects(() => gradientView(plain, sentence, { outputStep: 0 }), /outputStep: .*no sequence/);
});

test("log-odds of one step of a sequence come from its scores, where its probabilities are 1 and 0", async () => {
  for (const [units, activation] of [
    [3, "softmax"],
    [1, "sigmoid"],
  ] as const) {
    const made = shake(
      chain(
        table(),
        layers.lstm({ units: 3, returnSequences: true }),
        layers.timeDistributed({ layer: layers.dense({ units, activation }) }),
      ),
      3,
    );
    const asked = { kind: "logOdds", target: 0, outputStep: 2 } as const;
    const { value: mild } = (await gradientView(made, sentenceOfIds(IDS), asked)).objective;
    const p = made.predict([IDS]) as unknown as number[][][];
    const first = units === 1 ? 1 - p[0]![2]![0]! : p[0]![2]![0]!;
    assert.ok(Math.abs(mild - Math.log(first / (1 - first))) < 1e-5);
    const last = made.getWeights().length - 2;
    const weights = made.getWeights().map(({ data }, k) => data.map((w) => (k >= last ? 4000 * w : w)));
    made.setWeights(weights);
    const view = await gradientView(made, sentenceOfIds(IDS), asked);
    assert.ok(Math.abs(view.objective.value) > 40 && Number.isFinite(view.objective.value));
    assert.ok(view.check.residuals.backPropagation < 1e-11 * view.check.size);
  }
});

test("a layer above one that goes backwards reads the last word first", () => {
  const { model: made } = CASES["a layer above one that goes backwards: words stay with their steps"]!();
  const [below, above] = trace(made, IDS).layers;
  assert.deepEqual(
    [below!, above!].map(({ steps: all }) => all.map(({ t }) => t)),
    [
      [5, 4, 3, 2, 1, 0],
      [5, 4, 3, 2, 1, 0],
    ],
  );
});

test("a cell is found by its own name, by its layer's, and by the layer around it", () => {
  const { model: made } = CASES["Bidirectional of an RNN of cells"]!();
  const asked = (layer: string) => unroll(made, IDS, { layer, steps: 1 }).layer;
  const own = "bidirectional/forward_rnn/gru_cell";
  assert.equal(asked(own), own);
  assert.equal(asked("gru_cell"), own);
  assert.equal(asked("forward_rnn"), own);
  assert.equal(asked("bidirectional"), own);
  assert.equal(asked("backward_rnn"), "bidirectional/backward_rnn/gru_cell");
  assert.throws(() => asked("lstm"), /bidirectional\/forward_rnn\/simple_rnn_cell, /);
});
