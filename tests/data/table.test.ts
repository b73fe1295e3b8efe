/** Tables as people have them: delimiters, encodings, lists, fastText's lines, several text columns, rows that cannot be used. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as zlib from "node:zlib";
import { type ReadOptions, type Reject, readLabelled, readTable, readTexts } from "../../src/data/index.js";
import { openTexts } from "../../src/data/read.js";
import { memorySource } from "../../src/data/source.js";

const WORDS = "we table the soup staff room warm cold bland today was it".split(" ");
/** Rows of words, good or bad in turn; every second text has a comma, every third two. */
const ROWS = Array.from({ length: 60 }, (_, i) => {
  const word = (k: number) => WORDS[(i * 7 + k * 5) % WORDS.length]!;
  const marks = i % 6 === 0 ? [",", ","] : i % 2 === 0 ? [",", ""] : ["", ""];
  return {
    text: `${word(1)}${marks[0]} ${word(2)} ${word(3)}${marks[1]} ${word(4)}`,
    label: i % 3 ? "good" : "bad",
  };
});

async function read(name: string, content: string | Uint8Array, options: ReadOptions = {}) {
  const data = await readLabelled(memorySource(content, name), options);
  const rows: { text: string; label: string }[] = [];
  for await (const { text, label } of data) rows.push({ text, label });
  return { ...data.description, notes: data.notes, rows };
}

const MORE = Array.from({ length: 20 }, (_, i) => `warm soup ${i}`);

const refusal = (message: RegExp) => ({ name: "InputError", message });

test("the delimiter that is the same in every row, whatever the texts hold", async () => {
  for (const delimiter of [";", "\t", "|"]) {
    for (const name of ["d.csv", "d.txt", "standard input"]) {
      const lines = ROWS.map(({ text, label }) => `${text}${delimiter}${label}`);
      const { rows, dialect } = await read(name, lines.join("\n"));
      assert.equal(dialect?.delimiter, delimiter, name);
      assert.deepEqual(rows, ROWS);
      const turned = ROWS.map(({ text, label }) => `${label}${delimiter}${text}`);
      assert.deepEqual((await read(name, turned.join("\r\n"))).rows, ROWS);
    }
  }
});

test("of two that are, the one that leaves labels, or whose header names columns", async () => {
  // One comma in each text, one semicolon in each row.
  const both = ROWS.map(({ label }, i) => `cold soup ${i}, warm room ${i};${label}`);
  assert.equal((await read("d.csv", both.join("\n"))).dialect?.delimiter, ";");
  const headed = ["text;a,b", ...ROWS.map((_, i) => `soup ${i};${i % 3},${i}`)].join("\n");
  assert.deepEqual((await readTable(memorySource(headed, "d.csv"))).columns, ["text", "a,b"]);
  const asked = await read("d.csv", both.join("\n"), { delimiter: ",", text: 1, label: 2 });
  assert.equal(asked.rows[0]!.text, "cold soup 0");
});

test("rows of different widths are complained of under the delimiter that the first row has", async () => {
  const message = /d\.csv, row 3 \(line 3\): expected 2 fields, as in the first row but received 3/;
  await assert.rejects(() => read("d.csv", "text,label\nwarm,good\nwarm, cold,good\n"), refusal(message));
});

const CAFE = "text,label\ncafé crème à Orléans,bon\nœuf cassé,mauvais\n";
const CAFE_ROWS = [
  { text: "café crème à Orléans", label: "bon" },
  { text: "œuf cassé", label: "mauvais" },
];

/** Text in Windows-1252, as far as these tests need it. */
const western = (text: string) =>
  Uint8Array.from(text, (c) => ({ œ: 0x9c, "€": 0x80, "’": 0x92 })[c] ?? c.charCodeAt(0));

function utf16(text: string, { bigEndian = false, mark = true } = {}): Uint8Array {
  const bytes = Buffer.from((mark ? "\uFEFF" : "") + text, "utf16le");
  return bigEndian ? bytes.swap16() : bytes;
}

test("what Excel writes: UTF-16 of either order, with its mark or without, and UTF-8 with one", async () => {
  for (const bigEndian of [false, true]) {
    for (const mark of [true, false]) {
      const { rows, encoding } = await read("d.csv", utf16(CAFE, { bigEndian, mark }));
      assert.deepEqual(rows, CAFE_ROWS);
      assert.equal(encoding?.name, bigEndian ? "utf-16be" : "utf-16le");
      assert.equal(encoding?.byteOrderMark, mark);
    }
  }
  const marked = await read("d.csv", `\uFEFF${CAFE}`);
  assert.deepEqual([marked.rows, marked.encoding?.byteOrderMark], [CAFE_ROWS, true]);
});

