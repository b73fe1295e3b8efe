/** Options for a vocabulary that was kept beside the model, and the classifier that comes of them. */

import type { Command } from "commander";
import { InputError, inputError } from "../base/errors.js";
import { readBytes } from "../base/node-files.js";
import { printable } from "../base/text.js";
import {
  assembleClassifier,
  assembleMultiLabel,
  assembleRegressor,
  ownVectorizer,
  type ReadingParts,
} from "../classifier/assemble.js";
import { TextClassifier } from "../classifier/classifier.js";
import { MultiLabelClassifier } from "../classifier/multi-label.js";
import { TextRegressor } from "../classifier/regressor.js";
import { readVocabulary } from "../formats/vocabulary/index.js";
import { loadFile } from "../model/load.js";
import type { Model } from "../model/model.js";
import { FeatureEncoder } from "../tokens/feature-encoder.js";
import { type RowOptions, SIDES, type Side } from "../tokens/options.js";
import { textKindOf } from "../tokens/text-part.js";
import { Vectorizer } from "../tokens/vectorizer.js";
import { type AskedOutputs, saidByLastLayer } from "./asked-outputs.js";
import type { AnyTextModel } from "./asking.js";
import { between, type EngineFlags, note, whole } from "./context.js";
import { sayNotes } from "./notes.js";
import { choice } from "./options.js";
import type { RejectFlags } from "./reject.js";
import { status } from "./ui/status.js";

export interface VocabularyFlags {
  tokenizer?: string;
  padding?: Side;
  truncating?: Side;
  length?: number;
  vocabulary?: number;
  labels?: string[];
  threshold?: number | typeof BEST;
  /** Whether the outputs of a network alone are a question each. */
  multiLabel?: boolean;
}

const TOKENIZER_HELP =
  "the vocabulary of the texts: tokenizer.json, tokenizer.pkl, word_index.json, vocabulary.txt or a .keras file";

export const SEGMENT_HELP =
  "how Chinese, Japanese, Thai … are cut, which set no spaces between words (default: as the texts need)";

export function tokenizerOption(command: Command): Command {
  return command.option("--tokenizer <file>", TOKENIZER_HELP);
}

/** On which sides of a row texts are filled up and cut. */
export function sideOptions(command: Command): Command {
  return command
    .addOption(choice("--pad, --padding <side>", "where short texts are filled up", SIDES))
    .addOption(choice("--truncate, --truncating <side>", "where long texts are cut", SIDES));
}

const LABELS = ["--labels <a,b>", "what the classes are called, in their order", labelNames] as const;

export const labelsOption = (command: Command): Command => command.option(...LABELS);

/** In place of a threshold: the one that the data says. */
export const BEST = "best";

/**
 * For models whose file does not say how texts become ids.
 * @param orBest whether the threshold may be found out, where there are labels to find it by
 */
