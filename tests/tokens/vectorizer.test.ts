import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { BuildOptions, FrontEndOptions } from "../../src/tokens/options.js";
import { hashOf } from "../../src/tokens/split.js";
import { TokenizedTexts } from "../../src/tokens/tokenized-texts.js";
import { newEncodingReport, Vectorizer } from "../../src/tokens/vectorizer.js";
import { VocabularyBuilder } from "../../src/tokens/vocabulary.js";

const TEXTS = ["the cat sat on the mat", "the dog sat", "a cat and a dog and a bird"];
const FRONT_ENDS: FrontEndOptions[] = [
  { frontEnd: "textVectorization" },
  { frontEnd: "textVectorization", standardize: "none", split: "character" },
  { frontEnd: "textVectorization", standardize: "stripPunctuation", split: "none" },
  { frontEnd: "tokenizer" },
  { frontEnd: "tokenizer", oovToken: "<OOV>", filters: "é😀." },
  { frontEnd: "tokenizer", charLevel: true, lower: false },
];

function learn(
  frontEnd: FrontEndOptions,
  options: BuildOptions = {},
  texts: readonly string[] = TEXTS,
): Vectorizer {
  const builder = new VocabularyBuilder(frontEnd);
  for (const text of texts) builder.add(text);
  return builder.build(options);
}

test("sides default to each front end's own and can be chosen apart", () => {
  const row = (frontEnd: FrontEndOptions, text: string, options: BuildOptions = {}) => {
    const made = learn(frontEnd, { length: 4, ...options });
    return Array.from(made.encodeRows([text]).ids, (id) => made.vocabulary[id]);
  };
  const tokenizer = { frontEnd: "tokenizer" } as const;
  const vectorization = { frontEnd: "textVectorization" } as const;
  assert.deepEqual(row(tokenizer, "the cat"), ["", "", "the", "cat"]);
  assert.deepEqual(row(tokenizer, "the cat sat on the mat"), ["sat", "on", "the", "mat"]);
  assert.deepEqual(row(vectorization, "the cat"), ["the", "cat", "", ""]);
  assert.deepEqual(row(vectorization, "the cat sat on the mat"), ["the", "cat", "sat", "on"]);
  assert.deepEqual(row(vectorization, "the cat", { padding: "pre" }), ["", "", "the", "cat"]);
  assert.deepEqual(row(tokenizer, "the cat sat on the mat", { truncating: "post" }), [
    "the",
    "cat",
    "sat",
    "on",
  ]);
});

test("a report counts what encoding did", () => {
  const report = newEncodingReport();
  const made = learn({ frontEnd: "tokenizer" }, { length: 3 });
  const counts = ["the cat sat on the mat", "one cat", "", "a dog and"].map((text) =>
    made.encodeInto(new Float32Array(3), text, report),
  );
  assert.deepEqual(counts, [6, 1, 0, 3]); // "one" leaves no trace
  assert.deepEqual(report, {
    rows: 4,
    tokens: 11,
    outOfVocabulary: 1,
    ids: 10,
    truncatedRows: 1,
    truncatedIds: 3,
    paddedRows: 2,
    emptyRows: 1,
  });
  const other = newEncodingReport();
  const kept = new TokenizedTexts({ frontEnd: "tokenizer" });
  for (const text of ["the cat sat on the mat", "one cat", "", "a dog and"]) {
    kept.encodeInto(new Float32Array(3), kept.add(text), made, other);
  }
  assert.deepEqual(other, report);
});

test("a row is overwritten whole, whatever it held", () => {
  const made = learn({ frontEnd: "tokenizer" });
  const row = new Float32Array(5).fill(9);
  made.encodeInto(row, "the cat");
  assert.deepEqual(Array.from(row.subarray(0, 3)), [0, 0, 0]);
  assert.equal(made.decode(row), "the cat");
});

test("words that objects stumble over keep their own ids", () => {
  const words = ["__proto__", "constructor", "10", "9", "1e3", "hasOwnProperty", "é"];
  const made = learn({ frontEnd: "tokenizer", filters: "", lower: false }, {}, [words.join(" ")]);
  assert.deepEqual(made.encode("é 9 constructor __proto__ valueOf 10"), [7, 4, 2, 1, 3]);
  const again = Vectorizer.fromJSON(JSON.parse(JSON.stringify(made)));
  assert.deepEqual(again.vocabulary, ["", ...words]);
  assert.deepEqual(again.encode("é 9 constructor __proto__ valueOf 10"), [7, 4, 2, 1, 3]);
});

test("words of one hash are told apart", () => {
  const hash = (word: string) => hashOf(new TextEncoder().encode(word));
  assert.equal(hash("declinate"), hash("macallums"));
  const made = learn({ frontEnd: "tokenizer" }, {}, ["declinate macallums"]);
  assert.deepEqual(made.vocabulary, ["", "declinate", "macallums"]);
  assert.deepEqual(made.encode("macallums declinate"), [2, 1]);
});

