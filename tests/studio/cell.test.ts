/** The view of the cell: what it shows is what the library says of the same model. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { cellView, explainNumber, intervene, readSentence } from "../../src/explain/index.js";
import { assembleClassifier, layers, sequential, TextClassifier } from "../../src/index.js";
import { shake } from "../explain/models.js";
import { closeBrowser, inStudio, missing, STUDIO } from "./page.js";

const TEXT = "Free entry in a weekly draw? No thanks, I am at work";
const at = (more = "") => `#text=${encodeURIComponent(TEXT)}${more}`;

/** As the page writes numbers. */
const figure = (value: number) =>
  (value === 0
    ? "0"
    : Math.abs(value) >= 1e4 || Math.abs(value) < 1e-3
      ? value.toExponential(2)
      : value.toPrecision(4)
  ).replace(/^-/, "−");
/** And in the drawing. */
const short = (value: number) => value.toFixed(2).replace("-", "−").replace("−0.00", "0.00");

const region = (page: Page, name: string) => page.getByRole("region", { name });
const chosen = (page: Page) => region(page, "The chosen number");
/** Waits until the number that is written out is the one of the heading. */
const summed = async (page: Page, value: string) => {
  await chosen(page)
    .locator(".told:not([aria-busy=true])")
    .getByText(value, { exact: false })
    .first()
    .waitFor();
};

