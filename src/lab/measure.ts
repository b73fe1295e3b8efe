/** What a task is judged by, and how that is written. */
import { decimal, percent } from "../base/numbers.js";
import type { LabCell, LabResult, LabRun, Spread } from "./result.js";

/** A measure of a task: a value of each run, and words for it. */
export interface Measure {
  /** "share of unseen sequences processed correctly". */
  readonly says: string;
  /** Whether more is better, and ends at 1. */
  readonly share: boolean;
  /** The nearest word for a column. */
  readonly column: string;
  of(run: LabRun): number;
  spread(group: LabCell): Spread;
  write(value: number): string;
  /** From nats an answer, as baselines are given. */
  scale(nats: number): number;
}

const RIGHT: Measure = {
  says: "share of unseen sequences processed correctly",
  share: true,
  column: "right",
  of: (run) => run.right,
  spread: (group) => group.right,
  write: (value) => percent(value),
  scale: (nats) => nats,
};

/** What the task of a result is judged by: the share right, or the loss where it says so. */
export function measureOf({ task }: Pick<LabResult, "task">): Measure {
  if (!task.measure) return RIGHT;
  const { loss, of } = task.measure;
  const scale = (nats: number) => (loss === "bits" ? nats / Math.LN2 : nats);
  return {
    says: `cross-entropy, ${loss} ${of}`,
    share: false,
    column: `${loss} ${of}`,
    of: (run) => scale(run.loss),
    spread: ({ loss: spread }) => ({
      mean: scale(spread.mean),
      least: scale(spread.least),
      most: scale(spread.most),
    }),
    write: (value) => decimal(value, 3),
    scale,
  };
}
