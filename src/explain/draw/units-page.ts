/** Every unit over a data set, as a page: what it goes with, and the places that excite it most. */
import { count, counted, decimal } from "../../base/numbers.js";
import { section, table } from "../../drawing/blocks.js";
import { idOf } from "../../drawing/canvas.js";
import { foreign, html, type Markup } from "../../drawing/markup.js";
import { page } from "../../drawing/page.js";
import type { UnitContext } from "../units/contexts.js";
import type { Association, UnitSummary, UnitSurvey } from "../units/survey.js";
import type { UnitSignal } from "../units/walk.js";
import { shadeOf } from "./attribution-page.js";
import { numeral, tiny } from "./numbers.js";
import { EXPLAIN_STYLE } from "./style.js";

export const signalName = ({ layer, part, unit }: UnitSignal): string => `${layer} ${part} ${unit}`;

/** What was looked at, and how it was tested. */
export function describeSurvey(survey: UnitSurvey): string {
  const { texts, tokens, empty, sample, permutations, correction, tests, signals, alpha } = survey;
  const left = empty === 0 ? "" : ` (${counted(empty, "text")} without a known word left out)`;
  const of = sample.whole ? "all of them" : `${counted(sample.texts, "text")} drawn from them`;
  const way = correction === "bh" ? "Benjamini and Hochberg's" : "Holm's";
  const against = [
    ...(survey.associations.some(({ of }) => of === "label") ? ["of whole texts against labels"] : []),
    "of each text turned round against what its words are",
  ].join(", ");
  return `${counted(signals.length, "signal")} over ${counted(tokens, "word")} of ${counted(texts, "text")}${left}. ${count(tests)} tests on ${of}, by ${count(permutations)} permutations each: ${against}; q is p after ${way} correction, found at ${alpha}.`;
}

/** Where there is no test to tell of. */
export const UNTESTED =
  "Nothing could be tested: no label differs between texts, and within no text what its words are.";

/** The strongest first, for each label and feature that was tested. */
export function byTarget({ associations }: Pick<UnitSurvey, "associations">): Association[][] {
  const groups = new Map<string, Association[]>();
  for (const one of associations) {
    const key = `${one.of} ${one.name}`;
    const own = groups.get(key);
    if (own) own.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()];
}

/** Units listed for each label and feature. */
const LISTED = 4;
/** Associations of one unit. */
const OF_A_UNIT = 6;

/** What `surveyUnits` gave, as a page to browse. @param title whose units: a model's name */
export function unitsPage(survey: UnitSurvey, title: string): string {
  const { associations, signals, layers, features, alpha } = survey;
  const found = associations.filter(({ q }) => q! <= alpha);
  const bySignal = new Map<number, Association[]>();
  for (const one of associations) {
    const own = bySignal.get(one.signal);
    if (own) own.push(one);
    else bySignal.set(one.signal, [one]);
  }
  return page(
    {
      title: "What the units do",
      eyebrow: `Cellstate: units of ${title}`,
      lead: describeSurvey(survey),
      style: EXPLAIN_STYLE + UNITS_STYLE,
    },
    survey.notes.map((note) => html`<p>${foreign(note)}</p>`),
    section(
      "found",
      found.length > 0 ? `Found: ${count(found.length)} of ${count(survey.tests)}` : "Nothing found",
      found.length > 0
        ? associationTable(
            byTarget({ associations: found }).flatMap((own) => own.slice(0, LISTED)),
            signals,
          )
        : html`<p>${survey.tests === 0 ? UNTESTED : `No test stayed below ${alpha} after correction.`}</p>`,
      html`<p class="quiet">r is Pearson's, over the whole file; AUC is the chance that the unit is higher where it is so; q is p after correction. At most ${LISTED} units for each; every unit's own are below.</p>`,
    ),
    section(
      "features",
      "What units were held against",
      table({
        headers: ["", "is", "words"],
        rows: [
          ...features.map(({ name, says, tokens }) => [
            name,
            foreign(says),
            tokens === null ? "a number" : count(tokens),
          ]),
          ...survey.targets.map((name) => [
            foreign(name),
            "of the text, against the state after its last word",
            `${counted(survey.targeted, "text")}`,
          ]),
        ],
        wordColumns: 2,
      }),
    ),
    layers.flatMap(({ layer, parts, units }) =>
      parts.map((part) =>
        section(
          idOf(`${layer} ${part}`),
          `${layer}: ${part}`,
          html`<p class="quiet">${counted(units, "unit")}. Open one to see where it is highest and lowest: shaded above 0, outlined below.</p>`,
          signals.flatMap((signal, s) =>
            signal.layer === layer && signal.part === part
              ? [unitBlock(signal, bySignal.get(s) ?? [], signals, alpha)]
              : [],
          ),
        ),
      ),
    ),
  );
}

