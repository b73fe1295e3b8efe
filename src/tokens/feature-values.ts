/** What a feature that is present counts for, from how many texts of each class have it. */

/** In how many texts of each class every feature is. */
export interface ClassCounts {
  /** [features][classes] */
  readonly counts: Uint32Array;
  /** [classes] texts counted */
  readonly rows: readonly number[];
}

/** [features] in how many texts each is, of whichever class */
export function totalsOf({ counts, rows }: ClassCounts): Uint32Array {
  const classes = rows.length;
  const totals = new Uint32Array(counts.length / classes);
  for (let j = 0; j < totals.length; j++) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += counts[j * classes + k]!;
    totals[j] = sum;
  }
  return totals;
}

/**
 * [features] r_j = ln[(p_j + α) / Σ(p + α)] − ln[(q_j + α) / Σ(q + α)], where p_j and q_j are the texts inside and outside
 * a class that have feature j (Wang and Manning, "Baselines and bigrams", ACL 2012); 0 for features that are left out or
 * in no text.
 * @param member [features] whether a feature takes part
 * @param totals what `totalsOf` gives, which all classes share
 */
export function logCountRatios(
  { counts, rows }: ClassCounts,
  of: number,
  smoothing: number,
  member: (feature: number) => boolean,
  totals: Uint32Array = totalsOf({ counts, rows }),
): Float32Array {
  const classes = rows.length;
  const features = totals.length;
  const inside = new Float64Array(features);
  const outside = new Float64Array(features);
  let [allInside, allOutside] = [0, 0];
  for (let j = 0; j < features; j++) {
    const sum = totals[j]!;
    if (sum === 0 || !member(j)) continue;
    inside[j] = counts[j * classes + of]! + smoothing;
    outside[j] = sum - counts[j * classes + of]! + smoothing;
    allInside += inside[j]!;
    allOutside += outside[j]!;
  }
  const ratios = new Float32Array(features);
  const prior = Math.log(allInside) - Math.log(allOutside);
  for (let j = 0; j < features; j++) {
    if (outside[j]! > 0) ratios[j] = Math.log(inside[j]!) - Math.log(outside[j]!) - prior;
  }
  return ratios;
}

/** [features] ln[(1 + n) / (1 + n_j)] + 1, where n_j of n texts have feature j; 0 for those left out or in no text. */
export function inverseDocumentFrequencies(
  counts: ClassCounts,
  member: (feature: number) => boolean,
): Float32Array {
  const all = counts.rows.reduce((sum, one) => sum + one, 0);
  return Float32Array.from(totalsOf(counts), (sum, j) =>
    sum > 0 && member(j) ? Math.log((1 + all) / (1 + sum)) + 1 : 0,
  );
}
