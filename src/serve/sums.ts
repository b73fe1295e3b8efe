/** The numbers of several processes as one. */
import { loadPromClient } from "./packages.js";

/** What adds up numbers: lists of what prom-client calls metrics, as JSON has them, a list a process. */
export interface Adding {
  /** All of them as Prometheus reads them. */
  text(numbers: readonly (readonly object[])[]): Promise<string>;
  /** The counts of processes that are gone, which stay counted; what they measured is gone with them. */
  kept(numbers: readonly (readonly object[])[]): readonly object[];
}

/** @throws InputError where prom-client is not installed */
export async function adding(): Promise<Adding> {
  const { AggregatorRegistry } = await loadPromClient();
  const isCount = (one: object) => /^(counter|histogram)$/.test(String((one as { type?: unknown }).type));
  return {
    text: (numbers) => AggregatorRegistry.aggregate([...numbers]).metrics(),
    kept: (numbers) =>
      AggregatorRegistry.aggregate(numbers.map((some) => some.filter(isCount))).getMetricsAsArray(),
  };
}
