/** What the WebAssembly pool and its workers share and say to each other. */

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
  | { kind: "start"; control: Int32Array; read: number }
  | ({ kind: "join"; id: number } & Membership)
  | { kind: "leave"; id: number };
