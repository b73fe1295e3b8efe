/** What is tried for outputs that are no classes of which a text has one: groups of n-grams whose scores add up. */
import { BLOCKS, type Block } from "../../tokens/ngrams.js";
import { CHARACTER_BLOCKS, MOST_NGRAM_CLASSES } from "./recipes.js";

/** Groups of blocks, no block in two: a text's scores of each group are scaled by how many n-grams of the group it has. */
export interface OutputRecipe {
  readonly name: string;
  readonly groups: readonly (readonly Block[])[];
}

const WORDS: OutputRecipe = { name: "words and pairs of them", groups: [["w1", "w2"]] };

/** The plainest first. @param outputs how many a text has */
export function outputRecipes(long: boolean, outputs: number): OutputRecipe[] {
  if (outputs > MOST_NGRAM_CLASSES) return [WORDS];
  if (long) {
    const groups: Block[][] = [
      ["w1", "w2", "w3"],
      ["p1", "p2"],
    ];
    return [WORDS, { name: "words and beginnings", groups }];
  }
  return [
    WORDS,
    { name: "words and characters", groups: [["w1", "w2"], CHARACTER_BLOCKS] },
    {
      name: "words and characters, heads and patterns",
      groups: [["w1", "w2", "head", "pattern"], CHARACTER_BLOCKS],
    },
  ];
}

/** The blocks of recipes, in the order of BLOCKS. */
export const blocksOf = (recipes: readonly OutputRecipe[]): Block[] =>
  BLOCKS.filter((block) => recipes.some(({ groups }) => groups.flat().includes(block)));
