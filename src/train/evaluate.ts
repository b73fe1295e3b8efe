/** Loss and metrics over a data set, without dropout. */
import { inputError, wholeNumber } from "../errors.js";
import type { Model } from "../model/model.js";
import { DEFAULT_BATCH, type EvaluateOptions, type Scores } from "../model/options.js";
import type { Dataset } from "./dataset.js";
import { Turns } from "./turns.js";

/** Null when aborted. */
export async function evaluateDataset(
  model: Model,
  data: Dataset,
  { batchSize = DEFAULT_BATCH, signal }: EvaluateOptions,
): Promise<Scores | null> {
  wholeNumber(batchSize, "evaluate batchSize", 1);
  if (data.rows === 0) throw inputError({ expected: "at least one row", where: "evaluate x" });
  const { steps } = model;
  const metrics = steps.metrics();
  const out = new Float32Array(Math.min(batchSize, data.rows) * model.outputSize);
  const turns = new Turns();
  let loss = 0;
  for (let from = 0; from < data.rows; from += batchSize) {
    const to = Math.min(from + batchSize, data.rows);
    const rows = to - from;
    const plan = steps.plan(data, rows, { training: false });
    steps.write(plan, data, null, from, to);
    loss += steps.forward(plan) * rows;
    steps.output(plan, out);
    checkOutputs(out.subarray(0, rows * model.outputSize), rows, from);
    metrics.update(out, steps.targets(plan), rows);
    await turns.share();
    if (signal?.aborted) return null;
  }
  return { loss: loss / data.rows + steps.updater.regularize(), ...metrics.result() } as Scores;
}

/** A metric compares outputs, and NaN compares with nothing: its row would count as an answer. */
function checkOutputs(out: Float32Array, rows: number, from: number): void {
  const bad = out.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw inputError({
    expected: "outputs that are finite numbers",
    where: `evaluate x, row ${from + Math.floor(bad / (out.length / rows))}`,
    received: out[bad],
    next: "Where that row is padding throughout, a mean over its steps has no value: leave such rows out.",
  });
}
