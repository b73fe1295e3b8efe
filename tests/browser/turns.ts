/** What is long in the library, called on the thread of a page in Chromium: how long each task held it. */
import { readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { bundle, ROOT, text } from "./bundle.js";
import { FLAGS } from "./chromium.js";
import { isTask, type TraceEvent, traced } from "./trace.js";
import type { TurnsReport } from "./turns-page.js";

/** A call, and the tasks of the page's thread while it went on. */
export interface Called {
  name: string;
  /** From the call to its result. */
  milliseconds: number;
  tasks: { wall: number; processor: number }[];
}

export interface Turns {
  calls: Called[];
  /** Tasks of 50 ms and more by the browser's own account, of wall time, each with the call that went on. */
  long: { name: string; milliseconds: number }[];
}

const CATEGORIES = ["toplevel", "blink.user_timing"];

/** Opens the page, does all calls and lists the tasks. @throws what the page throws */
export async function turnsIn(executablePath: string): Promise<Turns> {
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await openPage(browser);
    let report: TurnsReport = { calls: [], longTasks: [] };
    const events = await traced(page, CATEGORIES, async () => {
      report = await page.evaluate(() =>
        (globalThis as unknown as { turns(): Promise<TurnsReport> }).turns(),
      );
    });
    return { calls: callsIn(events), long: longIn(report) };
  } finally {
    await browser.close();
  }
}

async function openPage(browser: Browser): Promise<Page> {
  const files = new Map([
    [
      "/",
      { contentType: "text/html", body: '<!doctype html><script type="module" src="/page.js"></script>' },
    ],
    ["/page.js", { contentType: "text/javascript", body: text(await bundle("./turns-page.js")) }],
    ["/sms.tsv", { contentType: "text/plain", body: readFileSync(`${ROOT}examples/data/sms-spam.tsv`) }],
  ]);
  const page = await browser.newPage();
  await page.route("**/*", (route) =>
    route.fulfill(files.get(new URL(route.request().url()).pathname) ?? { status: 404 }),
  );
  await page.goto("http://localhost/");
  await page.waitForFunction(() => "turns" in globalThis);
  return page;
}

/** The page marks its calls; Chromium writes down every task of its thread. */
function callsIn(events: readonly TraceEvent[]): Called[] {
  const marks = events.filter(({ cat, name }) => cat === "blink.user_timing" && name.startsWith(MARK));
  const { pid, tid } = marks[0]!;
  const tasks = events.filter(
    (event) => event.pid === pid && event.tid === tid && event.ph === "X" && isTask(event),
  );
  return marks
    .filter(({ ph }) => ph === "b")
    .map(({ name, ts: from }) => {
      const to = marks.find((mark) => mark.name === name && mark.ph === "e")!.ts;
      const own = tasks.filter(({ ts, dur = 0 }) => ts < to && ts + dur > from);
      return {
        name: name.slice(MARK.length),
        milliseconds: (to - from) / 1000,
        tasks: own.map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, processor: tdur / 1000 })),
      };
    });
}

/** What the page's marks begin with. */
const MARK = "call ";

const longIn = ({ calls, longTasks }: TurnsReport): Turns["long"] =>
  longTasks.flatMap(({ from, milliseconds }) => {
    const call = calls.find((one) => from < one.to && from + milliseconds > one.from);
    return call ? [{ name: call.name, milliseconds }] : [];
  });
