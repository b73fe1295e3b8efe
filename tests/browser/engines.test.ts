/** What models compute with on pages of all kinds of headers: threads, policies that forbid them, and WebAssembly itself. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { bundle, text } from "./bundle.js";
import { findChromium, visit } from "./chromium.js";
import type { EngineReport, Settings } from "./engines-page.js";
import { smallNetwork, trainingRows } from "./training.js";

const chromium = findChromium();
const WORKER = readFileSync(new URL("../../src/engines/engine-worker.js", import.meta.url), "utf8");

const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
const policy = (value: string) => ({ "content-security-policy": value });
/** Nothing from elsewhere, no evaluation of any kind, and so no WebAssembly. */
const STRICT = policy("default-src 'self'");
const NO_BLOBS = { ...ISOLATED, ...policy("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'") };
const WITH_BLOBS = {
  ...ISOLATED,
  ...policy("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:"),
};

describe("an engine in Chromium", { skip: chromium === null && "no Chromium here" }, () => {
  let page: string;
  before(async () => {
    page = text(await bundle("./engines-page.js"));
  });

  async function reportOf(
    headers: Record<string, string>,
    settings: Settings,
    worker: string | null = WORKER,
  ): Promise<EngineReport> {
    const script = "text/javascript";
    const files = new Map([
      ["/", { type: "text/html", body: '<!doctype html><script type="module" src="/page.js"></script>' }],
      ["/page.js", { type: script, body: page }],
      ["/settings.json", { type: "application/json", body: JSON.stringify(settings) }],
      ...(worker === null ? [] : [["/engine-worker.js", { type: script, body: worker }] as const]),
    ]);
    const report = JSON.parse(await visit(chromium!, { headers, files })) as EngineReport & {
      error?: string;
    };
    assert.equal(report.error, undefined);
    return report;
  }

  const workerUrl = "/engine-worker.js";

  test("on a page like any other: WebAssembly, one thread, nothing to say", async () => {
    for (const prepare of [null, {}]) {
      const { prepared, before, after, notes, warnings, byName, isolated } = await reportOf(
        {},
        { prepare, threads: 3 },
      );
      assert.equal(isolated, false);
      const found = { engineName: "wasm", threads: 1 };
      assert.deepEqual([before, after, notes, warnings, byName], [found, found, [], [], "wasm"]);
      assert.deepEqual(prepared, prepare && { ...found, notes: [] });
    }
  });

  for (const [label, headers, prepare] of [
    ["where pages may start workers from blobs", WITH_BLOBS, null],
    ["where they may not, by a file", NO_BLOBS, { workerUrl }],
  ] as const) {
    test(`threads ${label}`, async () => {
      const { before, after, workers, warnings, isolated } = await reportOf(headers, { prepare, threads: 3 });
      assert.equal(isolated, true);
      const found = { engineName: "wasm", threads: 3 };
      assert.deepEqual([before, after, warnings], [found, found, []]);
      assert.equal(workers, 2);
    });
  }

  for (const [label, prepare, worker, reason] of [
    [
      "the policy forbids them",
      null,
      WORKER,
      /Content-Security-Policy allows no worker from a blob: .*workerUrl/,
    ],
    ["their file is not there", { workerUrl }, null, /\/engine-worker\.js could not be started/],
    [
      "their file is of another version",
      { workerUrl },
      WORKER.replace(/VERSION = "/, "$&0"),
      /engine-worker\.js is of another version/,
    ],
    ["their file is no program", { workerUrl }, "<!doctype html>", /SyntaxError/],
    ["they are of another origin", { workerUrl: "https://example.org/w.js" }, WORKER, /engine.*w\.js|origin/],
  ] as const) {
    test(`workers that do not start as ${label}: said once, and the work is done without`, async () => {
      const { after, notes, warnings, workers, loss } = await reportOf(
        NO_BLOBS,
        { prepare, threads: 3 },
        worker,
      );
      assert.deepEqual(after, { engineName: "wasm", threads: 1 });
      assert.equal(workers, 0);
      assert.equal(warnings.length, 1, warnings.join("\n"));
      assert.deepEqual(notes, warnings);
      assert.match(warnings[0]!, /^engine: fewer threads than 3, as a worker failed: /);
      assert.match(warnings[0]!, reason);
      const alone = smallNetwork({ engine: "reference" });
      const { x, y } = trainingRows();
      await alone.fit(x, y);
      const { history } = await alone.fit(x, y);
      assert.ok(Math.abs(loss - history["loss"]!.at(-1)!) < 1e-4);
    });
  }

  test("where a policy forbids WebAssembly: the reference, which says so once, with what it costs and what helps", async () => {
    for (const prepare of [null, {}]) {
      const { prepared, before, after, notes, warnings, byName } = await reportOf(STRICT, {
        prepare,
        threads: 3,
      });
      const found = { engineName: "reference", threads: 1 };
      assert.deepEqual([before, after], [found, found]);
      assert.equal(warnings.length, 1, warnings.join("\n"));
      assert.deepEqual(notes, warnings);
      assert.match(
        warnings[0]!,
        /reference.* times as long as WebAssembly: .*script-src 'wasm-unsafe-eval'.*kernels/,
      );
      assert.match(
        byName,
        /received "wasm". It cannot: WebAssembly may not be compiled here \(.*'wasm-unsafe-eval'/,
      );
      if (prepare) assert.deepEqual(prepared, { ...found, notes });
    }
  });
});
