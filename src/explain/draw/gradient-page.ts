/** A gradient on its way back, as a page: the derivation, one step in numbers with its checks, and the pictures. */
import { figure, section, table } from "../../drawing/blocks.js";
import { foreign, html } from "../../drawing/markup.js";
import { formulaBlock, mathMarkup } from "../../drawing/math/mathml.js";
import { page } from "../../drawing/page.js";
import type { GradientView } from "../gradient-view.js";
import { gradientPicture } from "./gradient-picture.js";
import { numeral, tiny } from "./numbers.js";
import { EXPLAIN_STYLE } from "./style.js";

export function gradientPage(view: GradientView, title: string, units: readonly number[]): string {
  const { layer, objective, formulas, step, check, words: list, chosen, study, notes } = view;
  const { word } = list[chosen]!;
  return page(
    {
      title: `Gradient through ${layer}`,
      eyebrow: `Cellstate: gradient of ${title}`,
      lead: html`The ${foreign(objective.name)} is ${numeral(objective.value, 4)}. This is how its gradient comes back through time, path by path.`,
      style: EXPLAIN_STYLE,
    },
    section(
      "derivation",
      "The derivation",
      formulaBlock(formulas.whole),
      formulas.hidden !== "" && formulaBlock(formulas.hidden),
      formulas.total !== "" && formulaBlock(formulas.total),
      table({
        headers: ["path", "what reaches the step before", "where"],
        rows: step.map(({ name, tex, inner }) => [name, mathMarkup(tex), inner !== "" && mathMarkup(inner)]),
        wordColumns: 3,
      }),
      ...formulas.slopes.map((tex) => formulaBlock(tex)),
    ),
    section(
      "step",
      `One step back from “${word}”`,
      table({
        headers: ["path", "norm", ...units.map((unit) => `unit ${unit}`)],
        rows: [
          ...step.map(({ name, norm, value }) => [name, tiny(norm), ...units.map((u) => tiny(value[u]!))]),
          ["sum of the paths", tiny(Math.hypot(...check.paths)), ...units.map((u) => tiny(check.paths[u]!))],
          [
            "back-propagation",
            tiny(Math.hypot(...check.backPropagation)),
            ...units.map((u) => tiny(check.backPropagation[u]!)),
          ],
          [
            "central differences",
            tiny(Math.hypot(...check.centralDifferences)),
            ...units.map((u) => tiny(check.centralDifferences[u]!)),
          ],
        ],
      }),
      html`<p>Back-propagation by the engine's kernels differs by at most ${tiny(check.residuals.backPropagation)}, central differences of E by at most ${tiny(check.residuals.centralDifferences)}; the largest entry is ${tiny(check.size)}.</p>`,
      ...notes.map((note) => html`<p>${foreign(note)}</p>`),
    ),
    section("time", "Through time", figure("Norms, paths, gains", gradientPicture(view))),
    study !== null &&
      section(
        "cells",
        "Cells compared",
        table({
          headers: ["cell", "parameters", "factor a step", "at the first word", "largest step gain"],
          rows: study.curves.map(({ name, parameters, perStep, relative, stepGains }) => [
            name,
            String(parameters),
            numeral(perStep, 4),
            tiny(relative[0]!),
            numeral(Math.max(...stepGains), 4),
          ]),
        }),
      ),
  );
}
