/**
 * Bytes to text, strictly: UTF-8, unless the bytes say that they are UTF-16 or what Windows' programs write in the west
 * of Europe (Windows-1252), or the reader says what they are; else an error that says where and what came.
 */
import { type InputError, inputError } from "../base/errors.js";
import { type Chunks, joined, withHead } from "./source.js";

/** How files that are not text begin. */
const MAGIC: [string, string][] = [
  ["\x1f\x8b", "gzip within gzip"],
  ["PK\x03\x04", "a ZIP archive (.xlsx, .docx and .keras are ones too)"],
  ["\x89HDF\r\n\x1a\n", "an HDF5 file"],
  ["SQLite format 3\0", "an SQLite database"],
  ["ARROW1", "an Arrow file"],
  ["PARE", "an encrypted Parquet file"],
  ["\x28\xb5\x2f\xfd", "Zstandard within compressed data"],
  ["BZh", "bzip2-compressed data"],
  ["\xfd7zXZ\0", "xz-compressed data"],
  ["7z\xbc\xaf\x27\x1c", "a 7-Zip archive"],
  ["%PDF-", "a PDF document"],
  ["\xd0\xcf\x11\xe0", "an old Office document (.xls, .doc)"],
  ["\x89PNG", "a PNG picture"],
  ["\xff\xd8\xff", "a JPEG picture"],
  ["GIF8", "a GIF picture"],
  ["\x7fELF", "a program"],
  ["\xff\xfe\0\0", "UTF-32 text"],
  ["\0\0\xfe\xff", "UTF-32 text"],
  ["\x80\x04", "a Python pickle"],
];
const LONGEST_MAGIC = 16;

/** Text comes in pieces of so many bytes: of the rows in one, all are made at once. */
export const PIECE = 2 ** 16;

/** So much before a bad byte is looked at, and shown. */
const CONTEXT = 32;

/** How a text's bytes are read. It is settled when the first byte beyond ASCII was seen. */
export interface Encoding {
  /** As the Encoding Standard calls it: "utf-8", "utf-16le", "windows-1252". */
  name: string;
  /** Whether the text begins with a byte order mark, which is left out. */
  byteOrderMark: boolean;
  /** What was taken for granted, where the bytes do not prove it. */
  note?: string;
}

export interface Decoded {
  /** The text, in pieces of at most 64 Ki bytes. */
  pieces: AsyncGenerator<string>;
  encoding: Encoding;
}

/**
 * The text of chunks of bytes, a leading byte order mark left out.
 * @param asked the encoding, as the Encoding Standard names it. Default: told from the bytes
 * @throws InputError where they hold anything else
 */
export async function decodeBytes(chunks: Chunks, name: string, asked?: string): Promise<Decoded> {
  const opened = await withHead(chunks, LONGEST_MAGIC);
  try {
    return decodedBy(opened.head, opened.chunks, name, asked);
  } catch (error) {
    await opened.chunks.return(undefined);
    throw error;
  }
}

function decodedBy(head: Uint8Array, chunks: Chunks, name: string, asked: string | undefined): Decoded {
  refuseMagic(head, name);
  const begun = beginning(head);
  const encoding: Encoding = { byteOrderMark: begun !== undefined && begun.mark > 0, name: "utf-8" };
  const told = asked === undefined ? begun?.name : decoderFor(asked, begun?.name).encoding;
  if (told === undefined) return { pieces: decodeText(chunks, name, encoding), encoding };
  encoding.name = told;
  const pieces = told === "utf-8" ? decodeText(chunks, name) : decodeAs(chunks, name, told);
  return { pieces, encoding };
}

/** How the bytes say at their beginning that they are read. */
function beginning(head: Uint8Array): { name: string; mark: number } | undefined {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { name: "utf-8", mark: 3 };
  if (a === 0xff && b === 0xfe) return { name: "utf-16le", mark: 2 };
  if (a === 0xfe && b === 0xff) return { name: "utf-16be", mark: 2 };
  // Without a mark: of letters below U+0100 every other byte is zero.
  const first = head.subarray(0, LONGEST_MAGIC);
  const zeros = (parity: number) => first.filter((byte, i) => byte === 0 && i % 2 === parity).length;
  const enough = first.length / 4;
  if (first.length < 4) return undefined;
  if (zeros(1) > enough && zeros(0) === 0) return { name: "utf-16le", mark: 0 };
  if (zeros(0) > enough && zeros(1) === 0) return { name: "utf-16be", mark: 0 };
  return undefined;
}

/** @throws InputError where there is no such encoding */
function decoderFor(asked: string, begun?: string): TextDecoder {
  // What calls itself UTF-16 may be either; a mark says which.
  const name = /^utf-?16$/i.test(asked) && begun?.startsWith("utf-16") ? begun : asked;
  try {
    return new TextDecoder(name, { fatal: true });
  } catch {
    throw inputError({
      expected: "the name of an encoding, as utf-8, utf-16le, windows-1252, shift_jis",
      where: "encoding",
      received: asked,
      typed: { where: "--encoding" },
    });
  }
}

/**
 * Text in an encoding that is known.
 * @param offset where in the file it begins
 */
