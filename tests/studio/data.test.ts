/** Data in the studio: what comes in, what is said of it, and what cannot be read. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { TextClassifier } from "../../src/index.js";
import { closeBrowser, inStudio, missing } from "./page.js";

const SMS = readFileSync(new URL("../../../examples/data/sms-spam.tsv", import.meta.url));
const PARQUET = readFileSync(new URL("../../../tests/data/golden/parquet/snappy.parquet", import.meta.url));

const given = (name: string, content: string | Uint8Array) => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(content as Uint8Array),
});

/** Chooses files with the view's own button. */
async function choose(page: Page, ...files: ReturnType<typeof given>[]): Promise<void> {
  await page.getByLabel("Open data").locator("input[type=file]").setInputFiles(files);
}

/** Put into a worker: a file never ends, its last row comes again and again. */
const ENDLESS = `
Blob.prototype.stream = function () {
  let told = false;
  return new ReadableStream({
    pull: async (to) => {
      if (told) await new Promise((resolve) => setTimeout(resolve, 20));
      to.enqueue(told ? new TextEncoder().encode("ham\\tsee you\\n") : new Uint8Array(await this.arrayBuffer()));
      told = true;
    },
  });
};
`;

const read = (page: Page, text: string | RegExp) =>
  page.getByLabel("What was read").getByText(text).first().waitFor();

