/** N-grams and rows of them, against a plain implementation with strings in place of hashes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { atOnce } from "../../src/base/pieces.js";
import { NgramTable } from "../../src/tokens/ngram-table.js";
import { BLOCKS, type Block, hashText, NgramList, type NgramRules, Ngrams } from "../../src/tokens/ngrams.js";
import { type FeatureRows, featureRows, pick, select } from "../../src/tokens/sparse-texts.js";
import { TokenizedTexts } from "../../src/tokens/tokenized-texts.js";

type Named = [block: Block, ngram: string];

const MARKS = ["<begin>", "<end>"] as const;

const runs = (parts: readonly string[], order: number): string[] =>
  parts.flatMap((_, i) =>
    i + order <= parts.length ? [`${order}: ${parts.slice(i, i + order).join("|")}`] : [],
  );

function plainShape(token: string): string {
  let shape = "";
  for (const character of token) {
    const kind = /\p{Lu}/u.test(character)
      ? "X"
      : /\p{Ll}/u.test(character)
        ? "x"
        : /\p{Nd}/u.test(character)
          ? "9"
          : character;
    if (!shape.endsWith(kind.repeat(3))) shape += kind;
  }
  return shape;
}

/** Every n-gram of a text's tokens, by name, in the order in which they are collected. */
function plain(tokens: readonly string[], { blocks, marks, functionWords }: NgramRules): Named[] {
  const found: Named[] = [];
  const add = (block: Block, ngrams: readonly string[]) => {
    if (blocks.includes(block)) found.push(...ngrams.map((ngram): Named => [block, ngram]));
  };
  const lower = tokens.map((token) => token.toLowerCase());
  const words = marks ? [MARKS[0], ...lower, MARKS[1]] : lower;
  add("w1", lower);
  for (const order of [2, 3] as const) add(`w${order}`, runs(words, order));
  for (const [t, token] of tokens.entries()) {
    const padded = [" ", ...lower[t]!, " "];
    for (const order of [2, 3, 4, 5] as const) add(`c${order}`, runs(padded, order));
    const small = token === lower[t] && token !== token.toUpperCase();
    if (!small) add("case", [token]);
    add("shape", [plainShape(token)]);
  }
  const beginnings = lower.map((word) => [...word].slice(0, 5).join(""));
  for (const order of [1, 2] as const) add(`p${order}`, runs(beginnings, order));
  const named = lower.map((word) => functionWords.includes(word) || !/^[\p{L}\p{M}\p{N}]/u.test(word));
  add("head", plainHead(lower, named));
  const pattern = lower.map((word, t) => {
    if (named[t]) return `word ${word}`;
    return /^\p{Nd}/u.test(tokens[t]!) ? "digit" : /^\p{Lu}/u.test(tokens[t]!) ? "upper" : "lower";
  });
  for (const order of [2, 3, 4]) add("pattern", runs([MARKS[0], ...pattern, MARKS[1]], order));
  return found;
}

function plainHead(words: readonly string[], named: readonly boolean[]): string[] {
  if (words.length === 0) return [];
  const i = named.findIndex((is, t) => t > 0 && !is);
  if (i < 0) return [`none ${words.slice(0, 2).join("|")}`];
  const after = named.findIndex((is, t) => t > i && is);
  const end = after < 0 ? words.length : after;
  const [first, last] = [words[i]!, words[end - 1]!];
  return [
    `first ${first}`,
    `last ${last}`,
    `run ${words.slice(i, end).join("|")}`,
    `opening ${words.slice(0, Math.min(i, 4)).join("|")}`,
    `opening and last ${words[0]}|${last}`,
    `opening and first ${words[0]}|${first}`,
    `ending ${[...last].slice(-4).join("")}`,
    `next ${words[end] ?? MARKS[1]}`,
  ];
}

const FUNCTION_WORDS = ["the", "is", "of", "what", "n't", "一"];
const ALL: NgramRules = { blocks: BLOCKS, marks: true, functionWords: FUNCTION_WORDS };
const TEXTS = [
  "What is the capital of France?",
  "what IS the longest river in the world",
  "the of is",
  "Isn't it 10,000 $$$ for the iPhone-15?!",
  "the",
  "",
  "Straße 𝐀𝐁 𝟗𝟗 İstanbul café 今天天气 一 😀😀 aaaa XXXXX1234567",
  "What is it that the man and the woman said of the house",
  "is it the of the what the is capital of",
  "of the is what the Capital City",
  "cafe\u0301 the CAFE\u0301 ___ ''s",
];

function tokenized(texts: readonly string[]) {
  const tokens = new TokenizedTexts({ frontEnd: "lexer" });
  for (const text of texts) tokens.add(text);
  const words = texts.map((_, row) => Array.from(tokens.tokensOf(row), (token) => tokens.table.word(token)));
  return { tokens, words };
}

