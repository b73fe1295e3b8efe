/**
 * The packed package, installed as people do, under the tools that they test and run with. `npm run test:ecosystem` runs
 * it; each tool is installed here, and one that cannot be had is skipped by name.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test as anyTest, describe, type TestContext } from "node:test";
import { isChosen } from "./matrix/choice.js";
import {
  CTS,
  IMPORTED,
  IMPORTED_LATER,
  MTS,
  PRINT,
  pack,
  project,
  REQUIRED,
  run,
  runNpm,
  succeed,
  tsconfig,
} from "./projects.js";

const inside = mkdtempSync(join(tmpdir(), "cellstate-ecosystem-"));
after(() => rmSync(inside, { recursive: true, force: true }));
const archive = pack(inside);

/** A project with the package and a tool installed; null, and the test skipped, where the tool cannot be had. */
function projectWith(tool: string, t: TestContext, files: Readonly<Record<string, string>>): string | null {
  const folder = project(inside, tool.replace(/\W+/g, "-"), files);
  const install = (...what: string[]) =>
    runNpm(folder, "install", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1", ...what);
  const both = install(archive, tool);
  if (both.status === 0) return folder;
  // Which of the two it was: that the package can be installed is what is tested.
  const alone = install(archive);
  assert.equal(alone.status, 0, alone.said);
  t.skip(
    `${tool} cannot be had: ${both.said.split("\n").find((line) => line.includes("error")) ?? both.said}`,
  );
  return null;
}

const test = (name: string, run: (t: TestContext) => void) => isChosen(name) && anyTest(name, run);

const bin = (folder: string, path: string) => join(folder, "node_modules", ...path.split("/"));

const KERNELS = ["kernels", "kernels-plain", "kernels-answering", "kernels-answering-plain"].map(
  (name) => `./${name}.wasm`,
);

describe("ecosystem", () => {
  test("Jest", (t) => {
    const says = "is an ES module, which this require cannot load: write `await import";
    const folder = projectWith("jest@30", t, {
      "jest.config.cjs": `module.exports = { testMatch: ["**/*.test.*js"], transform: {} };`,
      "later.test.cjs": `${IMPORTED_LATER}test("import()", async () => { await load(); expect(await work()).toBe("ham,spam"); });`,
      "first.test.mjs": `${IMPORTED}test("import", async () => expect(await work()).toBe("ham,spam"));`,
      "require.test.cjs": `test("require", () => { try { require("cellstate"); } catch (error) { console.log(error.message); throw error; } });`,
    });
    if (!folder) return;
    const jest = [bin(folder, "jest/bin/jest.js"), "--runInBand"];
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

  test("Vitest", (t) => {
    const folder = projectWith("vitest@3", t, {
      "app.test.ts": `import { expect, test } from "vitest";\n${IMPORTED}test("work", async () => expect(await work()).toBe("ham,spam"));`,
    });
    if (!folder) return;
    const said = succeed(folder, process.execPath, [bin(folder, "vitest/vitest.mjs"), "run"]);
    assert.match(said, /1 passed/);
  });

  test("tsx", (t) => {
    const folder = projectWith("tsx@4", t, {
      "app.ts": IMPORTED + PRINT,
      "app.mts": MTS,
      "app.cjs": REQUIRED + PRINT,
    });
    if (!folder) return;
    for (const file of ["app.ts", "app.mts", "app.cjs"]) {
      assert.equal(succeed(folder, process.execPath, [bin(folder, "tsx/dist/cli.mjs"), file]), "ham,spam\n");
    }
  });

  test("TypeScript 5, module nodenext", (t) => {
    const folder = projectWith("typescript@5.9", t, {
      "app.cts": CTS,
      "app.mts": MTS,
      "tsconfig.json": tsconfig({ module: "nodenext" }, ["*.cts", "*.mts"]),
    });
    if (!folder) return;
    succeed(folder, process.execPath, [bin(folder, "typescript/bin/tsc")]);
    for (const file of ["out/app.cjs", "out/app.mjs"]) {
      assert.equal(succeed(folder, process.execPath, [file]), "ham,spam\n");
    }
  });

  test("Are the types wrong?", (t) => {
    const folder = projectWith("@arethetypeswrong/cli@0.18", t, {});
    if (!folder) return;
    const attw = bin(folder, "@arethetypeswrong/cli/dist/index.js");
    // node10 knows no subpaths of packages; files, and what runs in a worker alone, have no types and are not required.
    const files = ["./style.css", "./engine-worker.js", "./worker-program", ...KERNELS];
    const asked = ["--profile", "node16", "--exclude-entrypoints", ...files];
    succeed(folder, process.execPath, [attw, archive, ...asked]);
  });
});
