/** The studio's frame: first view, sentence, address, and what is open. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { layers } from "../../src/index.js";
import { classifierWith } from "./models.js";
import { closeBrowser, fetchedBy, inStudio, missing } from "./page.js";

describe("the studio", { skip: missing }, () => {
  after(closeBrowser);

  test("opens with a model and its answer, which follows the sentence", async () => {
    await inStudio({}, async ({ page, answered }) => {
      await answered("spam");
      await page.fill("#sentence", "Ok lar, see you at home tonight");
      await answered("ham");
      assert.match(page.url(), /#text=Ok\+lar/);
    });
  });

  test("the first view takes at most 70 KB packed, besides engine and example", async () => {
    await inStudio({}, async ({ page, answered }) => {
      await answered("spam");
      await page.locator("main canvas").first().waitFor();
      const { files, bytes } = await fetchedBy(page);
      assert.ok(
        files.includes("/index.html") && files.some((file) => /\/cell-.*\.js$/.test(file)),
        files.join(" "),
      );
      assert.ok(bytes <= 70 * 1024, `${(bytes / 1024).toFixed(1)} KB: ${files.join(" ")}`);
    });
  });

  test("an address opens the view and the sentence that it names", async () => {
    await inStudio({ at: "#view=train&text=see+you+tonight" }, async ({ page, answered }) => {
      await answered("ham");
      assert.equal(await page.locator("nav [aria-current]").textContent(), "Train");
      assert.equal(await page.inputValue("#sentence"), "see you tonight");
      await page.click("nav >> text=Lab");
      assert.match(page.url(), /view=lab/);
      assert.match(page.url(), /text=see/);
    });
  });

  test("an address that names no view opens the cell", async () => {
    await inStudio({ at: "#view=toString" }, async ({ page }) => {
      await page.locator('main[aria-label="Cell"] h2').first().waitFor();
    });
  });

  test("an address of a file that is not there says so, and that nothing is open", async () => {
    await inStudio({}, async ({ page, url }) => {
      // In a page of its own: the browser says the refusal on its console.
      const other = await page.context().newPage();
      await other.goto(`${url}#open=gone.keras`);
      await other.getByRole("alert").filter({ hasText: "404" }).waitFor();
      await other.locator(".answer", { hasText: "No model is open" }).waitFor();
      await other.close();
    });
  });

  test("words that are not read are named; where none is, every view says so once", async () => {
    await inStudio({ at: "#text=claim+your+zyzzyva+prize" }, async ({ page }) => {
      await page.getByText(/Not read, .*: zyzzyva\./).waitFor();
      for (const view of ["Cell", "Memory", "Gradient"]) {
        await page.click(`nav >> text=${view}`);
        await page.locator("main canvas, main svg").first().waitFor();
        await page.fill("#sentence", "zyzzyva");
        await page.getByText("Nothing to read").waitFor();
        assert.equal(await page.locator("main [role=alert], main .problem").count(), 0);
        await page.fill("#sentence", "claim your zyzzyva prize");
        await page.getByText("Nothing to read").waitFor({ state: "detached" });
      }
    });
  });

  test("of two files opened one after another the last counts, whichever takes longer", async () => {
    const model = async (units: number) =>
      Buffer.from(await (await classifierWith(layers.lstm({ units }))).toBytes());
    const [first, second] = [await model(3), await model(4)];
    await inStudio({}, async ({ page, answered }) => {
      await answered("spam");
      const input = page.locator("header input[type=file]");
      const mimeType = "application/octet-stream";
      await page.evaluate(() => {
        const { postMessage, terminate } = Worker.prototype;
        const held: (() => void)[] = [];
        let isHolding = true;
        const steer = {
          ended: 0,
          release: () => held.forEach((send) => void send()),
          pass: () => void (isHolding = false),
        };
        Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
          const send = () => Reflect.apply(postMessage, this, args);
          if (isHolding) held.push(send);
          else send();
        };
        Worker.prototype.terminate = function () {
          steer.ended++;
          terminate.call(this);
        };
        Object.assign(globalThis, { steer });
      });
      await input.setInputFiles({ name: "first.keras", mimeType, buffer: first });
      const open = page.locator("header .open");
      await open.filter({ hasText: "Opening first.keras" }).waitFor();
      await page.evaluate("steer.pass()");
      await input.setInputFiles({ name: "second.keras", mimeType, buffer: second });
      await open.filter({ hasText: "second.keras: " }).waitFor();
      await page.evaluate("steer.ended = 0; steer.release()");
      // One of the two models ends now.
      await page.waitForFunction(
        () => (globalThis as unknown as { steer: { ended: number } }).steer.ended > 0,
      );
      assert.match((await open.textContent())!, /^second\.keras: /);
    });
  });

  test("opens without a network once it was there, every view of it, with threads allowed", async () => {
    await inStudio({ kept: true }, async ({ page, answered, endSite }) => {
      await answered("spam");
      await page.evaluate(async () => void (await navigator.serviceWorker.ready));
      await endSite();
      await page.reload();
      await answered("spam");
      assert.equal(await page.evaluate(() => crossOriginIsolated), true);
      for (const view of ["Train", "Parameters", "Memory", "Gradient", "Lab", "Data"]) {
        await page.click(`nav >> text=${view}`);
        await page.locator(`main[aria-label="${view}"] h2`).first().waitFor();
      }
      await page.getByRole("button", { name: /^Example/ }).click();
      await page.getByText("Train on it").waitFor();
    });
  });

  for (const [width, dark] of [
    [320, false],
    [1280, true],
  ] as const) {
    test(`${width} pixels${dark ? ", dark" : ""}: nothing sticks out, nothing serious for those who do not see it`, async () => {
      await inStudio({ width, dark }, async ({ page, answered, accessibility }) => {
        await answered("spam");
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        assert.deepEqual(await accessibility(), []);
      });
    });
  }
});
