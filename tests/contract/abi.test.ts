/** kernels.h and the KERNELS table say the same. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { abiHash, abiSignature, kernelFunction } from "../../src/engines/encode.js";
import { nativeAddon } from "../../src/engines/index.js";
import { KERNELS } from "../../src/kernels/contract.js";

const header = readFileSync(new URL("../../../kernels/kernels.h", import.meta.url), "utf8");

/** C's types by the table's kinds. */
const TYPES: Record<string, RegExp> = {
  pointer: /^(const )?float \*$/,
  optional: /^(const )?float \*$/,
  words: /^const uint32_t \*$/,
  integer: /^u?int32_t $/,
  real: /^float $/,
};

/** Each function's parameters as [type, name]. */
const functions = [...header.matchAll(/^void (\w+)\(([^;]*)\);/gm)].map(([, name, list]) => ({
  name: name!,
  parameters: list!
    .split(",")
    .map((text) => /^\s*(.*[ *])(\w+)\s*$/s.exec(text)!.slice(1) as [string, string]),
}));

test("kernels.h has the functions of KERNELS in its order", () => {
  assert.deepEqual(
    functions.map(({ name }) => name),
    Object.keys(KERNELS).map(kernelFunction),
  );
});

for (const [kernel, fields] of Object.entries(KERNELS)) {
  test(`${kernel}: the same parameters in order and kind`, () => {
    const { parameters } = functions.find(({ name }) => name === kernelFunction(kernel))!;
    assert.deepEqual(
      parameters.map(([, name]) => name),
      Object.keys(fields),
    );
    parameters.forEach(([type, name], i) => {
      const kind = Object.values(fields)[i] as string;
      assert.match(type, TYPES[kind]!, `${kernel} ${name} is a ${kind}`);
    });
  });
}

test("the signature that engines are checked by follows names and kinds", () => {
  assert.match(abiSignature(), /^fill\(p out,i length,r value\);add\(p out,p x,i length\);/);
  assert.notEqual(abiHash("fill(p out,i length)"), abiHash("fill(p out,r length)"));
});

test("the addon was built from this kernels.h", (t) => {
  const found = nativeAddon();
  if ("missing" in found) return t.skip(found.missing);
  assert.equal(found.addon.abi, abiHash());
});
