/** A model in a worker: asked, measured, looked into and written there, while this thread is free. */
import { textOf, textsOf } from "../base/arguments.js";
import { inputError, knownOptions, oneOf } from "../base/errors.js";
import type { AmountPrediction } from "../classifier/amount-answer.js";
import type { AnswerOptions, Prediction } from "../classifier/answer.js";
import type { ClassifierEvaluation } from "../classifier/classifier.js";
import type { LabelSetPrediction } from "../classifier/label-set-answer.js";
import type { MultiLabelEvaluation } from "../classifier/multi-label.js";
import type { RegressorEvaluation } from "../classifier/regressor.js";
import type { LabelSetOptions } from "../data/read.js";
import type { EngineChoice } from "../engines/registry.js";
import type { Output } from "../model/options.js";
import type { SummaryOptions } from "../model/summary.js";
import type { WeightArray } from "../network/weights.js";
import type { CardOptions } from "../report/classifier-report.js";
import { Connection, WORKER_OPTIONS, type WorkerOptions } from "./connection.js";
import type { Explained } from "./explained.js";
import type { ExplanationName, Explanations } from "./explanations.js";
import type { ModelFacts, Settings } from "./model-host.js";
import type { ModelKind } from "./opening.js";
import {
  type DataSource,
  type FileSource,
  isSent,
  type ScriptSource,
  type SentFile,
  sendData,
  sendFile,
  sendScript,
  withNeighbours,
} from "./sources.js";
import { checkSendable } from "./transfer.js";

/** By what a file is opened as: what it is asked, answers, and is measured by. */
export interface ModelKinds {
  /** One label a text. */
  classifier: { asked: string; answer: Prediction; evaluation: ClassifierEvaluation };
  /** Any number of labels a text. */
  multiLabel: { asked: string; answer: LabelSetPrediction; evaluation: MultiLabelEvaluation };
  /** An amount a text. */
  regressor: { asked: string; answer: AmountPrediction; evaluation: RegressorEvaluation };
  /** Rows of numbers in and out. */
  network: { asked: ArrayLike<number> | ArrayLike<ArrayLike<number>>; answer: Output; evaluation: never };
}

const KINDS = ["classifier", "multiLabel", "regressor", "network"] as const satisfies readonly ModelKind[];

/** Options of `createModel`; all may be left out. */
export interface WorkerModelOptions<K extends ModelKind = ModelKind> extends WorkerOptions {
  /** What the file is: "classifier" (the default), "multiLabel", "regressor", or "network": a model that takes rows of numbers. */
  kind?: K;
  /** What messages call the file. */
  name?: string;
  /** Files that the file names and that lie beside it: the shards of a TensorFlow.js model.json. */
  beside?: readonly File[];
  /** Where it computes. Default "auto". */
  engine?: EngineChoice;
  /** Threads that share its work. */
  threads?: number;
  /** Gives up opening it. */
  signal?: AbortSignal;
}

/** Options of `evaluate` of a model in a worker. */
export interface WorkerEvaluateOptions {
  /** How the data is read: columns, format. */
  read?: Omit<LabelSetOptions, "onReject">;
  /** How many of the worst mistakes to list. Default 10. */
  mistakes?: number;
  /** As of `predict`. */
  reject?: number | null;
  /** Ends it: an AbortError is then thrown. */
  signal?: AbortSignal;
}

/** What an explanation takes, the model left out. */
export type ExplainArguments<N extends ExplanationName> = Explanations[N] extends (
  asked: Explained,
  ...args: infer A
) => unknown
  ? A
  : never;

/** What an explanation gives. */
export type ExplainResult<N extends ExplanationName> = Awaited<ReturnType<Explanations[N]>>;

/**
 * Opens a model in a worker.
 * @param source a File or Blob, bytes, a Response, a URL (in Node also a path), or the `file` of a model that is open; of kind
 * "network" also a Keras script, as text or by a file .py or .ipynb, which is parsed and never run: its weights are fresh
 * @throws InputError for what is no such file or script; WorkerError where there is no worker; AbortError
 * @example const spam = await createModel(new URL("spam.keras", location.href))
 */
