/** What is explained: a model from a file or by name, and a text as the row it reads. */
import type { Command } from "commander";
import { inputError, oneOf } from "../../base/errors.js";
import { refuseNgrams } from "../../classifier/assemble.js";
import { PRESET_NAMES } from "../../classifier/presets.js";
import {
  endsInProbabilities,
  OBJECTIVE_KINDS,
  type ObjectiveChoice,
  type ObjectiveKind,
} from "../../explain/objective.js";
import type { InputRow } from "../../explain/probe.js";
import { readSentence, type Sentence, sentenceOfIds, sentenceOfRow } from "../../explain/sentence.js";
import type { Definitions } from "../../formats/python/script.js";
import { readsIds } from "../../layers/traits.js";
import type { Model } from "../../model/model.js";
import { isUnspaced } from "../../tokens/segment.js";
import { Vectorizer } from "../../tokens/vectorizer.js";
import type { AnyTextModel } from "../asking.js";
import { type EngineFlags, engineOptions, whole } from "../context.js";
import { refuseFiles } from "../data.js";
import { define, idleFor, namedModel, sourceOf } from "../models.js";
import { choice, type Idle, refuseIdle } from "../options.js";
import { labelsOption, sideOptions, tokenizerOption } from "../tokenizer.js";
import {
  automaticError,
  idsOf,
  isAutomatic,
  openModel,
  outputNames,
  type ReadingFlags,
  type TextReader,
} from "./open.js";
import { readRowFile } from "./row-file.js";

export interface SubjectFlags extends EngineFlags, ReadingFlags {
  define?: Definitions;
  ids?: number[];
  /** A file with the row itself. */
  row?: string;
  classes: number;
  seed: number;
}

export interface Subject {
  model: Model;
  sentence: Sentence;
  /** Names of the classes (of an amount, of the one output), where the file knows them. */
  labels?: readonly string[];
  /** "spam.keras", "lstm, untrained (seed 0)" */
  title: string;
}

/** An automatic model of n-grams and a text: there is no row to look into, only the text. */
export interface AutomaticSubject {
  automatic: AnyTextModel;
  text: string;
  title: string;
}

/** Sizes of a preset that is given no text. */
const SIZES = { vocabulary: 1000, length: 200 };

export const numbers =
  (name: string) =>
  (text: string): number[] =>
    text.split(",").map(whole(name));

/** An option parser for units, each once. */
export function unitNumbers(text: string): number[] {
  const units = numbers("units")(text);
  if (new Set(units).size === units.length) return units;
  throw inputError({ expected: "every unit once", where: "--units", received: text });
}

/** MODEL and TEXT, with the options that go with them. */
export function subjectOptions(command: Command): Command {
  command
    .argument(
      "<model>",
      `a model file, a Keras script (.py, never run), or a preset, untrained: ${PRESET_NAMES.join(", ")}`,
    )
    .argument("[text...]", "the text to explain it on")
    .option("--ids <list>", "a row of ids in place of the text, as 4,17,9", numbers("ids"))
    .option(
      "--row <file>",
      "the row itself in place of the text: JSON of ids, features or steps of features, of several inputs by name; or CSV, a step a line",
    )
    .option(
      "--vocabulary <n>",
      "of a preset (default: the text's words); with --tokenizer: ids that count",
      whole("vocabulary", 2),
    )
    .option("--length <n>", "ids in a row (default: the model's; of a preset the text's)", whole("length", 1))
    .option("--classes <n>", "of a preset", whole("classes", 2), 2)
    .option("--seed <n>", "of weights that are drawn afresh", whole("seed"), 0)
    .option(
      "--define <expression=value>",
      'what a script computes, in its words: "len(chars)=57" (repeatable)',
      define,
    );
  return engineOptions(sideOptions(tokenizerOption(command)));
}

/** Options of presets and of scripts; the seed draws weights, which a model file has. */
export function idleForSubject(source: string, text: readonly string[], flags: SubjectFlags): Idle {
  const kind = sourceOf(source);
  const { tokenizer, ids, row: file } = flags;
  const preset = kind === "a preset" && "with a preset, whose words are the text's";
  const row =
    (ids && "with --ids, which is the row itself") ||
    (file !== undefined && "with --row, which is the row itself") ||
    (!hasText(text, flags) && "without a text");
  const { classes, define, vocabulary } = idleFor(source);
  return {
    ...{ classes, define },
    seed: kind === "a model file" && "with a model file, which has its weights",
    tokenizer: preset || (!hasText(text, flags) && "without a text"),
    labels: preset && "with a preset, whose classes have no names",
    padding: preset || row,
    truncating: preset || row,
    length: !preset && row,
    vocabulary: tokenizer === undefined && vocabulary,
  };
}

