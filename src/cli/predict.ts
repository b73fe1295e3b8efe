/** cellstate predict MODEL [TEXT…]: the label of each text, or of each line of standard input. */

import { statSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { percent } from "../display/numbers.js";
import { printable, printableJson } from "../display/text.js";
import { inputError } from "../errors.js";
import type { TextClassifier } from "../text/classifier.js";
import { type EngineFlags, engineOptions, say } from "./context.js";
import { openClassifier, type VocabularyFlags, vocabularyFlags } from "./tokenizer.js";

interface Flags extends EngineFlags, VocabularyFlags {
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
    .option("--json", "a JSON line each: { label, probability, scores }");
  engineOptions(vocabularyFlags(command)).action(async (model: string, texts: string[], flags: Flags) => {
    refuseFiles(model, texts);
    const classifier = await openClassifier(model, flags);
    if (texts.length > 0) return answer(classifier, texts, flags);
    for await (const batch of lineBatches(process.stdin)) answer(classifier, batch, flags);
  });
}

/** A file's name among the texts is meant as the file, and would be labelled as three letters and an ending. */
function refuseFiles(model: string, texts: readonly string[]): void {
  const file = texts.find((text) => statSync(text, { throwIfNoEntry: false })?.isFile());
  if (file === undefined) return;
  throw inputError({
    expected: "texts, not a file's name",
    where: "predict",
    received: file,
    next: `To label its lines: cellstate predict ${model} < ${file}. To label the name itself: echo ${file} | cellstate predict ${model}.`,
  });
}

function answer(classifier: TextClassifier, texts: readonly string[], { json }: Flags): void {
  for (const prediction of classifier.predictMany(texts)) {
    if (json) say(printableJson(prediction));
    else say(`${printable(prediction.label)}\t${percent(prediction.probability)}`);
  }
}

/** Lines in batches; what is there is answered at once when the input pauses, so that a pipe can be talked to. */
async function* lineBatches(input: NodeJS.ReadableStream): AsyncGenerator<string[]> {
  let batch: string[] = [];
  let waiting = 0;
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  let next = lines.next();
  for (;;) {
    const pause = new Promise<"pause">((resolve) => setImmediate(resolve, "pause"));
    const line = await Promise.race([next, batch.length > 0 ? pause : next]);
    if (line === "pause") {
      // One idle turn is not yet a pause: the reader may be handing lines over.
      if (++waiting > 2) {
        yield batch;
        batch = [];
        waiting = 0;
      }
      continue;
    }
    waiting = 0;
    if (line.done) break;
    batch.push(line.value);
    next = lines.next();
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
