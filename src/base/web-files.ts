/** Files as a browser sees them: read by URL; there is no path to write to. Node has node-files.ts in its place. */
import { InputError, inputError } from "./errors.js";

/** What is taken from a server that does not say how much it will send, or that sends it compressed. */
const MOST_UNSTATED_BYTES = 96 * 2 ** 20;
/** A file this large cannot be one of ours, and would not fit into one buffer. */
const MOST_BYTES = 2 ** 31 - 1;
/** A server that sends nothing for so long is given up. */
const PATIENCE_MS = 30_000;

/**
 * The bytes behind a URL, in memory that is bounded by what the server said it would send.
 * @param patience milliseconds to wait for more
 * @throws InputError when the server does not give them; Error when it cannot be reached or breaks off
 */
export async function readBytes(source: string | URL, patience = PATIENCE_MS): Promise<Uint8Array> {
  const where = String(source);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), patience);
  let response: Response;
  try {
    const { signal } = controller;
    // As it is, so that its length is known; a browser keeps this to itself.
    response = await fetch(source, { signal, headers: { "accept-encoding": "identity" } });
  } catch (error) {
    throw notFetched(where, error, controller.signal.aborted ? patience : undefined);
  } finally {
    clearTimeout(timer);
  }
  try {
    if (/^https:/i.test(where) && /^http:/i.test(response.url)) {
      throw inputError({ expected: "an address that stays with https", where, received: response.url });
    }
    return await readResponse(response, where, patience);
  } finally {
    controller.abort(); // what has not come by now is not wanted
  }
}

/** @throws InputError where a server did not give the file, or its bytes were taken already */
export function checkAnswer(response: Response, where: string): void {
  const { ok, status, statusText, type, bodyUsed, body } = response;
  if (!ok) {
    const received = status === 0 ? `an ${type} response` : `${status} ${statusText}`.trim();
    throw inputError({ expected: "a file that can be fetched", where, received });
  }
  if (bodyUsed || body?.locked) {
    const next = "Hand it over first, or a clone() of it.";
    throw inputError({
      expected: "a response that nobody has read from",
      where,
      received: "one that was read",
      next,
    });
  }
}

/**
 * The bytes of a server's answer, in memory that is bounded by what it said it would send.
 * @param patience milliseconds to wait for more
 * @throws InputError when the server does not give them; Error when it breaks off
 */
export async function readResponse(
  response: Response,
  where: string,
  patience = PATIENCE_MS,
): Promise<Uint8Array> {
  checkAnswer(response, where);
  const most = mostBytes(response, where);
  const reader = response.body?.getReader();
  let stalled = false;
  const giveUp = () => {
    stalled = true;
    void reader?.cancel().catch(() => {}); // what was asked for then ends
  };
  let timer = setTimeout(giveUp, patience);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, patience);
      chunks.push(next.value);
      size += next.value.length;
      if (size <= most) continue;
      const advice = "A server that states the length of what it sends may send more.";
      throw inputError({ expected: `at most ${most} bytes`, where, received: "more", next: advice });
    }
  } catch (error) {
    void reader?.cancel().catch(() => {});
    throw error instanceof InputError ? error : notFetched(where, error);
  } finally {
    clearTimeout(timer);
  }
  if (stalled) throw notFetched(where, undefined, patience);
  return joined(chunks, size);
}

function notFetched(where: string, error: unknown, patience?: number): Error {
  const { cause, message } = (error ?? {}) as Partial<Error>;
  const why = cause instanceof Error ? cause.message : message;
  const said = patience === undefined ? why : `nothing came for ${patience / 1000} s`;
  return new Error(`${where}: could not be fetched (${said}).`, { cause: error });
}

/** How much may come. */
function mostBytes({ headers }: Response, where: string): number {
  const length = headers.get("content-length");
  if (length === null || headers.has("content-encoding")) return MOST_UNSTATED_BYTES;
  if (Number(length) <= MOST_BYTES) return Number(length);
  throw tooLarge(where, length);
}

const tooLarge = (where: string, bytes: string | number) =>
  inputError({ expected: "a file of less than 2 GiB", where, received: `${bytes} bytes` });

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/** The bytes of a file that a page was given. @throws InputError for one too large; Error where it cannot be read any more */
export async function readBlob(blob: Blob, where: string): Promise<Uint8Array> {
  if (blob.size > MOST_BYTES) throw tooLarge(where, blob.size);
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    // A browser no longer gives a file that has changed on its disk since it was chosen.
    throw new Error(`${where}: could not be read (${(error as Error).message}).`, { cause: error });
  }
}

/** The bytes of a file in the same folder, by its bare name. */
export function readBeside(source: string | URL, name: string): Promise<Uint8Array> {
  return readBytes(new URL(encodeURIComponent(name), new URL(source, globalThis.location?.href)));
}

export async function writeAtomic(path: string | URL, _bytes: Uint8Array): Promise<void> {
  throw inputError({
    expected: "Node, to write a file",
    where: String(path),
    next: "In a browser take toBytes() and offer the bytes as a download.",
  });
}
