/** What is explained: a model from a file or by name, and a text as the row it reads. */
import type { Command } from "commander";
import { InputError, inputError, oneOf } from "../../base/errors.js";
import { refuseNgrams } from "../../classifier/assemble.js";
import { PRESET_NAMES } from "../../classifier/presets.js";
import { endsInProbabilities, type ObjectiveChoice, type ObjectiveKind } from "../../explain/objective.js";
import { readSentence, type Sentence, sentenceOfIds } from "../../explain/sentence.js";
import type { Definitions } from "../../formats/python/script.js";
import type { Model } from "../../model/model.js";
import { isUnspaced } from "../../tokens/segment.js";
import { Vectorizer } from "../../tokens/vectorizer.js";
import { type EngineFlags, engineOptions, whole } from "../context.js";
import { refuseFiles } from "../data.js";
import { define, idleFor, namedModel, sourceOf } from "../models.js";
import { type Idle, refuseIdle } from "../options.js";
import { automaticError, idsOf, isAutomatic, openModel, outputNames, type TextReader } from "./open.js";

export interface SubjectFlags extends EngineFlags {
  define?: Definitions;
  ids?: number[];
  vocabulary?: number;
  length?: number;
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
  automatic: TextReader;
  text: string;
  title: string;
}

/** Sizes of a preset that is given no text. */
const SIZES = { vocabulary: 1000, length: 200 };

export const numbers =
  (name: string) =>
  (text: string): number[] =>
    text.split(",").map(whole(name));

/** MODEL and TEXT, with the options that go with them. */
export function subjectOptions(command: Command): Command {
  command
    .argument(
      "<model>",
      `a model file, a Keras script (.py, never run), or a preset, untrained: ${PRESET_NAMES.join(", ")}`,
    )
    .argument("[text...]", "the text to explain it on")
    .option("--ids <list>", "a row of ids in place of the text, as 4,17,9", numbers("ids"))
    .option("--vocabulary <n>", "of a preset (default: the text's words)", whole("vocabulary", 2))
    .option("--length <n>", "of a preset's rows (default: the text's)", whole("length", 1))
    .option("--classes <n>", "of a preset", whole("classes", 2), 2)
    .option("--seed <n>", "of weights that are drawn afresh", whole("seed"), 0)
    .option(
      "--define <expression=value>",
      'what a script computes, in its words: "len(chars)=57" (repeatable)',
      define,
    );
  return engineOptions(command);
}

/** Options of presets and of scripts; the seed draws weights, which a model file has. */
export function idleForSubject(source: string): Idle {
  const drawn = sourceOf(source) === "a model file" && "with a model file, which has its weights";
  return { ...idleFor(source), seed: drawn };
}

export const hasText = (text: readonly string[], { ids }: SubjectFlags): boolean =>
  ids !== undefined || text.join("").trim() !== "";

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
  if (flags.ids && words.trim() !== "") {
    throw inputError({ expected: "a text or --ids, not both", where: "explain", received: words });
  }
  if (!hasText(text, flags)) {
    throw inputError({
      expected: "a text, or --ids",
      where: "explain",
      next: 'As in: "free entry in a weekly draw".',
    });
  }
  const preset = untrained(source, words, flags);
  if (preset) return preset;
  const opened = await openModel(source, flags);
  const { model, reader, name } = opened;
  if (reader && isAutomatic(reader)) {
    if (!flags.ids) return { automatic: reader, text: words, title: name };
    throw inputError({
      expected: "a text: an automatic classifier or regressor reads n-grams, whose ids are no words",
      where: "--ids",
      received: flags.ids,
    });
  }
  const ids = idsOf(reader);
  const labels = outputNames(reader);
  const named = labels ? { labels } : {};
  if (!ids) refuseNgrams(model, name);
  if (flags.ids)
    return {
      model,
      sentence: idSentence(model, flags.ids, ids?.vectorizer),
      title: name,
      ...named,
    };
  if (!ids) {
    throw new InputError(
      `${name}: this file has no vocabulary to read a text with. Give the row itself with --ids 4,17,9.`,
    );
  }
  return { model, sentence: readSentence(ids.vectorizer, words, ids.length), title: name, ...named };
}

/** Only a model, with or without a text. */
export async function openModelOnly(
  source: string,
  flags: SubjectFlags,
): Promise<{ model: Model; title: string; reader: TextReader | null }> {
  const { vocabulary = SIZES.vocabulary, length = SIZES.length, classes, seed } = flags;
  const model = namedModel(source, { vocabulary, length, classes }, { seed });
  if (model) return { model, title: `${source}, untrained (seed ${seed})`, reader: null };
  const opened = await openModel(source, flags);
  return { model: opened.model, title: opened.name, reader: opened.reader };
}

/** A preset whose vocabulary is the words of the text itself; null where the word names a file. */
function untrained(source: string, text: string, flags: SubjectFlags): Subject | null {
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

/** Ids as a row of the length that the model reads, padded in front. */
function idSentence(model: Model, ids: readonly number[], vectorizer?: Vectorizer): Sentence {
  const length = model.inputShapes[0]?.[0] ?? ids.length;
  if (ids.length > length) {
    throw inputError({ expected: `at most ${length} ids`, where: "--ids", received: ids.length });
  }
  const row = [...new Array<number>(length - ids.length).fill(0), ...ids];
  return sentenceOfIds(row, vectorizer?.vocabulary);
}

/** The options of what is explained of the outputs. */
export interface ChosenFlags {
  label?: string;
  /** Undefined: what is usual of the model. */
  of?: ObjectiveKind;
}

/** What is explained of the outputs, where all is not left to the model. @throws InputError for a label of an amount */
export function choiceOf(
  command: Command,
  { label, of }: ChosenFlags,
  { model, labels }: Pick<Subject, "model" | "labels">,
): ObjectiveChoice {
  // One output that is no probability: there is nothing to choose from.
  const alone = model.outputSize === 1 && !endsInProbabilities(model);
  refuseIdle(command, { label: alone && "with a network of one output that is an amount" });
  const target = targetOf(label, labels);
  return {
    ...(of === undefined ? {} : { kind: of }),
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