test("Windows-1252 is told from its bytes, and said; what is neither is refused", async () => {
  const told = await read("d.csv", western(CAFE));
  assert.deepEqual(told.rows, CAFE_ROWS);
  assert.equal(told.encoding?.name, "windows-1252");
  assert.match(told.notes[0]!, /^not UTF-8: taken for Windows-1252/);
  // Far behind the head of the file, and cut anywhere.
  const late = western(`text,label\n${"warm soup,good\n".repeat(9000)}café,bad\n`);
  const rows: string[] = [];
  const chunks = (async function* () {
    for (let at = 0; at < late.length; at += 997) yield late.subarray(at, at + 997);
  })();
  for await (const { text } of await readLabelled({ name: "d.csv", chunks })) rows.push(text);
  assert.equal(rows.at(-1), "café");
  const russian = Uint8Array.from(
    [..."text,label\n"]
      .map((c) => c.charCodeAt(0))
      .concat(0xef, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x2c, 0x61, 10),
  );
  await assert.rejects(
    () => read("d.csv", russian),
    refusal(/byte 11: expected UTF-8 text, found 0xef.*encoding/),
  );
  const said = await read("d.csv", russian, { encoding: "windows-1251" });
  assert.deepEqual(said.rows, [{ text: "привет", label: "a" }]);
  await assert.rejects(
    () => read("d.csv", CAFE, { encoding: "klingon" }),
    refusal(/^encoding: expected the name/),
  );
});

test("UTF-8 that is damaged far on is no other encoding", async () => {
  const bytes = new TextEncoder().encode(`text,label\n${"café,bon\n".repeat(40)}`);
  bytes[bytes.length - 7] = 0xff;
  await assert.rejects(() => read("d.csv", bytes), refusal(/expected UTF-8 text, found 0xff/));
});

test("a JSON list of objects, in one line or many, however it is cut", async () => {
  const objects = ROWS.map((row, i) => ({ id: i, ...row, note: { deep: ['}"', "]", "\\"] } }));
  for (const text of [JSON.stringify(objects), `\n${JSON.stringify(objects, null, 2)}\n`]) {
    const { rows, format, columns } = await read("d.json", text);
    assert.deepEqual([rows, format], [ROWS, "json"]);
    assert.deepEqual(columns, ["id", "text", "label", "note"]);
    assert.equal((await read("standard input", text)).format, "json");
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 2, 7, 1000]) {
      const chunks = (async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      })();
      const found: object[] = [];
      for await (const { text, label } of await readLabelled({ name: "d.json", chunks }))
        found.push({ text, label });
      assert.deepEqual(found, ROWS, `pieces of ${size}`);
    }
  }
  for (const [text, message] of [
    ['[{"text":"a","label":"b"}', /closing bracket but received "the end/],
    ['[{"text":"a","label":"b"}] x', /nothing behind the list but received "x"/],
    ['[{"text":"a","label":"b"}, 5]', /d\.json, behind item 1: expected a list of objects/],
    ['[{"text":"a","label":}]', /d\.json, item 1: expected one JSON object an item/],
    ["[[1,2]]", /expected a list of objects/],
  ] as const) {
    await assert.rejects(() => read("d.json", text), refusal(message), text);
  }
});

test("fastText's lines, by space or by comma; several labels for a text are refused as such", async () => {
  for (const [mark, name] of [
    [" ", "d.txt"],
    [",", "d.txt"],
    [" ", "d.csv"],
    ["\t", "standard input"],
  ] as const) {
    const lines = ROWS.map(({ text, label }) => `__label__${label}${mark}${text}`);
    const { rows, format } = await read(name, lines.join("\n"));
    assert.deepEqual([rows, format], [ROWS, "fasttext"]);
  }
  const two = "__label__a __label__b warm soup\n__label__a cold soup\n";
  await assert.rejects(
    () => read("d.txt", two),
    refusal(/1 row has a list as label .* such as \["a","b"\]: row 1/),
  );
  const texts: string[] = [];
  for await (const { text } of await readTexts(memorySource(two, "d.txt"))) texts.push(text);
  assert.deepEqual(texts, ["warm soup", "cold soup"]);
});

