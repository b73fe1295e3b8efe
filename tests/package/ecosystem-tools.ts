/**
 * The packed package, installed as people do, under the tools that they test and run with. `npm run test:ecosystem` runs
 * it; the tools are installed here, and one that cannot be had is skipped by name.
 */
import assert from "node:assert/strict";
import { test as anyTest, describe } from "node:test";
import { isChosen } from "./matrix/choice.js";
import { bench } from "./matrix/shared.js";
import { CTS, IMPORTED, IMPORTED_LATER, MTS, PRINT, REQUIRED, run, succeed, tsconfig } from "./projects.js";

/** A test of a tool, in a project of CommonJS's kind. */
function test(
  name: string,
  tool: string,
  files: Readonly<Record<string, string>>,
  run: (folder: string) => void,
): void {
  if (!isChosen(name)) return;
  bench.need(tool);
  anyTest(name, async (t) => {
    await bench.ready();
    const lack = bench.lack([tool], false);
    if (lack !== null) return t.skip(lack);
    const own = JSON.stringify({ name: "tool", private: true, type: "commonjs" });
    run(bench.project(name, { "package.json": own, ...files }));
  });
}

const bin = (path: string) => `${bench.modules}/${path}`;

const KERNELS = ["kernels", "kernels-plain", "kernels-answering", "kernels-answering-plain"].map(
  (name) => `./${name}.wasm`,
);

describe("ecosystem", () => {
  const says = "is an ES module, which this require cannot load: write `await import";
  const jestFiles = {
    "jest.config.cjs": `module.exports = { testMatch: ["**/*.test.*js"], transform: {}, testTimeout: 60_000 };`,
    "later.test.cjs": `${IMPORTED_LATER}test("import()", async () => { await load(); expect(await work()).toBe("ham,spam"); });`,
    "first.test.mjs": `${IMPORTED}test("import", async () => expect(await work()).toBe("ham,spam"));`,
    "require.test.cjs": `test("require", () => { try { require("cellstate"); } catch (error) { console.log(error.message); throw error; } });`,
  };
  test("Jest", "jest@30", jestFiles, (folder) => {
    const jest = [bin("jest/bin/jest.js"), "--runInBand"];
    const refused = run(folder, process.execPath, [...jest, "require"]);
    assert.ok(refused.said.includes(says), refused.said);
    assert.equal(refused.status, 1);
    const passed = succeed(
      folder,
      process.execPath,
      [...jest, "later", "first"],
      "--experimental-vm-modules",
    );
    assert.match(passed, /Tests: +2 passed, 2 total/);
  });

  const vitestFiles = {
    "app.test.ts": `import { expect, test } from "vitest";\n${IMPORTED}test("work", async () => expect(await work()).toBe("ham,spam"));`,
  };
  test("Vitest", "vitest@3", vitestFiles, (folder) => {
    const said = succeed(folder, process.execPath, [bin("vitest/vitest.mjs"), "run"]);
    assert.match(said, /1 passed/);
  });

  const tsxFiles = {
    "app.ts": IMPORTED + PRINT,
    "app.mts": MTS,
    "app.cjs": REQUIRED + PRINT,
  };
  test("tsx", "tsx@4", tsxFiles, (folder) => {
    for (const file of ["app.ts", "app.mts", "app.cjs"]) {
      assert.equal(succeed(folder, process.execPath, [bin("tsx/dist/cli.mjs"), file]), "ham,spam\n");
    }
  });

  const typescriptFiles = {
    "app.cts": CTS,
    "app.mts": MTS,
    "tsconfig.json": tsconfig({ module: "nodenext" }, ["*.cts", "*.mts"]),
  };
  test("TypeScript 5, module nodenext", "typescript@5.9", typescriptFiles, (folder) => {
    succeed(folder, process.execPath, [bin("typescript/bin/tsc")]);
    for (const file of ["out/app.cjs", "out/app.mjs"]) {
      assert.equal(succeed(folder, process.execPath, [file]), "ham,spam\n");
    }
  });

  test("Are the types wrong?", "@arethetypeswrong/cli@0.18", {}, (folder) => {
    const attw = bin("@arethetypeswrong/cli/dist/index.js");
    // node10 knows no subpaths of packages; files, and what runs in a worker alone, have no types and are not required.
    const files = ["./style.css", "./engine-worker.js", "./worker-program", ...KERNELS];
    const asked = ["--profile", "node16", "--exclude-entrypoints", ...files];
    succeed(folder, process.execPath, [attw, bench.archive, ...asked]);
  });
});
