/**
 * N-grams as numbers of 32 bits: what a linear classifier knows of a text. An n-gram's number is a hash of its block and
 * its parts, so that no list of n-grams has to be kept: of a million different ones, about a hundred share a number.
 */
import { grown, type TokenTable } from "./token-table.js";

/**
 * w1 w2 w3: one to three words in a row · c2 … c5: so many characters of a word with a space at both ends · case: a word
 * that is not all in small letters, as it stands · shape: X, x and 9 in place of letters and digits, runs cut at three ·
 * p1 p2: one and two words in a row, cut to five characters · head: the first content words and what stands around them ·
 * pattern: two to four words in a row of which only function words and punctuation are named
 */
export const BLOCKS = [
  "w1",
  "w2",
  "w3",
  "c2",
  "c3",
  "c4",
  "c5",
  "case",
  "shape",
  "p1",
  "p2",
  "head",
  "pattern",
] as const;
export type Block = (typeof BLOCKS)[number];

/** Which n-grams are taken of a text. */
export interface NgramRules {
  readonly blocks: readonly Block[];
  /** Whether a text's beginning and end count as words of pairs and triples: short texts are told apart by how they open. */
  readonly marks: boolean;
  /** The words that `head` and `pattern` take for function words. */
  readonly functionWords: readonly string[];
}

/** Takes up one more part. */
const join = (hash: number, part: number): number =>
  Math.imul(((hash << 5) | (hash >>> 27)) ^ part, 0x9e3779b1);

/** Spreads a hash over all 32 bits (the finalizer of MurmurHash3, Appleby 2011); never 0. */
export function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0 || 1;
}

/** The hash of a string's characters. */
export function hashText(text: string, seed = 0): number {
  let hash = join(0x811c9dc5, seed);
  for (const character of text) hash = join(hash, character.codePointAt(0)!);
  return finish(hash);
}

const saltOf = Object.fromEntries(BLOCKS.map((block, k) => [block, join(0x2545f491, k + 1)])) as Record<
  Block,
  number
>;

const BEGIN = hashText("\u0002");
const END = hashText("\u0003");
/** What `pattern` writes for a word that it does not name: by its first character. */
const NAMELESS = { "9": hashText("9"), X: hashText("X"), x: hashText("x") };

export function namelessOf(word: string): keyof typeof NAMELESS {
  if (/^\p{Nd}/u.test(word)) return "9";
  return /^\p{Lu}/u.test(word) ? "X" : "x";
}

/** Parts of `head`, told apart. */
export const HEAD = {
  first: 1,
  last: 2,
  run: 3,
  opening: 4,
  openingLast: 5,
  openingFirst: 6,
  ending: 7,
  next: 8,
  none: 9,
} as const;

/** Characters that p1 and p2 keep of a word. */
export const PREFIX = 5;
const CHARACTERS: readonly [Block, number][] = [
  ["c2", 2],
  ["c3", 3],
  ["c4", 4],
  ["c5", 5],
];

/** Numbers in the order in which they came, each with its block. */
export class NgramList {
  hashes = new Uint32Array(1024);
  /** [count] the index in BLOCKS */
  blocks = new Uint8Array(1024);
  count = 0;

  /**
   * Told where the n-grams that are added next stand, for lists that keep it: the first at places [from, to) of the text's
   * tokens, -1 its beginning and T its end (of n-grams of one token alone, of its characters), each one `step` further
   * than the one before; and which part of `head` it is.
   */
  stand(_from: number, _to: number, _step: number, _part = 0): void {}

  add(hash: number, block: number): void {
    if (this.count === this.hashes.length) this.grow();
    this.hashes[this.count] = hash;
    this.blocks[this.count++] = block;
  }

  private grow(): void {
    const [hashes, blocks] = [new Uint32Array(this.count * 2), new Uint8Array(this.count * 2)];
    hashes.set(this.hashes);
    blocks.set(this.blocks);
    [this.hashes, this.blocks] = [hashes, blocks];
  }
}

const blockIndex = Object.fromEntries(BLOCKS.map((block, k) => [block, k])) as Record<Block, number>;

const startsWord = /^[\p{L}\p{M}\p{N}]/u;
const isLower = (word: string, lower: string) => word === lower && lower !== lower.toUpperCase();

/** X, x and 9 for letters and digits; a run of three or more of the same is three. */
export const shapeOf = (word: string) =>
  word
    .replace(/\p{Lu}/gu, "X")
    .replace(/\p{Ll}/gu, "x")
    .replace(/\p{Nd}/gu, "9")
    .replace(/(.)\1{3,}/gu, "$1$1$1");

