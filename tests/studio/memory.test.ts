/** The studio's view of the memory: its sums are the library's, and they add up on the page. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { decomposeMemory, memoryView, NO_MEMORY, readSentence, unroll } from "../../src/explain/index.js";
import { layers, type TextClassifier } from "../../src/index.js";
import { classifierWith, example, near, read, SENTENCE, served } from "./models.js";
import { closeBrowser, inStudio, missing } from "./page.js";

const PATIENCE = 120_000;

const sentenceOf = ({ vectorizer, length }: TextClassifier) => readSentence(vectorizer, SENTENCE, length);

const numberOf = async (page: Page, name: string) =>
  Number(await page.locator(`[data-${name}]`).first().getAttribute(`data-${name}`));

const termsOf = (page: Page) =>
  page.locator("[data-term]").evaluateAll((all) => all.map((each) => Number(each.getAttribute("data-term"))));

describe("memory in the studio", { skip: missing }, () => {
  after(closeBrowser);

  test("the sum over the words is the memory of the forward pass; term by term it is the library's", async () => {
    const classifier = await example();
    const sentence = sentenceOf(classifier);
    const memory = memoryView(decomposeMemory(classifier.model, sentence.ids)!, sentence);
    await inStudio({ at: "#view=memory&unit=7" }, async ({ page }) => {
      page.setDefaultTimeout(PATIENCE);
      await page.locator("[data-sum]").waitFor();
      const [sum, forward] = [await numberOf(page, "sum"), await numberOf(page, "memory")];
      assert.ok(Math.abs(sum - forward) < 1e-12);
      assert.ok(near(forward, memory.memory[7]!));
      const bars = await page.locator(".signed-bars li > :last-child").allTextContents();
      assert.equal(bars.length, memory.words.length + 1);
      for (const [k, { word }] of memory.words.entries()) {
        assert.ok(near(read(bars[k]!.split(" ")[0]!), memory.contributions[k]![7]!, 1e-3), word);
        assert.ok(bars[k]!.includes(`${(100 * memory.kept[k]![7]!).toFixed(1)} % kept`), bars[k]);
      }
      await page.locator("[data-total]").waitFor();
      const told = unroll(classifier.model, sentence.ids, { steps: 2 });
      const terms = await termsOf(page);
      assert.equal(terms.length, 3);
      for (const [k, { value }] of told.terms.entries()) assert.ok(near(terms[k]!, value[7]!));
      const total = terms.reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(total - (await numberOf(page, "total"))) < 1e-12);
      assert.ok(Math.abs(total - (await numberOf(page, "forward"))) < 1e-6);
      // The slider by keyboard: eight steps are nine terms.
      await page.getByLabel("Steps written out").focus();
      await page.keyboard.press("End");
      await page.locator("[data-term]").nth(8).waitFor();
      assert.equal((await termsOf(page)).length, 9);
      assert.match(page.url(), /k=8/);
    });
  });

  test("the keyboard walks words and units of the heat map, and the address has them", async () => {
    await inStudio({ at: "#view=memory" }, async ({ page }) => {
      page.setDefaultTimeout(PATIENCE);
      const map = page.getByRole("application", { name: "What each word left in each unit" });
      await map.focus();
      await page.keyboard.press("ArrowDown");
      await page.getByRole("heading", { name: "Unit 1: c at the end is" }).waitFor();
      await page.keyboard.press("ArrowRight");
      await page.getByText("The memory at “claim” is a sum").waitFor();
      assert.match(page.url(), /unit=1/);
      assert.match(page.url(), /at=193/);
      await page.fill("#sentence", "Ok lar, see you at home tonight");
      await page.locator(".signed-bars").getByText("home").waitFor();
    });
  });

  test("a SimpleRNN has no such sum, and the library says why; its nest is written out", async () => {
    const classifier = await classifierWith(layers.simpleRNN({ units: 4 }));
    const options = { ...(await served(classifier)), at: "#open=model.keras&view=memory&k=3" };
    await inStudio(options, async ({ page }) => {
      page.setDefaultTimeout(PATIENCE);
      await page.getByText(NO_MEMORY).waitFor();
      await page.locator("[data-total]").waitFor();
      const { forward } = unroll(classifier.model, sentenceOf(classifier).ids, { steps: 3 });
      assert.ok(near(await numberOf(page, "total"), forward[0]!));
    });
  });

  test("both directions of a Bidirectional GRU; 320 pixels, dark", async () => {
    const classifier = await classifierWith(
      layers.bidirectional({ layer: layers.gru({ units: 4, name: "gru" }) }),
    );
    const sentence = sentenceOf(classifier);
    const options = { ...(await served(classifier)), width: 320, dark: true };
    await inStudio({ ...options, at: "#open=model.keras&view=memory" }, async ({ page, accessibility }) => {
      page.setDefaultTimeout(PATIENCE);
      for (const layer of ["bidirectional/forward_gru", "bidirectional/backward_gru"]) {
        await page.getByLabel("Layer").selectOption(layer);
        const { memory } = decomposeMemory(classifier.model, sentence.ids, layer)!;
        await page.waitForFunction(
          (wanted) =>
            Math.abs(Number(document.querySelector("[data-sum]")?.getAttribute("data-sum")) - wanted) < 1e-6,
          memory[0]!,
        );
      }
      await page.locator("[data-total]").waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
      assert.deepEqual(await accessibility(), []);
    });
  });

  test("a model without recurrent layers is told so, with what it has", async () => {
    const classifier = await classifierWith(layers.globalAveragePooling1D());
    const options = { ...(await served(classifier)), at: "#open=model.keras&view=memory" };
    await inStudio(options, async ({ page }) => {
      page.setDefaultTimeout(PATIENCE);
      await page.locator(".problem", { hasText: "There is no step after step in it to open" }).waitFor();
      await page.getByRole("button", { name: "Its parameters" }).click();
      await page.locator(".summary").waitFor();
    });
  });
});
