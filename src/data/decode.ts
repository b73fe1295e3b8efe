/** Bytes to text, strictly: UTF-8 or an error that says where and what came. */
import { type InputError, inputError } from "../base/errors.js";
import { type Chunks, joined, withHead } from "./source.js";

/** How files that are not text begin. */
const MAGIC: [string, string][] = [
  ["\x1f\x8b", "gzip within gzip"],
  ["PK\x03\x04", "a ZIP archive (.xlsx, .docx and .keras are ones too)"],
  ["PAR1", "a Parquet file"],
  ["\x89HDF\r\n\x1a\n", "an HDF5 file"],
  ["SQLite format 3\0", "an SQLite database"],
  ["ARROW1", "an Arrow file"],
  ["\x28\xb5\x2f\xfd", "Zstandard-compressed data"],
  ["BZh", "bzip2-compressed data"],
  ["\xfd7zXZ\0", "xz-compressed data"],
  ["7z\xbc\xaf\x27\x1c", "a 7-Zip archive"],
  ["%PDF-", "a PDF document"],
  ["\xd0\xcf\x11\xe0", "an old Office document (.xls, .doc)"],
  ["\x89PNG", "a PNG picture"],
  ["\xff\xd8\xff", "a JPEG picture"],
  ["GIF8", "a GIF picture"],
  ["\x7fELF", "a program"],
  ["\xff\xfe", "UTF-16 text"],
  ["\xfe\xff", "UTF-16 text"],
  ["\x80\x04", "a Python pickle"],
];
const LONGEST_MAGIC = 16;

/** Text comes in pieces of so many bytes: of the rows in one, all are made at once. */
const PIECE = 2 ** 16;

/** So much before a bad byte is looked at, and shown. */
const CONTEXT = 32;

/**
 * The text of UTF-8 chunks in pieces of at most 64 Ki bytes, a leading byte order mark left out; throws InputError where
 * they hold anything else.
 */
export async function* decodeUtf8(chunks: Chunks, name: string): AsyncGenerator<string> {
  const opened = await withHead(chunks, LONGEST_MAGIC);
  refuseMagic(opened.head, name);
  yield* decodeText(opened.chunks, name);
}

/** As `decodeUtf8`, without a look at how the bytes begin: each chunk's text comes as soon as the chunk does. */
export async function* decodeText(chunks: Chunks, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let offset = 0;
  let before: Uint8Array = new Uint8Array(0);
  const strictly = (decode: () => string, chunk: Uint8Array) => {
    try {
      return decode();
    } catch {
      throw notUtf8(before, chunk, offset, name);
    }
  };
  for await (const chunk of inPieces(chunks)) {
    const zero = chunk.indexOf(0);
    if (zero >= 0) throw notText(name, `a zero byte at byte ${offset + zero}, as in a binary file or UTF-16`);
    const text = strictly(() => decoder.decode(chunk, { stream: true }), chunk);
    offset += chunk.length;
    before = (chunk.length < CONTEXT ? joined(before, chunk) : chunk).slice(-CONTEXT);
    if (text !== "") yield text;
  }
  strictly(() => decoder.decode(), new Uint8Array(0));
}

async function* inPieces(chunks: Chunks): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += PIECE) yield chunk.subarray(from, from + PIECE);
  }
}

function refuseMagic(head: Uint8Array, name: string): void {
  const start = String.fromCharCode(...head.subarray(0, LONGEST_MAGIC));
  const kind = MAGIC.find(([magic]) => start.startsWith(magic))?.[1];
  if (kind) throw notText(name, `what looks like ${kind}`);
}

function notText(name: string, came: string): InputError {
  return inputError({
    expected: `UTF-8 text, found ${came}`,
    where: name,
    next: "Export it as CSV, TSV or JSONL in UTF-8.",
  });
}

/** @param before the bytes right before the chunk, which stands at `offset` in the file */
function notUtf8(before: Uint8Array, chunk: Uint8Array, offset: number, name: string): InputError {
  const bytes = joined(before, chunk);
  const at = firstInvalid(bytes, before.length === 0 ? 0 : firstStart(bytes));
  const shown = new TextDecoder().decode(bytes.subarray(firstStart(bytes), at)).slice(-CONTEXT);
  return inputError({
    expected: `UTF-8 text, found 0x${bytes[at]!.toString(16)} after ${JSON.stringify(shown)}`,
    where: `${name}, byte ${offset - before.length + at}`,
    next: "Save it as UTF-8, for instance: iconv -f latin1 -t utf-8 OLD > NEW",
  });
}

/** Where the first character begins: bytes cut anywhere may open with the rest of another. */
function firstStart(bytes: Uint8Array): number {
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return Math.max(0, start);
}

/** The first byte that begins no well-formed character (Unicode 15, table 3-7). There must be one. */
function firstInvalid(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const length = characterLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return bytes.length - 1;
}

/** The length of the character that begins there; 0 where it is not well-formed or not whole. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i];
    const [least, most] = i === 1 ? [low, high] : [0x80, 0xbf];
    if (byte === undefined || byte < least || byte > most) return 0;
  }
  return length;
}