/** What is found out of a distinct token once, by the token's number. */
class TokenFacts {
  /** The token in small letters; its first characters; its last four; what `pattern` writes for it. */
  word = new Uint32Array(256);
  prefix = new Uint32Array(256);
  ending = new Uint32Array(256);
  pattern = new Uint32Array(256);
  /** What makes it known or strange. */
  known = new Uint32Array(256);
  /** Whether it is neither a function word nor punctuation; whether it begins with a letter. */
  content = new Uint8Array(256);
  letters = new Uint8Array(256);
  /** Where the n-grams that are the token's alone lie in `own`: from … to − 1. */
  from = new Uint32Array(256);
  to = new Uint32Array(256);
  readonly own = new NgramList();
  private readonly found: boolean[] = [];

  has(token: number): boolean {
    return this.found[token] === true;
  }

  /** Makes room for a token's facts. */
  take(token: number): void {
    this.found[token] = true;
    if (token < this.word.length) return;
    const length = Math.max(token + 1, this.word.length * 2);
    this.word = grown(this.word, length);
    this.prefix = grown(this.prefix, length);
    this.ending = grown(this.ending, length);
    this.pattern = grown(this.pattern, length);
    this.known = grown(this.known, length);
    this.content = grown(this.content, length);
    this.letters = grown(this.letters, length);
    this.from = grown(this.from, length);
    this.to = grown(this.to, length);
  }
}

/** Takes n-grams of texts whose tokens a table has numbered. */
export class Ngrams {
  private readonly wants: Readonly<Record<Block, boolean>>;
  private readonly functionWords: ReadonlySet<string>;
  private readonly facts = new TokenFacts();
  /** The parts of a text that follow each other: its words, its prefixes, what `pattern` writes. */
  private parts = new Uint32Array(256);

  /** @param table the distinct tokens, as Lexer finds them; it may grow */
  constructor(
    private readonly rules: NgramRules,
    private readonly table: TokenTable,
  ) {
    const wanted = new Set(rules.blocks);
    this.wants = Object.fromEntries(BLOCKS.map((block) => [block, wanted.has(block)])) as Record<
      Block,
      boolean
    >;
    this.functionWords = new Set(rules.functionWords);
  }

  /** The hash by which a token is known or strange: a word's own; of a run of one mark that of the mark, however long. */
  knownBy(token: number): number {
    this.know(token);
    return this.facts.known[token]!;
  }

  /** Whether a token begins with a letter: numbers and punctuation do not. */
  isWord(token: number): boolean {
    this.know(token);
    return this.facts.letters[token] === 1;
  }

  /** Whether a token says what a text is about: it is neither a function word nor punctuation. */
  isContent(token: number): boolean {
    this.know(token);
    return this.facts.content[token] === 1;
  }

  /** Appends the n-grams of a text, repeats included. @param tokens [T] numbers in the table */
  collect(tokens: Int32Array, out: NgramList): void {
    for (let i = 0; i < tokens.length; i++) this.know(tokens[i]!);
    const { wants, rules, facts } = this;
    // A mark alone stands in every text and would tell none from another.
    if (wants.w1) {
      const count = this.lay(tokens, facts.word, false);
      sequences(this.parts, count, 1, "w1", out, 0);
    }
    if (wants.w2 || wants.w3) {
      const count = this.lay(tokens, facts.word, rules.marks);
      const first = rules.marks ? -1 : 0;
      if (wants.w2) sequences(this.parts, count, 2, "w2", out, first);
      if (wants.w3) sequences(this.parts, count, 3, "w3", out, first);
    }
    const { own } = facts;
    for (let i = 0; i < tokens.length; i++) {
      const to = facts.to[tokens[i]!]!;
      out.stand(i, i + 1, 0);
      for (let k = facts.from[tokens[i]!]!; k < to; k++) out.add(own.hashes[k]!, own.blocks[k]!);
    }
    if (wants.p1 || wants.p2) {
      const count = this.lay(tokens, facts.prefix, false);
      if (wants.p1) sequences(this.parts, count, 1, "p1", out, 0);
      if (wants.p2) sequences(this.parts, count, 2, "p2", out, 0);
    }
    if (wants.head) this.head(tokens, out);
    if (wants.pattern) {
      const count = this.lay(tokens, facts.pattern, true);
      for (let order = 2; order <= 4; order++) sequences(this.parts, count, order, "pattern", out, -1);
    }
  }

