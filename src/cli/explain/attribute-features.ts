/** cellstate explain attribute, of an automatic classifier: the parts of words and n-grams, which add up. */
import { oneOf } from "../../base/errors.js";
import { percent } from "../../base/numbers.js";
import { padToWidth, wrapToWidth } from "../../base/text.js";
import { featureAttributionPage } from "../../explain/draw/feature-attribution-page.js";
import {
  featureAttributionPicture,
  HIDING,
  partPhrase,
  partRows,
  scorePhrase,
  textsPhrase,
} from "../../explain/draw/feature-attribution-picture.js";
import { numeral, tiny } from "../../explain/draw/numbers.js";
import { attributeFeatures, type FeatureAttribution } from "../../explain/feature-attribution.js";
import { type Style, WIDTH } from "../terminal.js";
import { status } from "../ui/status.js";
import { excerpt } from "../ui/table.js";
import { twoSidedBar } from "./blocks.js";
import { type OutputFlags, show } from "./output.js";
import type { AutomaticSubject } from "./subject.js";

/** n-grams listed on a terminal. */
const LISTED = 10;
/** Columns each way of a bar. */
const HALF = 14;

export async function showFeatures(
  { automatic, text, title }: AutomaticSubject,
  flags: OutputFlags & { label?: string },
): Promise<void> {
  const labels = "labels" in automatic ? automatic.labels : [];
  const asked = flags.label === undefined ? {} : { label: oneOf(flags.label, labels, "--label") };
  const attribution = await attributeFeatures(automatic, text, { ...asked, onProgress: status.told });
  await show(
    {
      data: attribution,
      text: (style) => featuresText(attribution, style),
      page: () => featureAttributionPage(attribution, title),
      picture: () => featureAttributionPicture(attribution),
    },
    flags,
  );
}

function featuresText(attribution: FeatureAttribution, style: Style): string {
  const { tokens, features, logit, difference, networks } = attribution;
  const rows = partRows(attribution);
  const most = Math.max(...rows.map(({ part }) => Math.abs(part)));
  const lines = rows.map(({ name, part, hidden }) => {
    const fall = hidden === null ? "" : ` ${numeral(hidden, 3).padStart(8)}`;
    return `  ${padToWidth(excerpt(name, 20), 20)} ${partPhrase(attribution, part).padStart(8)} ${twoSidedBar(part, most, HALF)}${fall}`;
  });
  const known = tokens.filter((token) => token.known).length;
  return [
    style.bold(scorePhrase(attribution)),
    style.dim(
      `  ${" ".repeat(20)} ${"part".padStart(8)}  against ${" ".repeat(HALF - 8)} for${networks === null ? "" : "hidden".padStart(HALF + 5)}`,
    ),
    ...lines,
    "",
    ...wrapToWidth(
      `The parts add up to ${partPhrase(attribution, logit, 6)}; the network's own answer is ${tiny(Math.abs(difference))} off that. Of ${tokens.length} tokens ${known} are known (${percent(attribution.known)} of the words).`,
      WIDTH,
    ),
    ...(networks === null ? [] : wrapToWidth(`${HIDING} That is the column "hidden".`, WIDTH)),
    "",
    style.bold(features.length > 0 ? "Strongest n-grams" : "No n-gram of it did anything."),
    ...features.slice(0, LISTED).map((feature) => {
      const texts = textsPhrase(feature, attribution);
      return `  ${padToWidth(excerpt(feature.text, 24), 24)} ${style.dim(feature.block.padEnd(7))} ${partPhrase(attribution, feature.part).padStart(7)}  ${style.dim(excerpt(texts, WIDTH - 45))}`;
    }),
  ].join("\n");
}
