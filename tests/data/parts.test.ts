/** Texts read in parts: the records of the parts, one after another, are those of the whole. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type RangeScan, spansOf } from "../../src/data/borders.js";
import { PartedText } from "../../src/data/parts.js";
import { openTexts, type ReadOptions } from "../../src/data/read.js";
import { type Cells, MISFIT } from "../../src/data/records.js";
import { blobSource } from "../../src/data/source.js";
import { notesOf, plainValue, type Records, type Reject } from "../../src/data/table.js";

/** What a reader makes of a text. */
interface Read {
  rows: { row: number; cells: unknown[] | "unusable"; source: string | undefined }[];
  rejects: Reject[];
  notes: string[];
  encoding: string | undefined;
  error: string | undefined;
}

type Asked = Omit<ReadOptions, "onReject"> & { bearing?: boolean };

const sourceOf = (name: string, bytes: Uint8Array) => blobSource(new Blob([new Uint8Array(bytes)]), name);

function rowOf(cells: Cells, row: number): Read["rows"][number] {
  const values = Array.from(cells, plainValue);
  // Of JSON, keys that only earlier records have are in the row of one reader, as nothing.
  while (values.length > 0 && values.at(-1) === undefined) values.pop();
  return { row, cells: cells === MISFIT ? "unusable" : values, source: cells.source };
}

async function rowsOf({ batches, firstRow }: Pick<Records, "batches" | "firstRow">, rows: Read["rows"]) {
  let row = firstRow;
  for await (const batch of batches) for (const cells of batch) rows.push(rowOf(cells, row++));
}

const wordsOf = (error: unknown) => (error as Error).message;

async function whole(name: string, bytes: Uint8Array, { bearing, ...asked }: Asked = {}): Promise<Read> {
  const read: Read = { rows: [], rejects: [], notes: [], encoding: undefined, error: undefined };
  try {
    const onReject = (reject: Reject) => void read.rejects.push(reject);
    const opened = await openTexts(sourceOf(name, bytes), { ...asked, ...(bearing ? { onReject } : {}) });
    await rowsOf(opened.records, read.rows);
    read.notes = notesOf(opened.description);
    read.encoding = opened.description.encoding?.name;
  } catch (error) {
    read.error = wordsOf(error);
  }
  return read;
}

/** @param cutAt where it is cut, in bytes; of a number, so many ranges as `cuts` makes them */
async function inParts(
  name: string,
  bytes: Uint8Array,
  cutAt: readonly number[] | number,
  { bearing, ...asked }: Asked = {},
): Promise<Read> {
  const read: Read = { rows: [], rejects: [], notes: [], encoding: undefined, error: undefined };
  try {
    const options = {
      ...asked,
      ...(bearing ? { onReject: (one: Reject) => void read.rejects.push(one) } : {}),
    };
    // Each reader opens the text by itself, as processes do.
    const open = () => PartedText.open(sourceOf(name, bytes), options);
    const text = await open();
    const [begin, ...ends] = text.cuts(typeof cutAt === "number" ? cutAt : 1) as [number, ...number[]];
    const cuts = typeof cutAt === "number" ? ends : [...cutAt.map((at) => Math.max(begin, at)), bytes.length];
    const scans: RangeScan[] = [];
    let found: string[] = [];
    for (const [r, end] of cuts.entries()) scans.push(await text.scan(r === 0 ? begin : cuts[r - 1]!, end));
    for (const span of spansOf(scans, bytes.length)) {
      const own = await open();
      const before = notesOf(own.description);
      await rowsOf(own.read(span, scans), read.rows);
      read.encoding = own.description.encoding?.name;
      // Each part has seen the first of what one reader sees once.
      if (found.length === 0) found = notesOf(own.description).filter((line) => !before.includes(line));
      read.notes = [...before, ...found];
    }
  } catch (error) {
    read.error = wordsOf(error);
  }
  return read;
}

function assertAlike(parts: Read, all: Read): void {
  assert.equal(parts.error, all.error);
  if (all.error !== undefined) return;
  assert.deepEqual(parts.rows, all.rows);
  assert.deepEqual(parts.rejects, all.rejects);
  assert.equal(parts.encoding, all.encoding);
}

