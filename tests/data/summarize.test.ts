import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce } from "../../src/base/pieces.js";
import { encodingShares, summarize } from "../../src/data/summarize.js";
import { TokenizedTexts } from "../../src/tokens/tokenized-texts.js";
import { newEncodingReport } from "../../src/tokens/vectorizer.js";

const ROWS: [string, number][] = [
  ["win a prize now", 1],
  ["see you at noon", 0],
  ["Win a prize, now!", 1], // the same tokens
  ["see you at noon", 1], // the same text, another label
  ["", 0],
  ["...", 1],
  ["noon at you see", 0], // the same words in another order
  ["one", 0],
];

const summaryOf = (texts: TokenizedTexts, rows: readonly number[], classes: readonly number[]) =>
  atOnce(
    summarize(
      texts,
      rows,
      rows.map((row) => classes[row]!),
      ["ham", "spam"],
    ),
  );

function read(rows: readonly [string, number][]) {
  const texts = new TokenizedTexts({ frontEnd: "tokenizer" });
  for (const [text] of rows) texts.add(text);
  return { texts, all: rows.map((_, row) => row), classes: rows.map(([, k]) => k) };
}

test("classes, lengths, repeats and contradictions", () => {
  const { texts, all, classes } = read(ROWS);
  assert.deepEqual(summaryOf(texts, all, classes), {
    rows: 8,
    classes: [
      { label: "ham", rows: 4, share: 0.5 },
      { label: "spam", rows: 4, share: 0.5 },
    ],
    tokens: { total: 21, least: 0, median: 4, p95: 4, most: 4 },
    empty: 2,
    duplicates: 2,
    contradictions: 2,
  });
  const some = summaryOf(texts, [0, 1, 6, 7], classes);
  assert.deepEqual(
    some.classes.map(({ rows }) => rows),
    [3, 1],
  );
  assert.deepEqual([some.rows, some.duplicates, some.contradictions, some.tokens.least], [4, 0, 0, 1]);
  assert.equal(summaryOf(texts, [], classes).tokens.median, 0);
});

test("quantiles by nearest rank", () => {
  const { texts, all, classes } = read(
    Array.from({ length: 100 }, (_, i) => ["w ".repeat(((i * 37) % 100) + 1), i % 2]),
  );
  const { least, median, p95, most } = summaryOf(texts, all, classes).tokens;
  assert.deepEqual([least, median, p95, most], [1, 50, 95, 100]);
});

test("fingerprints tell many near-alike rows apart", () => {
  const texts = new TokenizedTexts({ frontEnd: "tokenizer" });
  const seen = new Set<number>();
  for (let i = 0; i < 20_000; i++)
    seen.add(texts.fingerprint(texts.add(`w${i % 150} w${Math.floor(i / 150)} x`)));
  assert.equal(seen.size, 20_000);
});

test("a row has the same fingerprint among other texts that number its tokens differently", () => {
  const { texts } = read(ROWS);
  const { texts: others } = read([...ROWS].reverse());
  ROWS.forEach((_, row) => {
    assert.equal(others.fingerprint(ROWS.length - 1 - row, texts), texts.fingerprint(row));
  });
  const strange = others.add("win a prize tomorrow");
  assert.equal(others.fingerprint(strange, texts), null);
  texts.add("tomorrow");
  assert.equal(others.fingerprint(strange, texts), texts.fingerprint(texts.add("win a prize tomorrow")));
});

test("what encoding does, as shares", () => {
  const { texts } = read(ROWS);
  const vectorizer = texts.build({ size: 4, length: 2, rows: [1, 3, 6] });
  const report = newEncodingReport();
  for (let r = 0; r < texts.rows; r++) texts.encodeInto(new Float32Array(2), r, vectorizer, report);
  // Known: see, you, at. Rows of ids: 0 3 0 3 0 0 3 0 of tokens 4 4 4 4 0 0 4 1.
  assert.deepEqual(encodingShares(report), {
    truncated: 3 / 8,
    padded: 5 / 8,
    empty: 5 / 8,
    idsCut: 3 / 9,
    outOfVocabulary: 12 / 21,
  });
  assert.equal(encodingShares(newEncodingReport()).idsCut, 0);
});
