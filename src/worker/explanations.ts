/**
 * What can be asked of a model in a worker, by the names of cellstate/explain: the model is the worker's own, a text stands
 * for the row or sentence that it is, and a file for the texts in it. Types follow from the functions themselves.
 */
import { listOf } from "../base/arguments.js";
import type { LongOptions } from "../base/progress.js";
import type { LabelledText } from "../classifier/corpus.js";
import { Corpus } from "../classifier/corpus.js";
import { frontEndFor } from "../classifier/training.js";
import { cellAnatomy } from "../explain/anatomy.js";
import { openCell } from "../explain/cells/open.js";
import * as explain from "../explain/index.js";
import type { Model } from "../model/model.js";
import type { Explained, TextOrRow, TextOrSentence, TextsToStudy } from "./explained.js";
import type { SentFile } from "./sources.js";
import { traceArrays } from "./trace-arrays.js";

type None = Record<never, never>;

/** Gives up the answer, and the work where the function can be stopped. */
interface Signal {
  signal?: AbortSignal;
}

/** Another model, to be compared with: a file, as the `file` of a WorkerModel is. */
export type OtherModel = SentFile | Blob | URL | Response;

/** A function of the model alone. */
const ofModel =
  <R, O extends object = None>(run: (model: Model, options?: O) => R) =>
  (asked: Explained, options?: O & Signal): R =>
    run(asked.model, options);

/** Of a row. */
const ofRow =
  <R, O extends object = None>(run: (model: Model, row: explain.InputRow, options?: O) => R) =>
  (asked: Explained, row: TextOrRow, options?: O & Signal): R =>
    run(asked.model, asked.row(row), options);

/** Of a sentence. */
const ofSentence =
  <R, O extends object = None>(run: (model: Model, sentence: explain.Sentence, options?: O) => R) =>
  (asked: Explained, sentence: TextOrSentence, options?: O & Signal): R =>
    run(asked.model, asked.sentence(sentence), options);

/** Of texts. */
const ofTexts =
  <R, O extends object>(run: (network: explain.TextNetwork, texts: explain.StudyRows, options?: O) => R) =>
  async (asked: Explained, texts: TextsToStudy, options?: O & Signal): Promise<Awaited<R>> =>
    await run(asked.network, await asked.texts(texts), options);

const tableOf = ({ model, words }: Explained, layer?: string) =>
  explain.wordTable(model, words?.vectorizer ?? null, layer);

/** Labelled texts as the doctor takes them. */
async function textsOf(asked: Explained, texts: TextsToStudy): Promise<explain.Texts> {
  const rows = (await asked.texts(texts)) as Iterable<LabelledText>;
  return { corpus: await Corpus.read(rows, asked.words?.frontEnd ?? frontEndFor({}, null)) };
}

/** The doctor, of the model and of texts where there are some. */
const ofSubject =
  <R>(run: (subject: explain.Subject, options: LongOptions) => R) =>
  async (
    asked: Explained,
    options?: { texts?: TextsToStudy; test?: TextsToStudy } & LongOptions,
  ): Promise<Awaited<R>> => {
    const { texts: learned, test, ...watching } = options ?? {};
    const subject = {
      ...asked.subject,
      ...(learned ? { texts: await textsOf(asked, learned) } : {}),
      ...(test ? { test: await textsOf(asked, test) } : {}),
    };
    return await run(subject, watching);
  };

