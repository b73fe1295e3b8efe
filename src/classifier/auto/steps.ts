/** What trainings that are no network's do, one step after another. */
import type { Pieces } from "../../base/pieces.js";
import type { Long, Turns } from "../../base/progress.js";
import type { TrainProgress } from "../options.js";

export class Steps implements Turns {
  private told = "";

  /** @param onStep told each step once, when it is begun */
  constructor(
    private readonly long: Long<TrainProgress>,
    private readonly onStep?: ((what: string) => void) | undefined,
  ) {}

  /** Begins a step, or goes on with it. @param what in full @throws AbortError */
  begin(phase: string, what: string, total: number | null = null): void {
    if (what !== this.told) this.onStep?.(what);
    this.told = what;
    this.long.begin(phase, total, { step: what });
  }

  /** So much of the step is done. @throws AbortError */
  did(amount?: number): Promise<void> {
    return this.long.did(amount);
  }

  /** Does all pieces, in turns with others. @throws AbortError */
  run<Result>(pieces: Pieces<Result>): Promise<Result> {
    return this.long.run(pieces);
  }

  /** Tells the end of the last step. */
  end(): void {
    this.long.end();
  }
}
