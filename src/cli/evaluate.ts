/** cellstate evaluate MODEL [OTHER] DATA: every metric of a classifier on labelled texts; of two, which is better. */

import { Argument, type Command } from "commander";
import { InputError, inputError } from "../base/errors.js";
import { count, counted, decimal, percent } from "../base/numbers.js";
import { printable, printableJson } from "../base/text.js";
import type { ClassifierEvaluation, TextClassifier } from "../classifier/classifier.js";
import { type ClassifierComparison, checkSameLabels, compareClassifiers } from "../classifier/compare.js";
import { MultiLabelClassifier } from "../classifier/multi-label.js";
import { TextRegressor } from "../classifier/regressor.js";
import type { EncodingReport } from "../tokens/vectorizer.js";
import type { AnyTextModel } from "./asking.js";
import { type EngineFlags, EXIT, Exit, engineOptions, interruption, note, say, whole } from "./context.js";
import {
  columnFlags,
  DATA,
  idleColumns,
  inFile,
  type LabelSetFlags,
  named,
  openLabelled,
  readCorpus,
  separatorFlag,
} from "./data.js";
import { refuseIdle } from "./options.js";
import { AMOUNTS, LABEL_SETS, type Measured, type OutputKind } from "./output-kinds.js";
import { checkOutputs } from "./outputs.js";
import { answerOptions, type RejectFlags, rejectOption } from "./reject.js";
import { styleFor } from "./terminal.js";
import { BEST, openClassifier, openTextModel, type VocabularyFlags, vocabularyFlags } from "./tokenizer.js";
import { comparisonText } from "./ui/comparison.js";
import { evaluationText } from "./ui/evaluation.js";
import { status } from "./ui/status.js";

interface Flags extends EngineFlags, LabelSetFlags, VocabularyFlags, RejectFlags {
  json?: boolean;
  mistakes?: number;
  /** Where the classifier goes, with its threshold. */
  out?: string;
}

