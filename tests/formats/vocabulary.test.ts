/** Vocabulary files against real Keras: made by make_vocabularies.py. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { readVocabulary } from "../../src/formats/vocabulary/index.js";
import { InputError } from "../../src/index.js";
import type { Vectorizer } from "../../src/tokens/vectorizer.js";

interface TokenizerCase {
  options: Record<string, unknown>;
  json: string;
  ids: number[][];
  pickles: Record<string, string>;
}

interface Golden {
  texts: string[];
  tokenizers: TokenizerCase[];
  others: { numpy: { pickle: string; ids: number[][] }; word_index: string; list: string; json: string };
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../../../tests/formats/golden/vocabularies.json", import.meta.url), "utf8"),
);
const utf8 = (text: string) => new TextEncoder().encode(text);
const decode = (base64: string) => Uint8Array.from(Buffer.from(base64, "base64"));
const idsOf = (vectorizer: Vectorizer) => golden.texts.map((text) => vectorizer.encode(text));

describe("Keras Tokenizers give Keras's ids", () => {
  for (const { options, json, ids, pickles } of golden.tokenizers) {
    const what = JSON.stringify(options);
    test(`${what} from tokenizer.json`, () => {
      const file = readVocabulary(utf8(json));
      assert.equal(file.format, "Keras Tokenizer (JSON)");
      assert.deepEqual(idsOf(file.vectorizer), ids);
    });
    test(`${what} from JSON dumped twice`, () => {
      assert.deepEqual(idsOf(readVocabulary(utf8(JSON.stringify(json))).vectorizer), ids);
    });
    for (const [kind, base64] of Object.entries(pickles)) {
      test(`${what} from a pickle, ${kind}`, () => {
        const file = readVocabulary(decode(base64));
        assert.equal(file.format, "Keras Tokenizer (pickle)");
        assert.deepEqual(idsOf(file.vectorizer), ids);
      });
    }
  }

  test("all six protocols and three older places of the class were there", () => {
    const kinds = Object.keys(golden.tokenizers[0]!.pickles);
    assert.equal(kinds.filter((kind) => kind.startsWith("protocol")).length, 6);
    assert.equal(kinds.length, 9);
  });

  test("ids move with the words: exchanging two is noticed", () => {
    const { json, ids } = golden.tokenizers[0]!;
    const tokenizer = JSON.parse(json) as { config: { word_index: string } };
    const index = JSON.parse(tokenizer.config.word_index) as Record<string, number>;
    const second = Object.keys(index).find((word) => index[word] === 2)!;
    tokenizer.config.word_index = JSON.stringify({ ...index, the: 2, [second]: 1 });
    const { vectorizer } = readVocabulary(utf8(JSON.stringify(tokenizer)));
    assert.notDeepEqual(idsOf(vectorizer), ids);
  });
});

describe("other pickles", () => {
  const plain = golden.tokenizers[0]!;
  test("settings that are NumPy's", () => {
    const { pickle, ids } = golden.others.numpy;
    assert.deepEqual(idsOf(readVocabulary(decode(pickle)).vectorizer), ids);
  });
  test("a word index", () => {
    const file = readVocabulary(decode(golden.others.word_index));
    assert.equal(file.format, "word index (pickle)");
    // It holds "<oov>" of the texts as "oov", without brackets: a word as any other.
    assert.deepEqual(idsOf(file.vectorizer), plain.ids);
  });
  test("a list of words", () => {
    const { vectorizer } = readVocabulary(decode(golden.others.list));
    assert.deepEqual(vectorizer.vocabulary, ["", "[UNK]", "the", "cat"]);
  });
  test("the text of a tokenizer.json", () => {
    assert.deepEqual(idsOf(readVocabulary(decode(golden.others.json)).vectorizer), plain.ids);
  });

  /** OrderedDict as Python 2 wrote it, protocol 0: pairs in a list. */
  const python2 = [
    "ccopy_reg\n_reconstructor\np0\n(ckeras_preprocessing.text\nTokenizer\np1\nc__builtin__\nobject\np2\nNtp3\nRp4\n",
    "(dp5\nS'word_index'\np6\n(dp7\nS'it\\'s'\np8\nI1\nsS'caf\\xc3\\xa9'\np9\nL2L\nsV\\u65e5\np10\nI3\ns",
    "sS'word_counts'\np11\nccollections\nOrderedDict\np12\n((lp13\n(lp14\ng8\naI4\naatp15\nRp16\n",
    "sS'lower'\np17\nI01\nsS'char_level'\np18\nI00\nsS'num_words'\np19\nNsb.",
  ].join("");
  test("Python 2's, with byte texts, long numbers and truth as 01", () => {
    const { vectorizer } = readVocabulary(Uint8Array.from(python2, (c) => c.charCodeAt(0)));
    assert.deepEqual(vectorizer.vocabulary, ["", "it's", "café", "日"]);
    assert.deepEqual(vectorizer.frontEnd, {
      ...{ frontEnd: "tokenizer", filters: '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n', lower: true },
      ...{ split: " ", charLevel: false, oovToken: null },
    });
  });
});

