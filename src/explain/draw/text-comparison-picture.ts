/** Two models on one text: what each word did in both, and their gates and states over the same words. */
import { percent } from "../../base/numbers.js";
import { Canvas, type HeatMapOptions, type PictureOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { type Data, dataLabel, words } from "../../drawing/svg.js";
import type { PartSeries } from "../cell-view.js";
import type { ComparedWord, TextComparison, WordSide } from "../text-comparison.js";
import { barColumn, ROW, TOP } from "./attribution-picture.js";
import { heatLegend, heatMap, unitRow } from "./heat-map.js";
import { numeral } from "./numbers.js";
import { wordsAxis, wordsHeight } from "./words-axis.js";

const WIDTH = 960;

/** What is known of a word on one side: each has two columns of bars, drawn to one scale. */
const MEASURES: readonly {
  name: string;
  value(side: WordSide): number | null;
  format(value: number): string;
}[] = [
  { name: "integrated gradients", value: ({ share }) => share, format: (value) => numeral(value, 2) },
  { name: "memory held", value: ({ held }) => held, format: percent },
  { name: "gate that keeps, mean", value: ({ keep }) => keep, format: (value) => numeral(value, 2) },
];
/** The two, by the places of their columns. */
export const SIDES = ["first", "second"] as const;

/** A row a word, and beside each other what it did to the answer of both. */
export function textComparisonPicture(
  { objective, values, baselines, words: list }: TextComparison,
  options?: PictureOptions,
): Markup {
  const canvas = new Canvas("two-models-words", options);
  const of = (value: (side: WordSide) => number | null, side: 0 | 1) => (word: ComparedWord) =>
    word.sides[side] ? value(word.sides[side]) : null;
  const known = MEASURES.map((measure) => ({
    ...measure,
    range: list.flatMap(({ sides }) => sides.map((side) => (side ? measure.value(side) : null) ?? [])).flat(),
  })).filter(({ range }) => range.length > 0);
  const left = 150;
  const width = (WIDTH - left) / known.length;
  return canvas.drawing(
    {
      title: `What each word did to the ${objective}, in two models`,
      description: list.map(wordSentence).join(" "),
      width: WIDTH,
      height: TOP + ROW * list.length + 20,
    },
    words(0, 14, `What each word did to the ${objective}`, "heading"),
    words(
      0,
      32,
      SIDES.map(
        (name, k) =>
          `${name}: ${numeral(values[k]!, 2)} with the words, ${numeral(baselines[k]!, 2)} of padding alone`,
      ).join("; "),
      "subheading",
    ),
    known.map(({ name, value, format, range }, m) =>
      SIDES.map((note, k) =>
        barColumn(
          { name: k === 0 ? name : "", note, value: of(value, k as 0 | 1), format, range },
          list,
          left + (m + k / 2) * width,
          width / 2,
          canvas,
          (word) => ({ ...wordData(word), side: note }),
        ),
      ),
    ),
    list.map((word, row) =>
      dataLabel(0, TOP + row * ROW + 16, word.word, left - 16, "start", wordData(word)),
    ),
  );
}

const wordData = ({ word }: ComparedWord): Data => ({ word });

const wordSentence = ({ word, sides }: ComparedWord): string =>
  `${word}: ${sides.map((side) => (side ? numeral(side.share, 2) : "not read")).join(" and ")}.`;

const MAP = { gap: 36, middle: 28, top: 74 } as const;
/** Parts that stand beside each other in cells of two kinds; what keeps beside what keeps. */
const ORDER = ["hidden", "cell", "candidate", "forget", "update", "input", "reset", "output"];

/** A heat map for every gate and state of both, over the same words; on one scale where the other has the part too. */
export function statesComparisonPicture(
  { words: list, views }: TextComparison,
  options?: HeatMapOptions,
): Markup {
  const canvas = new Canvas("two-models-states", options);
  const [a, b] = views.map(({ series }) =>
    [...series].sort((p, q) => ORDER.indexOf(p.id) - ORDER.indexOf(q.id)),
  ) as [PartSeries[], PartSeries[]];
  const rows = besideEachOther(a, b);
  const width = (WIDTH - MAP.middle) / 2;
  const most = Math.max(...views.map(({ anatomy }) => anatomy.units));
  const height = Math.min(120, Math.max(56, most * 10));
  const bottom = MAP.top + rows.length * (height + MAP.gap) - MAP.gap;
  const legend = bottom + wordsHeight(list.map(({ word }) => ({ t: 0, word, known: true }))) + 26;
  const left = (side: number) => side * (width + MAP.middle);
  return canvas.drawing(
    {
      title: "Gates and states of two models over the words of one text",
      description: views
        .map(
          ({ anatomy, series }, k) =>
            `${SIDES[k]}: ${anatomy.kind} of ${anatomy.units} units; ${series.map(({ name, values }) => `${name} ${span(values.flat())}`).join(", ")}.`,
        )
        .join(" "),
      width: WIDTH,
      height: legend + 8,
    },
    words(
      0,
      14,
      "A row a unit, a column a word; a blank column is a word that the model does not read",
      "subheading",
    ),
    views.map(({ anatomy }, k) =>
      words(left(k), 40, `${SIDES[k]}: ${anatomy.kind}, ${anatomy.units} units`, "heading"),
    ),
    rows.map((pair, row) => {
      const y = MAP.top + row * (height + MAP.gap);
      const same = pair[0]?.id === pair[1]?.id;
      return pair.map((part, k) => {
        if (!part) return undefined;
        const scale = scaleOf(same ? pair.flatMap((each) => each ?? []) : [part]);
        const values = columnsOf(list, k as 0 | 1, part, views[k]!.words, scale.blank);
        return html`${words(left(k), y - 7, part.name, "part-role")}${words(left(k) + width, y - 7, span(part.values.flat()), "part-fact", "end")}
${heatMap({ values, ...scale, of: { side: SIDES[k], part: part.id }, column: (c) => ({ word: list[c]!.word, step: list[c]!.sides[k]?.t }), row: unitRow }, { x: left(k), y, width, height }, canvas)}`;
      });
    }),
    SIDES.map((_, k) =>
      wordsAxis(
        list.map(({ word, sides }, t) => ({ t, word, known: sides[k] !== null })),
        left(k),
        MAP.top + (k === 0 ? a : b).length * (height + MAP.gap) - MAP.gap + 6,
        width,
      ),
    ),
    heatLegend(0, legend, canvas),
  );
}

/** Parts that both have, then what else each has. */
function besideEachOther(a: readonly PartSeries[], b: readonly PartSeries[]): (PartSeries | undefined)[][] {
  const partOf = (series: readonly PartSeries[], id: string) => series.find((part) => part.id === id);
  const both = a.filter(({ id }) => partOf(b, id)).map((part) => [part, partOf(b, part.id)]);
  const [restA, restB] = [a.filter(({ id }) => !partOf(b, id)), b.filter(({ id }) => !partOf(a, id))];
  const rest = Array.from({ length: Math.max(restA.length, restB.length) }, (_, k) => [restA[k], restB[k]]);
  return [...both, ...rest];
}

/** The values at the words of both; those that are not read here are as blank as the ground. */
function columnsOf(
  list: readonly ComparedWord[],
  side: 0 | 1,
  { values }: PartSeries,
  read: readonly { t: number }[],
  blank: number,
): number[][] {
  const at = new Map(read.map(({ t }, k) => [t, values[k]!]));
  const none = values[0]!.map(() => blank);
  return list.map(({ sides }) => (sides[side] && at.get(sides[side].t)) ?? none);
}

/** Gates from their least to their most in either, states and candidates by size on either side of 0. */
function scaleOf(parts: readonly PartSeries[]): { blank: number; full: number } {
  const flat = parts.flatMap(({ values }) => values.flat());
  const [least, most] = [Math.min(...flat), Math.max(...flat)];
  return parts.some(({ signed }) => signed)
    ? { blank: 0, full: Math.max(-least, most, 1e-12) }
    : { blank: least, full: Math.max(most - least, 1e-12) };
}

function span(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${numeral(Math.min(...values))} to ${numeral(Math.max(...values))}, mean ${numeral(mean)}`;
}
