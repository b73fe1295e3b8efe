/** Whether answers to rows held out are better than others by more than chance. */

/** Normal quantiles that 5 %, shared by one to eight trials, lie above. */
const ONE_SIDED = [1.645, 1.96, 2.128, 2.241, 2.326, 2.394, 2.45, 2.498];

/** The normal quantile that 5 % lie above, where the best of so many trials is picked. */
export const quantileFor = (trials: number): number => ONE_SIDED[trials - 1] ?? ONE_SIDED.at(-1)!;

/**
 * Whether a mean gain is above 0 by more than chance: a one-sided test at 5 %, shared by all that was tried. Rows of the same
 * key count as one draw: a text that stands a hundred times proves no more than once.
 * @param gains [rows] by how much each row's loss is smaller
 */
export function isGain(gains: ArrayLike<number>, keyOf: (row: number) => number, trials: number): boolean {
  const rows = gains.length;
  let mean = 0;
  for (let i = 0; i < rows; i++) mean += gains[i]! / rows;
  const sums = new Map<number, number>();
  for (let i = 0; i < rows; i++) sums.set(keyOf(i), (sums.get(keyOf(i)) ?? 0) + gains[i]! - mean);
  const freedom = sums.size - 1;
  if (freedom < 1) return false;
  let squares = 0;
  for (const sum of sums.values()) squares += sum * sum;
  const error = Math.sqrt((squares * sums.size) / freedom) / rows;
  // Student's quantile by its first term beyond the normal one: of few draws the error itself is uncertain.
  const normal = quantileFor(trials);
  const quantile = normal + (normal ** 3 + normal) / (4 * freedom);
  return mean > quantile * error && mean > NEXT_TO_NOTHING;
}

/** Sums of the same numbers in another order differ by less. */
const NEXT_TO_NOTHING = 1e-12;
