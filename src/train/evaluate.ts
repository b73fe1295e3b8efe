/** Loss and metrics over a data set, without dropout. */
import { inputError, wholeNumber } from "../errors.js";
import type { Model } from "../model/model.js";
import { DEFAULT_BATCH, type EvaluateOptions, KERAS_BATCH, type Scores } from "../model/options.js";
import type { Dataset } from "./dataset.js";
import { Turns } from "./turns.js";

/** Null when aborted. */
export async function evaluateDataset(
  model: Model,
  data: Dataset,
  options: EvaluateOptions,
): Promise<Scores | null> {
  const { signal, batchSize = model.compiled.loss.reduction === "mean" ? DEFAULT_BATCH : KERAS_BATCH } =
    options;
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
    metrics.update(out, steps.targets(plan), rows, steps.weights(data, null, from, to), steps.logits(plan));
    await turns.share();
    if (signal?.aborted) return null;
  }
  return { loss: loss / data.rows + steps.updater.regularize(), ...metrics.result() } as Scores;
}
