/** Loss and metrics over a data set, without dropout. */
import { inputError, wholeNumber } from "../base/errors.js";
import type { WarningOptions } from "../base/notes.js";
import { DEFAULT_BATCH, type Network } from "../network/network.js";
import type { Dataset } from "./dataset.js";
import type { Trainer } from "./trainer.js";
import { Turns } from "./turns.js";

/** Rows a batch of Keras's, where what is in one batch makes a difference. */
const KERAS_BATCH = 32;

/** Options of `model.evaluate`. */
export interface EvaluateOptions extends WarningOptions {
  /** Rows a plan. Results depend on it only with a loss whose reduction is not "mean": 32 then, as in Keras. */
  batchSize?: number;
  /** A weight a row, by which the loss and the weighted metrics count it. */
  sampleWeight?: ArrayLike<number>;
  /** Ends it: `evaluate` then rejects with an AbortError. */
  signal?: AbortSignal;
}

/** Results of `evaluate`: loss and the compiled metrics. */
export type Scores = { loss: number; accuracy: number } & Record<string, number>;

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
    private readonly network: Network,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.version = network.runtime.version;
  }

  /** False when the signal was given. */
  async goOn(): Promise<boolean> {
    await this.turns.share();
    if (this.signal?.aborted) return false;
    if (this.network.runtime.version === this.version) return true;
    throw inputError({
      expected: "weights that stay as they are until it is done",
      where: `evaluate of model ${this.network.name}`,
      received: "other weights",
      next: "Await it before training on.",
    });
  }
}

/** Null when aborted. */
export async function evaluateDataset(
  trainer: Trainer,
  data: Dataset,
  options: EvaluateOptions,
): Promise<Scores | null> {
  const { signal, batchSize = trainer.compiled.loss.reduction === "mean" ? DEFAULT_BATCH : KERAS_BATCH } =
    options;
  wholeNumber(batchSize, "evaluate batchSize", 1);
  if (data.rows === 0) throw inputError({ expected: "at least one row", where: "evaluate x" });
  if (signal?.aborted) return null;
  const { outputSize } = trainer.network;
  const metrics = trainer.metrics();
  const out = new Float32Array(Math.min(batchSize, data.rows) * outputSize);
  const measuring = new Measuring(trainer.network, signal);
  let loss = 0;
  for (let from = 0; from < data.rows; from += batchSize) {
    const to = Math.min(from + batchSize, data.rows);
    const rows = to - from;
    const plan = trainer.plan(data, rows, { training: false });
    trainer.write(plan, data, null, from, to);
    loss += trainer.forward(plan) * rows;
    trainer.output(plan, out);
    checkOutputs(out.subarray(0, rows * outputSize), rows, from);
    metrics.update(
      out,
      trainer.targets(plan),
      rows,
      trainer.weights(data, null, from, to),
      trainer.logits(plan),
    );
    if (!(await measuring.goOn())) return null;
  }
  return { loss: loss / data.rows + trainer.updater.regularize(), ...metrics.result() } as Scores;
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
