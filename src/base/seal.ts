/**
 * Checksums for formats that have none of their own. A file of ours holds, where its format keeps remarks, a SHA-256 of
 * all its bytes, taken with zeros in the place of the digits; files of others have none and are not looked at.
 */
import { inputError } from "./errors.js";
import { Sha256 } from "./sha256.js";

/** What the remark is called. */
export const SEAL = "cellstate_sha256";
const PREFIX = "sha256:";
/** What a file is made with; `seal` puts the digits in. */
export const BLANK_SEAL = PREFIX + "0".repeat(64);

const encode = (text: string) => new TextEncoder().encode(text);

/** Puts the digits in, in place. `bytes` hold `BLANK_SEAL` once; `more` follows them in the sum. Returns `bytes`. */
export function seal(bytes: Uint8Array, more: Iterable<Uint8Array> = []): Uint8Array {
  const [at] = places(bytes, BLANK_SEAL);
  bytes.set(encode(PREFIX + sum(bytes, more)), at);
  return bytes;
}

/**
 * Looks whether a file is as it was written.
 * @param found the remark as the file has it; undefined where it has none
 * @param more what follows the bytes in the sum
 * @throws InputError for bytes that do not match it
 */
export function checkSeal(
  found: unknown,
  bytes: Uint8Array,
  where: string,
  more: Iterable<Uint8Array> = [],
): void {
  if (found === undefined) return;
  const at = typeof found === "string" && /^sha256:[0-9a-f]{64}$/.test(found) ? places(bytes, found) : [];
  if (at.length !== 1) throw unlike(where);
  const before = bytes.subarray(0, at[0]);
  const after = bytes.subarray(at[0]! + BLANK_SEAL.length);
  if (PREFIX + sum(before, [encode(BLANK_SEAL), after, ...more]) !== found) throw unlike(where);
}

function sum(bytes: Uint8Array, more: Iterable<Uint8Array>): string {
  const hash = new Sha256().update(bytes);
  for (const part of more) hash.update(part);
  return hash.hex();
}

/** Where a text stands in bytes. */
function places(bytes: Uint8Array, text: string): number[] {
  const wanted = encode(text);
  const found: number[] = [];
  for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) found.push(at);
  }
  return found;
}

function unlike(where: string) {
  return inputError({
    expected: "a file that matches its checksum",
    where,
    received: "a damaged or changed one",
    next: `Fetch or write it again; if it was changed on purpose, take ${SEAL} out of it.`,
  });
}
