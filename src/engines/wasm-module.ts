/** The kernels' WebAssembly, compiled once for each way in which it is used. */
import { inflateExactly } from "../base/inflate.js";
import { abiHash } from "../kernels/abi.js";
import { abi, relaxed, simd } from "./wasm-binary.js";

/** The kernels as WebAssembly, compiled one way. */
export interface WasmBuild {
  readonly name: string;
  /** The size of the binary, uint32, and the binary deflated; in base64. */
  readonly packed: string;
}

/** SIMD128 runs everywhere; relaxed SIMD fuses multiply-add, as native code does. */
export const WASM_BUILDS = {
  simd: { name: "simd", packed: simd },
  relaxed: { name: "relaxed", packed: relaxed },
} satisfies Record<string, WasmBuild>;

const unpacked = new Map<WasmBuild, Uint8Array<ArrayBuffer>>();

function bytesOf(build: WasmBuild): Uint8Array<ArrayBuffer> {
  let bytes = unpacked.get(build);
  if (!bytes) {
    const packed = Uint8Array.from(atob(build.packed), (letter) => letter.charCodeAt(0));
    const size = new DataView(packed.buffer).getUint32(0, true);
    bytes = inflateExactly(packed.subarray(4), size, `the ${build.name} kernels`).slice();
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
  const build = [WASM_BUILDS.relaxed, WASM_BUILDS.simd].find(supports);
  if (build) return { build };
  return {
    missing:
      "this runtime has no WebAssembly SIMD (Node 16.4, Chrome 91, Firefox 89, Safari 16.4 and later do)",
  };
}

const modules = {
  shared: new Map<WasmBuild, WebAssembly.Module>(),
  own: new Map<WasmBuild, WebAssembly.Module>(),
};

/** The compiled module; one that imports a shared memory differs by a flag from one that does not. */
export function kernelModule(build: WasmBuild, shared: boolean): WebAssembly.Module {
  const made = shared ? modules.shared : modules.own;
  let module = made.get(build);
  if (!module) {
    const bytes = bytesOf(build).slice();
    if (shared) bytes[memoryFlags(bytes)] = SHARED_WITH_MAXIMUM;
    module = new WebAssembly.Module(bytes);
    made.set(build, module);
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
