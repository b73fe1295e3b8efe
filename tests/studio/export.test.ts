/** What is taken along: the model in every format, a report, pictures of a view, and the code that makes a run again. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { loadModel } from "../../src/index.js";
import { byName, parsePage } from "../report/page.js";
import { example, SENTENCE } from "./models.js";
import { closeBrowser, inStudio, missing } from "./page.js";
import { repeated, taken } from "./take.js";

const COMMAND = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const DATA = new URL("../../../examples/data/sms-spam.tsv", import.meta.url);

const openDialog = (page: Page) => page.getByRole("button", { name: "Take it along …", exact: true }).click();

/** A file that was downloaded, as text. */
const textOf = async (page: Page, button: string) =>
  readFileSync(await (await taken(page, button)).path(), "utf8");

describe("taking along", { skip: missing }, () => {
  after(closeBrowser);

  test("the model in every format; the command line answers from the file as the page does", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cellstate-taken-"));
    await inStudio(
      { at: `#text=${encodeURIComponent(SENTENCE)}` },
      async ({ page, answered, accessibility }) => {
        await answered("spam");
        await openDialog(page);
        const here = await example();
        const { label, probability } = here.predict(SENTENCE);
        const formats = page.getByLabel("Format");
        const endings = await formats
          .locator("option")
          .evaluateAll((all) => all.map((each) => each.getAttribute("value")!));
        assert.deepEqual(endings, [".keras", ".html", ".mjs", ".onnx", ".safetensors", ".json"]);
        for (const ending of [".keras", ".mjs", ".onnx", ".safetensors"]) {
          await formats.selectOption(ending);
          const file = join(folder, `spam${ending}`);
          await (await taken(page, "Download the model")).saveAs(file);
          if (ending === ".onnx") assert.match(readFileSync(file, "latin1"), /cellstate/);
          else if (ending === ".mjs") {
            const { classify } = (await import(file)) as {
              classify(text: string): { label: string; probability: number };
            };
            const answer = classify(SENTENCE);
            assert.equal(answer.label, label);
            assert.ok(Math.abs(answer.probability - probability) < 1e-5);
          } else {
            const said = execFileSync(process.execPath, [COMMAND, "predict", file, SENTENCE, "--json"], {
              encoding: "utf8",
            });
            const [answer] = said
              .trim()
              .split("\n")
              .map((line) => JSON.parse(line) as { label: string; probability: number });
            assert.deepEqual(
              [answer!.label, answer!.probability.toFixed(6)],
              [label, probability.toFixed(6)],
            );
          }
        }
        assert.deepEqual(await accessibility(), []);
        await page.keyboard.press("Escape");
        await page.locator("dialog").waitFor({ state: "detached" });
      },
    );
    rmSync(folder, { recursive: true });
  });

  test("the page to try it in answers as here", async () => {
    await inStudio({ at: "#format=.html" }, async ({ page, answered }) => {
      await answered("spam");
      await openDialog(page);
      const file = await taken(page, "Download the model");
      assert.match(file.suggestedFilename(), /\.html$/);
      const other = await page.context().newPage();
      await other.setContent(readFileSync(await file.path(), "utf8"));
      await other.getByRole("textbox").fill("Ok lar, see you at home tonight");
      assert.equal(await other.locator("#says").textContent(), "ham");
      await other.close();
    });
  });

  test("a report: by rows held out after a training, by its data, or without figures", async () => {
    await inStudio({ at: "#view=train&train=linear" }, async ({ page }) => {
      await openDialog(page);
      const bare = parsePage(await textOf(page, "Download the report"));
      const sections = byName(bare, "section").map(({ attributes }) => attributes.get("id"));
      assert.ok(sections.includes("model") && !sections.includes("results"), String(sections));
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: /^Take the example/ }).click();
      await page.getByText("It learns from").waitFor();
      await openDialog(page);
      const measured = page.getByLabel("Measured on");
      assert.match(
        (await measured.locator("option").first().textContent())!,
        /all rows of 5,574 text messages/,
      );
      assert.match(await textOf(page, "Download the report"), /of 5,574 test rows/);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Train", exact: true }).click();
      await page.locator("header .open", { hasText: "1: linear" }).waitFor({ timeout: 120_000 });
      await openDialog(page);
      const report = await textOf(page, "Download the report");
      const accuracy = await page.getByLabel("Measured").locator("b.large").textContent();
      assert.ok(report.includes(accuracy!.replace(" ", "\u00a0")), accuracy!);
      assert.match(report, /of 1,115 test rows/);
    });
  });

  test("pictures of a view: the whole of it and each by itself, standing alone", async () => {
    await inStudio({ at: `#view=cell&text=${encodeURIComponent(SENTENCE)}` }, async ({ page, answered }) => {
      await answered("spam");
      await page.locator("main canvas").first().waitFor();
      await openDialog(page);
      const buttons = page.getByLabel("Pictures").getByRole("button");
      await buttons.nth(1).waitFor();
      assert.ok((await buttons.count()) >= 2);
      const view = await textOf(page, "The whole view: Cell");
      // As a file of its own it has no style sheet: what it looks like stands in it.
      assert.doesNotMatch(view, /class=|var\(|<script|foreignObject/);
      assert.match(view, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      for (const word of ["winner", "prize", "forget gate", "Which words decided"])
        assert.ok(view.includes(word), word);
      const map = await textOf(page, (await buttons.nth(1).textContent())!);
      const drawn = await page.evaluate((source) => {
        const { documentElement } = new DOMParser().parseFromString(source, "image/svg+xml");
        return {
          isWhole: documentElement.querySelector("parsererror") === null,
          cells: documentElement.querySelectorAll("rect[fill-opacity]").length,
          title: documentElement.querySelector("title")?.textContent ?? "",
        };
      }, map);
      assert.equal(drawn.isWhole, true);
      // Words by units.
      assert.ok(drawn.cells >= 8 * 32, `${drawn.cells} cells`);
      assert.equal(drawn.title, await buttons.nth(1).textContent());
    });
  });

  test("the code of a script's run, told by another epoch and threshold, makes the same weights in Node", async () => {
    const rows = readFileSync(DATA, "utf8").split("\n").slice(0, 401).join("\n");
    const data = { name: "some mail.tsv", mimeType: "text/plain", buffer: Buffer.from(rows) };
    await inStudio({ at: "#view=train&train=script&seed=4&optimizer=rmsprop" }, async ({ page }) => {
      await page.locator("header input[type=file]").setInputFiles(data);
      await page.getByRole("button", { name: "Train on it" }).click();
      await page.getByRole("button", { name: "Train", exact: true }).click();
      await page.locator("header .open", { hasText: "1: script" }).waitFor({ timeout: 120_000 });
      const said = await repeated(page, data);
      const accuracy = await page.getByLabel("Measured").locator("b.large").textContent();
      assert.match(said, /made the same weights as the page, to the bit/);
      const right = Number(/answers rightly (\S+)/.exec(said)![1]);
      assert.equal(`${(100 * right).toFixed(1)} %`, accuracy);
      const slider = page.getByLabel(/^Run 1: script/);
      await slider.focus();
      await slider.press("Home");
      await slider.press("ArrowRight");
      await page.locator("header .open", { hasText: "epoch 1" }).waitFor();
      assert.match(await repeated(page, data), /the same weights as the page/);
      await openDialog(page);
      assert.match(await page.inputValue("dialog textarea"), /training\.at\(1\)/);
    });
  });

  test("the code of what learned from pasted lines comes with them", async () => {
    const lines = readFileSync(DATA, "utf8").split("\n").slice(1, 201).join("\n");
    await inStudio({ at: "#view=data&train=linear" }, async ({ page }) => {
      await page.getByText("Or paste lines").click();
      await page.getByLabel(/^A line a text/).fill(lines);
      await page.getByRole("button", { name: "Read these lines" }).click();
      await page.getByRole("button", { name: "Train on it" }).click();
      await page.getByRole("button", { name: "Train", exact: true }).click();
      await page.locator("header .open", { hasText: "1: linear" }).waitFor({ timeout: 120_000 });
      assert.match(await repeated(page, null), /made the same weights as the page, to the bit/);
    });
  });

  test("a file that Python's Keras wrote is opened, answered by, looked into, and taken along; it has no report", async () => {
    const bytes = gunzipSync(
      readFileSync(new URL("../../../tests/files/golden/flagship.keras.gz", import.meta.url)),
    );
    const here = await loadModel(bytes, { engine: "wasm" });
    const row = [0, 0, 3, 11, 5, 2, 9];
    const wanted = (here.predict([row]) as number[][])[0]![0]!;
    await inStudio({ at: `#text=${encodeURIComponent(row.join(" "))}` }, async ({ page }) => {
      await page.locator(".answer .label").waitFor();
      const file = { name: "reviews.keras", mimeType: "application/octet-stream", buffer: bytes };
      await page.locator("header input[type=file]").setInputFiles(file);
      await page.locator("header .open", { hasText: "195 parameters, a network without words" }).waitFor();
      await page.locator(".answer .label", { hasText: wanted.toPrecision(4) }).waitFor();
      await page.locator("main canvas").first().waitFor();
      await page
        .getByText(/forget gate/)
        .first()
        .waitFor();
      await page.click("nav >> text=Parameters");
      await page.getByText("195").first().waitFor();
      await openDialog(page);
      assert.equal(await page.getByRole("button", { name: "Download the report" }).count(), 0);
      await page.getByText("Of what is trained in this page").waitFor();
      for (const ending of [".keras", ".h5", ".safetensors"]) {
        await page.getByLabel("Format").selectOption(ending);
        const saved = await taken(page, "Download the model");
        assert.equal(saved.suggestedFilename(), `reviews${ending}`);
        const back = await loadModel(new Uint8Array(readFileSync(await saved.path())), { engine: "wasm" });
        assert.deepEqual(back.predict([row]), here.predict([row]), ending);
      }
    });
  });
});