/** Holds collected numbers to names: one number a name, another for any other. */
function checkSame(rules: NgramRules, texts: readonly string[]): Map<string, number> {
  const { tokens, words } = tokenized(texts);
  const ngrams = new Ngrams(rules, tokens.table);
  const [numbers, names] = [new Map<string, number>(), new Map<number, string>()];
  for (const row of texts.keys()) {
    const list = new NgramList();
    ngrams.collect(tokens.tokensOf(row), list);
    const wanted = plain(words[row]!, rules);
    assert.equal(list.count, wanted.length, texts[row]);
    for (const [k, [block, ngram]] of wanted.entries()) {
      const [name, number] = [`${block} ${ngram}`, list.hashes[k]!];
      assert.equal(BLOCKS[list.blocks[k]!], block, name);
      assert.equal(numbers.get(name) ?? number, number, name);
      assert.equal(names.get(number) ?? name, name);
      numbers.set(name, number);
      names.set(number, name);
    }
  }
  return numbers;
}

describe("n-grams", () => {
  test("all blocks together", () => {
    assert.ok(checkSame(ALL, TEXTS).size > 500);
    checkSame({ ...ALL, marks: false, functionWords: [] }, TEXTS);
  });

  for (const block of BLOCKS) {
    test(`${block} alone, with the same numbers as among others`, () => {
      const [alone, all] = [checkSame({ ...ALL, blocks: [block] }, TEXTS), checkSame(ALL, TEXTS)];
      assert.ok(alone.size > 5);
      for (const [name, number] of alone) assert.equal(all.get(name), number, name);
    });
  }

  test("what a question is about", () => {
    const { tokens } = tokenized(["What is the capital of France?"]);
    const rules: NgramRules = { blocks: ["head"], marks: true, functionWords: FUNCTION_WORDS };
    const names = plain(["What", "is", "the", "capital", "of", "France", "?"], rules).map(
      ([, ngram]) => ngram,
    );
    assert.deepEqual(names, [
      ...[
        "first capital",
        "last capital",
        "run capital",
        "opening what|is|the",
        "opening and last what|capital",
      ],
      ...["opening and first what|capital", "ending ital", "next of"],
    ]);
    const list = new NgramList();
    new Ngrams(rules, tokens.table).collect(tokens.tokensOf(0), list);
    assert.equal(new Set(list.hashes.subarray(0, list.count)).size, 8);
  });

  test("of a text of a quarter of a million words", () => {
    const { tokens } = tokenized(["rain ".repeat(250_000)]);
    const list = new NgramList();
    new Ngrams({ ...ALL, blocks: ["w1", "head"] }, tokens.table).collect(tokens.tokensOf(0), list);
    assert.equal(list.count, 250_000 + 8);
  });

  test("of any text", () => {
    const pieces = fc.constantFrom("the", "Cat", "is", "n't", "9", "...", "ÉA", "今", "x1", "\u0301", "𝐀");
    const text = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(" "));
    fc.assert(fc.property(fc.array(text, { maxLength: 4 }), (texts) => void checkSame(ALL, texts)));
  });

  test("numbers are of 32 bits, spread out, never 0, and stay what they are", () => {
    assert.deepEqual([hashText("cat"), hashText(""), hashText("é今😀", 7)], PINNED);
    const seen = new Set(Array.from({ length: 100_000 }, (_, k) => hashText(`w${k}`)));
    assert.ok(seen.size > 99_990 && !seen.has(0));
    const low = new Set(Array.from(seen, (hash) => hash & 1023));
    assert.equal(low.size, 1024);
  });
});

/** Saved classifiers hold such numbers. */
const PINNED = [892152986, 3367949919, 1881889284];

