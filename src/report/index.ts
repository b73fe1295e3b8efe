/**
 * What is to be said of a classifier that was trained.
 * @module cellstate/report
 */
export { type CardOptions, modelCard } from "./classifier-card.js";
