/** Loss and metrics over a data set, without dropout. */
import { inputError, wholeNumber } from "../errors.js";
import type { Model } from "../model/model.js";
import { DEFAULT_BATCH, type EvaluateOptions, KERAS_BATCH, type Scores } from "../model/options.js";
import type { Rows } from "./arrays.js";
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
    metrics.update(out, steps.targets(plan), rows, steps.weights(data, null, from, to), steps.logits(plan));
    if (!(await measuring.goOn())) return null;
  }
  return { loss: loss / data.rows + steps.updater.regularize(), ...metrics.result() } as Scores;
}

/**
 * Outputs of many rows, [rows][outputs], as `predictFlat` gives them, with the thread handed on between batches.
 * @throws AbortError when the signal was given
 */
export async function predictInTurns(
  model: Model,
  { data, rows, shape }: Rows,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  checkSignal(signal, "evaluate signal");
  const size = shape.reduce((a, b) => a * b, 1);
  const outputs = model.outputSize;
  const out = new Float32Array(rows * outputs);
  const measuring = new Measuring(model, signal);
  let going = signal?.aborted !== true;
  for (let from = 0; going && from < rows; from += DEFAULT_BATCH) {
    const to = Math.min(from + DEFAULT_BATCH, rows);
    const part = { data: data.subarray(from * size, to * size), rows: to - from, shape };
    out.set(model.predictFlat(part).data, from * outputs);
    going = await measuring.goOn();
  }
  if (!going) throw new DOMException("evaluate was aborted", "AbortError");
  return out;
}
