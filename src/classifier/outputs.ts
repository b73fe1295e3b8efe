/** Asking a network for the outputs of texts that are encoded. */
import { ROWS } from "../base/pieces.js";
import type { Turns } from "../base/progress.js";
import type { Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import { type Network, rowsAtOnce } from "../network/network.js";
import { type EncodedBatch, inParts } from "../tokens/row-encoder.js";

/** Who answers: a network, and the model or predictor that asks it. */
export interface Answering {
  readonly network: Network;
  readonly model: Pick<Model, "predictFlat" | "predictFlatAsync">;
}

/** What a network of one input or several takes. */
export const inputsOf = (inputs: EncodedBatch["inputs"]): Rows | Rows[] =>
  inputs.length === 1 ? inputs[0]! : [...inputs];

/** The outputs of batches. All is asked at once, so that all is answered with the same weights. */
const outputsAtOnce = (batches: readonly EncodedBatch[], { model }: Answering): Promise<Rows[]> =>
  Promise.all(batches.map(({ inputs }) => model.predictFlatAsync(inputsOf(inputs))));

/** The outputs of batches, all with the same weights; of many rows in turns with others. */
export async function outputsLater(
  batches: readonly EncodedBatch[],
  answering: Answering,
  long: Turns,
): Promise<Rows[]> {
  const rows = batches.reduce((sum, { positions }) => sum + positions.length, 0);
  return (
    (rows > ROWS ? await outputsInTurns(batches, answering, long) : null) ?? outputsAtOnce(batches, answering)
  );
}

/** Some rows at a time; null where the weights were changed between, or the engine takes turns by itself. */
async function outputsInTurns(
  batches: readonly EncodedBatch[],
  { network, model }: Answering,
  long: Turns,
): Promise<Rows[] | null> {
  await network.ready();
  const { version, engine } = network.runtime;
  if (!engine.synchronous) return null;
  const outputs: Rows[] = [];
  for (const batch of batches) {
    const parts: Rows[] = [];
    for (const { inputs } of inParts([batch], rowsAtOnce(engine.threads))) {
      parts.push(await model.predictFlatAsync(inputsOf(inputs)));
      await long.did();
      if (network.runtime.version !== version) return null;
    }
    outputs.push(joined(parts));
  }
  return outputs;
}

function joined(parts: readonly Rows[]): Rows {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const { shape, data } = parts[0]!;
  const all = new Float32Array(rows * (data.length / parts[0]!.rows));
  let from = 0;
  for (const part of parts) {
    all.set(part.data, from);
    from += part.data.length;
  }
  return { data: all, rows, shape };
}
