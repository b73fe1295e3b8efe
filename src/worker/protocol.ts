/**
 * What goes between whoever holds a trainer or a model and the worker that does its work: calls by number, and of each an
 * end (what came of it, or an error) and, before that, what happens meanwhile.
 */
import type { Progress } from "../base/progress.js";
import type { PackedError } from "./errors.js";
import type { ModelHost } from "./model-host.js";
import type { Learnt, PreparedReport } from "./reports.js";
import type { TrainerHost } from "./trainer-host.js";

/** Changes with the messages: a program of another version is told apart by it. */
export const PROTOCOL = 1;

/** Who does the work in the worker: one of each kind. */
export interface Hosts {
  trainer: TrainerHost;
  model: ModelHost;
}

/** What happens during a call, by name: what its listener is given. */
export interface Events {
  progress: [Progress];
  prepared: [PreparedReport];
  learnt: [readonly Learnt[]];
  /** `onProgress` of an explanation, whatever that is told. */
  explained: unknown[];
}

/** What a host's method is given besides its arguments: how the call ends early, whom to tell, and what moves. */
export interface Context {
  readonly signal: AbortSignal;
  /** Has the typed arrays of a result move in place of being copied: nobody here may use them after. */
  move<R>(result: R): R;
  tell<E extends keyof Events>(event: E, ...args: Events[E]): void;
}

type Method = (context: Context, ...args: never[]) => unknown;

/** The calls that a host answers. */
export type CallName<H extends keyof Hosts> = {
  [N in keyof Hosts[H]]: Hosts[H][N] extends Method ? N : never;
}[keyof Hosts[H]] &
  string;

/** What such a call takes. */
export type CallArguments<H extends keyof Hosts, N extends CallName<H>> = Hosts[H][N] extends (
  context: Context,
  ...args: infer A
) => unknown
  ? A
  : never;

/** What comes of it. */
export type CallResult<H extends keyof Hosts, N extends CallName<H>> = Hosts[H][N] extends (
  ...args: never[]
) => infer R
  ? Awaited<R>
  : never;

/** To the worker: a call; or that the call of that number is to end. */
export type ToWorker =
  | { readonly id: number; readonly host: string; readonly call: string; readonly args: readonly unknown[] }
  | { readonly id: number; readonly abort: true };

/** From the worker: that it is there; then what happens during a call, and its end. */
export type FromWorker =
  | { readonly ready: number }
  | { readonly id: number; readonly event: keyof Events; readonly args: readonly unknown[] }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PackedError };
