/**
 * Permutation tests. Tokens of a text depend on each other, so that they are not exchangeable: against labels whole texts are
 * permuted, and against what tokens are, each text is turned round by a step of its own, which keeps how values follow on
 * each other within it.
 */
import type { Pieces } from "../../base/pieces.js";
import { PURPOSE, Random } from "../../kernels/philox.js";

/** A text's values. */
export interface Sampled {
  /** Tokens. */
  n: number;
  /** [n][S] */
  x: Float32Array;
  /** [features][n] */
  features: readonly Float32Array[];
  /** [S] the state after its last word. */
  last: Float32Array;
  /** [targets]; null where they are not known. */
  targets: Float32Array | null;
}

/** (1 + how many of `times` are at least as far from 0 as `found`) / (1 + times). */
class Tally {
  readonly #above: Uint32Array;
  #times = 0;

  constructor(private readonly found: Float64Array) {
    this.#above = new Uint32Array(found.length);
  }

  add(statistic: Float64Array): void {
    this.#times++;
    for (let s = 0; s < statistic.length; s++) {
      // What differs by rounding alone is the same.
      const least = Math.abs(this.found[s]!) * (1 - 1e-9);
      if (Math.abs(statistic[s]!) >= least) this.#above[s]!++;
    }
  }

  p(): Float64Array {
    return Float64Array.from(this.#above, (above) => (1 + above) / (1 + this.#times));
  }
}

/**
 * p-values of every signal against one feature of tokens: is it higher where the feature is, within texts? Null where no text
 * has the feature at some of its tokens only.
 */
export function* shiftTest(
  texts: readonly Sampled[],
  feature: number,
  S: number,
  { permutations, seed }: { permutations: number; seed: number },
): Pieces<Float64Array | null> {
  // A text whose tokens are all alike says nothing, however it is turned.
  const parts = texts.flatMap((text) => {
    const y = text.features[feature]!;
    if (y.every((value) => value === y[0])) return [];
    const mean = y.reduce((a, b) => a + b, 0) / text.n;
    const dense = y.filter((value) => value !== 0).length > text.n / 2;
    // Against values less their mean in the text, a constant added to the feature changes nothing.
    const kept = dense ? y.map((value) => value - mean) : y;
    const places = [...kept.keys()].filter((k) => kept[k] !== 0);
    return [{ n: text.n, x: centred(text, S), places, weights: places.map((k) => kept[k]!) }];
  });
  if (parts.length === 0) return null;
  const statistic = (shiftOf: (part: number, n: number) => number) => {
    const sum = new Float64Array(S);
    for (const [part, { n, x, places, weights }] of parts.entries()) {
      const shift = shiftOf(part, n);
      for (let k = 0; k < places.length; k++) {
        const row = ((places[k]! + shift) % n) * S;
        const weight = weights[k]!;
        for (let s = 0; s < S; s++) sum[s]! += weight * x[row + s]!;
      }
    }
    return sum;
  };
  const tally = new Tally(statistic(() => 0));
  for (let b = 0; b < permutations; b++) {
    const random = new Random(seed, PURPOSE.permutations, b);
    tally.add(statistic((part, n) => Math.floor(random.uniform(part) * n)));
    yield 0;
  }
  return tally.p();
}

function centred({ n, x }: Sampled, S: number): Float32Array {
  const out = new Float32Array(x.length);
  for (let s = 0; s < S; s++) {
    let mean = 0;
    for (let k = 0; k < n; k++) mean += x[k * S + s]! / n;
    for (let k = 0; k < n; k++) out[k * S + s] = x[k * S + s]! - mean;
  }
  return out;
}

/** p-values of every signal's last value against one target of texts; null where that does not vary. */
export function* labelTest(
  texts: readonly Sampled[],
  target: number,
  S: number,
  { permutations, seed }: { permutations: number; seed: number },
): Pieces<Float64Array | null> {
  const known = texts.filter(({ targets }) => targets !== null);
  const y = Float64Array.from(known, ({ targets }) => targets![target]!);
  if (y.every((value) => value === y[0])) return null;
  const mean = y.reduce((a, b) => a + b, 0) / y.length;
  const centre = y.map((value) => value - mean);
  const statistic = (place: (k: number) => number) => {
    const sum = new Float64Array(S);
    for (const [k, { last }] of known.entries()) {
      const weight = centre[place(k)]!;
      for (let s = 0; s < S; s++) sum[s]! += weight * last[s]!;
    }
    return sum;
  };
  const tally = new Tally(statistic((k) => k));
  for (let b = 0; b < permutations; b++) {
    const order = new Random(seed, PURPOSE.permutations, b).permutation(known.length);
    tally.add(statistic((k) => order[k]!));
    yield 0;
  }
  return tally.p();
}
