/** Rows in a file teach the same bits as rows in memory; what needs memory says so. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { atOnce } from "../../src/base/pieces.js";
import { repeatedTexts } from "../../src/classifier/repeated-texts.js";
import { scratchTokens } from "../../src/data/scratch.js";
import {
  Corpus,
  callbacks,
  crossValidate,
  InputError,
  type LabelledText,
  layers,
  sequential,
  TextClassifier,
  type TrainingState,
  type TrainOptions,
} from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";
import { TokenizedTexts } from "../../src/tokens/tokenized-texts.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-scratch-"));

const WORDS = Array.from(
  { length: 300 },
  (_, k) => `${"abcdefghij"[k % 10]}${"klmnopqrst"[((k / 10) % 10) | 0]}${k}`,
);

/** Texts of up to eleven words, some without any; those of the rarer label speak of offers. */
function texts(rows: number, labels = ["ham", "spam"]): LabelledText[] {
  const random = new Random(11, 1);
  let at = 0;
  const next = () => random.uniform(at++);
  return Array.from({ length: rows }, (_, row) => {
    const k = Math.floor(next() ** 2 * labels.length);
    const length = row % 50 === 49 ? 0 : 1 + Math.floor(next() * 10);
    const words = Array.from({ length }, () =>
      next() < 0.3 ? `Offer${k}!` : WORDS[Math.floor(WORDS.length ** next())]!,
    );
    return { text: words.join(" "), label: labels[k]!, row: row + 2 };
  });
}

const small: TrainOptions = {
  model: ({ vocabulary, length, classes }) =>
    sequential(
      [
        layers.embedding({ inputDim: vocabulary, outputDim: 3, inputLength: length }),
        layers.lstm({ units: 4, dropout: 0.1 }),
        layers.dense({
          units: classes === 2 ? 1 : classes,
          activation: classes === 2 ? "sigmoid" : "softmax",
        }),
      ],
      { seed: 5, engine: "wasm", threads: 2 },
    ),
  vocabulary: 60,
  length: 7,
  epochs: 3,
  batchSize: 32,
};

/** Two trainings alike but for where their rows lie, as files. */
async function both(rows: LabelledText[], options: TrainOptions): Promise<[Uint8Array, Uint8Array]> {
  const inMemory = await TextClassifier.train(rows, { ...small, ...options });
  const onDisk = await TextClassifier.train(rows, { ...small, ...options, scratch: folder });
  const bytes = [await inMemory.toBytes(), await onDisk.toBytes()] as const;
  for (const { model } of [inMemory, onDisk]) model.dispose();
  return [...bytes];
}

describe("the saved files are the same to the bit", () => {
  const variants: [string, TrainOptions, LabelledText[]?][] = [
    ["by default", {}],
    ["without validation", { validationSplit: 0 }],
    ["weighed", { balance: true }],
    ["three labels, weighed", { balance: true }, texts(400, ["a", "b", "c"])],
    [
      "padded and cut behind",
      { text: { frontEnd: "textVectorization", padding: "post", truncating: "post" } },
    ],
    ["cut behind, padded in front", { text: { frontEnd: "tokenizer", padding: "pre", truncating: "post" } }],
    [
      "words cut out of scripts without spaces",
      {},
      texts(200).map((row, i) => ({ ...row, text: `${row.text}我们在今天${i % 7}见面吃饭喝茶` })),
    ],
    ["some of the rows", { rows: [...Array(300).keys()].filter((row) => row % 3 !== 1) }],
    ["a learning rate of one's own", { optimizer: "sgd", learningRate: 0.3 }],
    ["in their order, one batch", { batchSize: 1000 }],
  ];
  for (const [what, options, rows = texts(400)] of variants) {
    test(what, async () => {
      // A corpus is needed to choose among its rows.
      const [one, other] = options.rows ? await chosen(rows, options) : await both(rows, options);
      assert.deepEqual(one, other);
    });
  }

  async function chosen(rows: LabelledText[], options: TrainOptions) {
    const frontEnd = { frontEnd: "tokenizer", segment: "auto" } as const;
    const made = [];
    for (const scratch of [undefined, folder]) {
      const corpus = await Corpus.read(rows, frontEnd, { scratch });
      assert.equal(corpus.scratch, scratch ?? null);
      made.push(await (await TextClassifier.train(corpus, { ...small, ...options })).toBytes());
    }
    return made as [Uint8Array, Uint8Array];
  }

  test("and no file is left in the folder", () => assert.deepEqual(readdirSync(folder), []));
});

