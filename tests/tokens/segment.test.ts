import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { atOnce } from "../../src/base/pieces.js";
import { Corpus, TextClassifier } from "../../src/index.js";
import type { CorpusFrontEndOptions, Cutting, FrontEndOptions } from "../../src/tokens/options.js";
import { cutter, segmentationFor, shareInOnePiece } from "../../src/tokens/segment.js";
import { TokenizedTexts } from "../../src/tokens/tokenized-texts.js";
import { Vectorizer } from "../../src/tokens/vectorizer.js";
import { VocabularyBuilder } from "../../src/tokens/vocabulary.js";
import { unspaced } from "./unspaced.js";

const tokensOf = (text: string, segment: Cutting, more: Partial<FrontEndOptions> = {}) =>
  new Vectorizer({ frontEnd: "tokenizer", segment, ...more } as FrontEndOptions, ["", "any"]).tokens(text);

describe("what has no spaces is cut", () => {
  test("into words, by the platform's dictionary", () => {
    assert.deepEqual(tokensOf("酒店房间实在糟糕", "words"), ["酒店", "房间", "实在", "糟糕"]);
    assert.deepEqual(tokensOf("อาหารอร่อยมาก", "words"), ["อาหาร", "อร่อย", "มาก"]);
    assert.deepEqual(tokensOf("សណ្ឋាគារល្អណាស់", "words"), ["សណ្ឋាគារ", "ល្អ", "ណាស់"]);
    assert.deepEqual(tokensOf("ໂຮງແຮມນີ້ດີ", "words"), ["ໂຮງແຮມ", "ນີ້", "ດີ"]);
    assert.deepEqual(tokensOf("この映画は", "words"), ["この", "映画", "は"]);
  });

  test("into characters, each with the marks that it carries", () => {
    assert.deepEqual(tokensOf("酒店房间", "characters"), ["酒", "店", "房", "间"]);
    assert.deepEqual(tokensOf("ที่นี่", "characters"), ["ที่", "นี่"]);
    assert.deepEqual(tokensOf("人々𠮷", "characters"), ["人", "々", "𠮷"]);
    assert.deepEqual(tokensOf("か\u3099き", "characters"), ["か\u3099", "き"]);
  });

  test("and nothing else of a token is, but at punctuation beyond ASCII", () => {
    for (const by of ["words", "characters"] as const) {
      assert.deepEqual(tokensOf("Don't 新iPhone15，好！ naïve…ok 한국어 😀", by), [
        ...["don't", "新", "iphone15", "好", "naïve…ok", "한국어", "😀"],
      ]);
      assert.deepEqual(tokensOf("「・」 好", by), ["好"]);
    }
  });

  test("what cannot be cut is refused in words", () => {
    const make = (options: object) => () => new Vectorizer(options as FrontEndOptions, ["", "a"]);
    assert.throws(
      make({ frontEnd: "tokenizer", segment: "syllables" }),
      /text options: segment: expected .*words.*received "syllables"/,
    );
    assert.throws(make({ frontEnd: "tokenizer", segment: "auto" }), /segment: expected/);
    assert.throws(
      make({ frontEnd: "tokenizer", charLevel: true, segment: "words" }),
      /segment: expected "none" where texts are not split into words/,
    );
    const texts = new TokenizedTexts({ frontEnd: "tokenizer", segment: "words" });
    assert.throws(() => atOnce(texts.segment("words")), /expected words that are not cut yet/);
    assert.throws(() => atOnce(new TokenizedTexts({ frontEnd: "lexer" }).segment("words")), /the lexer's/);
  });
});

const LETTERS = [
  "酒",
  "店",
  "好",
  "の",
  "ガ",
  "ก",
  "ี",
  "ា",
  "a",
  "Z",
  "7",
  "é",
  "，",
  "・",
  ".",
  "'",
  " ",
  "😀",
  "\u0301",
];
const text = fc.array(fc.constantFrom(...LETTERS), { maxLength: 24 }).map((parts) => parts.join(""));
const rules: FrontEndOptions[] = [{ frontEnd: "tokenizer" }, { frontEnd: "textVectorization" }];

describe("texts that are cut after they were read", () => {
  test("are as if they had been read so, and encode as texts do", () => {
    const cutting = fc.constantFrom("words" as const, "characters" as const);
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...rules),
        cutting,
        (texts, frontEnd, segment) => {
          const asked = { ...frontEnd, segment };
          const [later, earlier] = [new TokenizedTexts(frontEnd), new TokenizedTexts(asked)];
          for (const [i, one] of texts.entries()) {
            // Half are read before they are cut, half after.
            if (i === Math.ceil(texts.length / 2)) atOnce(later.segment(segment));
            later.add(one);
            earlier.add(one);
          }
          if (texts.length === 1) atOnce(later.segment(segment));
          assert.deepEqual(later.frontEnd, earlier.frontEnd);
          assert.equal(later.distinct, earlier.distinct);
          for (let row = 0; row < texts.length; row++) {
            assert.deepEqual(later.tokensOf(row), earlier.tokensOf(row));
            assert.equal(later.fingerprint(row), earlier.fingerprint(row));
          }
          if (later.distinct === 0) return;
          const vectorizer = later.build({ length: 9 });
          const builder = new VocabularyBuilder(asked);
          for (const one of texts) builder.add(one);
          assert.deepEqual(vectorizer.toJSON(), builder.build({ length: 9 }).toJSON());
          const again = Vectorizer.fromJSON(JSON.parse(JSON.stringify(vectorizer)));
          for (const [row, one] of texts.entries()) {
            const [own, read] = [new Float32Array(9), new Float32Array(9)];
            later.encodeInto(own, row, vectorizer);
            again.encodeInto(read, one);
            assert.deepEqual(own, read);
          }
        },
      ),
    );
  });

  test("ids made before they were cut are forgotten", () => {
    const texts = new TokenizedTexts({ frontEnd: "tokenizer" });
    texts.add("酒店 好");
    const vectorizer = new Vectorizer({ frontEnd: "tokenizer" }, ["", "酒", "店", "好"], { padding: "post" });
    const row = new Float32Array(3);
    texts.encodeInto(row, 0, vectorizer);
    assert.deepEqual([...row], [3, 0, 0]);
    atOnce(texts.segment("characters"));
    texts.encodeInto(row, 0, vectorizer);
    assert.deepEqual([...row], [1, 2, 3]);
  });
});

