/** Where bytes come from: a name to complain about, the bytes, and the platform's way to inflate what is compressed. */
import { inputError } from "../base/errors.js";
import { nameOfBlob, nameOfResponse } from "../base/given-files.js";
import { checkAnswer } from "../base/web-files.js";
import type { Cells } from "./records.js";

/** Bytes in order, in pieces of any size. */
export type Chunks = AsyncIterable<Uint8Array>;

/** Bytes by place, as formats want them that begin with their end. */
export interface Places {
  /** How many there are. */
  byteLength: number;
  /** Those from `start` up to `end`. */
  slice(start: number, end: number): Promise<ArrayBuffer>;
  /** Called when all is read. */
  close?(): Promise<void>;
}

type Inflate = (chunks: Chunks, name: string) => Chunks;

/** Bytes with a name, and how the platform unpacks them. */
export interface ByteSource {
  /** How messages name it, and, by its ending, a hint at its format. */
  name: string;
  /** The bytes, which are gone through once. */
  chunks: Chunks;
  /** Inflates gzip; an InputError where the data is damaged. Default: the web's DecompressionStream. */
  gunzip?: Inflate;
  /** Inflates Zstandard, where the platform can. */
  unzstd?: Inflate;
  /** Unpacks a page of a Parquet file that is packed by Zstandard, where the platform can. */
  unzstdPage?: (bytes: Uint8Array, length: number) => Uint8Array;
  /** The same bytes by place. Default: they are gathered in memory first. */
  places?: () => Promise<Places>;
}

/** Records that are there already: a folder's files, a program's objects. */
export interface RecordSource {
  name: string;
  kind: "folder" | "objects";
  /** May grow while records come. */
  columns: readonly string[];
  records: AsyncGenerator<Cells[]>;
  /** What there is to say of it once it was read. */
  notes?: readonly string[];
  /** How columns were found, where there is more to say than their names. */
  found?: string;
}

/** A file that a browser holds: from an input, a drop or a fetch. */
export function blobSource(blob: Blob, name = nameOfBlob(blob) ?? "data"): ByteSource {
  return {
    name,
    chunks: streamChunks(blob.stream()),
    places: async () => ({
      byteLength: blob.size,
      slice: (start, end) => blob.slice(start, end).arrayBuffer(),
    }),
  };
}

/** A fetched file. @throws InputError where the server did not give it, or it was read already */
export function responseSource(response: Response): ByteSource {
  const name = nameOfResponse(response) ?? "data";
  checkAnswer(response, name);
  if (!response.body) return memorySource("", name);
  return { name, chunks: streamChunks(response.body) };
}

/** Text or bytes in memory. */
export function memorySource(content: string | Uint8Array, name = "data"): ByteSource {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    name,
    chunks: (async function* () {
      yield bytes;
    })(),
  };
}

/** The most that is gathered in memory of what can only be read in order. */
const MOST_GATHERED = 2 ** 30;

/** The bytes by place, of a source that may only know their order. */
export async function placesOf(chunks: Chunks, name: string): Promise<Places> {
  const parts: Uint8Array[] = [];
  let byteLength = 0;
  for await (const chunk of chunks) {
    byteLength += chunk.length;
    if (byteLength > MOST_GATHERED) {
      throw inputError({
        expected: "a file that can be read at any place, or one of at most 1 GiB",
        where: name,
        received: "a longer stream",
        next: "Give its path.",
      });
    }
    parts.push(chunk);
  }
  const whole = new Blob(parts as Uint8Array<ArrayBuffer>[]);
  return { byteLength, slice: (start, end) => whole.slice(start, end).arrayBuffer() };
}

/** How a source is packed. */
export type Compression = "gzip" | "zstd";

/** How compressed data begins, whatever its name. */
const COMPRESSED: readonly [Compression, readonly number[]][] = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
];

