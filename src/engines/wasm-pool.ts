/**
 * Workers that share the tasks of a phase; the caller takes part. One pool for all engines of a JavaScript thread.
 *
 * One job at a time, described in shared words (WORDS). `generation` is odd while a job is open. A worker that sees a
 * new odd generation announces itself in `active`, looks again, takes one of `places` and draws task numbers from
 * `next`. The caller draws too; when the numbers run out it makes the generation even and waits for `active` to fall
 * to 0, after which no worker can be inside the job. native/pool.c is the same in C.
 */
import { spawnWorker, type WorkerHandle } from "#workers";
import type { KernelExports } from "./wasm-kernels.js";
import { failureOf, type Membership, type Message, sharedWords, WORDS } from "./wasm-messages.js";
import { workerProgram, workerVersion } from "./worker-program.js";

/** Looks at `active` before the caller goes to sleep. */
const SPINS = 20_000;
/** Milliseconds of a sleep, should a wake-up be lost. */
const NAP = 50;

/** The tasks of one phase: addresses of the program and of the indices where its tasks begin. */
export interface Job {
  program: number;
  starts: number;
  tasks: number;
  helpers: number;
}

export interface PoolMember {
  run(kernels: KernelExports, job: Job): void;
  /** Why there are no more workers than `workers`; null where all that were wanted are there, as far as is known. */
  readonly failure: string | null;
  readonly workers: number;
  leave(): void;
}

let workerUrl: string | URL | null = null;

/** Workers to come are started from a file, which holds the same program as the text that they are started from otherwise. */
export function startWorkersFrom(url: string | URL): void {
  workerUrl = url;
  pool?.tryAgain();
}

class Pool {
  private readonly control = sharedWords();
  private readonly workers: WorkerHandle[] = [];
  private readonly members = new Map<number, Membership>();
  private lastId = 0;
  private maySleep = true;
  /** Why a worker did not start: none is started after it. */
  failure: string | null = null;

  get begun(): number {
    return Atomics.load(this.control, WORDS.begun);
  }

  get size(): number {
    return this.workers.length;
  }

  join(membership: Membership): number {
    const id = ++this.lastId;
    this.members.set(id, membership);
    this.send({ kind: "join", id, ...membership });
    return id;
  }

  /** Whether the pool is empty now; its workers are then gone, and it must not be used again. */
  leave(id: number): boolean {
    this.members.delete(id);
    if (this.members.size === 0) for (const worker of this.workers.splice(0)) worker.terminate();
    else this.send({ kind: "leave", id });
    return this.members.size === 0;
  }

  /** Posts to every worker, and calls those that wait for jobs back to their event loop. */
  private send(message: Message): void {
    for (const worker of this.workers) worker.postMessage(message);
    Atomics.add(this.control, WORDS.mail, 1);
    Atomics.add(this.control, WORDS.generation, 2);
    Atomics.notify(this.control, WORDS.generation);
  }

  private hire(helpers: number): void {
    while (this.failure === null && this.workers.length < helpers) {
      const worker = this.spawn();
      if (!worker) return;
      const post = (message: Message) => worker.postMessage(message);
      const read = Atomics.load(this.control, WORDS.mail) - this.members.size;
      post({ kind: "start", control: this.control, read, version: workerVersion });
      for (const [id, membership] of this.members) post({ kind: "join", id, ...membership });
      this.workers.push(worker);
    }
  }

  /** A worker; null where none can be started. One that turns out not to have started is given up later. */
  private spawn(): WorkerHandle | null {
    const lose = (reason: string) => {
      this.failure ??= reason;
      const at = made ? this.workers.indexOf(made) : -1;
      if (at >= 0) this.workers.splice(at, 1)[0]!.terminate();
    };
    let made: WorkerHandle | null = null;
    try {
      made = spawnWorker(workerProgram, workerUrl, lose);
    } catch (error) {
      lose((error as Error).message);
    }
    return made;
  }

  /** After a failure, when there is another way to start workers. */
  tryAgain(): void {
    this.failure = null;
  }

  run(member: number, kernels: KernelExports, { helpers, ...job }: Job): void {
    const { control } = this;
    this.hire(helpers);
    const words = { ...job, member, next: 0, places: helpers, failed: 0 };
    for (const [name, value] of Object.entries(words)) {
      Atomics.store(control, WORDS[name as keyof typeof words], value);
    }
    Atomics.add(control, WORDS.generation, 1);
    Atomics.notify(control, WORDS.generation, Math.min(helpers, job.tasks - 1));
    try {
      this.drawTasks(kernels, job);
    } finally {
      Atomics.add(control, WORDS.generation, 1);
      this.awaitWorkers();
    }
    // In the words of a failure in this thread: which one draws a task is chance.
    const failure = failureOf(control);
    if (failure !== null) throw new Error(failure);
  }

  private drawTasks(kernels: KernelExports, { program, starts, tasks }: Omit<Job, "helpers">): void {
    for (;;) {
      const task = Atomics.add(this.control, WORDS.next, 1);
      if (task >= tasks) return;
      kernels.run_task(program, starts, task, 0, 0);
    }
  }

  private awaitWorkers(): void {
    let active = Atomics.load(this.control, WORDS.active);
    for (let i = 0; active !== 0; i++) {
      if (i > SPINS && this.maySleep) this.sleep(active);
      active = Atomics.load(this.control, WORDS.active);
    }
  }

  /** A page's main thread may not sleep; it goes on looking. */
  private sleep(active: number): void {
    try {
      Atomics.wait(this.control, WORDS.active, active, NAP);
    } catch {
      this.maySleep = false;
    }
  }
}

let pool: Pool | null = null;

function leave(from: Pool, id: number): void {
  if (from.leave(id) && pool === from) pool = null;
}

/** Engines that were forgotten instead of disposed leave when the collector finds them. */
const abandoned = new FinalizationRegistry<() => void>((leaveNow) => leaveNow());

/** How many workers there are now. */
export const poolSize = () => pool?.size ?? 0;

/** How many have begun to wait for jobs, of those that were ever started for the engines that there are. */
export const begunWorkers = () => pool?.begun ?? 0;

/** Adds an engine to the pool. Workers start with the first job. */
export function joinPool(membership: Membership): PoolMember {
  pool ??= new Pool();
  const joined = pool;
  const id = joined.join(membership);
  const member: PoolMember = {
    run: (kernels, job) => joined.run(id, kernels, job),
    get failure() {
      return joined.failure;
    },
    get workers() {
      return joined.size;
    },
    leave() {
      abandoned.unregister(member);
      leave(joined, id);
    },
  };
  abandoned.register(member, () => leave(joined, id), member);
  return member;
}
