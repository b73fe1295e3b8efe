import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce } from "../../src/base/pieces.js";
import { repeatedTexts } from "../../src/classifier/repeated-texts.js";
import { Corpus } from "../../src/index.js";
import { Random } from "../../src/kernels/philox.js";

/** Texts of one to four words of some: so few that many are said twice, others in another order only. */
function texts(rows: number, words: number, seed: number): string[] {
  const random = new Random(seed, 1);
  const drawn = (i: number, below: number) => Math.floor(random.uniform(i) * below);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: 1 + drawn(5 * row, 4) }, (_, k) => `w${drawn(5 * row + k + 1, words)}`).join(" "),
  );
}

async function read(all: string[]) {
  const rows = all.map((text) => ({ text, label: "a" }));
  return { corpus: await Corpus.read(rows, { frontEnd: "tokenizer" }), rows: [...rows.keys()] };
}

test("as many texts are found to repeat as a set finds of the texts themselves, among many that are near alike", async () => {
  for (const [words, learnedRows, testedRows] of [
    [3, 20, 10],
    [40, 3000, 2000],
    [60, 60_000, 30_000],
  ] as const) {
    const [learned, tested] = [texts(learnedRows, words, 1), texts(testedRows, words, 2)];
    const known = new Set(learned);
    const expected = tested.filter((text) => known.has(text)).length;
    assert.ok(expected > 0 && expected < testedRows);
    assert.equal(atOnce(repeatedTexts(await read(learned), await read(tested))), expected);
  }
});

test("texts without a word repeat none, and a word that was never learned is in none", async () => {
  const learned = await read(["", "...", "one", "one two"]);
  assert.equal(atOnce(repeatedTexts(learned, await read(["", "!!!", "three", "two one"]))), 0);
  assert.equal(atOnce(repeatedTexts(learned, await read(["ONE!", "one", "one, two"]))), 3);
  assert.equal(atOnce(repeatedTexts(await read(["one"]), { ...learned, rows: [] })), 0);
});