describe("rows of features", () => {
  const rules: NgramRules = { blocks: ["w1", "w2", "c3", "case"], marks: true, functionWords: [] };
  const texts = ["a b a", "b c B", "a b", "", "zz"];

  /** By row, the names of its features in the order of first sight. */
  function plainRows(least: Partial<Record<Block, number>>) {
    const { words } = tokenized(texts);
    const own = words.map(
      (row) => new Map(plain(row, rules).map(([block, ngram]) => [`${block} ${ngram}`, block])),
    );
    const frequency = new Map<string, number>();
    for (const names of own)
      for (const name of names.keys()) frequency.set(name, (frequency.get(name) ?? 0) + 1);
    const kept = (name: string, block: Block) => frequency.get(name)! >= (least[block] ?? 1);
    return own.map((names) => [...names].flatMap(([name, block]) => (kept(name, block) ? [name] : [])));
  }

  function rowsOf(least: Partial<Record<Block, number>>, order: readonly number[] = [0, 1, 2, 3, 4]) {
    return atOnce(featureRows(tokenized(texts).tokens, order, rules, least));
  }

  const numbers = () => checkSame(rules, texts);
  /** By row, the hashes of its features. */
  const hashesOf = ({ rows, starts, ids, hashes }: FeatureRows) =>
    Array.from({ length: rows }, (_, row) =>
      Array.from(ids.subarray(starts[row], starts[row + 1]), (id) => hashes[id]!),
    );

  for (const least of [{}, { w1: 2, w2: 2, c3: 2, case: 2 }, { w1: 3 }, { c3: 9, case: 9, w2: 9, w1: 9 }]) {
    test(`in as many rows as their block wants: ${JSON.stringify(least)}`, () => {
      const found = rowsOf(least);
      const names = plainRows(least);
      assert.deepEqual(
        hashesOf(found),
        names.map((row) => row.map((name) => numbers().get(name)!)),
      );
      const firstSeen = [...new Set(names.flat())];
      assert.equal(found.features, firstSeen.length);
      assert.deepEqual(
        [...found.hashes],
        firstSeen.map((name) => numbers().get(name)!),
      );
      assert.deepEqual(
        Array.from(found.blocks, (block) => BLOCKS[block]),
        firstSeen.map((name) => name.split(" ")[0]),
      );
    });
  }

  test("counts are of all distinct n-grams, those left out too", () => {
    const { words } = tokenized(texts);
    for (const least of [{}, { w1: 9, c3: 2 }]) {
      const { counts } = rowsOf(least);
      for (const [b, block] of BLOCKS.entries()) {
        const wanted = words.map(
          (row) => new Set(plain(row, rules).flatMap(([of, ngram]) => (of === block ? [ngram] : []))).size,
        );
        assert.deepEqual([...counts[b]!], wanted, block);
      }
    }
    assert.deepEqual([...rowsOf({}).counts[BLOCKS.indexOf("w1")]!], [2, 2, 2, 0, 1]);
  });

  test("some of the rows, some of the features", () => {
    const all = rowsOf({});
    const wanted = hashesOf(all);
    const some = atOnce(pick(all, [4, 0, 0, 3]));
    assert.deepEqual(hashesOf(some), [wanted[4], wanted[0], wanted[0], wanted[3]]);
    assert.deepEqual([...some.counts[0]!], [1, 2, 2, 0]);
    assert.equal(some.features, all.features);
    const kept = Uint8Array.from({ length: all.features }, (_, j) => (j % 3 === 1 ? 1 : 0));
    const stays = new Set(all.hashes.filter((_, j) => kept[j] === 1));
    const fewer = atOnce(select(all, kept));
    assert.equal(fewer.features, stays.size);
    assert.deepEqual([...fewer.hashes], [...stays]);
    assert.deepEqual(
      hashesOf(fewer),
      wanted.map((row) => row.filter((hash) => stays.has(hash))),
    );
    assert.deepEqual(fewer.counts, all.counts);
    assert.deepEqual(hashesOf(atOnce(select(all, new Uint8Array(all.features)))), [[], [], [], [], []]);
    assert.equal(atOnce(select(all, new Uint8Array(all.features).fill(1))), all);
  });

  test("tables beyond the first size of their buffers", () => {
    const word = (n: number) =>
      [...n.toString(26)].map((digit) => String.fromCharCode(97 + parseInt(digit, 26))).join("");
    const texts = Array.from({ length: 90 }, (_, r) =>
      Array.from({ length: 900 }, (_, k) => word(900 * r + k)).join(" "),
    );
    const rows = texts.map((_, r) => r);
    const found = atOnce(featureRows(tokenized(texts).tokens, rows, { ...rules, blocks: ["w1"] }));
    // Of 81,000 numbers of 32 bits hardly two are the same.
    assert.ok(found.features <= 81_000 && found.features >= 80_997, `${found.features}`);
    assert.deepEqual([...found.counts[0]!], new Array(90).fill(900));
  });
});

test("a table numbers hashes in order of first sight, also those that meet", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.integer({ min: 0, max: 40 }).map((k) => k * 2 ** 20),
          fc.nat(),
        ),
        { maxLength: 200 },
      ),
      (drawn) => {
        const table = new NgramTable(fc.sample(fc.constantFrom(0, 1, 8, 300), 1)[0]);
        const wanted = new Map<number, number>();
        for (const hash of drawn) {
          assert.equal(table.find(hash), wanted.get(hash) ?? -1);
          if (!wanted.has(hash)) wanted.set(hash, wanted.size);
          assert.equal(table.add(hash), wanted.get(hash));
        }
        assert.equal(table.size, wanted.size);
        assert.deepEqual([...table.hashes.subarray(0, table.size)], [...wanted.keys()]);
      },
    ),
  );
});
