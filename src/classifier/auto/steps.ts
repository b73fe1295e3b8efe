/** What a training that is no network's tells while it goes on, and how it hears that it is to end. */
import { Turns } from "../../train/turns.js";

/** Thrown when the signal ends it: nothing was learned that could be kept. */
export class AutoAborted extends Error {}

/**
 * Called with what is being done, before and again and again while it is: tells it once, and lets others have their turn.
 * @throws AutoAborted, when it is called, once the signal is given
 */
export function stepper({
  onStep,
  signal,
}: {
  onStep?: ((what: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}): (what: string) => Promise<void> {
  const turns = new Turns();
  let last = "";
  return async (what) => {
    if (what !== last) onStep?.(what);
    last = what;
    await turns.share();
    if (signal?.aborted) throw new AutoAborted();
  };
}
