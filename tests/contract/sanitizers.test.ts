/** The kernels under the address and undefined-behaviour sanitizers, the thread pool under the thread sanitizer. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writevSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { CASES } from "./cases.js";
import { buildable, compile, compileDriver, record } from "./native-driver.js";

const { variants, skip } = buildable();

describe("sanitizers", { skip }, () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "cellstate-sanitizers-"));
    // Some hundred megabytes, so never all of them in memory.
    const file = openSync(join(folder, "cases"), "w");
    for (const one of CASES) writevSync(file, record(one));
    closeSync(file);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const variant of variants) {
    test(`no kernel (${variant}) leaves its buffers or does what C leaves undefined`, () => {
      const driver = join(folder, variant);
      compileDriver(driver, variant);
      const { status, stdout, stderr } = spawnSync("sh", ["-c", `"${driver}" < "${join(folder, "cases")}"`], {
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr.slice(0, 4000));
      assert.equal(Number(stdout), CASES.length);
    });
  }

  test("the thread pool runs every task once, without races", () => {
    const driver = join(folder, "pool");
    compile(
      driver,
      ["native/pool.c", "tests/contract/pool-stress.c"],
      ["-O1", "-fsanitize=thread", "-Inative", "-pthread"],
    );
    const { status, stdout, stderr } = spawnSync(driver, { encoding: "utf8" });
    assert.equal(status, 0, stderr.slice(0, 4000));
    assert.equal(stdout.trim(), "0", "threads are left");
  });
});