const linked = (signal: UnitSignal): Markup =>
  html`<a href="#${idOf(signalName(signal))}">${foreign(signalName(signal))}</a>`;

function associationTable(
  list: readonly Association[],
  signals: readonly UnitSummary[],
  named = true,
): Markup {
  return table({
    headers: [...(named ? ["unit"] : []), "goes with", "r", "AUC", "q"],
    rows: list.map(({ signal, of, name, correlation, auc, q }) => [
      ...(named ? [linked(signals[signal]!)] : []),
      of === "label" ? html`label ${foreign(name)}` : name,
      correlation === null ? "–" : numeral(correlation),
      auc === null ? "–" : decimal(auc, 3),
      tiny(q!),
    ]),
    wordColumns: named ? 2 : 1,
  });
}

/** A link to what is within opens it, without a script. */
function unitBlock(
  signal: UnitSummary,
  associations: readonly Association[],
  signals: readonly UnitSummary[],
  alpha: number,
): Markup {
  const { unit, mean, deviation, least, most, highest, lowest } = signal;
  const best = associations[0];
  const short =
    best && best.q! <= alpha
      ? html`: ${best.of === "label" && "label "}${foreign(best.name)}, r ${best.correlation === null ? "–" : numeral(best.correlation)}`
      : undefined;
  const scale = Math.max(Math.abs(least), Math.abs(most), 1e-12);
  return html`<details class="unit"><summary><strong>${unit}</strong>${short} <span class="spread">${numeral(mean)} ± ${numeral(deviation)}, from ${numeral(least)} to ${numeral(most)}</span></summary>
<div id="${idOf(signalName(signal))}">${associations.length > 0 && associationTable(associations.slice(0, OF_A_UNIT), signals, false)}
${contextList("Highest", highest, scale)}${contextList("Lowest", lowest, scale)}</div></details>
`;
}

const contextList = (heading: string, contexts: readonly UnitContext[], scale: number): Markup | undefined =>
  contexts.length === 0
    ? undefined
    : html`<h3>${heading}</h3><ul class="contexts">${contexts.map(
        (context) => html`<li>${contextLine(context, scale)}</li>
`,
      )}</ul>`;

/** Words shaded by the unit's value at each; the one that it is about is underlined. */
export function contextLine({ row, at, words, values, before, after }: UnitContext, scale: number): Markup {
  const shaded = words.map((word, k) => {
    const value = values[k]!;
    const text = k === at ? html`<u>${foreign(word)}</u>` : foreign(word);
    return html`<span class="${shadeOf(value / scale)}" title="${numeral(value, 4)}">${text}</span> `;
  });
  return html`<span class="marked">${before && "… "}${shaded}${after && "…"}</span> <span class="spread">${numeral(values[at]!)}, row ${row}</span>`;
}

export const UNITS_STYLE = `
.unit { border-bottom: 1px solid var(--rule); margin: 0; padding: 6px 0; }
.unit > div { scroll-margin-top: 3em; }
.unit summary { color: var(--ink); overflow-wrap: anywhere; }
.unit h3 { margin: 12px 0 4px; }
.unit table { max-width: none; }
.spread { color: var(--quiet); font-size: .85rem; }
.contexts { list-style: none; margin: 0; padding: 0; }
.contexts li { padding: 2px 0; overflow-wrap: anywhere; }
.contexts .marked { font-size: .95rem; line-height: 1.7; }
.contexts .marked span { padding: 1px 3px; }
a { color: var(--one); }
@media print { .unit { display: block; } }
mark { background: color-mix(in srgb, var(--one) 35%, transparent); color: inherit; border-radius: 4px; padding: 1px 4px; }
`;
