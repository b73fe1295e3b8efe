/** How far a long piece of work is. */

/** Where a piece of work is. */
export interface Progress {
  /** What is being done, in words: "reading", "epoch 2 of 20". */
  phase: string;
  /** How much of it is done. */
  done: number;
  /** How much there is to do; null where that is not known. */
  total: number | null;
  /** Seconds since the work began. */
  seconds: number;
}
