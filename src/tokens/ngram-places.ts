/** Where a text's n-grams stand and how they read: for those who look inside. Encoding needs their hashes alone. */
import {
  BLOCKS,
  type Block,
  HEAD,
  NgramList,
  type NgramRules,
  Ngrams,
  namelessOf,
  PREFIX,
  shapeOf,
} from "./ngrams.js";
import type { TokenTable } from "./token-table.js";

/** An n-gram of a text. */
export interface PlacedNgram {
  readonly hash: number;
  readonly block: Block;
  /** The places of the tokens that it is made of: -1 the text's beginning, T its end. */
  readonly places: readonly number[];
  /** As people read it: "free entry", "[beginning] what is", "␣fre" (of characters; ␣: an end of the word). */
  readonly text: string;
}

/** What the beginning and the end of a text are called. */
export const BEGINNING = "[beginning]";
export const ENDING = "[end]";

interface Place {
  readonly from: number;
  readonly to: number;
  readonly part: number;
}

/** A list that keeps where its n-grams stand. */
class PlacedList extends NgramList {
  readonly places: Place[] = [];

  override add(hash: number, block: number, from: number, to: number, part = 0): void {
    super.add(hash, block, from, to, part);
    this.places.push({ from, to, part });
  }
}

/** What people are told of the parts of `head`; the topic is the first run of content words. */
const PART_NAMES: Readonly<Record<number, string>> = {
  [HEAD.first]: "topic begins",
  [HEAD.last]: "topic ends",
  [HEAD.run]: "topic",
  [HEAD.opening]: "before the topic",
  [HEAD.openingLast]: "opening, topic's end",
  [HEAD.openingFirst]: "opening, topic's beginning",
  [HEAD.ending]: "topic ends in",
  [HEAD.next]: "after the topic",
  [HEAD.none]: "no topic",
};

/** The n-grams of a text in the order in which `Ngrams.collect` gives them, by the same walk. */
export function placedNgrams(tokens: Int32Array, rules: NgramRules, table: TokenTable): PlacedNgram[] {
  const ngrams = new Ngrams(rules, table);
  const list = new PlacedList();
  ngrams.collect(tokens, list);
  const words = Array.from(tokens, (token) => table.word(token));
  const own = words.map((word) => ownTexts(word, ngrams));
  const at = (t: number) => (t < 0 ? BEGINNING : t < words.length ? words[t]!.toLowerCase() : ENDING);
  /** Of a word's own n-grams, which comes next. */
  const next = words.map(() => 0);
  return list.places.map(({ from, to, part }, i): PlacedNgram => {
    const block = BLOCKS[list.blocks[i]!]!;
    const placed = (text: string, places = range(from, to)): PlacedNgram => {
      return { hash: list.hashes[i]!, block, places, text };
    };
    const joined = (nameOf: (t: number) => string) => range(from, to).map(nameOf).join(" ");
    switch (block) {
      case "w1":
      case "w2":
      case "w3":
        return placed(joined(at));
      case "p1":
      case "p2":
        return placed(joined((t) => cut(at(t))));
      case "head":
        return headOf(part, from, to, at, placed);
      case "pattern": {
        const isNamed = (t: number) => t < 0 || t >= words.length || !ngrams.isContent(tokens[t]!);
        const named = range(from, to).filter(isNamed);
        const text = joined((t) => (isNamed(t) ? at(t) : namelessOf(words[t]!)));
        return placed(text, named.length > 0 ? named : range(from, to));
      }
      default:
        return placed(own[from]![next[from]!++]!);
    }
  });
}

/** The n-grams of one token alone, as people read them. */
function ownTexts(word: string, ngrams: Ngrams): string[] {
  const list = new PlacedList();
  ngrams.collectOwn(word, list);
  const padded = ["␣", ...word.toLowerCase(), "␣"];
  return list.places.map(({ from, to }, i) => {
    const block = BLOCKS[list.blocks[i]!]!;
    if (block === "case") return word;
    return block === "shape" ? shapeOf(word) : padded.slice(from, to).join("");
  });
}

function headOf(
  part: number,
  from: number,
  to: number,
  at: (t: number) => string,
  placed: (text: string, places?: number[]) => PlacedNgram,
): PlacedNgram {
  const ends = part === HEAD.openingFirst || part === HEAD.openingLast;
  const places = ends ? [from, to - 1] : range(from, to);
  const words = places.map(at).join(ends ? " … " : " ");
  return placed(
    `${PART_NAMES[part]}: ${part === HEAD.ending ? [...words].slice(-4).join("") : words}`,
    places,
  );
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => from + k);

const cut = (word: string) => ([...word].length > PREFIX ? `${[...word].slice(0, PREFIX).join("")}…` : word);
