/** The library in a browser's bundle: nothing of Node's comes along, and Chromium computes what Node does, to the bit. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { testedEngines } from "../contract/engines.js";
import { readCases, readSample } from "../files/samples.js";
import { assertClose } from "../golden/compare.js";
import { decode } from "../golden/vectors.js";
import { bundle, text } from "./bundle.js";
import { findChromium, type Site, visit } from "./chromium.js";
import type { Report } from "./page.js";
import { trainNetwork } from "./training.js";

/** In fused WebAssembly or native code of this machine: the bits that every such engine computes. */
async function fusedWeights(): Promise<number | null> {
  const engine = testedEngines().find(({ fused, missing }) => fused && !missing);
  return engine ? (await trainNetwork({ engine: engine.create(1) })).weights : null;
}

describe("a browser's bundle", () => {
  test("has nothing of Node's in it", async () => {
    const { metafile, outputFiles } = await bundle("../../src/index.js");
    const inputs = Object.keys(metafile.inputs);
    assert.ok(inputs.some((path) => path.endsWith("engines/browser-workers.js")));
    assert.deepEqual(
      inputs.filter((path) => /engines\/node-|base\/node-files|src\/cli|\.node$/.test(path)),
      [],
    );
    assert.doesNotMatch(text({ outputFiles } as never), /["']node:/);
  });
});

const chromium = findChromium();

describe("in Chromium", { skip: chromium === null && "no Chromium here" }, () => {
  const flagship = readCases("keras_files.json").find(({ name }) => name === "flagship")!;
  const row = (flagship.input as number[][])[0]!;
  let page: string;

  before(async () => {
    page = text(await bundle("./page.js"));
  });

  const site = (html: string, headers: Record<string, string>): Site => ({
    headers,
    files: new Map<string, { type: string; body: string | Uint8Array }>([
      ["/", { type: "text/html", body: `<!doctype html><title>Cellstate</title>${html}` }],
      ["/page.js", { type: "text/javascript", body: page }],
      ["/model.keras", { type: "application/octet-stream", body: readSample("flagship.keras") }],
      ["/row.json", { type: "application/json", body: JSON.stringify(row) }],
    ]),
  });
  const PAGE = '<script type="module" src="/page.js"></script>';
  const WORKER = '<script type="module">new Worker("/page.js", { type: "module" });</script>';
  const ISOLATED = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  };

  for (const [label, html, headers] of [
    ["a page", PAGE, {}],
    ["an isolated page, which may share memory between threads", PAGE, ISOLATED],
    ["a worker of an isolated page", WORKER, ISOLATED],
  ] as const) {
    test(label, async () => {
      const report = JSON.parse(await visit(chromium!, site(html, headers))) as Report & { error?: string };
      assert.equal(report.error, undefined);
      assert.equal(report.isolated, headers === ISOLATED);
      assert.equal(report.auto.engine, "wasm");
      assert.equal(report.oneThread.weights, report.auto.weights);
      assert.equal(report.threeThreads.weights, report.auto.weights);
      assert.equal(report.reference.engine, "reference");
      const fused = await fusedWeights();
      if (fused !== null) assert.equal(report.auto.weights, fused);
      assert.deepEqual(report.answers, ["spam", "spam", "spam", "ham", "ham", "ham"]);
      const expected = decode(flagship.output).subarray(0, report.outputs.length);
      assert.ok(report.outputs.length > 0);
      assertClose(report.outputs, expected, "output", { absolute: 1e-6, relative: 1e-6 });
    });
  }
});