test("every text encodes to its tokens' ids, and JSON carries all of it", () => {
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { minLength: 1, maxLength: 8 });
  for (const frontEnd of FRONT_ENDS) {
    fc.assert(
      fc.property(texts, fc.string({ unit: "binary", maxLength: 30 }), (fit, probe) => {
        const made = learn(frontEnd, { length: 7 }, [...fit, "some words to have any"]);
        const again = Vectorizer.fromJSON(JSON.parse(JSON.stringify(made)));
        for (const text of [...fit, probe]) {
          const known = new Map(made.vocabulary.map((word, id) => [word, id]));
          const oov = made.vocabulary[1] === "[UNK]" || made.vocabulary[1] === "<OOV>" ? 1 : -1;
          const expected = made.tokens(text).map((token) => known.get(token) ?? oov);
          assert.deepEqual(
            made.encode(text),
            expected.filter((id) => id >= 0),
          );
          assert.deepEqual(again.encodeRows([text]), made.encodeRows([text]));
        }
        assert.deepEqual(again.toJSON(), made.toJSON());
      }),
      { numRuns: 60, seed: 7 },
    );
  }
});

test("texts and vocabularies larger than the first buffers", () => {
  const words = Array.from({ length: 30_000 }, (_, i) => `w${(i * 7919) % 30_011}`);
  const text = words.join(" ");
  const made = learn({ frontEnd: "tokenizer" }, {}, [text]);
  assert.equal(made.size, 30_001);
  assert.deepEqual(
    made.encode(text),
    words.map((_, i) => i + 1),
  );
  assert.equal(made.decode(made.encodeRows([text]).ids), text);
  const long = "é".repeat(100_000);
  const character = learn({ frontEnd: "textVectorization", split: "character" }, {}, [long]);
  assert.deepEqual(character.vocabulary, ["", "[UNK]", "é"]);
  assert.equal(character.encode(long).length, 100_000);
});

test("ties in a vocabulary too small for all go as Keras's", () => {
  const texts = ["d c b a", "\ue000 😀"]; // U+E000 is before 😀 by bytes, after it by UTF-16 units
  assert.deepEqual(learn({ frontEnd: "textVectorization" }, { size: 5 }, texts).vocabulary.slice(2), [
    "😀",
    "\ue000",
    "d",
  ]);
  assert.deepEqual(learn({ frontEnd: "tokenizer" }, { size: 3 }, texts).vocabulary.slice(1), ["d", "c"]);
});

test("what cannot be is refused in words", () => {
  const bad = (run: () => unknown, message: RegExp) => assert.throws(run, { name: "InputError", message });
  const tokenizer = { frontEnd: "tokenizer" } as const;
  const vectorization = { frontEnd: "textVectorization" } as const;
  bad(() => learn(tokenizer, { size: 1 }), /vocabulary size: expected a whole number from 2 .* received 1/);
  bad(() => learn(vectorization, { size: 2 }), /from 3 .* received 2/);
  bad(() => learn(tokenizer, { length: 0 }), /length: expected a whole number from 1 .* received 0/);
  bad(() => learn(tokenizer, { padding: "left" as "pre" }), /padding: expected one of pre, post .* "left"/);
  bad(() => learn({ frontEnd: "tokeniser" } as unknown as FrontEndOptions), /Did you mean tokenizer/);
  bad(() => learn({ ...tokenizer, lowr: true } as unknown as FrontEndOptions), /Did you mean lower/);
  bad(() => learn(tokenizer, { numWords: 9 } as BuildOptions), /expected options size, length/);
  bad(() => learn({ ...tokenizer, split: ", " }), /split: expected one ASCII character/);
  bad(() => learn({ ...tokenizer, oovToken: "" }), /oovToken: expected a word or null/);
  bad(() => learn(tokenizer, {}, ["", " ...  "]), /hold no words/);
  bad(() => learn({ ...tokenizer, oovToken: "cat" }), /"cat", which oovToken reserves/);
  bad(() => learn(tokenizer).decode([1, 99]), /decode: expected ids from 0 to 9 but received 99/);
  bad(() => new TokenizedTexts(tokenizer).encodeInto(new Float32Array(1), 0, learn(tokenizer)), /received 0/);
});

test("a vectorizer from a file is not believed", () => {
  const good = learn({ frontEnd: "tokenizer", oovToken: "<OOV>" }, { length: 4 }).toJSON();
  const bad = (change: object | null, message: RegExp) =>
    assert.throws(() => Vectorizer.fromJSON(change && { ...good, ...change }), {
      name: "InputError",
      message,
    });
  assert.deepEqual(Vectorizer.fromJSON(good).toJSON(), good);
  bad(null, /vectorizer: expected an object but received null/);
  bad({ frontEnd: "bpe" }, /frontEnd: expected one of/);
  bad({ vocabulary: "the cat" }, /vocabulary: expected a list of words/);
  bad({ vocabulary: ["", "<OOV>", 3] }, /expected a list of words/);
  bad({ vocabulary: [] }, /vocabulary\[0\]: expected the empty word/);
  bad({ vocabulary: ["", "the"] }, /vocabulary\[1\]: expected the word "<OOV>"/);
  bad({ vocabulary: ["", "<OOV>"] }, /at least one word/);
  bad(
    { vocabulary: ["", "<OOV>", "a", "b", "a"] },
    /vocabulary\[4\]: expected each word once but received "a"/,
  );
  bad({ vocabulary: ["", "<OOV>", "a", ""] }, /vocabulary\[3\]: expected each word once/);
  bad({ length: -1 }, /length: expected a whole number/);
  bad({ length: 2.5 }, /length: expected a whole number/);
  bad({ truncating: 1 }, /truncating: expected one of/);
  bad({ lower: "yes" }, /lower: expected true or false/);
  bad({ filters: 7 }, /filters: expected a string/);
  bad({ standardize: "lower" }, /received "standardize"/);
});
