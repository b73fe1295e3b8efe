/** How kernels whose work is only known when they run share it: `parts` calls, each of which takes one part. */

/** Where part `part` of `count` rows begins; it ends where the next one does. kernels/rows.h has the same. */
export const shareOf = (count: number, part: number, parts: number): number =>
  Math.floor((count * part) / parts);
