/**
 * npm run bench:studio [-- --rounds 5]: the studio in Chromium, as `cellstate studio` serves it. How soon it answers; what its
 * first view takes; the longest tasks of the page's own thread while it trains, opens what came of it and is gone through; and how
 * long a training takes in the page and, by the same program and engine, in Node, one after the other.
 */
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { serveSite } from "../src/serve/site.js";
import { createTrainer } from "../src/worker/index.js";
import { findChromium } from "../tests/browser/chromium.js";
import { fetchedBy, missing, STUDIO } from "../tests/studio/page.js";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
if (missing) throw new Error(missing);

const DATA = new URL("../../examples/data/sms-spam.tsv", import.meta.url);
const LONG = { timeout: 300_000 };
const EPOCHS = 4;
const SETTINGS = { model: "lstm", epochs: EPOCHS, patience: EPOCHS, seed: 1 } as const;
const TRAIN = `#view=train&train=lstm&epochs=${EPOCHS}&patience=${EPOCHS}&seed=1`;

const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)]!;
const spread = (all: readonly number[], digits: number) =>
  `${median(all).toFixed(digits)} (${Math.min(...all).toFixed(digits)} to ${Math.max(...all).toFixed(digits)})`;

/** A page of its own, as at a first visit. */
async function visit<R>(browser: Browser, url: string, act: (page: Page) => Promise<R>): Promise<R> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const tasks: [number, number][] = [];
    Object.assign(globalThis, { tasks });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) tasks.push([startTime, duration]);
    }).observe({ type: "longtask", buffered: true });
  });
  try {
    await page.goto(url);
    return await act(page);
  } finally {
    await context.close();
  }
}

/** The longest task of the page's own thread in milliseconds since `from`; 0 where none took over 50. */
const longest = (page: Page, from: number) =>
  page.evaluate(
    (since) =>
      Math.max(
        0,
        ...(globalThis as unknown as { tasks: [number, number][] }).tasks.map(([at, ms]) =>
          at >= since ? ms : 0,
        ),
      ),
    from,
  );
const now = (page: Page) => page.evaluate(() => performance.now());

/** Milliseconds until the model's answer stands there and the view's drawing with it. */
const ready = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const look = () =>
          document.querySelector(".answer .label") && document.querySelector("main canvas")
            ? resolve(performance.now())
            : requestAnimationFrame(look);
        look();
      }),
  );

/** Seconds that a training took in the page by its own account, and the longest task meanwhile. */
async function trainInPage(page: Page): Promise<{ seconds: number; task: number }> {
  await page.getByRole("button", { name: /^Take the example/ }).click();
  const button = page.getByRole("button", { name: "Train", exact: true });
  await button.waitFor();
  await page.waitForTimeout(1000);
  const began = await now(page);
  await button.click();
  await page.getByLabel("Measured").locator("b.large").waitFor(LONG);
  await page.locator("header .open", { hasText: "1: lstm" }).waitFor();
  await page.waitForTimeout(1000);
  const ms = await page.evaluate(() => performance.getEntriesByName("train 1: lstm")[0]!.duration);
  return { seconds: ms / 1000, task: await longest(page, began) };
}

async function trainInNode(): Promise<number> {
  const trainer = createTrainer();
  await trainer.read(DATA);
  const began = performance.now();
  await trainer.train({ ...SETTINGS, engine: "wasm" }).done;
  const seconds = (performance.now() - began) / 1000;
  trainer.close();
  return seconds;
}

const browser = await chromium.launch({
  executablePath: findChromium()!,
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
const site = await serveSite({ folder: STUDIO, port: 0, host: "localhost" });
console.log(
  `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${browser.version()}, Node ${process.version}`,
);

const firsts: number[] = [];
const firstTasks: number[] = [];
const inPage: number[] = [];
const inNode: number[] = [];
const tasks: number[] = [];
let size = "";
for (let round = 0; round < rounds; round++) {
  await visit(browser, site.url, async (page) => {
    firsts.push(await ready(page));
    firstTasks.push(await longest(page, 0));
    size = `${((await fetchedBy(page)).bytes / 1024).toFixed(1)} KB`;
  });
  const { seconds, task } = await visit(browser, site.url + TRAIN, trainInPage);
  inPage.push(seconds);
  tasks.push(task);
  inNode.push(await trainInNode());
}
await browser.close();
await site.close();
console.log(`first view: ${size} packed, besides engine and example`);
console.log(
  `answer and drawing there after: ${spread(firsts, 0)} ms; longest task until then ${spread(firstTasks, 0)} ms`,
);
console.log(
  `longest task while it trains, draws and opens what came of it: ${spread(tasks, 0)} ms (0: none over 50)`,
);
console.log(
  `an LSTM on 5,574 messages, ${EPOCHS} epochs: in the page ${spread(inPage, 2)} s, in Node ${spread(inNode, 2)} s`,
);
console.log(
  `page / Node: ${spread(
    inPage.map((seconds, i) => seconds / inNode[i]!),
    2,
  )}`,
);
