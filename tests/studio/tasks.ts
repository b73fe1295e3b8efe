/** What the thread of a page is at, by Chromium's own trace: tasks in processor time, which a busy machine does not lengthen. */
import type { Page } from "playwright-core";
import { isTask, type TraceEvent, traced } from "../browser/trace.js";

/** A task, and the largest of what it did. */
export interface Task {
  /** Milliseconds of processor time. */
  readonly ms: number;
  readonly of: string;
}

/** The tasks of a page's own thread while something is done, the longest first. */
export async function tasksDuring(page: Page, act: () => Promise<void>): Promise<Task[]> {
  const categories = ["toplevel", "devtools.timeline", "v8", "blink.user_timing"];
  const traceEvents = await traced(page, categories, async () => {
    // The page's own process is the one that writes this.
    await page.evaluate(() => void performance.mark("cellstate"));
    await act();
  });
  const { pid } = traceEvents.find(({ name }) => name === "cellstate") ?? { pid: -1 };
  const main = traceEvents.find((each) => {
    return each.pid === pid && each.name === "thread_name" && each.args?.name === "CrRendererMain";
  });
  if (!main) throw new Error("the trace has no thread of the page");
  const own = traceEvents.filter((each) => each.ph === "X" && each.pid === pid && each.tid === main.tid);
  const ms = ({ tdur = 0 }: TraceEvent) => tdur / 1000;
  const end = ({ ts, dur = 0 }: TraceEvent) => ts + dur;
  return own
    .filter(isTask)
    .sort((a, b) => ms(b) - ms(a))
    .map((task) => {
      const inside = own.filter((each) => each !== task && each.ts >= task.ts && end(each) <= end(task));
      const largest = inside.filter((each) => ms(each) > 5).slice(0, 8);
      const said = largest.map(
        (each) => `${each.name} ${each.args?.data?.functionName ?? ""} ${ms(each).toFixed(1)}`,
      );
      return { ms: ms(task), of: said.join("; ") };
    })
    .slice(0, 5);
}
