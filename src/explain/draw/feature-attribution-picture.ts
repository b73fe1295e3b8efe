/** Which words and n-grams decided an automatic classifier's answer: a row each, their parts as bars. */
import { amount, chance, count } from "../../base/numbers.js";
import { Canvas, type PictureOptions } from "../../drawing/canvas.js";
import type { Markup } from "../../drawing/markup.js";
import { type Data, dataLabel, words } from "../../drawing/svg.js";
import { BEGINNING, ENDING } from "../../tokens/ngram-places.js";
import type { FeatureAttribution, FeatureContribution } from "../feature-attribution.js";
import { type BarColumn, barColumn, ROW, TOP } from "./attribution-picture.js";
import { numeral, tiny } from "./numbers.js";

const WIDTH = 960;

/** A row of the picture: a word, a mark, the networks, or what every text has. */
export interface PartRow {
  name: string;
  part: number;
  /** Of a word: what hiding it from the networks does; null where there is nothing to hide. */
  hidden: number | null;
}

/** What adds up to the score, in the order of the text. */
export function partRows({ base, beginning, end, networks, tokens }: FeatureAttribution): PartRow[] {
  const hidden = null;
  return [
    ...(beginning === 0 ? [] : [{ name: BEGINNING, part: beginning, hidden }]),
    ...tokens.map(({ text, part, hidden }) => ({ name: text, part, hidden })),
    ...(end === 0 ? [] : [{ name: ENDING, part: end, hidden }]),
    ...(networks === null ? [] : [{ name: "networks", part: networks, hidden }]),
    { name: "every text", part: base, hidden },
  ];
}

/** What the numbers of n-grams and of networks mean, where there are both. */
export const HIDING =
  "A word's part by its n-grams is exact. What it did to the networks is estimated, by how much their part falls when the word is hidden from them; such falls do not add up.";

/** "spam 12 of 747, ham 3 of 4,825": of more than two labels the others together. */
export function textsPhrase({ texts }: FeatureContribution, { of, rows }: FeatureAttribution): string {
  if (texts === null) return "";
  const others = Object.keys(rows).filter((label) => label !== of);
  const sum = (counts: Record<string, number>) => others.reduce((all, label) => all + counts[label]!, 0);
  const name = others.length === 1 ? others[0]! : "others";
  return `${of} ${count(texts[of]!)} of ${count(rows[of]!)}, ${name} ${count(sum(texts))} of ${count(sum(rows))}`;
}

/** A part, or the score: of an amount as it is. */
export const partPhrase = (
  { answer }: Pick<FeatureAttribution, "answer">,
  value: number,
  digits = 3,
): string => ("value" in answer ? amount(value).replace(/^-/, "−") : numeral(value, digits));

/** What was answered: "spam, 98.2 %"; "billing, urgent", or none; nothing of an amount, which the score is. */
export function answerPhrase({ answer }: Pick<FeatureAttribution, "answer">): string {
  if ("value" in answer) return "";
  if ("labels" in answer) return answer.labels.join(", ") || "none";
  return `${answer.label}, ${chance(answer.probability)}`;
}

/** What the score says, and what was answered. */
export function scorePhrase(attribution: FeatureAttribution): string {
  const { objective, logit, label, probability } = attribution;
  const score = `${objective}: ${partPhrase(attribution, logit, 4)}`;
  const answered = answerPhrase(attribution);
  if (answered === "") return score;
  return `${score}${label === null ? `, ${chance(probability!)}` : ""}; answered ${answered}`;
}

const barsOf = (attribution: FeatureAttribution): BarColumn<{ part: number }> => ({
  name: "part in the score",
  note: "for it to the right",
  value: ({ part }) => part,
  format: (value) => partPhrase(attribution, value),
});

const HIDDEN: BarColumn<PartRow> = {
  name: "hidden from the networks",
  note: "how much their part falls",
  value: ({ hidden }) => hidden,
  format: (value) => numeral(value, 3),
};

export function featureAttributionPicture(attribution: FeatureAttribution, options?: PictureOptions): Markup {
  const canvas = new Canvas("attribution", options);
  const { features, objective, logit, difference } = attribution;
  const rows = partRows(attribution);
  const mixed = attribution.networks !== null;
  const bars = barsOf(attribution);
  const [left, middle] = [150, WIDTH / 2 + (mixed ? 140 : 20)];
  const width = (middle - left - 40) / (mixed ? 2 : 1);
  const label = (x: number, width: number, names: readonly string[], kind: string) =>
    names.map((name, row) => dataLabel(x, TOP + row * ROW + 16, name, width, "start", { [kind]: name }));
  const wordData = ({ name }: PartRow): Data => ({ word: name });
  return canvas.drawing(
    {
      title: `What each word did to the ${objective}`,
      description: `${rows.map(({ name, part }) => `${name} ${partPhrase(attribution, part)}`).join(", ")}. They add up to ${partPhrase(attribution, logit, 4)}.`,
      width: WIDTH,
      height: TOP + ROW * Math.max(rows.length, features.length) + 30,
    },
    words(0, 14, scorePhrase(attribution), "heading"),
    words(
      0,
      32,
      `The words' parts${mixed ? ", the networks'" : ""} and that of every text add up to it; the network's own answer differs by ${tiny(Math.abs(difference))}.`,
      "subheading",
    ),
    barColumn({ ...bars, name: "words" }, rows, left, width, canvas, wordData),
    mixed ? barColumn(HIDDEN, rows, left + width, width, canvas, wordData) : [],
    label(
      0,
      left - 16,
      rows.map(({ name }) => name),
      "word",
    ),
    barColumn<FeatureContribution>(
      { ...bars, name: "strongest n-grams" },
      features,
      middle + left,
      WIDTH - middle - left,
      canvas,
      ({ text }) => ({ ngram: text }),
    ),
    label(
      middle,
      left - 16,
      features.map(({ text }) => text),
      "ngram",
    ),
  );
}
