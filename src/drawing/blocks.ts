import { type Content, foreign, html, type Markup } from "./markup.js";

/** The few shapes a report is made of. */

/** A part of the page with its heading; nothing without content. */
export function section(id: string, heading: string, ...parts: Content[]): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${heading}</h2>
${parts}</section>
`;
}

/** A chart under its name, with a sentence and its numbers as a table for those who want them. */
export function figure(caption: string, chart: Markup, ...more: Content[]): Markup {
  return html`<figure><figcaption>${caption}</figcaption><div class="drawing" tabindex="0">${chart}</div>${more}</figure>`;
}

export interface TableShape {
  caption?: string;
  headers: readonly Content[];
  /** The first cell of a row names it. */
  rows: readonly (readonly Content[])[];
  footers?: readonly (readonly Content[])[];
  /** How many columns from the left hold words, not numbers. Default 1. */
  wordColumns?: number;
}

export function table({ caption, headers, rows, footers = [], wordColumns = 1 }: TableShape): Markup {
  const kind = (column: number) => (column < wordColumns ? html` class="word"` : undefined);
  const row = ([name, ...cells]: readonly Content[]) =>
    html`<tr><th scope="row">${name}</th>${cells.map((cell, i) => html`<td${kind(i + 1)}>${cell}</td>`)}</tr>
`;
  return html`<div class="scroll" tabindex="0"><table>${caption !== undefined && html`<caption>${caption}</caption>`}
<thead><tr>${headers.map((header, i) => html`<th scope="col"${kind(i)}>${header}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody>${footers.length > 0 && html`<tfoot>${footers.map(row)}</tfoot>`}</table></div>
`;
}

/** A chart's numbers, folded away. */
export function numbersBehind(shape: TableShape): Markup {
  return html`<details><summary>The numbers</summary>${table(shape)}</details>`;
}

/** Names and what they are. */
export function facts(
  caption: string,
  entries: readonly (readonly [string, string | number | boolean])[],
): Markup {
  return html`<div class="block"><h3>${caption}</h3><table class="facts"><tbody>${entries.map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td>${foreign(String(value))}</td></tr>
`,
  )}</tbody></table></div>`;
}
