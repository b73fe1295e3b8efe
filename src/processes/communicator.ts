/** What processes that work together need of one another. MPI gives it (mpi.ts); something of your own may too. */
import { inputError, wholeNumber } from "../base/errors.js";

/**
 * Processes 0 … size−1, each of which runs the same program. Both transfers are collective: every process makes the same
 * calls in the same order, and a call returns once its own part is done. Lengths are in bytes, in the order of the processes.
 */
export interface Communicator {
  /** Which of the processes this is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /**
   * Gives every process the blocks of all.
   * @param blocks one after another in the order of the processes; this one's own is in place, the others are filled in
   */
  allGather(blocks: Uint8Array, lengths: readonly number[]): void;
  /**
   * Sends a block to every process, and receives one of each; its own is copied.
   * @param send the blocks for processes 0 … size−1, one after another
   * @param receive takes those that come from processes 0 … size−1
   */
  exchange(
    send: Uint8Array,
    sendLengths: readonly number[],
    receive: Uint8Array,
    receiveLengths: readonly number[],
  ): void;
}

/** @throws InputError for what is no communicator */
export function communicatorOf(value: Communicator, where: string): Communicator {
  const { allGather, exchange, size, rank } = (value ?? {}) as Partial<Communicator>;
  if (typeof allGather !== "function" || typeof exchange !== "function") {
    const expected = "a communicator, as openMpi of cellstate/mpi gives";
    throw inputError({ expected, where, received: value });
  }
  wholeNumber(size, `${where} size`, 1);
  wholeNumber(rank, `${where} rank`, 0, size! - 1);
  return value;
}

let groups = 0;

/** Processes that run one computation in step. */
export class ProcessGroup {
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
    const length = new Uint8Array(new Float64Array([own.length]).buffer);
    const lengths = this.gather(length).map((bytes) => new Float64Array(bytes.slice().buffer)[0]!);
    const places = lengths.map((_, r) => lengths.slice(0, r).reduce((a, b) => a + b, 0));
    const blocks = new Uint8Array(lengths.reduce((a, b) => a + b, 0));
    blocks.set(own, places[this.rank]);
    this.communicator.allGather(blocks, lengths);
    return lengths.map((length, r) => blocks.subarray(places[r]!, places[r]! + length));
  }

  /** The bytes that process 0 has, in every process. @param own of process 0; others give anything */
  share(own: Uint8Array): Uint8Array {
    return this.gatherAny(this.rank === 0 ? own : new Uint8Array(0))[0]!;
  }
}
