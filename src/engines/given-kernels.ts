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
  const section = sectionOf(module);
  if (section === undefined) throw refuse(module);
  const [abi, set] = section.split(" ");
  if (set === undefined) throw refuse("a module that is not Cellstate's");
  if (abi !== String(abiHash())) throw refuse("kernels of another version of Cellstate");
  if (set === "answering" && needed === "all") throw refuse("kernels that cannot train");
}

/** What its section says; nothing where there is none, or it exports no kernels; undefined for what is no module. */
function sectionOf(module: unknown): string | undefined {
  const compiled = module as WebAssembly.Module;
  try {
    const [section] = WebAssembly.Module.customSections(compiled, SECTION);
    const runs = WebAssembly.Module.exports(compiled).some(({ name }) => name === "run_task");
    return runs ? new TextDecoder().decode(section) : "";
  } catch {
    // A module of another context is one, too, so that only looking into it tells.
    return undefined;
  }
}