  /** Puts the parts of a text one after another, between the marks of its beginning and end or not. */
  private lay(tokens: Int32Array, values: Uint32Array, marks: boolean): number {
    if (this.parts.length < tokens.length + 2) this.parts = new Uint32Array(2 * tokens.length + 2);
    const { parts } = this;
    let count = 0;
    if (marks) parts[count++] = BEGIN;
    for (let i = 0; i < tokens.length; i++) parts[count++] = values[tokens[i]!]!;
    if (marks) parts[count++] = END;
    return count;
  }

  private know(token: number): void {
    if (!this.facts.has(token)) this.find(token, this.table.word(token));
  }

  /** Appends the n-grams of one token alone: places count its characters in small letters, a space at both ends. */
  collectOwn(text: string, out: NgramList): void {
    const { wants } = this;
    const lower = text.toLowerCase();
    const padded = Uint32Array.from([" ", ...lower, " "], (character) => character.codePointAt(0)!);
    for (const [block, order] of CHARACTERS) {
      if (wants[block]) sequences(padded, padded.length, order, block, out, 0);
    }
    const single = (block: Block, of: string) =>
      out.add(finish(join(saltOf[block], hashText(of))), blockIndex[block]);
    out.stand(0, padded.length, 0);
    if (wants.case && !isLower(text, lower)) single("case", text);
    if (wants.shape) single("shape", shapeOf(text));
  }

  private find(token: number, text: string): void {
    const { facts } = this;
    const { own } = facts;
    facts.take(token);
    const lower = text.toLowerCase();
    const characters = [...lower];
    facts.from[token] = own.count;
    this.collectOwn(text, own);
    facts.to[token] = own.count;
    const word = hashText(lower);
    const named = this.functionWords.has(lower) || !startsWord.test(lower);
    facts.word[token] = word;
    facts.known[token] = startsWord.test(lower) ? word : hashText(characters[0] ?? "");
    facts.prefix[token] = hashText(characters.slice(0, PREFIX).join(""));
    facts.ending[token] = hashText(characters.slice(-4).join(""));
    facts.pattern[token] = named ? word : NAMELESS[namelessOf(text)];
    facts.content[token] = named ? 0 : 1;
    facts.letters[token] = /^\p{L}/u.test(lower) ? 1 : 0;
  }

  /**
   * What a short text, a question above all, is about: from the second word on the first run of content words, i … j, and
   * its surroundings. "What is the capital of France" is about "capital".
   */
  private head(tokens: Int32Array, out: NgramList): void {
    if (tokens.length === 0) return;
    const { content, ending, word } = this.facts;
    const part = (name: keyof typeof HEAD, from: number, to: number, parts: readonly number[]) => {
      const hash = parts.reduce(join, join(saltOf.head, HEAD[name]));
      out.stand(from, to, 0, HEAD[name]);
      out.add(finish(hash), blockIndex.head);
    };
    const run = (name: keyof typeof HEAD, from: number, to: number) =>
      part(
        name,
        from,
        to,
        Array.from(tokens.subarray(from, to), (token) => word[token]!),
      );
    let i = 1;
    while (i < tokens.length && content[tokens[i]!] === 0) i++;
    if (i >= tokens.length) {
      run("none", 0, Math.min(2, tokens.length));
      return;
    }
    let j = i;
    while (j + 1 < tokens.length && content[tokens[j + 1]!] === 1) j++;
    const [opening, first, last] = [word[tokens[0]!]!, word[tokens[i]!]!, word[tokens[j]!]!];
    part("first", i, i + 1, [first]);
    part("last", j, j + 1, [last]);
    run("run", i, j + 1);
    run("opening", 0, Math.min(i, 4));
    part("openingLast", 0, j + 1, [opening, last]);
    part("openingFirst", 0, i + 1, [opening, first]);
    part("ending", j, j + 1, [ending[tokens[j]!]!]);
    part("next", j + 1, j + 2, [j + 1 < tokens.length ? word[tokens[j + 1]!]! : END]);
  }
}

/** Every run of `order` of so many parts. @param first the place of the first part */
function sequences(
  parts: Uint32Array,
  count: number,
  order: number,
  block: Block,
  out: NgramList,
  first: number,
): void {
  const [salt, index] = [saltOf[block] + order, blockIndex[block]];
  out.stand(first, first + order, 1);
  for (let i = 0; i + order <= count; i++) {
    let hash = salt;
    for (let k = 0; k < order; k++) hash = join(hash, parts[i + k]!);
    out.add(finish(hash), index);
  }
}
