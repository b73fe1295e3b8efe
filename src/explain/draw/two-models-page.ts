/** Two models as a page: word beside word on a text, unit beside unit on a data set. */
import { count, counted, decimal } from "../../base/numbers.js";
import { figure, numbersBehind, section, table } from "../../drawing/blocks.js";
import { foreign, html, type Markup } from "../../drawing/markup.js";
import { chance, percent } from "../../drawing/numbers.js";
import { page } from "../../drawing/page.js";
import type { TextComparison } from "../text-comparison.js";
import type { ApartText, UnitComparison } from "../units/compare.js";
import { marked } from "./attribution-page.js";
import { matchesPicture } from "./matches-picture.js";
import { numeral } from "./numbers.js";
import { EXPLAIN_STYLE } from "./style.js";
import { SIDES, statesComparisonPicture, textComparisonPicture } from "./text-comparison-picture.js";

/** What is compared: on a text, on data, or on both. */
export interface ComparedModels {
  names: readonly [string, string];
  text: TextComparison | null;
  data: UnitComparison | null;
}

export function twoModelsPage({ names, text, data }: ComparedModels): string {
  return page(
    {
      title: "Two models",
      eyebrow: "Cellstate: compare",
      lead: html`The first is ${foreign(names[0])}, the second ${foreign(names[1])}.`,
      style: EXPLAIN_STYLE,
    },
    text !== null && textSections(text),
    data !== null && dataSections(data),
  );
}

/** The picture of them: of the words where there is a text, else of the units. */
export const twoModelsPicture = ({ text, data }: ComparedModels): Markup =>
  text ? textComparisonPicture(text) : matchesPicture(data!);

function textSections(compared: TextComparison): Markup[] {
  const { objective, values, probabilities, baselines, words } = compared;
  const probable = probabilities.every((p) => p !== null);
  return [
    section(
      "answer",
      "What both answer",
      table({
        caption: objective,
        headers: [
          "",
          ...(probable ? ["probability"] : []),
          "with the words",
          "of padding alone",
          "what the words did",
        ],
        rows: SIDES.map((side, k) => [
          side,
          ...(probable ? [chance(probabilities[k]!)] : []),
          numeral(values[k]!, 4),
          numeral(baselines[k]!, 4),
          numeral(values[k]! - baselines[k]!, 4),
        ]),
      }),
      SIDES.map(
        (side, k) => html`<h3>The text, marked: ${side}</h3>
${marked(words.flatMap(({ word, sides }) => (sides[k] ? [{ text: word, share: sides[k].share }] : [])))}`,
      ),
      html`<p class="quiet">Shaded: towards it. Outlined: against it. By integrated gradients; the darkest is the largest of that model.</p>`,
    ),
    section(
      "words",
      "Word beside word",
      figure("Both on one scale", textComparisonPicture(compared), wordNumbers(compared)),
      html`<p class="quiet">Integrated gradients: the word's share of the answer, which add up to what the words did. Memory held: its share of the memory after the last word. Gate that keeps: forget gate or update gate, mean over the units. No bar and no number: the model does not read the word, or has nothing to divide.</p>`,
    ),
    section(
      "states",
      "Gates and states over the words",
      figure("The same words, the same shades", statesComparisonPicture(compared)),
      html`<p class="quiet">Unit 3 of one model is not unit 3 of the other: look at how rows change from word to word, not at their order.</p>`,
    ),
  ];
}

const wordNumbers = ({ words }: TextComparison): Markup =>
  numbersBehind({
    headers: ["", ...SIDES.flatMap((side) => [`${side}: gradients`, "held", "keep"])],
    rows: words.map(({ word, sides }) => [
      foreign(word),
      ...sides.flatMap((side) =>
        side === null
          ? ["–", "–", "–"]
          : [
              numeral(side.share, 4),
              side.held === null ? "–" : percent(side.held),
              side.keep === null ? "–" : decimal(side.keep, 3),
            ],
      ),
    ]),
  });

