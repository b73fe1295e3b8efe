/** What an Embedding learned, as a page: the map, the words that tell most, and neighbours. */
import { amount, count, decimal, percent } from "../../base/numbers.js";
import { figure, section, table } from "../../drawing/blocks.js";
import { foreign, html } from "../../drawing/markup.js";
import { page } from "../../drawing/page.js";
import {
  type EmbeddingMap,
  type Neighbour,
  noWordMoves,
  tellingWords,
  type WordTable,
} from "../embedding.js";
import { embeddingPicture } from "../embedding-picture.js";
import { EXPLAIN_STYLE } from "./style.js";

/** What the command shows, as data. */
export interface EmbeddingView {
  table: WordTable;
  map: EmbeddingMap;
  words: { word: string; id: number; neighbours: Neighbour[] }[];
}

export const EMBEDDING_PURPOSE = [
  "An Embedding turns a word's number into a vector: row i of its table stands for word i.",
  "Numbers alone say nothing (word 7 is not more than word 6); vectors can be near or far, and training moves words that call for the same answer together.",
];

export const NO_WORD_MOVES =
  "No word alone moves the answer: it is that to an empty text, whatever the word. explain doctor may say why.";

/** What a map's outputs are for a text: a probability, or else an amount as it is. */
export const outputPhrase = (
  { probabilities }: Pick<EmbeddingMap, "probabilities">,
  value: number,
): string => (probabilities ? percent(value) : amount(value));

export function embeddingPage({ table: words, map, words: asked }: EmbeddingView, title: string): string {
  const { size, width, layer } = words;
  const telling = tellingWords(map, 10);
  const told = (value: number) => outputPhrase(map, value).replaceAll(" ", "\u00a0");
  return page(
    {
      title: `Words in ${layer}`,
      eyebrow: `Cellstate: embedding of ${title}`,
      lead: html`${EMBEDDING_PURPOSE.join(" ")} Here: ${count(size)} words × ${count(width)} numbers = ${count(size * width)} weights.`,
      style: EXPLAIN_STYLE,
    },
    section(
      "map",
      "Map of the vocabulary",
      figure(
        "Words that do alike lie together",
        embeddingPicture(
          map,
          asked.map(({ id }) => id),
        ),
      ),
    ),
    noWordMoves(map) && section("telling", "What words do alone", html`<p>${NO_WORD_MOVES}</p>`),
    telling.length > 0 &&
      section(
        "telling",
        map.probabilities
          ? "Words that alone speak most for a label"
          : "Words that alone move the answer most",
        table({
          headers: [
            map.probabilities ? "label" : "answer",
            map.probabilities
              ? "words, and the label's probability for a text of that word"
              : "words, and the answer to a text of that word",
            "empty text",
          ],
          rows: telling.map(({ label, words: best, empty }) => [
            foreign(label),
            best.map(({ word, alone }, k) => html`${k > 0 && ", "}${foreign(word)} ${told(alone)}`),
            told(empty),
          ]),
          wordColumns: 2,
        }),
      ),
    section(
      "neighbours",
      "Nearest neighbours",
      table({
        headers: ["word", "nearest by the cosine of the angle between the vectors"],
        rows: asked.map(({ word, neighbours }) => [
          foreign(word),
          neighbours.map(
            (near, k) => html`${k > 0 && ", "}${foreign(near.word)} ${decimal(near.similarity, 2)}`,
          ),
        ]),
        wordColumns: 2,
      }),
      html`<p class="quiet">1 is the same direction, 0 unrelated, −1 opposite.</p>`,
    ),
  );
}
