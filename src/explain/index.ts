/**
 * cellstate/explain: what a recurrent model is made of and what it does, as plain data; and `draw`, which draws it.
 * @module cellstate/explain
 */
export type { HeatMapOptions, PictureOptions } from "../drawing/canvas.js";
export { PICTURE_STYLE } from "../drawing/picture-style.js";
export { PICTURE_TOKENS, type TokenName } from "../drawing/tokens.js";
export { type CellAnatomy, type CellPart, cellAnatomy, type PartNetwork } from "./anatomy.js";
export {
  type Attribution,
  type AttributionOptions,
  attribute,
  type PartAttribution,
  type StepAttribution,
  type WordAttribution,
} from "./attribution.js";
export {
  type CellView,
  type CellViewOptions,
  cellView,
  type PartSeries,
  type UnitValues,
} from "./cell-view.js";
export type { CellKind, StateName } from "./cells/names.js";
export { type CellComparison, compareCells } from "./comparison.js";
export type { Finding, Severity } from "./doctor/finding.js";
export { checkup, quickCheckup } from "./doctor/index.js";
export type { Subject, Texts } from "./doctor/subject.js";
export * as draw from "./draw/index.js";
export type { EmbeddingMap, MapOptions, MapPoint, Neighbour, WordSource, WordTable } from "./embedding.js";
export { embeddingMap, embeddingTsv, idOf, nearestWords, wordOutputs, wordTable } from "./embedding.js";
export { checkExpectations, type Expectation, parseExpectation, type Verdict } from "./expectations.js";
export {
  attributeFeatures,
  type FeatureAttribution,
  type FeatureAttributionOptions,
  type FeatureContribution,
  type TokenAttribution,
} from "./feature-attribution.js";
export { type FormulaOptions, formula } from "./formula.js";
export { type GradientFlow, type GradientOptions, type GradientStep, gradientFlow } from "./gradient.js";
export { checkGradient, type GradientCheck, type GradientCheckOptions } from "./gradient-check.js";
export {
  type GradientSweep,
  type GradientSweepOptions,
  gradientSweep,
  type SweptGradient,
  type SweptPart,
} from "./gradient-sweep.js";
export type { PathFormula } from "./gradient-tex.js";
export {
  type GradientPaths,
  type GradientPathsOptions,
  type GradientView,
  type GradientViewOptions,
  gradientPaths,
  gradientView,
  type PathView,
} from "./gradient-view.js";
export type { Completeness } from "./integrated-gradients.js";
export { type Intervened, type Intervention, intervene } from "./intervention.js";
export { decomposeMemory, type MemoryDecomposition, NO_MEMORY } from "./memory.js";
export { type MemoryView, memoryView } from "./memory-view.js";
export { type ExplainedNumber, explainNumber, type NumberOptions, type TermSum } from "./number.js";
export type { NumberFactor, NumberPlace, NumberTerm, TermGroup } from "./number-terms.js";
export type { ObjectiveChoice, ObjectiveKind } from "./objective.js";
export type { SlipWords } from "./parameters/rule.js";
export type { Cause } from "./parameters/slips.js";
export { explainParameters, type LayerParameters, type ModelParameters, type Term } from "./parameters.js";
export type { InputRow, OneInput } from "./probe.js";
export { type RecurrentLayerFacts, recurrentLayers } from "./recurrent-layers.js";
export { readSentence, type Sentence, sentenceOfIds, sentenceOfRow, type Word } from "./sentence.js";
export type { TraceStep } from "./steps.js";
export {
  gradientStudy,
  STUDY_CASES,
  type Study,
  type StudyCase,
  type StudyCurve,
  type StudyOptions,
} from "./study.js";
export {
  type ComparedWord,
  type CompareOnTextOptions,
  compareOnText,
  type TextComparison,
  type WordSide,
} from "./text-comparison.js";
export { type LayerTrace, type Trace, trace } from "./trace.js";
export {
  type TrackedEpoch,
  type TrackedGate,
  type TrackedLayer,
  type TrackOptions,
  type TrainingTrack,
  trackTraining,
} from "./track.js";
export {
  type AblationOptions,
  type AblationResult,
  type AblationStudy,
  ablateUnits,
  type PairedDifference,
} from "./units/ablate.js";
export {
  type ApartText,
  type ComparedSide,
  compareUnits,
  type LayerSimilarity,
  type UnitComparison,
  type UnitMatch,
} from "./units/compare.js";
export type { UnitContext } from "./units/contexts.js";
export { type PatternMatcher, patternFeature, WORD_FEATURES, type WordFeature } from "./units/features.js";
export { type FindOptions, type FoundSpans, findSpans, type OnUnit, type SpanMatch } from "./units/find.js";
export { type LayerProbe, type ProbeOptions, type ProbeStudy, probeLayers } from "./units/linear-probe.js";
export type { TextNetwork } from "./units/network.js";
export type { UnitPart } from "./units/parts.js";
export { type RecordOptions, recordUnits } from "./units/record.js";
export type {
  IdsToStudy,
  KnownOfText,
  StudiedText,
  StudyRow,
  StudyRows,
  TextToStudy,
  UnitOptions,
} from "./units/rows.js";
export type { Correction } from "./units/statistics.js";
export {
  type Association,
  type SurveyedFeature,
  type SurveyOptions,
  surveyUnits,
  type UnitSummary,
  type UnitSurvey,
} from "./units/survey.js";
export type { ReadText, ReadToken } from "./units/tokens.js";
export type { RecordedLayer, RecordedText, UnitSignal } from "./units/walk.js";
export {
  type Unrolled,
  type UnrolledNetwork,
  type UnrolledTerm,
  type UnrollOptions,
  unroll,
} from "./unroll.js";
