/**
 * One batch over several processes: each runs shards of its own, and what follows is the same in all of them, to the bit,
 * as if one had run all shards.
 *
 * The sum of the shards' gradients is a sum of halves (kernels/memory.ts, `sumShards`), so a process can send the sums of its
 * own neighbours in place of every shard. Each process receives one slice of all of them, adds that up in the one order, and
 * gives the slice to the others: two transfers a step, in which a process receives about two gradients, however many
 * processes there are. Losses and outputs of the rows go along with the second.
 */
import { type Arena, view } from "../engines/arena.js";
import type { CallOf, Phase, SynchronousEngine, SynchronousProgram, Task } from "../engines/engine.js";
import type { Pointer } from "../kernels/declare.js";
import { firstHalf, shareOf } from "../kernels/shares.js";
import type { Communicator } from "./communicator.js";

/** Elements that slices are whole multiples of: a cache line. */
const LINE = 16;
/** Tasks that the last sum is cut into, for threads to share. */
const TASKS = 8;

/** A sum of neighbouring shards. */
interface Sum {
  readonly first: number;
  readonly shards: number;
}

/** The fewest sums of a tree over shards first … first + shards − 1 that make up those from … to − 1. */
export function sumsWithin(from: number, to: number, { first, shards }: Sum): Sum[] {
  if (to <= first || first + shards <= from) return [];
  if (from <= first && first + shards <= to) return [{ first, shards }];
  const half = firstHalf(shards);
  return [
    ...sumsWithin(from, to, { first, shards: half }),
    ...sumsWithin(from, to, { first: first + half, shards: shards - half }),
  ];
}

/** Processes that make every step together. */
export interface InStep {
  readonly rank: number;
  readonly size: number;
  readonly communicator: Communicator;
  /** Whether this process was asked to end early, and whether any was before the step that is done. */
  readonly asked: boolean;
  ending: boolean;
}

/** How many rows there are, in how many shards. */
export interface SharedBatch {
  readonly rows: number;
  readonly shardRows: number;
  readonly count: number;
}

/** Where gradients lie: of this process's shards, one after another, and their sum. */
export interface SharedGradients {
  readonly shards: Pointer;
  /** Elements from one shard to the next. */
  readonly stride: number;
  readonly total: Pointer;
  readonly length: number;
}

/** Blocks that are transferred, one after another, and the bytes of each, in the order of the processes. */
interface Transferred {
  readonly at: Pointer;
  readonly lengths: readonly number[];
  readonly bytes: number;
}

export class Share {
  /** This process's shards: first … end − 1. */
  readonly first: number;
  readonly end: number;
  /** What each process gives to all: [its slice of the sum | header | buffers of its shards]. */
  private blocks: Transferred | null = null;
  /** Of each process, what it adds to each step: its number, and whether it was asked to end. */
  private readonly headers: Pointer[] = [];
  private sent: Transferred | null = null;
  private received: Transferred | null = null;
  private gradients: SharedGradients | null = null;
  private addition: SynchronousProgram | null = null;
  /** Copies before the second transfer, and after it. */
  private readonly packing: { from: Pointer; to: Pointer; length: number }[] = [];
  private readonly unpacking: { from: Pointer; to: Pointer; length: number }[] = [];

  constructor(
    private readonly engine: SynchronousEngine,
    readonly group: InStep,
    readonly batch: SharedBatch,
  ) {
    [this.first, this.end] = this.shardsOf(group.rank);
  }

  private shardsOf(rank: number): [from: number, to: number] {
    const { count } = this.batch;
    const { size } = this.group;
    return [shareOf(count, rank, size), shareOf(count, rank + 1, size)];
  }

  rowsOf(shard: number): number {
    const { rows, shardRows } = this.batch;
    return Math.min(shardRows, rows - shard * shardRows);
  }

  /** This process's rows: from … to − 1. */
  get ownRows(): readonly [from: number, to: number] {
    const { rows, shardRows } = this.batch;
    return [this.first * shardRows, Math.min(rows, this.end * shardRows)];
  }

