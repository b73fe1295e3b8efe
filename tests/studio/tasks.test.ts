/** The page stays lively: what its own thread does at a time, in processor time. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { closeBrowser, inStudio, missing } from "./page.js";
import { type Task, tasksDuring } from "./tasks.js";

/** A task that takes longer than this is felt. */
const MOST_MS = 50;
const TRIES = 3;

const told = (tasks: readonly Task[]) => tasks.map(({ ms, of }) => `${ms.toFixed(1)} ms: ${of}`).join("\n");

/** Whether tasks were seen, with their processor time, and none of them was felt. */
const isLively = ([longest]: readonly Task[] = []): boolean =>
  longest !== undefined && longest.ms > 0 && longest.ms <= MOST_MS;

/** Learns from all text messages, and waits until what was learned is open and drawn. */
async function trainOn(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.getByLabel("Measured").locator("b.large").waitFor({ timeout: 300_000 });
  await page.locator("header .open", { hasText: name }).waitFor();
  await page.waitForTimeout(500);
}

describe("no task of the page's thread is felt", { skip: missing }, () => {
  after(closeBrowser);

  for (const [kind, more] of [
    ["lstm", "&epochs=2&length=60&norms=1"],
    ["auto", "&effort=low"],
  ] as const) {
    test(`while ${kind} learns, is drawn, measured and opened`, async () => {
      const seen: Task[][] = [];
      // A machine that is busy only adds to it: the least of some says what the page does.
      while (seen.length < TRIES && !isLively(seen.at(-1))) {
        await inStudio({ at: `#view=train&train=${kind}${more}` }, async ({ page, answered }) => {
          await answered("spam");
          await page.getByRole("button", { name: /^Take the example/ }).click();
          await page.getByText("It learns from").waitFor();
          seen.push(await tasksDuring(page, () => trainOn(page, `1: ${kind}`)));
        });
      }
      assert.ok(isLively(seen.at(-1)), seen.map(told).join("\n\n"));
    });
  }

  test("a task that is felt is found", async () => {
    await inStudio({}, async ({ page, answered }) => {
      await answered("spam");
      const tasks = await tasksDuring(page, async () => {
        await page.evaluate(() => {
          // So much work, and not so much time: on a busy machine that would be little work.
          let sum = 0;
          for (let i = 0; i < 2e7; i++) sum += Math.sin(i);
          return sum;
        });
      });
      assert.ok(tasks[0]!.ms > 0);
      assert.equal(isLively(tasks), false, told(tasks));
    });
  });
});
