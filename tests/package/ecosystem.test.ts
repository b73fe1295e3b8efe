/**
 * The package as it is packed, in projects as people have them: CommonJS, ES modules, TypeScript in its ways of finding
 * modules. Jest, Vitest and tsx are tried by `npm run test:ecosystem`, which installs them.
 */

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { CTS, IMPORTED, MTS, PRINT, pack, project, REQUIRED, ROOT, succeed, tsconfig } from "./projects.js";

const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
let inside = "";
before(() => {
  // Inside the package's folder, where its dependencies are found.
  mkdirSync(join(ROOT, "build"), { recursive: true });
  inside = mkdtempSync(join(ROOT, "build", "ecosystem-"));
  const archive = pack(inside);
  const installed = join(inside, "node_modules", "cellstate");
  mkdirSync(installed, { recursive: true });
  succeed(inside, "tar", ["-xzf", archive, "--strip-components=1", "-C", installed]);
});
after(() => rmSync(inside, { recursive: true, force: true }));

describe("the packed package", () => {
  for (const [file, program] of [
    ["app.cjs", REQUIRED],
    ["app.mjs", IMPORTED],
  ] as const) {
    test(file, () => {
      const folder = project(inside, "plain", { [file]: program + PRINT });
      assert.equal(succeed(folder, process.execPath, [file]), "ham,spam\n");
    });
  }

  for (const module of ["nodenext", "node16"]) {
    test(`TypeScript, module ${module}: checked, and run`, () => {
      const folder = project(inside, module, {
        "app.cts": CTS,
        "app.mts": MTS,
        "tsconfig.json": tsconfig({ module }, ["*.cts", "*.mts"]),
      });
      succeed(folder, process.execPath, [tsc]);
      for (const file of ["out/app.cjs", "out/app.mjs"]) {
        assert.equal(succeed(folder, process.execPath, [file]), "ham,spam\n");
      }
    });
  }

  test("TypeScript, moduleResolution bundler: checked", () => {
    const folder = project(inside, "bundler", {
      "app.ts": MTS,
      "tsconfig.json": tsconfig({ module: "esnext", moduleResolution: "bundler", noEmit: true }, ["*.ts"]),
    });
    succeed(folder, process.execPath, [tsc]);
  });
});
