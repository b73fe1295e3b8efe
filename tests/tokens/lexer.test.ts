import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Lexer } from "../../src/tokens/lexer.js";
import { TokenizedTexts } from "../../src/tokens/tokenized-texts.js";

function tokensOf(text: string, lexer = new Lexer()): string[] {
  const tokens: string[] = [];
  lexer.begin(text);
  while (lexer.next()) tokens.push(lexer.token());
  return tokens;
}

/** What is read, and its tokens, parted by spaces. */
const CASES: Record<string, readonly (readonly [text: string, tokens: string])[]> = {
  "n't and 's part from their word": [
    ["isn't it Kim's?", "is n't it Kim 's ?"],
    ["DON'T we'LL", "DO N'T we 'LL"],
    ["can't've", "ca n't 've"],
    ["n't", "n't"],
    ["isn'ta isn't2 isn't_", "isn 'ta isn ' t 2 isn ' t _"],
    ["an'tä", "an ' tä"],
    ["rock'n'roll", "rock 'n 'roll"],
    ["'tis '90s 'a1", "'tis ' 90 s ' a 1"],
    ["''s dogs' 'x'", "'' s dogs ' 'x '"],
    ["isn't", "is n't"],
    ["Kim's isn't", "Kim 's is n't"],
  ],
  "typographic apostrophes are apostrophes": [
    ["isn\u2019t Kim\u2019s", "is n't Kim 's"],
    ["\u2018quoted\u2019", "\u2018 quoted '"],
  ],
  "numbers keep their inner points and commas": [
    ["3.5 10,000.25 1.2.3", "3.5 10,000.25 1.2.3"],
    ["5. .5 5,", "5 . . 5 5 ,"],
    ["1..2 1.,2", "1 .. 2 1 . , 2"],
    ["3rd a1b2", "3 rd a 1 b 2"],
    ["\u0661\u0662.\u0663", "\u0661\u0662.\u0663"],
    ["x\u00b2 \u2167 \u00bd", "x\u00b2 \u2167 \u00bd"],
  ],
  "a run of one mark is a token": [
    ["wow!!!???!!", "wow !!! ??? !!"],
    ["a--b __init__", "a -- b __ init __"],
    ["$$$ £££€", "$$$ £££ €"],
    ["((<<>>))", "(( << >> ))"],
  ],
  "line breaks of HTML are spaces": [
    ["a<br>b<br/>c<br />d<BR  >e", "a b c d e"],
    ["a<br\t\n/>b", "a b"],
    ["<br", "< br"],
    ["<br / >", "< br / >"],
    ["<bra> <b>", "< bra > < b >"],
    ["<<br>", "<< br >"],
    ["<br /", "< br /"],
    ["<br>", ""],
  ],
  "signs that show nothing are spaces": [
    ["a\u00a0b\u2003c\u3000d\u0000e", "a b c d e"],
    ["a\u200bb\ufeffc\u00add", "a b c d"],
    [" \t\r\n", ""],
    ["", ""],
  ],
  "pictures, their selectors, joiners and shades": [
    ["😀😀😂", "😀😀 😂"],
    ["\u2764\ufe0f\u2764\ufe0f", "\u2764 \u2764"],
    ["👩\u200d👩\u200d👧", "👩 👩 👧"],
    ["👍🏽", "👍 🏽"],
    ["ok👍ok", "ok 👍 ok"],
    ["1\ufe0f\u20e3", "1 \u20e3"],
  ],
  "where words are written without spaces, every character is one": [
    ["今天天气", "今 天 天 气"],
    ["ラーメン です", "ラ ー メ ン で す"],
    ["Tokyo東京2020", "Tokyo 東 京 2020"],
    ["สวัสดี", "ส ว ั ส ด ี"],
    ["𠀀𠀁", "𠀀 𠀁"],
    ["한국어 학교", "한국어 학교"],
  ],
  "composed and decomposed letters are one": [
    ["cafe\u0301 café", "café café"],
    ["a\u0302\u0323", "\u1ead"],
    ["x\u0338y", "x\u0338y"],
    ["\u1100\u1161", "가"],
  ],
  "halves of pairs are signs": [
    ["a\ud800b", "a \ufffd b"],
    ["\udc00\udc00", "\ufffd\ufffd"],
    ["\ud83d", "\ufffd"],
  ],
  "letters of all alphabets make words": [
    ["Straße мир Ελλάδα नमस्ते שלום", "Straße мир Ελλάδα नमस्ते שלום"],
    ["İstanbul", "İstanbul"],
  ],
};

