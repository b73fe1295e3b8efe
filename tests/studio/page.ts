/** The studio, served as `cellstate studio` serves it, in a Chromium that is watched. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import { serveSite } from "../../src/serve/site.js";
import { findChromium } from "../browser/chromium.js";

export const STUDIO = fileURLToPath(new URL("../../web/", import.meta.url));

/** Why the studio cannot be tried here; false where it can. */
export const missing: string | false =
  findChromium() === null
    ? "no Chromium here"
    : !existsSync(join(STUDIO, "index.html")) && "the studio is not built (npm run studio)";

export interface Opened {
  page: Page;
  url: string;
  /** Waits until the model's answer to the sentence stands there. */
  answered(label: string): Promise<void>;
  /** Ends the site: what the page has from now on is what it kept. */
  endSite(): Promise<void>;
  /** Rules of accessibility that the page breaks seriously, each with where. */
  accessibility(): Promise<string[]>;
}

interface Watched {
  violations: string[];
}

export interface OpenOptions {
  /** What follows the site's address: "#view=train". */
  at?: string;
  width?: number;
  height?: number;
  dark?: boolean;
  /** Whether its service worker may keep it: that reads every file once more, and what it does is a test of its own. */
  kept?: boolean;
  /** Files served besides the studio's. */
  files?: { path: string; bytes: Uint8Array }[];
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Promise<Browser> | null = null;

/** Ends the browser that the tests of a file share. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = null;
}

/**
 * Opens the studio, does something in it, and closes it.
 * @throws where the page said an error, or broke its own security policy
 */
export async function inStudio(
  { at = "", width = 1280, height = 900, dark = false, kept = false, files = [] }: OpenOptions,
  act: (opened: Opened) => Promise<void>,
): Promise<void> {
  browser ??= chromium.launch({
    executablePath: findChromium()!,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  const site = await serveSite({ folder: STUDIO, files, port: 0, host: "localhost" });
  const context = await (await browser).newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    acceptDownloads: true,
    serviceWorkers: kept ? "allow" : "block",
  });
  const page = await context.newPage();
  const said: string[] = [];
  page.on("console", (message) => void (message.type() === "error" && said.push(message.text())));
  page.on("pageerror", (error) => void said.push(String(error.stack ?? error)));
  await page.addInitScript(() => {
    const watched: Watched = { violations: [] };
    Object.assign(globalThis, { watched });
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      watched.violations.push(`${violatedDirective} ${blockedURI}`);
    });
  });
  try {
    await page.goto(site.url + at);
    await act({
      page,
      url: site.url,
      answered: async (label) => {
        await page.locator(".answer .label", { hasText: label }).waitFor();
      },
      endSite: () => site.close(),
      accessibility: () => accessibility(page),
    });
    const { violations } = await page.evaluate(() => (globalThis as unknown as { watched: Watched }).watched);
    assert.deepEqual(violations, [], "the page keeps to its policy");
    assert.deepEqual(said, [], "the page says no error");
  } finally {
    await context.close();
    await site.close();
  }
}

/** The files that a page itself has fetched so far, without the example and the worker's modules, and their size as they are packed. */
export async function fetchedBy(page: Page): Promise<{ files: string[]; bytes: number }> {
  const fetched = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname),
  );
  const files = ["/index.html", ...new Set(fetched.filter((path) => path.startsWith("/studio/")))];
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(STUDIO, file))).length, 0);
  return { files, bytes };
}

/** By axe-core, which is put in by the debugger: the page's policy lets no script in. */
async function accessibility(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; impact: string; nodes: { target: string[] }[] }[] }>;
      };
    };
    return (await axe.run()).violations;
  });
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}
