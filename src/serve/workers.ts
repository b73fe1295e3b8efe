/** Several processes that serve at one address: each with models of its own; who ends unasked is replaced. */
import cluster, { type Worker } from "node:cluster";
import { InputError } from "../base/errors.js";
import { listenError, type Place } from "./host.js";
import { Listeners } from "./listeners.js";
import type { ServeLog } from "./options.js";
import { type Adding, adding } from "./sums.js";
import { type FromWorker, PORT, type ToWorker } from "./worker-side.js";

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

/** A port that was free may be taken before the first worker has it. */
const TRIES = 5;

/**
 * Starts as many workers, which run this program anew: `isWorker` tells it that it is one.
 * @param place where they serve, all at one port
 * @param isCounted whether their numbers are added up for `/metrics`
 * @throws InputError, or Error, that the first worker failed with
 */
export async function startWorkers(
  count: number,
  place: Place,
  onLog: (entry: ServeLog) => void,
  isCounted: boolean,
): Promise<Workers> {
  const sums = isCounted ? await adding() : null;
  for (let tries = 1; ; tries++) {
    const crew = new Crew(place.port || (await freePort(place)), onLog, sums);
    try {
      // The first alone: what is wrong with models or port is said once.
      const url = await crew.hire();
      await Promise.all(Array.from({ length: count - 1 }, () => crew.hire()));
      return { url, stop: () => crew.stop(), kill: () => crew.kill() };
    } catch (error) {
      crew.kill();
      const isTaken = (error as Error).message.startsWith(`${place.called("port")}:`);
      if (place.port !== 0 || !isTaken || tries === TRIES) throw error;
    }
  }
}

/** A number that is no other program's, at all addresses of the host. @throws InputError where the host is not this machine's */
async function freePort(place: Place): Promise<number> {
  const listeners = new Listeners({ timeout: 1, maxConnections: 1 });
  listeners.factory((_, response) => response.destroy());
  try {
    return await listeners.listen(0, place.host);
  } catch (error) {
    throw listenError(error, place);
  } finally {
    await listeners.close(0);
  }
}

/** A worker that does not tell its numbers in so many milliseconds has none. */
const TELLS_WITHIN = 2000;

/** What is known of a worker that serves. */
interface Hand {
  /** Who waits for its numbers. */
  readonly asked: Map<number, () => void>;
  /** As it told them last. */
  numbers: readonly object[];
}

class Crew {
  readonly #port: number;
  readonly #onLog: (entry: ServeLog) => void;
  readonly #adding: Adding | null;
  readonly #serving = new Map<Worker, Hand>();
  /** What those that ended had counted, as they told it last: a count that was told must not fall. */
  #ended: readonly object[] = [];
  #questions = 0;
  #isStopping = false;
  #pause = LEAST_PAUSE;

  constructor(port: number, onLog: (entry: ServeLog) => void, adding: Adding | null) {
    this.#port = port;
    this.#onLog = onLog;
    this.#adding = adding;
  }

  /** A worker that serves: its address. */
  hire(): Promise<string> {
    const worker = cluster.fork({ [PORT]: String(this.#port) });
    const born = performance.now();
    return new Promise((resolve, reject) => {
      let serves = false;
      worker.on("message", (message: FromWorker) => {
        if ("serves" in message) {
          serves = true;
          this.#serving.set(worker, { asked: new Map(), numbers: [] });
          // What it was told while it started nobody heard.
          if (this.#isStopping) tellToStop(worker);
          resolve(message.serves);
        } else if ("failed" in message)
          reject(message.isUsers ? new InputError(message.failed) : new Error(message.failed));
        else if ("asks" in message) void this.#tell(worker, message.asks);
        else this.#told(this.#serving.get(worker), message);
      });
      worker.on("exit", (code, signal) => {
        this.#gone(worker);
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

  #told(hand: Hand | undefined, { numbers, of }: { numbers: readonly object[]; of: number }): void {
    if (!hand) return;
    hand.numbers = numbers;
    hand.asked.get(of)?.();
  }

  #gone(worker: Worker): void {
    const hand = this.#serving.get(worker);
    if (!hand) return;
    this.#serving.delete(worker);
    if (this.#adding) this.#ended = this.#adding.kept([this.#ended, hand.numbers]);
    for (const told of hand.asked.values()) told();
  }

  async #tell(worker: Worker, id: number): Promise<void> {
    await Promise.all([...this.#serving].map(([one, hand]) => this.#askNumbers(one, hand)));
    const all = [this.#ended, ...[...this.#serving.values()].map(({ numbers }) => numbers)];
    const answer: ToWorker = { answers: id, text: this.#adding ? await this.#adding.text(all) : "" };
    if (worker.isConnected()) worker.send(answer);
  }

  /** Of one that ends, or that hangs, those stand that it told last. */
  #askNumbers(worker: Worker, { asked }: Hand): Promise<void> {
    const id = ++this.#questions;
    const question: ToWorker = { tell: id };
    return new Promise((resolve) => {
      const late = setTimeout(() => told(), TELLS_WITHIN);
      const told = () => {
        clearTimeout(late);
        asked.delete(id);
        resolve();
      };
      asked.set(id, told);
      if (worker.isConnected()) worker.send(question);
      else told();
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(
      crewNow().map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once("exit", () => resolve());
            tellToStop(worker);
          }),
      ),
    );
  }

  kill(): void {
    this.#isStopping = true;
    for (const worker of crewNow()) worker.process.kill("SIGKILL");
  }
}

function tellToStop(worker: Worker): void {
  const stop: ToWorker = { stop: true };
  if (worker.isConnected()) worker.send(stop);
}

const crewNow = (): Worker[] => Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
