/** From texts to ids and scales, against values by hand and a plain implementation; and what files may hold of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { atOnce } from "../../src/base/pieces.js";
import { InputError } from "../../src/index.js";
import {
  FeatureEncoder,
  type FeatureParts,
  KnownWords,
  type ScaleRule,
} from "../../src/tokens/feature-encoder.js";
import { inverseDocumentFrequencies, logCountRatios } from "../../src/tokens/feature-values.js";
import { BLOCKS, type Block, hashText, NgramList, Ngrams } from "../../src/tokens/ngrams.js";
import { TokenizedTexts } from "../../src/tokens/tokenized-texts.js";
import { newEncodingReport } from "../../src/tokens/vectorizer.js";
import { readRising, readWhole, writeRising, writeWhole } from "../../src/tokens/vlq.js";

const near = (got: ArrayLike<number>, wanted: readonly number[]) => {
  assert.equal(got.length, wanted.length);
  for (const [k, value] of wanted.entries())
    assert.ok(
      Math.abs(got[k]! - value) < 1e-6 * Math.max(1, Math.abs(value)),
      `${k}: ${got[k]}, not ${value}`,
    );
};

describe("what features count for", () => {
  /** Of four features: one in three texts of class 0 and one of class 1, one in none of 0 and four of 1, … */
  const counts = { counts: Uint32Array.of(3, 1, 0, 4, 5, 5, 0, 0), rows: [6, 8] };
  const member = (feature: number) => feature !== 2;

  test("log-count ratios by hand", () => {
    // Inside class 1 with α = .5: 1.5 and 4.5 of 6; outside 3.5 and .5 of 4.
    const wanted = [Math.log(1.5 / 6) - Math.log(3.5 / 4), Math.log(4.5 / 6) - Math.log(0.5 / 4), 0, 0];
    near(logCountRatios(counts, 1, 0.5, member), wanted);
    near(
      logCountRatios(counts, 0, 0.5, member),
      wanted.map((value) => -value),
    );
    near(
      logCountRatios(counts, 0, 0.5, () => false),
      [0, 0, 0, 0],
    );
  });

  test("of three classes, each against the rest", () => {
    const three = { counts: Uint32Array.of(2, 0, 1, 0, 3, 1), rows: [2, 3, 4] };
    // Inside class 2: 2 and 2 of 4; outside: 3 and 4 of 7.
    near(
      logCountRatios(three, 2, 1, () => true),
      [Math.log(2 / 4) - Math.log(3 / 7), Math.log(2 / 4) - Math.log(4 / 7)],
    );
  });

  test("rarity by hand", () => {
    near(inverseDocumentFrequencies(counts, member), [Math.log(15 / 5) + 1, Math.log(15 / 5) + 1, 0, 0]);
    near(
      inverseDocumentFrequencies(counts, (j) => j > 1),
      [0, 0, Math.log(15 / 11) + 1, 0],
    );
  });
});

const number = (block: Block, text: string): number => {
  const texts = new TokenizedTexts({ frontEnd: "lexer" });
  texts.add(text);
  const list = new NgramList();
  new Ngrams({ blocks: [block], marks: false, functionWords: [] }, texts.table).collect(
    texts.tokensOf(0),
    list,
  );
  assert.equal(list.count, 1);
  return list.hashes[0]!;
};

const WORDS = ["a", "b", "c", "d"];
const SCALES: ScaleRule[] = [
  { by: "count", blocks: ["w1", "w2"], smoothing: 1 },
  { by: "ratio", blocks: ["w1", "w2"], smoothing: 0.5 },
  { by: "idf", blocks: ["w2"], smoothing: 1 },
];

/** Knows the words a, b, c and d, and the pairs "a b" and "c d". */
function partsOf(classes: 2 | 3, more: Partial<FeatureParts> = {}): FeatureParts {
  const sorted = (hashes: number[]) => Uint32Array.from(hashes).sort();
  const features = 6;
  return {
    rules: { blocks: ["w1", "w2"], marks: false, functionWords: [] },
    hashes: {
      w1: sorted(WORDS.map((word) => number("w1", word))),
      w2: sorted(["a b", "c d"].map((pair) => number("w2", pair))),
    },
    scales: SCALES,
    counts: {
      counts: Uint32Array.from({ length: features * classes }, (_, k) => (k * 5) % 7),
      rows: [6, 8, 6].slice(0, classes),
    },
    words: KnownWords.of(WORDS.map((word) => hashText(word))),
    familiar: 0.5,
    ...more,
  };
}

