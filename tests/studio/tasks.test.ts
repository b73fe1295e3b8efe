/** The page stays lively: what its own thread does at a time, in processor time. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { closeBrowser, inStudio, missing } from "./page.js";
import { type Task, tasksDuring } from "./tasks.js";

/** A task that takes longer than this is felt. */
const MOST_MS = 50;

const told = (tasks: readonly Task[]) => tasks.map(({ ms, of }) => `${ms.toFixed(1)} ms: ${of}`).join("\n");

function assertLively(tasks: readonly Task[]): void {
  assert.ok(tasks.length > 0 && tasks[0]!.ms > 0, "tasks were seen, with their processor time");
  assert.ok(tasks[0]!.ms <= MOST_MS, told(tasks));
}

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
      await inStudio({ at: `#view=train&train=${kind}${more}` }, async ({ page, answered }) => {
        await answered("spam");
        await page.getByRole("button", { name: /^Take the example/ }).click();
        await page.getByText("It learns from").waitFor();
        assertLively(await tasksDuring(page, () => trainOn(page, `1: ${kind}`)));
      });
    });
  }

  test("a task that is felt is found", async () => {
    await inStudio({}, async ({ page, answered }) => {
      await answered("spam");
      const tasks = await tasksDuring(page, () =>
        page.evaluate(() => {
          const began = performance.now();
          let sum = 0;
          while (performance.now() - began < 200) for (let i = 0; i < 1e5; i++) sum += i;
          return void sum;
        }),
      );
      assert.throws(() => assertLively(tasks), /ms/);
    });
  });
});
