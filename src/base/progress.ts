/** What everything long has in common: it tells how far it is, shares the thread, and ends when its signal is given. */
import { functionOf } from "./arguments.js";
import { inputError } from "./errors.js";
import type { Pieces } from "./pieces.js";
import { isTurnOver, nextTurn } from "./turns.js";

/** How far something long is. */
export interface Progress {
  /** What is being done, in a word or two: "reading", "fitting". */
  phase: string;
  /** How much of it is done: rows, batches, or whatever the phase counts. */
  done: number;
  /** Of how much; null where that is not known. */
  total: number | null;
  /** Since it was called. */
  seconds: number;
}

/** Options of everything long. */
export interface LongOptions<P extends Progress = Progress> {
  /** Ends it. */
  signal?: AbortSignal | undefined;
  /** Told how far it is: at the beginning and the end of every phase, and some times a second between. */
  onProgress?: ((progress: P) => void) | undefined;
}

/** The names of these options. */
export const LONG_OPTIONS = ["signal", "onProgress"] as const;

/** @throws InputError for what is no signal, such as the controller of one, and for what is no function */
export function checkLongOptions({ signal, onProgress }: LongOptions<never>, where: string): void {
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.aborted !== "boolean") {
    const expected = "an AbortSignal (a controller's signal)";
    throw inputError({ expected, where: `${where} signal`, received: signal });
  }
  if (onProgress !== undefined) functionOf(onProgress, `${where} onProgress`);
}

/** Whether something ended because its signal was given. */
export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

/** Who does what is long: in turns with others, and until the signal is given. */
export interface Turns {
  /** So much has been done. @throws AbortError */
  did(amount?: number): Promise<void>;
  /** Does all pieces. @throws AbortError */
  run<Result>(pieces: Pieces<Result>): Promise<Result>;
}

/** Reports are no more frequent than this, but for the first and the last of a phase. */
const REPORT_MS = 50;

/** One call of something long. */
export class Long<P extends Progress = Progress> implements Turns {
  private phase = "";
  private done = 0;
  private total: number | null = null;
  private more = {} as Omit<P, keyof Progress>;
  /** What was reported last of the phase, and when. */
  private told = -1;
  private toldAt = 0;
  private readonly began = performance.now();

  /** @param where what messages call it; null: an end by the signal is not thrown, but to be looked for in `aborted` */
  constructor(
    private readonly options: LongOptions<P>,
    protected readonly where: string | null,
  ) {}

  /** Whether the signal was given. */
  get aborted(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  /**
   * Ends a phase and begins the next.
   * @param total how much there is to do, where that is known
   * @param more what else is told with it
   * @param done what is done of it already
   * @throws AbortError
   */
  begin(
    phase: string,
    total: number | null = null,
    more: Omit<P, keyof Progress> = this.more,
    done = 0,
  ): void {
    this.end();
    this.hear();
    Object.assign(this, { phase, total, more, done, told: -1 });
    this.tell();
    this.hear();
  }

  /** Tells the end of the phase. */
  end(): void {
    if (this.phase !== "" && this.told !== this.done) this.tell();
    this.phase = "";
  }

  /** So much of the phase has been done, which is told if it is time; others have their turn. @throws AbortError */
  async did(amount = 0): Promise<void> {
    this.done += amount;
    if (isTurnOver()) {
      if (performance.now() - this.toldAt >= REPORT_MS && this.phase !== "") this.tell();
      await nextTurn();
    }
    this.hear();
  }

  /** Does all pieces, in turns with others. @throws AbortError */
  async run<Result>(pieces: Pieces<Result>): Promise<Result> {
    try {
      for (;;) {
        const { done, value } = pieces.next();
        if (!done) this.done += value;
        // After the last one, too: what comes next may be the first piece of another.
        if (isTurnOver()) await this.did();
        if (done) return value;
      }
    } finally {
      // Where it ends early, what the computation holds is let go.
      pieces.return(undefined as Result);
    }
  }

  /**
   * The options for something long that is a part of this: it ends with it, and its phases are told as phases of this.
   * @param more what else is told with them
   */
  inner<Q extends Progress>(more?: Omit<P, keyof Q>): LongOptions<Q> {
    this.end();
    const { signal, onProgress } = this.options;
    if (!onProgress) return { signal };
    return {
      signal,
      onProgress: (progress) => {
        onProgress({ ...progress, ...more, seconds: this.seconds } as unknown as P);
      },
    };
  }

  /** @throws AbortError when the signal was given */
  hear(): void {
    if (this.where !== null && this.aborted)
      throw new DOMException(`${this.where} was aborted`, "AbortError");
  }

  private get seconds(): number {
    return (performance.now() - this.began) / 1000;
  }

  private tell(): void {
    const { phase, done, total, seconds, more, options } = this;
    [this.told, this.toldAt] = [done, performance.now()];
    options.onProgress?.({ phase, done, total, seconds, ...more } as P);
  }
}
