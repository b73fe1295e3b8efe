/** cellstate/explain: what a recurrent model is made of and what it does, as plain data. */
export { checkExpectations, type Expectation, parseExpectation, type Verdict } from "./expectations.js";
export { explainParameters, type LayerParameters, type ModelParameters, type Term } from "./parameters.js";