describe("what texts need", () => {
  const needs = (rows: readonly string[], frontEnd: CorpusFrontEndOptions = { frontEnd: "tokenizer" }) => {
    const texts = new TokenizedTexts(frontEnd);
    for (const row of rows) texts.add(row);
    return segmentationFor(texts);
  };
  const chinese = unspaced("chinese").map((row) => row.text);
  const english = Array.from({ length: 200 }, (_, i) => `the ${i} cats of 北京 sat`);

  test("characters of Chinese, words where letters stand for sounds, nothing where spaces part words", () => {
    assert.equal(needs(chinese), "characters");
    assert.equal(needs(unspaced("japanese").map((row) => row.text)), "words");
    assert.equal(needs(unspaced("thai").map((row) => row.text)), "words");
    assert.equal(needs(english), "none");
    assert.equal(needs(chinese.map((row) => [...row].join(" "))), "none");
    assert.equal(needs(["한국어는 띄어쓰기를 합니다", "네"]), "none");
    assert.equal(needs(["", " "]), "none");
  });

  test("one text in twenty is enough, fewer are not", () => {
    assert.equal(needs([...english, ...chinese.slice(0, 10)]), "none");
    assert.equal(needs([...english, ...chinese.slice(0, 11)]), "characters");
  });

  test("nothing where characters are words already, or the whole text is one", () => {
    assert.equal(needs(chinese, { frontEnd: "tokenizer", charLevel: true }), "none");
    assert.equal(needs(chinese, { frontEnd: "textVectorization", split: "none" }), "none");
    assert.equal(needs(chinese, { frontEnd: "lexer" }), "none");
  });

  test("is asked of a corpus that is read with segment auto, and of no other", async () => {
    const rows = unspaced("chinese");
    const auto = await Corpus.read(rows, { frontEnd: "tokenizer", segment: "auto" });
    assert.equal((auto.texts.frontEnd as FrontEndOptions).segment, "characters");
    assert.equal(shareInOnePiece(auto.texts, [0, 1, 2]), 0);
    const keras = await Corpus.read(rows, { frontEnd: "tokenizer" });
    assert.equal(shareInOnePiece(keras.texts, [0, 1, 2]), 1);
  });

  test("where nothing is cut, nothing of it is written", async () => {
    const corpus = await Corpus.read(
      english.map((one, i) => ({ text: one, label: String(i % 2) })),
      { frontEnd: "tokenizer", segment: "auto" },
    );
    assert.doesNotMatch(JSON.stringify(corpus.texts.build()), /segment|cuts/);
  });
});

