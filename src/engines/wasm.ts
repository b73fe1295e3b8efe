/**
 * The WebAssembly engine. Its linear memory begins with the stack and static data of the kernels, then a window that
 * programs are copied into to be run, then a stack for every further thread; `base` comes after.
 */

import { DirectEngine } from "./direct.js";
import { type EncodedProgram, encodeProgram } from "./encode.js";
import type { Phase, SynchronousProgram } from "./engine.js";
import { instantiateKernels, type KernelExports } from "./wasm-kernels.js";
import type { WasmModules } from "./wasm-module.js";
import { joinPool, type PoolMember } from "./wasm-pool.js";

const PAGE = 65536;
/** Room for programs: about ten thousand calls. Longer programs run in pieces. */
const WINDOW = 16 * PAGE;
const STACK = PAGE;
/** Of the 4 GiB that 32 bits address. */
const MOST_PAGES = 65536;

const alignUp = (bytes: number) => Math.ceil(bytes / 64) * 64;

export class WasmEngine extends DirectEngine {
  readonly name = "wasm";
  readonly elementBytes = 4;
  readonly base: number;
  private readonly memory: WebAssembly.Memory;
  private readonly kernels: KernelExports;
  private readonly window: ProgramWindow;
  private member: PoolMember | null = null;
  private readonly firstStack: number;
  /** Where this thread's stack begins. */
  private readonly stackTop: number;
  private disposed = false;

  /** @param wanted threads, this one included */
  constructor(
    private readonly modules: WasmModules,
    private readonly wanted: number,
  ) {
    super();
    this.memory = new WebAssembly.Memory({ initial: 32, maximum: MOST_PAGES, shared: this.shared });
    this.kernels = instantiateKernels(this.module, this.memory);
    this.stackTop = this.kernels.__stack_pointer.value;
    const windowAt = alignUp(this.kernels.__heap_base.value);
    this.window = new ProgramWindow(this.memory, windowAt);
    this.firstStack = windowAt + WINDOW;
    this.base = this.firstStack + (wanted - 1) * STACK;
    this.reserve(this.base);
  }

  /** As many as were asked for; fewer once workers did not start. */
  get threads(): number {
    const { member, wanted } = this;
    return member && member.failure !== null ? Math.min(wanted, 1 + member.workers) : wanted;
  }

  get notes(): readonly string[] {
    const reason = this.member?.failure ?? null;
    return reason === null
      ? []
      : [`engine: fewer threads than ${this.wanted}, as a worker failed: ${reason}`];
  }

  private get shared(): boolean {
    return this.wanted > 1;
  }

  private get module(): WebAssembly.Module {
    return this.modules.module(this.shared);
  }

  get buffer(): ArrayBufferLike {
    return this.memory.buffer;
  }

  reserve(bytes: number): void {
    const missing = Math.ceil((bytes - this.memory.buffer.byteLength) / PAGE);
    if (missing <= 0) return;
    try {
      this.memory.grow(missing);
    } catch {
      throw new RangeError(`WebAssembly could not get ${(bytes / 2 ** 20).toFixed(0)} MiB of memory`);
    }
  }

  load(phases: Phase[]): SynchronousProgram {
    const pieces = encodeInPieces(phases);
    let live = true;
    return {
      run: () => {
        if (!live || this.disposed) throw new Error("this program or its engine is disposed");
        for (const piece of pieces) this.runPiece(piece);
      },
      dispose: () => {
        live = false;
        pieces.length = 0;
      },
    };
  }

  private runPiece({ words, furthest }: EncodedProgram): void {
    if (furthest >= this.memory.buffer.byteLength) throw new RangeError("a program points past the memory");
    const at = this.window.place(words);
    // A kernel that has trapped left what it had there.
    this.kernels.__stack_pointer.value = this.stackTop;
    let header = 1;
    for (let remaining = words[0]!; remaining > 0; remaining--) {
      const tasks = words[header]!;
      const starts = header + 1;
      if (this.shared && tasks > 1) this.runShared(at, at + 4 * starts, tasks);
      else for (let task = 0; task < tasks; task++) this.kernels.run_task(at, at + 4 * starts, task, 0, 0);
      header = starts + tasks + 1;
    }
  }

  /** Runs the tasks of one phase together with the pool's workers. */
  private runShared(program: number, starts: number, tasks: number): void {
    const { memory, module, firstStack } = this;
    this.member ??= joinPool({ memory, module, firstStack, stackBytes: STACK });
    this.member.run(this.kernels, { program, starts, tasks, helpers: this.wanted - 1 });
  }

  dispose(): void {
    this.disposed = true;
    this.member?.leave();
    this.member = null;
  }
}

/** Where programs lie to be run. It fills up program by program and starts afresh when it is full. */
class ProgramWindow {
  private top = 0;
  private places = new Map<Int32Array, number>();

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly at: number,
  ) {}

  /** The address of these words, copied in where they are not there already. */
  place(words: Int32Array): number {
    const known = this.places.get(words);
    if (known !== undefined) return known;
    if (this.top + words.byteLength > WINDOW) {
      this.top = 0;
      this.places.clear();
    }
    const address = this.at + this.top;
    new Int32Array(this.memory.buffer, address, words.length).set(words);
    this.top += words.byteLength;
    this.places.set(words, address);
    return address;
  }
}

/** Encoded so that every piece fits the window: phases apart, then a phase's tasks, then a task's calls. */
function encodeInPieces(phases: Phase[]): EncodedProgram[] {
  const whole = encodeProgram(phases);
  if (whole.words.byteLength <= WINDOW) return [whole];
  return halves(phases).flatMap(encodeInPieces);
}

function halves(phases: Phase[]): [Phase[], Phase[]] {
  const [phase] = phases;
  if (phases.length > 1) return cut(phases);
  if (phase!.length > 1) {
    const [first, second] = cut(phase!);
    return [[first], [second]];
  }
  const [first, second] = cut(phase![0]!);
  return [[[first]], [[second]]];
}

function cut<T>(items: T[]): [T[], T[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
