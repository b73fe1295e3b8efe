/** Numbers for made-up rows: the same for the same seed. */
import { PURPOSE, Random } from "../../src/kernels/philox.js";

/** One number in [0, 1) after another. */
export function random(seed: number): () => number {
  const drawn = new Random(seed, PURPOSE.split, 99);
  let next = 0;
  return () => drawn.uniform(next++);
}
