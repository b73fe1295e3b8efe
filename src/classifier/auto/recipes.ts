/** What is tried for which data: members and their settings. docs/accuracy.md has the figures behind each rule. */
import { BLOCKS, type Block } from "../../tokens/ngrams.js";
import { FEW_ROWS } from "./material.js";
import type { ScorerRules } from "./scorers.js";

/** A class of a smaller share of the rows is rare. */
const RARE = 0.05;
/** Above so many classes n-grams of characters take long to fit and much room: words alone are tried, too. */
const MANY_CLASSES = 20;
/** Above so many words are all that is tried. */
export const MOST_NGRAM_CLASSES = 200;

const SHORT_BLOCKS: readonly Block[] = ["w1", "w2", "c2", "c3", "c4", "c5", "case", "shape"];
const LONG_BLOCKS: readonly Block[] = ["w1", "w2", "w3", "p1", "p2"];
export const CHARACTER_BLOCKS: readonly Block[] = ["c2", "c3", "c4", "c5"];

/** A member by its name, and what it weighs in the mixture. */
export interface WideMember {
  /** words: a margin over words and pairs of them · ngrams: ratios over all blocks · centres: cosines to class means */
  readonly name: "words" | "ngrams" | "centres";
  readonly rules: ScorerRules;
  readonly weight: number;
}

/** A recipe: members that are mixed. */
export interface WideRecipe {
  readonly name: string;
  readonly members: readonly WideMember[];
}

/** The blocks that some of the members take n-grams of. */
export const usedBlocks = (members: readonly WideMember[]): Block[] =>
  BLOCKS.filter((block) => members.some(({ rules }) => rules.blocks.flat().includes(block)));

/** Recipes to try for the data, the plainest first. @param plain words and pairs of them alone */
export function recipesFor(
  rows: number,
  long: boolean,
  classes: Int32Array,
  labels: number,
  plain = false,
): WideRecipe[] {
  const few = rows <= FEW_ROWS;
  const rare = rarest(classes, labels) < RARE;
  // What is told of a class of which there are few rows is little, however many there are of the other.
  const scarce = few || isScarce(classes, labels);
  const blocks = long && !few ? LONG_BLOCKS : SHORT_BLOCKS;
  const balance = rows < 300 || rare ? 1 : 0.5;
  const margin = { method: "margin", smoothing: 1, balance } as const;
  const words = (more: readonly Block[]): WideMember => {
    return { name: "words", weight: 1, rules: { ...margin, blocks: [["w1", "w2", ...more]], cost: 1 } };
  };
  const alone = { name: "words and pairs of them", members: [words([])] };
  if (plain || labels > MOST_NGRAM_CLASSES) return [alone];
  const smoothing = scarce ? 0.1 : long ? 0.5 : 0.3;
  const ngrams = (more: readonly Block[]): WideMember => {
    const cost = long && !few ? 2 : 0.5;
    const own = { method: "ratio", blocks: [[...blocks, ...more]], cost, smoothing, balance } as const;
    return { name: "ngrams", weight: scarce ? 2 : 1, rules: own };
  };
  const centres: WideMember = {
    name: "centres",
    weight: 1,
    rules: { ...margin, method: "mean", blocks: [["w1", "w2"], CHARACTER_BLOCKS], cost: 1 },
  };
  const base = few
    ? { name: "words, n-grams and class centres", members: [words([]), ngrams([]), centres] }
    : long
      ? { name: "n-grams of words and beginnings", members: [ngrams([])] }
      : { name: "words and n-grams", members: [words([]), ngrams([])] };
  const recipes: WideRecipe[] = labels > MANY_CLASSES && !few ? [alone, base] : [base];
  if (few && rows >= 400) recipes.push({ name: "words and n-grams", members: [words([]), ngrams([])] });
  if (long) return recipes;
  const asked = recipes
    .filter((recipe) => recipe !== alone)
    .map(({ name, members }): WideRecipe => {
      const more = members.map((member) => {
        if (member.name === "words") return words(["head"]);
        return member.name === "ngrams" ? ngrams(["head", "pattern"]) : member;
      });
      return { name: `${name}, heads and patterns`, members: more };
    });
  // Too few rows to judge by: with three classes or more it helps more often than not.
  if (rows < 200) return labels > 2 ? asked : recipes;
  return [...recipes, ...asked];
}

/** Whether the smaller of two labels is rare: what answers most rows rightly then forgets it. */
export const isScarce = (classes: Int32Array, labels: number): boolean =>
  labels === 2 && rarest(classes, labels) < RARE;

function rarest(classes: Int32Array, labels: number): number {
  const counts = new Array<number>(labels).fill(0);
  for (const k of classes) counts[k]!++;
  return Math.min(...counts.filter((count) => count > 0)) / classes.length;
}