function dataSections(compared: UnitComparison): Markup[] {
  const { texts, leftOut, sides, similarity, layers, matches, distance, apart, notes } = compared;
  const gates = [...new Set(sides.flatMap((side) => Object.keys(side.gates)))];
  const strong = matches.filter(({ correlation }) => Math.abs(correlation) > 0.9).length;
  const left =
    leftOut === 0 ? "" : `, without ${counted(leftOut, "text")} that one of the two reads no word of`;
  return [
    section(
      "data",
      `On ${counted(texts, "text")}`,
      html`<p>Means over all words and units${left}; the size of hidden states is after a text's last word.</p>`,
      ...notes.map((one) => html`<p>${foreign(one)}</p>`),
      table({
        headers: ["", ...SIDES],
        rows: [
          ["layer", ...sides.map(({ layer, kind }) => html`${foreign(layer)} (${kind})`)],
          ["units", ...sides.map(({ units }) => count(units))],
          ...gates.map((gate) => [
            `${gate} gate, mean`,
            ...sides.map((side) => (side.gates[gate] === undefined ? "–" : decimal(side.gates[gate], 3))),
          ]),
          ["hidden state, size", ...sides.map(({ hidden }) => numeral(hidden, 3))],
        ],
      }),
    ),
    section(
      "layers",
      "How alike their states are",
      html`<p>${
        similarity === null
          ? "The states of one of the two do not vary."
          : html`<strong>${decimal(similarity, 3)}</strong> by linear CKA (Kornblith et al. 2019) of the hidden states after the last word: 1 where a turn and a scale make them the same, 0 where they have nothing in common.`
      }</p>`,
      layers.length > 1 && similarityTable(compared),
    ),
    section(
      "units",
      "Which unit goes with which",
      html`<p>Of ${counted(sides[0].units, "unit")} of the first ${count(strong)} have one in the second with |r| above 0.9.</p>`,
      figure("Unit beside unit", matchesPicture(compared), matchNumbers(compared)),
      html`<p class="quiet">Two may choose one: then the second keeps in a single unit what the first keeps in both.</p>`,
    ),
    section(
      "apart",
      "Where they answer differently",
      distance === null
        ? html`<p>The two are not compared by what they put out.</p>`
        : html`<p>Outputs are ${decimal(distance, 4)} apart on average: |p − q|, of several outputs half of their sum.</p>`,
      apartTable(apart.filter((text) => text.distance > 0)),
    ),
  ];
}

/** Layers of the first down, of the second across. */
function similarityTable({ layers }: UnitComparison): Markup {
  const seconds = [...new Set(layers.map(({ second }) => second))];
  return table({
    caption: "Layers of the first down, of the second across",
    headers: ["linear CKA", ...seconds.map(foreign)],
    rows: [...new Set(layers.map(({ first }) => first))].map((first) => [
      foreign(first),
      ...layers
        .filter((pair) => pair.first === first)
        .map(({ similarity }) => (similarity === null ? "–" : decimal(similarity, 3))),
    ]),
  });
}

const matchNumbers = ({ matches }: UnitComparison): Markup =>
  numbersBehind({
    headers: ["unit of the first", "its match in the second", "r"],
    rows: matches.map(({ unit, match, correlation }) => [
      String(unit),
      String(match),
      numeral(correlation, 4),
    ]),
  });

function apartTable(apart: readonly ApartText[]): Markup | undefined {
  if (apart.length === 0) return undefined;
  const shown = (outputs: readonly number[]) => outputs.map((value) => decimal(value, 3)).join(" ");
  return table({
    headers: ["text", "row", ...SIDES, "apart"],
    rows: apart.map(({ row, text, outputs, distance }) => [
      foreign(text),
      row,
      ...outputs.map(shown),
      decimal(distance, 3),
    ]),
  });
}
