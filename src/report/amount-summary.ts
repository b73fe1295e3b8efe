import { bisectRight, tickIncrement } from "d3-array";
import { quantile } from "../objectives/metrics/intervals.js";
import type { AmountSummary } from "./data.js";

/** About how many bars a histogram has. */
const BINS = 20;

/**
 * Summary of the amounts of rows, for the report. Bins are of one round width and reach from the 1st percentile to the 99th; the
 * outermost take what is beyond.
 */
export function amountSummary(amounts: ArrayLike<number>): AmountSummary {
  const sorted = Float64Array.from(amounts).sort();
  const [least, most] = [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN];
  const edges = edgesOf(sorted, least, most);
  const counts = new Array<number>(Math.max(0, edges.length - 1)).fill(0);
  const last = counts.length - 1;
  if (last >= 0)
    for (const value of sorted) counts[Math.min(last, Math.max(0, bisectRight(edges, value) - 1))]! += 1;
  return {
    ...{ least, most, median: quantile(sorted, 0.5) },
    mean: sorted.reduce((sum, value) => sum + value / sorted.length, 0),
    ...(last >= 0 ? { bins: { edges, counts } } : {}),
  };
}

/** Round numbers, the first at or below what is shown, the last above it; none where amounts do not vary, or too little. */
function edgesOf(sorted: Float64Array, least: number, most: number): number[] {
  let [low, high] = [quantile(sorted, 0.01), quantile(sorted, 0.99)];
  if (!(low < high)) [low, high] = [least, most];
  const step = tickIncrement(low, high, BINS);
  // Below 1 it is −1 / step, so that edges are decimals without remainders.
  const at = (k: number) => (step < 0 ? k / -step : k * step);
  const indexOf = (value: number) => Math.floor(step < 0 ? value * -step : value / step);
  const [from, to] = [indexOf(low), indexOf(high) + 1];
  if (!(low < high && from < to && to - from <= 3 * BINS)) return [];
  const edges = Array.from({ length: to - from + 1 }, (_, k) => at(from + k));
  return edges.every((edge, k) => Number.isFinite(edge) && (k === 0 || edge > edges[k - 1]!)) ? edges : [];
}
