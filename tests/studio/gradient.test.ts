/** The studio's view of the gradient: norms, cells and what a moved bias does are the library's. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { gradientPaths, gradientStudy, gradientSweep, readSentence } from "../../src/explain/index.js";
import { layers, type TextClassifier } from "../../src/index.js";
import { classifierWith, example, near, read, SENTENCE, served } from "./models.js";
import { closeBrowser, inStudio, missing } from "./page.js";

const PATIENCE = 240_000;

const sentenceOf = ({ vectorizer, length }: TextClassifier) => readSentence(vectorizer, SENTENCE, length);

/** The cells of a table below the first column, by its caption. */
async function tableOf(page: Page, caption: string): Promise<string[][]> {
  // A table is made when it is looked at.
  await page.locator("figure details").evaluateAll((all) => {
    for (const each of all) (each as HTMLDetailsElement).open = true;
  });
  return page
    .locator("table", { has: page.locator("caption", { hasText: caption }) })
    .first()
    .evaluate((table) =>
      [...table.querySelectorAll("tbody tr")].map((row) =>
        [...row.querySelectorAll("td")].map((cell) => cell.textContent ?? ""),
      ),
    );
}

const perStep = async (page: Page) =>
  Number(await page.locator("[data-per-step]").getAttribute("data-per-step"));

/** Moves the slider by keyboard, and waits for the factor that the library has there. */
async function moveTo(page: Page, key: "Home" | "End", wanted: number): Promise<void> {
  await page.locator('section[aria-labelledby="moved"] input[type="range"]').focus();
  await page.keyboard.press(key);
  await page.waitForFunction(
    ([expected]) => {
      const shown = Number(document.querySelector("[data-per-step]")?.getAttribute("data-per-step"));
      return Math.abs(shown - expected!) < 1e-5 * expected!;
    },
    [wanted],
  );
}

describe("gradient in the studio", { skip: missing }, () => {
  after(closeBrowser);

  test("norms over the words and paths, and fresh cells, are the library's; a step is checked at a click", async () => {
    const classifier = await example();
    const sentence = sentenceOf(classifier);
    const { labels } = classifier;
    const paths = gradientPaths(classifier.model, sentence, { labels, at: 195 });
    await inStudio({ at: "#view=gradient&at=195" }, async ({ page }) => {
      page.setDefaultTimeout(PATIENCE);
      await page.getByText("One step back from “free”, direct").waitFor();
      const rows = await tableOf(page, "at every word, E = loss for spam");
      assert.equal(rows.length, paths.words.length);
      for (const [k, row] of rows.entries()) {
        const { total, direct } = paths.norms[k]!;
        const wanted = [
          total,
          direct,
          ...["forget", "input", "candidate", "output"].map((name) => paths.paths[name]![k]!),
        ];
        wanted.forEach((value, column) => {
          const shown = row[column]!;
          if (value > 0) assert.ok(near(read(shown), value, 1e-2), `${k} ${column}: ${shown}, ${value}`);
        });
      }
      await page.getByLabel("Path into the step before").selectOption("forget");
      assert.match(page.url(), /path=forget/);
      await page.getByText("through the forget gate: ‖…‖").waitFor();
      await page.getByRole("button", { name: "Check this step" }).click();
      const differences = page.locator('[data-check="central-differences"]');
      await differences.waitFor();
      const size = Math.max(...paths.step[0]!.value.map(Math.abs));
      assert.ok(read(await differences.textContent()) < 1e-6 * size);
      assert.ok(read(await page.locator('[data-check="back-propagation"]').textContent()) < 1e-9 * size);
      const cases = (["SimpleRNN", "LSTM", "GRU"] as const).map((kind) => ({ name: kind, kind }));
      const study = await gradientStudy(classifier.model, sentence.ids, { cases, from: paths.words[0]!.t });
      const cells = await tableOf(page, "Cell by cell");
      for (const [k, { parameters, relative }] of study.curves.entries()) {
        assert.equal(read(cells[k]![0]!), parameters);
        assert.ok(near(read(cells[k]![2]!), relative[0]!, 1e-2));
      }
    });
  });

  test("a forget gate that is shut makes the gradient vanish: the slider, live, by keyboard", async () => {
    const classifier = await example();
    const { labels } = classifier;
    const sweep = await gradientSweep(classifier.model, sentenceOf(classifier), {
      labels,
      values: [-6, 0, 6],
    });
    const [shut, asItIs, open] = sweep.gradients.map((each) => each.perStep);
    await inStudio({ at: "#view=gradient" }, async ({ page }) => {
      page.setDefaultTimeout(PATIENCE);
      await page.locator("[data-per-step]").waitFor();
      assert.ok(near(await perStep(page), asItIs!, 1e-5));
      await moveTo(page, "Home", shut!);
      await page.locator("[data-per-step]", { hasText: "it vanishes" }).waitFor();
      assert.match(page.url(), /by=-6/);
      await moveTo(page, "End", open!);
      assert.ok(shut! < 0.5 * asItIs! && open! > 0.9);
    });
  });

  test("a SimpleRNN's gradient explodes with a larger R; 320 pixels, dark", async () => {
    const classifier = await classifierWith(layers.simpleRNN({ units: 4 }));
    const { labels } = classifier;
    const sweep = await gradientSweep(classifier.model, sentenceOf(classifier), { labels });
    const [least, most] = [sweep.gradients[0]!.perStep, sweep.gradients.at(-1)!.perStep];
    const options = { ...(await served(classifier)), width: 320, dark: true };
    await inStudio({ ...options, at: "#open=model.keras&view=gradient" }, async ({ page, accessibility }) => {
      page.setDefaultTimeout(PATIENCE);
      await page.getByText("What if R were larger?").waitFor();
      await page.locator("[data-per-step]").waitFor();
      await moveTo(page, "Home", least);
      await moveTo(page, "End", most);
      assert.ok(least < most);
      await page.getByText("Cell by cell").waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
      assert.deepEqual(await accessibility(), []);
    });
  });

  test("a GRU's update gate, and what is asked of a label", async () => {
    const classifier = await classifierWith(layers.gru({ units: 4 }));
    const { labels, model } = classifier;
    const paths = gradientPaths(model, sentenceOf(classifier), { labels, kind: "logOdds", target: 0 });
    const options = { ...(await served(classifier)), at: "#open=model.keras&view=gradient&of=logOdds" };
    await inStudio(options, async ({ page }) => {
      page.setDefaultTimeout(PATIENCE);
      await page.getByRole("combobox", { name: "Of", exact: true }).selectOption(labels[0]!);
      await page.getByText(`log-odds of ${labels[0]}`).first().waitFor();
      const rows = await tableOf(page, "at every word, E = log-odds");
      for (const [k, row] of rows.entries()) assert.ok(near(read(row[0]!), paths.norms[k]!.total, 1e-2));
      await page.getByText("0 added to the update gate's biases").waitFor();
    });
  });
});
