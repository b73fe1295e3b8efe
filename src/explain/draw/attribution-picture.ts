/** Which words decided: a row a word, and beside each other what three ways of asking say. */
import { percent } from "../../base/numbers.js";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import { html, type Markup } from "../../drawing/markup.js";
import { bar, type Data, dataLabel, words } from "../../drawing/svg.js";
import type { Attribution, PartAttribution } from "../attribution.js";
import { type Sentence, stepName, wordOf } from "../sentence.js";
import type { Box } from "./heat-map.js";
import { numeral, tiny } from "./numbers.js";

const WIDTH = 960;
/** Pixels of a row, and above the first. */
export const ROW = 24;
export const TOP = 84;

/** A column of bars: what it is called, and each row's value; null where there is none. */
export interface BarColumn<Row> {
  name: string;
  note: string;
  value(row: Row): number | null;
  format(value: number): string;
  /** What the bars' scale has to hold besides the column's own, where others are to be measured by it too. */
  range?: readonly number[];
}

/** A word or a step of numbers, with what it is called. */
export interface NamedPart extends PartAttribution {
  name: string;
}

/** All words and steps: by the word that stands there, by the step's number, and of several inputs by the input too. */
export function namedParts(
  { words: list, steps }: Pick<Attribution, "words" | "steps">,
  sentence: Sentence,
): NamedPart[] {
  const several = new Set([...list, ...steps].map(({ input }) => input)).size > 1;
  const of = (input: string, name: string) => (several ? `${input}: ${name}` : name);
  return [
    ...list.map((word) => ({ ...word, name: of(word.input, wordOf(word, sentence)) })),
    ...steps.map((step) => ({ ...step, name: step.vector ? step.input : of(step.input, stepName(step.t)) })),
  ];
}

/** "What each word did", "What each step did" */
export const eachPart = ({ words: list, steps }: Attribution): string =>
  [...(list.length > 0 ? ["word"] : []), ...(steps.length > 0 ? ["step"] : [])].join(" and ");

const COLUMNS: readonly BarColumn<NamedPart>[] = [
  {
    name: "integrated gradients",
    note: "shares that add up",
    value: (word) => word.integratedGradients,
    format: (value) => numeral(value, 3),
  },
  {
    name: "occlusion",
    note: "the change without it",
    value: (word) => word.occlusion,
    format: (value) => numeral(value, 3),
  },
  {
    name: "memory",
    note: "left in it, along ∂F/∂memory",
    value: (word) => word.memory,
    format: (value) => numeral(value, 3),
  },
  {
    name: "memory held",
    note: "share, whichever way",
    value: (word) => word.held,
    format: (value) => percent(value),
  },
];

export function attributionPicture(
  attribution: Attribution,
  sentence: Sentence,
  options?: PictureOptions,
): Markup {
  const canvas = new Canvas("attribution", options);
  const { objective, completeness, value, baseline } = attribution;
  const list = namedParts(attribution, sentence);
  const title = `What each ${eachPart(attribution)} did to the ${objective}`;
  const columns = COLUMNS.filter(({ value: of }) => list.some((word) => of(word) !== null));
  const left = 170;
  const width = (WIDTH - left) / columns.length;
  return canvas.drawing(
    {
      title,
      description: `${list.map(({ name, integratedGradients }) => `${name} ${numeral(integratedGradients, 3)}`).join(", ")}. Integrated gradients add up to ${numeral(completeness.sum, 4)}, the difference of ${numeral(value, 4)} and ${numeral(baseline, 4)}.`,
      width: WIDTH,
      height: TOP + ROW * list.length + 30,
    },
    words(0, 14, title, "heading"),
    words(
      0,
      32,
      `${numeral(value, 4)} of the row, ${numeral(baseline, 4)} with ${attribution.baselineWords}; integrated gradients add up to the difference within ${tiny(completeness.residual)}.`,
      "subheading",
    ),
    columns.map((column, k) => barColumn(column, list, left + k * width, width, canvas, partData)),
    list.map((part, row) =>
      dataLabel(0, TOP + row * ROW + 16, part.name, left - 16, "start", partData(part)),
    ),
  );
}

const partData = ({ input, t, name }: NamedPart): Data => ({ input, step: t, word: name });

/** Bars to both sides of one line, a row each, with their values. @param of what a row shows */
export function barColumn<Row>(
  { name, note, value, format, range = [] }: BarColumn<Row>,
  list: readonly Row[],
  x: number,
  width: number,
  canvas: Canvas,
  of: (row: Row) => Data,
): Markup {
  const values = list.map(value);
  const known = values.filter((each) => each !== null);
  const [least, most] = [Math.min(0, ...known, ...range), Math.max(0, ...known, ...range)];
  const scale = (width - 66) / Math.max(1e-12, most - least);
  const middle = x - least * scale;
  return html`${words(x, TOP - 28, name, "part-name")}${words(x, TOP - 12, note, "part-fact")}
<line class="axis base" x1="${middle}" x2="${middle}" y1="${TOP}" y2="${TOP + list.length * ROW}"/>
${values.map((each, row) => {
  if (each === null) return [];
  const y = TOP + row * ROW;
  const long = Math.abs(each) * scale;
  const box = { x: each < 0 ? middle - long : middle, y: y + 4, width: long, height: ROW - 8 };
  return html`${signedBar(box, each, format(each), canvas, of(list[row]!))}${words(x + width - 18, y + 16, format(each), "part-fact", "end")}`;
})}`;
}

/** A bar that is hatched below 0. */
export function signedBar(box: Box, value: number, tooltip: string, canvas: Canvas, of: Data): Markup {
  return value < 0 ? bar(box, "minus", tooltip, of, canvas.hatched()) : bar(box, "plus", tooltip, of);
}
