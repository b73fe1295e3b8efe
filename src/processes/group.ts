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

  /** A batch that they share. */
  shareOf(engine: SynchronousEngine, batch: SharedBatch): Share {
    return new Share(engine, this, batch);
  }
}
