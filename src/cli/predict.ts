/**
 * cellstate predict MODEL [TEXT…]: the label (labels, amount) of each text, of each line of standard input, or of each row of a
 * table.
 */
import type { Command } from "commander";
import { inputError } from "../base/errors.js";
import { printableJson } from "../base/text.js";
import { TextRegressor } from "../classifier/regressor.js";
import { decodeText } from "../data/decode.js";
import { isStandardInput } from "../data/node-files.js";
import { LineSplitter } from "../data/records.js";
import { askingOf } from "./asking.js";
import { type EngineFlags, engineOptions, say } from "./context.js";
import { column, refuseFiles, tableFlags } from "./data.js";
import { type Idle, refuseIdle } from "./options.js";
import { checkOutputs } from "./outputs.js";
import { answerOptions, type RejectFlags, rejectOption } from "./reject.js";
import type { ScoringFlags } from "./scored-tables.js";
import { scoreTable } from "./scoring.js";
import { joinProcesses, several, threadsAmong } from "./together.js";
import { openTextModel, type VocabularyFlags, vocabularyFlags } from "./tokenizer.js";

interface Flags extends EngineFlags, VocabularyFlags, RejectFlags, ScoringFlags {}

/** Lines read before they are answered together: a batch is much faster than one by one. */
const BATCH = 256;

export function predictCommand(program: Command): void {
  const command = program
    .command("predict")
    .description("label texts: the given ones, one a line from standard input, or the rows of a table")
    .argument("<model>", "a .keras file that train saved, or any Keras model with --tokenizer")
    .argument(
      "[text...]",
      "texts to label; with --out, a table: CSV, TSV, JSONL, Parquet, or - for standard input",
    )
    .option(
      "--out <file>",
      "write the table there with columns of labels and probabilities, as its ending says or as it was; - for standard output",
    )
    .option("--scores", "with --out: a column for every label's probability, too")
    .option("--id <column>", "with --out and --json: the column that names a row", column)
    .option("--keep-formulas", "with --out: leave cells as they are that a spreadsheet would run as formulas")
    .option(
      "--json",
      "a JSON line each: { label, probability, scores }, with known, rejected and guess where they apply; of several labels a text { labels, scores }, of an amount { value }",
    );
  engineOptions(vocabularyFlags(rejectOption(tableFlags(command)))).action(
    async (model: string, texts: string[], flags: Flags) => {
      refuseIdle(command, idleInPredicting(flags));
      if (flags.out !== undefined) return predictTable(command, model, texts, flags);
      if (several) throw alone("none: without --out");
      refuseFiles("predict", texts, (file, isFolder) =>
        isFolder
          ? `For labelled texts in a folder: cellstate evaluate ${model} ${file}.`
          : `To label its rows: cellstate predict ${model} ${file} --out scored.csv. To label its lines: cellstate predict ${model} < ${file}. To label the name itself: echo ${file} | cellstate predict ${model}.`,
      );
      const asking = askingOf(await openTextModel(model, flags), answerOptions(flags));
      const answer = (asked: readonly string[], first: number) => {
        for (const each of asking.ask(asked, first))
          say(flags.json ? printableJson(each.json()) : each.line());
      };
      if (texts.length > 0) return answer(texts, 1);
      let line = 1;
      for await (const batch of lineBatches(process.stdin)) {
        answer(batch, line);
        line += batch.length;
      }
    },
  );
}

/** What is for tables only, and what for one kind of them. */
function idleInPredicting({ out, json }: Flags): Idle {
  const table = out === undefined && "without --out";
  return {
    ...{ text: table, delimiter: table, encoding: table, rejects: table },
    scores: table || (json && "with --json, which has them"),
    id: table || (!json && "without --json"),
    keepFormulas: table || (json && "with --json"),
  };
}

async function predictTable(
  command: Command,
  model: string,
  [data = "-", ...more]: string[],
  flags: Flags,
): Promise<void> {
  if (more.length > 0) {
    throw inputError({ expected: "one table with --out", where: "predict", received: [data, ...more] });
  }
  await checkOutputs({ "--out": flags.out === "-" ? undefined : flags.out, "--rejects": flags.rejects }, [
    model,
    data,
  ]);
  if (several && (flags.out === "-" || isStandardInput(data)))
    throw alone(flags.out === "-" ? "--out -" : "standard input");
  const communicator = await joinProcesses();
  const opened = await openTextModel(model, { ...threadsAmong(communicator, flags), ...flags });
  refuseIdle(command, { scores: opened instanceof TextRegressor && "with a regressor, which has no labels" });
  const answering = answerOptions(flags);
  if (!communicator) return scoreTable(opened, data, flags, answering);
  const { scoreTogether } = await import("./scoring-together.js");
  await scoreTogether({ path: model, model: opened }, data, flags, answering, communicator);
}

/** Of what several processes would do the same several times, or cannot cut. */
const alone = (found: string): Error =>
  inputError({
    expected: `a table's file to be labelled into another, predict MODEL DATA --out FILE, found ${found}`,
    where: "predict with mpirun",
    next: "Or run it without mpirun: one process uses all cores of its host.",
  });

/** Lines as they come: what is there is answered at once, so that a pipe can be talked to. */
async function* lineBatches(input: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const name = "standard input";
  const lines = new LineSplitter(name);
  for await (const text of decodeText(input, name)) {
    const whole = lines.push(text);
    for (let from = 0; from < whole.length; from += BATCH) yield whole.slice(from, from + BATCH);
  }
  const last = lines.end();
  if (last.length > 0) yield last;
}
