/** What answers a trainer's calls, in its worker. Its methods are those calls. */

import { inputError } from "../base/errors.js";
import type { AnswerOptions, Prediction } from "../classifier/answer.js";
import type { ClassifierEvaluation, EvaluateTextsOptions, TextClassifier } from "../classifier/classifier.js";
import { readLabelled } from "../data/read.js";
import type { WeightArray } from "../network/weights.js";
import type { TrainingState } from "../train/training-state.js";
import type { Context } from "./context.js";
import { type DataOptions, type ReadData, readData } from "./read-data.js";
import type { Pause, ReadReport, TrainingSummary } from "./reports.js";
import { Running, type TrainOrder } from "./running.js";
import { openData, type SentData } from "./sources.js";

/** A training, and the epoch that is asked about; null: as it is now. */
export interface Place {
  readonly training: number;
  readonly epoch: number | null;
}

/** Of `evaluate`, what crosses. */
export type EvaluateOrder = Omit<EvaluateTextsOptions, "rows" | "signal">;

export class TrainerHost {
  #sent: SentData | null = null;
  #data: Promise<ReadData> | null = null;
  readonly #trainings = new Map<number, Running>();

  read(context: Context, sent: SentData, options: DataOptions): Promise<ReadReport> {
    this.#sent = sent;
    return this.readAgain(context, options);
  }

  async readAgain(context: Context, options: DataOptions): Promise<ReadReport> {
    if (!this.#sent) throw nothingRead("trainer.readAgain");
    this.#data = readData(context, this.#sent, options);
    // Whoever trains meanwhile hears of a failure, too.
    this.#data.catch(() => undefined);
    return (await this.#data).report;
  }

  async train(context: Context, training: number, order: TrainOrder): Promise<TrainingSummary> {
    if ([...this.#trainings.values()].some(({ hasEnded }) => !hasEnded)) {
      throw inputError({
        expected: "one training at a time",
        where: "trainer.train",
        next: "Wait for the other's done, cancel it, or make another trainer.",
      });
    }
    if (!this.#data) throw nothingRead("trainer.train");
    const running = new Running(order);
    this.#trainings.set(training, running);
    return running.run(
      context,
      this.#data.then(({ rows }) => rows),
    );
  }

  pause(_: Context, training: number): Promise<Pause> {
    return this.#running(training).gate.pause();
  }

  step(_: Context, training: number, batches: number): Promise<Pause> {
    const { gate } = this.#running(training);
    if (gate.isCounting) return gate.step(batches);
    throw inputError({
      expected: "a training that pauses",
      where: "training.step",
      next: "Call pause() first.",
    });
  }

  resume(_: Context, training: number): void {
    this.#running(training).gate.resume();
  }

  cancel(_: Context, training: number): void {
    this.#running(training).cancel();
  }

  state(_: Context, training: number): TrainingState {
    return this.#running(training).state();
  }

  predict(_: Context, place: Place, texts: readonly string[], options: AnswerOptions): Prediction[] {
    return this.#asked(place).predictMany(texts, options);
  }

  async evaluate(
    { signal }: Context,
    { training, epoch }: Place,
    sent: SentData | null,
    reading: DataOptions,
    options: EvaluateOrder,
  ): Promise<ClassifierEvaluation> {
    const running = this.#running(training);
    return running.during(epoch, async (classifier) => {
      if (sent)
        return classifier.evaluate(await readLabelled(openData(sent), reading), { ...options, signal });
      const { corpus, rows } = running.heldOut;
      return classifier.evaluate(corpus, { ...options, rows, signal });
    });
  }

  settle(_: Context, training: number, settings: { threshold?: number; reject?: number | null }): void {
    this.#running(training).settle(settings);
  }

  async toFiles(
    { move }: Context,
    { training, epoch }: Place,
    name: string,
  ): Promise<Map<string, Uint8Array>> {
    return move(await this.#running(training).during(epoch, (classifier) => classifier.toFiles(name)));
  }

  getWeights(_: Context, place: Place): WeightArray[] {
    return this.#asked(place).model.getWeights();
  }

  forget(_: Context, training: number): void {
    this.#running(training).forget();
    this.#trainings.delete(training);
  }

  #asked({ training, epoch }: Place): TextClassifier {
    return this.#running(training).classifier(epoch);
  }

  #running(training: number): Running {
    const running = this.#trainings.get(training);
    if (running) return running;
    throw inputError({
      expected: "a training of this trainer",
      where: "training",
      received: "one that was forgotten",
    });
  }
}

const nothingRead = (where: string) =>
  inputError({
    expected: "data that was read",
    where,
    received: "none",
    next: "Call trainer.read(file) first.",
  });
