/** Where bytes come from: a name to complain about, the bytes, and the platform's way to inflate gzip. */
import { inputError } from "../base/errors.js";

export type Chunks = AsyncIterable<Uint8Array>;

export interface ByteSource {
  /** How messages name it, and, by its ending, a hint at its format. */
  name: string;
  chunks: Chunks;
  /** Inflates gzip; an InputError where the data is damaged. Default: the web's DecompressionStream. */
  gunzip?: (chunks: Chunks, name: string) => Chunks;
}

/** A file that a browser holds: from an input, a drop or a fetch. */
export function blobSource(blob: Blob, name = blob instanceof File ? blob.name : "data"): ByteSource {
  return { name, chunks: streamChunks(blob.stream()) };
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

/** The source's bytes, inflated where they begin as gzip does, whatever the name says. */
export async function openBytes({ name, chunks, gunzip = webGunzip }: ByteSource): Promise<{
  chunks: Chunks;
  gzip: boolean;
}> {
  const opened = await withHead(chunks, 2);
  const gzip = opened.head[0] === 0x1f && opened.head[1] === 0x8b;
  return { chunks: gzip ? inflated(opened.chunks, gunzip, name) : opened.chunks, gzip };
}

/** Text grows three- to tenfold when it is unpacked. What grows more than this, beyond the first bytes, is made to. */
const MOST_GROWTH = 20;
const GROWTH_FREE = 2 ** 22;

/** Unpacks, as long as what comes out is in proportion to what went in. */
async function* inflated(
  chunks: Chunks,
  gunzip: (chunks: Chunks, name: string) => Chunks,
  name: string,
): AsyncGenerator<Uint8Array> {
  let [packed, unpacked] = [0, 0];
  const counted = async function* () {
    for await (const chunk of chunks) {
      packed += chunk.length;
      yield chunk;
    }
  };
  for await (const chunk of gunzip(counted(), name)) {
    unpacked += chunk.length;
    if (unpacked > GROWTH_FREE + MOST_GROWTH * packed) {
      throw inputError({
        expected: `gzip that grows at most ${MOST_GROWTH}-fold, found ${packed} bytes that become more than ${unpacked}`,
        where: name,
        next: "If it is what you mean to read, unpack it first.",
      });
    }
    yield chunk;
  }
}

/** The same chunks, the first with at least so many bytes (unless there are fewer in all), and that first one. */
export async function withHead(chunks: Chunks, least: number): Promise<{ head: Uint8Array; chunks: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = new Uint8Array(0);
  while (head.length < least) {
    const next = await iterator.next();
    if (next.done) break;
    head = head.length === 0 ? (next.value as Uint8Array<ArrayBuffer>) : joined(head, next.value);
  }
  const rest = { [Symbol.asyncIterator]: () => iterator };
  return {
    head,
    chunks: (async function* () {
      try {
        if (head.length > 0) yield head;
        yield* rest;
      } finally {
        await iterator.return?.();
      }
    })(),
  };
}

async function* webGunzip(chunks: Chunks, name: string): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream("gzip");
  const source: { failure?: unknown } = {};
  const fed = feed(chunks, writable.getWriter(), source);
  try {
    yield* streamChunks(readable);
  } catch (error) {
    throw source.failure ?? damagedGzip(name, (error as Error).message);
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

export function damagedGzip(name: string, reason: string): Error {
  return inputError({
    expected: "a whole gzip file",
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
