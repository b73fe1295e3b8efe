/** What is taken along out of the studio: files that are downloaded, and the code that makes a run again, run in Node. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Download, Page } from "playwright-core";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Presses a button that downloads a file. */
export async function taken(page: Page, button: string): Promise<Download> {
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: button, exact: true }).click();
  return coming;
}

/**
 * Runs the code of the open run beside its data.
 * @param data null where it comes with the code
 * @returns what it prints
 */
export async function repeated(page: Page, data: { name: string; buffer: Buffer } | null): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "cellstate-repeat-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(ROOT, join(folder, "node_modules", "cellstate"), "dir");
    if (data) writeFileSync(join(folder, data.name), data.buffer);
    await page.getByRole("button", { name: "Take it along …", exact: true }).click();
    // The code tells what the weights are to be, once the page has worked that out.
    await page.waitForFunction(() =>
      document.querySelector<HTMLTextAreaElement>("dialog textarea")?.value.includes("hash.digest"),
    );
    const downloads: Download[] = [];
    page.on("download", (download) => void downloads.push(download));
    const code = await taken(page, "Download repeat.mjs");
    const isFromFile = /model: beside/.test(await page.inputValue("dialog textarea"));
    while (downloads.length < 1 + Number(isFromFile) + Number(data === null))
      await page.waitForEvent("download");
    for (const each of downloads) await each.saveAs(join(folder, each.suggestedFilename()));
    await page.getByRole("button", { name: "Close", exact: true }).click();
    return execFileSync(process.execPath, [join(folder, code.suggestedFilename())], { encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