/** The source's bytes, inflated where they begin as compressed ones do. */
export async function openBytes({
  name,
  chunks,
  gunzip = webGunzip,
  unzstd = noZstd,
}: ByteSource): Promise<{ chunks: AsyncGenerator<Uint8Array>; compression: Compression | undefined }> {
  const opened = await withHead(chunks, 4);
  const compression = COMPRESSED.find(([, magic]) => magic.every((byte, i) => opened.head[i] === byte))?.[0];
  if (compression === undefined) return { chunks: opened.chunks, compression };
  const inflate = compression === "gzip" ? gunzip : unzstd;
  return { chunks: inflated(opened.chunks, inflate, name, compression), compression };
}

function noZstd(_chunks: Chunks, name: string): never {
  throw inputError({
    expected: "data that this platform can unpack, found Zstandard",
    where: name,
    next: "Node can from 22.15 on. Or unpack it first: zstd -d FILE",
  });
}

/** Text grows three- to tenfold when it is unpacked. What grows more than this, beyond the first bytes, is made to. */
const MOST_GROWTH = 20;
const GROWTH_FREE = 2 ** 22;

/** Unpacks, as long as what comes out is in proportion to what went in. */
async function* inflated(
  chunks: Chunks,
  inflate: Inflate,
  name: string,
  compression: Compression,
): AsyncGenerator<Uint8Array> {
  let [packed, unpacked] = [0, 0];
  const counted = async function* () {
    for await (const chunk of chunks) {
      packed += chunk.length;
      yield chunk;
    }
  };
  for await (const chunk of inflate(counted(), name)) {
    unpacked += chunk.length;
    if (unpacked > GROWTH_FREE + MOST_GROWTH * packed) {
      throw inputError({
        expected: `${compression} that grows at most ${MOST_GROWTH}-fold, found ${packed} bytes that become more than ${unpacked}`,
        where: name,
        next: "If it is what you mean to read, unpack it first.",
      });
    }
    yield chunk;
  }
}

/**
 * The same chunks, the first with at least so many bytes (unless there are fewer in all), and that first one. They can be
 * let go of without going through them.
 */
export async function withHead(
  chunks: Chunks,
  least: number,
): Promise<{ head: Uint8Array; chunks: AsyncGenerator<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = new Uint8Array(0);
  while (head.length < least) {
    const next = await iterator.next();
    if (next.done) break;
    head = head.length === 0 ? (next.value as Uint8Array<ArrayBuffer>) : joined(head, next.value);
  }
  const rest = { [Symbol.asyncIterator]: () => iterator };
  const all = (async function* () {
    try {
      yield head; // taken at once, below: of a generator that has not begun `return` ends nothing
      if (head.length > 0) yield head;
      yield* rest;
    } finally {
      await iterator.return?.();
    }
  })();
  await all.next();
  return { head, chunks: all };
}

async function* webGunzip(chunks: Chunks, name: string): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream("gzip");
  const source: { failure?: unknown } = {};
  const fed = feed(chunks, writable.getWriter(), source);
  try {
    yield* streamChunks(readable);
  } catch (error) {
    throw source.failure ?? damaged("gzip", name, (error as Error).message);
  }
  await fed;
}

/** Writes the chunks; where reading them fails, that failure is noted and ends the writing too. */
async function feed(
  chunks: Chunks,
  writer: WritableStreamDefaultWriter<BufferSource>,
  source: { failure?: unknown },
): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch((error: unknown) => {
        source.failure = error;
        throw error;
      });
      if (next.done) break;
      await writer.write(next.value as Uint8Array<ArrayBuffer>);
    }
    await writer.close();
  } catch (error) {
    // The reading side throws what happened.
    await writer.abort(error).catch(() => undefined);
    await iterator.return?.();
  }
}

export function damaged(compression: Compression, name: string, reason: string): Error {
  return inputError({
    expected: `a whole ${compression} file`,
    where: name,
    received: reason,
    next: "It is damaged or cut short: fetch it again.",
  });
}

export async function* streamChunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
