/** Explanations drawn: each takes the data of one, computes nothing, and gives a picture for `svgText`, or a page. */
export { svgText } from "../../drawing/given.js";
export { ablationPage, doctorPage, embeddingPage, findPage, twoModelsPage, unitsPage } from "./pages.js";
export {
  attributionPicture,
  cellPicture,
  chainPicture,
  comparisonPicture,
  diagramPicture,
  embeddingPicture,
  featureAttributionPicture,
  gradientPicture,
  matchesPicture,
  numberSharesPicture,
  parametersPicture,
  statesComparisonPicture,
  textComparisonPicture,
  unrollPicture,
} from "./pictures.js";
