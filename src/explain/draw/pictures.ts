/** The pictures as others draw them: data and options are checked. Marked pure, so that a bundle has those alone that it draws. */
import { MAP } from "../../drawing/canvas.js";
import { pictured } from "../../drawing/given.js";
import { embeddingPicture as embeddings } from "../embedding-picture.js";
import { attributionPicture as attributions } from "./attribution-picture.js";
import { cellPicture as cells, diagramPicture as diagrams } from "./cell-picture.js";
import { chainPicture as chains } from "./chain-picture.js";
import { comparisonPicture as comparisons } from "./comparison-picture.js";
import { featureAttributionPicture as featureAttributions } from "./feature-attribution-picture.js";
import { gradientPicture as gradients } from "./gradient-picture.js";
import { matchesPicture as matches } from "./matches-picture.js";
import { numberSharesPicture as numberShares } from "./number-shares-picture.js";
import { parametersPicture as parameters } from "./parameters-picture.js";
import {
  statesComparisonPicture as states,
  textComparisonPicture as texts,
} from "./text-comparison-picture.js";
import { unrollPicture as unrolled } from "./unroll-picture.js";

/**
 * Draws what `attribute` gives: a row a word.
 * @throws InputError for anything else, and for options that it does not have
 */
export const attributionPicture = /* @__PURE__ */ pictured(
  attributions,
  "attributionPicture",
  "attribute",
  2,
);
/**
 * Draws what `cellAnatomy` gives, and with what `cellView` gives its values over the words.
 * @throws InputError for anything else, and for options that it does not have
 */
export const cellPicture = /* @__PURE__ */ pictured(cells, "cellPicture", "cellAnatomy and cellView", 2, MAP);
/**
 * Draws what `cellView` gives as a loop and as a chain over its words.
 * @throws InputError for anything else, and for options that it does not have
 */
export const chainPicture = /* @__PURE__ */ pictured(chains, "chainPicture", "cellView", 1, MAP);
/**
 * Draws what `compareCells` gives.
 * @throws InputError for anything else, and for options that it does not have
 */
export const comparisonPicture = /* @__PURE__ */ pictured(
  comparisons,
  "comparisonPicture",
  "compareCells",
  1,
);
/**
 * Draws what `cellAnatomy` gives as the drawing alone, without the cards of its parts; with what `cellView` gives the values of
 * its first unit stand beside their symbols. Each part's marks have `data-part`.
 * @throws InputError for anything else, and for options that it does not have
 */
export const diagramPicture = /* @__PURE__ */ pictured(
  diagrams,
  "diagramPicture",
  "cellAnatomy and cellView",
  2,
);
/**
 * Draws what `embeddingMap` gives: a mark a word, names for the words that tell most and for those whose ids are given.
 * @throws InputError for anything else, and for options that it does not have
 */
export const embeddingPicture = /* @__PURE__ */ pictured(embeddings, "embeddingPicture", "embeddingMap", 2);
/**
 * Draws what `attributeFeatures` gives.
 * @throws InputError for anything else, and for options that it does not have
 */
export const featureAttributionPicture = /* @__PURE__ */ pictured(
  featureAttributions,
  "featureAttributionPicture",
  "attributeFeatures",
  1,
);
/**
 * Draws what `gradientView` gives.
 * @throws InputError for anything else, and for options that it does not have
 */
export const gradientPicture = /* @__PURE__ */ pictured(gradients, "gradientPicture", "gradientView", 1, MAP);
/**
 * Draws what `compareUnits` gives: which unit of one model goes with which of the other.
 * @throws InputError for anything else, and for options that it does not have
 */
export const matchesPicture = /* @__PURE__ */ pictured(matches, "matchesPicture", "compareUnits", 1, MAP);
/**
 * Draws what `attribute` gives of rows of numbers: the share of every one.
 * @throws InputError for anything else, and for options that it does not have
 */
export const numberSharesPicture = /* @__PURE__ */ pictured(
  numberShares,
  "numberSharesPicture",
  "attribute of a row of numbers",
  1,
  MAP,
);
/**
 * Draws what `explainParameters` gives.
 * @throws InputError for anything else, and for options that it does not have
 */
export const parametersPicture = /* @__PURE__ */ pictured(
  parameters,
  "parametersPicture",
  "explainParameters",
  1,
);
/**
 * Draws what `compareOnText` gives: gates and states of both over the words.
 * @throws InputError for anything else, and for options that it does not have
 */
export const statesComparisonPicture = /* @__PURE__ */ pictured(
  states,
  "statesComparisonPicture",
  "compareOnText",
  1,
  MAP,
);
/**
 * Draws what `compareOnText` gives: what each word did in both.
 * @throws InputError for anything else, and for options that it does not have
 */
export const textComparisonPicture = /* @__PURE__ */ pictured(
  texts,
  "textComparisonPicture",
  "compareOnText",
  1,
);
/**
 * Draws what `unroll` gives, and what `memoryView` does. @param wordAt the word that a step read, so many steps before the last
 * @throws InputError for anything else, and for options that it does not have
 */
export const unrollPicture = /* @__PURE__ */ pictured(unrolled, "unrollPicture", "unroll", 3, MAP);