test("a run that stopped within an epoch goes on from its checkpoint to the same bits", async () => {
  const rows = texts(400);
  const whole = await TextClassifier.train(rows, { ...small, scratch: folder });
  let state: TrainingState | undefined;
  const stopping = new AbortController();
  const watcher = {
    wantsState: true,
    onBatchEnd: (progress: { epoch: number; batch: number; state(): TrainingState }) => {
      if (progress.epoch !== 1 || progress.batch !== 4) return;
      state = progress.state();
      stopping.abort();
    },
  };
  const options = { ...small, scratch: folder, signal: stopping.signal, callbacks: [watcher] };
  await assert.rejects(TextClassifier.train(rows, options), { name: "AbortError" });
  assert.equal(state?.rowsSeen, 4 * 32);
  assert.equal(state?.outputs.length, state?.rowsSeen);
  const resumed = await TextClassifier.train(rows, {
    ...{ ...small, scratch: folder, resume: state! },
    callbacks: [{ wantsState: true }],
  });
  assert.deepEqual(await resumed.toBytes(), await whole.toBytes());
  const others = [...rows.slice(1), { ...rows[0]!, text: "other words now" }];
  const again = { ...small, scratch: folder, resume: state!, callbacks: [{ wantsState: true }] };
  await assert.rejects(TextClassifier.train(others, again), /differs in data/);
  await assert.rejects(
    TextClassifier.train(rows, { ...small, scratch: folder, resume: state! }),
    /wantsState: true/,
  );
});

test("the state within an epoch is not there for who did not say that it is wanted", async () => {
  const asking = { onBatchEnd: (progress: { state(): unknown }) => void progress.state() };
  await assert.rejects(
    TextClassifier.train(texts(100), { ...small, scratch: folder, callbacks: [asking] }),
    /wantsState: true/,
  );
  // Between two epochs there is nothing that it would lack; and checkpoints say it themselves.
  const kept: TrainingState[] = [];
  const between = { onEpochEnd: (progress: { state(): TrainingState }) => void kept.push(progress.state()) };
  const checkpoint = callbacks.checkpoint(async (state) => void kept.push(state), 0);
  await TextClassifier.train(texts(100), { ...small, scratch: folder, callbacks: [between] });
  await TextClassifier.train(texts(100), { ...small, scratch: folder, callbacks: [checkpoint] });
  assert.ok(kept.some(({ rowsSeen }) => rowsSeen > 0));
});

