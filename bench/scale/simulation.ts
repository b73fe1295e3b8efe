/**
 * What a step takes with more processes than are there, on other networks: a sum of what was measured of one process and
 * of the transfers' own costs, latency α and bandwidth β. The transfers are those of src/network/share.ts.
 */

/** How long a message takes: α + bytes / β. */
export interface Network {
  readonly name: string;
  /** Milliseconds that a message takes at the least. */
  readonly alphaMs: number;
  /** Bytes a millisecond. */
  readonly beta: number;
}

/** What one process takes. */
export interface Compute {
  /** Milliseconds of a shard of 16 rows, forwards and backwards. */
  readonly shardMs: number;
  /** Milliseconds of what every process does in each step: the optimizer, and the sums of its slice. */
  readonly fixedMs: number;
  /** Bytes of a gradient. */
  readonly gradient: number;
}

export const SHARD = 16;
/** Of a block besides its slice: the header, losses and outputs of a shard's rows, in whole lines of 64 bytes. */
const SHARD_BYTES = 3 * 64;
const HEADER_BYTES = 64;

/** The parts of a step, in milliseconds. */
export interface Predicted {
  compute: number;
  fixed: number;
  exchange: number;
  allGather: number;
  total: number;
}

/**
 * A step of so many rows in so many processes.
 * @param cores where processes share cores: how many of them there are
 */
export function predict(
  { shardMs, fixedMs, gradient }: Compute,
  { alphaMs, beta }: Network,
  { rows, processes, cores = processes }: { rows: number; processes: number; cores?: number },
): Predicted {
  const shards = Math.ceil(rows / SHARD);
  const crowd = Math.max(1, processes / cores);
  const compute = Math.ceil(shards / processes) * shardMs * crowd;
  const fixed = fixedMs * crowd;
  if (processes === 1) return { compute, fixed, exchange: 0, allGather: 0, total: compute + fixed };
  const others = (processes - 1) / processes;
  // Every process sends each other its sums of that one's slice, and receives as many of its own.
  const exchange = (processes - 1) * alphaMs + (gradient * others) / beta;
  const block = gradient + shards * SHARD_BYTES + processes * HEADER_BYTES;
  const allGather = Math.log2(processes) * alphaMs + (block * others) / beta;
  return { compute, fixed, exchange, allGather, total: compute + fixed + exchange + allGather };
}

/** Processes 1, 2, 4 … 512. */
export const COUNTS: readonly number[] = Array.from({ length: 10 }, (_, k) => 2 ** k);

/** The number of processes from which on more do not make a step shorter by a tenth. */
export function paysUntil(times: readonly number[]): number {
  const k = times.findIndex((ms, i) => i + 1 < times.length && times[i + 1]! > 0.9 * ms);
  return COUNTS[k === -1 ? times.length - 1 : k]!;
}

/** The straight line through times of batches: what a shard takes, and what a step takes besides. */
export function computeOf(times: ReadonlyMap<number, number>, gradient: number): Compute {
  const points = [...times].map(([rows, ms]) => [rows / SHARD, ms] as const);
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [shards, ms] = [mean(([x]) => x), mean(([, y]) => y)];
  const slope = mean(([x, y]) => (x - shards) * (y - ms)) / mean(([x]) => (x - shards) ** 2);
  return { shardMs: slope, fixedMs: Math.max(0, ms - slope * shards), gradient };
}

/** Latency and bandwidth by two exchanges of different lengths between so many processes. */
export function networkOf(
  name: string,
  processes: number,
  transfers: readonly { bytes: number; exchangeMs: number }[],
): Network {
  const [short, long] = [transfers[0]!, transfers.at(-1)!];
  const others = (processes - 1) / processes;
  const beta = ((long.bytes - short.bytes) * others) / Math.max(1e-6, long.exchangeMs - short.exchangeMs);
  return { name, alphaMs: Math.max(1e-5, short.exchangeMs / (processes - 1)), beta };
}

/** Figures of networks that are not here: what a message takes at the least, and what the cable carries. */
export const ETHERNETS: readonly Network[] = [
  { name: "1 Gbit/s", alphaMs: 0.05, beta: 117_000 },
  { name: "10 Gbit/s", alphaMs: 0.02, beta: 1_170_000 },
  { name: "100 Gbit/s", alphaMs: 0.005, beta: 11_700_000 },
];