export function vocabularyFlags(command: Command, orBest = false): Command {
  const threshold = between("threshold", 0, 1);
  return sideOptions(tokenizerOption(command))
    .option("--length <n>", "ids in a row (default: the model's)", whole("length", 1))
    .option("--vocabulary <n>", "ids that count: Keras's num_words (default: all)", whole("vocabulary", 2))
    .option(...LABELS)
    .option("--multi-label", "of a network alone that ends in sigmoids: each answers a label by itself")
    .option(
      "--threshold <p>",
      `of two labels, the second is answered above this; of several labels a text, each of them${orBest ? "; best: where its F1 on the data is best" : ""}`,
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

/**
 * What a model file answers texts with: several labels, an amount, or else one label, where the vocabulary may be given beside it.
 * @throws InputError for options that are of classifiers of one label
 */
export async function openTextModel(
  path: string,
  flags: EngineFlags & VocabularyFlags & RejectFlags,
): Promise<AnyTextModel> {
  const { engine, threads } = flags;
  status.show(`opening ${path}`);
  return textModelOf(path, await loadFile(path, { engine, threads }), flags);
}

/** As `openTextModel`, of what was read. */
export async function textModelOf(
  path: string,
  { model, extras }: { model: Model; extras: unknown },
  flags: VocabularyFlags & RejectFlags,
): Promise<AnyTextModel> {
  const { threshold } = flags;
  const kind = textKindOf(extras);
  const said = extras === null ? outputsOf(model, flags) : null;
  if (said === "label sets") return multiLabelOf(path, model, flags);
  refuseParts({ "multi-label": flags.multiLabel }, "a file that says what its model answers");
  if (said === "amounts") return regressorOf(path, model, flags);
  if (kind === null || kind === "text-classifier") return classifierOf(path, { model, extras }, flags);
  sayNotes(model, false);
  const { tokenizer, padding, truncating, length, vocabulary, labels, reject } = flags;
  const several = kind === "multi-label-classifier";
  const what = `a ${several ? "classifier of several labels a text" : "regressor"}, whose file says all of it`;
  refuseParts({ tokenizer, padding, truncating, length, vocabulary, labels, reject }, what);
  if (!several) {
    refuseParts({ threshold }, what);
    return TextRegressor.fromModel(model, extras, path);
  }
  const classifier = MultiLabelClassifier.fromModel(model, extras, path);
  if (typeof threshold === "number") classifier.thresholds = classifier.labels.map(() => threshold);
  return classifier;
}

/** What the outputs of a network alone are: one linear unit is an amount, and sigmoids may be a question each. */
function outputsOf(model: Model, { multiLabel }: VocabularyFlags): AskedOutputs {
  if (multiLabel) return "label sets";
  return saidByLastLayer(model) === "amounts" ? "amounts" : "classes";
}

async function multiLabelOf(
  path: string,
  model: Model,
  flags: VocabularyFlags & RejectFlags,
): Promise<MultiLabelClassifier> {
  const { labels, threshold, reject } = flags;
  refuseParts({ reject }, "a classifier of several labels a text, which has thresholds");
  sayNotes(model, false);
  const reading = await readingOf(flags, model);
  const thresholds =
    typeof threshold === "number" ? { thresholds: Array<number>(model.outputSize).fill(threshold) } : {};
  const classifier = assembleMultiLabel(model, { ...reading, labels, ...thresholds }, path);
  if (!labels) sayLabels(path, classifier);
  return classifier;
}

async function regressorOf(
  path: string,
  model: Model,
  flags: VocabularyFlags & RejectFlags,
): Promise<TextRegressor> {
  const { labels, threshold, reject } = flags;
  refuseParts({ labels, threshold, reject }, "a network of one linear output, which is an amount");
  sayNotes(model, false);
  return assembleRegressor(model, await readingOf(flags, model), path);
}

/** What reads the texts of a model, by what is given; where nothing is, as its file says. */
export async function readingOf(
  { tokenizer, padding, truncating, length, vocabulary: size }: VocabularyFlags,
  model: Model,
  saved: TextClassifier | null = null,
): Promise<ReadingParts> {
  checkSize({ tokenizer, vocabulary: size });
  const row = { padding, truncating };
  const vectorizer = tokenizer
    ? await readTokenizerFile(tokenizer, { ...row, size })
    : withRow(saved?.vectorizer ?? ownVectorizer(model), row);
  return { vectorizer, length: length ?? saved?.length };
}

function checkSize({ tokenizer, vocabulary }: Pick<VocabularyFlags, "tokenizer" | "vocabulary">): void {
  if (vocabulary === undefined || tokenizer) return;
  throw new InputError("--vocabulary: expected --tokenizer FILE beside it, whose ids it counts.");
}

const sayLabels = (path: string, { labels }: { readonly labels: readonly string[] }) =>
  note(printable(`${path}: labels ${labels.join(", ")}; name them with --labels`));

/** The classifier of a model file, whose vocabulary is in it or given beside it. */
export async function openClassifier(
  path: string,
  flags: EngineFlags & VocabularyFlags,
): Promise<TextClassifier> {
  const { engine, threads } = flags;
  status.show(`opening ${path}`);
  return classifierOf(path, await loadFile(path, { engine, threads }), flags);
}

async function classifierOf(
  path: string,
  { model, extras }: { model: Model; extras: unknown },
  flags: VocabularyFlags,
): Promise<TextClassifier> {
  const { tokenizer, padding, truncating, length } = flags;
  const saved = extras === null ? null : TextClassifier.fromModel(model, extras, path);
  sayNotes(model, false);
  checkSize(flags);
  if (flags.threshold !== undefined && model.outputSize !== 1) {
    throw inputError({
      expected: "a model of one output, which answers the second of two labels above it",
      where: "--threshold",
      received: `${path}, which has ${model.outputSize} outputs and answers the likeliest`,
    });
  }
  const asked = flags.threshold === BEST ? undefined : flags.threshold;
  if (saved?.encoder instanceof FeatureEncoder)
    refuseParts(
      { tokenizer, padding, truncating, length, labels: flags.labels },
      "an automatic classifier, whose file has its n-grams and labels",
    );
  const asSaved = [tokenizer, padding, truncating, length, flags.labels].every((flag) => flag === undefined);
  if (saved && asSaved) {
    saved.threshold = asked ?? saved.threshold;
    return saved;
  }
  const labels = flags.labels ?? saved?.labels;
  const parts = {
    ...(await readingOf(flags, model, saved)),
    labels,
    ...(model.outputSize === 1 ? { threshold: asked ?? saved?.threshold } : {}),
  };
  const classifier = assembleClassifier(model, parts, path);
  if (!labels) sayLabels(path, classifier);
  if (!saved && saidByLastLayer(model) === "label sets") {
    const outputs = `${model.outputSize} sigmoid outputs`;
    note(
      `${printable(path)}: the likeliest of ${outputs} is answered; each may be a question of its own: --multi-label answers all`,
    );
  }
  return classifier;
}

/** @throws InputError for an option that there is nothing to say by. @param what with what, and why */
function refuseParts(flags: Readonly<Record<string, unknown>>, what: string): void {
  for (const [name, received] of Object.entries(flags)) {
    if (received === undefined) continue;
    throw inputError({
      expected: `to be left out with ${what}`,
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
