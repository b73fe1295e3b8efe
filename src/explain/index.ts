/** cellstate/explain: what a recurrent model is made of and what it does, as plain data. */
export {
  type Attribution,
  type AttributionOptions,
  attribute,
  type WordAttribution,
} from "./attribution.js";
export type { CellKind } from "./cells/cell.js";
export { checkup, type Finding, quickCheckup, type Severity, type Subject } from "./doctor/index.js";
export type { EmbeddingMap, MapPoint, Neighbour, WordTable } from "./embedding.js";
export { embeddingMap, embeddingTsv, idOf, nearestWords, wordOutputs, wordTable } from "./embedding.js";
export { checkExpectations, type Expectation, parseExpectation, type Verdict } from "./expectations.js";
export { type GradientFlow, type GradientOptions, type GradientStep, gradientFlow } from "./gradient.js";
export { checkGradient, type GradientCheck, type GradientCheckOptions } from "./gradient-check.js";
export { decomposeMemory, type MemoryDecomposition, NO_MEMORY } from "./memory.js";
export type { InputRow } from "./network.js";
export type { ObjectiveChoice, ObjectiveKind } from "./objective.js";
export { explainParameters, type LayerParameters, type ModelParameters, type Term } from "./parameters.js";
export { readSentence, type Sentence, sentenceOfIds } from "./sentence.js";
export { gradientStudy, STUDY_CASES, type Study, type StudyCase, type StudyCurve } from "./study.js";
export { type LayerTrace, type Trace, type TraceStep, trace } from "./trace.js";
export {
  type Unrolled,
  type UnrolledNetwork,
  type UnrolledTerm,
  type UnrollOptions,
  unroll,
} from "./unroll.js";
