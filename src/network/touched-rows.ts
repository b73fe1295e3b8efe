/**
 * The rows of a table that a batch looks up, where training goes by rows: gradient, norm, clipping and update then visit
 * these alone, and a step costs what its batch does, however large the table is.
 */
import { type Arena, view } from "../engines/arena.js";
import { type CallOf, direct, type Engine, type Task } from "../engines/engine.js";
import type { Pointer } from "../kernels/declare.js";
import type { WeightEntry } from "./weights.js";

/** Enough parts for threads to share. */
export const ROW_PARTS = 8;

const WORD = Uint32Array.BYTES_PER_ELEMENT;

/** Room for so many uint32, on every engine. */
const words = (arena: Arena, length: number): Pointer => arena.allocate(Math.max(1, length));

/**
 * A table [V][F] and the rows of it that the last batch named, in the order in which it first named them. Their gradients
 * lie in that order at the front of the table's own gradient, [count][F].
 */
export class TouchedRows {
  readonly V: number;
  readonly F: number;
  /** One uint32: how many rows. */
  readonly count: Pointer;
  /** That many uint32. */
  readonly rows: Pointer;
  /** Where each row of the table stands among those named; −1 for one that is not. */
  private readonly positions: Int32Array;
  /** The count, then the rows. */
  private readonly named: Uint32Array;

  constructor(
    private readonly engine: Engine,
    arena: Arena,
    readonly entry: WeightEntry,
  ) {
    [this.V, this.F] = entry.parameter.shape as [number, number];
    this.count = words(arena, this.V + 1);
    this.rows = this.count + WORD;
    this.positions = new Int32Array(this.V).fill(-1);
    this.named = new Uint32Array(this.V + 1);
  }

  /** Forgets the last batch. */
  clear(): void {
    for (const row of this.current) this.positions[row] = -1;
    this.named[0] = 0;
  }

  /** Where the row of an id stands, from now on if it is new; −1 for an id that the table does not have. */
  position(id: number): number {
    if (!(id >= 0 && id < this.V)) return -1;
    const row = Math.trunc(id);
    const known = this.positions[row]!;
    if (known >= 0) return known;
    const position = this.named[0]!++;
    this.positions[row] = position;
    this.named[1 + position] = row;
    return position;
  }

  /** The rows named, until the next batch. */
  get current(): Uint32Array {
    return this.named.subarray(1, 1 + this.named[0]!);
  }

  /** The table's gradient in a plan with these uses of it. */
  gradient(arena: Arena, lookups: readonly Lookup[]): RowsGradient {
    return new RowsGradient(this.engine, arena, this, lookups);
  }

  /** Puts count and rows in place. */
  write(): void {
    this.engine.write(this.count, this.named.subarray(0, 1 + this.named[0]!));
  }
}

/** One use of a table in one shard: ids [B][T] and the gradient of what was looked up, [T][B][F]. */
export interface Lookup {
  readonly shard: number;
  readonly ids: Pointer;
  readonly dOut: Pointer;
  readonly B: number;
  readonly T: number;
}

/** A place is so many times the offset of an element (see embeddingRowsBackward). */
const PLACE = 16;
/** So many shards, and elements from the first lookup to the end of the last, fit into a place. */
const [MOST_SHARDS, MOST_ELEMENTS] = [2 ** 14, 2 ** 32 / PLACE];