describe("words and ids without a Tokenizer", () => {
  const read = (value: unknown, options = {}) =>
    readVocabulary(utf8(typeof value === "string" ? value : JSON.stringify(value)), options);

  test("a word index: integer-like words, words of Object's, ids in any order", () => {
    const { vectorizer, assumed } = read({ constructor: 2, the: 1, 10: 4, toString: 3 });
    assert.deepEqual(vectorizer.vocabulary, ["", "the", "constructor", "toString", "10"]);
    assert.deepEqual(vectorizer.encode("The 10 constructor zebra toString"), [1, 4, 2]);
    assert.match(assumed.join(), /oov_token = null/);
  });
  test("__proto__ is a word as any other", () => {
    const { vectorizer } = read('{"__proto__": 1, "a": 2}', {});
    assert.deepEqual(vectorizer.vocabulary, ["", "__proto__", "a"]);
    const { tokenizers } = golden;
    const json = tokenizers[0]!.json.replace('\\"the\\": 1', '\\"__proto__\\": 1');
    assert.equal(read(json).vectorizer.vocabulary[1], "__proto__");
    assert.equal(({} as { a?: number }).a, undefined);
  });
  test("words with escapes, and numbers in every form", () => {
    const { vectorizer } = read('{ "it\\u0027s" : 1 , "caf\\u00e9":2.0,\n"a\\"b": 3e0}');
    assert.deepEqual(vectorizer.vocabulary, ["", "it's", "café", 'a"b']);
  });
  test("a list whose last word ends in a bracket is no JSON", () => {
    assert.deepEqual(read("\n[UNK]\nthe\n(a]").vectorizer.vocabulary, ["", "[UNK]", "the", "(a]"]);
  });
  test("an unknown word in brackets stands for unknown words, whatever its id", () => {
    const { vectorizer } = read({ "<PAD>": 0, "<START>": 1, "<UNK>": 2, the: 4 });
    assert.deepEqual(vectorizer.vocabulary, ["", "<START>", "<UNK>", "[unused 3]", "the"]);
    assert.deepEqual(vectorizer.encode("the zebra"), [4, 2]);
    assert.equal(vectorizer.padding, "pre");
  });
  test("characters, where the space is one of them", () => {
    assert.deepEqual(read({ a: 1, " ": 2, b: 3 }).vectorizer.encode("Ab a"), [1, 3, 2, 1]);
  });
  test("ids to words", () => {
    assert.deepEqual(read({ 2: "cat", 1: "the" }).vectorizer.vocabulary, ["", "the", "cat"]);
  });
  test("fewer ids, another side", () => {
    const { vectorizer } = read({ the: 1, cat: 2, sat: 3 }, { size: 3, padding: "post", length: 4 });
    assert.equal(vectorizer.size, 3);
    assert.deepEqual(Array.from(vectorizer.encodeRows(["the cat sat"]).ids), [1, 2, 0, 0]);
  });
  for (const [what, text] of [
    ["with Keras's two words in front", "\n[UNK]\nthe\ncat"],
    ["without them", "the\ncat\n"],
    ["from Windows, with a mark at the start", "\uFEFFthe\r\ncat\r\n"],
    ["as JSON", '["", "[UNK]", "the", "cat"]'],
    ["in a layer's settings", '{"output_mode": "int", "vocabulary": ["the", "cat"], "standardize": "lower"}'],
  ] as const) {
    test(`a list of words ${what} counts as TextVectorization does`, () => {
      const { vectorizer } = read(text);
      assert.deepEqual(vectorizer.vocabulary, ["", "[UNK]", "the", "cat"]);
      assert.deepEqual(vectorizer.encode("The CAT zebra"), [2, 3, 1]);
      assert.equal(vectorizer.padding, "post");
    });
  }
  test("TextVectorization's words as an index", () => {
    const { vectorizer } = read({ "": 0, "[UNK]": 1, the: 2 });
    assert.equal(vectorizer.frontEnd.frontEnd, "textVectorization");
  });
  test("what toJSON of a vectorizer gave", () => {
    const { vectorizer } = read({ the: 1, cat: 2 }, { length: 3, padding: "post" });
    assert.deepEqual(read(vectorizer.toJSON()).vectorizer.toJSON(), vectorizer.toJSON());
  });

  for (const [what, text, says] of [
    ["nothing", "", /at least one word|each word once|besides padding/],
    ["an empty object", "{}", /at least one word/],
    [
      "two words of one id",
      '{"a": 1, "b": 1}',
      /b: expected an id of its own but received "1, which is a's"/,
    ],
    ["a word twice", "a\nb\na", /vocabulary\[4\]: expected each word once but received "a"/],
    ["an id that is a fraction", '{"a": 1.5}', /a: expected an id from 0 to \d+ but received 1.5/],
    ["an id far beyond the words", '{"a": 1, "b": 9000000}', /b: expected an id from 0 to 1003/],
    ["an id below zero", '{"a": -1}', /a: expected an id/],
    [
      "a Tokenizer that was not fitted",
      '{"class_name": "Tokenizer", "config": {"word_index": "{}"}}',
      /Fit the Tokenizer/,
    ],
    ["a Hugging Face tokenizer", '{"model": {"vocab": {}}, "added_tokens": []}', /Hugging Face/],
    ["numbers", "[1, 2]", /\[0\]: expected a word but received "number"/],
    [
      "a custom standardisation",
      '{"output_mode": "int", "vocabulary": ["a"], "standardize": {"class_name": "function", "config": "evil"}}',
      /standardize: expected one of .*"function"\. Custom functions are never run/,
    ],
    ["tf-idf", '{"output_mode": "tf_idf", "vocabulary": ["a"]}', /output_mode: expected "int"/],
    [
      "a path in place of words",
      '{"output_mode": "int", "ngrams": null, "vocabulary": "/etc/passwd"}',
      /Paths in model files are never followed/,
    ],
    ["bytes that are no text", "\0\0\0", /another kind of file/],
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.throws(
        () => read(text, { name: "words" }),
        (error: Error) => {
          assert.ok(error instanceof InputError, error.stack);
          assert.match(error.message, says);
          assert.match(error.message, /^[^\n]+$/);
          return true;
        },
      );
    });
  }
});
