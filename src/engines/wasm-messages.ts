/**
 * What the WebAssembly pool and its workers share and say to each other. Shared are words and, behind them, the text of a
 * failure: a worker between two jobs does not return to its event loop, from where it could post one.
 */

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
  /** 0; or, once a worker has failed in the job, 1 and the letters of why. */
  failed: 9,
  /** Workers that have begun. */
  begun: 10,
} as const;

const WORD_BYTES = 4 * 16;
/** Longer texts are cut. */
const LETTERS = 256;

/** The shared words, with room for a text. */
export const sharedWords = (): Int32Array =>
  new Int32Array(new SharedArrayBuffer(WORD_BYTES + 2 * LETTERS), 0, WORD_BYTES / 4);

const lettersOf = (control: Int32Array) => new Uint16Array(control.buffer, WORD_BYTES, LETTERS);

/** Says why a worker failed; of several, the first is heard. To be called inside the job. */
export function tellFailure(control: Int32Array, error: unknown): void {
  const text = (error instanceof Error ? error.message : String(error)).slice(0, LETTERS);
  if (Atomics.compareExchange(control, WORDS.failed, 0, 1 + text.length) !== 0) return;
  lettersOf(control).set(Array.from(text, (_, i) => text.charCodeAt(i)));
}

/** Why a worker failed in the job that is over; null where none has. */
export function failureOf(control: Int32Array): string | null {
  const failed = Atomics.load(control, WORDS.failed);
  return failed === 0 ? null : String.fromCharCode(...lettersOf(control).subarray(0, failed - 1));
}

/** What an engine brings: its memory, the kernels for it, and a stack for every helper. */
export interface Membership {
  memory: WebAssembly.Memory;
  module: WebAssembly.Module;
  firstStack: number;
  stackBytes: number;
}

export type Message =
  /** `read`: the state of the mail word before the joins that follow; `version`: of the program that is to run. */
  | { kind: "start"; control: Int32Array; read: number; version: string }
  | ({ kind: "join"; id: number } & Membership)
  | { kind: "leave"; id: number };
