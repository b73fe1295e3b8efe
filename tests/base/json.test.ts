/** The parser of foreign JSON, held to the one that JavaScript has. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { DATA_FORBIDDEN, parseJson } from "../../src/base/json.js";
import { InputError } from "../../src/index.js";

const refusal = (text: string | Uint8Array): string => {
  try {
    parseJson(text, "file");
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.message;
  }
  return "none";
};

describe("parseJson", () => {
  test("gives what JSON.parse gives", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "binary" }), fc.constantFrom("", " ", "\n\t\r "), (text, space) => {
        fc.pre(!/"(__proto__|constructor|prototype)"/.test(text));
        const value = parseJson(space + text + space, "file");
        assert.deepEqual(value, JSON.parse(text));
      }),
    );
  });

  test("numbers come out as JSON.parse has them, however they are written", () => {
    for (const text of [
      "0",
      "-0",
      "1e5",
      "1E-5",
      "0.1",
      "-12.50e+3",
      "1e999",
      "123456789012345678901234567890",
    ]) {
      assert.ok(Object.is(parseJson(text, "file"), JSON.parse(text)), text);
    }
  });

  test("what JSON.parse refuses is refused, with the place", () => {
    const broken = [
      ...[
        "",
        " ",
        "{",
        "[1,",
        "[1,]",
        '{"a":1,}',
        "{a:1}",
        "{'a':1}",
        '{"a" 1}',
        "[1 2]",
        "01",
        "1.",
        ".5",
        "+1",
      ],
      ...[
        "-",
        "1e",
        "NaN",
        "Infinity",
        "tru",
        "nul",
        '"a',
        '"\\x"',
        '"\\u12"',
        '"\n"',
        '"\t"',
        "1 2",
        "[1]]",
        "\ufeff",
      ],
    ];
    for (const text of broken) {
      assert.throws(() => JSON.parse(text), text);
      assert.match(
        refusal(text),
        /^file: expected JSON but received .* At character \d+ .*there should be /,
        text,
      );
    }
    assert.match(refusal('{"a": [1, {"b": tru}]}'), /received "tru}\]}"\. At character 17 \(\.a\[1\]\.b\)/);
  });

  test("changing one character changes both parsers' minds alike", () => {
    const sound =
      '{"layers": [{"units": 3, "rate": -0.5e1, "name": "a\\u00e9\\n", "use": [true, false, null]}, {}]}';
    const characters = [...'{}[]",:\\0e.-+ tfn\n'];
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.constantFrom(...characters), (at, character) => {
        const text = sound.slice(0, at) + character + sound.slice(at + 1);
        let right: unknown = "refused";
        try {
          right = JSON.parse(text);
        } catch {}
        let ours: unknown = "refused";
        try {
          ours = parseJson(text, "file");
        } catch (error) {
          assert.ok(error instanceof InputError);
          if (/expected one key/.test(error.message)) return;
        }
        assert.deepEqual(ours, right, text);
      }),
      { numRuns: 2000 },
    );
  });

  test("a key that comes twice is refused, escaped or not, at any depth", () => {
    assert.match(refusal('{"units":1,"units":2}'), /^file: expected one key "units" but received "two"/);
    assert.match(refusal('[{"x":{"a":1,"b":2,"\\u0061":1}}]'), /^file\[0\]\.x: expected one key "a"/);
    assert.deepEqual(parseJson('{"hasOwnProperty":1,"toString":2}', "file"), {
      hasOwnProperty: 1,
      toString: 2,
    });
  });

  test("forbidden keys are named with their place", () => {
    assert.match(refusal('{"a":[{"__proto__":1}]}'), /^file\.a\[0\]: expected no key "__proto__"/);
    assert.match(refusal('{"\\u005f_proto__":1}'), /expected no key "__proto__"/);
    assert.match(refusal('{"constructor":1}'), /expected no key "constructor"/);
    assert.deepEqual(
      Object.keys(parseJson('{"constructor":1}', "f", { forbidden: DATA_FORBIDDEN }) as object),
      ["constructor"],
    );
  });

  test("nesting is bounded at 100 levels", () => {
    assert.equal(refusal(`${"[".repeat(100)}${"]".repeat(100)}`), "none");
    assert.match(refusal(`${"[".repeat(101)}${"]".repeat(101)}`), /at most 100 levels/);
    assert.match(refusal(`{"a":`.repeat(5000)), /at most 100 levels/);
  });

  test("bytes that are no UTF-8 are refused", () => {
    assert.match(refusal(Uint8Array.of(0x22, 0xff, 0x22)), /expected text in UTF-8/);
    assert.equal(parseJson(new TextEncoder().encode('"é€😀"'), "file"), "é€😀");
  });

  test("a long list of words, as a vocabulary has them, is read", () => {
    const words = Array.from({ length: 400_000 }, (_, i) => `w${i}`);
    assert.deepEqual(parseJson(JSON.stringify(words), "file"), words);
  });
});
