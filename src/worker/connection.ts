/** The caller's side of a worker: calls go out, what comes of each finds its way back; and when it ends, all hear of it. */
import { startWorker } from "#worker-start";
import { functionOf } from "../base/arguments.js";
import { inputError } from "../base/errors.js";
import type { Progress } from "../base/progress.js";
import { checkLongOptions } from "../base/progress.js";
import type { Events } from "./context.js";
import { abortError, unpackError, WorkerError } from "./errors.js";
import {
  type CallArguments,
  type CallName,
  type CallResult,
  type FromWorker,
  type Hosts,
  PROTOCOL,
} from "./protocol.js";
import { keepAlive, listen, type WorkerLike } from "./worker-like.js";

/** Where the worker comes from. */
export interface WorkerOptions {
  /** Of the worker's program, where a bundler does not bring it along: a file that imports `cellstate/worker-program`. */
  workerUrl?: string | URL;
  /** Starts the worker, in place of this library: `() => new Worker(…)` of such a file. */
  worker?: () => WorkerLike;
}

export const WORKER_OPTIONS = ["workerUrl", "worker"] as const;

/** Told of what happens during a call. */
export type Listeners = { readonly [E in keyof Events]?: ((...args: Events[E]) => unknown) | undefined };

/** Of a call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly on?: Listeners;
}

interface Pending {
  readonly where: string;
  readonly on: Listeners;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

const NEXT_PROGRAM =
  "Where a bundler does not know `new Worker(new URL(…))`, give `workerUrl` or `worker`; a page's Content-Security-Policy must allow it (worker-src). See docs/worker.md.";

export class Connection<H extends keyof Hosts> {
  readonly #host: H;
  readonly #options: WorkerOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: WorkerLike | null = null;
  #lastId = 0;
  #isReady = false;
  /** Why no more calls are taken. */
  #ended: Error | null = null;

  /** @throws InputError for options that are none */
  constructor(host: H, { workerUrl, worker }: WorkerOptions, where: string) {
    this.#host = host;
    if (workerUrl !== undefined && typeof workerUrl !== "string" && !(workerUrl instanceof URL)) {
      throw inputError({ expected: "a URL", where: `${where} workerUrl`, received: workerUrl });
    }
    if (worker !== undefined) functionOf(worker, `${where} worker`);
    if (workerUrl !== undefined && worker !== undefined) {
      throw inputError({ expected: "workerUrl or worker, not both", where });
    }
    this.#options = { ...(workerUrl === undefined ? {} : { workerUrl }), ...(worker ? { worker } : {}) };
  }

  /** What another worker of the same program is started with. */
  get options(): WorkerOptions {
    return this.#options;
  }

  /**
   * Calls a method of the host.
   * @throws InputError after `close`; AbortError when the signal is given; WorkerError when the worker ends; and whatever the
   * method throws, or a listener
   */
  call<N extends CallName<H>>(
    call: N,
    args: CallArguments<H, N>,
    { signal, on = {} }: CallOptions = {},
  ): Promise<CallResult<H, N>> {
    const where = `${this.#host}.${call}`;
    return new Promise<unknown>((resolve, reject) => {
      checkLongOptions({ signal }, where);
      if (this.#ended) throw this.#ended;
      if (signal?.aborted) throw abortError(where);
      const worker = this.#open();
      const id = ++this.#lastId;
      const abort = () => {
        worker.postMessage({ id, abort: true }, []);
        this.#end(id)?.reject(abortError(where));
      };
      const settled = () => signal?.removeEventListener("abort", abort);
      this.#pending.set(id, {
        ...{ where, on },
        resolve: (result) => {
          settled();
          resolve(result);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      try {
        worker.postMessage({ id, host: this.#host, call, args }, []);
      } catch (error) {
        this.#end(id);
        throw error;
      }
      signal?.addEventListener("abort", abort);
      keepAlive(worker, true);
      queueMicrotask(() => this.#tell(id, "progress", [this.#beginning()]));
    }) as Promise<CallResult<H, N>>;
  }

  /** What is told at once, whatever the worker is at. */
  #beginning(): Progress {
    const phase = this.#isReady ? "waiting for the worker" : "starting the worker";
    return { phase, done: 0, total: null, seconds: 0 };
  }

  /** The worker, started with the first call. */
  #open(): WorkerLike {
    if (this.#worker) return this.#worker;
    const { worker: start, workerUrl } = this.#options;
    let worker: WorkerLike;
    try {
      worker = start ? start() : startWorker(workerUrl);
    } catch (error) {
      throw new WorkerError(`The worker could not be started: ${String(error)}. ${NEXT_PROGRAM}`, {
        cause: error,
      });
    }
    listen(worker, {
      message: (message) => this.#hear(message),
      failed: (why) => this.#fail(why),
    });
    return (this.#worker = worker);
  }

  #hear(message: unknown): void {
    const said = (message ?? {}) as Partial<FromWorker & { id: number }>;
    const { id } = said;
    if ("ready" in said) {
      if (said.ready === PROTOCOL) this.#isReady = true;
      else this.#fail(`its program speaks version ${said.ready}, and this is version ${PROTOCOL}`);
    } else if (id === undefined) this.#fail("it said what is no message of its program");
    else if ("event" in said) this.#tell(id, said.event!, said.args ?? []);
    else if ("error" in said) this.#end(id)?.reject(unpackError(said.error!));
    else if ("result" in said) this.#end(id)?.resolve(said.result);
    else this.#fail("it said what is no message of its program");
  }

  /** A listener that throws ends its call with what it threw. */
  #tell(id: number, event: keyof Events, args: readonly unknown[]): void {
    const pending = this.#pending.get(id);
    const listener = pending?.on[event] as ((...args: readonly unknown[]) => unknown) | undefined;
    try {
      listener?.(...args);
    } catch (error) {
      this.#worker?.postMessage({ id, abort: true }, []);
      this.#end(id)?.reject(error);
    }
  }

  /** Takes a call off the list; undefined where it has ended already. */
  #end(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0 && this.#worker) keepAlive(this.#worker, false);
    return pending;
  }

  #fail(why: string): void {
    if (this.#ended) return;
    const next = this.#isReady ? "What it held is lost: make another." : NEXT_PROGRAM;
    this.#finish(
      (where) => new WorkerError(`${where}: the worker ended before it answered: ${why}. ${next}`),
      new WorkerError(`The worker of this ${this.#host} has ended: ${why}. ${next}`),
    );
  }

  /** Ends the worker. Calls that wait are rejected, and further ones refused. */
  close(): void {
    if (this.#ended) return;
    this.#finish(
      (where) => new WorkerError(`${where}: the ${this.#host} was closed before it answered.`),
      inputError({
        expected: `an open ${this.#host}`,
        where: this.#host,
        received: "one that was closed",
        next: `close() ended its worker: make another.`,
      }),
    );
  }

  #finish(reason: (where: string) => Error, ended: Error): void {
    this.#ended = ended;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    this.#worker?.terminate();
    this.#worker = null;
    for (const { where, reject } of waiting) reject(reason(where));
  }
}

/** Checks a function to be told, where it is given. */
export function listenerOf<T>(value: T | undefined, where: string): T | undefined {
  return value === undefined ? undefined : functionOf(value, where);
}
