/** Processes as threads of this one: a communicator over shared memory, and jobs that several of them do. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Communicator } from "../../src/processes/communicator.js";
import type { JobName } from "./jobs.js";
import type { Done, Order } from "./runner.js";

/** Bytes that one process may give in a transfer. */
const ROOM = 8 << 20;
/** Words before the bytes: how often all have met, how many are waiting; then each process's lengths, by receiver. */
const HEAD = 2;

/** What processes 0 … size−1 share. */
export const sharedMemory = (size: number) => new SharedArrayBuffer(4 * (HEAD + size * size) + size * ROOM);

export class ThreadCommunicator implements Communicator {
  private readonly words: Int32Array;
  /** Transfers made. */
  transfers = 0;
  /** Bytes that this process sent to others. */
  sent = 0;

  constructor(
    private readonly memory: SharedArrayBuffer,
    readonly rank: number,
    readonly size: number,
  ) {
    this.words = new Int32Array(memory, 0, HEAD + size * size);
  }

  private areaOf(rank: number): Uint8Array {
    return new Uint8Array(this.memory, 4 * (HEAD + this.size * this.size) + rank * ROOM, ROOM);
  }

  /** Waits for all. */
  private meet(): void {
    const round = Atomics.load(this.words, 0);
    if (Atomics.add(this.words, 1, 1) === this.size - 1) {
      Atomics.store(this.words, 1, 0);
      Atomics.add(this.words, 0, 1);
      Atomics.notify(this.words, 0);
      return;
    }
    while (Atomics.load(this.words, 0) === round) {
      if (Atomics.wait(this.words, 0, round, 600_000) === "timed-out")
        throw new Error("a process is missing");
    }
  }

  allGather(blocks: Uint8Array, lengths: readonly number[]): void {
    const from = lengths.slice(0, this.rank).reduce((a, b) => a + b, 0);
    const own = blocks.slice(from, from + lengths[this.rank]!);
    const send = new Uint8Array(this.size * own.length);
    for (let r = 0; r < this.size; r++) send.set(own, r * own.length);
    this.exchange(send, new Array<number>(this.size).fill(own.length), blocks, lengths);
  }

  exchange(
    send: Uint8Array,
    sendLengths: readonly number[],
    receive: Uint8Array,
    receiveLengths: readonly number[],
  ): void {
    const { rank, size, words } = this;
    this.transfers++;
    this.sent += send.length - sendLengths[rank]!;
    this.areaOf(rank).set(send);
    sendLengths.forEach((length, to) => void (words[HEAD + rank * size + to] = length));
    this.meet();
    let at = 0;
    for (let from = 0; from < size; from++) {
      const lengths = words.slice(HEAD + from * size, HEAD + (from + 1) * size);
      const begin = lengths.subarray(0, rank).reduce((a, b) => a + b, 0);
      if (lengths[rank] !== receiveLengths[from]) {
        throw new Error(
          `process ${rank} expects ${receiveLengths[from]} bytes of ${from}, not ${lengths[rank]}`,
        );
      }
      receive.set(this.areaOf(from).subarray(begin, begin + lengths[rank]!), at);
      at += lengths[rank]!;
    }
    this.meet();
  }
}

/** Threads that have no job: they read the library once, for all jobs of a test file. */
const idle: Worker[] = [];

/** One process's part of a job. */
async function inThread<Result>(order: Order): Promise<Result> {
  const worker = idle.pop() ?? new Worker(new URL("./runner.js", import.meta.url));
  worker.ref();
  try {
    worker.postMessage(order);
    const [done] = (await once(worker, "message")) as [Done];
    if ("error" in done) throw done.error;
    idle.push(worker);
    return done.result as Result;
  } finally {
    // The file ends when its tests have.
    worker.unref();
  }
}

/** What every process makes of a job (jobs.ts). */
export async function inProcesses<Result>(
  size: number,
  job: JobName,
  ...given: unknown[]
): Promise<Result[]> {
  const memory = sharedMemory(size);
  return Promise.all(
    Array.from({ length: size }, (_, rank) => inThread<Result>({ memory, rank, size, job, given })),
  );
}
