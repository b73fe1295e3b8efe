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
  const giveUp = () => controller.abort();
  let timer = setTimeout(giveUp, patience);
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, patience);
  };
  try {
    const { signal } = controller;
    // As it is, so that its length is known; a browser keeps this to itself.
    const response = await fetch(source, { signal, headers: { "accept-encoding": "identity" } });
    wait();
    checkAnswer(response, where);
    return await collect(response, mostBytes(response, where), where, wait);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { cause, message } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    const said = controller.signal.aborted ? `nothing came for ${patience / 1000} s` : why;
    throw new Error(`${where}: could not be fetched (${said}).`, { cause: error });
  } finally {
    clearTimeout(timer);
    controller.abort(); // what has not come by now is not wanted
  }
}

function checkAnswer(response: Response, where: string): void {
  const { ok, status, statusText, url } = response;
  if (!ok) {
    throw inputError({
      expected: "a file that can be fetched",
      where,
      received: `${status} ${statusText}`.trim(),
    });
  }
  if (/^https:/i.test(where) && /^http:/i.test(url)) {
    throw inputError({ expected: "an address that stays with https", where, received: url });
  }
}

/** How much may come. */
function mostBytes({ headers }: Response, where: string): number {
  const length = headers.get("content-length");
  if (length === null || headers.has("content-encoding")) return MOST_UNSTATED_BYTES;
  if (Number(length) <= MOST_BYTES) return Number(length);
  throw inputError({ expected: "a file of less than 2 GiB", where, received: `${length} bytes` });
}

async function collect(
  response: Response,
  most: number,
  where: string,
  wait: () => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    wait();
    chunks.push(next.value);
    size += next.value.length;
    if (size <= most) continue;
    const advice = "A server that states the length of what it sends may send more.";
    throw inputError({ expected: `at most ${most} bytes`, where, received: "more", next: advice });
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
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
