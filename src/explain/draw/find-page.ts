/** Spans of a data set where the same units are on, as a page. */
import { counted, decimal } from "../../base/numbers.js";
import { section, table } from "../../drawing/blocks.js";
import { foreign, html, type Markup } from "../../drawing/markup.js";
import { page } from "../../drawing/page.js";
import type { FoundSpans } from "../units/find.js";
import { numeral } from "./numbers.js";
import { EXPLAIN_STYLE } from "./style.js";
import { signalName, UNITS_STYLE } from "./units-page.js";

/** What was asked and what came of it. */
export function describeFound({ units, threshold, alone, texts, from, to }: FoundSpans): string {
  const where = from + 1 === to ? `word ${to}` : `words ${from + 1} to ${to}`;
  return `${counted(units.length, "unit")} on through ${where}: beyond ${threshold} either way${alone ? ", and neither just before nor just behind" : ""}. Below, of ${counted(texts, "text")}, those where the same units are on together, by the share of units on in both among those on in either.`;
}

/** What `findSpans` found, as a page. @param title what was asked: a model's name */
export function findPage(found: FoundSpans, title: string): string {
  const { units, words, from, to, matches } = found;
  return page(
    {
      title: "Where the same units are on",
      eyebrow: `Cellstate: find in ${title}`,
      lead: describeFound(found),
      style: EXPLAIN_STYLE + UNITS_STYLE,
    },
    section("asked", "The span", html`<p>${span(words, from, to)}</p>`),
    section(
      "matches",
      matches.length > 0 ? "The nearest" : "No text has any of the units on",
      matches.length > 0 &&
        table({
          headers: ["", "overlap", "row"],
          rows: matches.map(({ label, ...match }) => [
            html`${match.before && "… "}${span(match.words, match.from, match.to)}${match.after && " …"}${label !== null && html` <span class="spread">${foreign(label)}</span>`}`,
            decimal(match.overlap, 2),
            match.row,
          ]),
        }),
    ),
    section(
      "units",
      "The units",
      table({
        headers: ["unit", "nearest to 0"],
        rows: units.map((unit) => [foreign(signalName(unit)), numeral(unit.weakest)]),
      }),
    ),
  );
}

function span(words: readonly string[], from: number, to: number): Markup {
  const text = (part: readonly string[]) => foreign(part.join(" "));
  return html`${text(words.slice(0, from))} <mark>${text(words.slice(from, to))}</mark> ${text(words.slice(to))}`;
}
