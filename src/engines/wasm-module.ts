/** The kernels' WebAssembly, unpacked and compiled once for each way in which it is used. */
import { inflateExactly } from "../base/inflate.js";
import { abiHash } from "../kernels/abi.js";
import { withoutMultiplyAdd } from "./plain-simd.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** What scripts/build-wasm.mjs writes. */
export interface WasmBinary {
  /** Hash of the kernels.h it was built from. */
  readonly abi: number;
  /** The size of the binary, uint32, and the binary deflated; in base64. */
  readonly packed: string;
}

/** The kernels as WebAssembly, compiled one way. */
export class WasmBuild {
  private made: Bytes | null = null;
  private readonly modules: { shared?: WebAssembly.Module; own?: WebAssembly.Module } = {};

  constructor(
    readonly name: string,
    private readonly make: () => Bytes,
  ) {}

  get bytes(): Bytes {
    this.made ??= this.make();
    return this.made;
  }

  /** Whether this runtime can run it. */
  get runsHere(): boolean {
    return typeof WebAssembly !== "undefined" && WebAssembly.validate(this.bytes);
  }

  /** The compiled module; one that imports a shared memory differs by a flag from one that does not. */
  module(shared: boolean): WebAssembly.Module {
    const kind = shared ? "shared" : "own";
    this.modules[kind] ??= new WebAssembly.Module(shared ? sharingMemory(this.bytes) : this.bytes);
    return this.modules[kind];
  }
}

/** A build of what scripts/build-wasm.mjs packed. */
export const packedBuild = (name: string, packed: string): WasmBuild =>
  new WasmBuild(name, () => {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const size = new DataView(bytes.buffer).getUint32(0, true);
    return inflateExactly(bytes.subarray(4), size, `the ${name} kernels`).slice();
  });

/** Builds of one binary: relaxed SIMD fuses multiply-add, as native code does; SIMD128 runs everywhere. */
export class WasmBuilds {
  readonly relaxed: WasmBuild;
  readonly simd: WasmBuild;
  private chosen: Choice | null = null;

  constructor(private readonly binary: WasmBinary) {
    this.relaxed = packedBuild("relaxed", binary.packed);
    this.simd = new WasmBuild("simd", () => withoutMultiplyAdd(this.relaxed.bytes));
  }

  /** The best build for this runtime, or why there is none; found out once. */
  choose(): Choice {
    this.chosen ??= this.find();
    return this.chosen;
  }

  private find(): Choice {
    if (this.binary.abi !== abiHash()) {
      return { missing: "the WebAssembly kernels were built from another kernels.h: run `npm run build`" };
    }
    const build = [this.relaxed, this.simd].find(({ runsHere }) => runsHere);
    if (build && compilesHere()) return { build };
    if (build) {
      return {
        missing:
          "WebAssembly is forbidden here (a page's Content-Security-Policy allows it by script-src 'wasm-unsafe-eval')",
      };
    }
    return {
      missing:
        "this runtime has no WebAssembly SIMD (Node 16.4, Chrome 91, Firefox 89, Safari 16.4 and later do)",
    };
  }
}

type Choice = { build: WasmBuild } | { missing: string };

/** An empty module: "\0asm", version 1. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Whether anything may be compiled here: a security policy that forbids it still lets it be validated. */
function compilesHere(): boolean {
  try {
    new WebAssembly.Module(EMPTY);
    return true;
  } catch {
    return false;
  }
}

const WITH_MAXIMUM = 1;
const SHARED_WITH_MAXIMUM = 3;

function sharingMemory(module: Bytes): Bytes {
  const bytes = module.slice();
  bytes[memoryFlags(bytes)] = SHARED_WITH_MAXIMUM;
  return bytes;
}

/** Where the limits of the import "env" "memory" begin: the byte after the two names and the kind (2, a memory). */
function memoryFlags(bytes: Bytes): number {
  const entry = "\x03env\x06memory\x02";
  const matches = (at: number) => [...entry].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
  for (let at = 0; at + entry.length < bytes.length; at++) {
    if (matches(at) && bytes[at + entry.length] === WITH_MAXIMUM) return at + entry.length;
  }
  throw new Error("the WebAssembly kernels import no memory with a maximum");
}