/** Rows enough that what is found out about a text is found out before them. */
const headOf = (row: string) => row.repeat(Math.ceil(2 ** 16 / row.length) + 1);

/** A dialect each, settled by its head; and what may follow, well written or not. */
const KINDS = {
  "CSV in quotes": {
    ...{ name: "a.csv", head: headOf('"text","label"\n"a, b",c\n') },
    tail: ['"x ""y""\n\nz",b\n', '"p,q",\r\n', "a,b\n", ",\n", '"",""\r\n', '"a"\r,b\n', '"a" ,b\n', "a\n"],
  },
  "CSV with spaces before quotes": {
    ...{ name: "a.csv", head: headOf('text, label\n"a, b", "c"\n') },
    tail: ['"x", "y\n, z"\n', "a, b\n", 'a,  "b ""c"", \n"\r\n', 'a, b "c"\n', "  \n", ' "a",b\n'],
  },
  "TSV without quotes": {
    ...{ name: "a.tsv", head: headOf('text\tlabel\nsaid "a\tb\n') },
    tail: ['"x\ty\n', "a\tb\r\n", "\t\n", "a\n"],
  },
  "JSON lines": {
    ...{ name: "a.jsonl", head: headOf('{"text":"a"}\n') },
    tail: [
      '{"text":"b\\n"}\n',
      '{"text":"c", "more":1}\r\n',
      " \t\r\n",
      "\u2003\n",
      "x\n",
      '{"text":"\u00e9"}\n',
    ],
  },
  "one text a line": {
    ...{ name: "a.txt", head: headOf("a text and no more\nanother\n") },
    tail: ["x, y\n", '"\n', "\r\n", " \n"],
  },
};

const MARKS = ['"', ",", "\t", "\n", "\r", "\r\n", " ", "a", "\u00e9", "\uFEFF", "\u{1F600}"];

const encoder = new TextEncoder();

describe("the records of the parts are those of the whole, whatever is cut where", () => {
  for (const [kind, { name, head, tail }] of Object.entries(KINDS)) {
    const texts = fc.array(
      fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...tail) }, fc.constantFrom(...MARKS)),
      { maxLength: 12 },
    );
    test(kind, async () => {
      let read = 0;
      await fc.assert(
        fc.asyncProperty(
          ...[texts, fc.array(fc.nat(80), { maxLength: 3 }), fc.boolean(), fc.boolean()],
          async (pieces: string[], places: number[], mark: boolean, bearing: boolean) => {
            const bytes = encoder.encode(`${mark ? "\uFEFF" : ""}${head}${pieces.join("")}`);
            const from = encoder.encode(head).length;
            const cuts = places.map((at) => Math.min(bytes.length, from + at)).sort((a, b) => a - b);
            const all = await whole(name, bytes, { bearing });
            if (all.error === undefined) read++;
            assertAlike(await inParts(name, bytes, cuts, { bearing }), all);
          },
        ),
        { numRuns: 60 },
      );
      assert.ok(read > 20, `${read} of them can be read`);
    });
  }

  test("cut anywhere, in the head too", async () => {
    const bytes = encoder.encode('text,label\r\n"a\n""b"",\r\n",c\n\n\r\n\uFEFF d ,"e"\n"f\n","g');
    for (const text of [bytes, encoder.encode('\uFEFFsep=,\r\ntext,label\n"x\ny",z\n,\n')]) {
      const closed = text === bytes ? encoder.encode(`${new TextDecoder().decode(bytes)}"`) : text;
      const all = await whole("a.csv", closed);
      assert.equal(all.error, undefined);
      for (let a = 0; a <= closed.length; a++) {
        for (let b = a; b <= closed.length; b += 3) assertAlike(await inParts("a.csv", closed, [a, b]), all);
      }
    }
  });
});

