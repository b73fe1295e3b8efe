/** Timing: tasks in turn, round by round, so that a machine whose speed drifts drifts for all alike. */

export interface Timed {
  run(): void;
}

export interface Timing {
  medianMs: number;
  minMs: number;
}

/** A measurement lasts at least this long: shorter ones repeat the task. */
const LEAST_MS = 8;

export function interleave(
  tasks: readonly Timed[],
  rounds: number,
  onRound?: (done: number) => void,
): Timing[] {
  const repeats = tasks.map(calibrate);
  const times: number[][] = tasks.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, task] of tasks.entries()) times[i]!.push(timeOf(task, repeats[i]!));
    onRound?.(round + 1);
  }
  return times.map((list) => ({ medianMs: median(list), minMs: Math.min(...list) }));
}

/** Warms the task up, and finds how often it must run to be timed well. */
function calibrate(task: Timed): number {
  let repeats = 1;
  for (;;) {
    const ms = timeOf(task, repeats) * repeats;
    if (ms >= LEAST_MS) return repeats;
    repeats = Math.ceil(repeats * Math.min(10, Math.max(2, (1.2 * LEAST_MS) / Math.max(ms, 0.01))));
  }
}

/** Milliseconds of one run, over so many. */
function timeOf(task: Timed, repeats: number): number {
  const from = performance.now();
  for (let i = 0; i < repeats; i++) task.run();
  return (performance.now() - from) / repeats;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
