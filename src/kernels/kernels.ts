/** All kernels: one row a family, whose C is the file of that name in kernels/. Their order numbers them. */
import { activation } from "./activation.js";
import { attention } from "./attention.js";
import { conv1d } from "./conv1d.js";
import type { Argument, BoundArguments, Kernel } from "./declare.js";
import { dense } from "./dense.js";
import { dropout } from "./dropout.js";
import { embedding } from "./embedding.js";
import { gradient } from "./gradient.js";
import { gru } from "./gru.js";
import { layout } from "./layout.js";
import { linear } from "./linear.js";
import { loss } from "./loss.js";
import { lstm } from "./lstm.js";
import { memory } from "./memory.js";
import { norm } from "./norm.js";
import { optimizer } from "./optimizer.js";
import { pool } from "./pool.js";
import { rnn } from "./rnn.js";
import { elementsOf } from "./sizes.js";
import { softmax } from "./softmax.js";
import { variant } from "./variant.js";

export const FAMILIES = {
  memory,
  embedding,
  dense,
  conv1d,
  activation,
  softmax,
  norm,
  dropout,
  layout,
  pool,
  rnn,
  lstm,
  gru,
  attention,
  loss,
  optimizer,
  gradient,
  linear,
  variant,
};

type Family = (typeof FAMILIES)[keyof typeof FAMILIES];
type Together<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Every kernel by its name. */
export const KERNELS = Object.assign({}, ...Object.values(FAMILIES)) as Together<Family>;

export type KernelName = keyof typeof KERNELS;

type ArgumentName<K extends KernelName> = keyof (typeof KERNELS)[K]["arguments"];

/** A kernel's arguments but for its working room, which whoever plans many calls gives to all of them. */
export type GivenArguments<K extends KernelName> = {
  [Name in Exclude<ArgumentName<K>, "scratch">]: number;
};

/** A kernel's arguments as a call gives them: pointers and numbers. */
export type KernelArguments<K extends KernelName> = GivenArguments<K> & {
  [Name in Extract<ArgumentName<K>, "scratch">]: number;
};

/** The arguments of kernel K as its reference implementation receives them. */
export type Bound<K extends KernelName> = BoundArguments<(typeof KERNELS)[K]["arguments"]>;

/** A kernel where it does not matter which. */
export const kernelOf = (name: KernelName): Kernel => KERNELS[name] as unknown as Kernel;

/** The elements (not bytes) of working room that a call wants for its `scratch`; 0 where its kernel has none. */
export function scratchElements({ kernel, args }: { kernel: KernelName; args: object }): number {
  const room: Argument | undefined = kernelOf(kernel).arguments["scratch"];
  return room?.kind === "scratch" ? elementsOf(room.shape, args as Record<string, number>) : 0;
}
