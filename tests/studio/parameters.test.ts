/** The studio's view of parameters: its counts are the library's, and so are its diagnoses. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { checkExpectations, explainParameters } from "../../src/explain/index.js";
import { layers } from "../../src/index.js";
import { classifierWith, example, served } from "./models.js";
import { closeBrowser, inStudio, missing } from "./page.js";

const PATIENCE = 120_000;

describe("parameters in the studio", { skip: missing }, () => {
  after(closeBrowser);

  test("counts, formulas and Keras's summary are the library's", async () => {
    const { model } = await example();
    await inStudio({ at: "#view=parameters" }, async ({ page }) => {
      page.setDefaultTimeout(PATIENCE);
      await page.locator(".summary").waitFor();
      const { layers: counted, total } = explainParameters(model);
      const shown = await page
        .locator("[data-count]")
        .evaluateAll((all) => all.map((each) => Number(each.getAttribute("data-count"))));
      assert.deepEqual(
        shown,
        counted.map(({ count }) => count),
      );
      assert.equal(await page.locator("[data-total]").textContent(), `${total.toLocaleString("en")} in all`);
      assert.equal(await page.locator(".summary").textContent(), model.summary());
      const lstm = page.locator('[data-layer="lstm"]');
      assert.match((await lstm.textContent())!, /4 × \(\(16 \+ 32\) × 32 \+ 32\) = 6,272/);
      assert.ok((await lstm.locator("math").count()) > 0, "its formula is MathML");
    });
  });

  test("the quiz hides counts until they are found, by the keyboard alone, and names a slip", async () => {
    const { model } = await example();
    const [verdict] = checkExpectations(model, [{ layer: "lstm", count: 1568 }]);
    await inStudio({ at: "#view=parameters" }, async ({ page }) => {
      page.setDefaultTimeout(PATIENCE);
      await page.getByLabel("quiz me").focus();
      await page.keyboard.press("Space");
      await page.getByText("It comes when every count is found: 5 to go.").waitFor();
      assert.match(page.url(), /quiz=1/);
      const lstm = page.locator('[data-layer="lstm"]');
      assert.doesNotMatch((await page.locator("main").textContent())!, /6,272|30,977/);
      await page.getByLabel("Your count for lstm").focus();
      await page.keyboard.type("1,568");
      await page.keyboard.press("Enter");
      const said = lstm.locator(".problem");
      await said.waitFor();
      const text = (await said.textContent())!;
      assert.ok(text.includes(verdict!.cause!.arithmetic), text);
      assert.ok(text.includes(verdict!.cause!.slips[0]!.says), text);
      assert.doesNotMatch((await page.locator("main").textContent())!, /6,272/);
      await page.getByLabel("Your count for lstm").fill("6272");
      await page.keyboard.press("Enter");
      await lstm.locator(".good").waitFor();
      assert.equal(await lstm.locator("[data-count]").textContent(), "6,272");
      for (const name of ["embedding", "dense", "dense_1"]) {
        await page.locator(`[data-layer="${name}"]`).getByText("Show it").click();
      }
      await page.getByLabel("Your sum").fill("30,977");
      await page.keyboard.press("Enter");
      await page.locator(".summary").waitFor();
      await page.getByLabel("Your count for dense", { exact: true }).fill("what?");
      await page.keyboard.press("Enter");
      await page.getByText("LAYER=COUNT").waitFor();
    });
  });

  test("a script that is pasted: its errors in the library's words, and its counts", async () => {
    await inStudio({ at: "#view=parameters" }, async ({ page }) => {
      page.setDefaultTimeout(PATIENCE);
      await page.getByLabel("of a Keras script").check();
      await page.getByText("30,977 in all").waitFor();
      const text = page.getByLabel("A Keras script: it is read here, and never run");
      const right = await text.inputValue();
      await text.fill(right.replace("LSTM(32", "LSTM(my_units"));
      await page.locator(".problem", { hasText: /line 7.*my_units/s }).waitFor();
      await text.fill(right.replace("LSTM(32", "GRU(8").replace("import LSTM", "import GRU"));
      await page.locator('[data-layer="gru"]').waitFor();
      assert.equal(await page.locator('[data-layer="gru"] [data-count]').textContent(), "624");
      await page.getByText("The example again").click();
      await page.locator('[data-layer="lstm"]').waitFor();
      const cell = { cell_type: "code", source: right.replace("256,", "128,") };
      await page.locator("main input[type=file]").setInputFiles({
        name: "homework.ipynb",
        mimeType: "application/json",
        buffer: Buffer.from(JSON.stringify({ cells: [cell] })),
      });
      await page.getByText("26,625 in all").waitFor();
    });
  });

  test("a Bidirectional GRU that is opened; 320 pixels, dark", async () => {
    const classifier = await classifierWith(
      layers.bidirectional({ layer: layers.gru({ units: 4, name: "gru" }) }),
    );
    const options = { ...(await served(classifier)), width: 320, dark: true };
    await inStudio(
      { ...options, at: "#open=model.keras&view=parameters" },
      async ({ page, accessibility }) => {
        page.setDefaultTimeout(PATIENCE);
        await page.locator(".summary").waitFor();
        const total = await page.locator("[data-total]").getAttribute("data-total");
        assert.equal(Number(total), classifier.model.countParams());
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
        assert.deepEqual(await accessibility(), []);
      },
    );
  });
});
