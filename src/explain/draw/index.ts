/** Explanations drawn: each takes the data of one, computes nothing, and gives a picture for `svgText`. */
import type { Markup } from "../../report/markup.js";
import { svgFile } from "../../report/page.js";
import { EXPLAIN_STYLE } from "./style.js";

export { attributionPicture } from "./attribution-picture.js";
export { cellPicture } from "./cell-picture.js";
export { comparisonPicture } from "./comparison-picture.js";
export { gradientPicture } from "./gradient-picture.js";
export { parametersPicture } from "./parameters-picture.js";
export { unrollPicture } from "./unroll-picture.js";

/** A picture as an SVG file of its own, light and dark. */
export const svgText = (picture: Markup): string => svgFile(picture, EXPLAIN_STYLE);
