/**
 * N-grams as numbers of 32 bits: what a linear classifier knows of a text. An n-gram's number is a hash of its block and
 * its parts, so that no list of n-grams has to be kept: of a million different ones, about a hundred share a number.
 */
import type { TokenTable } from "./token-table.js";

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
  /** Whether a text's beginning and end count as words: short texts are told apart by how they open. */
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
const NAMELESS = { digit: hashText("9"), upper: hashText("X"), lower: hashText("x") };
/** Parts of `head`, told apart. */
const HEAD = {
  first: 1,
  last: 2,
  run: 3,
  opening: 4,
  openingLast: 5,
  openingFirst: 6,
  ending: 7,
  next: 8,
  none: 9,
};

const PREFIX = 5;
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

/** What is found out of a distinct token once. */
interface Facts {
  /** Of the token in small letters. */
  readonly word: number;
  /** Of its first characters. */
  readonly prefix: number;
  /** Of its last four characters. */
  readonly ending: number;
  /** What `pattern` writes for it. */
  readonly pattern: number;
  /** Neither a function word nor punctuation. */
  readonly content: boolean;
  /** Begins with a letter. */
  readonly letters: boolean;
  /** Of blocks that are a word's alone: numbers and their blocks. */
  readonly own: Uint32Array;
  readonly ownBlocks: Uint8Array;
}

const startsWord = /^[\p{L}\p{M}\p{N}]/u;
const isLower = (word: string, lower: string) => word === lower && lower !== lower.toUpperCase();

/** X, x and 9 for letters and digits; a run of three or more of the same is three. */
const shapeOf = (word: string) =>
  word
    .replace(/\p{Lu}/gu, "X")
    .replace(/\p{Ll}/gu, "x")
    .replace(/\p{Nd}/gu, "9")
    .replace(/(.)\1{3,}/gu, "$1$1$1");

/** Takes n-grams of texts whose tokens a table has numbered. */
export class Ngrams {
  private readonly wants: Readonly<Record<Block, boolean>>;
  private readonly functionWords: ReadonlySet<string>;
  /** By the token's number in `table`. */
  private readonly facts: Facts[] = [];
  private readonly scratch = new NgramList();

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

  /** The hash of a token in small letters. */
  wordOf(token: number): number {
    return this.factsOf(token).word;
  }

  /** Whether a token begins with a letter: numbers and punctuation do not. */
  isWord(token: number): boolean {
    return this.factsOf(token).letters;
  }

  /** Appends the n-grams of a text, repeats included. @param tokens [T] numbers in the table */
  collect(tokens: Int32Array, out: NgramList): void {
    const { wants, rules } = this;
    const facts = Array.from(tokens, (token) => this.factsOf(token));
    const words = facts.map(({ word }) => word);
    if (rules.marks) {
      words.unshift(BEGIN);
      words.push(END);
    }
    if (wants.w1) sequences(words, 1, "w1", out);
    if (wants.w2) sequences(words, 2, "w2", out);
    if (wants.w3) sequences(words, 3, "w3", out);
    for (const { own, ownBlocks } of facts)
      for (let i = 0; i < own.length; i++) out.add(own[i]!, ownBlocks[i]!);
    if (wants.p1 || wants.p2) {
      const prefixes = facts.map(({ prefix }) => prefix);
      if (wants.p1) sequences(prefixes, 1, "p1", out);
      if (wants.p2) sequences(prefixes, 2, "p2", out);
    }
    if (wants.head) head(facts, out);
    if (wants.pattern) {
      const named = [BEGIN, ...facts.map(({ pattern }) => pattern), END];
      for (let order = 2; order <= 4; order++) sequences(named, order, "pattern", out);
    }
  }

  private factsOf(token: number): Facts {
    let facts = this.facts[token];
    if (!facts) {
      facts = this.find(this.table.word(token));
      this.facts[token] = facts;
    }
    return facts;
  }

  private find(token: string): Facts {
    const { wants, scratch } = this;
    const lower = token.toLowerCase();
    const word = hashText(lower);
    const characters = [...lower];
    scratch.count = 0;
    const padded = [" ", ...characters, " "].map((character) => character.codePointAt(0)!);
    for (const [block, order] of CHARACTERS) if (wants[block]) sequences(padded, order, block, scratch);
    const single = (block: Block, text: string) =>
      scratch.add(finish(join(saltOf[block], hashText(text))), blockIndex[block]);
    if (wants.case && !isLower(token, lower)) single("case", token);
    if (wants.shape) single("shape", shapeOf(token));
    const named = this.functionWords.has(lower) || !startsWord.test(lower);
    const nameless = /^\p{Nd}/u.test(token) ? "digit" : /^\p{Lu}/u.test(token) ? "upper" : "lower";
    return {
      word,
      prefix: hashText(characters.slice(0, PREFIX).join("")),
      ending: hashText(characters.slice(-4).join("")),
      pattern: named ? word : NAMELESS[nameless],
      content: !named,
      letters: /^\p{L}/u.test(lower),
      own: scratch.hashes.slice(0, scratch.count),
      ownBlocks: scratch.blocks.slice(0, scratch.count),
    };
  }
}

/** Every run of `order` parts. */
function sequences(parts: readonly number[], order: number, block: Block, out: NgramList): void {
  const [salt, index] = [saltOf[block] + order, blockIndex[block]];
  for (let i = 0; i + order <= parts.length; i++) {
    let hash = salt;
    for (let k = 0; k < order; k++) hash = join(hash, parts[i + k]!);
    out.add(finish(hash), index);
  }
}

/**
 * What a short text, a question above all, is about: from the second word on the first run of content words, i … j, and
 * its surroundings. "What is the capital of France" is about "capital".
 */
function head(facts: readonly Facts[], out: NgramList): void {
  if (facts.length === 0) return;
  const part = (name: keyof typeof HEAD, parts: readonly number[]) => {
    const hash = parts.reduce(join, join(saltOf.head, HEAD[name]));
    out.add(finish(hash), blockIndex.head);
  };
  const word = (at: number) => facts[at]!.word;
  const words = (from: number, to: number) => facts.slice(from, to).map((each) => each.word);
  let i = 1;
  while (i < facts.length && !facts[i]!.content) i++;
  if (i >= facts.length) {
    part("none", words(0, 2));
    return;
  }
  let j = i;
  while (j + 1 < facts.length && facts[j + 1]!.content) j++;
  part("first", [word(i)]);
  part("last", [word(j)]);
  part("run", words(i, j + 1));
  part("opening", words(0, Math.min(i, 4)));
  part("openingLast", [word(0), word(j)]);
  part("openingFirst", [word(0), word(i)]);
  part("ending", [facts[j]!.ending]);
  part("next", [j + 1 < facts.length ? word(j + 1) : END]);
}
