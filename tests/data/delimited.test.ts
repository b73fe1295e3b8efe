/** The CSV and TSV parser: what RFC 4180 says, wherever the text is cut into pieces. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DelimitedParser, type Dialect } from "../../src/data/delimited.js";
import { LONGEST_RECORD } from "../../src/data/records.js";

const CSV: Dialect = { delimiter: ",", quoted: true };
const TSV: Dialect = { delimiter: "\t", quoted: false };

function parse(text: string, dialect = CSV, pieces: readonly string[] = [text]) {
  const parser = new DelimitedParser("data.csv", dialect);
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
}

const cases: [string, string, string[][]][] = [
  [
    "plain",
    "a,b\nc,d\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "no line end at the end",
    "a,b\nc,d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "CR LF",
    "a,b\r\nc,d\r\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "both line ends",
    'a,b\r\n"c",d\n"e","f"\r\ng,h',
    [
      ["a", "b"],
      ["c", "d"],
      ["e", "f"],
      ["g", "h"],
    ],
  ],
  [
    "CR at the very end",
    'a,b\r\n"c","d"\r',
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "quoted delimiter, line end, quote",
    '"a,1","b\n2"\n"say ""hi""",""""\n',
    [
      ["a,1", "b\n2"],
      ['say "hi"', '"'],
    ],
  ],
  ["CR LF kept within quotes", '"a\r\nb",c\r\n', [["a\r\nb", "c"]]],
  [
    "empty fields",
    ',\n"",""\n',
    [
      ["", ""],
      ["", ""],
    ],
  ],
  [
    "blank lines passed over",
    "\n\r\na,b\n\n\nc,d\r\n\r\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  ["a quote within an unquoted field", 'a"b,c"\n', [['a"b', 'c"']]],
  ["spaces kept", " a , b \n", [[" a ", " b "]]],
  ["no line end but LF and CR LF", "a\u0085b\u2028c,d\re\n", [["a\u0085b\u2028c", "d\re"]]],
  ["one column", "a\nb\n", [["a"], ["b"]]],
  ["nothing", "\n\n", []],
];
for (const [what, text, expected] of cases) {
  test(`CSV: ${what}`, () => {
    assert.deepEqual(parse(text), expected);
    assert.deepEqual(parse(text, CSV, [...text]), expected, "one character at a time");
  });
}

test("unquoted TSV takes quotes as they are", () => {
  const text = 'ham\t"Hi there\nspam\t""win"" now"\r\nham\ta, b\n';
  const expected = [
    ["ham", '"Hi there'],
    ["spam", '""win"" now"'],
    ["ham", "a, b"],
  ];
  assert.deepEqual(parse(text, TSV), expected);
  assert.deepEqual(parse(text, TSV, [...text]), expected);
});

const field = fc.oneof(
  fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "\t", "a", "é", "😀", " "), maxLength: 8 }),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const table = fc
  .integer({ min: 1, max: 4 })
  .chain((width) =>
    fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
  );

test("any table written by RFC 4180 reads back the same, cut into pieces anywhere", () => {
  const cuts = fc.array(fc.nat(), { maxLength: 12 });
  fc.assert(
    fc.property(table, fc.boolean(), fc.boolean(), cuts, (rows, crlf, last, places) => {
      const lineEnd = crlf ? "\r\n" : "\n";
      const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
      const write = (cell: string) => (/[",\r\n]/.test(cell) || cell === "" ? quote(cell) : cell);
      const text = rows.map((row) => row.map(write).join(",")).join(lineEnd) + (last ? lineEnd : "");
      const at = [0, ...places.map((place) => place % (text.length + 1)), text.length].sort((a, b) => a - b);
      const pieces = at.slice(1).map((to, i) => text.slice(at[i], to));
      assert.deepEqual(parse(text, CSV, pieces), rows);
    }),
    { numRuns: 500, seed: 11 },
  );
});

test("what one piece refuses, any pieces refuse with the same words", () => {
  const soup = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a"), maxLength: 20 });
  const outcome = (text: string, pieces: readonly string[]) => {
    try {
      return parse(text, CSV, pieces);
    } catch (error) {
      return (error as Error).message;
    }
  };
  fc.assert(
    fc.property(soup, (text) => {
      assert.deepEqual(outcome(text, [...text]), outcome(text, [text]));
    }),
    { numRuns: 2000, seed: 13 },
  );
});

test("malformed rows are named by row and line", () => {
  const bad = (text: string, message: RegExp, dialect = CSV) => {
    assert.throws(() => parse(text, dialect), { name: "InputError", message });
    assert.throws(() => parse(text, dialect, [...text]), { name: "InputError", message });
  };
  bad(
    "a,b\nc,d\ne,f,g\nh,i\n",
    /^data\.csv, row 3 \(line 3\): expected 2 fields, as in the first row but received 3\. .*","/,
  );
  bad('a,b\n"c\n\nc",d\n\ne\n', /row 3 \(line 6\): expected 2 fields, .* but received 1\.$/);
  bad('a,b\n"c\nc",d,e\n', /row 2 \(line 2\): expected 2 fields/);
  bad('a,b\nc,d\n"e,f\ng,h\n', /row 3 \(line 3\): expected a closing quote, found the end of the file/);
  bad('a,b\n"c" ,d\n', /row 2 \(line 2\): expected a delimiter or line end after a closing quote \("c"\)/);
  bad('a,b\n"c"\rd,e\n', /row 2 \(line 2\): expected a delimiter or line end/);
  bad("a\tb\nc\n", /row 2 \(line 2\): expected 2 fields, as in the first row but received 1\.$/, TSV);
});

test("a record without end is refused before it fills the memory", () => {
  const parser = new DelimitedParser("data.csv", CSV);
  parser.push('a,b\n"open');
  const piece = "x".repeat(2 ** 20);
  assert.throws(
    () => {
      for (let i = 0; i <= LONGEST_RECORD / piece.length; i++) parser.push(piece);
    },
    { name: "InputError", message: /data\.csv, line 2: .* 16 Mi characters.*Is a quote left open\?/ },
  );
});