describe("the view of the cell", { skip: missing }, () => {
  let spam: TextClassifier;
  const sentence = () => readSentence(spam.vectorizer, TEXT, spam.length);
  before(async () => {
    spam = await TextClassifier.load(join(STUDIO, "example", "spam.keras"));
  });
  after(closeBrowser);

  test("values of the drawing, the parts and the map are the library's; keys walk words and units", async () => {
    const view = cellView(spam.model, sentence());
    const { unit } = view.units[0]!;
    await inStudio({ at: at() }, async ({ page }) => {
      const title = page.locator(".cell-where h3");
      await title.getByText(`Unit ${unit} at “work”`).waitFor();
      const check = async (word: number, u: number) => {
        await title.getByText(`Unit ${u} at “${view.words[word]!.word}”`).waitFor();
        const shown = await page.locator(".cell-diagram .part-value").allTextContents();
        const own = await page.locator(".part-now b").allTextContents();
        for (const [k, id] of ["forget", "input", "candidate", "output", "cell", "hidden"].entries()) {
          const value = short(view.series.find((part) => part.id === id)!.values[word]![u]!);
          assert.ok(shown.includes(value), `${id} ${value} among ${shown.join(" ")}`);
          assert.equal(own[k], value);
        }
        const came = cellView(spam.model, sentence(), { at: view.words[word]!.t, units: [u] }).units[0]!
          .before;
        for (const id of ["cell", "hidden"]) assert.ok(shown.includes(short(came[id]!)), `${id} before`);
      };
      const last = view.words.length - 1;
      await check(last, unit);
      await page.locator(".cell-diagram").focus();
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowDown");
      await check(last - 2, unit + 1);
      // The map has the same choice, and its own arrows.
      const map = page.getByRole("application", { name: "forget gate of lstm" });
      await map.focus();
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowUp");
      await check(0, unit);
      const value = view.series[0]!.values[0]![unit]!;
      await page.getByText(`${view.words[0]!.word}, unit ${unit}: ${figure(value)}`).waitFor();
      // And the numbers as a table.
      await page.getByText("The numbers").first().click();
      const row = page.locator("details[open] tbody tr").first();
      await row.waitFor();
      const cells = await row.locator("td").allTextContents();
      assert.deepEqual(
        cells,
        view.series.map(({ values }) => figure(values[0]![unit]!)),
      );
    });
  });

  test("a number is the sum of its products, and each that is a number of the cell leads to its own", async () => {
    const { words } = cellView(spam.model, sentence());
    const word = 4;
    const place = { at: words[word]!.t, part: "cell" as const, unit: 3 };
    const found = explainNumber(spam.model, sentence().ids, place);
    await inStudio({ at: at("&part=cell&unit=3&word=4") }, async ({ page }) => {
      await summed(page, figure(found.value));
      const bars = await chosen(page).locator(".terms li > b").allTextContents();
      assert.deepEqual(
        bars,
        found.terms.map(({ value }) => figure(value)),
      );
      const forget = explainNumber(spam.model, sentence().ids, { ...place, part: "forget" });
      await chosen(page)
        .locator(".terms button")
        .filter({ hasText: figure(forget.value) })
        .click();
      await page.waitForURL(/part=forget/);
      await chosen(page).locator(".sum-computed").getByText(figure(forget.computed)).waitFor();
      await chosen(page)
        .getByRole("button", { name: `All ${forget.terms.length} products` })
        .click();
      const products = chosen(page).locator(".terms li > b");
      await products.nth(forget.terms.length - 1).waitFor();
      const all = await products.allTextContents();
      assert.deepEqual(
        all,
        forget.terms.map(({ value }) => figure(value)),
      );
      const text = await chosen(page).locator(".sum").textContent();
      for (const { value } of forget.sums) assert.ok(text!.includes(figure(value)));
      assert.match(text!, /apart by (0|\d\.\de-1\d)\./);
    });
  });

  test("a number that is dragged changes state and answer as intervene says; it is in the address", async () => {
    const { words } = cellView(spam.model, sentence());
    await inStudio({ at: at("&part=cell&unit=3&word=1") }, async ({ page }) => {
      const slider = chosen(page).getByLabel("What if it were");
      await chosen(page).locator(".sum").waitFor();
      await slider.focus();
      await page.keyboard.press("End");
      await page.waitForURL(/hold=cell/);
      const hold = new URLSearchParams(new URL(page.url()).hash.slice(1)).get("hold")!;
      const value = Number(hold.split(",")[3]);
      const held = [{ at: words[1]!.t, part: "cell" as const, unit: 3, value }];
      const expected = intervene(spam.model, sentence().ids, held);
      const [was, now] = [expected.outputBefore[0]!, expected.output[0]!];
      assert.notEqual(figure(was), figure(now), `held at ${value}`);
      const scores = page.locator(".effect-scores li", { hasText: "spam" });
      await scores.getByText(figure(Math.fround(now))).waitFor();
      assert.match((await scores.textContent())!, new RegExp(figure(Math.fround(was)).replace(".", "\\.")));
      assert.match(page.url(), /hold=cell%2C1%2C3%2C/);
      // What follows at the next word is drawn, and taken apart with what is held.
      const next = expected.layers[0]!.steps.find(({ t }) => t === words[2]!.t)!;
      await page.getByRole("button", { name: "Next word" }).click();
      await page.locator(".cell-part.memory .part-now b").getByText(short(next.cell![3]!)).waitFor();
      await summed(page, figure(next.cell![3]!));
      // A second one, and both let go.
      await page.locator(".cell-part", { hasText: "output gate" }).first().click();
      await slider.focus();
      await page.keyboard.press("Home");
      await page.locator(".held li").nth(1).waitFor();
      const address = page.url();
      await page.reload();
      await page.locator(".held li").nth(1).waitFor();
      assert.equal(page.url(), address);
      await page.getByRole("button", { name: "Let all go" }).click();
      await page.locator(".effect").waitFor({ state: "detached" });
      assert.doesNotMatch(page.url(), /hold=/);
    });
  });

  test("which words decided, and texts where a unit is like here: one is put into the sentence", async () => {
    await inStudio({ at: at("&part=hidden&word=1") }, async ({ page }) => {
      await page
        .locator(".deciding")
        .getByText(/A bar .* In log-odds of/)
        .waitFor();
      assert.equal(
        await page.locator(".deciding-words .word").count(),
        cellView(spam.model, sentence()).words.length,
      );
      const find = region(page, "Where else");
      await find.getByRole("button", { name: "Find" }).click();
      await find.getByText(/texts read/).waitFor();
      await find.locator(".matches li").first().waitFor();
      const first = await find.locator(".matches mark").first().textContent();
      await find.locator(".matches button").first().click();
      const text = await page.inputValue("#sentence");
      const rows = await readFile(join(STUDIO, "example", "sms-spam.tsv"), "utf8");
      assert.ok(rows.includes(text));
      assert.ok(text.toLowerCase().includes(first!.split(" ")[0]!));
    });
  });

  for (const [width, dark] of [
    [320, false],
    [1280, true],
  ] as const) {
    test(`${width} pixels${dark ? ", dark" : ""}: nothing sticks out, nothing serious for those who do not see it`, async () => {
      const hold = "&hold=input%2C1%2C3%2C1%2Clstm";
      await inStudio({ at: at(hold), width, dark }, async ({ page, accessibility }) => {
        await page.locator(".effect-scores").waitFor();
        await page.locator(".terms li").first().waitFor();
        await page
          .locator(".deciding")
          .getByText(/In log-odds of/)
          .waitFor();
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        assert.deepEqual(await accessibility(), []);
      });
    });
  }

  /** A classifier of the example's words with other layers. */
  async function fileOf(recurrent: Parameters<typeof sequential>[0], length = 12): Promise<Uint8Array> {
    const { vectorizer, labels } = spam;
    const own = [
      layers.embedding({ inputDim: vectorizer.size, outputDim: 3, inputLength: length, maskZero: true }),
      ...recurrent,
      layers.dense({ units: 1, activation: "sigmoid" }),
    ];
    const model = shake(sequential(own), 3);
    return assembleClassifier(model, { vectorizer, labels, length }).toBytes();
  }

  test("a GRU: its gates, and what a mask hides is left out", async () => {
    const bytes = await fileOf([layers.gru({ units: 4 })]);
    const gru = await TextClassifier.load(bytes);
    const read = readSentence(gru.vectorizer, "free entry now", gru.length);
    const view = cellView(gru.model, read, { units: [2] });
    const files = [{ path: "/open/gru.keras", bytes }];
    await inStudio({ at: "#open=gru.keras&text=free+entry+now&unit=2", files }, async ({ page }) => {
      await page.getByRole("heading", { name: "Inside the GRU" }).waitFor();
      await page.getByText(`${view.skipped} steps of padding or behind a mask left out`).waitFor();
      const own = await page.locator(".part-now b").allTextContents();
      const ids = ["reset", "update", "candidate", "hidden"];
      assert.deepEqual(
        own,
        ids.map((id) => short(view.units[0]!.values[id]!)),
      );
      const at = view.words[view.chosen]!.t;
      const number = explainNumber(gru.model, read.ids, { at, part: "reset", unit: 2 });
      await summed(page, figure(number.value));
    });
  });

  test("a Bidirectional: either direction", async () => {
    const bytes = await fileOf([layers.bidirectional({ layer: layers.lstm({ units: 3, name: "two" }) })]);
    const both = await TextClassifier.load(bytes);
    const read = readSentence(both.vectorizer, "free entry now", both.length);
    const { layers: names } = cellView(both.model, read);
    assert.equal(names.length, 2);
    const files = [{ path: "/open/both.keras", bytes }];
    await inStudio({ at: "#open=both.keras&text=free+entry+now&unit=1&word=1", files }, async ({ page }) => {
      for (const layer of [names[1]!, names[0]!]) {
        const at = cellView(both.model, read).words[1]!.t;
        const { units } = cellView(both.model, read, { layer, at, units: [1] });
        await page.getByRole("combobox", { name: /^Layer/ }).selectOption(layer);
        await page.getByText(`Layer ${layer}:`).waitFor();
        const own = await page.locator(".part-now b").allTextContents();
        assert.equal(own[4], short(units[0]!.values["cell"]!));
      }
    });
  });

  test("a model without a cell says so, and shows which words decided", async () => {
    const rows = Array.from({ length: 60 }, (_, i) =>
      i % 2
        ? { text: `free prize call ${i}`, label: "spam" }
        : { text: `see you at home ${i}`, label: "ham" },
    );
    const auto = await TextClassifier.train(rows, { effort: "low", seed: 1 });
    const files = [{ path: "/open/auto.keras", bytes: await auto.toBytes() }];
    await inStudio(
      { at: "#open=auto.keras&text=a+free+prize+at+home", files },
      async ({ page, accessibility }) => {
        await page.getByText(/expected a model with a SimpleRNN, LSTM or GRU layer/).waitFor();
        await page
          .locator(".deciding")
          .getByText(/A bar .* In log-odds of/)
          .waitFor();
        assert.match((await page.locator(".deciding").textContent())!, /free|prize/);
        assert.deepEqual(await accessibility(), []);
      },
    );
  });

  test("a network without words reads ids, and says what it wants of a text", async () => {
    const { writeKeras } = await import("../../src/keras.js");
    const model = shake(
      sequential([
        layers.embedding({ inputDim: 20, outputDim: 3, inputLength: 4 }),
        layers.lstm({ units: 3 }),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ]),
      5,
    );
    const files = [{ path: "/open/ids.keras", bytes: writeKeras(model) }];
    await inStudio({ at: "#open=ids.keras&text=4+17+9+2", files }, async ({ page }) => {
      await page.locator(".cell-where h3").getByText("“#2”").waitFor();
      await page.fill("#sentence", "free entry");
      await page
        .locator("main")
        .getByText(/type the row of ids/)
        .waitFor();
      await page.fill("#sentence", "4 17 9 3");
      await page.locator(".cell-where h3").getByText("“#3”").waitFor();
    });
  });
});