  /** The slice of a gradient that a process adds up. */
  private sliceOf(rank: number, length: number): { from: number; length: number } {
    const lines = Math.ceil(length / LINE);
    const at = (r: number) => Math.min(length, LINE * shareOf(lines, r, this.group.size));
    return { from: at(rank), length: at(rank + 1) - at(rank) };
  }

  /**
   * Places what is transferred.
   * @param bufferLengths elements that a shard of so many rows gives to all, in an order that is the same for every shard
   * @returns where they will be, of any shard
   */
  place(
    arena: Arena,
    bufferLengths: (rows: number) => readonly number[],
    gradients: SharedGradients | null,
  ): (shard: number, buffer: number) => Pointer {
    const { size } = this.group;
    const { elementBytes } = this.engine;
    const places = new Map<number, Pointer[]>();
    this.gradients = gradients;
    if (gradients) this.placeGradients(arena, gradients);
    const ranks = Array.from({ length: size }, (_, rank) => rank);
    const lengths = ranks.map((rank) => {
      const [from, to] = this.shardsOf(rank);
      let length = (gradients ? this.sliceOf(rank, gradients.length).length : 0) + LINE;
      for (let shard = from; shard < to; shard++) {
        for (const own of bufferLengths(this.rowsOf(shard))) length += inLines(own);
      }
      return length;
    });
    this.blocks = this.room(arena, lengths);
    let { at } = this.blocks;
    for (const rank of ranks) {
      const slice = gradients && this.sliceOf(rank, gradients.length);
      if (gradients && slice && slice.length > 0) {
        const to = gradients.total + slice.from * elementBytes;
        this.unpacking.push({ from: at, to, length: slice.length });
        at += slice.length * elementBytes;
      }
      this.headers.push(at);
      at += LINE * elementBytes;
      const [from, to] = this.shardsOf(rank);
      for (let shard = from; shard < to; shard++) {
        const own = bufferLengths(this.rowsOf(shard)).map((length) => {
          const place = at;
          at += inLines(length) * elementBytes;
          return place;
        });
        places.set(shard, own);
      }
    }
    return (shard, buffer) => places.get(shard)![buffer]!;
  }

  private placeGradients(arena: Arena, { length }: SharedGradients): void {
    const { size, rank } = this.group;
    const own = this.sums(rank).length;
    const slices = Array.from({ length: size }, (_, r) => this.sliceOf(r, length).length);
    this.sent = this.room(
      arena,
      slices.map((slice) => slice * own),
    );
    this.received = this.room(
      arena,
      slices.map((_, r) => this.sums(r).length * slices[rank]!),
    );
  }

  /** @param lengths elements of each block */
  private room(arena: Arena, lengths: readonly number[]): Transferred {
    const { elementBytes } = this.engine;
    const elements = lengths.reduce((a, b) => a + b, 0);
    return {
      at: arena.allocate(Math.max(1, elements)),
      lengths: lengths.map((length) => length * elementBytes),
      bytes: elements * elementBytes,
    };
  }

  private sums(rank: number): Sum[] {
    const [from, to] = this.shardsOf(rank);
    return sumsWithin(from, to, { first: 0, shards: this.batch.count });
  }

  /** Has a buffer of this process's sent along, or one that arrives copied to where it belongs. */
  copy(from: Pointer, to: Pointer, length: number, arriving: boolean): void {
    (arriving ? this.unpacking : this.packing).push({ from, to, length });
  }

