/** The page at "/", in Chromium: it asks the server, under its policy, at every width, with and without tokens. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { createServer, type ServerOptions } from "../../src/serve/index.js";
import { findChromium } from "../browser/chromium.js";
import { ask } from "./asking.js";
import * as made from "./models.js";

const executablePath = findChromium();
const folder = mkdtempSync(join(tmpdir(), "cellstate-page-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe("the page", { skip: executablePath === null && "there is no Chromium" }, () => {
  let browser: Browser;
  before(async () => {
    const args = ["--no-sandbox", "--disable-dev-shm-usage"];
    browser = await chromium.launch({ executablePath: executablePath!, args });
  });
  after(() => browser?.close());

  /** Opens it; what goes wrong in the console fails the test. */
  async function opened(
    options: ServerOptions,
    look: { width: number; colorScheme: "light" | "dark" },
    act: (
      page: Page,
      models: { spam: ReturnType<typeof made.spam>; tags: ReturnType<typeof made.tags> },
    ) => Promise<void>,
    expected: RegExp[] = [],
  ): Promise<void> {
    const models = { spam: made.spam(), tags: made.tags(), amounts: made.amounts(), plain: made.plain() };
    const server = await createServer(models, { port: 0, ...options });
    const { width, colorScheme } = look;
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const wrong: string[] = [];
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    page.on("pageerror", ({ message }) => wrong.push(message));
    try {
      await page.goto(await server.listen());
      await act(page, models);
      assert.deepEqual(
        wrong.filter((text) => !expected.some((one) => one.test(text))),
        [],
      );
    } finally {
      await page.close();
      await server.close();
    }
  }

  const askPage = async (page: Page, model: string, text: string) => {
    await page.getByLabel("Model").selectOption(model);
    await page.locator("#texts").fill(text);
    await page.getByRole("button", { name: "Ask" }).click();
    await page.locator("#answers tr", { hasText: text.split("\n")[0]! }).waitFor();
    return page.locator("#answers").innerText();
  };

  for (const [width, colorScheme] of [
    [1280, "light"],
    [340, "dark"],
  ] as const) {
    test(`${width} pixels wide, ${colorScheme}: answers of every kind, no wider than it is, for everyone`, async () => {
      await opened({}, { width, colorScheme }, async (page, { spam, tags }) => {
        const said = await askPage(page, "spam", "the film was good\n<img src=x onerror=alert(1)>");
        assert.ok(said.includes(spam.predict("the film was good").label));
        assert.ok(said.includes("<img src=x onerror=alert(1)>"), "texts are shown as they are");
        assert.match(said, /no known word: a guess/);
        const labels = tags.predict("free prize").labels.join(", ") || "none";
        assert.ok((await askPage(page, "tags", "free prize")).includes(labels));
        await askPage(page, "amounts", "late home");
        await askPage(page, "plain", "1 2 3\n4, 5, 6");
        assert.match(
          await page.locator("#command").innerText(),
          /^curl http:\/\/.*\/v2\/models\/plain\/infer .*"data":\[1,2,3,4,5,6\]/,
        );
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} pixels`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() =>
          (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }).axe.run(),
        );
        assert.deepEqual(
          violations.map(({ id }) => id),
          [],
        );
      });
    });
  }

  test("what is wrong is said, and what is asked again is answered", async () => {
    await opened(
      {},
      { width: 800, colorScheme: "light" },
      async (page) => {
        await page.locator("#model option").first().waitFor({ state: "attached" });
        await page.getByRole("button", { name: "Ask" }).click();
        await page.getByText("Write something first").waitFor();
        await page.getByLabel("Model").selectOption("plain");
        await page.locator("#texts").fill("1 two 3");
        await page.getByRole("button", { name: "Ask" }).click();
        await page.getByText("expected a number of type FP32 but received null").waitFor();
        await askPage(page, "spam", "good");
        assert.ok(await page.locator("#wrong").isHidden());
      },
      [/status of 400/],
    );
  });

  test("where there are tokens it asks for one", async () => {
    const tokenFile = join(folder, "tokens");
    writeFileSync(tokenFile, "a-token-of-this-test\n");
    await opened(
      { tokenFile },
      { width: 800, colorScheme: "light" },
      async (page) => {
        const token = page.getByLabel("Token");
        await token.waitFor();
        await page.getByText("Expected a token that this server knows").waitFor();
        await token.fill("a-token-of-this-test");
        await token.press("Tab");
        await page.locator("#model option").first().waitFor({ state: "attached" });
        await askPage(page, "spam", "good");
        assert.doesNotMatch(await page.locator("#command").innerText(), /of-this-test/);
      },
      [/status of 401/],
    );
  });
});

test("its policy lets in its own script and style, and nothing else", async () => {
  const server = await createServer({ spam: made.spam() }, { port: 0 });
  try {
    const { headers, text } = await ask(await server.listen(), "/");
    const policy = String(headers["content-security-policy"]);
    assert.match(
      policy,
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; connect-src 'self';/,
    );
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.doesNotMatch(text, /\ssrc=|<link|\son\w+=|\sstyle=/);
  } finally {
    await server.close();
  }
});
