/** What a classifier answers to the rows of a corpus, some at a time, so that an abort is heard. */

import { trainerOf } from "../model/model.js";
import { DEFAULT_BATCH } from "../network/network.js";
import type { EncodedBatch } from "../tokens/row-encoder.js";
import { inParts } from "../tokens/row-encoder.js";
import { type EncodingReport, newEncodingReport } from "../tokens/vectorizer.js";
import { checkSignal, Measuring } from "../train/evaluate.js";
import { inputsOf, noAnswer } from "./answering.js";
import type { Parts } from "./options.js";
import type { CorpusText, TextCorpus } from "./text-corpus.js";

/** Rows that lie in memory as a network reads them. */
const MOST_ENCODED = 2 ** 14;

/** What is told of the rows on the way. */
interface Watching {
  signal?: AbortSignal | undefined;
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
  { signal, encoding = newEncodingReport(), onEncoded }: Watching = {},
): Promise<Float32Array> {
  const outputs = model.outputSize;
  const all = new Float32Array(chosen.length * outputs);
  checkSignal(signal, "evaluate signal");
  const measuring = new Measuring(trainerOf(model).network, signal);
  if (signal?.aborted) throw aborted();
  for (let from = 0; from < chosen.length; from += MOST_ENCODED) {
    const some = Array.prototype.slice.call(chosen, from, from + MOST_ENCODED) as number[];
    const batches = encoder.encodeCorpus(corpus.texts, some, encoding);
    for (const { positions, inputs } of inParts(batches, DEFAULT_BATCH)) {
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
      if (!(await measuring.goOn())) throw aborted();
    }
    onEncoded?.(batches, some.length);
  }
  return all;
}

const aborted = () => new DOMException("evaluate was aborted", "AbortError");