test("Zstandard where the platform has it, else a sentence", async () => {
  const compress = (zlib as unknown as { zstdCompressSync?: (text: string) => Uint8Array }).zstdCompressSync;
  const { fileSource } = await import("../../src/data/node-files.js");
  const { unzstd } = fileSource("x");
  assert.equal(unzstd !== undefined, compress !== undefined);
  const packed = compress?.(CAFE) ?? Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]);
  const source = { ...memorySource(packed, "d.csv.zst"), ...(unzstd ? { unzstd } : {}) };
  const reading = async () => {
    const data = await readLabelled(source);
    const rows: unknown[] = [];
    for await (const { text, label } of data) rows.push({ text, label });
    return [rows, data.description.compression];
  };
  if (compress) assert.deepEqual(await reading(), [CAFE_ROWS, "zstd"]);
  else await assert.rejects(reading, refusal(/found Zstandard.*Node can from 22\.15/));
});

test("several text columns are one text, a line each, and each one's share is said", async () => {
  const csv = "subject,body,label\nHi,warm soup,good\n,cold,bad\nRe: it,,bad\n";
  const { rows, notes, found } = await read("d.csv", csv, { text: ["subject", "body"] });
  assert.deepEqual(
    rows.map(({ text }) => text),
    ["Hi\nwarm soup", "cold", "Re: it"],
  );
  assert.equal(found, "text columns: subject and body (as asked), label column: label (found by name)");
  assert.deepEqual(notes, ["of the texts' characters are subject 38.1 %, body 61.9 %"]);
  const turned = await read("d.csv", csv, { text: [2, 1], label: 3 });
  assert.equal(turned.rows[0]!.text, "warm soup\nHi");
  await assert.rejects(() => read("d.csv", csv, { text: ["body", "body"] }), refusal(/asked for twice/));
  await assert.rejects(
    () => read("d.csv", csv, { text: ["body", "label"], label: "label" }),
    refusal(/cannot both be/),
  );
});

test("rows without a label are left out where that is asked for, and said", async () => {
  const csv = "text,label\na,x\nb,\nc, \nd,y\n";
  await assert.rejects(
    () => read("d.csv", csv),
    refusal(/2 rows have no label \(column label\): row 3, 4\..*skipUnlabelled/),
  );
  const { rows, notes } = await read("d.csv", csv, { skipUnlabelled: true });
  assert.equal(rows.length, 2);
  assert.deepEqual(notes, ["2 rows have no label and are left out: row 3, 4"]);
});

test("rows that cannot be used are handed on, with their number, cells and why", async () => {
  const rejects: Reject[] = [];
  const onReject = (reject: Reject) => void rejects.push(reject);
  const csv = "text,label\na,x\nb,y,z\nc\nd,\ne,y\n";
  const { rows, notes } = await read("d.csv", csv, { onReject });
  assert.deepEqual(rows, [
    { text: "a", label: "x" },
    { text: "e", label: "y" },
  ]);
  assert.deepEqual(rejects, [
    { cells: ["b", "y", "z"], row: 3, reason: "3 fields for 2" },
    { cells: ["c"], row: 4, reason: "1 fields for 2" },
    { row: 5, reason: "no label", cells: ["d", ""] },
  ]);
  assert.deepEqual(notes, ["3 rows are left out as unusable: row 3, 4, 5"]);
  rejects.length = 0;
  await read(
    "d.jsonl",
    '{"text":"a","label":"x"}\n{"label":"x"}\n{"text":"b","label":["x","y"]}\n{"text":"c","label":"y"}\n',
    { onReject },
  );
  assert.deepEqual(
    rejects.map(({ row, reason }) => [row, reason]),
    [
      [2, "no text"],
      [3, "a list as label"],
    ],
  );
});

test("a map of labels renames them, and leaves out what it makes null", async () => {
  const csv = "text,label\na,Bad\nb,bad\nc,N/A\nd,1.0\ne,good\n";
  const labelMap = { Bad: "bad", "N/A": null, 1: "good" };
  const { rows, notes } = await read("d.csv", csv, { labelMap });
  assert.deepEqual(
    rows.map(({ label }) => label),
    ["bad", "bad", "good", "good"],
  );
  assert.deepEqual(notes, ["1 row is left out by the map of labels: row 4"]);
  const wrong = { labelMap: { a: 5 } } as unknown as ReadOptions;
  await assert.rejects(() => read("d.csv", csv, wrong), refusal(/labelMap "a": expected a label, or null/));
});