describe("a text's ids and scales", () => {
  /** By text: ids of its features (in the file's order), scales before trust. */
  function plain(encoder: FeatureEncoder, text: string) {
    const { hashes } = encoder.parts;
    const counts = encoder.parts.counts!;
    const tokens = text.split(" ").filter((token) => token !== "");
    const pairs = tokens.slice(1).map((token, t) => `${tokens[t]} ${token}`);
    const distinct = { w1: [...new Set(tokens)], w2: [...new Set(pairs)] };
    const all = [...hashes.w1!, ...hashes.w2!];
    const found = (["w1", "w2"] as const).flatMap((block) =>
      distinct[block].map((ngram) => all.indexOf(number(block, ngram))).filter((feature) => feature >= 0),
    );
    const classes = counts.rows.length === 2 ? [1] : counts.rows.map((_, k) => k);
    const inverse = (squared: number) => (squared > 0 ? 1 / Math.sqrt(squared) : 0);
    const lengthOf = (values: ArrayLike<number>) =>
      inverse(found.reduce((sum, j) => sum + values[j]! ** 2, 0));
    const count = inverse(distinct.w1.length + distinct.w2.length);
    const idf = lengthOf(inverseDocumentFrequencies(counts, (j) => j >= 4));
    return {
      ids: new Set(found.map((feature) => feature + 1)),
      scales: [
        ...classes.map(() => count),
        ...classes.map((k) => lengthOf(logCountRatios(counts, k, 0.5, () => true))),
        ...classes.map(() => idf),
        1,
      ],
      known: tokens.length === 0 ? 0 : tokens.filter((token) => WORDS.includes(token)).length / tokens.length,
    };
  }

  const texts = [
    "a",
    "a b",
    "a a a b a b",
    "c d x",
    "x y z a",
    "x y",
    "",
    "d c b a d c d",
    "a b c d ".repeat(3).trim(),
  ];

  for (const classes of [2, 3] as const) {
    test(`${classes} classes`, () => {
      const encoder = new FeatureEncoder(partsOf(classes));
      const perRule = classes === 2 ? 1 : 3;
      assert.deepEqual([encoder.features, encoder.columns], [6, 3 * perRule + 1]);
      const seen = new Set<number>();
      for (const { positions, inputs, known } of encoder.encodeTexts(texts)) {
        const [ids, scales] = inputs;
        const length = ids!.shape[0]!;
        assert.deepEqual(
          [ids!.rows, scales!.rows, scales!.shape],
          [positions.length, positions.length, [encoder.columns]],
        );
        for (let row = 0; row < positions.length; row++) {
          const wanted = plain(encoder, texts[positions[row]!]!);
          const own = Array.from(ids!.data.subarray(row * length, (row + 1) * length));
          const used = own.filter((id) => id !== 0);
          assert.equal(used.length, new Set(used).size);
          assert.deepEqual(new Set(used), new Set([...wanted.ids, 7]));
          assert.ok(own.slice(used.length).every((id) => id === 0) && length === 8);
          const trust = Math.min(1, wanted.known / 0.5);
          const got = scales!.data.subarray(row * encoder.columns, (row + 1) * encoder.columns);
          near(
            got,
            wanted.scales.map((scale) => scale * trust * length),
          );
          assert.equal(known![row], wanted.known);
          seen.add(positions[row]!);
        }
      }
      assert.equal(seen.size, texts.length);
    });
  }

  test("a corpus and texts give the same, and say the same of it", () => {
    const encoder = new FeatureEncoder(partsOf(3));
    const corpus = new TokenizedTexts({ frontEnd: "lexer" });
    for (const text of texts) corpus.add(text);
    const rows = texts.map((_, row) => row);
    const [one, two] = [newEncodingReport(), newEncodingReport()];
    assert.deepEqual(atOnce(encoder.encodeCorpus(corpus, rows, one)), encoder.encodeTexts(texts, two));
    assert.deepEqual(one, two);
    const tokens = texts.flatMap((text) => text.split(" ").filter((token) => token !== ""));
    assert.deepEqual([one.rows, one.tokens, one.emptyRows], [9, tokens.length, 2]);
    assert.equal(one.outOfVocabulary, tokens.filter((token) => !WORDS.includes(token)).length);
    const some = atOnce(encoder.encodeCorpus(corpus, [8, 1]));
    assert.deepEqual(some, encoder.encodeTexts([texts[8]!, texts[1]!]));
  });

  test("lengths are powers of two; batches hold one length and stay small", () => {
    const many = Array.from(
      { length: 40 },
      (_, k) => `w${String.fromCharCode(97 + (k % 26))}${k < 26 ? "" : "z"}`,
    );
    const hashes = { w1: Uint32Array.from(many.map((word) => number("w1", word))).sort() };
    const counts = { counts: new Uint32Array(80).fill(1), rows: [1, 1] };
    const scales: ScaleRule[] = [{ by: "count", blocks: ["w1"], smoothing: 1 }];
    const rules = { blocks: ["w1"], marks: false, functionWords: [] } as const;
    const encoder = new FeatureEncoder({ ...partsOf(2), rules, hashes, counts, scales });
    const lengthOf = (words: number) =>
      encoder.encodeTexts([many.slice(0, words).join(" ")])[0]!.inputs[0]!.shape[0];
    assert.deepEqual([0, 7, 8, 15, 16, 31, 32].map(lengthOf), [8, 8, 16, 16, 32, 32, 64]);
    const texts = Array.from({ length: 600 }, (_, k) => many.slice(0, k % 2 ? 3 : 20).join(" "));
    const batches = encoder.encodeTexts(texts);
    assert.deepEqual(
      batches.map(({ inputs }) => [inputs[0]!.rows, inputs[0]!.shape[0]]),
      [
        [256, 8],
        [44, 8],
        [256, 32],
        [44, 32],
      ],
    );
    assert.deepEqual(
      Array.from(batches[0]!.positions),
      Array.from({ length: 256 }, (_, k) => 2 * k + 1),
    );
  });

  test("an encoder's memory of the last text does not reach the next", () => {
    const encoder = new FeatureEncoder(partsOf(2));
    const wanted = encoder.encodeTexts(["a b c"]);
    encoder.encodeTexts(texts);
    assert.deepEqual(encoder.encodeTexts(["a b c"]), wanted);
    assert.deepEqual(encoder.encodeTexts([]), []);
  });

  test("what is no text is refused", () => {
    const encoder = new FeatureEncoder(partsOf(2));
    assert.throws(() => encoder.encodeTexts(["a", 5 as never]), InputError);
  });
});

