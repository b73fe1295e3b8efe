/**
 * Which members of an automatic classifier run: all that the data asks for, those that a record says, or those that a budget
 * has time for. What a member takes is told by what was measured of others; it runs as a whole or not at all.
 */
import type { ProcessGroup } from "../../processes/group.js";
import type { Ran } from "../options.js";

/** What is measured: rows whose n-grams are counted, n-grams of rows that a wide member is fitted to, a network's steps. */
type Work = "rows" | "fits" | "steps";

/** Work that is still to be done. */
export type Amounts = Readonly<Partial<Record<Work, number>>>;

/** What a budget holds besides training, and what it is held against. */
export interface Timing {
  /** In milliseconds. Default performance.now. */
  readonly clock?: () => number;
  /** When the work began, by this clock: before the data was read. Default: now. */
  readonly began?: number;
  /** Rows that the classifier will be measured on afterwards. Default 0. */
  readonly testRows?: number;
}

/** Writing a file takes no longer than this, in milliseconds, nor than counting the n-grams of its rows did. */
const SAVING = 1000;
/** What was measured is seldom exactly what comes. */
const MARGIN = 1.1;
/** Steps from which on a network's pace is known: the first ones are slow. */
const FIRST_STEPS = 20;
/** A budget is kept to within a tenth. */
const TOLERANCE = 1.1;
/** Half of that is left to a network that was begun: to give it up for a trifle would waste what it took. */
const LATENESS = 1.05;

interface Bounds {
  readonly budget?: number | undefined;
  readonly replay?: Ran | null;
  readonly group?: ProcessGroup | null;
}

export class Allowance {
  readonly testRows: number;
  private readonly clock: () => number;
  private readonly began: number;
  /** In milliseconds; Infinity without one. */
  private readonly budget: number;
  private readonly replay: Ran | null;
  private readonly group: ProcessGroup | null;
  private readonly measured = new Map<string, { amount: number; ms: number }>();

  /**
   * @param budget seconds, if there is a bound
   * @param replay what is to run, if that is settled
   * @param group processes that do the work together: the first one's clock decides
   */
  constructor(
    { budget = Infinity, replay = null, group = null }: Bounds = {},
    { clock = () => performance.now(), began = clock(), testRows = 0 }: Timing = {},
  ) {
    this.clock = clock;
    this.testRows = testRows;
    this.began = began;
    this.budget = 1000 * budget;
    this.replay = replay;
    this.group = group;
  }

  private decided(own: boolean): boolean {
    return this.group && this.budget < Infinity ? this.group.agreed(own) : own;
  }

  /** Measures from now on: what it gives is told, again and again, how much of the work was done since. */
  watch(work: Work): (amount: number) => void {
    let since = this.clock();
    return (amount) => {
      const now = this.clock();
      const before = this.measured.get(work) ?? { amount: 0, ms: 0 };
      this.measured.set(work, { amount: before.amount + amount, ms: before.ms + now - since });
      since = now;
    };
  }

  /** Whether one more recipe or network may run after so many. @param left work with it, to the end of training */
  admits(what: "recipes" | "networks", after: number, left: Amounts): boolean {
    if (this.replay) return after < this.replay[what];
    return this.decided(this.endAfter(left, MARGIN) <= this.began + this.budget);
  }

  /** Whether a network that has made so many steps may go on. @param left work to the end of training */
  goesOn(steps: number, left: Amounts): boolean {
    const told = steps < FIRST_STEPS ? { ...left, steps: 0 } : left;
    return this.decided(this.endAfter(told, MARGIN) <= this.began + LATENESS * this.budget);
  }

  /** Whether the file will be written later than the budget allows, by more than a trifle. */
  get isExceeded(): boolean {
    if (this.replay) return this.replay.exceeded;
    return this.decided(this.endAfter({}, 1) > this.began + TOLERANCE * this.budget);
  }

  /** When the work is done, by the clock, and what comes after it: the file is written, and rows to test on are answered. */
  private endAfter(left: Amounts, margin: number): number {
    const amounts = { ...left, rows: (left.rows ?? 0) + this.testRows };
    let ms = Math.min(SAVING, this.measured.get("rows")?.ms ?? 0);
    for (const [work, amount] of Object.entries(amounts)) {
      const pace = this.measured.get(work);
      if (pace) ms += (amount * pace.ms) / pace.amount;
    }
    return this.clock() + margin * ms;
  }
}
