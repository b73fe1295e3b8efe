/** The kernels' WebAssembly, compiled once for each way in which it is used. */
import { inflateSync } from "fflate";
import { abiHash } from "./encode.js";
import { abi, relaxed, simd } from "./wasm-binary.js";

/** SIMD128 runs everywhere; relaxed SIMD fuses multiply-add, as native code does. */
export type WasmBuild = "simd" | "relaxed";

export interface KernelExports {
  /** Runs one task of an encoded program; `program` and `starts` are addresses, `memory` is 0. */
  run_task(program: number, starts: number, task: number, memory: number): void;
  __stack_pointer: WebAssembly.Global;
  /** Where static data ends. */
  __heap_base: WebAssembly.Global;
}

const PACKED: Record<WasmBuild, string> = { simd, relaxed };

const unpacked = new Map<WasmBuild, Uint8Array<ArrayBuffer>>();

function bytesOf(build: WasmBuild): Uint8Array<ArrayBuffer> {
  let bytes = unpacked.get(build);
  if (!bytes) {
    bytes = inflateSync(Uint8Array.from(atob(PACKED[build]), (letter) => letter.charCodeAt(0)));
    unpacked.set(build, bytes);
  }
  return bytes;
}

/** Whether this runtime can run a build. */
export function supports(build: WasmBuild): boolean {
  return typeof WebAssembly !== "undefined" && WebAssembly.validate(bytesOf(build));
}

type Choice = { build: WasmBuild } | { missing: string };

let choice: Choice | undefined;

/** The best build for this runtime, or why there is none; found out once. */
export function chooseBuild(): Choice {
  choice ??= choose();
  return choice;
}

function choose(): Choice {
  if (abi !== abiHash()) {
    return { missing: "the WebAssembly kernels were built from another kernels.h: run `npm run build`" };
  }
  if (supports("relaxed")) return { build: "relaxed" };
  if (supports("simd")) return { build: "simd" };
  return {
    missing:
      "this runtime has no WebAssembly SIMD (Node 16.4, Chrome 91, Firefox 89, Safari 16.4 and later do)",
  };
}

const modules = new Map<string, WebAssembly.Module>();

/** The compiled module; one that imports a shared memory differs by a flag from one that does not. */
export function kernelModule(build: WasmBuild, shared: boolean): WebAssembly.Module {
  const key = `${build} ${shared}`;
  let module = modules.get(key);
  if (!module) {
    const bytes = bytesOf(build).slice();
    if (shared) bytes[memoryFlags(bytes)] = SHARED_WITH_MAXIMUM;
    module = new WebAssembly.Module(bytes);
    modules.set(key, module);
  }
  return module;
}

const WITH_MAXIMUM = 1;
const SHARED_WITH_MAXIMUM = 3;

/** Where the limits of the import "env" "memory" begin: the byte after the two names and the kind (2, a memory). */
function memoryFlags(bytes: Uint8Array): number {
  const entry = "\x03env\x06memory\x02";
  const matches = (at: number) => [...entry].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
  for (let at = 0; at + entry.length < bytes.length; at++) {
    if (matches(at) && bytes[at + entry.length] === WITH_MAXIMUM) return at + entry.length;
  }
  throw new Error("the WebAssembly kernels import no memory with a maximum");
}
