/** How long an experiment still takes, from the pace of what it has done. */
import type { Job } from "./learn.js";

type Place = Pick<Job, "cell" | "lag">;

export class Forecast {
  /** Seconds a training sequence took, by cell and lag. */
  private readonly paces = new Map<string, number>();

  note({ cell, lag }: Place, sequences: number, seconds: number): void {
    this.paces.set(`${cell} ${lag}`, seconds / sequences);
  }

  /** Seconds that so many sequences take; where no run of this cell and lag has been made, by the slowest known pace a step. */
  seconds({ cell, lag }: Place, sequences: number): number {
    return (this.paces.get(`${cell} ${lag}`) ?? this.slowest() * lag) * sequences;
  }

  private slowest(): number {
    return Math.max(0, ...[...this.paces].map(([key, pace]) => pace / Number(key.split(" ")[1])));
  }
}