test("options that would do nothing are refused", async () => {
  const json = '{"text":"a","label":"x"}\n{"text":"b","label":"y"}\n';
  await assert.rejects(
    () => read("d.jsonl", json, { delimiter: ";" }),
    refusal(/expected no delimiter: this is JSONL/),
  );
  await assert.rejects(() => read("d.jsonl", json, { quoted: true }), refusal(/expected no quoted/));
  const misspelt = { delimeter: ";" } as ReadOptions;
  await assert.rejects(() => read("d.jsonl", json, misspelt), refusal(/Did you mean delimiter\?/));
});

test("readTable: columns by name from bytes, a Blob, a Response, a stream, pieces, and rows as objects", async () => {
  const csv = "id,Subject,body\n7,Hi,warm\n8,,cold\n";
  const bytes = new TextEncoder().encode(csv);
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  const pieces = (async function* () {
    yield "id,Subj";
    yield "ect,body\n7,Hi,warm\n8,,cold\n";
  })();
  for (const from of [bytes, new Blob([csv]), new Response(csv), stream, pieces]) {
    const table = await readTable(from, { format: "csv" });
    assert.deepEqual(table.columns, ["id", "Subject", "body"]);
    const rows: unknown[] = [];
    for await (const row of table) rows.push([row.row, row.get("Subject"), row.get(3), row.cells]);
    assert.deepEqual(rows, [
      [2, "Hi", "warm", ["7", "Hi", "warm"]],
      [3, "", "cold", ["8", "", "cold"]],
    ]);
  }
  const objects = [
    { id: 7n, tags: ["a"] },
    { id: 8, at: new Date(0) },
  ];
  const table = await readTable(objects);
  assert.equal(table.format, "objects");
  const rows: unknown[] = [];
  for await (const row of table) rows.push([row.get("id"), row.get("tags")]);
  assert.deepEqual(rows, [
    ["7", '["a"]'],
    ["8", undefined],
  ]);
  assert.deepEqual(table.columns, ["id", "tags", "at"]);
  const again = await readTable([
    { text: "a", label: 1 },
    { text: "b", label: 0 },
  ]);
  for await (const row of again)
    assert.throws(() => row.get("lable"), refusal(/one of the columns text, label/));
  await assert.rejects(() => readTable(5 as unknown as string), refusal(/^data: expected a path/));
  await assert.rejects(() => readTable(new Response("", { status: 404 })), refusal(/404/));
  await assert.rejects(
    async () => {
      for await (const _ of await readTable([{ a: 1 }, 5 as unknown as object])) {
        // the second is no row
      }
    },
    refusal(/row 2: expected an object/),
  );
});

test("ids beyond 2^53 keep their digits, as cells, labels and groups", async () => {
  const [a, b] = ["1234567890123456789", "1234567890123456790"];
  const lines = [
    `{"id":${a},"text":"x ${a}","label":${a},"n":1e400,"f":1234567890123456.5}`,
    `{"id":${b},"text":"y","label":${b}}`,
  ].join("\n");
  const table = await readTable(memorySource(lines, "d.jsonl"));
  const ids: unknown[] = [];
  for await (const row of table) ids.push(row.get("id"), row.get("text"));
  assert.deepEqual(ids, [a, `x ${a}`, b, "y"]);
  assert.deepEqual(
    (await read("d.jsonl", lines)).rows.map(({ label }) => label),
    [a, b],
  );
  const grouped = await readLabelled(memorySource(lines, "d.jsonl"), { group: "id" });
  const groups: unknown[] = [];
  for await (const { group } of grouped) groups.push(group);
  assert.deepEqual(groups, [a, b]);
  const listed = '{"text":"a","label":"x","g":["u","v"]}\n{"text":"b","label":"y","g":["u"]}';
  await assert.rejects(
    () => read("d.jsonl", listed, { group: "g" }),
    refusal(/row 1: expected one text or number as group/),
  );
});

test("decimals of JSON as long as ids are numbers all the same", async () => {
  const line =
    '{"text":"a 0.1234567890123456789","label":0.12345678901234567,"id":-12345678901234567890,"e":1e-7}';
  for await (const { cells } of await readTable(memorySource(line, "d.jsonl")))
    assert.deepEqual(cells, [
      "a 0.1234567890123456789",
      "0.12345678901234566",
      "-12345678901234567890",
      "1e-7",
    ]);
});

