/** Options for a vocabulary that was kept beside the model, and the classifier that comes of them. */

import type { Command } from "commander";
import { InputError, inputError } from "../base/errors.js";
import { readBytes } from "../base/node-files.js";
import { printable } from "../base/text.js";
import { assembleClassifier, ownVectorizer } from "../classifier/assemble.js";
import { TextClassifier } from "../classifier/classifier.js";
import { readVocabulary } from "../formats/vocabulary/index.js";
import { loadFile } from "../model/load.js";
import { FeatureEncoder } from "../tokens/feature-encoder.js";
import { type RowOptions, SIDES, type Side } from "../tokens/options.js";
import { Vectorizer } from "../tokens/vectorizer.js";
import { between, type EngineFlags, note, whole } from "./context.js";
import { sayNotes } from "./notes.js";
import { choice } from "./options.js";

export interface VocabularyFlags {
  tokenizer?: string;
  padding?: Side;
  truncating?: Side;
  length?: number;
  vocabulary?: number;
  labels?: string[];
  threshold?: number | typeof BEST;
}

const TOKENIZER_HELP =
  "the vocabulary of the texts: tokenizer.json, tokenizer.pkl, word_index.json, vocabulary.txt or a .keras file";

export const SEGMENT_HELP =
  "how Chinese, Japanese, Thai … are cut, which set no spaces between words (default: as the texts need)";

export function tokenizerOption(command: Command): Command {
  return command.option("--tokenizer <file>", TOKENIZER_HELP);
}

/** In place of a threshold: the one that the data says. */
export const BEST = "best";

/**
 * For models whose file does not say how texts become ids.
 * @param orBest whether the threshold may be found out, where there are labels to find it by
 */
export function vocabularyFlags(command: Command, orBest = false): Command {
  const threshold = between("threshold", 0, 1);
  return tokenizerOption(command)
    .addOption(choice("--pad, --padding <side>", "where short texts are filled up", SIDES))
    .addOption(choice("--truncate, --truncating <side>", "where long texts are cut", SIDES))
    .option("--length <n>", "ids in a row (default: the model's)", whole("length", 1))
    .option("--vocabulary <n>", "ids that count: Keras's num_words (default: all)", whole("vocabulary", 2))
    .option("--labels <a,b>", "what the classes are called, in their order", labelNames)
    .option(
      "--threshold <p>",
      `of two labels, the second is answered above this${orBest ? "; best: where its F1 on the data is best" : ""}`,
      (text) => (orBest && text === BEST ? BEST : threshold(text)),
    );
}

function labelNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.length >= 2 && names.every((name) => name !== "")) return names;
  throw inputError({ expected: "names with commas between, as ham,spam", where: "--labels", received: text });
}

/** Reads `--tokenizer`; says on stderr what it is and what was assumed. */
export async function readTokenizerFile(
  path: string,
  options: RowOptions & { size?: number | undefined },
): Promise<Vectorizer> {
  const { vectorizer, format, assumed } = readVocabulary(await readBytes(path), { name: path, ...options });
  note(printable(`${path}: ${format}, ${vectorizer.size.toLocaleString("en")} ids`));
  for (const line of assumed) note(printable(`${path}: assumed ${line}`));
  return vectorizer;
}

/** The classifier of a model file, whose vocabulary is in it or given beside it. */
export async function openClassifier(
  path: string,
  flags: EngineFlags & VocabularyFlags,
): Promise<TextClassifier> {
  const { engine, threads, tokenizer, padding, truncating, length, vocabulary: size } = flags;
  const { model, extras } = await loadFile(path, { engine, threads });
  const saved = extras === null ? null : TextClassifier.fromModel(model, extras, path);
  sayNotes(model, false);
  if (size !== undefined && !tokenizer) {
    throw new InputError("--vocabulary: expected --tokenizer FILE beside it, whose ids it counts.");
  }
  if (flags.threshold !== undefined && model.outputSize !== 1) {
    throw inputError({
      expected: "a model of one output, which answers the second of two labels above it",
      where: "--threshold",
      received: `${path}, which has ${model.outputSize} outputs and answers the likeliest`,
    });
  }
  const asked = flags.threshold === BEST ? undefined : flags.threshold;
  if (saved?.encoder instanceof FeatureEncoder)
    refuseParts({ tokenizer, padding, truncating, length, labels: flags.labels });
  const row = { padding, truncating };
  const asSaved = [tokenizer, padding, truncating, length, flags.labels].every((flag) => flag === undefined);
  if (saved && asSaved) {
    saved.threshold = asked ?? saved.threshold;
    return saved;
  }
  const vectorizer = tokenizer
    ? await readTokenizerFile(tokenizer, { ...row, size })
    : withRow(saved?.vectorizer ?? ownVectorizer(model), row);
  const labels = flags.labels ?? saved?.labels;
  const parts = {
    vectorizer,
    length: length ?? saved?.length,
    labels,
    ...(model.outputSize === 1 ? { threshold: asked ?? saved?.threshold } : {}),
  };
  const classifier = assembleClassifier(model, parts, path);
  if (!labels) note(printable(`${path}: labels ${classifier.labels.join(", ")}; name them with --labels`));
  return classifier;
}

/** @throws InputError for an option that an automatic classifier's own file leaves nothing to say by */
function refuseParts(flags: Readonly<Record<string, unknown>>): void {
  for (const [name, received] of Object.entries(flags)) {
    if (received === undefined) continue;
    throw inputError({
      expected: "to be left out with an automatic classifier, whose file has its n-grams and labels",
      where: `--${name}`,
      received,
    });
  }
}

/** The same vocabulary with other sides, where they are given. */
export function withRow(
  vectorizer: Vectorizer | undefined,
  { padding, truncating }: RowOptions,
): Vectorizer | undefined {
  if (!vectorizer || (padding === undefined && truncating === undefined)) return vectorizer;
  const { frontEnd, vocabulary, cuts } = vectorizer;
  const row = {
    padding: padding ?? vectorizer.padding,
    truncating: truncating ?? vectorizer.truncating,
  };
  return new Vectorizer(frontEnd, vocabulary, row, cuts);
}
