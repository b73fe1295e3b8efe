/** Which words decided, as a page: the text marked, the bars, and what each way of asking means. */

import { figure, section, table } from "../../drawing/blocks.js";
import { foreign, html, type Markup } from "../../drawing/markup.js";
import { percent } from "../../drawing/numbers.js";
import { page } from "../../drawing/page.js";
import type { Attribution } from "../attribution.js";
import type { Sentence } from "../sentence.js";
import { attributionPicture } from "./attribution-picture.js";
import { formulaBlock } from "./math-markup.js";
import { numeral, tiny } from "./numbers.js";
import { EXPLAIN_STYLE } from "./style.js";

export function attributionPage(attribution: Attribution, sentence: Sentence, title: string): string {
  const { objective, value, baseline, completeness, memory, noMemory } = attribution;
  return page(
    {
      title: "Which words decided",
      eyebrow: `Cellstate: attribution for ${title}`,
      lead: html`The ${foreign(objective)} is ${numeral(value, 4)}; with padding in place of every word it is ${numeral(baseline, 4)}.`,
      style: EXPLAIN_STYLE,
    },
    section("text", "The text, marked", marked(shares(attribution, sentence)), byGradients),
    section(
      "words",
      "Word by word",
      figure("Three ways of asking", attributionPicture(attribution, sentence)),
    ),
    section(
      "checks",
      "What they mean, and how they are checked",
      html`<p><strong>Integrated gradients</strong> (Sundararajan et al. 2017) follow the words' vectors from padding's to their own and add up the gradient on the way:</p>`,
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
      html`<p><strong>Occlusion</strong> takes each word out of the text and looks again: F(x) less F without the word. Such changes need not add up: words can stand in for each other, or work only together.</p>`,
      memory
        ? html`<p><strong>Memory</strong> is exact: what each word wrote into ${foreign(memory.layer)} and later gates kept adds up to its final memory within ${tiny(memory.residual)}. Along ∂F/∂memory it says which way the remains point, in all ${numeral(memory.total, 4)}; its share says how much of the memory they are. Padding holds ${percent(memory.padding.held)}.</p>`
        : html`<p>${foreign(noMemory!)}</p>`,
    ),
  );
}

const byGradients = html`<p class="quiet">Shaded: towards it. Outlined: against it. By integrated gradients.</p>`;

const shares = ({ words: list }: Attribution, sentence: Sentence): Marked[] =>
  list.map(({ t, integratedGradients }) => ({ text: sentence.words[t]!, share: integratedGradients }));

/** A word, and how far it speaks for or against the answer. */
export interface Marked {
  text: string;
  share: number;
}

/** The text with each word shaded by its share: filled for, outlined against. */
export function marked(list: readonly Marked[]): Markup {
  const most = Math.max(1e-12, ...list.map(({ share }) => Math.abs(share)));
  return html`<p class="marked">${list.map(({ text, share }) => {
    const shade = Math.round((Math.abs(share) / most) * 70);
    const kind = share < 0 ? "against" : "for";
    return html`<span class="${kind}" style="--shade:${shade}%" title="${numeral(share, 4)}">${foreign(text)}</span> `;
  })}</p>`;
}
