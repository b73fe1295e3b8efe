/** kernels.h and the dispatch of calls in C are what the declarations give, and the engines were built from them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { nativeAddon } from "../../src/engines/registry.js";
import { abiHash, abiSignature, kernelFunction } from "../../src/kernels/abi.js";
import { expressionToC, parseExpression } from "../../src/kernels/expression.js";
import { FAMILIES, KERNELS, type KernelName, kernelOf } from "../../src/kernels/kernels.js";
import { elementsOf } from "../../src/kernels/sizes.js";
import { dispatchSource, kernelsHeader } from "../../src/kernels/to-c.js";

const kernelFile = (name: string) =>
  readFileSync(new URL(`../../../kernels/${name}`, import.meta.url), "utf8");

test("kernels.h and dispatch.c are what the declarations give", () => {
  assert.equal(kernelFile("kernels.h"), kernelsHeader(), "run `npm run build` and commit kernels/");
  assert.equal(kernelFile("dispatch.c"), dispatchSource(), "run `npm run build` and commit kernels/");
});

/** C's types by the kinds of arguments. */
const TYPES: Record<string, RegExp> = {
  reads: /^const float \*$/,
  writes: /^float \*$/,
  updates: /^float \*$/,
  scratch: /^float \*$/,
  words: /^const uint32_t \*$/,
  whole: /^int32_t $/,
  flag: /^int32_t $/,
  word: /^uint32_t $/,
  real: /^float $/,
};

/** The functions of a file with their parameters as [type, name]: of a header, or those that a C file defines. */
const functionsOf = (text: string, end: string) =>
  [...text.matchAll(new RegExp(`^void (\\w+)\\(([^;{]*)\\)${end}`, "gm"))].map(([, name, list]) => ({
    name: name!,
    parameters: list!
      .split(",")
      .map((part) => /^\s*(.*[ *])(\w+)\s*$/s.exec(part)!.slice(1) as [string, string]),
  }));

const declared = functionsOf(kernelFile("kernels.h"), ";");

test("kernels.h has the functions of KERNELS in its order", () => {
  assert.deepEqual(
    declared.map(({ name }) => name),
    Object.keys(KERNELS).map(kernelFunction),
  );
});

for (const kernel of Object.keys(KERNELS) as KernelName[]) {
  test(`${kernel}: the same parameters in order and kind`, () => {
    const { parameters } = declared.find(({ name }) => name === kernelFunction(kernel))!;
    const args = Object.entries(kernelOf(kernel).arguments);
    assert.deepEqual(
      parameters.map(([, name]) => name),
      args.map(([name]) => name),
    );
    parameters.forEach(([type, name], i) => {
      const argument = args[i]![1];
      const kind = argument.kind === "reals" ? argument.access : argument.kind;
      assert.match(type, TYPES[kind]!, `${kernel} ${name} is a ${kind}`);
    });
  });
}

test("each family's kernels are those that the C file of its name defines", () => {
  for (const [family, kernels] of Object.entries(FAMILIES)) {
    const defined = functionsOf(kernelFile(`${family}.c`), " \\{").map(({ name }) => name);
    assert.deepEqual(Object.keys(kernels).map(kernelFunction).sort(), defined.sort(), family);
  }
});

test("every shape speaks of its kernel's own numbers only", () => {
  for (const name of Object.keys(KERNELS) as KernelName[]) {
    const args = Object.entries(kernelOf(name).arguments);
    const whole = args.filter(([, { kind }]) => kind === "whole" || kind === "flag");
    const ones = Object.fromEntries(whole.map(([field]) => [field, 1]));
    for (const [, argument] of args) {
      if ("shape" in argument) assert.ok(elementsOf(argument.shape, ones) >= 1, `${name} ${argument.shape}`);
    }
  }
  assert.throws(() => elementsOf("B Q", { B: 1 }), /speaks of Q, which is not there/);
  assert.throws(() => elementsOf("least(B)", { B: 1 }), /speaks of least\(\), which is not there/);
});

test("sizes: precedence, functions, division by nothing, and what is none", () => {
  const value = (text: string) => elementsOf(text, { B: 3, U: 17, groups: 0 });
  assert.deepEqual(
    ["2+B*U", "(2+B)*U", "U-B-2", "7/2*2", "U/groups", "max(B,U)", "roundUp(U,16)", "any B", "B-U"].map(
      value,
    ),
    [53, 85, 12, 6, 0, 17, 32, 3, 0],
  );
  assert.equal(
    expressionToC(parseExpression("roundUp(U,16)*(B+1)")),
    "size_product(size_round_up(U, 16), B + 1)",
  );
  for (const text of ["", "2+", "(B", "B)", "B;U"]) assert.throws(() => value(text), SyntaxError, text);
});

test("the signature that engines are checked by follows names, kinds and working room", () => {
  assert.match(abiSignature(), /^fill\(p out,i length,r value\);add\(p out,p x,i length\);/);
  assert.match(
    abiSignature(),
    /dense_forward\([^)]*p scratch\[N\*U\+PANEL_ELEMENTS\].*;PANEL_ELEMENTS=16384/,
  );
  assert.notEqual(abiHash("fill(p out,i length)"), abiHash("fill(p out,r length)"));
});

test("the addon was built from this kernels.h", (t) => {
  const found = nativeAddon();
  if ("missing" in found) return t.skip(found.missing);
  assert.equal(found.addon.abi, abiHash());
});
