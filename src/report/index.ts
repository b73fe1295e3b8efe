/**
 * What is to be said of a classifier that was trained, and charts of it.
 * @module cellstate/report
 */
export type { PictureOptions } from "../drawing/canvas.js";
export { PICTURE_STYLE } from "../drawing/picture-style.js";
export { PICTURE_TOKENS, type TokenName } from "../drawing/tokens.js";
export * as charts from "./charts/index.js";
export { type CardOptions, modelCard, reportPage } from "./classifier-report.js";
