/** Where n-grams stand: the same n-grams as encoding takes, each made of the tokens that it is said to cover. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { placedNgrams } from "../../src/tokens/ngram-places.js";
import { BLOCKS, type Block, NgramList, type NgramRules, Ngrams } from "../../src/tokens/ngrams.js";
import { TokenizedTexts } from "../../src/tokens/tokenized-texts.js";

const FUNCTION_WORDS = ["the", "is", "of", "what", "a"];
const ALL: NgramRules = { blocks: BLOCKS, marks: true, functionWords: FUNCTION_WORDS };

function read(text: string) {
  const texts = new TokenizedTexts({ frontEnd: "lexer" });
  return { tokens: texts.tokensOf(texts.add(text)), table: texts.table };
}

function placed(text: string, blocks: readonly Block[], marks = false) {
  const { tokens, table } = read(text);
  return placedNgrams(tokens, { ...ALL, blocks, marks }, table).map(({ text: says, places }) => [
    says,
    places,
  ]);
}

const words = fc.array(
  fc.oneof(
    fc.constantFrom(
      "What",
      "is",
      "the",
      "capital",
      "of",
      "France",
      "?",
      "!!",
      "a",
      "isn't",
      "3.5",
      "東京",
      "𝒳y",
    ),
    fc.string({ maxLength: 6 }),
  ),
  { maxLength: 9 },
);

describe("n-grams with their places", () => {
  test("are those that encoding takes, in the same order", () => {
    fc.assert(
      fc.property(words, fc.subarray([...BLOCKS]), fc.boolean(), (list, blocks, marks) => {
        const { tokens, table } = read(list.join(" "));
        const rules = { ...ALL, blocks, marks };
        const plain = new NgramList();
        new Ngrams(rules, table).collect(tokens, plain);
        const found = placedNgrams(tokens, rules, table);
        assert.deepEqual(
          found.map(({ hash, block }) => [hash, BLOCKS.indexOf(block)]),
          Array.from({ length: plain.count }, (_, i) => [plain.hashes[i], plain.blocks[i]]),
        );
        for (const { places } of found) {
          assert.ok(places.length > 0);
          for (const t of places) assert.ok(t >= -1 && t <= tokens.length);
        }
      }),
    );
  });

  test("of words are n-grams of a text of those words alone", () => {
    fc.assert(
      fc.property(words, fc.constantFrom<Block>("w1", "w2", "w3", "p1", "p2"), (list, block) => {
        const { tokens, table } = read(list.join(" "));
        const rules = { ...ALL, blocks: [block], marks: false };
        for (const { hash, places } of placedNgrams(tokens, rules, table)) {
          const alone = new NgramList();
          new Ngrams(rules, table).collect(
            Int32Array.from(places, (t) => tokens[t]!),
            alone,
          );
          assert.deepEqual([alone.count, alone.hashes[0]], [1, hash]);
        }
      }),
    );
  });

  test("read as people write them", () => {
    assert.deepEqual(placed("Free entry", ["w1", "w2"], true), [
      ["free", [0]],
      ["entry", [1]],
      ["[beginning] free", [-1, 0]],
      ["free entry", [0, 1]],
      ["entry [end]", [1, 2]],
    ]);
    assert.deepEqual(placed("No Ab", ["c3", "case", "shape"]), [
      ["␣no", [0]],
      ["no␣", [0]],
      ["No", [0]],
      ["Xx", [0]],
      ["␣ab", [1]],
      ["ab␣", [1]],
      ["Ab", [1]],
      ["Xx", [1]],
    ]);
    assert.deepEqual(placed("absolutely free", ["p1", "p2"]), [
      ["absol…", [0]],
      ["free", [1]],
      ["absol… free", [0, 1]],
    ]);
  });

  test("of a question's head name what it is about", () => {
    assert.deepEqual(placed("What is the largest city of Peru", ["head"]), [
      ["topic begins: largest", [3]],
      ["topic ends: city", [4]],
      ["topic: largest city", [3, 4]],
      ["before the topic: what is the", [0, 1, 2]],
      ["opening, topic's end: what … city", [0, 4]],
      ["opening, topic's beginning: what … largest", [0, 3]],
      ["topic ends in: city", [4]],
      ["after the topic: of", [5]],
    ]);
    assert.deepEqual(placed("What is", ["head"]), [["no topic: what is", [0, 1]]]);
  });

  test("of a pattern cover the words that it names, or else all", () => {
    const patterns = placed("the big Dog", ["pattern"]);
    assert.deepEqual(patterns.slice(0, 4), [
      ["[beginning] the", [-1, 0]],
      ["the x", [0]],
      ["x X", [1, 2]],
      ["X [end]", [3]],
    ]);
  });
});
