/** What looks on in the worker while a network learns: tells of batches and epochs, keeps weights, and has it pause. */
import type { Prediction } from "../classifier/answer.js";
import type { TextClassifier } from "../classifier/classifier.js";
import type { Corpus } from "../classifier/corpus.js";
import { outputsOf } from "../classifier/corpus-answers.js";
import type { Callback, Model, TrainingProgress } from "../model/model.js";
import { confusionMatrix } from "../objectives/metrics/confusion.js";
import type { Logs } from "../train/training-state.js";
import type { Gate } from "./gate.js";
import type { KeptEpochs } from "./kept-epochs.js";
import type { Context } from "./protocol.js";
import type { Learnt } from "./reports.js";

/** What is told of a training. */
export interface Telling {
  /** Milliseconds between two messages about batches. */
  readonly interval: number;
  readonly gradientNorms: boolean;
  /** Texts whose answers are told of. */
  readonly probes: readonly string[];
}

/** The texts held out for validation. */
export interface HeldOut {
  readonly corpus: Corpus;
  readonly rows: Uint32Array;
}

export class TrainingWatch implements Callback {
  readonly wantsGradientNorms: boolean;
  /** What is learned, as it stands; there once training is prepared. */
  live: TextClassifier | null = null;
  /** Where training is; null before and after. */
  progress: TrainingProgress | null = null;
  heldOut: HeldOut | null = null;
  #waiting: Learnt[] = [];
  #told = Number.NEGATIVE_INFINITY;
  readonly #began = performance.now();
  #epochMs = 0;
  #since = 0;

  constructor(
    private readonly context: Context,
    private readonly telling: Telling,
    private readonly gate: Gate,
    private readonly kept: KeptEpochs,
  ) {
    this.wantsGradientNorms = telling.gradientNorms;
  }

  async onTrainBegin(progress: TrainingProgress): Promise<void> {
    this.progress = progress;
    if (progress.epoch === 0 && progress.batch === 0) this.keep(progress.model, 0);
    await this.gate.pass(placeOf(progress), false);
    this.tellProgress(progress);
  }

  onEpochBegin(): void {
    this.#epochMs = 0;
    this.#since = performance.now();
  }

  async onBatchEnd(progress: TrainingProgress, logs: Logs): Promise<void> {
    const { epoch, batch, batches, step, batchLoss: loss, gradientNorms } = progress;
    const { learningRate } = progress.model;
    const learnt = { epoch: epoch + 1, batch, batches, step, loss, logs, learningRate, gradientNorms };
    this.#waiting.push({ batch: { ...learnt, answers: null } });
    this.#tellInTime();
    this.#epochMs += performance.now() - this.#since;
    await this.gate.pass(placeOf(progress), true);
    this.#since = performance.now();
  }

  async onEpochEnd(progress: TrainingProgress, logs: Logs): Promise<void> {
    this.keep(progress.model, progress.epoch + 1);
    const confusion = await this.#confusion();
    const seconds = (this.#epochMs + performance.now() - this.#since) / 1000;
    const { epoch, epochs } = progress;
    const answers = this.#answers();
    this.#waiting.push({ epoch: { epoch: epoch + 1, epochs, logs, confusion, answers, seconds } });
    this.#tellInTime();
  }

  private keep(model: Model, epoch: number): void {
    this.kept.keep(epoch, () => model.weightSnapshot());
  }

  #tellInTime(): void {
    const due = performance.now() - this.#told >= this.telling.interval;
    if (due || this.gate.isCounting) this.flush();
  }

  /** What was not told of yet. The weights may not be those of the last batch any more: its answers are left out. */
  onTrainEnd(): void {
    this.flush(false);
  }

  /** Tells of what was learned since the last time. */
  flush(answering = true): void {
    const learnt = this.#waiting;
    const last = learnt.pop();
    if (!last || !this.progress) return;
    const answered =
      "batch" in last && answering ? { batch: { ...last.batch, answers: this.#answers() } } : last;
    this.#waiting = [];
    this.context.tell("learnt", [...learnt, answered]);
    this.tellProgress(this.progress);
    this.#told = performance.now();
  }

  private tellProgress({ epoch, epochs, batch, batches }: TrainingProgress): void {
    const phase = `epoch ${Math.min(epoch + 1, epochs)} of ${epochs}`;
    const seconds = (performance.now() - this.#began) / 1000;
    this.context.tell("progress", { phase, done: epoch * batches + batch, total: epochs * batches, seconds });
  }

  #answers(): Prediction[] {
    return this.telling.probes.length > 0 ? (this.live?.predictMany(this.telling.probes) ?? []) : [];
  }

  async #confusion(): Promise<number[][] | null> {
    const { live, heldOut } = this;
    if (!live || !heldOut || heldOut.rows.length === 0) return null;
    const { corpus, rows } = heldOut;
    const classes = corpus.classes(live.labels);
    const outputs = live.model.outputSize;
    return confusionMatrix({
      ...{ probabilities: await outputsOf(live, corpus, rows), outputs },
      labels: Int32Array.from(rows, (row) => classes[row]!),
      ...(outputs === 1 ? { threshold: live.threshold } : {}),
    });
  }
}

const placeOf = ({ epoch, batch, step }: TrainingProgress) => ({ epoch: epoch + 1, batch, step });
