/** Several processes that serve at one address: each with models of its own; who ends unasked is replaced. */
import cluster, { type Worker } from "node:cluster";
import type { Registry } from "prom-client";
import { InputError } from "../base/errors.js";
import type { ServeLog } from "./options.js";
import { loadPromClient } from "./packages.js";
import type { Together } from "./serving.js";

/** What a worker tells the process that started it. */
type FromWorker =
  | { readonly serves: string }
  | { readonly failed: string; readonly isUsers: boolean }
  | { readonly asks: number }
  | { readonly numbers: readonly object[]; readonly of: number };

/** What it is told. */
type ToWorker =
  | { readonly stop: true }
  | { readonly answers: number; readonly text: string }
  | { readonly tell: number };

/** Milliseconds before a worker that ended is replaced; doubled where that ends at once, too. */
const LEAST_PAUSE = 50;
const MOST_PAUSE = 10_000;
/** A worker that lived so long had nothing wrong with its beginning. */
const LIVED = 5000;

/** Processes that serve together. */
export interface Workers {
  /** Where they serve. */
  readonly url: string;
  /** Has all end when they answered what they took. */
  stop(): Promise<void>;
  /** Ends all at once. */
  kill(): void;
}

/**
 * Starts as many workers, which run this program anew: `workerStart` tells it that it is one.
 * @param isCounted whether their numbers are added up for `/metrics`
 * @throws InputError, or Error, that the first worker failed with
 */
export async function startWorkers(
  count: number,
  onLog: (entry: ServeLog) => void,
  isCounted: boolean,
): Promise<Workers> {
  const crew = new Crew(onLog, isCounted ? await adding() : null);
  // The first alone: what is wrong with models or port is said once.
  const url = await crew.hire();
  try {
    await Promise.all(Array.from({ length: count - 1 }, () => crew.hire()));
  } catch (error) {
    crew.kill();
    throw error;
  }
  return { url, stop: () => crew.stop(), kill: () => crew.kill() };
}

/** Makes the numbers of all workers one. */
type Adding = (numbers: readonly (readonly object[])[]) => Promise<string>;

async function adding(): Promise<Adding> {
  const { AggregatorRegistry } = await loadPromClient();
  return (numbers) => AggregatorRegistry.aggregate([...numbers]).metrics();
}

/** A worker that does not tell its numbers in so many milliseconds has none. */
const TELLS_WITHIN = 2000;

class Crew {
  readonly #onLog: (entry: ServeLog) => void;
  readonly #adding: Adding | null;
  /** Those that answer, and what they are asked for their numbers. */
  readonly #serving = new Map<Worker, Map<number, (numbers: readonly object[] | null) => void>>();
  #questions = 0;
  #isStopping = false;
  #pause = LEAST_PAUSE;

  constructor(onLog: (entry: ServeLog) => void, adding: Adding | null) {
    this.#onLog = onLog;
    this.#adding = adding;
  }

  /** A worker that serves: its address. */
  hire(): Promise<string> {
    const worker = cluster.fork();
    const born = performance.now();
    return new Promise((resolve, reject) => {
      let serves = false;
      worker.on("message", (message: FromWorker) => {
        if ("serves" in message) {
          serves = true;
          this.#serving.set(worker, new Map());
          resolve(message.serves);
        } else if ("failed" in message)
          reject(message.isUsers ? new InputError(message.failed) : new Error(message.failed));
        else if ("asks" in message) void this.#tell(worker, message.asks);
        else this.#serving.get(worker)?.get(message.of)?.(message.numbers);
      });
      worker.on("exit", (code, signal) => {
        for (const told of this.#serving.get(worker)?.values() ?? []) told(null);
        this.#serving.delete(worker);
        reject(new Error(`a worker ended (${signal ?? code}) before it served`));
        if (serves && !this.#isStopping) this.#replace(worker, performance.now() - born, signal ?? code);
      });
    });
  }

  #replace({ process: { pid } }: Worker, lived: number, why: string | number): void {
    this.#pause = lived > LIVED ? LEAST_PAUSE : Math.min(2 * this.#pause, MOST_PAUSE);
    this.#onLog({ level: "error", message: `worker ${pid} ended (${why}): another one takes its place` });
    setTimeout(() => {
      if (this.#isStopping) return;
      this.hire().catch((error: Error) => {
        this.#onLog({ level: "error", message: error.message });
        if (!this.#isStopping) this.#replace({ process: { pid } } as Worker, 0, "it did not start");
      });
    }, this.#pause);
  }

  async #tell(worker: Worker, id: number): Promise<void> {
    const numbers = await Promise.all([...this.#serving.keys()].map((one) => this.#numbersOf(one)));
    const found = numbers.filter((one) => one !== null);
    const answer: ToWorker = { answers: id, text: this.#adding ? await this.#adding(found) : "" };
    if (worker.isConnected()) worker.send(answer);
  }

  /** Null of one that ends, or that hangs. */
  #numbersOf(worker: Worker): Promise<readonly object[] | null> {
    const asked = this.#serving.get(worker)!;
    const id = ++this.#questions;
    const question: ToWorker = { tell: id };
    return new Promise((resolve) => {
      const late = setTimeout(() => told(null), TELLS_WITHIN);
      const told = (numbers: readonly object[] | null) => {
        clearTimeout(late);
        asked.delete(id);
        resolve(numbers);
      };
      asked.set(id, told);
      if (worker.isConnected()) worker.send(question);
      else told(null);
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const stop: ToWorker = { stop: true };
    await Promise.all(
      crewNow().map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once("exit", () => resolve());
            if (worker.isConnected()) worker.send(stop);
          }),
      ),
    );
  }

  kill(): void {
    this.#isStopping = true;
    for (const worker of crewNow()) worker.process.kill("SIGKILL");
  }
}

const crewNow = (): Worker[] => Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);

/** Whether this process is a worker of another that serves. */
export const isWorker = (): boolean => cluster.isWorker;

/** A worker's side: what it tells, and when it is to end. */
export interface WorkerSide {
  serves(url: string): void;
  failed(error: unknown): void;
  /** Resolves when it is to end: told to, or left alone. Signals are for who started it: a terminal sends them to all. */
  readonly stopped: Promise<void>;
  /** The numbers of all. */
  readonly together: Together;
  /** Tells its own numbers to who adds them up. */
  counts(registry: Registry): void;
}

export function workerSide(): WorkerSide {
  const waiting = new Map<number, (text: string) => void>();
  // Where nobody listens any more there is nobody to tell.
  const send = (message: FromWorker) =>
    process.connected && process.send!(message, undefined, undefined, () => {});
  let asked = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
  const stopped = new Promise<void>((resolve) => {
    process.on("disconnect", () => {
      for (const told of waiting.values()) told("");
      resolve();
    });
    process.on("message", (message: ToWorker) => {
      if ("stop" in message) resolve();
      else if ("answers" in message) {
        waiting.get(message.answers)?.(message.text);
        waiting.delete(message.answers);
      }
    });
  });
  return {
    serves: (url) => void send({ serves: url }),
    failed(error) {
      const isUsers = error instanceof InputError;
      const failed = isUsers ? (error.typed ?? error.message) : String((error as Error).message);
      send({ failed, isUsers });
    },
    stopped,
    together: () =>
      new Promise((resolve) => {
        waiting.set(++asked, resolve);
        send({ asks: asked });
      }),
    counts(registry) {
      process.on("message", async (message: ToWorker) => {
        if ("tell" in message) send({ numbers: await registry.getMetricsAsJSON(), of: message.tell });
      });
    },
  };
}
