/** Numbers as blocks of the terminal. */

const SHADES = " ░▒▓█";

/** Each number's shade between the least and the largest of them. */
export function shades(
  values: readonly number[],
  least = Math.min(...values),
  most = Math.max(...values),
): string[] {
  const span = most - least || 1;
  return values.map((value) => SHADES[Math.min(4, Math.max(0, Math.round(((value - least) / span) * 4)))]!);
}

/** A bar to the right of the middle for what is positive, to the left for what is negative; `half` columns each way. */
export function twoSidedBar(value: number, most: number, half: number): string {
  const length = most > 0 ? Math.min(half, Math.round((Math.abs(value) / most) * half)) : 0;
  if (value < 0) return `${" ".repeat(half - length)}${"▒".repeat(length)}│${" ".repeat(half)}`;
  return `${" ".repeat(half)}│${"█".repeat(length)}${" ".repeat(half - length)}`;
}
