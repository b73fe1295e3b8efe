/** Runs one kernel call on any engine: buffers are placed, guarded and read back. */
import { Arena } from "../../src/engines/arena.js";
import type { Call, Engine, Values as MemoryValues } from "../../src/engines/engine.js";
import {
  type KernelArguments,
  type KernelName,
  kernelOf,
  scratchElements,
} from "../../src/kernels/kernels.js";
import { Random } from "../../src/kernels/philox.js";

/** What an argument of a case is: a number, words, values, or null for an absent pointer. */
export type Argument = number | Float32Array | Uint32Array | null;

export interface Case<K extends KernelName = KernelName> {
  kernel: K;
  /** The sizes, for the test's name. */
  label: string;
  /** Everything but scratch. Outputs that are assigned start as noise, those that accumulate as given. */
  args: { [Field in Exclude<keyof KernelArguments<K>, "scratch">]: Argument };
  /** How far each result may be from the reference's, as a share of its largest value. */
  tolerance: number;
  /** Elements that the contract leaves open. */
  open?: (field: string, index: number, length: number) => boolean;
}

/** A case of kernel K, with its fields checked by the compiler. */
export function define<K extends KernelName>(
  kernel: K,
  label: string,
  tolerance: number,
  args: Case<K>["args"],
): Case {
  return { kernel, label, tolerance, args } as unknown as Case;
}

/** Beyond every buffer, to catch a kernel that writes past its end. */
const GUARD = 32;
const GUARD_VALUE = 12345.75;

interface Placed {
  at: number;
  values: Float32Array | Uint32Array;
}

/** Gives every buffer of a case its place, scratch (of NaN) included. */
export function placeCase(arena: Arena, { kernel, args }: Case): { call: Call; placed: Map<string, Placed> } {
  const placed = new Map<string, Placed>();
  const offsets: Record<string, number> = {};
  const place = (field: string, values: Float32Array | Uint32Array) => {
    offsets[field] = arena.allocate(values.length + GUARD);
    placed.set(field, { at: offsets[field]!, values });
  };
  for (const field of Object.keys(kernelOf(kernel).arguments)) {
    const given = (args as Record<string, Argument>)[field];
    if (given === null || typeof given === "number") offsets[field] = given ?? 0;
    else if (given) place(field, given);
  }
  const call = { kernel, args: offsets } as unknown as Call;
  const scratch = scratchElements(call);
  if (scratch > 0) place("scratch", new Float32Array(scratch).fill(Number.NaN));
  return { call, placed };
}

/** Runs a case and returns every buffer as it lies afterwards. */
export async function runCase(engine: Engine, one: Case): Promise<Map<string, Float32Array | Uint32Array>> {
  const arena = new Arena(engine);
  const { call, placed } = placeCase(arena, one);
  arena.commit();
  for (const { at, values } of placed.values()) {
    engine.write(at, values);
    engine.write(at + values.byteLength, new Float32Array(GUARD).fill(GUARD_VALUE));
  }
  const program = engine.load([[[call]]]);
  await program.run();
  program.dispose();
  const results = new Map<string, Float32Array | Uint32Array>();
  for (const [field, { at, values }] of placed) {
    const guard = await read(engine, at + values.byteLength, new Float32Array(GUARD));
    if (!guard.every((value) => value === GUARD_VALUE)) {
      throw new Error(`${engine.name}: ${one.kernel} wrote past the end of ${field}`);
    }
    if (field === "scratch") continue;
    const after = await read(engine, at, values.slice());
    if (isInput(one.kernel, field) && after.some((value, i) => !Object.is(value, values[i]))) {
      throw new Error(`${engine.name}: ${one.kernel} wrote to its input ${field}`);
    }
    results.set(field, after);
  }
  return results;
}

function isInput(kernel: KernelName, field: string): boolean {
  const argument = kernelOf(kernel).arguments[field]!;
  return argument.kind === "words" || (argument.kind === "reals" && argument.access === "reads");
}

/** Fills `into` from an engine's memory. */
export async function read<V extends MemoryValues>(engine: Engine, at: number, into: V): Promise<V> {
  await engine.read(at, into);
  return into;
}

/** What the reference mathematics makes of a case, engines left aside. */
export function referenceResults({ kernel, args }: Case): Map<string, Float32Array | Uint32Array> {
  const buffers = new Map<string, Float32Array | Uint32Array>();
  const bound: Record<string, Argument> = {};
  for (const [field, given] of Object.entries(args as Record<string, Argument>)) {
    bound[field] = given !== null && typeof given === "object" ? given.slice() : given;
    if (bound[field] !== null && typeof bound[field] === "object") buffers.set(field, bound[field]);
  }
  bound["scratch"] = new Float32Array(scratchElements({ kernel, args: bound }));
  kernelOf(kernel).reference(bound as never);
  return buffers;
}

/** Why `got` is not `expected` within a share of the largest expected value, or null. */
export function difference(
  got: Float32Array | Uint32Array,
  expected: Float32Array | Uint32Array,
  tolerance: number,
  open: (index: number) => boolean = () => false,
): string | null {
  let largest = 0;
  for (const x of expected) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
  for (let i = 0; i < expected.length; i++) {
    const a = got[i]!;
    const b = expected[i]!;
    if (Object.is(a, b) || a === b || open(i)) continue;
    // Written so that a NaN on one side fails.
    if (Math.abs(a - b) <= tolerance * largest) continue;
    return `element ${i} of ${expected.length} is ${a}, expected ${b} (largest ${largest}, tolerance ${tolerance})`;
  }
  return null;
}

/** Seeded numbers, different for every field of every case. */
export class Values {
  private drawn = 0;

  constructor(private readonly seed: number) {}

  normal(length: number, scale = 1): Float32Array {
    const random = new Random(this.seed, 99, this.drawn++);
    return Float32Array.from({ length }, (_, i) => scale * random.normal(i));
  }

  uniform(length: number, low = 0, high = 1): Float32Array {
    const random = new Random(this.seed, 98, this.drawn++);
    return Float32Array.from({ length }, (_, i) => low + (high - low) * random.uniform(i));
  }

  /** Whole numbers from 0 to below. */
  whole(length: number, below: number): Float32Array {
    return this.uniform(length, 0, below).map(Math.floor);
  }

  /** 0 and 1, with whole stretches of 0. */
  mask(length: number, share = 0.3): Float32Array {
    return this.uniform(length).map((x) => (x < share ? 0 : 1));
  }
}

/** What an assigned output holds before the call: nothing that could pass for a result. */
export const noise = (length: number) => new Float32Array(length).fill(-987.5);
