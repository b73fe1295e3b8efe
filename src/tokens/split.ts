/**
 * Splitting: walks a text once and stops at each token, with the token's bytes and hash at hand. No string or other
 * object is made for a token, so that vectorising runs at memory speed and leaves no garbage.
 */
import { NOTHING, SEPARATOR, type Standardizer } from "./standardize.js";

/** One step of the hash over a token's bytes (FNV-1a, 32 bits). */
export const HASH_START = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;

export function hashOf(bytes: Uint8Array, length = bytes.length): number {
  let hash = HASH_START;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[i]!, HASH_PRIME);
  return hash;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Walks texts, and stops at each token. */
export abstract class Scanner {
  /** The text in UTF-8. */
  bytes = new Uint8Array(4096);
  /** The token: bytes [start, start + length). */
  start = 0;
  length = 0;
  hash = 0;
  /** Where reading stands, and where the text ends. */
  protected at = 0;
  protected end = 0;

  /** Begins a text. */
  abstract begin(text: string): void;

  /** Moves to the next token; false where the text has ended. */
  abstract next(): boolean;

  /** The token as a string. */
  token(): string {
    return decoder.decode(this.bytes.subarray(this.start, this.start + this.length));
  }
}

/** By the rules of Keras's front ends. Standardised tokens are written over the text: never ahead of where reading stands. */
export class TokenScanner extends Scanner {
  constructor(private readonly standardizer: Standardizer) {
    super();
  }

  override begin(text: string): void {
    const prepared = this.standardizer.prepare(text);
    const most = prepared.length * 3; // a UTF-16 unit takes at most three bytes
    if (most > this.bytes.length) this.bytes = new Uint8Array(most * 2);
    this.end = encoder.encodeInto(prepared, this.bytes).written;
    this.at = 0;
  }

  override next(): boolean {
    switch (this.standardizer.unit) {
      case "word":
        return this.nextWord();
      case "character":
        return this.nextCharacter();
      case "text":
        return this.wholeText();
    }
  }

  private nextWord(): boolean {
    const { bytes, end } = this;
    const table = this.standardizer.bytes;
    const start = this.at;
    let write = start;
    let at = start;
    let hash = HASH_START;
    while (at < end) {
      const byte = table[bytes[at++]!]!;
      if (byte >= 0) {
        bytes[write++] = byte;
        hash = Math.imul(hash ^ byte, HASH_PRIME);
      } else if (byte === SEPARATOR && write > start) {
        break;
      }
    }
    this.at = at;
    this.start = start;
    this.length = write - start;
    this.hash = hash;
    return write > start;
  }

  private nextCharacter(): boolean {
    const { bytes, end } = this;
    const table = this.standardizer.bytes;
    while (this.at < end && table[bytes[this.at]!] === NOTHING) this.at++;
    if (this.at >= end) return false;
    this.start = this.at;
    this.length = characterBytes(bytes[this.at]!);
    this.at += this.length;
    bytes[this.start] = table[bytes[this.start]!]!;
    this.hash = hashOf(bytes.subarray(this.start, this.at));
    return true;
  }

  /** The whole text is one token, be it empty. */
  private wholeText(): boolean {
    if (this.at > this.end) return false;
    const table = this.standardizer.bytes;
    let write = 0;
    for (let at = 0; at < this.end; at++) {
      const byte = table[this.bytes[at]!]!;
      if (byte >= 0) this.bytes[write++] = byte;
    }
    this.at = this.end + 1;
    this.start = 0;
    this.length = write;
    this.hash = hashOf(this.bytes, write);
    return true;
  }
}

/** The bytes of a UTF-8 character by its first one. */
function characterBytes(first: number): number {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}