/** How many mistakes are shown of one classifier, and of each of two. */
const MISTAKES = { one: 10, ofEach: 5 };

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
    .option("--out <file>", "with --threshold: save the classifier there, to answer by that threshold")
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
  engineOptions(vocabularyFlags(separatorFlag(columnFlags(rejectOption(command), true)), true)).action(
    async (model: string, rest: string[], flags: Flags) => {
      const { other, data } = namesOf(rest);
      refuseIdle(command, {
        mistakes: flags.json && "with --json",
        out: flags.threshold === undefined && "without --threshold",
        ...idleColumns(data),
      });
      await checkOutputs({ "--out": flags.out, "--rejects": flags.rejects }, [
        data,
        model,
        other,
        flags.labelMap,
      ]);
      if (other === undefined) {
        const opened = await openTextModel(model, flags);
        if (opened instanceof MultiLabelClassifier) await evaluateOutputs(opened, LABEL_SETS, data, flags);
        else if (opened instanceof TextRegressor) {
          const amounts = "with a regressor, which has no labels";
          refuseIdle(command, { labelMap: amounts, mergeLabels: amounts, labelSeparator: amounts });
          await evaluateOutputs(opened, AMOUNTS, data, flags);
        } else {
          refuseIdle(command, { labelSeparator: "with a classifier of one label a text" });
          await evaluateOne(opened, data, flags);
        }
      } else {
        const two = "with two classifiers, which are compared on every text";
        const best = flags.threshold === BEST && "with two classifiers, each of which has its own";
        refuseIdle(command, {
          reject: two,
          mergeLabels: "with two classifiers",
          out: "with two classifiers",
          labelSeparator: "with two classifiers",
          multiLabel: "with two classifiers",
          threshold: best,
        });
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

/** Of several labels a text, or an amount. */
async function evaluateOutputs<C, M extends AnyTextModel, E extends Measured>(
  made: M,
  kind: OutputKind<C, M, E>,
  data: string,
  flags: Flags,
): Promise<void> {
  const known = made instanceof MultiLabelClassifier ? { known: made.labels } : {};
  const evaluation = await measured(async (signal) => {
    const { corpus } = await kind.read(data, flags, made.encoder.frontEnd, known);
    const options = { mistakes: flags.mistakes ?? MISTAKES.one, signal, onProgress: status.told };
    const found = await kind.evaluate(made, corpus, options);
    if (flags.threshold !== BEST || !kind.suggest) return found;
    note(printable(kind.suggest(made, found)));
    return kind.evaluate(made, corpus, options);
  });
  if (flags.out !== undefined) await made.save(flags.out);
  sayUnknown(evaluation.encoding, evaluation.rows);
  for (const line of kind.leftOut(evaluation)) note(printable(line));
  say(flags.json ? printableJson(kind.summary(evaluation)) : kind.text(evaluation, styleFor(process.stdout)));
  if (flags.out !== undefined) note(printable(`Saved ${flags.out}`));
}

async function evaluateOne(classifier: TextClassifier, data: string, flags: Flags): Promise<void> {
  const evaluation = await measured(async (signal) => {
    const { corpus } = await readCorpus(data, flags, classifier.encoder.frontEnd, {
      known: classifier.labels,
    });
    const told = { signal, onProgress: status.told };
    const options = { mistakes: flags.mistakes ?? MISTAKES.one, ...told, ...answerOptions(flags) };
    const found = await inFile(data, () => classifier.evaluate(corpus, options));
    if (flags.threshold !== BEST) return found;
    classifier.threshold = suggested(found);
    return classifier.evaluate(corpus, options);
  });
  if (flags.out !== undefined) await classifier.save(flags.out);
  sayUnknown(evaluation.encoding, evaluation.rows);
  sayUnknownLabels(evaluation);
  say(
    flags.json
      ? printableJson(evaluationSummary(evaluation))
      : evaluationText(evaluation, styleFor(process.stdout)),
  );
  if (flags.out !== undefined) note(printable(`Saved ${flags.out}`));
}

async function compareTwo(model: string, other: string, data: string, flags: Flags): Promise<void> {
  const a = await openClassifier(model, flags);
  const b = await openClassifier(other, flags);
  checkSameLabels(a.labels, b.labels, other);
  const comparison = await measured(async (signal) => {
    const mistakes = flags.mistakes ?? MISTAKES.ofEach;
    const rows = await openLabelled(data, flags);
    const found = await compareClassifiers(a, b, rows, { mistakes, signal, onProgress: status.told });
    for (const line of rows.notes) note(printable(`${data}: ${line}`));
    return found;
  });
  sayUnknownLabels(comparison.a);
  sayUnknown(comparison.a.encoding, comparison.rows, { name: model });
  sayUnknown(comparison.b.encoding, comparison.rows, { name: other });
  const names = { a: model, b: other };
  say(
    flags.json
      ? printableJson(comparisonSummary(comparison, names))
      : comparisonText(comparison, names, styleFor(process.stdout)),
  );
}

/** The threshold by which the second label's F1 is best, and what it changes, said. */
function suggested({ binary, labels, accuracy, perClass }: ClassifierEvaluation): number {
  const { threshold, bestF1 } = binary!;
  const change = (name: string, from: number, to: number) => `${name} ${percent(from)} → ${percent(to)}`;
  note(
    printable(
      `Threshold of ${JSON.stringify(labels[1])}: ${decimal(threshold, 3)} → ${decimal(bestF1.threshold, 3)}: ${change("its F1", perClass[1]!.f1, bestF1.f1)}, ${change("accuracy", accuracy, bestF1.accuracy)}. It was chosen by these texts, which flatters the figures below: measure on others.`,
    ),
  );
  return bestF1.threshold;
}

/** What is measured; Ctrl-C ends it. */
async function measured<T>(measure: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, release } = interruption();
  const result = await measure(signal).catch((error: unknown) => {
    throw signal.aborted ? new Exit(EXIT.interrupted, "Interrupted.") : error;
  });
  release();
  return result;
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

/** Rows that no answer could have right are counted apart. */
function sayUnknownLabels({ unknownLabels, rows }: ClassifierEvaluation): void {
  if (unknownLabels.length === 0) return;
  const left = unknownLabels.reduce((sum, one) => sum + one.rows, 0);
  const names = named(unknownLabels.map((one) => `${JSON.stringify(one.label)} (${one.rows})`));
  note(
    printable(
      `! ${counted(left, "row has", "rows have")} a label that the classifier does not know: ${names}. Measured on the other ${count(rows)}; --label-map says what they are called.`,
    ),
  );
}

/** The numbers of an evaluation that `--json` prints. */
export function evaluationSummary(evaluation: ClassifierEvaluation) {
  const { rows, loss, accuracy, macro, mcc, confusion, labels, calibration, rejecting, unknownLabels } =
    evaluation;
  const { logLoss, ...intervals } = evaluation.intervals;
  return {
    ...{ rows, loss, accuracy, macroF1: macro.f1, mcc, confusion, labels },
    ece: calibration.expectedError,
    intervals: { ...intervals, loss: logLoss },
    ...rejecting,
    ...(unknownLabels.length > 0 ? { unknownLabels } : {}),
    ...(evaluation.binary ? { threshold: evaluation.binary.threshold } : {}),
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
