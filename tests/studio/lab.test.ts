/** The view of the lab: an experiment runs in the page, is watched, stopped and shown. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { runLab } from "../../src/lab/index.js";
import { closeBrowser, inStudio, missing } from "./page.js";

const AT = "#view=lab&task=latch&lags=3&cells=rnn,gru&seeds=1&sequences=640";

describe("the view of the lab", { skip: missing }, () => {
  after(closeBrowser);

  test("runs an experiment cell by cell and shows what runLab measures", async () => {
    await inStudio({ at: AT }, async ({ page, accessibility }) => {
      await page.click("text=Run the experiment");
      await page.getByText("What came of it").waitFor();
      const rows = await page.locator("section[aria-label='Results'] tbody tr").allTextContents();
      const { summary } = await runLab("latch", {
        lags: [3],
        cells: ["rnn", "gru"],
        seeds: 1,
        sequences: 640,
      });
      assert.equal(rows.length, summary.length);
      for (const [k, { solved, runs }] of summary.entries())
        assert.match(rows[k]!, new RegExp(`${solved} of ${runs}`));
      assert.equal(await page.locator(".lines .series").count(), 2);
      assert.match(page.url(), /cells=rnn%2Cgru/);
      assert.deepEqual(await accessibility(), []);
    });
  });

  test("says what makes no experiment, and can be stopped", async () => {
    await inStudio(
      { at: `${AT.replace("seeds=1", "seeds=0").replace("640", "1000000")}` },
      async ({ page }) => {
        await page.click("text=Run the experiment");
        await page.locator("[role=alert]", { hasText: "lab seeds" }).waitFor();
        await page.getByLabel("Seeds").fill("40");
        await page.getByLabel("Lags").fill("60");
        await page.click("text=Run the experiment");
        await page.locator(".lines .series").first().waitFor();
        await page.click("text=Stop");
        await page.getByRole("button", { name: "Run the experiment" }).waitFor();
      },
    );
  });

  test("fits 320 pixels", async () => {
    await inStudio({ at: AT, width: 320, dark: true }, async ({ page, accessibility }) => {
      await page.getByText("Right when").waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
      assert.deepEqual(await accessibility(), []);
    });
  });
});
