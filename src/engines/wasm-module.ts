/** The kernels' WebAssembly, unpacked and compiled once for each way in which it is used. */
import { inflateExactly } from "../base/inflate.js";
import { abiHash } from "../kernels/abi.js";
import { checkGiven, type KernelSet } from "./given-kernels.js";
import { withoutMultiplyAdd } from "./plain-simd.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** What scripts/build-wasm.mjs writes. */
export interface WasmBinary {
  /** Hash of the kernels.h it was built from. */
  readonly abi: number;
  /** The size of the binary, uint32, and the binary deflated; in base64. */
  readonly packed: string;
}

/** Kernels to be put to work on a memory of one thread's own, or one that threads share. */
export interface WasmModules {
  module(shared: boolean): WebAssembly.Module;
}

/** Compiled modules; one that imports a shared memory differs by a flag from one that does not. */
type Compiled = { shared?: WebAssembly.Module; own?: WebAssembly.Module };

const kindOf = (shared: boolean) => (shared ? "shared" : "own");

/** The kernels as WebAssembly, compiled one way. */
export class WasmBuild implements WasmModules {
  private made: Bytes | null = null;
  private readonly modules: Compiled = {};

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
    return WebAssembly.validate(this.bytes);
  }

  /** The compiled module. @throws whatever forbids it */
  module(shared: boolean): WebAssembly.Module {
    return (this.modules[kindOf(shared)] ??= new WebAssembly.Module(this.bytesFor(shared)));
  }

  /** Compiles it, while this thread does something else, so that `module` finds it. */
  async compile(shared: boolean): Promise<void> {
    this.modules[kindOf(shared)] ??= await WebAssembly.compile(this.bytesFor(shared));
  }

  private bytesFor(shared: boolean): Bytes {
    return shared ? sharingMemory(this.bytes) : this.bytes;
  }
}

/** A build of what scripts/build-wasm.mjs packed. */
export const packedBuild = (name: string, packed: string): WasmBuild =>
  new WasmBuild(name, () => {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const size = new DataView(bytes.buffer).getUint32(0, true);
    return inflateExactly(bytes.subarray(4), size, `the ${name} kernels`).slice();
  });

/** What there is to work with, or why there is nothing. */
type Choice = { modules: WasmModules; mayShare: boolean } | { missing: string };

/** Builds of one binary: relaxed SIMD fuses multiply-add, as native code does; SIMD128 runs everywhere. */
export class WasmBuilds {
  readonly relaxed: WasmBuild;
  readonly simd: WasmBuild;
  private fit: { build: WasmBuild } | { missing: string } | null = null;
  private given: Choice | null = null;
  private readonly chosen: { shared?: Choice; own?: Choice } = {};
  private readonly compiling: { shared?: Promise<void>; own?: Promise<void> } = {};

  /** @param set which kernels these are */
  constructor(
    private readonly binary: WasmBinary,
    private readonly set: KernelSet,
  ) {
    this.relaxed = packedBuild("relaxed", binary.packed);
    this.simd = new WasmBuild("simd", () => withoutMultiplyAdd(this.relaxed.bytes));
  }

  /** Works with kernels that were compiled elsewhere from now on. @throws InputError for others than these */
  use(module: WebAssembly.Module): void {
    checkGiven(module, this.set);
    // Its memory cannot be turned into one that is shared: that is written in the module.
    this.given = { modules: { module: () => module }, mayShare: false };
  }

  /** The best build for this runtime, compiled; or why there is none. Found out once. */
  choose(shared: boolean): Choice {
    if (this.given) return this.given;
    return (this.chosen[kindOf(shared)] ??= this.compileNow(shared));
  }

  /**
   * Compiles, while this thread does something else, what `choose` then finds, also where it found before that it may not
   * compile at once. Undefined where there is nothing to wait for.
   */
  ready(shared: boolean): Promise<void> | undefined {
    const kind = kindOf(shared);
    const known = this.given ?? this.chosen[kind];
    if (known && "modules" in known) return undefined;
    return (this.compiling[kind] ??= this.compileLater(shared));
  }

  private compileNow(shared: boolean): Choice {
    const found = this.fitting();
    if ("missing" in found) return found;
    try {
      found.build.module(shared);
      return { modules: found.build, mayShare: true };
    } catch (error) {
      return { missing: error instanceof RangeError ? refusedAtOnce(error) : forbidden(error) };
    }
  }

  private async compileLater(shared: boolean): Promise<void> {
    const found = this.fitting();
    if ("missing" in found) return;
    try {
      await found.build.compile(shared);
      this.chosen[kindOf(shared)] = { modules: found.build, mayShare: true };
    } catch (error) {
      this.chosen[kindOf(shared)] = { missing: forbidden(error) };
    }
  }

  private fitting(): { build: WasmBuild } | { missing: string } {
    this.fit ??= this.find();
    return this.fit;
  }

  private find(): { build: WasmBuild } | { missing: string } {
    if (this.binary.abi !== abiHash()) {
      return { missing: "the WebAssembly kernels were built from another kernels.h: run `npm run build`" };
    }
    if (typeof WebAssembly === "undefined") {
      return {
        missing: "this runtime has no WebAssembly (Node with --jitless, and browsers that lock it away)",
      };
    }
    // A security policy that forbids compiling still lets it be validated.
    const build = [this.relaxed, this.simd].find(({ runsHere }) => runsHere);
    if (build) return { build };
    return {
      missing:
        "this runtime has no WebAssembly SIMD (Node 16.4, Chrome 91, Firefox 89, Safari 16.4 and later do)",
    };
  }
}

const saidBy = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Of a page's main thread, in some browsers, for anything that is not small. */
const refusedAtOnce = (error: RangeError) =>
  `this thread may not compile WebAssembly while it waits (${saidBy(error)}): \`await prepareEngine()\` first`;

const forbidden = (error: unknown) =>
  `WebAssembly may not be compiled here (${saidBy(error)}): a page's Content-Security-Policy allows it by script-src 'wasm-unsafe-eval'; where nothing does, hand in kernels that were compiled before, prepareEngine({ kernels })`;

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
