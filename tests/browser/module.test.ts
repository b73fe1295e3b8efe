/** An exported module in Chromium: a page, a worker, and a page whose security policy forbids WebAssembly. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { writeModelModule } from "../../src/formats/module/write.js";
import { flatten, goldenModels } from "../formats/golden-models.js";
import { assertClose } from "../golden/compare.js";
import { findChromium, type Site, visit } from "./chromium.js";

const chromium = findChromium();
const { model, input, output } = goldenModels().find(({ name }) => name.startsWith("flagship: "))!;

/** Says what the module answers, and whether WebAssembly may be compiled here. */
const PROBE = `import { predict } from "/model.mjs";
let compiles = true;
try {
  new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
} catch {
  compiles = false;
}
const body = JSON.stringify({ compiles, output: predict(${JSON.stringify(input)}).flat(Infinity) });
await fetch("/report", { method: "POST", body });
`;
const STRICT = { "content-security-policy": "default-src 'self'" };

const site = (script: string, headers: Record<string, string>): Site => ({
  headers,
  files: new Map([
    ["/", { type: "text/html", body: `<!doctype html><script type="module" src="${script}"></script>` }],
    ["/probe.js", { type: "text/javascript", body: PROBE }],
    ["/start.js", { type: "text/javascript", body: 'new Worker("/probe.js", { type: "module" });' }],
    ["/model.mjs", { type: "text/javascript", body: writeModelModule(model, { weights: "float32" }) }],
  ]),
});

describe("an exported module in Chromium", { skip: chromium === null && "no Chromium here" }, () => {
  for (const [label, script, headers, compiles] of [
    ["a page", "/probe.js", {}, true],
    ["a worker", "/start.js", {}, true],
    ["a page that forbids WebAssembly", "/probe.js", STRICT, false],
  ] as const) {
    test(label, async () => {
      const report = JSON.parse(await visit(chromium!, site(script, headers))) as {
        compiles: boolean;
        output: number[];
      };
      assert.equal(report.compiles, compiles);
      assert.equal(report.output.length, flatten(model.predict(input as never)).length);
      assertClose(report.output, output, label, { absolute: 1e-5 });
    });
  }
});
