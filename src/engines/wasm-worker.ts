/**
 * The program of a worker of the WebAssembly pool (wasm-pool.ts). It waits for jobs without returning to its event loop,
 * except while there is mail that it has not read. Nothing imports this file: scripts/build-worker.mjs makes one text of
 * it and what it imports, which workers are started with.
 */
import { instantiateKernels, type KernelExports } from "./wasm-kernels.js";
import { type Membership, type Message, tellFailure, WORDS } from "./wasm-messages.js";

/** Which program this is: scripts/build-worker.mjs puts it in. A file of another version must not touch shared memory. */
declare const VERSION: string;

/** This worker's message port, which those who start it put before its program (`spawnWorker`). */
declare const port: { onmessage: ((event: { data: Message }) => void) | null };

/** Long enough to bridge the phases of a step. */
const SPINS = 4000;

const members = new Map<number, Membership & { kernels: KernelExports }>();
let control: Int32Array;
let read = 0;
let seen = 0;

function drawTasks(slot: number): void {
  const { kernels, firstStack, stackBytes } = members.get(control[WORDS.member]!)!;
  kernels.__stack_pointer.value = firstStack + (slot + 1) * stackBytes;
  const program = control[WORDS.program]!;
  const starts = control[WORDS.starts]!;
  const tasks = control[WORDS.tasks]!;
  for (;;) {
    const task = Atomics.add(control, WORDS.next, 1);
    if (task >= tasks) return;
    kernels.run_task(program, starts, task, 0, 0);
  }
}

function takePart(generation: number): void {
  seen = generation;
  Atomics.add(control, WORDS.active, 1);
  try {
    const open = Atomics.load(control, WORDS.generation) === generation;
    if (open && members.has(control[WORDS.member]!)) {
      const slot = Atomics.sub(control, WORDS.places, 1) - 1;
      if (slot >= 0) drawTasks(slot);
    }
  } catch (error) {
    tellFailure(control, error);
  } finally {
    if (Atomics.sub(control, WORDS.active, 1) === 1) Atomics.notify(control, WORDS.active);
  }
}

function serve(): void {
  const isNew = (generation: number) => generation % 2 !== 0 && generation !== seen;
  for (;;) {
    let generation = Atomics.load(control, WORDS.generation);
    for (let i = 0; i < SPINS && !isNew(generation); i++) {
      generation = Atomics.load(control, WORDS.generation);
    }
    if (Atomics.load(control, WORDS.mail) !== read) return;
    if (isNew(generation)) takePart(generation);
    else Atomics.wait(control, WORDS.generation, generation);
  }
}

port.onmessage = ({ data }) => {
  if (data.kind === "start") {
    if (data.version !== VERSION) throw new Error("engine-worker.js is of another version of Cellstate");
    control = data.control;
    Atomics.add(control, WORDS.begun, 1);
    read = data.read;
  } else {
    read++;
    if (data.kind === "leave") members.delete(data.id);
    else members.set(data.id, { ...data, kernels: instantiateKernels(data.module, data.memory) });
  }
  serve();
};