export async function createModel<K extends ModelKind = "classifier">(
  source: FileSource | (K extends "network" ? ScriptSource : never),
  options: WorkerModelOptions<K> = {},
): Promise<WorkerModel<K>> {
  const where = "createModel";
  knownOptions(options, [...WORKER_OPTIONS, "kind", "name", "beside", "engine", "threads", "signal"], where);
  const { kind = "classifier", name, beside, engine, threads, signal } = options;
  oneOf(kind, KINDS, `${where} kind`);
  if (name !== undefined) textOf(name, `${where} name`);
  const connection = new Connection("model", options, where);
  const loading = {
    ...(name === undefined ? {} : { name }),
    ...(engine === undefined ? {} : { engine }),
    ...(threads === undefined ? {} : { threads }),
  };
  checkSendable(loading, where);
  const sent = isScriptText(source)
    ? await sendScript(source, where)
    : withNeighbours(await sendFile(source, where), beside, where);
  try {
    const facts = await connection.call("open", [{ sent, kind, options: loading }], { signal });
    return new WorkerModel<K>(connection, facts, sent, kind as K);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A model in a worker. Made by `createModel`, or `model()` of a training; end its worker with `close()`. */
export class WorkerModel<K extends ModelKind = ModelKind> {
  readonly #connection: Connection<"model">;
  readonly #facts: ModelFacts;
  /** What it was opened as. */
  readonly kind: K;
  /** What it was opened from: to open it again, or to compare others with it. */
  readonly file: SentFile | (K extends "network" ? ScriptSource : never);

  /** @param facts what the worker said when it was open */
  constructor(connection: Connection<"model">, facts: ModelFacts, file: SentFile | ScriptSource, kind: K) {
    this.#connection = connection;
    this.#facts = facts;
    this.file = file as typeof this.file;
    this.kind = kind;
  }

  /** What it is called in its file. */
  get name(): string {
    return this.#facts.name;
  }

  /** What the outputs stand for, in their order; none of a regressor or a network. */
  get labels(): readonly string[] {
    return this.#facts.labels;
  }

  /** Numbers in the weights. */
  get parameters(): number {
    return this.#facts.parameters;
  }

  /** "native", "wasm" or "reference". */
  get engine(): string {
    return this.#facts.engine;
  }

  /** What may make it answer otherwise than where it came from, a line each. */
  get notes(): readonly string[] {
    return this.#facts.notes;
  }

  /** The answer to a text; of a network the outputs of a row. @throws InputError; AbortError */
  async predict(
    asked: ModelKinds[K]["asked"],
    options: AnswerOptions & Signal = {},
  ): Promise<ModelKinds[K]["answer"]> {
    return (await this.predictMany([asked], options))[0]!;
  }

  /** As `predict`, several at a time: faster than one by one. */
  async predictMany(
    asked: readonly ModelKinds[K]["asked"][],
    { signal, ...options }: AnswerOptions & Signal = {},
  ): Promise<ModelKinds[K]["answer"][]> {
    if (this.kind !== "network") textsOf(asked, "model.predict");
    checkSendable([asked, options], "model.predict");
    const answers = await this.#connection.call("predict", [asked, options], { signal });
    return answers as ModelKinds[K]["answer"][];
  }

  /**
   * Every metric on labelled texts, and the worst mistakes.
   * @param data a file, read in the worker, or rows
   * @throws InputError; AbortError
   */
  async evaluate(
    data: DataSource,
    { read = {}, signal, ...options }: WorkerEvaluateOptions = {},
  ): Promise<ModelKinds[K]["evaluation"]> {
    checkSendable({ read, ...options }, "model.evaluate");
    const sent = await sendData(data, "model.evaluate");
    const figures = await this.#connection.call("evaluate", [sent, read, options], { signal });
    return figures as ModelKinds[K]["evaluation"];
  }

  /** Settles by what it answers, from now on: threshold or reject of a classifier, thresholds of several labels. */
  async settle(settings: Settings): Promise<void> {
    knownOptions(settings, ["threshold", "reject", "thresholds"], "model.settle");
    checkSendable(settings, "model.settle");
    await this.#connection.call("settle", [settings]);
  }

  /** All weights in Keras's order, named "lstm/kernel", copied. */
  async getWeights(): Promise<WeightArray[]> {
    return this.#connection.call("getWeights", []);
  }

  /** Replaces all weights; arrays in the order of `getWeights`. @throws InputError where they do not fit */
  async setWeights(values: readonly (ArrayLike<number> | WeightArray)[]): Promise<void> {
    checkSendable(values, "model.setWeights");
    await this.#connection.call("setWeights", [values]);
  }

  /** Keras's table of the layers, to the character. */
  async summary(options: SummaryOptions = {}): Promise<string> {
    checkSendable(options, "model.summary");
    return this.#connection.call("summary", [options]);
  }

  /**
   * A report as one HTML page: as `reportPage` of cellstate/report.
   * @param options evaluation: what `evaluate` found
   * @throws InputError of a network, which is no classifier or regressor
   */
  async report(
    options: Omit<CardOptions, "evaluation"> & { evaluation?: ModelKinds[K]["evaluation"] } = {},
  ): Promise<string> {
    checkSendable(options, "model.report");
    return this.#connection.call("report", [options]);
  }

  /** All of it as a .keras file. */
  async toBytes(): Promise<Uint8Array> {
    return (await this.toFiles("model.keras")).get("model.keras")!;
  }

  /** The files of a format, by their names: as `toFiles` of a classifier. @throws InputError */
  async toFiles(name: string): Promise<Map<string, Uint8Array>> {
    return this.#connection.call("toFiles", [textOf(name, "model.toFiles")]);
  }

  /**
   * Asks a function of cellstate/explain, without its model: a text may stand for the row or sentence that it is, a file for the
   * texts in it. `signal` among the options gives it up; `onProgress`, where the function has it, is told on the way.
   * @throws InputError; AbortError
   * @example const view = await model.explain("cellView", "what a film", { layer: "lstm" })
   */
  async explain<N extends ExplanationName>(name: N, ...args: ExplainArguments<N>): Promise<ExplainResult<N>> {
    const { given, signal, onProgress } = watched(args, textOf(name, "model.explain"));
    const sent = await Promise.all(given.map((value) => sendArgument(value, `explain ${name}`)));
    checkSendable(sent, `explain ${name}`);
    const watching = { onProgress: onProgress !== undefined };
    const result = await this.#connection.call("explain", [name, sent, watching], {
      signal,
      on: { explained: onProgress },
    });
    return result as ExplainResult<N>;
  }

  /** Ends the worker: calls that wait are rejected, further ones refused. */
  close(): void {
    this.#connection.close();
  }
}

