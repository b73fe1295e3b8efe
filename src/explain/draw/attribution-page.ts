/** Which words decided, as a page: the text marked, the bars, and what each way of asking means. */

import { figure, section, table } from "../../drawing/blocks.js";
import { foreign, html, type Markup } from "../../drawing/markup.js";
import { formulaBlock } from "../../drawing/math/mathml.js";
import { percent } from "../../drawing/numbers.js";
import { page } from "../../drawing/page.js";
import type { Attribution } from "../attribution.js";
import type { Sentence } from "../sentence.js";
import { attributionPicture, eachPart, namedParts } from "./attribution-picture.js";
import { numberSharesPicture, strongestNumbers } from "./number-shares-picture.js";
import { numeral, tiny } from "./numbers.js";
import { EXPLAIN_STYLE } from "./style.js";

export function attributionPage(attribution: Attribution, sentence: Sentence, title: string): string {
  const { objective, value, baseline, completeness, memory, noMemory, words, steps } = attribution;
  const of = [words.length > 0 && "words", steps.length > 0 && "numbers"].filter(Boolean).join(" and ");
  const ofWords = words.some(({ input }) => input === memory?.input);
  const marks = namedParts({ words, steps: [] }, sentence).map(({ name, integratedGradients }) => ({
    text: name,
    share: integratedGradients,
  }));
  return page(
    {
      title: `Which ${of} decided`,
      eyebrow: `Cellstate: attribution for ${title}`,
      lead: html`The ${foreign(objective)} is ${numeral(value, 4)}; with ${attribution.baselineWords} it is ${numeral(baseline, 4)}.`,
      style: EXPLAIN_STYLE,
    },
    words.length > 0 && section("text", "The text, marked", marked(marks), byGradients),
    section(
      "words",
      `By ${eachPart(attribution)}`,
      figure("Three ways of asking", attributionPicture(attribution, sentence)),
    ),
    steps.length > 0 &&
      section(
        "numbers",
        "Number by number",
        figure("Integrated gradients of every number", numberSharesPicture(attribution)),
        table({
          headers: ["strongest", "number", "share"],
          rows: strongestNumbers(attribution).map(({ name, value: own, share }) => [
            foreign(name),
            numeral(own, 4),
            numeral(share, 4),
          ]),
        }),
        html`<p class="quiet">Steps and features are counted from 1.</p>`,
      ),
    section(
      "checks",
      "What they mean, and how they are checked",
      html`<p><strong>Integrated gradients</strong> (Sundararajan et al. 2017) follow ${follow(attribution)} and add up the gradient on the way:</p>`,
      formulaBlock(
        "\\text{share}_t = (x_t - x'_t) \\cdot \\int_0^1 \\frac{\\partial F}{\\partial x_t}\\bigl(x' + \\alpha (x - x')\\bigr)\\, d\\alpha, \\qquad \\sum_t \\text{share}_t = F(x) - F(x')",
      ),
      table({
        headers: ["completeness", ""],
        rows: [
          ["sum of the shares", numeral(completeness.sum, 8)],
          ["F(x) − F(x′), by two forward passes", numeral(completeness.difference, 8)],
          ["they differ by", tiny(completeness.residual)],
          ["points of Gauss and Legendre's rule", String(completeness.points)],
        ],
      }),
      completeness.note !== null && html`<p class="notes">${completeness.note}</p>`,
      html`<p><strong>Occlusion</strong> ${occludes(attribution)} and looks again: F(x) less F without it. Such changes need not add up: ${of} can stand in for each other, or work only together.</p>`,
      memory
        ? html`<p><strong>Memory</strong> is exact: what each ${ofWords ? "word" : "step"} wrote into ${foreign(memory.layer)} and later gates kept adds up to its final memory within ${tiny(memory.residual)}. Along ∂F/∂memory it says which way the remains point, in all ${numeral(memory.total, 4)}; its share says how much of the memory they are.${ofWords && ` Padding holds ${percent(memory.padding.held)}.`}</p>`
        : html`<p>${foreign(noMemory!)}</p>`,
    ),
  );
}

const byGradients = html`<p class="quiet">Shaded: towards it. Outlined: against it. By integrated gradients.</p>`;

function follow({ words, steps }: Attribution): string {
  const ways = [
    ...(words.length > 0 ? ["the words' vectors from padding's to their own"] : []),
    ...(steps.length > 0 ? ["the numbers from 0 to their own"] : []),
  ];
  return ways.join(", and ");
}

function occludes({ words, steps }: Attribution): string {
  const ways = [
    ...(words.length > 0 ? ["takes each word out of the text"] : []),
    ...(steps.length > 0 ? ["puts zeros in place of each step"] : []),
  ];
  return ways.join(", or ");
}

/** A word, and how far it speaks for or against the answer. */
export interface Marked {
  text: string;
  share: number;
}

/** The class of a share of the largest, from −1 to 1. */
export const shadeOf = (share: number): string =>
  `${share < 0 ? "against" : "for"} shade-${Math.round(Math.min(1, Math.abs(share)) * 16)}`;

/** The text with each word shaded by its share: filled for, outlined against. */
export function marked(list: readonly Marked[]): Markup {
  const most = Math.max(1e-12, ...list.map(({ share }) => Math.abs(share)));
  return html`<p class="marked">${list.map(({ text, share }) => {
    return html`<span class="${shadeOf(share / most)}" title="${numeral(share, 4)}">${foreign(text)}</span> `;
  })}</p>`;
}
