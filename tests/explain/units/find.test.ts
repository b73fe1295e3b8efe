/** Spans where the same units are on: against every span of every text, gone through plainly. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findSpans, recordUnits } from "../../../src/explain/index.js";
import { layers, sequential } from "../../../src/index.js";
import { Vectorizer } from "../../../src/tokens/vectorizer.js";
import { shake } from "../models.js";

const model = shake(
  sequential([
    layers.embedding({ inputDim: 8, outputDim: 3, inputLength: 7 }),
    layers.lstm({ units: 4 }),
    layers.dense({ units: 1 }),
  ]),
  4,
  1.2,
);
const vectorizer = new Vectorizer({ frontEnd: "tokenizer" }, ["", ..."abcdefg"], { padding: "pre" });
const network = { model, vectorizer };
const texts = ["a b c d e", "c c a b g f e", "g", "d e f a b c", "b a"];

for (const alone of [false, true]) {
  test(`the best span of each text${alone ? ", of units on there alone" : ""}`, async () => {
    const threshold = alone ? 0.05 : 0.15;
    const found = await findSpans(network, "a b c d e", texts, {
      from: 1,
      to: alone ? 2 : 3,
      threshold,
      alone,
      matches: 9,
    });
    const units = found.units.map(({ unit, sign }) => unit * sign + (sign > 0 ? 0.5 : -0.5));
    const best = new Map<number, number>();
    for await (const { row, x, read } of recordUnits(network, texts, { parts: ["hidden"] })) {
      const n = read.tokens.length;
      const on = (k: number, u: number) =>
        k < 0 || k >= n ? 0 : Math.abs(x[k * 4 + u]!) >= threshold ? Math.sign(x[k * 4 + u]!) : 0;
      for (let a = 0; a < n; a++) {
        for (let b = a + 1; b <= Math.min(n, a + (alone ? 2 : 4)); b++) {
          const here = [0, 1, 2, 3].flatMap((u) => {
            const signs = new Set(Array.from({ length: b - a }, (_, k) => on(a + k, u)));
            const [sign] = signs;
            if (signs.size > 1 || sign === 0) return [];
            if (alone && (on(a - 1, u) === sign || on(b, u) === sign)) return [];
            return [u * sign! + (sign! > 0 ? 0.5 : -0.5)];
          });
          const shared = here.filter((one) => units.includes(one)).length;
          if (shared === 0) continue;
          const overlap = shared / (units.length + here.length - shared);
          best.set(row, Math.max(best.get(row) ?? 0, overlap));
        }
      }
    }
    assert.ok(best.size >= (alone ? 2 : 3), `${best.size}`);
    assert.deepEqual(
      new Map(found.matches.map(({ row, overlap }) => [row, overlap])),
      new Map([...best].sort((one, other) => other[1] - one[1])),
    );
    assert.equal(found.matches[0]!.overlap, 1);
  });
}

test("of chosen units alone: others are neither shared nor counted against a text", async () => {
  const asked = { from: 1, to: 3, threshold: 0.15, matches: 9 };
  const all = await findSpans(network, "a b c d e", texts, asked);
  const { unit, sign } = all.units[0]!;
  const one = await findSpans(network, "a b c d e", texts, { ...asked, units: [unit] });
  assert.deepEqual(
    one.units.map((on) => [on.unit, on.sign]),
    [[unit, sign]],
  );
  const where = new Set<number>();
  for await (const { row, x } of recordUnits(network, texts, { parts: ["hidden"] })) {
    for (let k = 0; k * 4 < x.length; k++) if (x[k * 4 + unit]! * sign >= 0.15) where.add(row);
  }
  assert.deepEqual(new Set(one.matches.map(({ row }) => row)), where);
  for (const { row, text, overlap } of one.matches) {
    assert.equal(overlap, 1);
    assert.equal(text, texts[row - 1]);
  }
  await assert.rejects(findSpans(network, "a b", texts, { units: [4] }), /findSpans units: .*0 to 3 .*4/);
});
