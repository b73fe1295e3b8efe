import assert from "node:assert/strict";
import { test } from "node:test";
import { PURPOSE, philox4x32, Random, seedWords } from "../../src/kernels/philox.js";

type Words = [number, number, number, number];

function philox([c0, c1, c2, c3]: Words, [k0, k1]: [number, number]): number[] {
  const out = new Uint32Array(4);
  philox4x32(out, c0, c1, c2, c3, k0, k1);
  return Array.from(out);
}

// philox4x32 with 10 rounds in kat_vectors of the Random123 distribution.
test("Philox4x32-10: the known answers of Random123", () => {
  assert.deepEqual(philox([0, 0, 0, 0], [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  const ones = 0xffffffff;
  assert.deepEqual(
    philox([ones, ones, ones, ones], [ones, ones]),
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  );
  assert.deepEqual(
    philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  );
});

test("every word of counter and key matters", () => {
  const base: Words = [1, 2, 3, 4];
  const plain = philox(base, [5, 6]).join();
  const others = [0, 1, 2, 3].map((i) =>
    philox(base.map((w, k) => (k === i ? w + 1 : w)) as Words, [5, 6]).join(),
  );
  const keys = [philox(base, [6, 6]).join(), philox(base, [5, 7]).join()];
  assert.equal(new Set([plain, ...others, ...keys]).size, 7);
});

test("a seed of more than 32 bits is used whole", () => {
  assert.deepEqual(seedWords(2 ** 40 + 7), [7, 256]);
  assert.notDeepEqual(new Random(7, 1).word(0), new Random(2 ** 40 + 7, 1).word(0));
});

const N = 20_000;
const numbers = (draw: (i: number) => number) => Array.from({ length: N }, (_, i) => draw(i));
const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
/** Four standard errors: the seed is fixed, so a right generator stays inside for good. */
const near = (value: number, expected: number, deviation: number, what: string) =>
  assert.ok(
    Math.abs(value - expected) < (4 * deviation) / Math.sqrt(N),
    `${what}: ${value}, not ${expected}`,
  );

test("uniform numbers: range, mean, variance, no correlation between neighbours", () => {
  const random = new Random(3, PURPOSE.lab);
  const u = numbers((i) => random.uniform(i));
  assert.ok(u.every((x) => x >= 0 && x < 1));
  near(mean(u), 0.5, Math.sqrt(1 / 12), "mean");
  near(mean(u.map((x) => (x - 0.5) ** 2)), 1 / 12, Math.sqrt(1 / 180), "variance");
  for (const lag of [1, 2, 3, 4]) {
    near(mean(u.map((x, i) => (x - 0.5) * (u[(i + lag) % N]! - 0.5))), 0, 1 / 12, `lag ${lag}`);
  }
});

test("normal numbers: the first four moments", () => {
  const random = new Random(3, PURPOSE.lab, 1);
  const z = numbers((i) => random.normal(i));
  near(mean(z), 0, 1, "mean");
  near(mean(z.map((x) => x ** 2)), 1, Math.sqrt(2), "variance");
  near(mean(z.map((x) => x ** 3)), 0, Math.sqrt(15), "skewness");
  near(mean(z.map((x) => x ** 4)), 3, Math.sqrt(96), "kurtosis");
});

test("permutations hold every number once, and every place is as likely", () => {
  const length = 5;
  const places = Array.from({ length }, () => new Array<number>(length).fill(0));
  for (let stream = 0; stream < 2000; stream++) {
    const order = new Random(1, PURPOSE.shuffle, stream).permutation(length);
    assert.deepEqual(Array.from(order).sort(), [0, 1, 2, 3, 4]);
    for (let place = 0; place < length; place++) places[order[place]!]![place]!++;
  }
  // 2000 / 5 = 400, standard deviation √(2000 · 0.2 · 0.8) = 18.
  for (const row of places) for (const count of row) assert.ok(Math.abs(count - 400) < 75, `${count}`);
});

test("seed, purpose and stream each give other numbers; the same give the same", () => {
  const draws = (...args: ConstructorParameters<typeof Random>) => {
    const random = new Random(...args);
    return [0, 1, 2, 9].map((i) => random.word(i)).join();
  };
  assert.equal(draws(1, 2, 3), draws(1, 2, 3));
  const all = [draws(1, 2, 3), draws(2, 2, 3), draws(1, 3, 3), draws(1, 2, 4)];
  assert.equal(new Set(all).size, 4);
});
