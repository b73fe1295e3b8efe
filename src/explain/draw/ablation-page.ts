/** What a model loses without its units, as a page. */
import { count, counted, decimal } from "../../base/numbers.js";
import { section, table } from "../../drawing/blocks.js";
import { html } from "../../drawing/markup.js";
import { percent } from "../../drawing/numbers.js";
import { page } from "../../drawing/page.js";
import type { AblationResult, AblationStudy } from "../units/ablate.js";
import { numeral } from "./numbers.js";
import { EXPLAIN_STYLE } from "./style.js";
import { UNITS_STYLE } from "./units-page.js";

/** What was held, and what the model answers with nothing held. */
export function describeAblation(study: AblationStudy): string {
  const { layer, part, value, words, wordsHeld, texts, leftOut, loss, accuracy } = study;
  const at =
    value === "mean" ? "its mean over the words of the data" : value === "zero" ? "0" : String(value);
  const where = words === null ? "" : ` at ${counted(wordsHeld!, "word")} of the kind ${words}`;
  const held =
    part === null
      ? `What ${layer} reads is held at ${at}${where}`
      : `${part} of ${layer} held at ${at}${where || " at every step"}`;
  const left =
    leftOut === 0 ? "" : ` (${counted(leftOut, "text")} left out: no known label or no known word)`;
  const right = accuracy === null ? "" : `, accuracy ${percent(accuracy)}`;
  return `${held}, on ${counted(texts, "text")}${left}. With nothing held: loss ${decimal(loss)}${right}. Differences are text by text, ± their standard error.`;
}

/** Which units, in words. */
export const groupName = ({ units }: Pick<AblationResult, "units">, all: number): string => {
  if (units === null) return "words";
  if (units.length === all && all > 1) return "all together";
  return units.length === 1 ? String(units[0]) : units.join(", ");
};

/** "0.0123 ± 0.0004" */
export const differencePhrase = ({ mean, error }: AblationResult["lossDifference"], digits = 4): string =>
  `${mean > 0 ? "+" : ""}${numeral(mean, digits)}${error === null ? "" : ` ± ${decimal(error, digits)}`}`;

/** A share's difference in points of a hundred: "−0.16 ± 0.06". */
export const pointsPhrase = ({ mean, error }: AblationResult["lossDifference"]): string =>
  differencePhrase({ mean: 100 * mean, error: error === null ? null : 100 * error }, 2);

/** What heads those. */
export const POINTS = "accuracy, points";

/** What `ablateUnits` gave, as a page. @param title whose units: a model's name */
export function ablationPage(study: AblationStudy, title: string): string {
  const { results, accuracy, units } = study;
  return page(
    {
      title: "What is lost without a unit",
      eyebrow: `Cellstate: ablation of ${title}`,
      lead: describeAblation(study),
      style: EXPLAIN_STYLE + UNITS_STYLE,
    },
    section(
      "results",
      "Most missed first",
      table({
        headers: ["held", "loss", ...(accuracy === null ? [] : [POINTS]), "answers changed"],
        rows: results.map((result) => [
          groupName(result, units),
          differencePhrase(result.lossDifference),
          ...(result.accuracyDifference === null ? [] : [pointsPhrase(result.accuracyDifference)]),
          count(result.changed),
        ]),
      }),
      html`<p class="quiet">A unit that is not missed may still be used: others can stand in for it. Held at 0 it may also be where it never is; its mean is nearer to what the network knows.</p>`,
    ),
  );
}
