/**
 * Work of which one at a time runs, and the newest that was asked meanwhile comes next: while a value is dragged, what comes of
 * it is seen on the way, and the worker has never more to do than it can.
 */
import { signal } from "@preact/signals";
import type { Latest, Outcome } from "./latest.js";

export function paced<T, A extends unknown[]>(
  work: (signal: AbortSignal, ...args: A) => Promise<T>,
): Latest<T, A> {
  const outcome = signal<Outcome<T>>({ value: null, error: null, pending: false });
  let running: AbortController | null = null;
  let next: A | null = null;
  const go = (args: A) => {
    const controller = new AbortController();
    running = controller;
    outcome.value = { ...outcome.peek(), pending: true };
    const settle = (result: Partial<Outcome<T>>) => {
      if (running !== controller) return;
      running = null;
      outcome.value = { ...outcome.peek(), error: null, ...result, pending: next !== null };
      const waiting = next;
      next = null;
      if (waiting) go(waiting);
    };
    work(controller.signal, ...args).then(
      (value) => settle({ value }),
      (error: Error) => settle({ error }),
    );
  };
  return {
    outcome,
    ask(...args) {
      if (running) next = args;
      else go(args);
    },
    clear() {
      running?.abort();
      running = null;
      next = null;
      outcome.value = { value: null, error: null, pending: false };
    },
  };
}
