/** What a classifier answers to the rows of a corpus, some at a time, so that an abort is heard. */

import { checkLongOptions, type LongOptions } from "../base/progress.js";
import { trainerOf } from "../model/model.js";
import { rowsAtOnce } from "../network/network.js";
import type { EncodedBatch } from "../tokens/row-encoder.js";
import { inParts } from "../tokens/row-encoder.js";
import { type EncodingReport, newEncodingReport } from "../tokens/vectorizer.js";
import { Measuring } from "../train/evaluate.js";
import { noAnswer } from "./answering.js";
import type { Parts } from "./options.js";
import { inputsOf } from "./outputs.js";
import type { CorpusText, TextCorpus } from "./text-corpus.js";

/** Rows that lie in memory as a network reads them. */
const MOST_ENCODED = 2 ** 14;

/** What is told of the rows on the way. */
interface Watching extends LongOptions {
  /** Counts what becomes of the texts. */
  encoding?: EncodingReport;
  /** Given the rows as they are encoded, so many at a time, in order. */
  onEncoded?(batches: readonly EncodedBatch[], rows: number): void;
}

/**
 * [rows][outputs] of a corpus's rows, all of them numbers.
 * @throws AbortError when the signal was given; InputError where an output is no number
 */
export async function outputsOf(
  { model, encoder }: Pick<Parts, "model" | "encoder">,
  corpus: TextCorpus<CorpusText>,
  chosen: ArrayLike<number>,
  { encoding = newEncodingReport(), onEncoded, ...options }: Watching = {},
): Promise<Float32Array> {
  const outputs = model.outputSize;
  const all = new Float32Array(chosen.length * outputs);
  checkLongOptions(options, "evaluate");
  const measuring = new Measuring(trainerOf(model).network, options, "evaluate");
  measuring.hear();
  const piece = rowsAtOnce(model.threads);
  for (let from = 0; from < chosen.length; from += MOST_ENCODED) {
    const some = Array.prototype.slice.call(chosen, from, from + MOST_ENCODED) as number[];
    measuring.begin("encoding", chosen.length, {}, from);
    const batches = await measuring.run(encoder.encodeCorpus(corpus.texts, some, encoding));
    measuring.begin("answering", chosen.length, {}, from);
    for (const { positions, inputs } of inParts(batches, piece)) {
      const { data: output } = model.predictFlat(inputsOf(inputs));
      for (let i = 0; i < positions.length; i++) {
        all.set(output.subarray(i * outputs, (i + 1) * outputs), (from + positions[i]!) * outputs);
      }
      const bad = output.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) {
        const row = Math.floor(bad / outputs);
        const { data, shape } = inputs[0]!;
        const ids = data.subarray(row * shape[0]!, (row + 1) * shape[0]!);
        const where = `row ${corpus.rowNumber(some[positions[row]!]!)}`;
        throw noAnswer(model, { ids, output: [output[bad]!], where }, model.getWeights());
      }
      await measuring.did(positions.length);
    }
    onEncoded?.(batches, some.length);
  }
  measuring.end();
  return all;
}
