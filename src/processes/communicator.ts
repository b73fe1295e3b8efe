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
