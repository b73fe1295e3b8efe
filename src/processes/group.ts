/** Processes that run one computation in step, over a communicator. */
import { InputError } from "../base/errors.js";
import { isAbort } from "../base/progress.js";
import type { SynchronousEngine } from "../engines/engine.js";
import type { Communicator } from "./communicator.js";
import { pack, unpack } from "./packing.js";
import { type InStep, Share, type SharedBatch } from "./share.js";

let groups = 0;

/** Processes that run one computation in step. */
export class ProcessGroup implements InStep {
  /** Tells groups of one process apart. */
  readonly id = ++groups;
  /** Whether this process was asked to end the computation early. */
  asked = false;
  /** Whether any was, before the step that is done: all end after it. */
  ending = false;

  constructor(readonly communicator: Communicator) {}

  get rank(): number {
    return this.communicator.rank;
  }

  get size(): number {
    return this.communicator.size;
  }

  /** Tells all whether this process was asked to end, where no step's transfer does. */
  agree(): void {
    if (this.any(this.asked)) this.ending = true;
  }

  /** Every process's bytes, of one length, in the order of the processes. */
  gather(own: Uint8Array): Uint8Array[] {
    const { communicator, size, rank } = this;
    const blocks = new Uint8Array(size * own.length);
    blocks.set(own, rank * own.length);
    communicator.allGather(blocks, new Array<number>(size).fill(own.length));
    return Array.from({ length: size }, (_, r) => blocks.subarray(r * own.length, (r + 1) * own.length));
  }

  /** Every process's bytes, of any length each, in the order of the processes. */
  gatherAny(own: Uint8Array): Uint8Array[] {
    const length = new Uint8Array(Float64Array.of(own.length).buffer);
    const lengths = this.gather(length).map((bytes) => new Float64Array(bytes.slice().buffer)[0]!);
    const places = startsOf(lengths);
    const blocks = new Uint8Array(places.at(-1)!);
    blocks.set(own, places[this.rank]);
    this.communicator.allGather(blocks, lengths);
    return lengths.map((length, r) => blocks.subarray(places[r]!, places[r]! + length));
  }

  /** The bytes that process 0 has, in every process. @param own of process 0; others give anything */
  share(own: Uint8Array): Uint8Array {
    return this.gatherAny(this.rank === 0 ? own : new Uint8Array(0))[0]!;
  }

  /**
   * Does pieces of work 0 … count − 1, each in one process, and gives the results to all, in their order.
   * @throws what a piece threw, in the process that did it; Error with its message in the others
   */
  async spread(count: number, work: (piece: number) => Promise<Uint8Array>): Promise<Uint8Array[]> {
    const { rank, size } = this;
    const own: Uint8Array[] = [];
    let failure: unknown;
    try {
      for (let piece = rank; piece < count; piece += size) own.push(await work(piece));
    } catch (error) {
      failure = error ?? new Error("unknown");
    }
    this.refuseFailure(failure);
    // The lengths of a process's results, and then these.
    const lengths = new Uint8Array(Float64Array.from(own, ({ length }) => length).buffer);
    const told = this.gatherAny(joined([lengths, ...own])).map((bytes, r) => {
      const pieces = Math.max(0, Math.ceil((count - r) / size));
      const starts = startsOf([8 * pieces, ...new Float64Array(bytes.slice(0, 8 * pieces).buffer)]);
      return Array.from({ length: pieces }, (_, k) => bytes.subarray(starts[k + 1]!, starts[k + 2]!));
    });
    return Array.from({ length: count }, (_, piece) => told[piece % size]![Math.floor(piece / size)]!);
  }

  /** Where one of the processes has failed, all have. */
  private refuseFailure(failure: unknown): void {
    const failed = this.gather(Uint8Array.of(failure === undefined ? 0 : 1)).findIndex(([one]) => one);
    if (failed < 0) return;
    const message = failure instanceof Error ? failure.message : String(failure ?? "");
    const kind = isAbort(failure) ? "abort" : failure instanceof InputError ? "input" : "other";
    const told = this.gatherAny(pack({ plain: { kind, message }, arrays: [] }))[failed]!;
    if (failure !== undefined) throw failure;
    throw failureOf(failed, unpack(told).plain as { kind: string; message: string });
  }

  /** What process 0 has decided. */
  agreed(decision: boolean): boolean {
    return this.gather(Uint8Array.of(decision ? 1 : 0))[0]![0] === 1;
  }

  /** Whether it is so in any of them. */
  any(own: boolean): boolean {
    return this.gather(Uint8Array.of(own ? 1 : 0)).some(([one]) => one === 1);
  }

  /** A batch that they share. */
  shareOf(engine: SynchronousEngine, batch: SharedBatch): Share {
    return new Share(engine, this, batch);
  }
}

/** What failed in another process, as an error of its kind. */
function failureOf(rank: number, { kind, message }: { kind: string; message: string }): Error {
  if (kind === "abort") return new DOMException(message, "AbortError");
  const words = `process ${rank}: ${message}`;
  return kind === "input" ? new InputError(words) : new Error(words);
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const starts = startsOf(blocks.map(({ length }) => length));
  const all = new Uint8Array(starts.at(-1)!);
  for (const [b, block] of blocks.entries()) all.set(block, starts[b]);
  return all;
}

/** Where blocks of these lengths begin, and where the last one ends. */
function startsOf(lengths: readonly number[]): number[] {
  const starts = [0];
  for (const length of lengths) starts.push(starts.at(-1)! + length);
  return starts;
}
