/** Training in a worker: read a file there, learn from it, watch and steer, while this thread is free. */
import { booleanOf, textsOf } from "../base/arguments.js";
import { finiteNumber, inputError, knownOptions } from "../base/errors.js";
import type { Progress } from "../base/progress.js";
import type { TrainOptions, TrainProgress } from "../classifier/options.js";
import { Connection, listenerOf, WORKER_OPTIONS, type WorkerOptions } from "./connection.js";
import type { DataOptions } from "./read-data.js";
import type { BatchReport, EpochReport, Learnt, PreparedReport, ReadReport } from "./reports.js";
import { type DataSource, type FileSource, type ScriptSource, sendData, sendFile } from "./sources.js";
import { Training } from "./training.js";
import { checkSendable } from "./transfer.js";

/** What watches any call that takes long. */
export interface WatchOptions<P extends Progress = Progress> {
  /** Ends it: an AbortError is then thrown. */
  signal?: AbortSignal;
  /** Told how far it is, from the beginning on. */
  onProgress?(progress: P): void;
}

/** Options of `Trainer.read`: which columns, how the file is written, and who watches. */
export interface WorkerReadOptions extends DataOptions, WatchOptions {}

/** Options of `TextClassifier.train` that cross as they are. */
const CLONED = [
  ...([
    "effort",
    "maxSize",
    "budget",
    "replay",
    "vocabulary",
    "length",
    "text",
    "epochs",
    "patience",
  ] as const),
  ...(["batchSize", "validationSplit", "duplicates", "optimizer", "learningRate", "freezeVectors"] as const),
  ...(["balance", "target", "seed", "resume", "engine", "threads"] as const),
];

/** Options of `Trainer.train`; all may be left out. Those of `TextClassifier.train` mean the same here. */
export interface WorkerTrainOptions
  extends Pick<TrainOptions, (typeof CLONED)[number]>,
    WatchOptions<TrainProgress> {
  /** "auto" (the default), "linear", a preset's name; the text of a Keras script; or a model file to go on from. */
  model?: string | ScriptSource | Exclude<FileSource, string>;
  /** A file of word vectors to begin with: GloVe, word2vec or fastText. */
  vectors?: FileSource;
  /** Share of each label held out to measure on at the end; 0: none. Default 0.2. */
  testSplit?: number;
  /** Waits before the first batch, as after `pause`. Default false. */
  paused?: boolean;
  /** Whether the weights of every epoch are kept, for `at`. Default true; up to 256 MB, then the earliest are forgotten. */
  keepEpochs?: boolean;
  /** Texts whose answers are told of with batches and epochs. */
  probes?: readonly string[];
  /** Whether batches tell how large the gradient of each weight was. Default false. */
  gradientNorms?: boolean;
  /** Milliseconds between two messages about batches and epochs: those in between come together, and none is left out. Default 50. */
  interval?: number;
  /** Told once of a network, with everything in place and nothing learned yet. */
  onPrepared?(prepared: PreparedReport): void;
  /** Told of every batch of a network, in order. */
  onBatch?(batch: BatchReport): void;
  /** Told of every epoch of a network. */
  onEpoch?(epoch: EpochReport): void;
}

const OWN = [
  ...([
    "model",
    "vectors",
    "testSplit",
    "paused",
    "keepEpochs",
    "probes",
    "gradientNorms",
    "interval",
  ] as const),
  ...(["signal", "onProgress", "onPrepared", "onBatch", "onEpoch"] as const),
];

/** What an option of the library is called here. */
const INSTEAD: Readonly<Record<string, string>> = {
  callbacks: "onBatch, onEpoch and pause() are told in their place",
  vectorizer: "a model file brings its own",
  rows: "testSplit holds rows out",
  onStep: "onProgress is told in its place",
};

/**
 * A trainer whose work is done in a worker, which starts with the first call.
 * @throws InputError for options that are none
 * @example
 * const trainer = createTrainer();
 * await trainer.read(file);
 * const training = trainer.train({ model: "lstm", onEpoch: ({ epoch, logs }) => draw(epoch, logs) });
 * const { evaluation } = await training.done;
 */
export function createTrainer(options: WorkerOptions = {}): Trainer {
  knownOptions(options, WORKER_OPTIONS, "createTrainer");
  return new Trainer(new Connection("trainer", options, "createTrainer"));
}

