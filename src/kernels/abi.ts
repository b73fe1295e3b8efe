/** What the C side and this side must agree on, as one line and its hash. */
import type { Argument } from "./declare.js";
import { KERNELS, type KernelName, kernelOf } from "./kernels.js";
import { CONSTANTS, FUNCTIONS } from "./sizes.js";

/** The name of a kernel in C: denseForward is dense_forward. */
export const kernelFunction = (name: string) =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Kernels in the order of their numbers. */
export const KERNEL_NAMES = Object.keys(KERNELS) as KernelName[];

const LETTERS: Record<Argument["kind"], string> = {
  reals: "p",
  scratch: "p",
  words: "w",
  whole: "i",
  flag: "i",
  word: "i",
  real: "r",
};

/** One line that changes whenever the interface does; the size of working room is a part of it. */
export function abiSignature(): string {
  const kernels = KERNEL_NAMES.map((name) => {
    const parameters = Object.entries(kernelOf(name).arguments).map(
      ([field, argument]) =>
        `${LETTERS[argument.kind]} ${field}${argument.kind === "scratch" ? `[${argument.shape}]` : ""}`,
    );
    return `${kernelFunction(name)}(${parameters.join(",")})`;
  });
  const constants = Object.entries(CONSTANTS).map(([name, { value }]) => `${name}=${value}`);
  const functions = Object.entries(FUNCTIONS).map(([name, { of, is }]) => `${name}(${of})=${is}`);
  return [...kernels, ...constants, ...functions].join(";");
}

/** FNV-1a of the signature, as uint32: what a built engine must carry to be trusted with pointers. */
export function abiHash(signature = abiSignature()): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < signature.length; i++) hash = Math.imul(hash ^ signature.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
