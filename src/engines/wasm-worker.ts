/** A worker of the WebAssembly pool (wasm-pool.ts): what is shared with it, what is said to it, and what it runs. */
import type { KernelExports } from "./wasm-module.js";

/** Where each shared word lies. */
export const WORDS = {
  /** Odd while a job is open. */
  generation: 0,
  /** Workers inside the job. */
  active: 1,
  /** The next task to draw. */
  next: 2,
  /** Helpers still wanted. */
  places: 3,
  /** The job: how many tasks, whose, and the addresses of the program and of the indices where its tasks begin. */
  tasks: 4,
  member: 5,
  program: 6,
  starts: 7,
  /** Messages posted to each worker that has been there from the beginning. */
  mail: 8,
  failed: 9,
} as const;

/** What an engine brings: its memory, the kernels for it, and a stack for every helper. */
export interface Membership {
  memory: WebAssembly.Memory;
  module: WebAssembly.Module;
  firstStack: number;
  stackBytes: number;
}

export type Message =
  /** `read`: the state of the mail word before the joins that follow. */
  | { kind: "start"; control: Int32Array; words: typeof WORDS; read: number }
  | ({ kind: "join"; id: number } & Membership)
  | { kind: "leave"; id: number };

interface Scope {
  onmessage: ((event: { data: Message }) => void) | null;
}

/**
 * A worker's program. It is turned into text, so it uses nothing from outside itself. It waits for jobs without
 * returning to its event loop, except while there is mail that it has not read.
 */
export function workerMain(scope: Scope): void {
  /** Long enough to bridge the phases of a step. */
  const SPINS = 4000;
  const members = new Map<number, Membership & { kernels: KernelExports }>();
  let start: Extract<Message, { kind: "start" }>;
  let read = 0;
  let seen = 0;

  function drawTasks(slot: number): void {
    const { control, words } = start;
    const { kernels, firstStack, stackBytes } = members.get(control[words.member]!)!;
    kernels.__stack_pointer.value = firstStack + (slot + 1) * stackBytes;
    const program = control[words.program]!;
    const starts = control[words.starts]!;
    const tasks = control[words.tasks]!;
    for (;;) {
      const task = Atomics.add(control, words.next, 1);
      if (task >= tasks) return;
      kernels.run_task(program, starts, task, 0, 0);
    }
  }

  function takePart(generation: number): void {
    const { control, words } = start;
    seen = generation;
    Atomics.add(control, words.active, 1);
    try {
      const open = Atomics.load(control, words.generation) === generation;
      if (open && members.has(control[words.member]!)) {
        const slot = Atomics.sub(control, words.places, 1) - 1;
        if (slot >= 0) drawTasks(slot);
      }
    } catch {
      Atomics.store(control, words.failed, 1);
    } finally {
      if (Atomics.sub(control, words.active, 1) === 1) Atomics.notify(control, words.active);
    }
  }

  function serve(): void {
    const { control, words } = start;
    const isNew = (generation: number) => generation % 2 !== 0 && generation !== seen;
    for (;;) {
      let generation = Atomics.load(control, words.generation);
      for (let i = 0; i < SPINS && !isNew(generation); i++) {
        generation = Atomics.load(control, words.generation);
      }
      if (Atomics.load(control, words.mail) !== read) return;
      if (isNew(generation)) takePart(generation);
      else Atomics.wait(control, words.generation, generation);
    }
  }

  scope.onmessage = ({ data }) => {
    if (data.kind === "start") {
      start = data;
      read = data.read;
    } else {
      read++;
      if (data.kind === "leave") members.delete(data.id);
      else {
        const { exports } = new WebAssembly.Instance(data.module, {
          env: {
            memory: data.memory,
            kernels_fault: () => {
              throw new RangeError("a kernel was given what it cannot take");
            },
          },
        });
        members.set(data.id, { ...data, kernels: exports as unknown as KernelExports });
      }
    }
    serve();
  };
}
