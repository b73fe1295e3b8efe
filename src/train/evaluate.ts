/** Loss and metrics over a data set, without dropout. */
import { inputError, wholeNumber } from "../base/errors.js";
import type { Model } from "../model/model.js";
import { DEFAULT_BATCH, type EvaluateOptions, KERAS_BATCH, type Scores } from "../model/options.js";
import type { Dataset } from "./dataset.js";
import { Turns } from "./turns.js";

/** @throws InputError for what is no signal, such as the controller of one */
export function checkSignal(signal: unknown, where: string): void {
  if (signal === undefined || typeof (signal as AbortSignal | null)?.aborted === "boolean") return;
  throw inputError({ expected: "an AbortSignal (a controller's signal)", where, received: signal });
}

/**
 * Hands the thread on while a long measurement runs, and tells whether it may go on.
 * @throws InputError when the model's weights were changed meanwhile: the figures would be of no model
 */
export class Measuring {
  private readonly turns = new Turns();
  private readonly version: number;

  constructor(
    private readonly model: Model,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.version = model.runtime.version;
  }

  /** False when the signal was given. */
  async goOn(): Promise<boolean> {
    await this.turns.share();
    if (this.signal?.aborted) return false;
    if (this.model.runtime.version === this.version) return true;
    throw inputError({
      expected: "weights that stay as they are until it is done",
      where: `evaluate of model ${this.model.name}`,
      received: "other weights",
      next: "Await it before training on.",
    });
  }
}

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
  if (signal?.aborted) return null;
  const { steps } = model;
  const metrics = steps.metrics();
  const out = new Float32Array(Math.min(batchSize, data.rows) * model.outputSize);
  const measuring = new Measuring(model, signal);
  let loss = 0;
  for (let from = 0; from < data.rows; from += batchSize) {
    const to = Math.min(from + batchSize, data.rows);
    const rows = to - from;
    const plan = steps.plan(data, rows, { training: false });
    steps.write(plan, data, null, from, to);
    loss += steps.forward(plan) * rows;
    steps.output(plan, out);
    checkOutputs(out.subarray(0, rows * model.outputSize), rows, from);
    metrics.update(out, steps.targets(plan), rows, steps.weights(data, null, from, to), steps.logits(plan));
    if (!(await measuring.goOn())) return null;
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
