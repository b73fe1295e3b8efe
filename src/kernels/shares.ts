/** How work is cut into parts. */

/** Of kernels whose work is only known when they run: `parts` calls share it. Where part `part` of `count` rows begins; it ends where the next one does. kernels/rows.h has the same. */
export const shareOf = (count: number, part: number, parts: number): number =>
  Math.floor((count * part) / parts);

/** How many of `count` > 1 summands the first half of a sum has: the largest power of 2 below. */
export const firstHalf = (count: number): number => 2 ** (31 - Math.clz32(count - 1));
