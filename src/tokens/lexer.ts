/**
 * The lexer: words, numbers and runs of punctuation, in the letters' own case. Keras's front ends drop what n-gram
 * features live on; this one keeps every visible character.
 *
 *   n't and 's part from their word · a number keeps its inner points and commas · a run of one punctuation mark is a
 *   token · where words are written without spaces between them (Chinese, Japanese, Thai …), every character is one
 */
import { UNSPACED_LETTERS } from "./scripts.js";
import { hashOf, Scanner } from "./split.js";

const SPACE = 0;
const LETTER = 1;
const DIGIT = 2;
const MARK = 3;
const UNDERSCORE = 4;
const UNSPACED = 5;

const APOSTROPHE = 0x27;
/** Bytes that may be looked at beyond a text's end. */
const LOOK_AHEAD = 4;
const encoder = new TextEncoder();

/** Letters, what is written over them, and numerals that are no digits. */
const IS_LETTER = /[\p{L}\p{M}\p{Nl}\p{No}]/u;
const IS_DIGIT = /\p{Nd}/u;
/** White space, control characters, and those that show nothing. */
const IS_SPACE = /[\p{Z}\p{Cc}\p{Cf}]/u;

const IS_UNSPACED = new RegExp(`[${UNSPACED_LETTERS}]`, "u");
/** They choose between pictures of the character before. */
const IS_SELECTOR = /[\ufe00-\ufe0f]/u;

function classify(character: string): number {
  if (character === "_") return UNDERSCORE;
  if (IS_SELECTOR.test(character)) return SPACE;
  if (IS_LETTER.test(character)) return IS_UNSPACED.test(character) ? UNSPACED : LETTER;
  if (IS_DIGIT.test(character)) return DIGIT;
  return IS_SPACE.test(character) ? SPACE : MARK;
}

/** [128] the kinds of ASCII. */
const ASCII = Uint8Array.from({ length: 128 }, (_, code) => classify(String.fromCharCode(code)));
/** The kinds of other characters, plus one, as they come up. */
const others = new Map<number, number>();

function kindOf(codePoint: number): number {
  if (codePoint < 128) return ASCII[codePoint]!;
  const known = others.get(codePoint);
  if (known !== undefined) return known;
  const kind = classify(String.fromCodePoint(codePoint));
  others.set(codePoint, kind);
  return kind;
}

export class Lexer extends Scanner {
  /** Of the character last looked at. */
  private codePoint = 0;
  private width = 1;

  /** Begins a text. Composed and decomposed letters are one, as are the two apostrophes. */
  override begin(text: string): void {
    let prepared = text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
    if (/[^\x00-\x7f]/.test(text)) prepared = text.normalize("NFC").replaceAll("\u2019", "'");
    const most = prepared.length * 3 + LOOK_AHEAD; // a UTF-16 unit takes at most three bytes
    if (most > this.bytes.length) this.bytes = new Uint8Array(most * 2);
    this.end = encoder.encodeInto(prepared, this.bytes).written;
    this.bytes.fill(0, this.end, this.end + LOOK_AHEAD);
    this.at = 0;
  }

  override next(): boolean {
    let kind = this.look(this.at);
    while (this.at < this.end) {
      if (kind === MARK && this.codePoint === 0x3c) {
        const beyond = this.lineBreak(this.at);
        if (beyond === 0) break;
        this.at = beyond;
      } else if (kind === SPACE) this.at += this.width;
      else break;
      kind = this.look(this.at);
    }
    if (this.at >= this.end) return false;
    this.start = this.at;
    this.at = this.tokenEnd(kind);
    this.length = this.at - this.start;
    this.hash = hashOf(this.bytes.subarray(this.start, this.at));
    return true;
  }

  private tokenEnd(kind: number): number {
    const { at } = this;
    switch (kind) {
      case LETTER:
        return this.wordEnd(at);
      case DIGIT:
        return this.numberEnd(at);
      case UNSPACED:
        return at + this.width;
      default:
        return (this.codePoint === APOSTROPHE && this.suffixEnd(at)) || this.repeatEnd(at, this.codePoint);
    }
  }

  /** The kind of the character at a byte; SPACE beyond the end. */
  private look(at: number): number {
    const { bytes, end } = this;
    if (at >= end) {
      this.codePoint = 0;
      this.width = 1;
      return SPACE;
    }
    const first = bytes[at]!;
    if (first < 0x80) {
      this.codePoint = first;
      this.width = 1;
      return ASCII[first]!;
    }
    const width = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    let code = first & (0x7f >> width);
    for (let i = 1; i < width; i++) code = (code << 6) | (bytes[at + i]! & 0x3f);
    this.codePoint = code;
    this.width = width;
    return kindOf(code);
  }

  private runEnd(from: number, kind: number): number {
    let at = from;
    while (this.look(at) === kind) at += this.width;
    return at;
  }

  /** Where a run of one and the same mark ends. */
  private repeatEnd(from: number, mark: number): number {
    let at = from;
    do at += this.width;
    while (this.look(at) !== SPACE && this.codePoint === mark);
    return at;
  }

  /** "isn't" is "is" and "n't". */
  private wordEnd(from: number): number {
    const at = this.runEnd(from, LETTER);
    const { bytes } = this;
    const negated =
      isLetter(bytes[at - 1]!, "n") &&
      bytes[at] === APOSTROPHE &&
      isLetter(bytes[at + 1]!, "t") &&
      !isWord(this.look(at + 2));
    if (!negated) return at;
    return at - 1 > from ? at - 1 : at + 2;
  }

  /** "3.5", "10,000" */
  private numberEnd(from: number): number {
    let at = this.runEnd(from, DIGIT);
    while ((this.bytes[at] === 0x2e || this.bytes[at] === 0x2c) && this.look(at + 1) === DIGIT) {
      at = this.runEnd(at + 1, DIGIT);
    }
    return at;
  }

  /** Where "'s" or "'ll" ends that begins here; 0 where an apostrophe is only that. */
  private suffixEnd(from: number): number {
    let at = from + 1;
    while (at < this.end && isAsciiLetter(this.bytes[at]!)) at++;
    const found = at > from + 1 && !isWord(this.look(at));
    if (!found) this.look(from);
    return found ? at : 0;
  }

  /** Where "<br>" or "<br />" ends that begins here; 0 for anything else. */
  private lineBreak(from: number): number {
    const { bytes } = this;
    if (!isLetter(bytes[from + 1]!, "b") || !isLetter(bytes[from + 2]!, "r")) return 0;
    let at = from + 3;
    while (at < this.end && ASCII[bytes[at]!] === SPACE) at++;
    if (bytes[at] === 0x2f) at++;
    return at < this.end && bytes[at] === 0x3e ? at + 1 : 0;
  }
}

const isLetter = (byte: number, lower: string) => (byte | 0x20) === lower.charCodeAt(0);
const isAsciiLetter = (byte: number) => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
const isWord = (kind: number) => kind !== SPACE && kind !== MARK;
