/** What is explained: a model from a file or by name, and a text as the row it reads. */
import type { Command } from "commander";
import { inputError } from "../../base/errors.js";
import { refuseNgrams } from "../../classifier/assemble.js";
import { PRESET_NAMES } from "../../classifier/presets.js";
import { readSentence, type Sentence } from "../../explain/sentence.js";
import type { Definitions } from "../../formats/python/script.js";
import type { Model } from "../../model/model.js";
import { isUnspaced } from "../../tokens/segment.js";
import { Vectorizer } from "../../tokens/vectorizer.js";
import type { AnyTextModel } from "../asking.js";
import { type EngineFlags, engineOptions, whole } from "../context.js";
import { refuseFiles } from "../data.js";
import { define, idleFor, namedModel, sourceOf } from "../models.js";
import type { Idle } from "../options.js";
import { sideOptions, tokenizerOption } from "../tokenizer.js";
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
import { idSentence, refuseNumbers, rowSentence } from "./rows.js";

export interface SubjectFlags extends EngineFlags, ReadingFlags {
  define?: Definitions;
  ids?: number[];
  /** A file with the row itself. */
  row?: string;
  /** The recurrent layer that is looked into. */
  layer?: string;
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
    const sentence = rowSentence(model, await readRowFile(flags.row, model), ids?.vectorizer, flags.layer);
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
