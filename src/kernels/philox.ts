/**
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"
 * (SC 2011). Randomness is a function of (seed, purpose, step, row, index): nothing depends on who asks first,
 * so results are the same on any number of threads and after a resume.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** The upper 32 bits of a · b, both uint32. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle % 65536);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(cross / 65536)) >>> 0;
}

/** Writes the four uint32 words of counter (c0, c1, c2, c3) under key (k0, k1) to `out`. */
export function philox4x32(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** What a random number is for: the last word of the counter. Dropout masks use DROPOUT + 8 · layer + kind. */
export const PURPOSE = {
  shuffle: 1,
  split: 2,
  selfCheck: 3,
  lab: 4,
  widening: 5,
  strangers: 6,
  tuning: 7,
  networks: 8,
  bootstrap: 9,
  permutations: 10,
  sample: 11,
  weights: 1 << 16,
  dropout: 1 << 24,
} as const;

/** Numbers that are a function of (seed, purpose, stream, index). */
export class Random {
  private readonly words = new Uint32Array(4);
  /** The counter that `words` were made of: numbers are mostly asked for one after another. */
  private block = -1;
  private readonly key0: number;
  private readonly key1: number;

  /** @param seed any whole number up to 2⁵³ */
  constructor(
    seed: number,
    private readonly purpose: number,
    private readonly stream = 0,
  ) {
    [this.key0, this.key1] = seedWords(seed);
  }

  /** A uint32. */
  word(index: number): number {
    const block = Math.floor(index / 4) >>> 0;
    if (block !== this.block) {
      philox4x32(this.words, block, 0, this.stream >>> 0, this.purpose, this.key0, this.key1);
      this.block = block;
    }
    return this.words[index % 4]!;
  }

  /** Uniform in [0, 1). */
  uniform(index: number): number {
    return this.word(index) / 2 ** 32;
  }

  /** Standard normal (Box and Muller). */
  normal(index: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform(2 * index)));
    return radius * Math.cos(2 * Math.PI * this.uniform(2 * index + 1));
  }

  /** 0 … length−1 in random order (Fisher and Yates). @param order where it goes; default: an array of its own */
  permutation(length: number, order = new Uint32Array(length)): Uint32Array {
    for (let i = 0; i < length; i++) order[i] = i;
    for (let i = length - 1; i > 0; i--) {
      const j = Math.floor(this.uniform(i) * (i + 1));
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }
}

/** A seed as the two key words. */
export function seedWords(seed: number): [number, number] {
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
}
