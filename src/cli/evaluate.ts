/** cellstate evaluate MODEL [OTHER] DATA: every metric of a classifier on labelled texts; of two, which is better. */

import { Argument, type Command } from "commander";
import { InputError, inputError } from "../base/errors.js";
import { percent } from "../base/numbers.js";
import { printable, printableJson } from "../base/text.js";
import type { ClassifierEvaluation } from "../classifier/classifier.js";
import { type ClassifierComparison, checkSameLabels, compareClassifiers } from "../classifier/compare.js";
import { Corpus } from "../classifier/corpus.js";
import { readLabelledPath } from "../data/node-source.js";
import type { Data, LabelledRow } from "../data/read.js";
import type { EncodingReport } from "../tokens/vectorizer.js";
import { type EngineFlags, EXIT, Exit, engineOptions, interruption, note, say, whole } from "./context.js";
import { type ColumnFlags, columnFlags, idleColumns } from "./data.js";
import { refuseIdle } from "./options.js";
import { answerOptions, type RejectFlags, rejectOption } from "./reject.js";
import { styleFor } from "./terminal.js";
import { openClassifier, type VocabularyFlags, vocabularyFlags } from "./tokenizer.js";
import { comparisonText } from "./ui/comparison.js";
import { evaluationText } from "./ui/evaluation.js";

interface Flags extends EngineFlags, ColumnFlags, VocabularyFlags, RejectFlags {
  json?: boolean;
  mistakes?: number;
}

/** How many mistakes are shown of one classifier, and of each of two. */
const MISTAKES = { one: 10, ofEach: 5 };

const DATA = "CSV, TSV, JSONL (also .gz), a folder of label/*.txt, or - for standard input";

export function evaluateCommand(program: Command): void {
  const command = program
    .command("evaluate")
    .description("measure a classifier on labelled texts, or compare two on the same")
    .usage("[options] <model> [other] <data>")
    .argument("<model>", "a .keras file that train saved, or any Keras model with --tokenizer")
    .argument("<data...>", DATA)
    .option(
      "--mistakes <n>",
      `how many of the worst mistakes to show (default: ${MISTAKES.one}, of each of two ${MISTAKES.ofEach})`,
      whole("mistakes"),
    )
    .option("--json", "one JSON object in place of tables");
  // Only the last argument may stand for several: that the data comes last is said here, and seen to below.
  const [model] = command.registeredArguments;
  command.configureHelp({
    ...command.configureHelp(),
    visibleArguments: () => [
      model!,
      new Argument("[other]", "another, of the same labels, to compare it with"),
      new Argument("<data>", DATA),
    ],
  });
  engineOptions(vocabularyFlags(columnFlags(rejectOption(command)))).action(
    async (model: string, rest: string[], flags: Flags) => {
      const { other, data } = namesOf(rest);
      refuseIdle(command, { mistakes: flags.json && "with --json", ...idleColumns(data) });
      if (other === undefined) await evaluateOne(model, data, flags);
      else {
        refuseIdle(command, { reject: "with two classifiers, which are compared on every text" });
        await compareTwo(model, other, data, flags);
      }
    },
  );
}

/** What follows the first classifier: perhaps another, and the data. */
function namesOf(rest: readonly string[]): { other?: string; data: string } {
  const data = rest.at(-1)!;
  if (rest.includes("")) {
    throw inputError({ expected: "a name", where: data === "" ? "DATA" : "OTHER", received: "" });
  }
  if (rest.length === 1) return { data };
  if (rest.length === 2) return { other: rest[0]!, data };
  throw new InputError(
    `evaluate: expected MODEL DATA, or MODEL OTHER DATA, but received ${rest.length} classifiers and ${data}. Compare two at a time: of many comparisons some look like more than chance by chance.`,
  );
}