test("Excel's sep= names the delimiter; lines that end in CR alone are refused", async () => {
  const { rows, dialect } = await read("d.csv", "sep=;\r\ntext;label\r\na, b;x\r\nc;y\r\n");
  assert.deepEqual(
    [rows, dialect?.delimiter],
    [
      [
        { text: "a, b", label: "x" },
        { text: "c", label: "y" },
      ],
      ";",
    ],
  );
  await assert.rejects(() => read("d.csv", "text,label\ra,x\rb,y\r"), refusal(/found CR alone\. .*tr/));
});

test("a row of another width does not change how the others are read, where it is borne", async () => {
  const lines = ROWS.map(({ text, label }) => `${text};${label}`);
  lines.splice(20, 0, "one field");
  const { rows } = await read("d.csv", lines.join("\n"), { onReject: () => {} });
  assert.deepEqual(rows, ROWS);
  const quoted = [
    '"He said ""hi"""\tgood',
    "alone",
    '"two\nlines"\tbad',
    ...MORE.map((text) => `${text}\tgood`),
  ];
  const told = await read("d.tsv", quoted.join("\n"), { onReject: () => {} });
  assert.deepEqual(
    told.rows.slice(0, 2).map(({ text }) => text),
    ['He said "hi"', "two\nlines"],
  );
});

test("fastText's lines by comma, where the head is cut within a label", async () => {
  const line = "__label__good,warm soup\n";
  const many = line.repeat(6000);
  for (const extra of [0, 5, 9, 13, 17]) {
    const { rows } = await read("d.txt", `__label__bad,${"x".repeat(extra)}\n${many}`);
    assert.deepEqual(new Set(rows.map(({ label }) => label)), new Set(["bad", "good"]));
    assert.equal(rows.at(-1)!.text, "warm soup");
  }
});

test("empty texts are counted; a number is a column's place, whatever columns are called", async () => {
  const blank = await read("d.csv", "text,label\n,x\n ,y\na,x\n");
  assert.deepEqual(blank.notes, ["2 rows have an empty text: row 2, 3"]);
  const { rows } = await read("d.csv", "0,1\na b,x\nc d,y\n", { text: 1, label: 2, header: true });
  assert.deepEqual(rows[0], { text: "a b", label: "x" });
  await assert.rejects(() => read("lines", "a\nb\n", { text: "nosuch", label: 2 }), { name: "InputError" });
  const lines = readTexts(memorySource("a\nb\n", "lines"), { text: "nosuch" });
  await assert.rejects(() => lines, refusal(/no text column: this is one text a line/));
});

test("quotes behind spaces are quotes, where all the head has them so", async () => {
  for (const delimiter of [",", ";", "|", "\t"]) {
    const d = `${delimiter} `;
    const rows = ROWS.map(({ text, label }) => `"${text}${delimiter}"${d} "${label}"`);
    const { dialect, notes, rows: found } = await read("d.csv", [`"text"${d}"label"`, ...rows].join("\n"));
    assert.deepEqual(
      found,
      ROWS.map(({ text, label }) => ({ text: text + delimiter, label })),
      JSON.stringify(delimiter),
    );
    assert.deepEqual(dialect, { delimiter, quoted: true, spaced: true, quoting: "all", lineEnd: "\n" });
    assert.deepEqual(notes, ["spaces before fields in quotes are left out"]);
  }
  // By no delimiter have all rows as many fields, unless the quotes are quotes.
  const only = ["label; words, or none", 'good; "warm; soup"', 'bad; "cold; room; staff"'];
  assert.deepEqual((await read("d.csv", only.join("\n"))).rows, [
    { text: "warm; soup", label: "good" },
    { text: "cold; room; staff", label: "bad" },
  ]);
  // However the bytes come, and with a line end within.
  const cut = ['id, text, label\n1, "warm, ""cold""\nsoup", "good"\n', '2, "bland", ', ' "bad"\n'].join("");
  const bytes = new TextEncoder().encode(cut);
  const single = (async function* () {
    for (const byte of bytes) yield Uint8Array.of(byte);
  })();
  const data = await readLabelled({ name: "d.csv", chunks: single });
  const texts = [];
  for await (const { text, label } of data) texts.push([text, label]);
  assert.deepEqual(texts, [
    ['warm, "cold"\nsoup', "good"],
    ["bland", "bad"],
  ]);
});

