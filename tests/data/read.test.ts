/** Reading: formats, how columns are found, and every kind of input that is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { classNames } from "../../src/data/labels.js";
import { type ReadOptions, readLabelled, readTexts } from "../../src/data/read.js";
import { type ByteSource, blobSource, memorySource } from "../../src/data/source.js";

type Content = string | Uint8Array;

function pieces(content: Content, size: number, name: string): ByteSource {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    name,
    chunks: (async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })(),
  };
}

async function collect<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

async function labelled(name: string, content: Content, options: ReadOptions = {}) {
  const data = await readLabelled(memorySource(content, name), options);
  const rows = await collect(data);
  return {
    found: data.description.found,
    description: data.description,
    rows: rows.map((r) => [r.text, r.label]),
  };
}

async function refused(name: string, content: Content, message: RegExp, options: ReadOptions = {}) {
  await assert.rejects(() => labelled(name, content, options), { name: "InputError", message });
  // However the bytes come.
  await assert.rejects(async () => collect(await readLabelled(pieces(content, 1, name), options)), {
    name: "InputError",
    message,
  });
}

const MANY = Array.from({ length: 30 }, (_, i) => [
  `text ${i} is a longer one`,
  i % 3 === 0 ? "spam" : "ham",
]);
const written = (delimiter: string, header: string, swap = false) =>
  header + MANY.map((row) => (swap ? [...row].reverse() : row).join(delimiter)).join("\n");

test("columns by name: case, order and other columns do not matter", async () => {
  const sms = await labelled("sms.tsv", 'Label\tSMS\nham\tHi "you\nspam\t"Win"\n');
  assert.equal(sms.found, "text column: SMS, label column: Label (found by name)");
  assert.deepEqual(sms.rows, [
    ['Hi "you', "ham"],
    ['"Win"', "spam"],
  ]);
  const wide = await labelled(
    "d.csv",
    "id,Sentiment,Review_Text,review,when\n1,pos,x,good,now\n2,neg,y,bad,now\n",
  );
  assert.equal(wide.found, "text column: review, label column: Sentiment (found by name)");
  assert.deepEqual(wide.rows, [
    ["good", "pos"],
    ["bad", "neg"],
  ]);
});

test("columns as asked: by name, by number, by a name in other letters", async () => {
  const csv = "a,b,c\n1,x,hello there\n2,y,good bye\n";
  const asked = await labelled("d.csv", csv, { text: "C", label: "b" });
  assert.equal(asked.found, "text column: c, label column: b (as asked)");
  assert.deepEqual(asked.rows, [
    ["hello there", "x"],
    ["good bye", "y"],
  ]);
  const numbered = await labelled("d.csv", csv, { text: 3, label: "2", header: true });
  assert.deepEqual(numbered.rows, asked.rows);
  const mixed = await labelled("d.csv", "v1,v2\nham,hello\nspam,win\n", { label: "v1" });
  assert.equal(mixed.found, "text column: v2 (the only other column), label column: v1 (as asked)");
  const other = await labelled("d.csv", "answer,text\nyes,a\nyes,a\nno,a\n"); // few texts do not make them labels
  assert.equal(
    other.found,
    "text column: text (found by name), label column: answer (the only other column)",
  );
});

test("columns by content, with and without a header", async () => {
  for (const swap of [false, true]) {
    const [text, label] = swap ? ["2", "1"] : ["1", "2"];
    const bare = await labelled("trec.txt", written("\t", "", swap));
    assert.equal(
      bare.found,
      `text column: ${text}, label column: ${label} (guessed from content; no header)`,
    );
    assert.deepEqual(bare.rows, MANY);
    assert.equal(bare.description.format, "tsv");
    const named = await labelled("kaggle.csv", written(",", "v1,v2\n", swap));
    assert.equal(named.found, `text column: v${text}, label column: v${label} (guessed from content)`);
    assert.deepEqual(named.rows, MANY);
  }
  const asked = await labelled("kaggle.csv", written(",", "v1,v2\n"), { header: false });
  assert.equal(asked.rows.length, 31);
});

test("rows are numbered as in the file, a header among them", async () => {
  const numbers = async (name: string, content: string) =>
    (await collect(await readLabelled(memorySource(content, name)))).map(({ row }) => row);
  assert.deepEqual(await numbers("a.csv", 'text,label\nx,a\n\n"y\ny",b\n'), [2, 3]);
  assert.deepEqual(
    await numbers("a.jsonl", '{"text":"x","label":"a"}\n\n{"text":"y","label":"b"}\n'),
    [1, 2],
  );
});

test("CSV: quotes, line ends, BOM, odd characters, other delimiters", async () => {
  const odd = await labelled("d.csv", '\ufefftext,label\r\n"a ""b"", c\nd\u0085",x \r\n\ufeffe, y\r\n');
  assert.deepEqual(odd.rows, [
    ['a "b", c\nd\u0085', "x"],
    ["\ufeffe", "y"],
  ]);
  assert.deepEqual(odd.description.columns, ["text", "label"]);
  for (const delimiter of [";", "|", "\t"]) {
    const other = await labelled("d.csv", `text${delimiter}label\na, b${delimiter}x\nc${delimiter}y\n`);
    assert.deepEqual(other.rows, [
      ["a, b", "x"],
      ["c", "y"],
    ]);
  }
});

test("TSV: quotes are taken for quoting only where the file shows it", async () => {
  const rows = async (content: string, options: ReadOptions = {}) =>
    (await labelled("d.tsv", content, options)).rows;
  assert.deepEqual(await rows('text\tlabel\n"a\tb"\tx\nc\ty\n'), [
    ["a\tb", "x"],
    ["c", "y"],
  ]);
  assert.deepEqual(await rows('text\tlabel\n"a\nb"\tx\nc\ty\n'), [
    ["a\nb", "x"],
    ["c", "y"],
  ]);
  assert.deepEqual(await rows('text\tlabel\n"say ""a"""\tx\nc\ty\n'), [
    ['say "a"', "x"],
    ["c", "y"],
  ]);
  assert.deepEqual(await rows('"text"\t"label"\n"a"\t"x"\n"c"\t"y"\n'), [
    ["a", "x"],
    ["c", "y"],
  ]);
  assert.deepEqual(await rows('text\tlabel\n"a"\tx\n"c\ty\n'), [
    ['"a"', "x"],
    ['"c', "y"],
  ]);
  assert.deepEqual(await rows('text\tlabel\n"a"\tx\nc\ty\n'), [
    ['"a"', "x"],
    ["c", "y"],
  ]);
  // Longer than the head: a stray quote early on, a record cut by the head's end.
  const plain = Array.from({ length: 9000 }, (_, i) => [`${i === 3 ? '"' : ""}some text ${i}`, `c${i % 3}`]);
  plain[1]![0] = '"what looks ""quoted"""';
  assert.deepEqual(await rows(plain.map((row) => row.join("\t")).join("\n")), plain);
  const quoted = Array.from({ length: 9000 }, (_, i) => [`some\ntext "${i}"`, `c${i % 3}`]);
  const write = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  assert.deepEqual(await rows(quoted.map((row) => row.map(write).join("\t")).join("\n")), quoted);
  assert.deepEqual(await rows('text\tlabel\n"a"\tx\nc\ty\n', { quoted: true }), [
    ["a", "x"],
    ["c", "y"],
  ]);
});

test("JSONL: strings, numbers and truth values; keys in any order", async () => {
  const lines =
    '{"text":"a\\tb","label":1}\n\n{"label":0,"text":"c","__proto__":"d"}\r\n{"label":true,"text":""}';
  const data = await labelled("d.jsonl", lines);
  assert.deepEqual(data.rows, [
    ["a\tb", "1"],
    ["c", "0"],
    ["", "true"],
  ]);
  assert.equal(data.found, "text column: text, label column: label (found by name)");
  assert.deepEqual((await labelled("standard input", lines)).rows, data.rows);
});

test("gzip is told by its bytes, whatever the name", async () => {
  const csv = written(",", "text,label\n");
  for (const name of ["d.csv.gz", "d.csv", "standard input"]) {
    const data = await labelled(name, gzipSync(csv));
    assert.deepEqual(data.rows, MANY);
    assert.deepEqual([data.description.compression, data.description.format], ["gzip", "csv"]);
  }
  const fromBlob = await readLabelled(blobSource(new Blob([gzipSync(csv)]), "d.csv.gz"));
  assert.equal((await collect(fromBlob)).length, 30);
});

test("the same rows however the bytes are cut", async () => {
  const csv = 'text,label\r\n"héé, ""😀""\r\n中文",ä\r\nplain,b\r\n\u0085x,ä\r\n';
  const whole = (await labelled("d.csv", csv)).rows;
  assert.equal(whole.length, 3);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.boolean(), async (size, zipped) => {
      const source = pieces(zipped ? gzipSync(csv) : csv, size, "d.csv");
      const rows = await collect(await readLabelled(source));
      assert.deepEqual(
        rows.map((r) => [r.text, r.label]),
        whole,
      );
    }),
    { numRuns: 80, seed: 3 },
  );
});

test("a file much larger than its head", async () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => [`row ${i}, "quoted"\nand cut`, `c${i % 7}`]);
  const csv = `text,label\n${rows.map(([t, l]) => `"${t!.replaceAll('"', '""')}",${l}`).join("\n")}`;
  const read = await collect(await readLabelled(pieces(csv, 50_000, "d.csv")));
  assert.deepEqual(
    read.map((r) => [r.text, r.label]),
    rows,
  );
  const long = `text,label\n"${"x, ".repeat(100_000)}",a\nshort,b\n`;
  assert.deepEqual(
    (await labelled("d.csv", long)).rows.map(([t]) => t!.length),
    [300_000, 5],
  );
});

test("texts to predict: a text a line by default, else the text column", async () => {
  const texts = async (name: string, content: string, options: ReadOptions = {}) => {
    const data = await readTexts(memorySource(content, name), options);
    return [data.description.found, (await collect(data)).map(({ text }) => text)];
  };
  const lines = "one, two\n\n{three}\r\nfour";
  for (const name of ["standard input", "d.txt"]) {
    assert.deepEqual((await texts(name, lines))[1], ["one, two", "", "{three}", "four"]);
  }
  assert.deepEqual(await texts("d.txt", "what is it\tDESC\nwho is it\tHUM\n"), [
    "text column: 1 (guessed from content; no header)",
    ["what is it", "who is it"],
  ]);
  assert.deepEqual(await texts("d.csv", "id,text\n1,a\n2,b\n"), [
    "text column: text (found by name)",
    ["a", "b"],
  ]);
  assert.deepEqual(await texts("d.csv", "message\na\nb\n"), [
    "text column: message (found by name)",
    ["a", "b"],
  ]);
  assert.deepEqual(await texts("d.csv", "just a text\nand another\n"), [
    "text column: 1 (the only column; no header)",
    ["just a text", "and another"],
  ]);
});

test("bad input: empty, or nothing but a header", async () => {
  await refused("d.csv", "", /^d\.csv: expected rows of text, found an empty file\.$/);
  await refused("d.csv", "\ufeff\n \n".trim(), /found an empty file/);
  await refused("d.csv", gzipSync(""), /found an empty file/);
  await refused("d.csv", "text,label\n", /^d\.csv: expected rows, found a header only\.$/);
});

test("bad input: columns that are not there", async () => {
  const csv = "id,text,label\n1,a,x\n2,b,y\n";
  await refused(
    "d.csv",
    csv,
    /d\.csv: label column: expected one of the columns id, text, label but received "lable"\. Did you mean label\?/,
    { label: "lable" },
  );
  await refused("d.csv", csv, /text column: expected one of the columns id, text, label but received 4/, {
    text: 4,
  });
  await refused("d.tsv", "a b\tx\nc d\ty\ne f\tx\n", /expected a column from 1 to 2 but received 0/, {
    label: 0,
  });
  await refused("d.csv", csv, /cannot both be column text/, { text: "text", label: 2 });
  await refused("d.csv", "label,text,label\na,b,c\n", /2 columns are named "label"/, { label: "label" });
  await refused("d.csv", "text\nonly\ntexts\n", /cannot tell which column is the label\. There are: text\./);
  const ids = Array.from({ length: 40 }, (_, i) => `${i},words of ${i}`).join("\n");
  await refused("d.csv", `id,text\n${ids}`, /cannot tell which column is the label\. There are: id, text\./);
});

test("bad input: rows of another width, open quotes", async () => {
  await refused(
    "d.csv",
    "text,label\na,x\nb,y,z\n",
    /d\.csv, row 3 \(line 3\): expected 2 fields, .* received 3/,
  );
  await refused("d.csv", "text,label\na,x\nb\n", /row 3 \(line 3\): expected 2 fields, .* received 1/);
  await refused("d.csv", 'text,label\na,x\n"b,y\n', /row 3 \(line 3\): expected a closing quote/);
  await refused(
    "d.tsv",
    'text\tlabel\n"a\tx\nb\ty\tz\n',
    /row 3 \(line 3\): expected 2 fields, .* received 3/,
  );
});

test("bad input: labels or texts missing, counted over the whole file", async () => {
  const rows = ["text,label", "a,x", "b,", "c, ", "d,y", ...Array.from({ length: 6 }, () => "e,")];
  await refused(
    "d.csv",
    rows.join("\n"),
    /^d\.csv: 8 rows have no label \(column label\): row 3, 4, 6, 7, 8, …\. Fill/,
  );
  await refused(
    "d.jsonl",
    '{"text":"a","label":1}\n{"text":"b"}\n{"text":"c","label":null}',
    /2 rows have no label .*: row 2, 3\./,
  );
  await refused(
    "d.jsonl",
    '{"text":"a","label":1}\n{"label":2}\n{"text":null,"label":1}',
    /2 rows have no text .*: row 2, 3\./,
  );
});

test("bad input: labels that are lists, objects or too large, named as what they are", async () => {
  const row = (label: unknown, text: unknown = "a") => JSON.stringify({ text, label });
  await refused(
    "brain.jsonl",
    ['{"input": "a b", "output": {"bad": 1}}', '{"input": "c", "output": {"good": 1}}'].join("\n"),
    /^brain\.jsonl: 2 rows have an object as label \(column output\), such as \{"bad":1\}: row 1, 2\. A label is one text, number or truth value\. Where the object's key is the label: jq -c '\.\["output"\] \|= keys\[0\]'/,
  );
  await refused(
    "d.jsonl",
    [row([["x"]]), row([{}])].join("\n"),
    /2 rows have a list as label .*such as \[\["x"\]\]: row 1, 2\..*jq -c '\.\["label"\] \|= \.\[0\]'/,
  );
  await refused("d.jsonl", [row("x"), row([])].join("\n"), /1 row has no label .*: row 2\./);
  await refused(
    "d.jsonl",
    [row("x"), row(["x", "y"])].join("\n"),
    /1 row has a list .*such as \["x","y"\]: row 2\..*readLabelSets reads several labels a text/,
  );
  await refused(
    "d.jsonl",
    [row("x", ["a", "b"]), row("y")].join("\n"),
    /1 row has a list as text .*\|= join\(" "\)'/,
  );
  await refused(
    "d.jsonl",
    [row("x", { body: "a" }), row("y")].join("\n"),
    /an object as text .*choose one of its values/,
  );
  await refused(
    "d.jsonl",
    '{"text":"a","label":9007199254740993}\n{"text":"b","label":1e400}\n{"text":"b","label":9007199254740991}',
    /1 row has a number too large to be exact as label .*row 2\. Beyond 2\^53 different numbers are read as one/,
  );
  await refused("d.jsonl", `${row(["\u202e\u0085", "x"])}\n${row("x")}`, /such as \["\ufffd ","x"\]/);
  const ones = await labelled("d.jsonl", [row(["x"]), row([0]), row("y"), row([true])].join("\n"));
  assert.deepEqual(
    ones.rows.map(([, label]) => label),
    ["x", "0", "y", "true"],
  );
});

test("labels that are numbers or truth values are what they are called; other columns may hold anything", async () => {
  const lines = [
    '{"text":"a","label":1,"of":{"x":[1]}}',
    '{"text":2,"label":true}',
    '{"extra":[],"label":0.5,"text":false}',
  ];
  assert.deepEqual((await labelled("d.jsonl", lines.join("\n"))).rows, [
    ["a", "1"],
    ["2", "true"],
    ["false", "0.5"],
  ]);
});

test("bad input: a key or a column's name twice", async () => {
  await refused(
    "d.jsonl",
    '{"text":"a","label":"x"}\n{"label":"y","text":"b","label":"x"}',
    /^d\.jsonl, line 2: expected each key once, found more\.$/,
  );
  const fine = '{"text":"\\"label\\": {\\\\","label":"x","of":{"label":1}}\n{"text":"label","label":"y"}';
  assert.deepEqual((await labelled("d.jsonl", fine)).rows, [
    ['"label": {\\', "x"],
    ["label", "y"],
  ]);
  await refused(
    "d.csv",
    "text,label,Label\na,x,1\nb,y,2\n",
    /^d\.csv: columns 2 and 3 are both named "label"\. Give the number/,
  );
  assert.deepEqual((await labelled("d.csv", "text,label,label\na,x,1\nb,y,2\n", { label: 3 })).rows, [
    ["a", "1"],
    ["b", "2"],
  ]);
  await refused("d.csv", "text,label,label\na,x,1\nb,y,2\n", /2 columns are named "label"/, {
    label: "label",
  });
});

test("a column of dates is no label, unless it is asked for", async () => {
  const rows = Array.from(
    { length: 12 },
    (_, r) => `2026-11-0${1 + (r % 2)} 10:00,the text number ${r} of them,${"xyz"[r % 3]}`,
  );
  const content = `when,what,kind\n${rows.join("\n")}\n`;
  const { description } = await labelled("d.csv", content);
  assert.equal(description.label?.name, "kind");
  assert.equal((await labelled("d.csv", content, { label: "when" })).rows[0]![1], "2026-11-01 10:00");
  const without = `when,what\n${rows.map((row) => row.replace(/,.$/, "")).join("\n")}\n`;
  await refused("d.csv", without, /cannot tell which column is the label/);
});

test("spaces around some labels are left out, and that is said", async () => {
  const notesOf = async (content: string) => {
    const data = await readLabelled(memorySource(content, "d.csv"));
    await collect(data);
    return data.notes;
  };
  assert.deepEqual(await notesOf("text,label\na,x\nb,x \nc,y\n"), [
    'the spaces around the labels of 1 of 3 rows are left out: "x"',
  ]);
  assert.deepEqual(await notesOf("text,label\na, x\nb, x\nc, y\n"), []);
});

test("bad input: more columns, values or growth than texts have", async () => {
  await refused(
    "d.csv",
    `text,label\n${",".repeat(20_000)}\n`,
    /row 2 \(line 2\): expected 2 fields, as in the first row but received "more than 10000"/,
  );
  await refused("d.csv", ",".repeat(20_000), /row 1 \(line 1\): expected at most 10000 fields/);
  await refused(
    "d.jsonl",
    `{"text":${"[".repeat(300)}${"]".repeat(300)}}`,
    /line 1: expected values at most 200 deep/,
  );
  await assert.rejects(
    labelled("d.jsonl", `{"text":[${"1,".repeat(300_000)}1]}`),
    /line 1: expected at most 250000 values in a line/,
  );
  const bomb = gzipSync(`text,label\n${"a,b\n".repeat(4_000_000)}`);
  await assert.rejects(
    labelled("d.csv", bomb),
    /^InputError: d\.csv: expected gzip that grows at most 20-fold, found \d+ bytes/,
  );
});

test("rows after a header as long as a piece of the file", async () => {
  const content = `${"a".repeat(70_000)},b\n${"a,b\n".repeat(200_000)}`;
  assert.equal((await labelled("d.csv", content, { text: 1, label: 2, header: true })).rows.length, 200_000);
});

test("long records cost no more than their length, however they come", async () => {
  const quoted = `text,label\n"${'a ""quote"", '.repeat(100_000)}",x\nb,y\n`;
  const start = process.cpuUsage();
  const data = await readLabelled(pieces(quoted, 64, "d.csv"));
  const rows = await collect(data);
  const { user, system } = process.cpuUsage(start);
  assert.deepEqual(
    rows.map(({ text, label, row }) => [text.length, label, row]),
    [
      [1_100_000, "x", 2],
      [1, "y", 3],
    ],
  );
  assert.ok(user + system < 3e6, `${(user + system) / 1000} ms`);
});

test("bad input: one class only", async () => {
  const { rows } = await labelled("d.csv", "text,label\na,x\nb,x\n");
  const labels = rows.map(([, label]) => label!);
  assert.throws(() => classNames(labels, "d.csv"), { name: "InputError", message: /found one only: .*"x"/ });
  assert.throws(() => classNames([]), { name: "InputError", message: /found none/ });
  assert.deepEqual(classNames(["spam", "ham", "spam"]), ["ham", "spam"]);
  assert.deepEqual(classNames(["10", "9", "-1"]), ["-1", "9", "10"]);
  assert.deepEqual(classNames(["10", "9", "x"]), ["10", "9", "x"]);
});

test("bad input: not text", async () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  await refused(
    "d.csv",
    bytes(0x50, 0x4b, 3, 4, 20, 0),
    /^d\.csv: expected UTF-8 text, found what looks like a ZIP archive \(\.xlsx/,
  );
  await refused("d.csv", bytes(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10), /an HDF5 file/);
  await refused("d.csv", bytes(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0), /UTF-32 text/);
  await refused("d.csv", "text,label\na\0b,x\n", /found a zero byte at byte 12, as in a binary file/);
  await refused("d.csv", gzipSync(gzipSync("text,label\n")), /gzip within gzip/);
});

test("bad input: not UTF-8, named by its byte", async () => {
  const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  await refused(
    "d.csv",
    latin1("text,label\ncaf\x81,x\n"), // nothing in Windows-1252 either
    /^d\.csv, byte 14: expected UTF-8 text, found 0x81 after "text,label\\ncaf"\. .*encoding/,
  );
  await refused(
    "d.csv",
    latin1("text,label\nab\xc3"),
    /d\.csv, byte 13: .*found 0xc3 after "text,label\\nab"/,
  );
  await refused("d.csv", latin1("a\xed\xa0\x80"), /byte 1: .*found 0xed/); // a surrogate
  await refused("d.csv", latin1("a\xc0\xaf"), /byte 1: .*found 0xc0/); // overlong
  await refused("d.csv", latin1("\xf0\x9f\x98\x80\xf0\x9f\x98"), /byte 4: .*found 0xf0 after "😀"/);
  await refused("d.csv", latin1("\x81,a"), /byte 0: .*found 0x81 after ""/);
  const good = "é".repeat(40_000);
  await refused(
    "d.csv",
    Uint8Array.from([...new TextEncoder().encode(good), 0xe2, 0x82, 0x41]),
    /byte 80000: .*0xe2/,
  );
});

test("a bad byte is found at the same place however the bytes are cut", async () => {
  const text = new TextEncoder().encode(`text,label\n${"aé中😀,x\n".repeat(12)}`);
  const where = async (bytes: Uint8Array, size: number) => {
    try {
      return String((await collect(await readLabelled(pieces(bytes, size, "d.csv")))).length);
    } catch (error) {
      return (error as Error).message.replace(/ after .*/s, "");
    }
  };
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: text.length - 1 }),
      fc.integer({ min: 0x80, max: 0xff }),
      async (at, byte) => {
        const bytes = text.slice();
        bytes[at] = byte;
        const whole = await where(bytes, bytes.length);
        for (const size of [1, 2, 3, 7, 40]) assert.equal(await where(bytes, size), whole);
        if (whole.includes("expected UTF-8")) refusals++;
      },
    ),
    { numRuns: 150, seed: 17 },
  );
  assert.ok(refusals > 75);
});