async function evaluateOne(model: string, data: string, flags: Flags): Promise<void> {
  const classifier = await openClassifier(model, flags);
  const evaluation = await measured(data, flags, async (rows, signal) => {
    const corpus = await Corpus.read(rows, classifier.encoder.frontEnd);
    sayNotes(rows, data);
    return classifier.evaluate(corpus, {
      mistakes: flags.mistakes ?? MISTAKES.one,
      signal,
      ...answerOptions(flags),
    });
  });
  sayUnknown(evaluation.encoding, evaluation.rows);
  say(
    flags.json
      ? printableJson(evaluationSummary(evaluation))
      : evaluationText(evaluation, styleFor(process.stdout)),
  );
}

async function compareTwo(model: string, other: string, data: string, flags: Flags): Promise<void> {
  const a = await openClassifier(model, flags);
  const b = await openClassifier(other, flags);
  checkSameLabels(a.labels, b.labels, other);
  const comparison = await measured(data, flags, async (rows, signal) => {
    const mistakes = flags.mistakes ?? MISTAKES.ofEach;
    const found = await compareClassifiers(a, b, rows, { mistakes, signal });
    sayNotes(rows, data);
    return found;
  });
  sayUnknown(comparison.a.encoding, comparison.rows, { name: model });
  sayUnknown(comparison.b.encoding, comparison.rows, { name: other });
  const names = { a: model, b: other };
  say(
    flags.json
      ? printableJson(comparisonSummary(comparison, names))
      : comparisonText(comparison, names, styleFor(process.stdout)),
  );
}

/** What is measured on the rows of the data, which are told of; Ctrl-C ends it. */
async function measured<T>(
  data: string,
  flags: ColumnFlags,
  measure: (rows: Data<LabelledRow>, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, release } = interruption();
  const rows = await readLabelledPath(data, flags);
  note(printable(`${data}: ${rows.description.found}`));
  const result = await measure(rows, signal).catch((error: unknown) => {
    throw signal.aborted ? new Exit(EXIT.interrupted, "Interrupted.") : error;
  });
  release();
  return result;
}

/** What there is to say of rows once all are read. */
function sayNotes(rows: Data<LabelledRow>, data: string): void {
  for (const line of rows.notes) note(printable(`${data}: ${line}`));
}

/** Measured on words that a classifier does not know, the numbers say little of it; `name` says of which of two. */
export function sayUnknown(
  { tokens, outOfVocabulary, emptyRows }: Pick<EncodingReport, "tokens" | "outOfVocabulary" | "emptyRows">,
  rows: number,
  { name, remedy }: { name?: string; remedy?: string } = {},
): void {
  const unknown = tokens === 0 ? 1 : outOfVocabulary / tokens;
  if (unknown < 0.25 && emptyRows < rows / 4) return;
  const of = name === undefined ? "" : `${printable(name)}: `;
  note(
    `! ${of}${percent(unknown)} of the words are not in the vocabulary, and ${emptyRows} of ${rows} texts hold no word that it knows: what is measured on them is a guess.${remedy === undefined ? "" : ` ${remedy}`}`,
  );
}

/** The numbers of an evaluation that `--json` prints. */
export function evaluationSummary(evaluation: ClassifierEvaluation) {
  const { rows, loss, accuracy, macro, mcc, confusion, labels, calibration, rejecting } = evaluation;
  const { logLoss, ...intervals } = evaluation.intervals;
  return {
    ...{ rows, loss, accuracy, macroF1: macro.f1, mcc, confusion, labels },
    ece: calibration.expectedError,
    intervals: { ...intervals, loss: logLoss },
    ...rejecting,
  };
}

/** The numbers of a comparison that `--json` prints; `a` and `b` begin with the files' names. */
function comparisonSummary(comparison: ClassifierComparison, names: { a: string; b: string }) {
  const { a, b, rows, both, neither, difference, mcnemar } = comparison;
  return {
    a: { model: names.a, ...evaluationSummary(a) },
    b: { model: names.b, ...evaluationSummary(b) },
    ...{ rows, both, neither, difference, mcnemar },
  };
}