test("quotes behind spaces stay where they are the text's own", async () => {
  const texts = async (...lines: string[]) =>
    (await read("d.csv", lines.join("\n"))).rows.map(({ text }) => text);
  // One row of many.
  assert.deepEqual(await texts("label,text", 'a, "warm"', "b,cold", "a,bland", "b,soup"), [
    ' "warm"',
    "cold",
    "bland",
    "soup",
  ]);
  // More behind the closing quote.
  assert.deepEqual(await texts("label,text", 'a, "warm" soup', 'b, "cold"'), [' "warm" soup', ' "cold"']);
  // Quotes without a space beside them.
  assert.deepEqual(await texts("label,text", 'a, "warm"', 'b,"cold"', 'a, "soup"', 'b, "room"'), [
    ...[' "warm"', "cold", ' "soup"', ' "room"'],
  ]);
  const asked = await read("d.csv", 'label,text\na, "warm"\nb, "cold"', { quoted: false });
  assert.deepEqual(asked.rows[0], { text: ' "warm"', label: "a" });
});

test("a .txt to answer is one text a line, unless it looks like a table", async () => {
  const opened = async (content: string, name = "d.txt", options: ReadOptions = {}) => {
    const { records, description } = await openTexts(memorySource(content, name), options);
    await records.batches.return(undefined);
    const { format, columns, notes = [] } = description;
    return { format, columns: columns.length, notes };
  };
  const sentences = "warm soup, cold staff\nbland today, warm room\nstaff was cold, soup was warm\n";
  assert.deepEqual(await opened(sentences), {
    ...{ format: "lines", columns: 1 },
    notes: ["taken for one text a line; a delimiter that is asked for makes it a table"],
  });
  assert.deepEqual(await opened("warm soup\nno marks, or hardly\n"), {
    format: "lines",
    columns: 1,
    notes: [],
  });
  assert.equal((await opened("a, b, c\n")).format, "lines"); // one line shows nothing
  const greetings = MORE.map((text, i) => `${i % 2 ? "hi" : "hello"}, ${text}\n`).join("");
  assert.equal((await opened(greetings)).format, "lines");
  const isTable = async (content: string, columns: number) =>
    assert.deepEqual(await opened(content), {
      ...{ format: content.includes("\t") ? "tsv" : "csv", columns },
      notes: [`taken for a table of ${columns} columns`],
    });
  await isTable("warm soup\tgood\ncold, bland soup\tbad\n", 2);
  await isTable("1;warm soup;good\n2;cold soup;bad\n", 3);
  await isTable('1,"warm, soup",good\n2,"cold; soup",bad\n', 3);
  await isTable("good|warm soup\nbad|cold soup\ngood|bland soup\nbad|staff\n", 2);
  await isTable("id,text\n1,warm soup\n2,cold soup\n", 2);
  await isTable('"message"|id\nwarm|1\ncold|2\n', 2);
  assert.deepEqual(await opened(sentences, "d.txt", { delimiter: "," }), {
    ...{ format: "csv", columns: 2, notes: [] },
  });
  assert.equal((await opened(sentences, "d.txt", { text: 2 })).format, "csv");
  assert.equal((await opened(sentences, "d.csv")).format, "csv");
  // Who asks for a table gets one.
  assert.equal((await readTable(memorySource(sentences, "d.txt"))).format, "csv");
});

test("a TSV whose first quotes come behind its head keeps them, and says so once", async () => {
  const many = Array.from({ length: 9000 }, (_, i) => `warm soup ${i}\tgood`);
  const { rows, notes } = await read(
    "d.tsv",
    ["text\tlabel", ...many, '"cold soup"\tbad', 'a "word"\tbad', '"bland"\tbad'].join("\n"),
  );
  assert.equal(rows[9000]!.text, '"cold soup"');
  assert.deepEqual(notes, [
    "row 9002 has a field in quotes, which are kept: none at the head of the file says that fields are quoted",
  ]);
  const asked = await read("d.tsv", ["text\tlabel", ...many, '"cold"\tbad'].join("\n"), { quoted: false });
  assert.deepEqual(asked.notes, []);
  const within = await read("d.tsv", ["text\tlabel", ...many, 'a "word"\tbad'].join("\n"));
  assert.deepEqual(within.notes, []);
});
