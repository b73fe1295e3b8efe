/** Training in the studio: ordered, watched, steered, measured, compared, and taken along. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { TextClassifier } from "../../src/index.js";
import { closeBrowser, inStudio, missing } from "./page.js";
import { repeated, taken } from "./take.js";

const SMS = readFileSync(new URL("../../../examples/data/sms-spam.tsv", import.meta.url), "utf8");

/** Header and the first rows: enough to learn a little from, and soon. */
const part = (rows: number) => ({
  name: "part.tsv",
  mimeType: "text/tab-separated-values",
  buffer: Buffer.from(
    SMS.split("\n")
      .slice(0, rows + 1)
      .join("\n"),
  ),
});

const FEW = "&epochs=2&length=30&vocabulary=500&seed=3";
const LONG = { timeout: 300_000 };

async function open(page: Page, rows: number): Promise<void> {
  await page.locator("header input[type=file]").setInputFiles(part(rows));
  await page.getByRole("button", { name: "Train on it" }).click();
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

/** The share of rows held out that it answers rightly, in percent. */
async function measured(page: Page): Promise<number> {
  return Number.parseFloat((await page.getByLabel("Measured").locator("b.large").textContent(LONG))!);
}

/** The file that is downloaded, as a classifier. */
async function downloaded(page: Page): Promise<TextClassifier> {
  await press(page, "Take it along …");
  const file = await taken(page, "Download the model");
  await press(page, "Close");
  assert.match(file.suggestedFilename(), /^\d-\w+.*\.keras$/);
  return TextClassifier.load(new Uint8Array(readFileSync(await file.path())));
}

/** Label and share of the answer that the page shows. */
async function shown(page: Page, text: string): Promise<string> {
  await page.fill("#sentence", text);
  // The answer to another text may still stand there.
  await page.waitForFunction(() => document.querySelector("output.answer .label") !== null);
  return (await page.locator("output.answer").textContent())!;
}

describe("training in the studio", { skip: missing }, () => {
  after(closeBrowser);

  test("auto on all text messages: at least 98.5 % of those held out; its file answers the same in Node", async () => {
    await inStudio({ at: "#view=train&effort=low&text=Call+now+to+claim+your+prize" }, async ({ page }) => {
      await page.getByRole("button", { name: /^Take the example/ }).click();
      await press(page, "Train");
      assert.ok((await measured(page)) >= 98.5, `${await measured(page)} %`);
      await page.getByRole("table", { name: /^What was tried/ }).waitFor();
      await page.locator("header .open", { hasText: "1: auto" }).waitFor();
      const made = await downloaded(page);
      const { label, probability } = made.predict("Call now to claim your prize");
      await page.locator("output.answer", { hasText: label }).waitFor();
      const sure = await page.locator("output.answer .quiet").textContent();
      assert.equal(
        sure,
        `${probability < 1 && probability > 0.9995 ? "> 99.9" : (100 * probability).toFixed(1)} % sure`,
      );
    });
  });

  test("an LSTM for two epochs: paused, stepped, resumed; epochs are gone back to; mistakes go into the sentence", async () => {
    await inStudio({ at: `#view=train&train=lstm&paused=1${FEW}` }, async ({ page, accessibility }) => {
      await open(page, 700);
      await press(page, "Train");
      const run = page.getByLabel("Training", { exact: true });
      await run.getByText("paused").waitFor();
      await page.getByLabel("Batches a step").fill("0");
      await press(page, "Step");
      await run.getByRole("alert").filter({ hasText: "at least 1" }).waitFor();
      assert.match(
        (await run.getByRole("heading").textContent())!,
        /paused$/,
        "a refused step changes nothing",
      );
      await page.getByLabel("Batches a step").fill("3");
      await press(page, "Step");
      await run.getByText(/Epoch 1, batch 3 of 16, step 3\./).waitFor();
      await run.getByText("paused").waitFor();
      const probe = page.getByLabel("Sentences to follow").locator("li").nth(1).locator(".answered");
      const early = await probe.textContent();
      assert.match(early!, /(ham|spam)\d/);
      await press(page, "Resume");
      await measured(page);
      assert.notEqual(await probe.textContent(), early, "answers move as it learns");
      await page.getByRole("img", { name: "Loss" }).waitFor();
      await page.getByRole("table", { name: /after epoch 2$/ }).waitFor();

      await page.locator("header .open", { hasText: "1: lstm" }).waitFor();
      const trained = await shown(page, "Free prize, call now");
      const slider = page.getByLabel(/^Run 1: lstm/);
      await slider.focus();
      await slider.press("Home");
      await page.locator("header .open", { hasText: "epoch 0" }).waitFor();
      assert.match(page.url(), /epoch=0/);
      await page.locator("output.answer").filter({ hasNotText: trained }).waitFor();
      await slider.press("End");
      await page.locator(".scrubber").getByText("after epoch 2 of 2").waitFor();
      await press(page, "As it ended");
      await page.locator("header .open", { hasText: "1: lstm:" }).waitFor();
      await page.locator("output.answer", { hasText: trained }).waitFor();

      const mistake = page.getByLabel("Mistakes").getByRole("button").first();
      const text = (await mistake.textContent())!;
      await mistake.click();
      assert.equal(await page.inputValue("#sentence"), text);

      const made = await downloaded(page);
      const { label, probability } = made.predict(text);
      await page.locator("output.answer", { hasText: label }).waitFor();
      await page.locator("output.answer", { hasText: `${(100 * probability).toFixed(1)} %` }).waitFor();

      const threshold = page.getByLabel(/^Answer spam above/);
      await threshold.focus();
      await threshold.press("Home");
      await page
        .getByLabel("Threshold")
        .getByText(/recall 100\.0 %/)
        .waitFor();
      await page.locator("output.answer .label", { hasText: "spam" }).waitFor();
      assert.equal((await downloaded(page)).threshold, 0);

      await page.setViewportSize({ width: 320, height: 800 });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
      assert.deepEqual(await accessibility(), []);

      await page.getByRole("button", { name: /^Back to Spam or not/ }).click();
      await page.locator("header .open", { hasText: "Spam or not" }).waitFor();
      await page.locator(".scrubber").waitFor({ state: "detached" });
    });
  });

  test("stopped in the middle it is measured as far as it came; another run stands beside it, and is forgotten", async () => {
    await inStudio({ at: "#view=train&train=gru&epochs=40&patience=40&length=30" }, async ({ page }) => {
      await open(page, 500);
      await press(page, "Train");
      const run = page.getByLabel("Training", { exact: true });
      await run.getByText(/Epoch [1-9]/).waitFor(LONG);
      await press(page, "Stop");
      await measured(page);
      await page.locator(".scrubber").waitFor();
      assert.match(await repeated(page, part(500)), /the same weights as the page/, "as far as it came");
      await page.getByRole("combobox", { name: "Train", exact: true }).selectOption("open");
      await page.locator(".settings input").first().fill("1");
      await press(page, "Train");
      const table = page.getByRole("table", { name: "Runs of this page" });
      await table.getByText("2: open").waitFor();
      await page.locator("header .open", { hasText: "2: open" }).waitFor(LONG);
      assert.match(await repeated(page, part(500)), /the same weights as the page/, "from what was open");
      await page.getByRole("button", { name: "Forget 1: gru" }).click();
      await table.getByText("1: gru").waitFor({ state: "detached" });
      assert.equal(await table.getByRole("row").count(), 2);
      // The open model stays; what only its training could tell goes.
      await page.getByRole("button", { name: "Forget 2: open" }).click();
      await page.locator(".scrubber").waitFor({ state: "detached" });
      await press(page, "Take it along …");
      assert.match(
        (await page.getByLabel("Measured on").locator("option").first().textContent())!,
        /^all rows/,
      );
      await taken(page, "Download the report");
    });
  });

  test("a Keras script is learned; its mistakes, and those of settings, are said by line and name", async () => {
    await inStudio({ at: "#view=train&train=script&epochs=1" }, async ({ page }) => {
      await open(page, 300);
      const script = page.getByLabel("Keras script");
      const good = await script.inputValue();
      await script.fill(good.replace("LSTM(32)", "LSTN(32)"));
      await press(page, "Train");
      await page.getByRole("alert").filter({ hasText: "LSTN" }).waitFor();
      await script.fill(good);
      await page.locator(".settings input").nth(2).fill("many");
      await press(page, "Train");
      await page
        .getByRole("alert")
        .filter({ hasText: /batchSize/ })
        .waitFor();
      await page.locator(".settings input").nth(2).fill("");
      await press(page, "Train");
      await measured(page);
      await page
        .getByLabel("Training", { exact: true })
        .getByText(/17,\d\d\d parameters|parameters/)
        .first()
        .waitFor();
    });
  });

  test("SimpleRNN, GRU and LSTM race on one seed, drawn in one picture; the best is opened", async () => {
    await inStudio({ at: `#view=train&train=lstm${FEW}` }, async ({ page }) => {
      await open(page, 400);
      await press(page, "Race SimpleRNN, GRU and LSTM");
      await page.locator("header .open", { hasText: /[123]: (rnn|gru|lstm)/ }).waitFor(LONG);
      const table = page.getByRole("table", { name: "Runs of this page" });
      assert.match((await table.textContent())!, /1: rnn.*2: gru.*3: lstm/);
      const picture = page.getByRole("figure", { name: "Runs compared: loss of rows held out" });
      assert.deepEqual(await picture.locator(".legend li").allTextContents(), [
        "1: rnn",
        "2: gru",
        "3: lstm",
      ]);
    });
  });
});
