/** Labels: which are one, which may be, and which are none. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  classNames,
  isNothing,
  labelKey,
  labelVariants,
  moreClassNames,
  notClasses,
} from "../../src/data/labels.js";

const counts = (rows: Record<string, number>) =>
  Object.entries(rows).map(([label, rows]) => ({ label, rows }));
const many = (labels: readonly string[], rows: number) => labels.map((label) => ({ label, rows }));

test("numbers that are equal are one label; codes and what is no number are not", () => {
  for (const [a, b] of [
    ["0", "0.0"],
    ["1", "1.00"],
    ["-0", "0"],
    ["+1", "1"],
    ["1e2", "100"],
    ["2.50", "2.5"],
    [".5", "0.5"],
    ["1.", "1"],
  ])
    assert.equal(labelKey(a!), labelKey(b!), `${a} and ${b}`);
  for (const [a, b] of [
    ["01", "1"],
    ["007", "7"],
    ["12345678901234567890", "12345678901234567891"],
    ["0x10", "16"],
    ["1.0.0", "1"],
    [".", ""],
    ["e5", "E5"],
    ["-", "+"],
    ["1 ", "1"],
    ["Infinity", "inf"],
  ])
    assert.notEqual(labelKey(a!), labelKey(b!), `${a} and ${b}`);
});

test("the shortest names a number; known classes stay in their places", () => {
  assert.deepEqual(classNames(["1.0", "0", "1", "0.0"]), ["0", "1"]);
  assert.deepEqual(classNames(["1.0", "0.0"]), ["0.0", "1.0"]);
  assert.deepEqual(moreClassNames(["1", "0"], ["0.0", "2.0", "1"]), ["1", "0", "2.0"]);
});

describe("variants", () => {
  test("of case, spaces, hyphens and width", () => {
    const found = labelVariants(
      counts({ "Not spam": 3, not_spam: 10, "NOT-SPAM": 1, "ｎｏｔ ｓｐａｍ": 2, spam: 9 }),
    );
    assert.deepEqual(
      found.map(({ label, of }) => [label, of]),
      [
        ["Not spam", "not_spam"],
        ["ｎｏｔ ｓｐａｍ", "not_spam"],
        ["NOT-SPAM", "not_spam"],
      ],
    );
  });

  test("of a letter: left out, added, replaced, swapped, where it is rare", () => {
    const found = labelVariants(
      counts({ positive: 100, negative: 90, postive: 1, positivee: 2, negatiwe: 1, engative: 1 }),
    );
    assert.deepEqual(
      found.map(({ label, of, how }) => [label, of, how]),
      [
        ["positivee", "positive", "a letter"],
        ["postive", "positive", "a letter"],
        ["negatiwe", "negative", "a letter"],
        ["engative", "negative", "a letter"],
      ],
    );
  });

  test("not what is frequent, short, or another number", () => {
    for (const rows of [
      { form: 50, from: 40 },
      { cat: 100, car: 1 },
      { topic1: 100, topic2: 1 },
      { "1": 100, "2": 1 },
      { good: 100, mood: 1, food: 90 },
    ] as Record<string, number>[])
      assert.deepEqual(
        labelVariants(counts(rows)).map(({ label }) => label),
        rows["good"] ? ["mood"] : [],
        Object.keys(rows).join(),
      );
  });
});

test("known labels stay, and others are variants of them", () => {
  const found = labelVariants(counts({ BAD: 9, bad: 2, goood: 1 }), ["Bad", "bad", "good"]);
  assert.deepEqual(
    found.map(({ label, of }) => [label, of]),
    [
      ["BAD", "bad"],
      ["goood", "good"],
    ],
  );
});

test("labels that may stand for none", () => {
  for (const label of ["N/A", "n/a", "NaN", "null", "-", "?", "#N/A", " nan "])
    assert.ok(isNothing(label), label);
  for (const label of ["none", "no", "0", "neutral", "other"]) assert.ok(!isNothing(label), label);
});

test("amounts, ids and texts are no classes; codes and ratings are", () => {
  const range = (n: number, of: (i: number) => string) => Array.from({ length: n }, (_, i) => of(i));
  assert.equal(
    notClasses(
      many(
        range(51, (i) => (i / 10).toFixed(1)),
        20,
      ),
    ),
    "numbers",
  );
  assert.equal(
    notClasses(
      many(
        range(300, (i) => String(i * 7 + 3)),
        2,
      ),
    ),
    "numbers",
  );
  assert.equal(
    notClasses(
      many(
        range(300, (i) => `user ${i}`),
        1,
      ),
    ),
    "names",
  );
  assert.equal(notClasses(many(range(77, String), 130)), undefined);
  assert.equal(
    notClasses(
      many(
        range(150, (i) => `intent ${i}`),
        20,
      ),
    ),
    undefined,
  );
  assert.equal(
    notClasses(
      many(
        range(5, (i) => String(i + 1)),
        1,
      ),
    ),
    undefined,
  );
  assert.equal(notClasses(many(["1.0", "1.5", "2.0", "2.5", "3.0"], 8)), undefined);
});
