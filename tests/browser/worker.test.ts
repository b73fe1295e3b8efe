/**
 * cellstate/worker on a page under a strict Content-Security-Policy: what Chromium learns is what Node learns, to the bit. How it
 * is explained is reckoned with each one's own Math.exp, whose last digit JavaScript leaves open.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { testedEngines } from "../contract/engines.js";
import { CSV, ROWS } from "../worker/data.js";
import { explainedHere } from "../worker/here.js";
import { findChromium, type Site, visit } from "./chromium.js";
import type { WorkerReport } from "./worker-page.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const chromium = findChromium();
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

async function bundle(): Promise<Map<string, { type: string; body: string | Uint8Array }>> {
  const { outputFiles } = await build({
    stdin: { contents: 'import "cellstate/worker-program";', resolveDir: ROOT, sourcefile: "worker.js" },
    bundle: true,
    splitting: true,
    format: "esm",
    outdir: "/site",
    write: false,
    logLevel: "silent",
  });
  const page = await build({
    entryPoints: [fileURLToPath(new URL("./worker-page.js", import.meta.url))],
    bundle: true,
    format: "esm",
    outdir: "/site",
    write: false,
    logLevel: "silent",
  });
  const scripts = [...outputFiles, ...page.outputFiles].map(({ path, contents }) => {
    const name = path.slice("/site".length).replace("/stdin.js", "/worker.js");
    return [name, { type: "text/javascript", body: contents }] as const;
  });
  return new Map<string, { type: string; body: string | Uint8Array }>(scripts);
}

describe("cellstate/worker in Chromium", { skip: chromium === null && "no Chromium here" }, () => {
  let scripts: Awaited<ReturnType<typeof bundle>>;
  before(async () => {
    scripts = await bundle();
  });

  for (const [label, headers] of [
    ["a page under a strict policy", { "content-security-policy": POLICY }],
    ["the same, isolated", { "content-security-policy": POLICY, ...ISOLATED }],
  ] as const) {
    test(label, async () => {
      const site: Site = { headers, files: new Map(scripts) };
      const files = site.files as Map<string, { type: string; body: string | Uint8Array }>;
      const html =
        '<!doctype html><title>Cellstate</title><script type="module" src="/worker-page.js"></script>';
      files.set("/", { type: "text/html", body: html });
      files.set("/mail.csv", { type: "text/csv", body: CSV });
      const report = JSON.parse(await visit(chromium!, site)) as WorkerReport & { error?: string };
      assert.equal(report.error, undefined);
      assert.equal(report.isolated, "cross-origin-opener-policy" in headers);
      assert.equal(report.rows, ROWS.length);
      assert.equal(report.engine, "wasm");
      assert.deepEqual(report.paused, { epoch: 1, batch: 0, step: 0, ended: false });
      assert.deepEqual(report.stepped, { epoch: 1, batch: 5, step: 5, ended: false });
      assert.equal(report.batches, 27);
      assert.equal(report.answer, "spam");
      assert.ok(report.turns > 0);
      assert.deepEqual(report.blocked, []);
      assert.match(report.missing, /^WorkerError: .*could not be loaded.*workerUrl.*worker-src/);
      const engine = testedEngines().find(({ fused, missing }) => fused && !missing);
      if (!engine) return;
      const here = await explainedHere("claim a free prize");
      assert.deepEqual(report.weights, here.weights);
      assert.equal(report.forget.length, here.forget.length);
      const apart = report.forget.map((value, i) => Math.abs(value - here.forget[i]!));
      assert.ok(Math.max(...apart) < 1e-12);
    });
  }
});