  /** Adds up neighbours among this process's shards, slice by slice for those who will add up the slices. */
  ownSums(): Phase {
    const { gradients, sent, engine } = this;
    if (!gradients || !sent) return [];
    const { elementBytes } = engine;
    const tasks: Task[] = [];
    let out = sent.at;
    for (let rank = 0; rank < this.group.size; rank++) {
      const slice = this.sliceOf(rank, gradients.length);
      for (const { first, shards } of slice.length > 0 ? this.sums(this.group.rank) : []) {
        const { stride } = gradients;
        const at = gradients.shards + ((first - this.first) * stride + slice.from) * elementBytes;
        tasks.push([
          {
            kernel: "sumShards",
            args: { out, parts: at, count: shards, stride, length: slice.length },
          } satisfies CallOf<"sumShards">,
        ]);
        out += slice.length * elementBytes;
      }
    }
    return tasks;
  }

  /** Adds up this process's slice of all sums, to the front of its block. */
  private lastSums(): Phase {
    const { gradients, received, engine, group } = this;
    if (!gradients || !received) return [];
    const slice = this.sliceOf(group.rank, gradients.length);
    if (slice.length === 0) return [];
    const out = this.unpacking.find(
      ({ to }) => to === gradients.total + slice.from * engine.elementBytes,
    )!.from;
    const bytes = slice.length * engine.elementBytes;
    const at = new Map<number, { shards: number; at: Pointer }>();
    let next = received.at;
    for (let rank = 0; rank < group.size; rank++) {
      for (const { first, shards } of this.sums(rank)) {
        at.set(first, { shards, at: next });
        next += bytes;
      }
    }
    const step = LINE * Math.ceil(slice.length / LINE / TASKS);
    const tasks: Task[] = [];
    for (let from = 0; from < slice.length; from += step) {
      const length = Math.min(step, slice.length - from);
      const offset = from * engine.elementBytes;
      const task: Task = [];
      const sum = ({ first, shards }: Sum): Pointer => {
        const known = at.get(first);
        if (known?.shards === shards) return known.at + offset;
        const half = firstHalf(shards);
        const left = sum({ first, shards: half });
        const right = sum({ first: first + half, shards: shards - half });
        task.push({ kernel: "add", args: { out: left, x: right, length } });
        return left;
      };
      const parts = sum({ first: 0, shards: this.batch.count });
      task.push({
        kernel: "sumShards",
        args: { out: out + offset, parts, count: 1, stride: length, length },
      });
      tasks.push(task);
    }
    return tasks;
  }

  /** Makes the step of all processes one, after this one's shards have run. @param step its number */
  transfer(step: number): void {
    const { engine, group, sent, received } = this;
    const { communicator } = group;
    const blocks = this.blocks!;
    if (sent && received) {
      const [out, into] = [this.bytesOf(sent), this.bytesOf(received)];
      communicator.exchange(out, sent.lengths, into, received.lengths);
      this.addition ??= engine.load([this.lastSums()]);
      this.addition.run();
    }
    for (const copy of this.packing) this.run(copy);
    view(engine, this.headers[group.rank]!, 2).set([step % STEPS, group.asked ? 1 : 0]);
    communicator.allGather(this.bytesOf(blocks), blocks.lengths);
    this.readHeaders(step % STEPS);
    for (const copy of this.unpacking) this.run(copy);
  }

  /** @throws Error where the processes do not run the same */
  private readHeaders(step: number): void {
    const { engine, group } = this;
    for (const [rank, at] of this.headers.entries()) {
      const [theirs, asked] = view(engine, at, 2);
      if (theirs !== step) {
        throw new Error(
          `the processes are no longer in step: process ${rank} is at ${theirs}, this one (${group.rank}) at ${step}. ` +
            "Callbacks must decide alike in all of them.",
        );
      }
      if (asked) group.ending = true;
    }
  }

  private run({ from, to, length }: { from: Pointer; to: Pointer; length: number }): void {
    view(this.engine, to, length).set(view(this.engine, from, length));
  }

  private bytesOf({ at, bytes }: Transferred): Uint8Array {
    return new Uint8Array(this.engine.buffer, at, bytes);
  }

  dispose(): void {
    this.addition?.dispose();
  }
}

/** Steps are counted modulo what every element tells exactly. */
const STEPS = 2 ** 20;

const inLines = (length: number) => LINE * Math.ceil(length / LINE);
