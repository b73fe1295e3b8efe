import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cutToWidth,
  displayWidth,
  graphemes,
  padToWidth,
  pictured,
  printable,
  takeWidth,
  wrapToWidth,
} from "../../src/display/text.js";

const FAMILY = "👨‍👩‍👧";

test("width: narrow, wide, combining, joined and flag characters", () => {
  const widths: [string, number][] = [
    ["", 0],
    ["abc", 3],
    ["café", 4],
    ["cafe\u0301", 4],
    ["名前", 4],
    ["ﾅﾏｴ", 3],
    ["Ａ", 2],
    ["한글", 4],
    [FAMILY, 2],
    ["🇫🇷", 2],
    ["❤\ufe0f", 2],
    ["─│", 2],
    ["עברית", 5],
    ["नमस्ते", 3],
  ];
  for (const [text, width] of widths) assert.equal(displayWidth(text), width, text);
});

test("text is cut between graphemes, and the cut is marked", () => {
  assert.deepEqual(graphemes(`e\u0301${FAMILY}x`), ["e\u0301", FAMILY, "x"]);
  assert.equal(takeWidth("名前", 3), "名");
  assert.equal(takeWidth(`a${FAMILY}b`, 2), "a");
  assert.equal(cutToWidth("abcdef", 6), "abcdef");
  assert.equal(cutToWidth("abcdefg", 6), "abcde…");
  assert.equal(cutToWidth(`ab${FAMILY}cd`, 4), "ab…");
  assert.equal(cutToWidth("cafe\u0301s", 4), "caf…");
});

test("padding counts columns, not characters", () => {
  assert.equal(padToWidth("名", 4), "名  ");
  assert.equal(padToWidth("名", 4, "right"), "  名");
  assert.equal(padToWidth("a", 4, "center"), " a  ");
  assert.equal(padToWidth("abcde", 4), "abcde");
});

test("wrapping breaks at spaces, and long words between graphemes", () => {
  assert.deepEqual(wrapToWidth("the quick brown fox", 10), ["the quick", "brown fox"]);
  assert.deepEqual(wrapToWidth("a verylongword b", 6), ["a", "verylo", "ngword", "b"]);
  assert.deepEqual(wrapToWidth(FAMILY.repeat(3), 4), [FAMILY + FAMILY, FAMILY]);
  assert.deepEqual(wrapToWidth("", 5), [""]);
  for (const line of wrapToWidth("x".repeat(200), 7)) assert.ok(displayWidth(line) <= 7);
});

test("control characters, overrides and half characters are shown, not obeyed", () => {
  assert.equal(printable("a\tb\r\nc"), "a b c");
  assert.equal(printable("\u001b[31mred\u0007"), "␛[31mred␇");
  assert.equal(printable("\u009b2J\u007f"), "\ufffd2J␡");
  assert.equal(printable("abc\u202edef\u2066"), "abc\ufffddef\ufffd");
  assert.equal(printable("\ud800x\udc00"), "\ufffdx\ufffd");
  assert.equal(printable(`${FAMILY} שלום`), `${FAMILY} שלום`);
  assert.equal(pictured("line\nline\ttab\u0000"), "line\nline\ttab␀");
});
