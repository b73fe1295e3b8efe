/** Compiles the kernels with sanitizers and their own checks, for tests/contract/sanitize.c to run cases through. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Arena } from "../../src/engines/arena.js";
import { encodeProgram } from "../../src/engines/encode.js";
import { ReferenceEngine } from "../../src/engines/reference.js";
import { nativeAddon } from "../../src/engines/registry.js";
import { kernelOf } from "../../src/kernels/kernels.js";
import { type Case, placeCase } from "./harness.js";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Optimized only where running would take longer than that: nothing that is undefined is optimized away before it is seen. */
const VARIANT_FLAGS: Record<string, string[]> = {
  avx512: ["-O0", "-mavx2", "-mfma", "-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl"],
  avx2: ["-O0", "-mavx2", "-mfma"],
  neon: ["-O0"],
  plain: ["-O1", "-DKERNEL_PLAIN"],
};

/** Instruction sets this processor has, and why nothing can be built where that is so. */
export function buildable(): { variants: readonly string[]; skip: string | false } {
  const found = nativeAddon();
  if ("missing" in found) return { variants: [], skip: found.missing };
  const probe = spawnSync("gcc", ["-fsanitize=address,undefined", "-x", "c", "-", "-o", "/dev/null"], {
    input: "int main(void) { return 0; }",
  });
  const skip = probe.status !== 0 && "gcc with its sanitizers is not there";
  return { variants: skip ? [] : found.addon.variants, skip };
}

/** A case as tests/contract/sanitize.c reads it, with some of its call's arguments replaced. */
export function record(one: Case, replaced: Record<string, number> = {}): Uint8Array[] {
  const arena = new Arena(new ReferenceEngine());
  const { call, placed } = placeCase(arena, one);
  const { words } = encodeProgram([[[call]]]);
  const fields = Object.keys(kernelOf(one.kernel).arguments);
  // A program's head is [1, 1, start, end], then the kernel's number.
  for (const [field, value] of Object.entries(replaced)) words[5 + fields.indexOf(field)] = value;
  const parts: ArrayBufferView[] = [
    Uint32Array.of(arena.mark(), words.length),
    words,
    Uint32Array.of(placed.size),
  ];
  for (const { at, values } of placed.values()) parts.push(Uint32Array.of(at, values.byteLength), values);
  return parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
}

export function compile(out: string, sources: string[], flags: string[]): void {
  const { status, stderr } = spawnSync("gcc", ["-g1", "-std=gnu11", ...flags, ...sources, "-o", out], {
    cwd: root,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
}

/** The driver with the kernels of a folder, those of the project or a copy. */
export function compileDriver(out: string, variant: string, folder = "kernels"): void {
  const kernels = readdirSync(`${root}kernels`).filter((file) => file.endsWith(".c"));
  compile(
    out,
    [...kernels.map((file) => `${folder}/${file}`), "tests/contract/sanitize.c"],
    [
      "-fsanitize=address,undefined",
      "-fno-sanitize-recover=all",
      "-DKERNELS_CHECKED",
      // A helper that is not static would be shared between the addon's builds for several processors.
      "-Werror=missing-prototypes",
      "-ffp-contract=off",
      "-fno-math-errno",
      `-I${folder}`,
      ...VARIANT_FLAGS[variant]!,
    ],
  );
}
