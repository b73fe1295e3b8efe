/** Sharing the thread: signals, timers and pages get their turn while a long loop runs. */

/** How long a loop may hold the thread before others get a turn. */
const TURN_MS = 40;

export class Turns {
  private last = performance.now();

  /** Lets others run if it is time. */
  async share(): Promise<void> {
    if (performance.now() - this.last < TURN_MS) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    this.last = performance.now();
  }
}
