/** Numbers drawn one after another for one sequence: a function of (seed, set, number) alone. */
import { PURPOSE, philox4x32, seedWords } from "../kernels/philox.js";

/**
 * Sequences to learn from, to check on while learning, for the final score and longer ones are drawn apart, and so are
 * gates' biases.
 */
export const SETS = { training: 0, check: 1, final: 2, gates: 3, beyond: 4 } as const;
export type SetName = keyof typeof SETS;

export class Draw {
  private readonly words = new Uint32Array(4);
  private readonly key: readonly [number, number];
  private block = 0;
  private at = 4;
  private spare: number | null = null;

  constructor(
    seed: number,
    private readonly set: SetName,
    private readonly number: number,
  ) {
    this.key = seedWords(seed);
  }

  /** A uint32. */
  word(): number {
    if (this.at === 4) {
      const [k0, k1] = this.key;
      philox4x32(this.words, this.block++, SETS[this.set], this.number >>> 0, PURPOSE.lab, k0, k1);
      this.at = 0;
    }
    return this.words[this.at++]!;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.word() / 2 ** 32;
  }

  /** A whole number from 0 to n − 1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** A whole number from least to most. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Standard normal (Box and Muller); every second one costs nothing. */
  normal(): number {
    if (this.spare !== null) {
      const kept = this.spare;
      this.spare = null;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}
