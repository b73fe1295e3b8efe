/** The native engine: memory outside the JavaScript heap and whole programs run in C, one call from here each. */

import { abiHash } from "../kernels/abi.js";
import { DirectEngine } from "./direct.js";
import { encodeProgram } from "./encode.js";
import type { Phase, SynchronousProgram } from "./engine.js";

/** What native/addon.c offers. */
export interface Addon {
  readonly abi: number;
  /** Instruction sets that this processor can run, best first; may be none. */
  readonly variants: readonly string[];
  allocate(bytes: number): ArrayBuffer;
  free(buffer: ArrayBuffer): void;
  run(buffer: ArrayBuffer, program: Int32Array, threads: number, variant: number): void;
  retain(): void;
  release(): void;
  poolSize(): number;
  poolRefusal(): string | null;
}

/** The addon, or why there is none. */
export type AddonResult = { addon: Addon } | { missing: string };

/** An addon that fits this code and can run here, or why not. */
export function checkAddon(addon: Addon): AddonResult {
  if (addon.abi !== abiHash()) {
    const next = "`npx cellstate build-native` compiles it anew";
    return { missing: `the native addon was built for another version: ${next}` };
  }
  if (addon.variants.length === 0) {
    return { missing: "the native addon has no code for this processor, which lacks AVX2" };
  }
  try {
    addon.free(addon.allocate(64));
  } catch (error) {
    return { missing: `the native addon cannot work in this runtime: ${(error as Error).message}` };
  }
  return { addon };
}

export class NativeEngine extends DirectEngine {
  readonly name = "native";
  readonly elementBytes = 4;
  readonly base = 64;
  private memory: ArrayBuffer;
  private readonly variant: number;
  private disposed = false;

  /**
   * @param wanted threads, this one included
   * @param options.variant one of the addon's variants instead of the best
   */
  constructor(
    private readonly addon: Addon,
    private readonly wanted: number,
    options: { variant?: string } = {},
  ) {
    super();
    this.variant = options.variant === undefined ? 0 : addon.variants.indexOf(options.variant);
    if (this.variant < 0) throw new RangeError(`this processor has no ${options.variant}`);
    this.memory = addon.allocate(this.base);
    if (wanted > 1) addon.retain();
  }

  /** As many as were asked for; fewer once the system has refused to start one. */
  get threads(): number {
    return this.refusal === null ? this.wanted : Math.min(this.wanted, 1 + this.addon.poolSize());
  }

  get notes(): readonly string[] {
    const { threads, wanted, refusal } = this;
    if (threads === wanted) return [];
    return [
      `engine: ${threads} of ${wanted} threads, as the system starts no more (${refusal}); the results are the same. A limit on processes or threads (ulimit -u, a container's pids) stands in the way; threads: ${threads} asks for no more.`,
    ];
  }

  private get refusal(): string | null {
    return this.wanted > 1 ? this.addon.poolRefusal() : null;
  }

  get buffer(): ArrayBuffer {
    return this.memory;
  }

  reserve(bytes: number): void {
    if (bytes <= this.memory.byteLength) return;
    const grown = this.addon.allocate(bytes);
    new Uint8Array(grown).set(new Uint8Array(this.memory));
    this.addon.free(this.memory);
    this.memory = grown;
  }

  load(phases: Phase[]): SynchronousProgram {
    const { words, furthest } = encodeProgram(phases);
    let live = true;
    return {
      run: () => {
        if (!live || furthest >= this.memory.byteLength)
          throw new Error("this program or its engine is disposed");
        this.addon.run(this.memory, words, this.wanted, this.variant);
      },
      dispose: () => {
        live = false;
      },
    };
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.addon.free(this.memory);
    if (this.wanted > 1) this.addon.release();
  }
}
