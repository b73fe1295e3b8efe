/**
 * Kernels that were compiled elsewhere and are handed in: workerd lets no program compile any, and hands out those that
 * are imported as files. Files of the package carry a custom section that says what they are (scripts/build-wasm.mjs).
 */
import { inputError } from "../base/errors.js";
import { abiHash } from "../kernels/abi.js";

/** All kernels, or those that answering takes: the first serve where the second are wanted. */
export type KernelSet = "all" | "answering";

/** The files of the package with these kernels. */
const FILES: Record<KernelSet, string> = {
  all: "cellstate/kernels.wasm",
  answering: "cellstate/kernels-answering.wasm",
};

/** The section that tells: the hash of the interface and which kernels there are, "1234567 all". */
const SECTION = "cellstate";

/** @throws InputError for what is no module, none of Cellstate's, of another version, or without kernels that are needed */
export function checkGiven(module: unknown, needed: KernelSet): void {
  const refuse = (received: unknown) =>
    inputError({
      expected: `the compiled kernels of this version, a WebAssembly.Module of ${FILES[needed]}`,
      where: "prepareEngine kernels",
      received,
    });
  if (typeof WebAssembly === "undefined" || !(module instanceof WebAssembly.Module)) throw refuse(module);
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  if (!section) throw refuse("a module that is not Cellstate's");
  const [abi, set] = new TextDecoder().decode(section).split(" ");
  if (abi !== String(abiHash())) throw refuse("kernels of another version of Cellstate");
  if (set !== "all" && needed === "all") throw refuse(`those of ${FILES.answering}, which cannot train`);
}
