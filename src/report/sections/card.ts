/** The model card within the report's page. */
import { numbersBehind, section, table } from "../../drawing/blocks.js";
import { foreign, html, type Markup } from "../../drawing/markup.js";
import { COMMAND_STYLE } from "../../drawing/style.js";
import { type CardBlock, cardParts } from "../card.js";
import type { ReportData } from "../data.js";

/** What the section needs besides the page's style. */
export const CARD_STYLE = `${COMMAND_STYLE}
.card { margin-top: 24px; max-width: 760px; }
.card ul { margin: 0 0 12px; padding-left: 20px; overflow-wrap: anywhere; }
.card details { margin: 0 0 12px; }
`;
/** Tables of more rows are folded away. */
const FEW_ROWS = 12;

export function cardSection(data: ReportData): Markup {
  return section(
    "card",
    "Model card",
    html`<p class="quiet">What somebody who is handed the model alone should know of it; as Markdown to be kept beside it with --card FILE.</p>`,
    cardParts(data).map(
      (part) => html`<div class="card"><h3>${part.heading}</h3>${part.blocks.map(blockMarkup)}</div>
`,
    ),
  );
}

function blockMarkup(block: CardBlock): Markup {
  switch (block.kind) {
    case "text":
      return html`<p>${foreign(block.text)}</p>`;
    case "command":
      return html`<pre class="command"><code>${foreign(block.command)}</code></pre>`;
    case "table":
      return (block.rows.length > FEW_ROWS ? numbersBehind : table)({
        headers: block.headers.map(foreign),
        rows: block.rows.map((row) => row.map(foreign)),
      });
    case "list":
      return html`<ul>${block.items.map((item) =>
        typeof item === "string"
          ? html`<li>${foreign(item)}</li>`
          : html`<li><strong>${foreign(item[0])}:</strong> ${foreign(item[1])}</li>`,
      )}</ul>`;
  }
}
