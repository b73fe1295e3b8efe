/** Parquet files as pyarrow writes them (make_parquet.py), and what pyarrow reads out of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";
import { fileSource } from "../../src/data/node-files.js";
import { readLabelledPath } from "../../src/data/node-source.js";
import { readLabelled, readTexts } from "../../src/data/read.js";
import { blobSource } from "../../src/data/source.js";
import type { Readable } from "../../src/data/sources.js";
import { readTable } from "../../src/data/table.js";

type Expected = Readonly<Record<string, { columns: string[]; rows: unknown[][] }>>;

const FOLDER = new URL("../../../tests/data/golden/parquet/", import.meta.url);
const EXPECTED = JSON.parse(readFileSync(new URL("../parquet.json", FOLDER), "utf8")) as Expected;
/** Node 20 cannot unpack it. */
const HAS_ZSTANDARD = "zstdDecompressSync" in zlib;

const at = (name: string) => fileURLToPath(new URL(`${name}.parquet`, FOLDER));
const bytesOf = (name: string) => new Uint8Array(readFileSync(at(name)));

async function collect<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** As the expectations are written: null where there is nothing, what is no text as unfit. */
const plain = (cell: unknown) =>
  cell === undefined ? null : typeof cell === "string" ? cell : { unfit: cell };

async function table(from: Readable) {
  const found = await readTable(from);
  const rows = await collect(found);
  return { columns: found.columns, rows: rows.map(({ cells }) => cells.map(plain)) };
}

const refused = (from: Readable, message: RegExp) =>
  assert.rejects(() => table(from), { name: "InputError", message });

const UNREADABLE: Readonly<Record<string, RegExp>> = {
  brotli: /^\S+: expected pages packed by Snappy, gzip or Zstandard, found BROTLI\. [\w ,]+\.$/,
  lz4: /found LZ4_RAW\. Write it again, with compression snappy\.$/,
  empty: /^\S+: expected rows of text, found none\.$/,
  no_columns: /^\S+: expected a whole Parquet file, found one without columns\.$/,
  ...(HAS_ZSTANDARD
    ? {}
    : {
        zstd: /^\S+: expected pages that this platform can unpack, found Zstandard\. Node can from 22\.15 on\./,
      }),
};

describe("what pyarrow writes", () => {
  for (const [name, expected] of Object.entries(EXPECTED)) {
    const refusal = UNREADABLE[name];
    test(`${name} is ${refusal ? "refused in one sentence" : "read as pyarrow reads it"}`, async () => {
      if (refusal) await refused(at(name), refusal);
      else assert.deepEqual(await table(at(name)), expected);
    });
  }
});

test("Zstandard is read by what the source brings, and refused by name where it brings nothing", async () => {
  const source = (unzstdPage?: (bytes: Uint8Array, length: number) => Uint8Array) => {
    const { unzstdPage: _, ...bare } = fileSource(at("zstd"));
    return unzstdPage ? { ...bare, unzstdPage } : bare;
  };
  await refused(source(), /found Zstandard\. Node can from 22\.15 on\. Or write it again/);
  await refused(
    source((_bytes, length) => new Uint8Array(length + 1)),
    /found a page of another length than it says\.$/,
  );
  const damaged = () => {
    throw new Error("no");
  };
  await refused(source(damaged), /found a page whose Zstandard is damaged\.$/);
});

describe("from wherever it is", () => {
  const expected = EXPECTED["snappy"]!;
  const sources: Readonly<Record<string, () => Readable>> = {
    "a path": () => at("snappy"),
    "an address of a file": () => new URL("snappy.parquet", FOLDER),
    bytes: () => bytesOf("snappy"),
    "a Blob": () => new Blob([bytesOf("snappy")]),
    "a File": () => blobSource(new File([bytesOf("snappy")], "d.parquet")),
    "a Response": () => new Response(bytesOf("snappy")),
    "a stream": () => new Blob([bytesOf("snappy")]).stream(),
    "pieces of a few bytes": () => ({ name: "d", chunks: pieces(bytesOf("snappy"), 7) }),
    "bytes packed by gzip": () => new Uint8Array(zlib.gzipSync(bytesOf("snappy"))),
  };
  for (const [what, source] of Object.entries(sources))
    test(`${what}`, async () => assert.deepEqual(await table(source()), expected));
});

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

test("labelled rows: labels 0 and 1 of whole numbers, rows without either handed on", async () => {
  const rejects: [number, string][] = [];
  const onReject = ({ row, reason }: { row: number; reason: string }) => rejects.push([row, reason]);
  const data = await readLabelled(at("snappy"), { onReject });
  const rows = await collect(data);
  assert.equal(data.description.found, "text column: text, label column: label (found by name)");
  assert.equal(data.description.format, "parquet");
  assert.deepEqual([...new Set(rows.map(({ label }) => label))], ["0", "1"]);
  assert.deepEqual(rejects, [
    [6, "no text"],
    [7, "no text"],
    [8, "no label"],
  ]);
  assert.deepEqual(
    rows.map(({ row, text, label }) => [row, text, label]),
    EXPECTED["snappy"]!.rows.flatMap(([text, label], i) =>
      text === null || label === null ? [] : [[i + 1, text, label]],
    ),
  );
  await assert.rejects(async () => collect(await readLabelledPath(at("snappy"))), {
    message: /2 rows have no text \(column text\): row 6, 7/,
  });
});

test("columns by name or number, and columns that are not there", async () => {
  const texts = await readTexts(at("types"), { text: "int64", onReject: () => undefined });
  assert.deepEqual(
    (await collect(texts)).map(({ text }) => text),
    ["9007199254740993", "-9223372036854775808", "9223372036854775807"],
  );
  await assert.rejects(() => readLabelled(at("no_text")), { name: "InputError", message: /text/ });
  await assert.rejects(() => readLabelled(at("snappy"), { text: "body" }), { name: "InputError" });
});

test("a list or a record as text or label is refused, not read as something else", async () => {
  const read = async (options: object) => collect(await readLabelled(at("nested"), options));
  assert.equal((await read({})).length, 3);
  await assert.rejects(() => read({ label: "tags" }), {
    name: "InputError",
    message: /3 rows have a list as label \(column tags\)/,
  });
  await assert.rejects(() => read({ text: "meta" }), {
    name: "InputError",
    message: /3 rows have an object as text \(column meta\)/,
  });
});

test("a file can be left early, and its end need not be there", async () => {
  for await (const { row } of await readTable(at("groups"))) if (row === 3) break;
  const bytes = bytesOf("snappy");
  await refused(bytes.subarray(0, bytes.length - 1), /found one whose end is missing\.$/);
  await refused(bytes.subarray(0, 4), /found one whose end is missing\.$/);
});

test("cut anywhere, a file is refused", async () => {
  const bytes = bytesOf("required");
  for (let length = 4; length < bytes.length; length++)
    await refused(bytes.subarray(0, length), /^data: expected a whole Parquet file, found [\w ]+\.$/);
});