/** Reads and learns in a worker. Made by `createTrainer`; end its worker with `close()`. */
export class Trainer {
  readonly #connection: Connection<"trainer">;
  /** The data that was sent last. */
  #sent: Promise<unknown> = Promise.resolve();
  #trainings = 0;

  /** @param connection to a worker that has a trainer */
  constructor(connection: Connection<"trainer">) {
    this.#connection = connection;
  }

  /**
   * Reads labelled texts: CSV, TSV, JSON, fastText's lines or Parquet, packed or not; or rows. Rows that cannot be used are left
   * out and told of. A File is not copied.
   * @throws InputError where the file is not what it should be; AbortError
   */
  read(source: DataSource, options: WorkerReadOptions = {}): Promise<ReadReport> {
    const { reading, watch } = readOptions(options, "trainer.read");
    const sending = sendData(source, "trainer.read");
    const report = sending.then((sent) => this.#connection.call("read", [sent, reading], watch));
    this.#sent = sending.catch(() => undefined);
    return report;
  }

  /** Reads what was sent last once more, by other columns or options. @throws InputError before `read`; AbortError */
  async readAgain(options: WorkerReadOptions = {}): Promise<ReadReport> {
    const { reading, watch } = readOptions(options, "trainer.readAgain");
    await this.#sent;
    return this.#connection.call("readAgain", [reading], watch);
  }

  /**
   * Learns from what was read. One training at a time; those that ended can still be asked, compared and saved.
   * @throws InputError for options that cannot cross or work
   */
  train(options: WorkerTrainOptions = {}): Training {
    const where = "trainer.train";
    const instead = Object.keys(options ?? {}).find((key) => Object.hasOwn(INSTEAD, key));
    if (instead !== undefined) throw notHere(instead, where);
    knownOptions(options, [...OWN, ...CLONED], where);
    const { model, vectors, signal, onProgress, onPrepared, onBatch, onEpoch } = options;
    const told = toldOf(options, where);
    const cloned = Object.fromEntries(
      CLONED.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
    ) as Pick<TrainOptions, (typeof CLONED)[number]>;
    checkSendable(cloned, where);
    if (typeof model === "object" && "script" in model) checkSendable(model, `${where} model`);
    const batchTold = listenerOf(onBatch, `${where} onBatch`);
    const epochTold = listenerOf(onEpoch, `${where} onEpoch`);
    const on = {
      progress: listenerOf(onProgress, `${where} onProgress`),
      prepared: listenerOf(onPrepared, `${where} onPrepared`),
      learnt: (all: readonly Learnt[]) => {
        for (const one of all) {
          if ("batch" in one) batchTold?.(one.batch);
          else epochTold?.(one.epoch);
        }
      },
    };
    const number = ++this.#trainings;
    const order = async () => {
      await this.#sent;
      const start =
        typeof model === "object" && !("script" in model) ? await sendFile(model, `${where} model`) : model;
      const words = vectors === undefined ? undefined : await sendFile(vectors, `${where} vectors`);
      return { ...told, options: cloned, model: start, vectors: words };
    };
    const ordered = order().then((given) => ({
      learning: this.#connection.call("train", [number, given], { signal, on }),
    }));
    const done = ordered.then(({ learning }) => learning);
    return new Training(this.#connection, number, done, ordered);
  }

  /** Ends the worker: calls that wait are rejected, further ones refused. */
  close(): void {
    this.#connection.close();
  }
}

function readOptions({ signal, onProgress, ...reading }: WorkerReadOptions, where: string) {
  checkSendable(reading, where);
  return { reading, watch: { signal, on: { progress: listenerOf(onProgress, `${where} onProgress`) } } };
}

/** What is told and kept of a training, checked. */
function toldOf(options: WorkerTrainOptions, where: string) {
  const {
    testSplit,
    paused = false,
    keepEpochs = true,
    probes = [],
    gradientNorms = false,
    interval = 50,
  } = options;
  if (testSplit !== undefined) finiteNumber(testSplit, `${where} testSplit`, 0, 0.9);
  booleanOf(paused, `${where} paused`);
  booleanOf(keepEpochs, `${where} keepEpochs`);
  booleanOf(gradientNorms, `${where} gradientNorms`);
  textsOf(probes, `${where} probes`);
  finiteNumber(interval, `${where} interval`, 0);
  return { testSplit, paused, keepEpochs, probes, gradientNorms, interval };
}

const notHere = (received: string, where: string) =>
  inputError({
    expected: "an option that can be sent to a worker",
    where,
    received,
    next: `Here ${INSTEAD[received]}.`,
  });
