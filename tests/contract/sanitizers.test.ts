/** The kernels under the address and undefined-behaviour sanitizers, the thread pool under the thread sanitizer. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writevSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Arena } from "../../src/engines/arena.js";
import { encodeProgram } from "../../src/engines/encode.js";
import { nativeAddon } from "../../src/engines/index.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import { CASES } from "./cases.js";
import { type Case, placeCase } from "./harness.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Optimized only where running would take longer than that: nothing that is undefined is optimized away before it is seen. */
const VARIANT_FLAGS: Record<string, string[]> = {
  avx512: ["-O0", "-mavx2", "-mfma", "-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl"],
  avx2: ["-O0", "-mavx2", "-mfma"],
  neon: ["-O0"],
  plain: ["-O1", "-DKERNEL_PLAIN"],
};

/** Instruction sets this processor has, and why nothing can be built where that is so. */
function buildable(): { variants: readonly string[]; skip: string | false } {
  const found = nativeAddon();
  if ("missing" in found) return { variants: [], skip: found.missing };
  const probe = spawnSync("gcc", ["-fsanitize=address,undefined", "-x", "c", "-", "-o", "/dev/null"], {
    input: "int main(void) { return 0; }",
  });
  const skip = probe.status !== 0 && "gcc with its sanitizers is not there";
  return { variants: skip ? [] : found.addon.variants, skip };
}

/** A case as tests/contract/sanitize.c reads it. */
function record(one: Case): Uint8Array[] {
  const arena = new Arena(new ReferenceEngine());
  const { call, placed } = placeCase(arena, one);
  const { words } = encodeProgram([[[call]]]);
  const parts: ArrayBufferView[] = [
    Uint32Array.of(arena.mark(), words.length),
    words,
    Uint32Array.of(placed.size),
  ];
  for (const { at, values } of placed.values()) parts.push(Uint32Array.of(at, values.byteLength), values);
  return parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
}

function compile(out: string, sources: string[], flags: string[]): void {
  const { status, stderr } = spawnSync("gcc", ["-g1", "-std=gnu11", ...flags, ...sources, "-o", out], {
    cwd: root,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
}

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
      const kernels = readdirSync(`${root}kernels`).filter((file) => file.endsWith(".c"));
      const driver = join(folder, variant);
      compile(
        driver,
        [
          ...kernels.map((file) => `kernels/${file}`),
          "native/generated/dispatch.c",
          "tests/contract/sanitize.c",
        ],
        [
          "-fsanitize=address,undefined",
          "-fno-sanitize-recover=all",
          // A helper that is not static would be shared between the addon's builds for several processors.
          "-Werror=missing-prototypes",
          "-ffp-contract=off",
          "-fno-math-errno",
          "-Ikernels",
          ...VARIANT_FLAGS[variant]!,
        ],
      );
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
