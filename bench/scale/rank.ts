/**
 * One process of what is measured: steps of the flagship in batches of several sizes, and what transfers alone take. The
 * first process prints it as a line of JSON.
 */
import type { Communicator } from "../../src/processes/communicator.js";
import { launchOf } from "../../src/processes/launch.js";
import { openMpi } from "../../src/processes/mpi.js";
import { ids, LENGTH, network } from "../contenders.js";
import type { Measured, StepTimes, Transfer } from "./measured.js";

const { batches, steps } = JSON.parse(process.argv[2]!) as { batches: number[]; steps: number };
/** Steps before those that are timed. */
const WARM = 3;
/** Bytes that each process has of a transfer whose time is taken: hardly any, and the flagship's gradient. */
const TRANSFERS = [64, 123_908];

/** Transfers that are timed as one: what others sent ahead makes a single one look like none. */
const TOGETHER = 25;

/** Tells how long a communicator's transfers take, those included that others are waited for in. */
class Watched implements Communicator {
  ms = 0;
  /** Bytes that came from others. */
  received = 0;

  constructor(private readonly inner: Communicator) {}

  get rank(): number {
    return this.inner.rank;
  }

  get size(): number {
    return this.inner.size;
  }

  allGather(blocks: Uint8Array, lengths: readonly number[]): void {
    this.timed(lengths, () => this.inner.allGather(blocks, lengths));
  }

  exchange(
    send: Uint8Array,
    sendLengths: readonly number[],
    receive: Uint8Array,
    receiveLengths: readonly number[],
  ): void {
    this.timed(receiveLengths, () => this.inner.exchange(send, sendLengths, receive, receiveLengths));
  }

  private timed(lengths: readonly number[], transfer: () => void): void {
    const from = performance.now();
    transfer();
    this.ms += performance.now() - from;
    this.received += lengths.reduce((a, b) => a + b, 0) - lengths[this.rank]!;
  }
}

/** Milliseconds of each step, and of the transfers in it. */
async function stepsOf(batch: number, communicator: Communicator | null): Promise<StepTimes> {
  const task = { what: "train", batch, inputs: 16, units: 32 } as const;
  const model = network(task, { engine: "auto", threads: 1 });
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  const rows = batch * (steps + WARM);
  const x = { data: ids(rows), rows, shape: [LENGTH] };
  const y = Float32Array.from({ length: rows }, (_, i) => i % 2);
  const watched = communicator && new Watched(communicator);
  const times: StepTimes = { ms: [], transferMs: [], received: 0 };
  let since = 0;
  await model.fit(x, y, {
    batchSize: batch,
    epochs: 1,
    ...(watched ? { communicator: watched } : {}),
    callbacks: [
      {
        onBatchEnd({ batch: done }) {
          const now = performance.now();
          if (done > WARM) {
            times.ms.push(now - since);
            times.transferMs.push(watched?.ms ?? 0);
            times.received = watched?.received ?? 0;
          }
          if (watched) [watched.ms, watched.received] = [0, 0];
          since = performance.now();
        },
      },
    ],
  });
  model.dispose();
  return times;
}

/** The least time that both kinds of transfer took, for messages of several lengths. */
function transfers(communicator: Communicator): Transfer[] {
  const { size, rank } = communicator;
  return TRANSFERS.map((bytes) => {
    const lengths = new Array<number>(size).fill(Math.ceil(bytes / size));
    const total = lengths[0]! * size;
    const [blocks, send] = [new Uint8Array(total), new Uint8Array(total)];
    const least = (transfer: () => void) => {
      let ms = Number.POSITIVE_INFINITY;
      for (let block = 0; block < 12; block++) {
        const from = performance.now();
        for (let i = 0; i < TOGETHER; i++) transfer();
        ms = Math.min(ms, (performance.now() - from) / TOGETHER);
      }
      return ms;
    };
    blocks.fill(rank);
    return {
      bytes: total,
      allGatherMs: least(() => communicator.allGather(blocks, lengths)),
      exchangeMs: least(() => communicator.exchange(send, lengths, blocks, lengths)),
    };
  });
}

const communicator = launchOf(process.env) ? await openMpi() : null;
const measured: Measured = { steps: {}, transfers: [] };
for (const batch of batches) measured.steps[batch] = await stepsOf(batch, communicator);
if (communicator && communicator.size > 1) measured.transfers = transfers(communicator);
communicator?.close();
if ((communicator?.rank ?? 0) === 0) console.log(JSON.stringify(measured));
