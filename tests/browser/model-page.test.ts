/** A model written as a page, opened in Chromium from a file: it answers as in Node, whatever its labels and words hold. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import {
  layers,
  MultiLabelClassifier,
  saveModel,
  sequential,
  TextClassifier,
  TextRegressor,
} from "../../src/index.js";
import { findChromium } from "./chromium.js";

const path = findChromium();
const HOSTILE = "</script><script>document.title = 1</script><!--";
const TEXTS = ["red apple", "green pear </script>", "red <!-- and green", "blue sky"];
const rows = Array.from({ length: 80 }, (_, k) => TEXTS[k % 4]!);
const options = {
  ...({ model: "rnn", vocabulary: 30, length: 6, epochs: 6, validationSplit: 0 } as const),
  ...({ engine: "reference", seed: 1, text: { frontEnd: "tokenizer", filters: "" } } as const),
};

describe("a model as a page in Chromium", { skip: path === null && "no Chromium here" }, () => {
  const folder = mkdtempSync(join(tmpdir(), "cellstate-page-"));
  let browser: Browser;
  before(async () => {
    browser = await chromium.launch({
      executablePath: path!,
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens a page that was written, does something in it, and finds that it asked for nothing and said no error. */
  async function inPage(file: string, act: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on("console", (message) => void said.push(message.text()));
    page.on("pageerror", (error) => void said.push(String(error)));
    page.on("request", (request) => void (request.url().startsWith("file:") || said.push(request.url())));
    await page.goto(pathToFileURL(file).href);
    await act(page);
    assert.deepEqual(said, []);
    await page.close();
  }

  /** What stands there once a text is typed: the answer, and its numbers. */
  async function answerIn(page: Page, text: string): Promise<[string, string[]]> {
    await page.getByRole("textbox").fill(text);
    const cells = await page.getByRole("row").allInnerTexts();
    return [(await page.locator("#says").textContent())!, cells.map((each) => each.trim())];
  }

  test("of one label: with every score, and words and labels that would end a script", async () => {
    const labels = ["red", HOSTILE, "__proto__"];
    const classifier = await TextClassifier.train(
      rows.map((text, k) => ({ text, label: labels[Math.min(2, k % 4)]! })),
      options,
    );
    const file = join(folder, "fruit <b>.html");
    await classifier.save(file);
    await inPage(file, async (page) => {
      assert.equal(await page.title(), "fruit <b>");
      assert.equal(await page.locator("h1").innerText(), "fruit <b>");
      for (const text of [...TEXTS, "", "unheard of"]) {
        const { label, scores } = classifier.predict(text);
        const [says, numbers] = await answerIn(page, text);
        assert.equal(says, label);
        const sorted = Object.entries(scores).sort(([, a], [, b]) => b - a);
        assert.deepEqual(
          numbers.map((each) => each.split("\t")),
          sorted.map(([name, score]) => [name, score.toFixed(4)]),
        );
      }
      assert.match((await page.locator("#besides").textContent())!, /None of its words is known/);
    });
  });

  test("automatic, of several labels, of an amount", async () => {
    const auto = await TextClassifier.train(
      rows.map((text) => ({ text, label: text.includes("red") ? "red" : "other" })),
      { model: "linear", seed: 1 },
    );
    await auto.save(join(folder, "auto.html"));
    await inPage(join(folder, "auto.html"), async (page) => {
      for (const text of TEXTS) assert.equal((await answerIn(page, text))[0], auto.predict(text).label);
    });
    const sets = rows.map((text) => ({
      text,
      labels: ["red", "green"].filter((word) => text.includes(word)),
    }));
    const tags = await MultiLabelClassifier.train(sets, { ...options, epochs: 30 });
    await tags.save(join(folder, "tags.html"));
    await inPage(join(folder, "tags.html"), async (page) => {
      for (const text of TEXTS) {
        const [says] = await answerIn(page, text);
        assert.equal(says, tags.predict(text).labels.join(", ") || "none of the labels");
      }
    });
    const regressor = await TextRegressor.train(
      rows.map((text, k) => ({ text, value: k % 4 })),
      options,
    );
    await regressor.save(join(folder, "amount.html"));
    await inPage(join(folder, "amount.html"), async (page) => {
      const [says] = await answerIn(page, "red apple");
      assert.ok(Math.abs(Number(says) - regressor.predict("red apple").value) < 1e-5, says);
    });
  });

  test("of a network alone: rows of numbers, and what is none is said", async () => {
    const network = sequential([layers.input({ shape: [3] }), layers.dense({ units: 2 })], { seed: 3 });
    await saveModel(network, join(folder, "network.html"));
    await inPage(join(folder, "network.html"), async (page) => {
      const [wanted] = network.predict([[1, 4, 9]]) as number[][];
      for (const text of ["1 4 9", "[1, 4, 9]"]) {
        const [says, numbers] = await answerIn(page, text);
        assert.equal(says, "2 numbers");
        assert.deepEqual(
          numbers.map((each) => each.split("\t")[1]),
          wanted!.map((value) => value.toFixed(4)),
        );
      }
      assert.equal((await answerIn(page, "one two"))[0], "–");
      assert.notEqual(await page.locator("#besides").textContent(), "");
    });
  });
});
