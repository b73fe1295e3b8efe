/** How the reference engine sees a call: pointers become typed-array views, absent ones null. */
import type { KERNELS, KernelName } from "./contract.js";

export type Reals = Float32Array | Float64Array;

type BoundField<Kind> = Kind extends "pointer"
  ? Reals
  : Kind extends "optional"
    ? Reals | null
    : Kind extends "words"
      ? Uint32Array
      : number;

/** The arguments of kernel K as its reference implementation receives them. */
export type Bound<K extends KernelName> = {
  [Field in keyof (typeof KERNELS)[K]]: BoundField<(typeof KERNELS)[K][Field]>;
};
