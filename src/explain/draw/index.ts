/** Explanations drawn: each takes the data of one, computes nothing, and gives a picture for `svgText`, or a page. */
import { instanceOf, textOf } from "../../base/arguments.js";
import { inputError } from "../../base/errors.js";
import { Markup } from "../../drawing/markup.js";
import { svgFile } from "../../drawing/page.js";
import { ablationPage as ablations } from "./ablation-page.js";
import { attributionPicture as attributions } from "./attribution-picture.js";
import { cellPicture as cells } from "./cell-picture.js";
import { chainPicture as chains } from "./chain-picture.js";
import { comparisonPicture as comparisons } from "./comparison-picture.js";
import { featureAttributionPicture as featureAttributions } from "./feature-attribution-picture.js";
import { findPage as spans } from "./find-page.js";
import { gradientPicture as gradients } from "./gradient-picture.js";
import { parametersPicture as parameters } from "./parameters-picture.js";
import { EXPLAIN_STYLE } from "./style.js";
import { textComparisonPicture as texts } from "./text-comparison-picture.js";
import { twoModelsPage as twoModels } from "./two-models-page.js";
import { unitsPage as surveys } from "./units-page.js";
import { unrollPicture as unrolled } from "./unroll-picture.js";

/**
 * A drawing of data that an explanation gave. The data are deep and plain: where some of it is missing, the drawing says
 * what it is a drawing of, instead of which of its lines met nothing.
 */
function drawing<A extends unknown[], Drawn>(draw: (...data: A) => Drawn, where: string, made: string) {
  return (...data: A): Drawn => {
    try {
      return draw(...data);
    } catch (cause) {
      const met = [TypeError, RangeError, SyntaxError].some((kind) => cause instanceof kind);
      if (!met) throw cause;
      const error = inputError({ expected: `what ${made} gives`, where, received: data[0] });
      error.cause = cause;
      throw error;
    }
  };
}

/** A page of data that an explanation gave. @param title whose it is, as the page says */
function paging<T>(page: (data: T, title: string) => string, where: string, made: string) {
  return drawing((data: T, title: string) => page(data, textOf(title, `${where} title`)), where, made);
}

/**
 * What `ablateUnits` gives as a self-contained HTML page.
 * @param study what it gave @param title whose units they are: "spam.keras"
 * @throws InputError for anything else
 */
export const ablationPage = paging(ablations, "ablationPage", "ablateUnits");
/**
 * What `findSpans` gives as a self-contained HTML page.
 * @param found what it gave @param title whose units they are: "spam.keras"
 * @throws InputError for anything else
 */
export const findPage = paging(spans, "findPage", "findSpans");
/**
 * What `surveyUnits` gives as a self-contained HTML page to browse: every unit with what it goes with and where it is highest.
 * @param survey what it gave @param title whose units they are: "spam.keras"
 * @throws InputError for anything else
 */
export const unitsPage = paging(surveys, "unitsPage", "surveyUnits");
/** Draws what `attribute` gives. @throws InputError for anything else */
export const attributionPicture = drawing(attributions, "attributionPicture", "attribute");
/** Draws what `cellAnatomy` and `cellView` give. @throws InputError for anything else */
export const cellPicture = drawing(cells, "cellPicture", "cellAnatomy and cellView");
/** Draws what `cellView` gives as a loop and as a chain over its words. @throws InputError for anything else */
export const chainPicture = drawing(chains, "chainPicture", "cellView");
/** Draws what `compareCells` gives. @throws InputError for anything else */
export const comparisonPicture = drawing(comparisons, "comparisonPicture", "compareCells");
/** Draws what `attributeFeatures` gives. @throws InputError for anything else */
export const featureAttributionPicture = drawing(
  featureAttributions,
  "featureAttributionPicture",
  "attributeFeatures",
);
/** Draws what `gradientView` gives. @throws InputError for anything else */
export const gradientPicture = drawing(gradients, "gradientPicture", "gradientView");
/** Draws what `explainParameters` gives. @throws InputError for anything else */
export const parametersPicture = drawing(parameters, "parametersPicture", "explainParameters");
/** Draws what `compareOnText` gives: what each word did in both. @throws InputError for anything else */
export const textComparisonPicture = drawing(texts, "textComparisonPicture", "compareOnText");
/**
 * What `compareOnText` and `compareUnits` give as a self-contained HTML page: `{ names, text, data }`, null for what was not asked.
 * @throws InputError for anything else
 */
export const twoModelsPage = drawing(twoModels, "twoModelsPage", "compareOnText and compareUnits");
/** Draws what `unroll` gives. @throws InputError for anything else */
export const unrollPicture = drawing(unrolled, "unrollPicture", "unroll");

/** A picture as an SVG file of its own, light and dark. */
export function svgText(picture: Markup): string {
  return svgFile(instanceOf(picture, Markup, "svgText", "a picture of draw's"), EXPLAIN_STYLE);
}
