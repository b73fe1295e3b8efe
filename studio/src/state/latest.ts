/** Work of which only the latest counts: what is asked anew ends what was asked before. */
import { type ReadonlySignal, signal } from "@preact/signals";

/** What work has come to. While it is done anew, `value` is what it came to before. */
export interface Outcome<T> {
  value: T | null;
  error: Error | null;
  pending: boolean;
}

export interface Latest<T, A extends unknown[]> {
  readonly outcome: ReadonlySignal<Outcome<T>>;
  ask(...args: A): void;
  /** Forgets what it came to. */
  clear(): void;
}

export function latest<T, A extends unknown[]>(
  work: (signal: AbortSignal, ...args: A) => Promise<T>,
): Latest<T, A> {
  const outcome = signal<Outcome<T>>({ value: null, error: null, pending: false });
  let running: AbortController | null = null;
  const end = () => running?.abort();
  return {
    outcome,
    ask(...args) {
      end();
      const controller = new AbortController();
      running = controller;
      outcome.value = { ...outcome.peek(), pending: true };
      const settle = (result: Partial<Outcome<T>>) => {
        if (running !== controller) return;
        outcome.value = { ...outcome.peek(), error: null, ...result, pending: false };
      };
      work(controller.signal, ...args).then(
        (value) => settle({ value }),
        (error: Error) => settle({ error }),
      );
    },
    clear() {
      end();
      running = null;
      outcome.value = { value: null, error: null, pending: false };
    },
  };
}