function bitsIn(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** A table's gradient by rows in one plan, of all uses in all shards. */
export class RowsGradient {
  /** At most so many rows are named, by so many ids. */
  private readonly most: number;
  private readonly ids: number;
  /** From where on each row's places stand in `places`, in memory and here. */
  private readonly startsAt: Pointer;
  private readonly starts: Uint32Array;
  /** As the kernel takes them: see embeddingRowsBackward. */
  private readonly placesAt: Pointer;
  private readonly places: Uint32Array;
  /** The shard in which each row was last seen, and which halves of how many shards wait for their other halves: bit n, 2ⁿ. */
  private readonly shards: Int32Array;
  private readonly waiting: Uint32Array;
  /** What places are counted from. */
  private readonly first: Pointer;

  constructor(
    private readonly engine: Engine,
    arena: Arena,
    readonly table: TouchedRows,
    /** Shard by shard, in the order in which gradients are added. */
    private readonly lookups: readonly Lookup[],
  ) {
    this.ids = lookups.reduce((sum, { B, T }) => sum + B * T, 0);
    this.most = Math.min(table.V, this.ids);
    this.startsAt = words(arena, this.most + 1);
    this.placesAt = words(arena, this.ids);
    // One more than the kernel reads: see `collect`.
    this.starts = new Uint32Array(this.most + 2);
    this.places = new Uint32Array(this.ids);
    this.shards = new Int32Array(this.most);
    this.waiting = new Uint32Array(this.most);
    this.first = lookups.reduce((least, { dOut }) => Math.min(least, dOut), Infinity);
    const { elementBytes } = engine;
    const end = lookups.reduce(
      (most, { dOut, B, T }) => Math.max(most, dOut + B * T * table.F * elementBytes),
      0,
    );
    const shards = lookups.reduce((most, { shard }) => Math.max(most, shard + 1), 0);
    if (shards > MOST_SHARDS || (end - this.first) / elementBytes > MOST_ELEMENTS) {
      throw new RangeError(
        "this batch is too large for sparse Adam. Use a smaller batch, or fewer time steps.",
      );
    }
  }

  /** The calls that sum the rows' gradients up, to `dRows`. */
  tasks(dRows: Pointer): Task[] {
    if (this.ids === 0) return [];
    const { most, ids, table, first, startsAt, placesAt } = this;
    const sizes = { N: most, P: ids, F: table.F };
    return Array.from({ length: ROW_PARTS }, (_, part): Task => {
      const lists = { count: table.count, starts: startsAt, places: placesAt };
      const args = { dRows, dOut: first, ...lists, ...sizes, part, parts: ROW_PARTS };
      return [{ kernel: "embeddingRowsBackward", args } satisfies CallOf<"embeddingRowsBackward">];
    });
  }

  /** Puts in place which rows the ids name that now lie in memory, and where their gradients will be found. */
  collect(): void {
    const { table, starts, places, shards, waiting } = this;
    table.clear();
    starts.fill(0);
    shards.fill(-1);
    waiting.fill(0);
    // Row k's ids are counted at k + 2; summed up, those of rows before k stand at k + 1, from where its places are
    // filled in until the next row's begin: then all stand where they should.
    this.each((position) => void starts[position + 2]!++);
    for (let k = 2; k < starts.length; k++) starts[k]! += starts[k - 1]!;
    this.each((position, element, shard) => {
      const before = shards[position]!;
      let opens = before === shard ? 0 : 1;
      if (opens > 0 && before >= 0) {
        // The largest half that ends between the two: what waits within it is summed up, and waits for what now begins.
        const half = 1 << (31 - Math.clz32(before ^ shard));
        opens += bitsIn(waiting[position]! & (half - 1));
        waiting[position] = (waiting[position]! & -half) | half;
      }
      shards[position] = shard;
      places[starts[position + 1]!++] = PLACE * element + opens;
    });
    table.write();
    this.engine.write(this.startsAt, starts.subarray(0, this.most + 1));
    this.engine.write(this.placesAt, places);
  }

  /** Every id that the table has, in the order in which gradients are added. */
  private each(visit: (position: number, element: number, shard: number) => void): void {
    const { table, first } = this;
    const engine = direct(this.engine);
    for (const { shard, ids: at, dOut, B, T } of this.lookups) {
      const ids = view(engine, at, B * T);
      const from = (dOut - first) / engine.elementBytes;
      for (let t = 0; t < T; t++) {
        for (let b = 0; b < B; b++) {
          const position = table.position(ids[b * T + t]!);
          if (position >= 0) visit(position, from + (t * B + b) * table.F, shard);
        }
      }
    }
  }
}
