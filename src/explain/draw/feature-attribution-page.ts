/** Which words and n-grams decided an automatic classifier's answer, as a page. */

import { figure, section, table } from "../../drawing/blocks.js";
import { foreign, html } from "../../drawing/markup.js";
import { formulaBlock } from "../../drawing/math/mathml.js";
import { percent } from "../../drawing/numbers.js";
import { page } from "../../drawing/page.js";
import type { FeatureAttribution } from "../feature-attribution.js";
import { marked } from "./attribution-page.js";
import {
  answerPhrase,
  featureAttributionPicture,
  HIDING,
  partPhrase,
  textsPhrase,
} from "./feature-attribution-picture.js";
import { tiny } from "./numbers.js";
import { EXPLAIN_STYLE } from "./style.js";

export function featureAttributionPage(attribution: FeatureAttribution, title: string): string {
  const { objective, logit, known, tokens, base, beginning, end, networks } = attribution;
  const answered = answerPhrase(attribution);
  const part = (value: number, digits: number) => partPhrase(attribution, value, digits);
  const { features, difference } = attribution;
  const ofWords = tokens.reduce((sum, { part }) => sum + part, 0);
  return page(
    {
      title: "Which words decided",
      eyebrow: `Cellstate: attribution for ${title}`,
      lead: html`The ${foreign(objective)} is ${part(logit, 4)}${answered === "" ? "" : html`; answered ${foreign(answered)}`}; ${percent(known)} of the words are known.`,
      style: EXPLAIN_STYLE,
    },
    section(
      "text",
      "The text, marked",
      marked(tokens.map(({ text, part }) => ({ text, share: part }))),
      networks === null
        ? []
        : html`<p class="quiet">By their n-grams, above; and by what hiding each from the networks does:</p>
${marked(tokens.map(({ text, hidden }) => ({ text, share: hidden! })))}`,
      html`<p class="quiet">Shaded: towards it. Outlined: against it.</p>`,
    ),
    section(
      "words",
      "Word by word",
      figure("What each word did, and which n-grams", featureAttributionPicture(attribution)),
      networks === null ? [] : html`<p>${HIDING}</p>`,
    ),
    section(
      "ngrams",
      "The strongest n-grams",
      table({
        headers: ["n-gram", "kind", "part", "in texts learned from"],
        rows: features.map((feature) => [
          foreign(feature.text),
          feature.block,
          part(feature.part, 4),
          foreign(textsPhrase(feature, attribution)),
        ]),
      }),
    ),
    section(
      "checks",
      "What the parts mean, and how they are checked",
      html`<p>The network is linear in n-grams up to its last activation, so that each has a part, and nothing ${networks === null ? "" : "of it "}is estimated. An n-gram's part is shared out evenly over the words that it holds:</p>`,
      formulaBlock("\\text{part}_j = \\sum_d w_{j,d} \\cdot \\text{scale}_d \\cdot v_d"),
      table({
        headers: ["what adds up", ""],
        rows: [
          ["words", part(ofWords, 6)],
          ["beginning and end of the text", part(beginning + end, 6)],
          ...(networks === null ? [] : [["networks over words in order", part(networks, 6)]]),
          ["every text", part(base, 6)],
          ["the score", part(logit, 6)],
          ["the network's answer differs from the score's by", tiny(Math.abs(difference))],
        ],
      }),
    ),
  );
}
