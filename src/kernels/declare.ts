/**
 * How a kernel is declared: what it does, its arguments in the order of the ABI (outputs, inputs, sizes), and its
 * reference mathematics. Everything else that speaks of kernels follows from these declarations: kernels/kernels.h and
 * the dispatch of encoded calls in C, the encoding of calls, the sizes of working room, the checks of debug builds and
 * the reference engine.
 *
 * Letters: B rows of the batch (of one shard), T time steps, I input features, U units, F features, V vocabulary,
 * N rows of a matrix, G groups. Sequences are time-major, [T][B][F]; everything is one element type (float32; the
 * reference engine can also run float64 for gradient checks). Parameter gradients accumulate, activations assign.
 */

/** A byte offset into an engine's memory; 0 is "absent". */
export type Pointer = number;

export type Reals = Float32Array | Float64Array;

/** reads: an input · writes: assigned, whatever lay there · updates: read and written, as gradients that accumulate */
export type Access = "reads" | "writes" | "updates";

/** A pointer to reals; `shape`, outermost dimension first, says how many (sizes.ts): "T B 4*U". */
export interface Buffer<Optional extends boolean = boolean> {
  readonly kind: "reals";
  readonly access: Access;
  readonly shape: string;
  readonly optional: Optional;
}

/** A pointer to uint32, read. */
export interface Words {
  readonly kind: "words";
  readonly shape: string;
}

/** A pointer to working room for so many reals, on a cache line (64 bytes). */
export interface Scratch {
  readonly kind: "scratch";
  readonly shape: string;
}

/** whole: an int32 ≥ 0 · flag: 0 or 1 · word: a uint32 · real: a float */
export interface Scalar {
  readonly kind: "whole" | "flag" | "word" | "real";
}

export type Argument = Buffer | Words | Scratch | Scalar;
export type Arguments = Readonly<Record<string, Argument>>;

const buffer =
  (access: Access) =>
  (shape: string): Buffer<false> => ({ kind: "reals", access, shape, optional: false });

export const reads = buffer("reads");
export const writes = buffer("writes");
export const updates = buffer("updates");
/** A buffer that may be absent: a null pointer. */
export const optional = (of: Buffer): Buffer<true> => ({ ...of, optional: true });
export const words = (shape: string): Words => ({ kind: "words", shape });
export const scratch = (elements: string): Scratch => ({ kind: "scratch", shape: elements });
export const whole: Scalar = { kind: "whole" };
export const flag: Scalar = { kind: "flag" };
export const word: Scalar = { kind: "word" };
export const real: Scalar = { kind: "real" };

type BoundArgument<A extends Argument> = A extends Scalar
  ? number
  : A extends Words
    ? Uint32Array
    : A extends Buffer<true>
      ? Reals | null
      : Reals;

/** Arguments as a reference implementation receives them: pointers are views, absent ones null. */
export type BoundArguments<A extends Arguments> = { [Name in keyof A]: BoundArgument<A[Name]> };

export interface Kernel<A extends Arguments = Arguments> {
  /** In a line or two, for kernels.h. */
  readonly does: string;
  /** Whether only training calls it: builds that answer and no more are without it. */
  readonly training: boolean;
  readonly arguments: A;
  readonly reference: (a: BoundArguments<A>) => void;
}

const declaring =
  (training: boolean) =>
  <const A extends Arguments>(
    does: string,
    args: A,
    reference: (a: BoundArguments<A>) => void,
  ): Kernel<A> => ({ does, training, arguments: args, reference });

export const kernel = declaring(false);
/** A kernel that only training calls. */
export const trainingKernel = declaring(true);
