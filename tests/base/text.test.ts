import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, inputError, show } from "../../src/base/errors.js";
import { label } from "../../src/base/label.js";
import {
  cutToWidth,
  displayWidth,
  graphemes,
  padToWidth,
  pictured,
  printable,
  printableJson,
  takeWidth,
  wrapToWidth,
} from "../../src/base/text.js";

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

test("whatever reorders, takes no room or breaks a line is replaced, and nothing else", () => {
  const hidden = [
    ...["\u061c", "\u200b", "\u200e", "\u200f", "\u2060", "\u2064", "\u206f", "\ufeff", "\u00ad"],
    ...["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"],
    ...["\ufff9", "\u{e0001}", "\u{e0041}", "\ufffe", "\u3164", "\u180e"],
  ];
  for (const one of hidden) assert.equal(printable(`a${one}b`), "a\ufffdb", one.codePointAt(0)!.toString(16));
  for (const one of ["\u2028", "\u2029", "\u0085"]) assert.equal(printable(`a${one}b`), "a b");
  for (let code = 0x80; code < 0xa0; code++) {
    assert.doesNotMatch(printable(String.fromCharCode(code)), /[\x80-\x9f]/);
  }
  // Joiners join letters and emoji; between Latin letters they only hide.
  for (const kept of ["می\u200cخواهم", "क्\u200dष", "👩🏽\u200d🚀", "❤️", "葛\u{e0100}", "e\u0301", "\ufffd"]) {
    assert.equal(printable(kept), kept);
  }
  assert.equal(printable("ad\u200dmin \u200c"), "ad\ufffdmin \ufffd");
});

test("JSON says the same, escaped", () => {
  const value = { "k\u202e": ["\u009b2J\u007f", "\u{e0041}\u200b", "\ud800", FAMILY, "a\u2028"] };
  const text = printableJson(value);
  assert.equal(text, printable(text));
  assert.deepEqual(JSON.parse(text), value);
  assert.ok(text.includes("\\u202e") && text.includes("\\u009b") && text.includes(FAMILY));
});

test("messages of errors and names are one printable line of bounded length", () => {
  const { message } = inputError({
    expected: "a\nb",
    where: "\u001b[2J",
    received: { "\u202e": 1 },
    next: "\u2028.",
  });
  assert.equal(message, "␛[2J: expected a b but received an object with keys \ufffd.  .");
  assert.ok(new InputError("x".repeat(10 ** 6)).message.length < 5000);
  assert.equal(label("a\u001b\nb"), "a␛ b");
  assert.equal(label("x".repeat(100)).length, 78);
  assert.equal(label(""), '""');
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  assert.equal(show(cyclic), "[[[a list]]]");
  const trap = new Proxy({}, { ownKeys: () => assert.fail("looked into") });
  assert.equal(show(trap), "an object that cannot be looked into");
});