/** Every explanation, one row each. */
export const EXPLANATIONS = {
  ablateUnits: ofTexts(explain.ablateUnits),
  /** What the model answers where its network puts that out, as with numbers held. */
  answerOf: (asked: Explained, output: readonly number[], _?: Signal) => asked.answerOf(output),
  attribute: ofRow(explain.attribute),
  attributeFeatures: (asked: Explained, text: string, options?: explain.FeatureAttributionOptions & Signal) =>
    explain.attributeFeatures(asked.text, text, options),
  cellAnatomy: (asked: Explained, { layer }: { layer?: string } & Signal = {}) => {
    const { cell, layer: own } = openCell(asked.model, layer);
    return cellAnatomy(own, cell.inputs, cell.layer);
  },
  cellView: ofSentence(explain.cellView),
  checkExpectations: (
    asked: Explained,
    expectations: readonly (string | explain.Expectation)[],
    _?: Signal,
  ) =>
    explain.checkExpectations(
      asked.model,
      listOf<string | explain.Expectation>(expectations, "expectations").map((each) =>
        typeof each === "string" ? explain.parseExpectation(each) : each,
      ),
    ),
  checkGradient: ofRow(explain.checkGradient),
  checkup: ofSubject(explain.checkup),
  compareCells: (_: Explained, inputs: number, units: number, _signal?: Signal) =>
    explain.compareCells(inputs, units),
  compareOnText: async (
    asked: Explained,
    other: OtherModel,
    text: string,
    options?: explain.CompareOnTextOptions & Signal,
  ) => explain.compareOnText(asked.network, await asked.other(other, "compareOnText"), text, options),
  compareUnits: async (
    asked: Explained,
    other: OtherModel,
    texts: TextsToStudy,
    options?: explain.UnitOptions,
  ) =>
    explain.compareUnits(
      asked.network,
      await asked.other(other, "compareUnits"),
      await asked.texts(texts),
      options,
    ),
  decomposeMemory: ofRow((model, row, { layer }: { layer?: string } = {}) =>
    explain.decomposeMemory(model, row, layer),
  ),
  embeddingMap: (
    asked: Explained,
    { layer, ...options }: explain.MapOptions & { layer?: string } & Signal = {},
  ) => explain.embeddingMap(asked.model, tableOf(asked, layer), options),
  explainNumber: (asked: Explained, row: TextOrRow, number: explain.NumberOptions & Signal) => {
    const { signal: _, ...place } = number;
    return explain.explainNumber(asked.model, asked.row(row), place);
  },
  explainParameters: ofModel(explain.explainParameters),
  findSpans: async (
    asked: Explained,
    text: explain.StudyRow,
    texts: TextsToStudy,
    options?: explain.FindOptions,
  ) => explain.findSpans(asked.network, text, await asked.texts(texts), options),
  gradientFlow: ofRow(explain.gradientFlow),
  gradientPaths: ofSentence(explain.gradientPaths),
  gradientStudy: ofRow(explain.gradientStudy),
  gradientSweep: ofSentence(explain.gradientSweep),
  gradientView: ofSentence(explain.gradientView),
  intervene: (asked: Explained, row: TextOrRow, interventions: readonly explain.Intervention[], _?: Signal) =>
    explain.intervene(asked.model, asked.row(row), interventions),
  memoryView: (asked: Explained, sentence: TextOrSentence, { layer }: { layer?: string } & Signal = {}) => {
    const read = asked.sentence(sentence);
    const memory = explain.decomposeMemory(asked.model, asked.row(read.row ?? read.ids), layer);
    return memory && explain.memoryView(memory, read);
  },
  nearestWords: (
    asked: Explained,
    word: string,
    { layer, count }: { layer?: string; count?: number } & Signal = {},
  ) => {
    const table = tableOf(asked, layer);
    return explain.nearestWords(table, explain.idOf(table, word), count);
  },
  probeLayers: ofTexts(explain.probeLayers),
  quickCheckup: ofSubject(explain.quickCheckup),
  readSentence: (asked: Explained, text: TextOrSentence, _?: Signal) => asked.sentence(text),
  recurrentLayers: (asked: Explained, _?: Signal) => explain.recurrentLayers(asked.model),
  recordUnits: async (asked: Explained, texts: TextsToStudy, options?: explain.RecordOptions) => {
    const recorded: explain.RecordedText[] = [];
    for await (const text of explain.recordUnits(asked.network, await asked.texts(texts), options)) {
      recorded.push(text);
    }
    return recorded;
  },
  surveyUnits: ofTexts(explain.surveyUnits),
  trace: ofRow((model, row) => traceArrays(explain.trace(model, row))),
  unroll: ofRow(explain.unroll),
  wordTable: (asked: Explained, { layer }: { layer?: string } & Signal = {}) => tableOf(asked, layer),
};

/** The functions of cellstate/explain that a model in a worker is asked, as their worker calls them. */
export type Explanations = typeof EXPLANATIONS;
/** "trace", "cellView", "attribute" … */
export type ExplanationName = keyof Explanations;

/** Those that take a signal and `onProgress` themselves; of the others a signal gives up the answer alone. */
const WATCHED: ReadonlySet<string> = new Set<ExplanationName>([
  ...(["ablateUnits", "compareUnits", "findSpans", "probeLayers", "recordUnits", "surveyUnits"] as const),
  ...(["attribute", "attributeFeatures", "checkGradient", "checkup", "compareOnText"] as const),
  ...(["embeddingMap", "gradientStudy", "gradientSweep", "gradientView", "quickCheckup"] as const),
]);

export const isWatched = (name: string): boolean => WATCHED.has(name);