export const hasText = (text: readonly string[], { ids, row }: SubjectFlags): boolean =>
  ids !== undefined || row !== undefined || text.join("").trim() !== "";

/** @throws InputError where there is no text, or the model has no words for it, or is automatic */
export async function openSubject(
  source: string,
  text: readonly string[],
  flags: SubjectFlags,
): Promise<Subject> {
  const subject = await openAnySubject(source, text, flags);
  if (!("automatic" in subject)) return subject;
  throw automaticError(
    { name: subject.title, reader: subject.automatic },
    "a network that reads a text word by word",
  );
}

/** As `openSubject`, of automatic classifiers too. */
export async function openAnySubject(
  source: string,
  text: readonly string[],
  flags: SubjectFlags,
): Promise<Subject | AutomaticSubject> {
  // Of a text typed word by word, a plain word may well be some file's name too.
  const names = text.length === 1 ? text : text.filter((word) => /[./\\]/.test(word));
  refuseFiles("explain", names, () => "Give the text itself: one is explained at a time.");
  const words = text.join(" ");
  if ((flags.ids || flags.row !== undefined) && words.trim() !== "") {
    const option = flags.ids ? "--ids" : "--row";
    throw inputError({ expected: `a text or ${option}, not both`, where: "explain", received: words });
  }
  if (flags.ids && flags.row !== undefined) {
    throw inputError({ expected: "--ids or --row, not both", where: "explain", received: flags.row });
  }
  if (!hasText(text, flags)) {
    throw inputError({
      expected: "a text, --ids or --row",
      where: "explain",
      next: 'As in: "free entry in a weekly draw".',
    });
  }
  const preset = await untrained(source, words, flags);
  if (preset) return preset;
  const opened = await openModel(source, flags, readingOnly(flags));
  const { model, reader, name } = opened;
  if (reader && isAutomatic(reader)) {
    if (!flags.ids && flags.row === undefined) return { automatic: reader, text: words, title: name };
    throw inputError({
      expected: "a text: an automatic classifier or regressor reads n-grams, whose ids are no words",
      where: flags.ids ? "--ids" : "--row",
      received: flags.ids ?? flags.row,
    });
  }
  const ids = idsOf(reader);
  const labels = outputNames(reader);
  const named = labels ? { labels } : {};
  if (!ids) refuseNgrams(model, name);
  if (flags.row !== undefined) {
    const sentence = rowSentence(model, await readRowFile(flags.row, model), ids?.vectorizer);
    return { model, sentence, title: name, ...named };
  }
  refuseNumbers(model, name, flags.ids ? "ids" : "a text");
  if (flags.ids)
    return {
      model,
      sentence: idSentence(model, flags.ids, ids?.vectorizer),
      title: name,
      ...named,
    };
  if (!ids) {
    throw inputError({
      expected: "a vocabulary to read a text with",
      where: name,
      received: "a network alone",
      next: "Give the one that it was trained with, --tokenizer FILE; or the row itself, --ids 4,17,9.",
    });
  }
  return { model, sentence: readSentence(ids.vectorizer, words, ids.length), title: name, ...named };
}

/** Only a model, with or without a text. */
export async function openModelOnly(
  source: string,
  flags: SubjectFlags,
): Promise<{ model: Model; title: string; reader: TextReader | null }> {
  const { vocabulary = SIZES.vocabulary, length = SIZES.length, classes, seed, engine, threads } = flags;
  const model = namedModel(source, { vocabulary, length, classes }, { seed });
  if (model) return { model, title: `${source}, untrained (seed ${seed})`, reader: null };
  const opened = await openModel(source, { define: flags.define, engine, threads, seed });
  return { model: opened.model, title: opened.name, reader: opened.reader };
}

/** A preset whose vocabulary is the words of the text itself; null where the word names a file. */
async function untrained(source: string, text: string, flags: SubjectFlags): Promise<Subject | null> {
  if (sourceOf(source) === "a preset" && flags.row !== undefined) {
    throw inputError({
      expected: "a model file, which says what its inputs are",
      where: "--row",
      received: `the preset ${source}`,
      next: "Give it a text, or --ids.",
    });
  }
  const vectorizer = vocabularyOf(text);
  const own = flags.ids ?? vectorizer.encode(text);
  const length = flags.length ?? own.length;
  const vocabulary = flags.vocabulary ?? (flags.ids ? Math.max(...flags.ids) + 1 : vectorizer.size);
  const { classes, seed, engine, threads } = flags;
  const model = namedModel(source, { vocabulary, length, classes }, { seed, engine, threads });
  if (!model) return null;
  const title = `${source}, untrained (seed ${seed})`;
  if (flags.ids) return { model, sentence: idSentence(model, flags.ids), title };
  return { model, sentence: readSentence(vectorizer, text, length), title };
}

