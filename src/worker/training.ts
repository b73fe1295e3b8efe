/** A training in a worker, as its owner holds it: where it is, what it has learned, and how it is steered. */
import { textOf, textsOf } from "../base/arguments.js";
import { knownOptions, wholeNumber } from "../base/errors.js";
import type { AnswerOptions, Prediction } from "../classifier/answer.js";
import type { ClassifierEvaluation } from "../classifier/classifier.js";
import type { WeightArray } from "../network/weights.js";
import type { TrainingState } from "../train/training-state.js";
import type { Connection } from "./connection.js";
import {
  createModel,
  type WorkerEvaluateOptions,
  type WorkerModel,
  type WorkerModelOptions,
} from "./model.js";
import type { Pause, TrainingSummary } from "./reports.js";
import { type DataSource, sendData } from "./sources.js";
import { checkSendable } from "./transfer.js";

/** What a training learned until an epoch, or until now: asked, measured and written in its worker. */
export class Learned {
  protected readonly connection: Connection<"trainer">;
  readonly #training: number;
  readonly #epoch: number | null;
  /** Settled once the worker knows of the training. */
  readonly #ordered: Promise<unknown>;

  /** @param epoch null: as it is now */
  constructor(
    connection: Connection<"trainer">,
    training: number,
    epoch: number | null,
    ordered: Promise<unknown>,
  ) {
    this.connection = connection;
    this.#training = training;
    this.#epoch = epoch;
    this.#ordered = ordered;
  }

  /** Which training, once its worker knows of it. */
  protected async place(): Promise<{ training: number; epoch: number | null }> {
    await this.#ordered;
    return { training: this.#training, epoch: this.#epoch };
  }

  /** The answer to a text. @throws InputError before anything is learned; AbortError */
  async predict(text: string, options: AnswerOptions & { signal?: AbortSignal } = {}): Promise<Prediction> {
    return (await this.predictMany([textOf(text, "training.predict")], options))[0]!;
  }

  /** As `predict`, several at a time. */
  async predictMany(
    texts: readonly string[],
    { signal, ...options }: AnswerOptions & { signal?: AbortSignal } = {},
  ): Promise<Prediction[]> {
    textsOf(texts, "training.predict");
    checkSendable(options, "training.predict");
    return this.connection.call("predict", [await this.place(), texts, options], { signal });
  }

  /**
   * Every metric on labelled texts that were not learned from, and the worst mistakes.
   * @param data by default the rows of its own data that were held out to measure on
   * @throws InputError, where no rows were held out, too; AbortError
   */
  async evaluate(
    data?: DataSource,
    { read = {}, signal, ...options }: WorkerEvaluateOptions = {},
  ): Promise<ClassifierEvaluation> {
    checkSendable({ read, ...options }, "training.evaluate");
    const sent = data === undefined ? null : await sendData(data, "training.evaluate");
    const { label, ...reading } = read;
    const column = Array.isArray(label) ? {} : { label: label as string | number | undefined };
    const asked = { ...reading, ...(column.label === undefined ? {} : { label: column.label }) };
    return this.connection.call("evaluate", [await this.place(), sent, asked, options], { signal });
  }

  /** All of it as a .keras file, whose network Python Keras opens too. */
  async toBytes(): Promise<Uint8Array> {
    return (await this.toFiles("model.keras")).get("model.keras")!;
  }

  /**
   * The files of a format, by their names.
   * @param name whose ending says the format: .keras, .safetensors, .onnx, .json (TensorFlow.js), .mjs or .html (a page to try it in)
   * @throws InputError for another ending
   */
  async toFiles(name: string): Promise<Map<string, Uint8Array>> {
    return this.connection.call("toFiles", [await this.place(), textOf(name, "training.toFiles")]);
  }

  /** All weights in Keras's order, copied: what `setWeights` of a model of this training takes. */
  async getWeights(): Promise<WeightArray[]> {
    return this.connection.call("getWeights", [await this.place()]);
  }

  /** The classifier in a worker of its own, to be asked and looked into while this one goes on learning. */
  async model(
    options: Omit<WorkerModelOptions<"classifier">, "kind" | "beside" | "workerUrl" | "worker"> = {},
  ): Promise<WorkerModel<"classifier">> {
    knownOptions(options, ["name", "engine", "threads", "signal"], "training.model");
    const bytes = (await this.toBytes()) as Uint8Array<ArrayBuffer>;
    return createModel(new Blob([bytes]), { ...options, ...this.connection.options });
  }
}

/** A training in a worker. Made by `train` of a trainer. */
export class Training extends Learned {
  /**
   * What came of it. Rejects with an AbortError where nothing was learned, or its signal was given; with a TrainingError when
   * the loss becomes NaN or infinite (what there was before is kept); with an InputError on data or options that cannot work.
   */
  readonly done: Promise<TrainingSummary>;
  readonly #at: (epoch: number) => Learned;

  /** @param done what came of it @param ordered once the worker knows of it */
  constructor(
    connection: Connection<"trainer">,
    training: number,
    done: Promise<TrainingSummary>,
    ordered: Promise<unknown>,
  ) {
    super(connection, training, null, ordered);
    this.done = done;
    this.#at = (epoch) => new Learned(connection, training, epoch, ordered);
  }

  async #number(): Promise<number> {
    return (await this.place()).training;
  }

  /** What was learned until the end of an epoch, from 1; 0: before the first step. Its weights are kept. @throws InputError */
  at(epoch: number): Learned {
    return this.#at(wholeNumber(epoch, "training.at epoch"));
  }

  /** Waits after the batch at work. @returns where it waits; or that it has ended */
  async pause(): Promise<Pause> {
    return this.connection.call("pause", [await this.#number()]);
  }

  /** Learns so many batches more, and waits again. @throws InputError where it does not pause */
  async step(batches = 1): Promise<Pause> {
    wholeNumber(batches, "training.step", 1);
    return this.connection.call("step", [await this.#number(), batches]);
  }

  /** Goes on after a pause. */
  async resume(): Promise<void> {
    return this.connection.call("resume", [await this.#number()]);
  }

  /** Ends it after the batch at work: `done` then resolves with what was learned until there. */
  async cancel(): Promise<void> {
    return this.connection.call("cancel", [await this.#number()]);
  }

  /** All that a later run of the same data and settings needs to go on from here to the same bits: `train({ resume })`. */
  async state(): Promise<TrainingState> {
    return this.connection.call("state", [await this.#number()]);
  }

  /** Settles by what the classifier answers, from now on, and what is saved of it. */
  async settle(settings: { threshold?: number; reject?: number | null }): Promise<void> {
    knownOptions(settings, ["threshold", "reject"], "training.settle");
    checkSendable(settings, "training.settle");
    return this.connection.call("settle", [await this.#number(), settings]);
  }

  /** Ends it, and frees what it holds in the worker. It must not be used after. */
  async forget(): Promise<void> {
    return this.connection.call("forget", [await this.#number()]);
  }
}
