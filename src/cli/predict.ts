/** cellstate predict MODEL [TEXT…]: the label of each text, or of each line of standard input. */
import type { Command } from "commander";
import { chance } from "../base/numbers.js";
import { printable, printableJson } from "../base/text.js";
import type { Prediction } from "../classifier/answer.js";
import type { TextClassifier } from "../classifier/classifier.js";
import { decodeText } from "../data/decode.js";
import { LineSplitter } from "../data/records.js";
import { type EngineFlags, engineOptions, say } from "./context.js";
import { refuseFiles } from "./data.js";
import { answerOptions, type RejectFlags, rejectOption } from "./reject.js";
import { openClassifier, type VocabularyFlags, vocabularyFlags } from "./tokenizer.js";

interface Flags extends EngineFlags, VocabularyFlags, RejectFlags {
  json?: boolean;
}

/** Lines read before they are answered together: a batch is much faster than one by one. */
const BATCH = 256;

export function predictCommand(program: Command): void {
  const command = program
    .command("predict")
    .description("label texts: the given ones, or one a line from standard input")
    .argument("<model>", "a .keras file that train saved, or any Keras model with --tokenizer")
    .argument("[text...]", "texts to label")
    .option(
      "--json",
      "a JSON line each: { label, probability, scores }, with known, rejected and guess where they apply",
    );
  engineOptions(vocabularyFlags(rejectOption(command))).action(
    async (model: string, texts: string[], flags: Flags) => {
      refuseFiles("predict", texts, (file, isFolder) =>
        isFolder
          ? `For labelled texts in a folder: cellstate evaluate ${model} ${file}.`
          : `To label its lines: cellstate predict ${model} < ${file}. To label the name itself: echo ${file} | cellstate predict ${model}.`,
      );
      const classifier = await openClassifier(model, flags);
      if (texts.length > 0) return answer(classifier, texts, 1, flags);
      let line = 1;
      for await (const batch of lineBatches(process.stdin)) {
        answer(classifier, batch, line, flags);
        line += batch.length;
      }
    },
  );
}

function answer(classifier: TextClassifier, texts: readonly string[], first: number, flags: Flags): void {
  const { json } = flags;
  const rejecting = answerOptions(flags);
  for (const prediction of classifier.answers(texts, first, rejecting)) {
    say(json ? printableJson(asJson(prediction)) : asLine(prediction));
  }
}

/** An answer that was rejected is a guess: a reader of labels must not take it for one. */
function asJson(prediction: Prediction): object {
  return prediction.rejected ? { ...prediction, label: null, guess: prediction.label } : prediction;
}

/** "spam	98.2 %"; where it was rejected, "?	61.3 %	spam, unsure"; where it is of nothing known, "spam	87.0 %	no known word". */
function asLine({ label, probability, rejected, known }: Prediction): string {
  const [name, share] = [printable(label), chance(probability)];
  const remarks = [...(rejected ? [name, rejected] : []), ...(known === 0 ? ["no known word"] : [])];
  return [rejected ? "?" : name, share, ...(remarks.length > 0 ? [remarks.join(", ")] : [])].join("\t");
}

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