function vocabularyOf(text: string): Vectorizer {
  const segment = isUnspaced(text) ? { segment: "characters" as const } : {};
  const frontEnd = { frontEnd: "tokenizer" as const, ...segment };
  const row = { padding: "pre" as const, truncating: "pre" as const };
  const tokens = new Vectorizer(frontEnd, ["", "any"], row).tokens(text);
  return new Vectorizer(frontEnd, ["", ...(tokens.length > 0 ? new Set(tokens) : ["any"])], row);
}

/** How the texts are read of a network that takes ids. */
const readingOnly = ({ tokenizer, padding, truncating, length, vocabulary, labels }: SubjectFlags) => ({
  ...{ tokenizer, padding, truncating, length, vocabulary, labels },
});

const takesIds = (model: Model) => model.layers.some(readsIds);

/** @throws InputError for a model of several inputs or of numbers, which no text and no ids are a row of */
function refuseNumbers(model: Model, name: string, received: string): void {
  const inputs = model.nodes.filter((node) => node.inputs.length === 0);
  if (inputs.length === 1 && takesIds(model)) return;
  const names = inputs.map(
    ({ layer, shape }) => `${layer.name} [${shape.map((n) => n ?? "any").join(", ")}]`,
  );
  throw inputError({
    expected: inputs.length === 1 ? "a row of numbers" : `a row for each of ${inputs.length} inputs`,
    where: name,
    received,
    next: `Give it with --row FILE; it reads ${names.join(" and ")}.`,
  });
}

/** What a file gave, as ids where the model reads those. */
function rowSentence(model: Model, row: InputRow, vectorizer?: Vectorizer): Sentence {
  const flat = Array.isArray(row) && row.every((value) => typeof value === "number");
  if (model.inputShapes.length > 1 || !takesIds(model) || !flat) return sentenceOfRow(row);
  return idSentence(model, row as number[], vectorizer, "--row");
}

/** Ids as a row of the length that the model reads, padded in front. */
function idSentence(
  model: Model,
  ids: readonly number[],
  vectorizer?: Vectorizer,
  where = "--ids",
): Sentence {
  const length = model.inputShapes[0]?.[0] ?? ids.length;
  if (ids.length > length) {
    throw inputError({ expected: `at most ${length} ids`, where, received: ids.length });
  }
  const row = [...new Array<number>(length - ids.length).fill(0), ...ids];
  return sentenceOfIds(row, vectorizer?.vocabulary);
}

/** The options of what is explained of the outputs. */
export interface ChosenFlags {
  label?: string;
  /** Which step of a sequence of outputs, from 1. */
  outputStep?: number;
  /** Undefined: what is usual of the model. */
  of?: ObjectiveKind;
}

/** The options of what is explained of the outputs. */
export function choiceOptions(command: Command, usual: string): Command {
  return labelsOption(command)
    .option("--label <name>", "the class that it is about (default: the likeliest)")
    .option(
      "--output-step <t>",
      "of a model that puts out a sequence: which step of it, counted from 1 (default: the last)",
      whole("output-step", 1),
    )
    .addOption(
      choice("--of <what>", `what of it (default: ${usual}; of an amount: output)`, OBJECTIVE_KINDS),
    );
}

/** What is explained of the outputs, where all is not left to the model. @throws InputError for a label of an amount */
export function choiceOf(
  command: Command,
  { label, of, outputStep }: ChosenFlags,
  { model, labels }: Pick<Subject, "model" | "labels">,
): ObjectiveChoice {
  // One output that is no probability: there is nothing to choose from.
  const alone = model.outputSize === 1 && !endsInProbabilities(model);
  refuseIdle(command, { label: alone && "with a network of one output that is an amount" });
  const target = targetOf(label, labels);
  return {
    ...(of === undefined ? {} : { kind: of }),
    ...(outputStep === undefined ? {} : { outputStep: outputStep - 1 }),
    ...(target === undefined ? {} : { target }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** The index of a class by its name, or by its number where names are not known. */
function targetOf(label: string | undefined, labels: readonly string[] | undefined): number | undefined {
  if (label === undefined) return undefined;
  if (labels) return labels.indexOf(oneOf(label, labels, "--label"));
  return whole("label")(label);
}
