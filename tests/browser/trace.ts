/** Chromium's own trace of what a page's thread is at. */
import type { Page } from "playwright-core";

/** Times in microseconds. */
export interface TraceEvent {
  name: string;
  cat: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  /** Of the processor time of its thread. */
  tdur?: number;
  args?: { name?: string; data?: { functionName?: string } };
}

/** What Chromium writes down while something is done on a page. */
export async function traced(
  page: Page,
  categories: string[],
  act: () => Promise<void>,
): Promise<TraceEvent[]> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories });
  let trace: Buffer;
  try {
    await act();
  } finally {
    trace = await browser.stopTracing();
  }
  return (JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }).traceEvents;
}

/** The tasks among a thread's events. */
export const isTask = ({ name }: TraceEvent): boolean => name.endsWith("RunTask");
