/** Where a training waits between two batches: pauses, single steps, and going on. */
import type { Pause } from "./reports.js";

type Place = Omit<Pause, "ended">;

export class Gate {
  /** Batches that may pass before it shuts; infinite while it is open. */
  #left = Number.POSITIVE_INFINITY;
  #place: Place = { epoch: 1, batch: 0, step: 0 };
  #hasBegun = false;
  #isWaiting = false;
  #hasEnded = false;
  #open: () => void = () => {};
  /** Who waits until it is shut and someone stands before it, or the training has ended. */
  #watchers: ((pause: Pause) => void)[] = [];

  /** Begins shut where a training is to wait before its first batch. */
  constructor(isShut: boolean) {
    if (isShut) this.#left = 0;
  }

  /** Called before the first batch and after each: waits while it is shut. @param passed whether a batch is done */
  async pass(place: Place, passed: boolean): Promise<void> {
    this.#place = place;
    this.#hasBegun = true;
    if (passed) this.#left--;
    if (this.#left > 0) return;
    this.#isWaiting = true;
    const opened = new Promise<void>((resolve) => {
      this.#open = resolve;
    });
    this.#tell();
    await opened;
    this.#isWaiting = false;
  }

  /** Shuts behind the batch at work, or further ones; resolves when the training waits, or has ended. */
  pause(): Promise<Pause> {
    this.#left = Math.min(this.#left, this.#isWaiting || !this.#hasBegun ? 0 : 1);
    return this.#stopped();
  }

  /** Lets so many batches pass, beside those that are on their way. @returns as `pause` */
  step(batches: number): Promise<Pause> {
    this.#release(this.#left + batches);
    return this.#stopped();
  }

  resume(): void {
    this.#release(Number.POSITIVE_INFINITY);
  }

  /** The training has ended, or is to end: nobody waits any more. */
  end(): void {
    this.#hasEnded = true;
    this.#release(Number.POSITIVE_INFINITY);
    this.#tell();
  }

  /** Whether it is shut, or will be after some batches: somebody counts them. */
  get isCounting(): boolean {
    return Number.isFinite(this.#left);
  }

  #release(batches: number): void {
    this.#left = batches;
    this.#isWaiting = false;
    this.#open();
  }

  #stopped(): Promise<Pause> {
    return new Promise((resolve) => {
      this.#watchers.push(resolve);
      if (this.#isWaiting || this.#hasEnded) this.#tell();
    });
  }

  #tell(): void {
    for (const told of this.#watchers.splice(0)) told({ ...this.#place, ended: this.#hasEnded });
  }
}