for (const [what, cases] of Object.entries(CASES)) {
  test(what, () => {
    for (const [text, tokens] of cases) {
      assert.deepEqual(tokensOf(text), tokens === "" ? [] : tokens.split(" "), JSON.stringify(text));
    }
  });
}

/** Text made of what the lexer decides by, beside any other. */
const PIECES = [
  ..."ntsNTS'\u2019 <br/>.,_!?09a",
  ...[
    "<br",
    "<br />",
    "n't",
    "'s",
    "\ufe0f",
    "\u200d",
    "\u0301",
    "\ud800",
    "\udc00",
    "é",
    "今",
    "ก",
    "😀",
    "\u0000",
  ],
];
const texts = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary" }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
    .map((units) => String.fromCharCode(...units)),
);

/** What the tokens of a text are made of: the text less all that shows nothing, less lone line breaks. */
const visible = (text: string): string =>
  text
    .normalize("NFC")
    .replaceAll("\u2019", "'")
    .replace(/\p{Cs}/gu, "\ufffd")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what may stand in a tag
    .replace(/(<<+)|<br[\u0000-\u0020\u007f]*\/?>/giu, "$1")
    .replace(/\p{Z}|\p{Cc}|\p{Cf}|[\ufe00-\ufe0f]/gu, "");

describe("of any text", () => {
  test("the tokens are all that shows, in order, none empty", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const tokens = tokensOf(text);
        assert.equal(tokens.join(""), visible(text));
        assert.ok(tokens.every((token) => token.length > 0));
      }),
      { numRuns: 2000 },
    );
  });

  test("they do not depend on what was read before", () => {
    const used = new Lexer();
    fc.assert(
      fc.property(texts, texts, (before, text) => {
        tokensOf(before, used);
        assert.deepEqual(tokensOf(text, used), tokensOf(text));
      }),
      { numRuns: 1000 },
    );
  });

  test("numbered, they are the same words", () => {
    const numbered = new TokenizedTexts({ frontEnd: "lexer" });
    fc.assert(
      fc.property(texts, (text) => {
        numbered.add(text);
        const row = numbered.rows - 1;
        const words = Array.from(numbered.tokensOf(row), (token) => numbered.table.word(token));
        assert.deepEqual(words, tokensOf(text));
        assert.equal(numbered.tokensIn(row), words.length);
      }),
    );
  });
});

test("what lies behind the end of a text is not read", () => {
  const lexer = new Lexer();
  // Whatever a longer text leaves behind would go on from where each of these ends.
  for (const [before, text] of [
    ["isn't it", "isn"],
    ["isn't", "isn'"],
    ["1.5", "1."],
    ["it's", "it'"],
    ["a<br>", "a<br"],
    ["a<br/>", "a<br/"],
    ["!!!!", "!"],
    ["12345", "12"],
    ["今天", "今"],
  ] as const) {
    tokensOf(before, lexer);
    assert.deepEqual(tokensOf(text, lexer), tokensOf(text), text);
  }
});

test("long texts are read in steps that grow with their length", () => {
  const length = 250_000;
  const patterns = [
    "a",
    "word ",
    "'",
    "'a",
    "'aaaa1",
    "n't",
    "<",
    "<br",
    "<br ",
    "<br / ",
    "1.",
    "1,1",
    "!?",
    "今",
  ];
  const counted = Lexer.prototype as unknown as { look(at: number): number };
  const look = counted.look;
  let steps = 0;
  counted.look = function (this: Lexer, at) {
    steps++;
    return look.call(this, at);
  };
  try {
    for (const pattern of patterns) {
      const text = pattern.repeat(length / pattern.length);
      const lexer = new Lexer();
      let { bytes } = lexer;
      let reads = 0;
      Object.defineProperty(lexer, "bytes", {
        get: () => {
          reads++;
          return bytes;
        },
        set: (larger: typeof bytes) => {
          bytes = larger;
        },
      });
      steps = 0;
      lexer.begin(text);
      let total = 0;
      while (lexer.next()) total += lexer.length;
      const size = Buffer.byteLength(text);
      assert.ok(total <= size && total > size / 3, pattern);
      assert.ok(steps <= 8 * size && reads <= 12 * size, `${pattern}: ${steps} steps, ${reads} reads`);
    }
  } finally {
    counted.look = look;
  }
});

test("a megabyte comes through whole, and the next text does not notice", () => {
  const lexer = new Lexer();
  const word = "Ω".repeat(1 << 19);
  assert.deepEqual(tokensOf(`${word} ${word}`, lexer), [word, word]);
  assert.equal(tokensOf("ab ".repeat(350_000), lexer).length, 350_000);
  assert.deepEqual(tokensOf("is n't", lexer), ["is", "n't"]);
});
