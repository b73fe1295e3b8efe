import assert from "node:assert/strict";
import { test } from "node:test";
import { bracketed, clock, count, counted, decimal, duration, percent } from "../../src/base/numbers.js";

test("counts are grouped", () => {
  assert.equal(count(30977), "30,977");
  assert.equal(count(12.5), "12.5");
  assert.equal(counted(1, "row"), "1 row");
  assert.equal(counted(0, "row"), "0 rows");
  assert.equal(counted(2, "class", "classes"), "2 classes");
});

test("only a whole is 100 %, only nothing 0 %", () => {
  const words: [number, string][] = [
    [0, "0 %"],
    [1, "100 %"],
    [0.98684, "98.7 %"],
    [0.5, "50.0 %"],
    [0.99976, "99.98 %"],
    [0.9999999999, ">99.99999 %"],
    [0.0002, "0.02 %"],
    [1e-12, "<0.00001 %"],
    [Number.NaN, "–"],
  ];
  for (const [share, word] of words) assert.equal(percent(share), word);
  assert.equal(percent(0.98684, 2), "98.68 %");
});

test("intervals in the words of their figure, and none of no width", () => {
  assert.equal(bracketed([0.9781, 0.9918], percent), " (97.8–99.2)");
  assert.equal(bracketed([0.7224, 1], percent), " (72.2–100)");
  assert.equal(
    bracketed([-0.25, 0.5], (value) => decimal(value, 2)),
    " (-0.25 to 0.50)",
  );
  assert.equal(bracketed([1, 1], percent), "");
  assert.equal(bracketed([Number.NaN, Number.NaN], percent), "");
});

test("decimals, the very small and the not finite too", () => {
  assert.equal(decimal(0.20388), "0.2039");
  assert.equal(decimal(0), "0.0000");
  assert.equal(decimal(0.00003), "3.0e-5");
  assert.equal(decimal(0.5, 2), "0.50");
  assert.equal(decimal(Number.NaN), "–");
  assert.equal(decimal(undefined), "–");
  assert.equal(decimal(Number.POSITIVE_INFINITY), "∞");
});

test("durations", () => {
  const words: [number, string][] = [
    [0.0342, "34 ms"],
    [0.9997, "1.0 s"],
    [12.34, "12.3 s"],
    [59.97, "1 min 00 s"],
    [75, "1 min 15 s"],
    [3599.6, "1 h 00 min"],
    [7310, "2 h 02 min"],
    [-1, "–"],
  ];
  for (const [seconds, word] of words) assert.equal(duration(seconds), word);
});

test("time left, short", () => {
  assert.deepEqual([0.4, 75, 3600, 36061].map(clock), ["0:00", "1:15", "1:00:00", "10:01:01"]);
});