describe("known words", () => {
  test("are known, and of strange ones about one in 1,024 is taken for one", () => {
    const hashes = Array.from({ length: 1000 }, (_, k) => hashText(`known ${k}`));
    const words = KnownWords.of(hashes);
    assert.ok(hashes.every((hash) => words.has(hash)));
    const strange = Array.from({ length: 200_000 }, (_, k) => words.has(hashText(`strange ${k}`)));
    const share = strange.filter((is) => is).length / strange.length;
    assert.ok(share < 1 / 700, `${share}`);
    const again = KnownWords.fromJSON(JSON.parse(JSON.stringify(words)), "words");
    assert.deepEqual(again, words);
    assert.equal(KnownWords.of([]).has(5), false);
  });
});

describe("as a file keeps it", () => {
  const jsonOf = (encoder: FeatureEncoder) => JSON.parse(JSON.stringify(encoder)) as Record<string, never>;

  for (const classes of [2, 3] as const) {
    test(`it comes back, with ${classes} classes`, () => {
      const encoder = new FeatureEncoder(partsOf(classes));
      const again = FeatureEncoder.fromJSON(jsonOf(encoder), "file");
      assert.deepEqual(again.parts, encoder.parts);
      const texts = ["a b x", "c d", ""];
      assert.deepEqual(again.encodeTexts(texts), encoder.encodeTexts(texts));
    });
  }

  test("counts stay out where no rule needs them", () => {
    const scales = SCALES.slice(0, 1);
    const json = jsonOf(new FeatureEncoder(partsOf(2, { scales })));
    assert.equal(json["counts"], null);
    assert.equal(FeatureEncoder.fromJSON(json, "file").columns, 2);
  });

  test("columns may be named where no classes are counted: each rule has so many", () => {
    const scales = [SCALES[0]!, { ...SCALES[0]!, blocks: ["w2"] as const }];
    const encoder = new FeatureEncoder(partsOf(2, { scales, counts: null, columnsPerRule: 3 }));
    assert.equal(encoder.columns, 7);
    const json = jsonOf(encoder);
    assert.deepEqual([json["rows"], json["counts"], json["columnsPerRule"]], [undefined, null, 3]);
    const again = FeatureEncoder.fromJSON(json, "file");
    assert.deepEqual(again.parts, encoder.parts);
    const { inputs } = again.encodeTexts(["a b x"])[0]!;
    // Three words and two pairs; of pairs two; times the eight ids that are averaged.
    near(inputs[1]!.data, [...Array(3).fill(8 / Math.sqrt(5)), ...Array(3).fill(8 / Math.sqrt(2)), 8]);
    assert.deepEqual(inputs, encoder.encodeTexts(["a b x"])[0]!.inputs);
  });

  test("columns are named where there are no classes, and only for rules that count n-grams", () => {
    const scales = SCALES.slice(0, 1);
    const refused = (more: Partial<FeatureParts>, message: RegExp) =>
      assert.throws(() => new FeatureEncoder(partsOf(2, more)), message);
    refused({ scales, counts: null }, /^InputError: features: expected a number of columns/);
    refused(
      { counts: null, columnsPerRule: 2 },
      /^InputError: features: expected counts of classes.*by ratio/,
    );
    refused({ columnsPerRule: 2 }, /^InputError: features: expected counts of classes.*received "2 columns"/);
  });

  for (const [what, value, message] of [
    ["no columns", 0, /^InputError: file: columnsPerRule/],
    ["half a column", 1.5, /^InputError: file: columnsPerRule/],
    ["columns of text", "3", /^InputError: file: columnsPerRule/],
    ["more columns than any text has scales", 2 ** 16 + 1, /^InputError: file: columnsPerRule: .*65536/],
    ["columns without end", 1e300, /^InputError: file: columnsPerRule/],
  ] as const) {
    test(`refused: ${what}`, () => {
      const json = jsonOf(
        new FeatureEncoder(partsOf(2, { scales: SCALES.slice(0, 1), counts: null, columnsPerRule: 3 })),
      );
      Object.assign(json, { columnsPerRule: value });
      assert.throws(() => FeatureEncoder.fromJSON(json, "file"), message);
    });
  }

  test("refused: columns beside rules that need classes, many rules of many columns, and neither columns nor classes", () => {
    const counting = { scales: SCALES.slice(0, 1), counts: null, columnsPerRule: 3 };
    const of = (more: object) => ({ ...jsonOf(new FeatureEncoder(partsOf(2, counting))), ...more });
    const refused = (more: object, message: RegExp) =>
      assert.throws(() => FeatureEncoder.fromJSON(of(more), "file"), message);
    refused({ scales: SCALES }, /^InputError: file: scales\[1\]: by: expected count/);
    refused({ scales: Array(2000).fill(SCALES[0]), columnsPerRule: 40 }, /^InputError: file: columnsPerRule/);
    refused({ columnsPerRule: undefined }, /^InputError: file: rows: expected a list/);
    refused({ rows: [3] }, /^InputError: file: rows: expected two classes/);
  });

  const set = (path: string, value: unknown) => (json: Record<string, never>) => {
    const keys = path.split(".");
    const last = keys.pop()!;
    let at = json as Record<string, unknown>;
    for (const key of keys) at = at[key] as Record<string, unknown>;
    if (value === undefined) delete at[last];
    else at[last] = value;
  };

  const twice = (json: Record<string, never>) => {
    set("blocks.p1", json["blocks"]!["w1"])(json);
    set("counts", "A".repeat(30))(json);
  };

  const REFUSED: readonly [what: string, change: (json: Record<string, never>) => void, message: RegExp][] = [
    ["no blocks", set("blocks", undefined), /^file: blocks: expected an object/],
    ["a list of blocks", set("blocks", []), /^file: blocks: expected an object/],
    ["a block of no name", set("blocks.w9", { count: 0, hashes: "" }), /^file: blocks.*w9/],
    [
      "a block of an object's own names",
      set("blocks.constructor", { count: 0, hashes: "" }),
      /^file: blocks.*constructor/,
    ],
    ["a block that is none", set("blocks.w1", 5), /^file: w1: expected an object/],
    [
      "a count too high for its text",
      set("blocks.w1.count", 4e6),
      /^file: w1: expected 4000000 whole numbers/,
    ],
    ["a count beyond all", set("blocks.w1.count", 1e12), /^file: w1 count: .*16777215/],
    ["a count below 0", set("blocks.w1.count", -1), /^file: w1 count/],
    ["half a count", set("blocks.w1.count", 1.5), /^file: w1 count/],
    ["a count of text", set("blocks.w1.count", "4"), /^file: w1 count/],
    ["fewer than there are", set("blocks.w1.count", 3), /^file: w1: expected 3 whole numbers/],
    ["hashes that are no text", set("blocks.w1.hashes", [1, 2, 3, 4]), /^file: w1: expected 4 whole numbers/],
    ["other letters", set("blocks.w1.hashes", "A-_A"), /^file: w1: expected 4 whole numbers/],
    ["letters beyond ASCII", set("blocks.w1.hashes", "AÄ今A"), /^file: w1: expected 4 whole numbers/],
    ["a number cut off", set("blocks.w1.hashes", "BCDg"), /^file: w1: expected 4 whole numbers/],
    [
      "a number without end",
      set("blocks.w1.hashes", `BCD${"g".repeat(1000)}`),
      /^file: w1: expected 4 whole numbers/,
    ],
    [
      "a number twice",
      set("blocks.w1.hashes", "BACD"),
      /^file: w1: expected numbers of 32 bits in rising order/,
    ],
    [
      "numbers beyond 32 bits",
      set("blocks.w1.hashes", writeWhole([1, 2, 2 ** 32 - 1, 5])),
      /^file: w1: .*rising order/,
    ],
    ["an n-gram in two blocks", twice, /^file: blocks: expected each n-gram once/],
    ["no marks", set("marks", undefined), /^file: marks: expected true or false/],
    ["marks of text", set("marks", "yes"), /^file: marks/],
    ["no function words", set("functionWords", null), /^file: functionWords: expected a list/],
    ["a function word that is none", set("functionWords", ["the", 5]), /^file: functionWords\[1\]/],
    ["no scales", set("scales", undefined), /^file: scales: expected a list/],
    ["a rule that is none", set("scales.0", "count"), /^file: scales\[0\]: expected an object/],
    ["a rule of no kind", set("scales.1.by", "toString"), /^file: scales\[1\]: by/],
    ["a rule of a block that is not there", set("scales.2.blocks", ["c3"]), /^file: scales\[2\]: blocks/],
    ["a rule of no list", set("scales.2.blocks", "w1"), /^file: scales\[2\]: blocks: expected a list/],
    ["no smoothing", set("scales.1.smoothing", 0), /^file: scales\[1\]: smoothing/],
    ["smoothing of no number", set("scales.1.smoothing", null), /^file: scales\[1\]: smoothing/],
    ["a count beyond its class", set("rows", [2, 8, 6]), /^file: counts: expected at most 2/],
    ["one class", set("rows", [5]), /^file: rows: expected two classes/],
    ["no classes", set("rows", 5), /^file: rows: expected a list/],
    ["a class of no size", set("rows.1", -3), /^file: rows\[1\]/],
    ["more classes than counts", set("rows", [5, 8, 6, 7]), /^file: counts: expected 24 whole numbers/],
    ["no counts", set("counts", null), /^file: counts: expected 18 whole numbers/],
    ["too few counts", set("counts", "ABC"), /^file: counts/],
    ["no words", set("words", null), /^file: words: expected an object/],
    ["words of too few bits", set("words.bits", 3), /^file: words: bits/],
    ["words of too many bits", set("words.bits", 33), /^file: words: bits/],
    ["more words than there are", set("words.count", 9), /^file: words: words: expected 9/],
    ["nothing familiar", set("familiar", 0), /^file: familiar/],
    ["more than all familiar", set("familiar", 1.5), /^file: familiar/],
    ["familiarity of no number", set("familiar", "half"), /^file: familiar/],
  ];

  for (const [what, change, message] of REFUSED) {
    test(`refused: ${what}`, () => {
      const json = jsonOf(new FeatureEncoder(partsOf(3)));
      change(json);
      assert.throws(
        () => FeatureEncoder.fromJSON(json, "file"),
        (error: Error) => {
          assert.ok(error instanceof InputError, String(error.stack));
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  test("refused: anything else in place of it", () => {
    for (const json of [null, undefined, 5, "x", [], true, {}]) {
      assert.throws(() => FeatureEncoder.fromJSON(json, "file"), InputError);
    }
  });

  test("refused: rules that ask for more memory than any classifier has use for", () => {
    const json = jsonOf(new FeatureEncoder(partsOf(3)));
    set("scales", new Array(4_000_000).fill(SCALES[1]))(json);
    assert.throws(
      () => FeatureEncoder.fromJSON(json, "file"),
      /file: scales: expected at most 67108864 values/,
    );
  });

  const named = { scales: SCALES.slice(0, 1), counts: null, columnsPerRule: 3 };
  for (const [what, more, least] of [
    ["counts of classes", {}, 1500],
    ["named columns", named, 1000],
  ] as const)
    test(`whatever stands in place of any of its values, with ${what}, it is refused in words, or answers`, () => {
      const json = jsonOf(new FeatureEncoder(partsOf(3, more)));
      const paths: string[][] = [];
      const walk = (value: unknown, path: string[]) => {
        paths.push(path);
        if (typeof value === "object" && value !== null)
          for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
      };
      for (const [key, value] of Object.entries(json)) walk(value, [key]);
      const strange = fc.oneof(
        fc.constantFrom(null, -1, 0, 1e300, 2 ** 32, "", "A", "////////", [], {}, [[]], true, "__proto__"),
        fc.jsonValue(),
        fc.string(),
      );
      let refused = 0;
      fc.assert(
        fc.property(fc.constantFrom(...paths), strange, (path, value) => {
          const copy = structuredClone(json);
          set(path.join("."), value)(copy);
          try {
            const encoder = FeatureEncoder.fromJSON(copy, "file");
            const [batch] = encoder.encodeTexts(["a b x"]);
            assert.ok(batch!.inputs.every(({ data }) => data.every((one) => Number.isFinite(one))));
          } catch (error) {
            assert.ok(error instanceof InputError, String((error as Error).stack));
            assert.match(error.message, /^file: /);
            refused++;
          }
        }),
        { numRuns: 3000 },
      );
      assert.ok(refused > least, `${refused}`);
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    });
});

describe("whole numbers as text", () => {
  const numbers = fc.array(fc.oneof(fc.nat({ max: 40 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })), {
    maxLength: 60,
  });

  test("come back", () => {
    fc.assert(
      fc.property(numbers, (given) => {
        assert.deepEqual([...readWhole(writeWhole(given), given.length, "x")], given);
        const rising = [...new Set(given)].sort((a, b) => a - b);
        assert.deepEqual([...readRising(writeRising(rising), rising.length, "x")], rising);
      }),
    );
    assert.equal(writeWhole([0, 31, 32, 1023, 1024]), "AfgB/fggB");
    const many = Array.from({ length: 50_000 }, (_, k) => k * 80_000);
    assert.deepEqual([...readRising(writeRising(many), many.length, "x")], many);
  });

  test("any other text, and another number of them, is refused", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: 8 }), (text, count) => {
        try {
          assert.equal(readWhole(text, count, "x").length, count);
        } catch (error) {
          assert.ok(error instanceof InputError);
        }
      }),
    );
    for (const [text, count] of [
      ["A", 0],
      ["A", 2],
      ["AA", 1],
      ["g", 1],
      ["ggggggE", 1],
      ["ggggggggggggggggA", 1],
    ] as const) {
      assert.throws(() => readWhole(text, count, "here"), /^InputError: here: expected \d whole numbers/);
    }
    assert.throws(() => readWhole("AA", 1, "x"), /received "more than 1"/);
    assert.throws(() => readWhole("ggggggE", 1, "x"), /received "one beyond 32 bits"/);
    assert.equal(readWhole("//////D", 1, "x")[0], 2 ** 32 - 1);
  });
});

test("every block is listed once, in the order of ids", () => {
  const names = new Set<string>(BLOCKS);
  assert.equal(names.size, BLOCKS.length);
});