describe("a corpus in a file", () => {
  const frontEnd = { frontEnd: "tokenizer" } as const;
  const rows = texts(300);

  test("answers as one in memory does, but for what texts looked like", async () => {
    const memory = await Corpus.read(rows, frontEnd);
    const disk = await Corpus.read(rows, frontEnd, { scratch: folder });
    const learned = await TextClassifier.train(memory, { ...small, text: { ...frontEnd, padding: "pre" } });
    const measured = [await learned.evaluate(memory), await learned.evaluate(disk)].map(
      ({ mistakes, ...rest }) => ({
        ...rest,
        mistakes: mistakes.map(({ text: _, ...mistake }) => mistake),
      }),
    );
    assert.deepEqual(measured[0], measured[1]);
    for (const row of [0, 49, 299]) {
      assert.equal(disk.rowNumber(row), memory.rowNumber(row));
      assert.equal(disk.label(row), memory.label(row));
      assert.deepEqual(disk.texts.tokensOf(row), memory.texts.tokensOf(row));
      const bare = memory.excerpt(row).toLowerCase().replaceAll("!", "");
      assert.equal(disk.excerpt(row), bare);
    }
    assert.deepEqual(disk.labelCounts(), memory.labelCounts());
    const selection = (corpus: Corpus, from: number, to: number) => ({
      corpus,
      rows: Array.from({ length: to - from }, (_, i) => from + i),
    });
    const repeats = (corpus: Corpus) =>
      atOnce(repeatedTexts(selection(corpus, 0, 200), selection(corpus, 200, 300)));
    assert.ok(repeats(memory) > 0);
    assert.equal(repeats(disk), repeats(memory));
  });

  test("moves there when it outgrows what memory is to hold", async () => {
    const corpus = await Corpus.read(rows, frontEnd, { scratch: { folder, above: 20_000 } });
    assert.equal(corpus.scratch, folder);
    const few = await Corpus.read(rows.slice(0, 20), frontEnd, { scratch: { folder, above: 20_000 } });
    assert.equal(few.scratch, null);
    const memory = await Corpus.read(rows, frontEnd);
    for (let row = 0; row < rows.length; row++)
      assert.deepEqual(corpus.texts.tokensOf(row), memory.texts.tokensOf(row));
  });

  test("takes no groups, and teaches nothing that needs memory", async () => {
    const grouped = rows.map((row) => ({ ...row, group: "one" }));
    await assert.rejects(
      Corpus.read(grouped, frontEnd, { scratch: folder }),
      /no group where rows lie in a file/,
    );
    const disk = await Corpus.read(rows, { frontEnd: "lexer" }, { scratch: folder });
    await assert.rejects(TextClassifier.train(disk), /texts in memory, for an automatic classifier/);
    const together = { ...small, scratch: folder, duplicates: "together" } as const;
    await assert.rejects(TextClassifier.train(rows, together), /"apart"/);
  });

  test("is asked for where it has an effect, by a folder that is there", async () => {
    const memory = await Corpus.read(rows, { frontEnd: "tokenizer", segment: "auto" });
    await assert.rejects(
      TextClassifier.train(memory, { ...small, scratch: folder }),
      /lies somewhere already/,
    );
    await assert.rejects(TextClassifier.train(rows, { scratch: folder }), /where it has no effect/);
    await assert.rejects(crossValidate(rows, { ...small, scratch: folder } as never), /scratch/);
    for (const scratch of [join(folder, "nowhere"), 7, { folder, above: -1 }] as never[])
      await assert.rejects(TextClassifier.train(rows, { ...small, scratch }), InputError);
  });
});

describe("words beyond the room of the table", () => {
  const frontEnd = { frontEnd: "tokenizer" } as const;

  function corpora(lines: readonly string[], most: number): [TokenizedTexts, TokenizedTexts] {
    const [memory, disk] = [new TokenizedTexts(frontEnd), new TokenizedTexts(frontEnd)];
    disk.moveTo(scratchTokens(folder), most);
    for (const line of lines) {
      memory.add(line);
      disk.add(line);
    }
    return [memory, disk];
  }

  const common = texts(300).map(({ text }) => text);
  const rare = Array.from({ length: 400 }, (_, k) => `rare${k} offer0 b${k}`);

  test("leave the vocabulary as it is, and rows that differ apart", () => {
    const [memory, disk] = corpora([...common, ...rare], 320);
    assert.equal(disk.distinct, 320);
    assert.ok(memory.distinct > 700);
    const [one, other] = [memory.build({ size: 20 }), disk.build({ size: 20 })];
    assert.deepEqual(one.vocabulary, other.vocabulary);
    const [a, b] = [new Float32Array(9), new Float32Array(9)];
    const seen = new Set<number>();
    for (let row = 0; row < memory.rows; row++) {
      assert.equal(memory.encodeInto(a, row, one), disk.encodeInto(b, row, other));
      assert.deepEqual(a, b);
      if (row >= common.length) seen.add(disk.fingerprint(row));
    }
    assert.equal(seen.size, rare.length);
    assert.deepEqual(disk.wordsOf(common.length + 399, 2), ["…", "offer0"]);
  });

  test("that may be common are not left out without a word", () => {
    const [, disk] = corpora([...common, ...rare, ...Array(400).fill("late late")], 320);
    assert.throws(() => disk.build({ size: 20 }), /may stand 8\d\d times/);
    assert.throws(() => disk.build({ size: 700 }), /Ask for fewer words/);
  });
});