test("bad input: damaged gzip", async () => {
  const whole = gzipSync(written(",", "text,label\n"));
  await refused(
    "d.csv.gz",
    whole.subarray(0, 80),
    /^d\.csv\.gz: expected a whole gzip file but received .*cut short/,
  );
  await refused(
    "d.csv.gz",
    Uint8Array.from(whole, (b, i) => (i > 30 && i < 60 ? b ^ 0x55 : b)),
    /expected a whole gzip file/,
  );
});

test("bad input: not the format it should be", async () => {
  await refused(
    "d.jsonl",
    '{"text":"a","label":1}\n{"text":\n',
    /d\.jsonl, line 2: expected one JSON object a line/,
  );
  await refused("d.jsonl", '{"text":"a","label":1}\n["a",1]\n', /line 2: expected one JSON object a line/);
  await refused("d.json", '[{"text":"a","label":1},', /closing bracket/);
  await refused("d.json", '["a","b"]', /a list of objects/);
  await refused("standard input", "just one text a line\nand another\n", /found neither tab nor comma/);
  const keys = Array.from({ length: 1001 }, (_, i) => `"k${i}":1`).join(",");
  await refused("d.jsonl", `{${keys}}`, /at most 1000 different keys/);
});

test("a source that fails while it is inflated says so itself", async () => {
  const source: ByteSource = {
    name: "d.csv.gz",
    chunks: (async function* () {
      yield gzipSync(written(",", "text,label\n")).subarray(0, 80);
      throw new Error("the disk is gone");
    })(),
  };
  await assert.rejects(() => readLabelled(source), { name: "Error", message: "the disk is gone" });
});

test("a file is closed when its reader leaves early, and when opening fails", async () => {
  let closed = 0;
  const source = (content: string): ByteSource => ({
    name: "d.csv",
    chunks: (async function* () {
      try {
        for (let i = 0; i < 1000; i++)
          yield new TextEncoder().encode(i === 0 ? content : "a,x\n".repeat(10_000));
      } finally {
        closed++;
      }
    })(),
  });
  for await (const { row } of await readLabelled(source("text,label\nb,y\n"))) if (row === 20_000) break;
  assert.equal(closed, 1);
  await assert.rejects(() => readLabelled(source("text,label\nb,y,z\n")), { name: "InputError" });
  assert.equal(closed, 2);
});
