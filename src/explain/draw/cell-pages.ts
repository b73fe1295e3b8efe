/** Cells as pages: one with its parts and a sentence in it, and the three side by side. */
import { count, decimal } from "../../base/numbers.js";
import { figure, section, table } from "../../drawing/blocks.js";
import { html, type Markup } from "../../drawing/markup.js";
import { formulaBlock, mathMarkup } from "../../drawing/math/mathml.js";
import { page } from "../../drawing/page.js";
import type { CellAnatomy, CellPart } from "../anatomy.js";
import type { CellView } from "../cell-view.js";
import type { CellComparison } from "../comparison.js";
import { mapsPicture, stepPicture } from "./cell-picture.js";
import { chainPicture } from "./chain-picture.js";
import { comparisonPicture } from "./comparison-picture.js";
import { numeral } from "./numbers.js";
import { EXPLAIN_STYLE } from "./style.js";

export function cellPage(anatomy: CellAnatomy, title: string, view?: CellView): string {
  const { kind, inputs, units, parameters, parts } = anatomy;
  return page(
    {
      title: `Inside the ${kind}`,
      eyebrow: `Cellstate: cell of ${title}`,
      lead: html`${count(units)} units on inputs of ${count(inputs)} numbers, ${count(parameters)} parameters.`,
      style: EXPLAIN_STYLE,
    },
    section(
      "cell",
      "The cell",
      figure(view ? "One step" : "Its parts", stepPicture(anatomy, view)),
      view && figure("Every step", mapsPicture(view)),
    ),
    view &&
      section(
        "chain",
        "From word to word",
        figure("A loop, and the same loop written out", chainPicture(view)),
      ),
    section("parts", "Part by part", html`<ul class="parts">${parts.map(partCard)}</ul>`),
    view && unitSection(view),
  );
}

function partCard({ number, name, role, equation, network }: CellPart): Markup {
  const weights =
    network &&
    html`<p class="quiet">${network.activation}: ${network.range}. Kernel ${network.kernel.join(" × ")}, recurrent kernel ${network.recurrent.join(" × ")}${network.bias > 0 && `, bias ${network.bias}`}: columns ${network.columns[0]} to ${network.columns[1] - 1} of the layer's matrices, ${count(network.parameters)} numbers.</p>`;
  return html`<li><h3>${number}. ${name}</h3>${equation !== "" && formulaBlock(equation)}<p>${role}</p>${weights ?? undefined}</li>`;
}

/** Values of some units at the chosen word. */
function unitSection({ units, series, words: list, chosen }: CellView): Markup {
  const states = series.filter(({ state }) => state);
  const old = states.map(({ symbol }) => mathMarkup(symbol.replace("{t}", "{t-1}")));
  const { word } = list[chosen]!;
  return section(
    "values",
    `Values at “${word}”`,
    table({
      headers: ["unit", ...old, ...series.map(({ symbol }) => mathMarkup(symbol))],
      rows: units.map(({ unit, values, before }) => [
        String(unit),
        ...states.map(({ id }) => numeral(before[id]!, 4)),
        ...series.map(({ id }) => numeral(values[id]!, 4)),
      ]),
    }),
  );
}

export function comparisonPage(cells: readonly CellComparison[]): string {
  const [{ anatomy }] = cells as [CellComparison];
  return page(
    {
      title: "SimpleRNN, LSTM and GRU",
      eyebrow: "Cellstate: compare",
      lead: html`The three cells with ${count(anatomy.units)} units on inputs of ${count(anatomy.inputs)} numbers.`,
      style: EXPLAIN_STYLE,
    },
    section(
      "cells",
      "Side by side",
      figure("What interacts, what is kept, what it costs", comparisonPicture(cells)),
    ),
    section(
      "figures",
      "In figures",
      table({
        headers: ["", ...cells.map(({ kind }) => kind)],
        rows: [
          ["memory", ...cells.map(({ memory }) => mathMarkup(memory))],
          ["interacting networks", ...cells.map(({ networks }) => String(networks))],
          ["states", ...cells.map(({ states }) => states.join(" and "))],
          ["parameters", ...cells.map(({ substitution }) => substitution)],
          ["multiplications a step", ...cells.map(({ multiplications }) => count(multiplications))],
          ["kept a step when fresh", ...cells.map(({ fresh }) => (fresh ? decimal(fresh.keep, 3) : "–"))],
          [
            "half is left after",
            ...cells.map(({ fresh }) => (fresh ? `${decimal(fresh.halfLife, 1)} steps` : "–")),
          ],
        ],
        wordColumns: 1 + cells.length,
      }),
      cells.map(({ kind, keeps }) => html`<p><strong>${kind}.</strong> ${keeps}</p>`),
    ),
  );
}
