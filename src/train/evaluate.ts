/** Loss and metrics over a data set, without dropout. */
import { inputError, wholeNumber } from "../base/errors.js";
import type { WarningOptions } from "../base/notes.js";
import { Long, type LongOptions } from "../base/progress.js";
import { type Network, rowsAtOnce } from "../network/network.js";
import type { ProcessGroup } from "../processes/group.js";
import type { Dataset } from "./dataset.js";
import type { Trainer } from "./trainer.js";

/** Rows a batch of Keras's, where what is in one batch makes a difference. */
const KERAS_BATCH = 32;

/** Options of `model.evaluate`. */
export interface EvaluateOptions extends WarningOptions, LongOptions {
  /** Rows a plan. Results depend on it only with a loss whose reduction is not "mean": 32 then, as in Keras. */
  batchSize?: number;
  /** A weight a row, by which the loss and the weighted metrics count it. */
  sampleWeight?: ArrayLike<number>;
}

/** Results of `evaluate`: loss and the compiled metrics. */
export type Scores = { loss: number; accuracy: number } & Record<string, number>;

/** Something long that computes on a network, whose figures would be of no model if its weights changed meanwhile. */
export class Measuring extends Long {
  private readonly version: number;

  constructor(
    private readonly network: Network,
    options: LongOptions,
    where: string,
  ) {
    super(options, where);
    this.version = network.runtime.version;
  }

  /** @throws AbortError when the signal was given; InputError when the network's weights were changed meanwhile */
  override hear(): void {
    super.hear();
    if (this.network.runtime.version === this.version) return;
    throw inputError({
      expected: "weights that stay as they are until it is done",
      where: `${this.where} of model ${this.network.name}`,
      received: "other weights",
      next: "Await it before training on.",
    });
  }
}

/** @throws AbortError */
export async function evaluateDataset(
  trainer: Trainer,
  data: Dataset,
  options: Pick<EvaluateOptions, "batchSize"> & { group?: ProcessGroup | null },
  long: LongOptions,
  phase = "evaluating",
): Promise<Scores> {
  const { group } = options;
  // Processes may have threads each in numbers of their own, and share plans of one size.
  const usual = rowsAtOnce(group?.size ?? trainer.network.runtime.engine.threads);
  const { batchSize = trainer.compiled.loss.reduction === "mean" ? usual : KERAS_BATCH } = options;
  wholeNumber(batchSize, "evaluate batchSize", 1);
  if (data.rows === 0) throw inputError({ expected: "at least one row", where: "evaluate x" });
  const { outputSize } = trainer.network;
  const metrics = trainer.metrics();
  const out = new Float32Array(Math.min(batchSize, data.rows) * outputSize);
  const measuring = new Measuring(trainer.network, long, "evaluate");
  measuring.begin(phase, data.rows);
  let loss = 0;
  for (let from = 0; from < data.rows; from += batchSize) {
    const to = Math.min(from + batchSize, data.rows);
    const rows = to - from;
    const plan = trainer.plan(data, rows, { training: false, group });
    trainer.write(plan, data, null, from, to);
    loss = trainer.forward(plan, loss);
    trainer.output(plan, out);
    checkOutputs(out.subarray(0, rows * outputSize), rows, from);
    metrics.update(
      out,
      trainer.targets(plan),
      rows,
      trainer.weights(data, null, from, to),
      trainer.logits(plan),
    );
    await measuring.did(rows);
  }
  measuring.end();
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