/** Runs with another dictionary than the platform's, or with none. */
function withSegmenter<T>(segmenter: unknown, run: () => T): T {
  const { Segmenter } = Intl;
  Object.assign(Intl, { Segmenter: segmenter });
  try {
    return run();
  } finally {
    Object.assign(Intl, { Segmenter });
  }
}

/** A dictionary in which every word is of two characters. */
class Pairs {
  segment(given: string) {
    return (given.match(/..?/gsu) ?? []).map((segment) => ({ segment, isWordLike: true }));
  }
}

describe("a platform that cuts otherwise", () => {
  const rows = unspaced("japanese");
  const options = {
    ...{ model: "cnn", epochs: 1, length: 12 },
    text: { frontEnd: "tokenizer" as const },
    engine: "reference" as const,
  };

  test("is told of, by how much, and what was learned is not forgotten when it is saved there", async () => {
    const classifier = await TextClassifier.train(rows, options);
    assert.equal(classifier.vectorizer.cutOtherwise, 0);
    const kept = JSON.parse(JSON.stringify(classifier.vectorizer)) as { cuts: number[] };
    assert.ok(kept.cuts.length > 2);
    const bytes = await classifier.toBytes();
    const [said, saidHere]: string[][] = [[], []];
    const here = await TextClassifier.load(bytes, { onWarning: (line) => saidHere!.push(line) });
    here.predict(rows[0]!.text);
    assert.deepEqual(saidHere, []);
    const loading = TextClassifier.load(bytes, { name: "a.keras", onWarning: (line) => said!.push(line) });
    const elsewhere = await loading;
    withSegmenter(Pairs, () => {
      const found = Vectorizer.fromJSON(kept);
      assert.ok(found.cutOtherwise > 0.5, `${found.cutOtherwise}`);
      assert.deepEqual(found.toJSON().cuts, kept.cuts);
      const { model } = elsewhere;
      const extras = { kind: "text-classifier", version: 1, labels: ["bad", "good"], threshold: 0.5 };
      const again = TextClassifier.fromModel(model, { ...extras, vectorizer: kept, length: 12 }, "a.keras");
      again.predict(rows[0]!.text);
    });
    assert.match(said!.join(), /^a\.keras: .*another dictionary than this platform's.*answers may differ/);
  });

  test("without a dictionary, texts are refused in a sentence; characters need none", () => {
    withSegmenter(undefined, () => {
      assert.throws(() => cutter("words"), /expected a platform with Intl.Segmenter.*"characters"/);
      assert.deepEqual(cutter("characters")("酒店"), ["酒", "店"]);
    });
  });

  test("what a file says of cuts is not believed", () => {
    const json = { frontEnd: "tokenizer", segment: "words", padding: "pre", truncating: "pre" };
    const read = (more: object) => () =>
      Vectorizer.fromJSON({ ...json, vocabulary: ["", "酒店"], ...more } as object, "file");
    assert.equal(read({})().cuts.length, 1);
    assert.throws(read({ cuts: [] }), /expected 1 whole numbers/);
    assert.throws(read({ cuts: ["x"] }), /vocabulary cuts: expected 1 whole numbers/);
    assert.throws(read({ segment: "characters", cuts: [1] }), /expected none, as no dictionary cuts/);
  });
});
