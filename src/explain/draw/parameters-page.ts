/** Parameter counts as a page: the picture, then every layer's formula with its terms. */
import { count } from "../../base/numbers.js";
import { figure, section, table } from "../../drawing/blocks.js";
import { foreign, html, type Markup } from "../../drawing/markup.js";
import { formulaBlock } from "../../drawing/math/mathml.js";
import { page } from "../../drawing/page.js";
import { UNDECIDED, type Verdict } from "../expectations.js";
import type { LayerParameters, ModelParameters } from "../parameters.js";
import { parametersPicture } from "./parameters-picture.js";
import { EXPLAIN_STYLE } from "./style.js";

export function parametersPage(parameters: ModelParameters, verdicts: readonly Verdict[] = []): string {
  const { model, total, trainable, layers } = parameters;
  const fixed = total === trainable ? "all of them trainable" : `${count(trainable)} of them trainable`;
  return page(
    {
      title: `Parameters of ${model}`,
      eyebrow: "Cellstate: parameters",
      lead: html`${count(total)} numbers, ${fixed}: where each of them is, and why there are so many.`,
      style: EXPLAIN_STYLE,
    },
    verdicts.length > 0 && section("answers", "Answers checked", verdicts.map(verdictMarkup)),
    section("layers", "Layer by layer", figure("Counts", parametersPicture(parameters))),
    layers.map(layerSection),
  );
}

function layerSection(layer: LayerParameters): Markup {
  const { name, type, tex, substitution, terms, notes } = layer;
  const numbers = substitution.replaceAll("×", "\\times").replaceAll(",", "{,}");
  return section(
    `layer-${name}`,
    `${name} (${type}): ${count(layer.count)}`,
    layer.count > 0 && formulaBlock(`${tex} = ${numbers}`),
    terms.length > 0 &&
      table({
        headers: ["term", "value", "what it is"],
        rows: terms.map(({ symbol, value, meaning }) => [symbol, count(value), meaning]),
        wordColumns: 3,
      }),
    notes.map((note) => html`<p>${note}</p>`),
  );
}

function verdictMarkup({ layer, count: expected, right, derivation, cause, undecided }: Verdict): Markup {
  if (right) return html`<p class="right">${foreign(layer)}: ${count(expected)} is right. ${derivation}</p>`;
  const reason =
    cause &&
    html`<p>${cause.arithmetic} would come of this: ${cause.slips.map(({ says }) => says).join("; ")}.</p>`;
  return html`<div class="wrong"><p>${foreign(layer)}: ${count(expected)} is wrong. It is ${derivation}.</p>${reason ?? false}${undecided > 0 && html`<p>${UNDECIDED}</p>`}</div>`;
}