describe("an encoding is settled as in one reader", () => {
  const row = "caf\u00e9,b\n";
  const western = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  const plain = headOf("text,label\na,b\n");

  test("by the first piece beyond ASCII, in whichever part it stands", async () => {
    for (const text of [
      `${plain}${plain}${row}`,
      `${plain}${row}${plain}${plain}`,
      `${row}${plain}${plain}`,
    ]) {
      const all = await whole("a.csv", western(text));
      assert.equal(all.encoding, "windows-1252");
      assert.equal(all.error, undefined);
      for (const readers of [2, 3, 7]) {
        const parts = await inParts("a.csv", western(text), readers);
        assertAlike(parts, all);
        assert.deepEqual(parts.notes, all.notes);
      }
    }
  });

  test("which may read a little beyond the part's end", async () => {
    // The piece ends behind a byte that begins no character, or one of UTF-8 whose rest is in the next.
    const rows = `text,label\n${"a,b\n".repeat(20_000)}`;
    const before = rows + "x".repeat(2 ** 17 - 1 - rows.length);
    for (const [name, encoding] of [
      ["\u00e9cole", "windows-1252"],
      ["\u00c3\u00a9cole", "utf-8"],
    ]) {
      const bytes = western(`${before}${name},b\n${"c,d\n".repeat(40_000)}`);
      const all = await whole("a.csv", bytes);
      assert.equal(all.encoding, encoding);
      assertAlike(await inParts("a.csv", bytes, 2), all);
    }
  });

  test("or is the one that is asked for", async () => {
    const bytes = western(`${plain}${row}${plain}`);
    const asked = { encoding: "koi8-r" };
    assertAlike(await inParts("a.csv", bytes, 3, asked), await whole("a.csv", bytes, asked));
  });

  test("bytes that are neither are told of at their place", async () => {
    const bytes = Uint8Array.from([...western(plain), ...western(plain), 0x81, 0xff, 0xfe, 0x0a]);
    const all = await whole("a.csv", bytes);
    assert.match(all.error!, /found 0x81 after/);
    assert.equal((await inParts("a.csv", bytes, 2)).error, all.error);
  });
});

test("a field in quotes that are kept is told of once, by its row in the file", async () => {
  const bytes = encoder.encode(`${headOf("text\tlabel\na\tb\n")}${'"a"\tb\n'.repeat(30_000)}`);
  const all = await whole("a.tsv", bytes);
  assert.match(all.notes.join(), /^row \d+ has a field in quotes/);
  assert.deepEqual((await inParts("a.tsv", bytes, 3)).notes, all.notes);
});

describe("what one reader has to read is refused in words", () => {
  const refusals: [name: string, content: string | Uint8Array, found: RegExp, asked?: Asked][] = [
    ["a.json", '[{"text":"a"}]', /found a JSON list/],
    ["a.csv", "__label__x a\n", /found fastText's lines/],
    ["a.csv", "text\u00a7label\na\u00a7b\n", /found a delimiter beyond ASCII/, { delimiter: "\u00a7" }],
    ["a.csv", "text,label\na,b\n", /found text in shift_jis/, { encoding: "shift_jis" }],
  ];
  for (const [name, content, found, asked] of refusals) {
    test(`${found.source} ${asked?.encoding ?? ""}`, async () => {
      const bytes = typeof content === "string" ? encoder.encode(content) : content;
      const { error } = await inParts(name, bytes, 2, asked);
      assert.match(error!, found);
    });
  }

  test("what comes in order only, and what is compressed", async () => {
    await assert.rejects(
      PartedText.open({ name: "standard input", chunks: blobSource(new Blob(["a,b\n"])).chunks }),
      /found what comes in order only/,
    );
    const packed = new Blob(["text,label\na,b\n"]).stream().pipeThrough(new CompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
    assert.match((await inParts("a.csv.gz", bytes, 2)).error!, /found gzip, which is unpacked/);
  });
});

test("each part is about as long as its range", async () => {
  const rows = Array.from(
    { length: 20_000 },
    (_, r) => `${r},"says ""no""\n, or ""${"y".repeat(r % 9)}"""\r\n`,
  );
  const text = await PartedText.open(sourceOf("a.csv", encoder.encode(`id,text\n${rows.join("")}`)));
  const cuts = text.cuts(4);
  const scans = await Promise.all(cuts.slice(1).map((end, r) => text.scan(cuts[r]!, end)));
  const beyond = spansOf(scans, text.size).map(({ start }, r) => start - cuts[r]!);
  assert.ok(
    beyond.every((bytes) => bytes >= 0 && bytes < 50),
    beyond.join(),
  );
});
