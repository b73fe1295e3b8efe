/** Checkpoints changed from outside, under a checksum that fits. */
import { createHash } from "node:crypto";

export type Header = Record<string, unknown>;

/** Bytes of the word that a checkpoint begins with. */
const MAGIC = 23;
const DIGEST = 32;
const startOf = (headerLength: number) => Math.ceil((MAGIC + 4 + headerLength) / 4) * 4;

const headerLength = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC, true);

export function headerOf(bytes: Uint8Array): Header {
  return JSON.parse(
    new TextDecoder().decode(bytes.subarray(MAGIC + 4, MAGIC + 4 + headerLength(bytes))),
  ) as Header;
}

/** The arrays of a checkpoint, as bytes. */
export const arraysOf = (bytes: Uint8Array) =>
  bytes.subarray(startOf(headerLength(bytes)), bytes.length - DIGEST);

export function assembled(magic: Uint8Array, header: unknown, arrays: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(startOf(text.length) + arrays.length + DIGEST);
  out.set(magic.subarray(0, MAGIC));
  new DataView(out.buffer).setUint32(MAGIC, text.length, true);
  out.set(text, MAGIC + 4);
  out.set(arrays, startOf(text.length));
  return sealed(out);
}

export function changedHeader(bytes: Uint8Array, change: (header: Header) => void): Uint8Array {
  const header = headerOf(bytes);
  change(header);
  return assembled(bytes, header, arraysOf(bytes));
}

/** Puts the checksum right, in place. */
export function sealed(out: Uint8Array): Uint8Array {
  out.set(createHash("sha256").update(out.subarray(0, -DIGEST)).digest(), out.length - DIGEST);
  return out;
}
