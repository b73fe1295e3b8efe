/** cellstate evaluate MODEL DATA: every metric of a classifier on labelled texts. */

import type { Command } from "commander";
import { percent } from "../base/numbers.js";
import { printable, printableJson } from "../base/text.js";
import type { ClassifierEvaluation } from "../classifier/classifier.js";
import { Corpus } from "../classifier/corpus.js";
import { readLabelledPath } from "../data/node-source.js";
import { type EngineFlags, EXIT, Exit, engineOptions, interruption, note, say, whole } from "./context.js";
import { type ColumnFlags, columnFlags, idleColumns } from "./data.js";
import { refuseIdle } from "./options.js";
import { answerOptions, type RejectFlags, rejectOption } from "./reject.js";
import { styleFor } from "./terminal.js";
import { openClassifier, type VocabularyFlags, vocabularyFlags } from "./tokenizer.js";
import { evaluationText } from "./ui/evaluation.js";

interface Flags extends EngineFlags, ColumnFlags, VocabularyFlags, RejectFlags {
  json?: boolean;
  mistakes: number;
}

export function evaluateCommand(program: Command): void {
  const command = program
    .command("evaluate")
    .description("measure a classifier on labelled texts")
    .argument("<model>", "a .keras file that train saved, or any Keras model with --tokenizer")
    .argument("<data>", "CSV, TSV, JSONL (also .gz), a folder of label/*.txt, or - for standard input")
    .option("--mistakes <n>", "how many of the worst mistakes to show", whole("mistakes"), 10)
    .option("--json", "one JSON object in place of tables");
  engineOptions(vocabularyFlags(columnFlags(rejectOption(command)))).action(
    async (model: string, data: string, flags: Flags) => {
      refuseIdle(command, { mistakes: flags.json && "with --json", ...idleColumns(data) });
      const classifier = await openClassifier(model, flags);
      const { signal, release } = interruption();
      const rows = await readLabelledPath(data, flags);
      note(printable(`${data}: ${rows.description.found}`));
      const corpus = await Corpus.read(rows, classifier.encoder.frontEnd);
      for (const line of rows.notes) note(printable(`${data}: ${line}`));
      const evaluation = await classifier
        .evaluate(corpus, { mistakes: flags.mistakes, signal, ...answerOptions(flags) })
        .catch((error: unknown) => {
          throw signal.aborted ? new Exit(EXIT.interrupted, "Interrupted.") : error;
        });
      release();
      sayUnknown(evaluation);
      say(
        flags.json
          ? printableJson(evaluationSummary(evaluation))
          : evaluationText(evaluation, styleFor(process.stdout)),
      );
    },
  );
}

/** Measured on words that the classifier does not know, the numbers say little of it. */
function sayUnknown({ encoding: { tokens, outOfVocabulary, emptyRows, rows } }: ClassifierEvaluation): void {
  const unknown = tokens === 0 ? 1 : outOfVocabulary / tokens;
  if (unknown < 0.25 && emptyRows < rows / 4) return;
  note(
    `! ${percent(unknown)} of the words are not in the vocabulary, and ${emptyRows} of ${rows} texts hold no word that it knows: what is measured on them is a guess.`,
  );
}

/** The numbers of an evaluation that `--json` prints. */
export function evaluationSummary(evaluation: ClassifierEvaluation) {
  const { rows, loss, accuracy, macro, mcc, confusion, labels, rejecting } = evaluation;
  return { rows, loss, accuracy, macroF1: macro.f1, mcc, confusion, labels, ...rejecting };
}
