/** The doctor's findings as a page: what was seen, the numbers behind it, what to do. */
import { counted } from "../../base/numbers.js";
import { table } from "../../drawing/blocks.js";
import { foreign, html, type Markup } from "../../drawing/markup.js";
import { page } from "../../drawing/page.js";
import { type Finding, SEVERITIES, type Severity } from "../doctor/finding.js";
import { EXPLAIN_STYLE } from "./style.js";

const WORDS: Record<Severity, string> = { problem: "Problem", warning: "Warning", note: "Note" };

/** How many there are of each kind. */
function told(findings: readonly Finding[]): string {
  const counts = SEVERITIES.map(
    (kind) => [kind, findings.filter(({ severity }) => severity === kind).length] as const,
  );
  const some = counts.filter(([, count]) => count > 0).map(([kind, count]) => counted(count, kind));
  return some.length === 0 ? "Nothing was found." : `Found: ${some.join(", ")}.`;
}

/** @param lead what was found in all, and what was looked at */
export function doctorPage(findings: readonly Finding[], title: string, lead = told(findings)): string {
  return page(
    { title: "The doctor's findings", eyebrow: `Cellstate: doctor on ${title}`, lead, style: EXPLAIN_STYLE },
    findings.map(findingPart),
  );
}

function findingPart({ id, severity, title, seen, evidence, remedy }: Finding): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-heading"><p class="eyebrow">${WORDS[severity]}</p>
<h2 id="${id}-heading">${title}</h2>
<p>${foreign(seen)}</p>
<p><strong>Remedy.</strong> ${foreign(remedy)}</p>
<details><summary>The numbers</summary>${table({
    headers: ["what", "value"],
    rows: Object.entries(evidence).map(([name, value]) => [
      name,
      foreign(typeof value === "string" ? value : JSON.stringify(value)),
    ]),
    wordColumns: 2,
  })}</details></section>
`;
}
