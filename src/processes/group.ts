/** Processes that run one computation in step, over a communicator. */
import type { SynchronousEngine } from "../engines/engine.js";
import type { Communicator } from "./communicator.js";
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

  /** The bytes that process 0 has, in every process. @param own of process 0; others give anything */
  share(own: Uint8Array): Uint8Array {
    const length = new Uint8Array(new Float64Array([own.length]).buffer);
    const lengths = this.gather(length).map((bytes) => new Float64Array(bytes.slice().buffer)[0]!);
    const bytes = this.rank === 0 ? own.slice() : new Uint8Array(lengths[0]!);
    this.communicator.allGather(
      bytes,
      lengths.map((length, rank) => (rank === 0 ? length : 0)),
    );
    return bytes;
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
    const lengths = this.gather(asBytes(own.map(({ length }) => length).concat(padding(own, count, size))));
    const told = lengths.map((bytes) => new Float64Array(bytes.slice().buffer));
    const total = told.map((each) => each.reduce((sum, length) => sum + length, 0));
    const starts = startsOf(total);
    const all = new Uint8Array(starts.at(-1)!);
    let at = starts[rank]!;
    for (const result of own) {
      all.set(result, at);
      at += result.length;
    }
    this.communicator.allGather(all, total);
    return Array.from({ length: count }, (_, piece) => {
      const [r, k] = [piece % size, Math.floor(piece / size)];
      const from = starts[r]! + told[r]!.subarray(0, k).reduce((sum, length) => sum + length, 0);
      return all.subarray(from, from + told[r]![k]!);
    });
  }

  /** Where one of the processes has failed, all have. */
  private refuseFailure(failure: unknown): void {
    const failed = this.gather(Uint8Array.of(failure === undefined ? 0 : 1)).findIndex(([one]) => one);
    if (failed < 0) return;
    const words = failure instanceof Error ? failure.message : String(failure ?? "");
    const bytes = new TextEncoder().encode(words).subarray(0, MOST_WORDS);
    const told = this.gather(Uint8Array.from({ length: MOST_WORDS }, (_, i) => bytes[i] ?? 0))[failed]!;
    if (failure !== undefined) throw failure;
    throw new Error(`process ${failed}: ${new TextDecoder().decode(told).replace(/\0+$/, "")}`);
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

/** Bytes of a message about a failure elsewhere. */
const MOST_WORDS = 1000;

const asBytes = (numbers: readonly number[]) => new Uint8Array(Float64Array.from(numbers).buffer);

/** Processes with fewer pieces than the first tell of as many. */
const padding = (own: readonly Uint8Array[], count: number, size: number): number[] =>
  new Array<number>(Math.ceil(count / size) - own.length).fill(0);

/** Where blocks of these lengths begin, and where the last one ends. */
function startsOf(lengths: readonly number[]): number[] {
  const starts = [0];
  for (const length of lengths) starts.push(starts.at(-1)! + length);
  return starts;
}