const isScriptText = (source: unknown): source is ScriptSource =>
  typeof source === "object" && source !== null && "script" in source;

interface Signal {
  /** Gives it up: an AbortError is then thrown. */
  signal?: AbortSignal;
}

interface Watched {
  given: readonly unknown[];
  signal?: AbortSignal | undefined;
  onProgress?: ((...told: unknown[]) => unknown) | undefined;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Arguments without what watches the call, which stands among the options. */
function watched(args: readonly unknown[], name: string): Watched {
  const options = args.at(-1);
  if (!isPlain(options) || !("signal" in options || "onProgress" in options)) return { given: args };
  const { signal, onProgress, ...rest } = options;
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw inputError({ expected: "a function", where: `explain ${name} onProgress`, received: onProgress });
  }
  const given = [...args.slice(0, -1), ...(Object.keys(rest).length > 0 ? [rest] : [])];
  return {
    given,
    signal: signal as AbortSignal | undefined,
    onProgress: onProgress as Watched["onProgress"],
  };
}

const isFile = (value: unknown): value is Blob | URL | Response =>
  value instanceof Blob ||
  value instanceof URL ||
  (typeof Response === "function" && value instanceof Response);

/** Files among arguments, or among their options, as they cross. */
async function sendArgument(value: unknown, where: string): Promise<unknown> {
  if (isFile(value)) return sendFile(value, where);
  if (!isPlain(value) || isSent(value)) return value;
  const entries = Object.entries(value).map(async ([key, item]) => {
    return [key, isFile(item) ? await sendFile(item, `${where} ${key}`) : item] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