describe("data in the studio", { skip: missing }, () => {
  after(closeBrowser);

  test("the example: rows, columns, labels and what is to be known before training", async () => {
    await inStudio({ at: "#view=data", width: 320, dark: true }, async ({ page, accessibility }) => {
      await page.getByRole("button", { name: /^Example/ }).click();
      await read(page, "5,574 rows to learn from, 2 labels.");
      await read(page, /^tsv, fields parted by a tab$/);
      await page.getByText("4,827, 86.6 %").waitFor();
      await page.getByText("Labels are out of balance").waitFor();
      const rows = page.getByRole("table", { name: "The first 20 rows" }).getByRole("row");
      assert.match((await rows.nth(1).textContent())!, /^2hamGo until jurong point/);
      await page.getByText("The numbers").click();
      assert.match((await page.getByRole("table", { name: "Labels" }).textContent())!, /spam747, 13\.4 %/);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
      assert.deepEqual(await accessibility(), []);
    });
  });

  test("columns that were guessed wrong are chosen anew, in packed files too", async () => {
    const table = `kind;note;body\n${["a;x;good film one", "b;y;bad film two", "a;y;film three is long", "b;x;film four"].join("\n")}\n`;
    await inStudio({ at: "#view=data" }, async ({ page }) => {
      await choose(page, given("films.csv.gz", gzipSync(table)));
      await read(page, "csv, packed with gzip, fields parted by a semicolon");
      await page.getByLabel("Label column").selectOption("2");
      await page.getByText("2, 50.0 %").first().waitFor();
      await page.getByRole("rowheader", { name: "2", exact: true }).waitFor();
      const first = page.getByRole("table", { name: "All rows" }).getByRole("row").nth(1);
      await page.locator(".bars", { hasText: "x" }).waitFor();
      assert.equal(await first.textContent(), "2xgood film one");
      await page.getByLabel("Fields are parted by").selectOption(",");
      await page.getByRole("alert").waitFor();
      // What cannot be read that way is still there as it was.
      assert.equal(await first.textContent(), "2xgood film one");
    });
  });

  test("JSON lines, Parquet and pasted lines", async () => {
    await inStudio({ at: "#view=data" }, async ({ page }) => {
      const lines = [1, 2, 3, 4].map((i) =>
        JSON.stringify({ text: `a text ${i}`, label: i % 2 ? "odd" : "even" }),
      );
      await choose(page, given("numbers.jsonl", lines.join("\n")));
      await read(page, "4 rows to learn from, 2 labels.");
      await choose(page, given("numbers.parquet", PARQUET));
      await read(page, /^parquet/);
      await page.getByText("Or paste lines").click();
      await page.getByLabel(/^A line a text/).fill("ham\tsee you, soon\nspam,win a prize\nno separator\n");
      await page.getByRole("button", { name: "Read these lines" }).click();
      await read(page, "2 rows to learn from, 2 labels; 1 row that cannot be used.");
      const rejects = page.getByRole("table", { name: /^Rows that cannot be used/ });
      assert.match((await rejects.textContent())!, /3no label/);
    });
  });

  test("what cannot be read, or not be learned from, says why and leaves what was there", async () => {
    await inStudio({ at: "#view=data" }, async ({ page, answered }) => {
      await choose(page, given("small.tsv", "label\ttext\nham\tsee you\nspam\twin a prize\n"));
      await read(page, "2 rows to learn from, 2 labels.");
      const noise = Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919 + ((i * i) >> 3)) & 255);
      for (const [name, content, why] of [
        ["empty.csv", "", /empty/],
        ["noise.csv", noise, /noise\.csv/],
        ["cut.parquet", PARQUET.subarray(0, PARQUET.length >> 1), /cut\.parquet/],
        ["cut.csv.gz", gzipSync(SMS).subarray(0, 20_000), /cut\.csv\.gz/],
      ] as const) {
        await choose(page, given(name, content));
        await page.getByRole("alert").filter({ hasText: why }).waitFor();
        await page.getByText("small.tsv is still open, as it was.").waitFor();
        await read(page, "2 rows to learn from, 2 labels.");
      }
      await choose(page, given("one.tsv", "label\ttext\nham\tsee you\nham\tat home\n"));
      await page.getByRole("alert").filter({ hasText: "It cannot be trained on: " }).waitFor();
      assert.equal(await page.getByRole("button", { name: "Train on it" }).count(), 0);
      await page.fill("#sentence", "Ok lar, see you at home tonight");
      await answered("ham");
    });
  });

  test("what the page writes and does not read is refused; that goes when something else is opened, which is searched, too", async () => {
    await inStudio({ at: "#view=data" }, async ({ page, answered }) => {
      await answered("spam");
      await choose(page, given("spam.mjs", "export const a = 1, b = 2;\n"));
      await page.getByRole("alert").filter({ hasText: "spam.mjs is for elsewhere" }).waitFor();
      assert.equal(await page.getByLabel("What was read").count(), 0);
      await choose(page, given("small.tsv", "label\ttext\nham\tsee you\nspam\twin a prize\n"));
      await read(page, "2 rows to learn from, 2 labels.");
      assert.equal(await page.getByRole("alert").count(), 0);
      await page.click("nav >> text=Cell");
      await page.locator("main").getByText("small.tsv").first().waitFor();
    });
  });

  test("reading a large file tells how far it is, and can be cancelled", async () => {
    await inStudio({ at: "#view=data" }, async ({ page }) => {
      await page.route(/\/studio-worker\.js\?/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: `${ENDLESS}${await response.text()}` });
      });
      await choose(page, given("large.tsv", SMS));
      const reading = page.getByLabel("Reading", { exact: true });
      await reading.getByText(/reading · [\d,]+( of [\d,]+)? ·/).waitFor();
      await reading.getByRole("button", { name: "Cancel" }).click();
      await reading.waitFor({ state: "detached" });
      await page.unrouteAll({ behavior: "wait" });
      assert.equal(await page.getByRole("alert").count(), 0);
      assert.equal(await page.getByLabel("What was read").count(), 0);
      await page.getByRole("button", { name: /^Example/ }).click();
      await read(page, "5,574 rows to learn from, 2 labels.");
    });
  });

  test("a model is opened: of one file, or of several dropped together", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      text: i % 2 ? "a b c" : "d e f",
      label: i % 2 ? "up" : "down",
    }));
    const made = await TextClassifier.train(rows, {
      model: "lstm",
      vocabulary: 12,
      length: 4,
      epochs: 1,
      validationSplit: 0,
    });
    const files = [...(await made.toFiles("model.json"))].map(([name, bytes]) => given(name, bytes));
    await inStudio({ at: "#view=data" }, async ({ page, answered }) => {
      await answered("spam");
      await choose(page, ...files.filter(({ name }) => name === "model.json"));
      await page.getByRole("alert").filter({ hasText: "Give all files of the model together." }).waitFor();
      await answered("spam");
      await choose(page, ...files);
      await page.locator("header .open", { hasText: "model.json: " }).waitFor();
      await page.fill("#sentence", "a b");
      await answered(made.predict("a b").label);
      assert.match((await page.locator("header .open").textContent())!, /^model\.json: /);
    });
  });
});
