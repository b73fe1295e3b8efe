/** The studio in Firefox, served as `cellstate studio` serves it: every view, and a training. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { serveSite } from "../../src/serve/site.js";
import { Firefox, findFirefox } from "./firefox.js";
import { STUDIO } from "./page.js";

const firefox = findFirefox();
const skip =
  firefox === null
    ? "no Firefox here"
    : !existsSync(`${STUDIO}index.html`) && "the studio is not built (npm run studio)";

const SMS = readFileSync(new URL("../../../examples/data/sms-spam.tsv", import.meta.url), "utf8");

/** Chooses a file with such a text, as one that is opened. */
const CHOOSE = `
  const files = new DataTransfer();
  files.items.add(new File([arguments[0]], "part.tsv", { type: "text/tab-separated-values" }));
  const input = document.querySelector("header input[type=file]");
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
`;

const VIEWS = ["Train", "Parameters", "Memory", "Gradient", "Lab", "Data", "Cell"];

/** Presses what has such a name, once it is there. */
const PRESS = `
  const [selector, name] = arguments;
  const found = [...document.querySelectorAll(selector)].find((one) => one.textContent.trim() === name && !one.disabled);
  found?.click();
  return found !== undefined;
`;

test("the studio in Firefox", { skip, timeout: 600_000 }, async (t) => {
  const site = await serveSite({ folder: STUDIO, port: 0, host: "localhost" });
  const browser = await Firefox.start(firefox!).catch(async (error: unknown) => {
    await site.close();
    throw error;
  });
  try {
    await t.test("answers the sentence, with threads allowed", async () => {
      await browser.open(`${site.url}#text=Free+entry%3A+call+now+to+claim+your+prize`);
      const answer = await browser.until<string>(
        `return document.querySelector("output.answer .label")?.textContent`,
      );
      assert.match(answer, /spam/);
      assert.equal(await browser.run("return crossOriginIsolated"), true);
    });

    for (const view of VIEWS) {
      await t.test(`shows ${view}`, async () => {
        await browser.until(PRESS, "nav a", view);
        await browser.until(
          `return document.querySelector('main[aria-label="' + arguments[0] + '"] h2') !== null`,
          view,
        );
      });
    }

    await t.test("trains an LSTM for an epoch, which then answers", async () => {
      await browser.open(`${site.url}#view=train&train=lstm&epochs=1&length=30&vocabulary=500&seed=3`);
      await browser.run(CHOOSE, SMS.split("\n").slice(0, 701).join("\n"));
      await browser.until(PRESS, "main button", "Train on it");
      await browser.until(PRESS, "main button", "Train");
      const measured = await browser.until<string>(
        `return document.querySelector('[aria-label="Measured"] b.large')?.textContent`,
      );
      assert.ok(Number.parseFloat(measured) > 80, measured);
      await browser.until(`return document.querySelector("header .open")?.textContent.includes("1: lstm")`);
      await browser.until(`return document.querySelector("output.answer .label") !== null`);
    });

    await t.test("says no error, and keeps to its policy", async () => {
      assert.deepEqual(await browser.problems(site.url), []);
    });
  } finally {
    await browser.close();
    await site.close();
  }
});