async function* decodeAs(chunks: Chunks, name: string, encoding: string, offset = 0): AsyncGenerator<string> {
  const decoder = decoderFor(encoding);
  const strictly = (decode: () => string): string => {
    try {
      return decode();
    } catch {
      const expected = `${encoding} text, found bytes that are none at or after byte ${offset}`;
      throw inputError({ expected, where: name, next: "Is it in another encoding, or cut short?" });
    }
  };
  for await (const chunk of inPieces(chunks)) {
    const text = strictly(() => decoder.decode(chunk, { stream: true }));
    if (text.includes("\0"))
      throw notText(name, `a zero character at or after byte ${offset}, as in a binary file`);
    offset += chunk.length;
    if (text !== "") yield text;
  }
  const last = strictly(() => decoder.decode());
  if (last !== "") yield last;
}

/**
 * Strict UTF-8, without a look at how the bytes begin: each chunk's text comes as soon as the chunk does.
 * @param encoding where it is given, a text whose first bytes beyond ASCII are no UTF-8 but look like Windows-1252 is
 * read as that, and this is told of it
 * @param offset where in the file they begin: elsewhere than there, a byte order mark is a character
 */
export async function* decodeText(
  chunks: Chunks,
  name: string,
  encoding?: Encoding,
  offset = 0,
): AsyncGenerator<string> {
  let decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: offset > 0 });
  let before: Uint8Array = new Uint8Array(0);
  const strictly = (decode: () => string, chunk: Uint8Array) => {
    try {
      return decode();
    } catch {
      throw notUtf8(before, chunk, offset, name);
    }
  };
  const settle = (piece: Uint8Array) => {
    const western = encoding && westernIn(piece);
    if (!western) return;
    Object.assign(encoding, western);
    decoder = new TextDecoder("windows-1252", { fatal: true });
  };
  const pieces = inPieces(chunks);
  for await (const chunk of encoding ? settled(pieces, settle) : pieces) {
    const zero = chunk.indexOf(0);
    if (zero >= 0) throw notText(name, `a zero byte at byte ${offset + zero}, as in a binary file or UTF-16`);
    const text = strictly(() => decoder.decode(chunk, { stream: true }), chunk);
    offset += chunk.length;
    before = (chunk.length < CONTEXT ? joined(before, chunk) : chunk).slice(-CONTEXT);
    if (text !== "") yield text;
  }
  strictly(() => decoder.decode(), new Uint8Array(0));
}

/**
 * Text in the midst of a file whose encoding is settled: "utf-8", or one of a byte a character.
 * @param offset where in the file it begins
 */
export const decodePart = (
  chunks: Chunks,
  name: string,
  encoding: string,
  offset: number,
): AsyncGenerator<string> =>
  encoding === "utf-8"
    ? decodeText(chunks, name, undefined, offset)
    : decodeAs(chunks, name, encoding, offset);

/** So much from the first byte beyond ASCII on tells one encoding from another. */
export const EVIDENCE = 256;

/** What a text is read as whose first piece with bytes beyond ASCII is no UTF-8; undefined where it is UTF-8, or neither. */
export const westernIn = (piece: Uint8Array): Pick<Encoding, "name" | "note"> | undefined =>
  isWestern(piece) ? { name: "windows-1252", note: westernNote(piece) } : undefined;

/**
 * The same bytes, piece by piece.
 * @param settle is shown the first piece that holds a byte beyond ASCII, and enough of what follows it, before it comes
 */
async function* settled(
  pieces: AsyncGenerator<Uint8Array>,
  settle: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const first of pieces) {
    if (isAscii(first)) {
      yield first;
      continue;
    }
    const at = first.findIndex(beyondAscii);
    let piece = first;
    while (piece.length - at < EVIDENCE) {
      const next = await pieces.next();
      if (next.done) break;
      piece = joined(piece, next.value);
    }
    settle(piece);
    yield piece;
    yield* pieces;
    return;
  }
}

const beyondAscii = (byte: number): boolean => byte > 0x7f;

/** Four bytes at a time, where they lie so: a whole file may have to be gone through. */
function isAscii(bytes: Uint8Array): boolean {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes.length >> 2 : 0;
  const words = aligned > 0 ? new Uint32Array(bytes.buffer, bytes.byteOffset, aligned) : [];
  let any = 0;
  for (let i = 0; i < aligned; i++) any |= words[i]!;
  for (let i = 4 * aligned; i < bytes.length; i++) any |= bytes[i]!;
  return (any & 0x80808080) === 0;
}

/** Bytes that stand for nothing in Windows-1252. */
const UNDEFINED_1252 = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);
/** In the languages that are written so, letters beyond ASCII stand mostly alone; in others they make words. */
const MOST_TOGETHER = 0.34;

/** Whether bytes are no UTF-8 and look like text in Windows-1252. */
function isWestern(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return false;
  } catch {
    let [beyond, together] = [0, 0];
    for (let i = 0; i < bytes.length; i++) {
      if (!beyondAscii(bytes[i]!)) continue;
      if (UNDEFINED_1252.has(bytes[i]!)) return false;
      beyond++;
      if (i > 0 && beyondAscii(bytes[i - 1]!)) together++;
    }
    return together <= MOST_TOGETHER * beyond;
  }
}

function westernNote(bytes: Uint8Array): string {
  const at = bytes.findIndex(beyondAscii);
  const shown = new TextDecoder("windows-1252").decode(bytes.subarray(Math.max(0, at - 12), at + 12));
  return `not UTF-8: taken for Windows-1252, as Excel writes it (${JSON.stringify(shown)}); the option encoding says another`;
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
    next: "Say which encoding it is in (option encoding), or save it as UTF-8.",
    typed: { next: "Say which encoding it is in, as --encoding shift_jis, or save it as UTF-8." },
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
