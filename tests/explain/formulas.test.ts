/** Formulas: every one that explanations write is read and set in each way; KaTeX sets them alike; what is unknown is an error. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { html } from "../../src/drawing/markup.js";
import { brokenUp, parseTex } from "../../src/drawing/math/formula.js";
import { formulaBlock, mathMarkup } from "../../src/drawing/math/mathml.js";
import { plainText } from "../../src/drawing/math/plain.js";
import { formula as svgFormula } from "../../src/drawing/math/svg-text.js";
import { cellAnatomy } from "../../src/explain/anatomy.js";
import { cellView } from "../../src/explain/cell-view.js";
import { NETWORKS } from "../../src/explain/cells/names.js";
import {
  hiddenTex,
  pathFormulas,
  slopeFormulas,
  totalTex,
  wholeTex,
} from "../../src/explain/gradient-tex.js";
import { explainParameters, formula } from "../../src/explain/index.js";
import { sentenceOfIds } from "../../src/explain/sentence.js";
import { unroll } from "../../src/explain/unroll.js";
import { InputError, layers, sequential } from "../../src/index.js";
import { ACTIVATIONS, type ActivationName } from "../../src/kernels/activations.js";
import { byName, type Element, parsePage, textOf } from "../report/page.js";

const ALL = (Object.keys(ACTIVATIONS) as ActivationName[]).filter((name) => name !== "softmax");

/** Layers with every activation in every place, with and without biases, in both conventions of the GRU. */
const recurrent = ALL.flatMap((activation) =>
  [true, false].flatMap((useBias) => {
    const options = { units: 2, useBias, activation, recurrentActivation: activation };
    return [
      layers.lstm({ ...options, returnSequences: useBias }),
      layers.gru(options),
      layers.gru({ ...options, resetAfter: false }),
      layers.simpleRNN({ units: 2, useBias, activation }),
    ];
  }),
);

/** All TeX of a recurrent layer that does not hang on weights. */
const texOf = (layer: (typeof recurrent)[number]): string[] => [
  ...cellAnatomy(layer, 3).parts.flatMap(({ equation, symbol }) => [equation, symbol]),
  ...[wholeTex(layer), totalTex(layer), hiddenTex(layer)],
  ...pathFormulas(layer).flatMap(({ tex, inner }) => [tex, inner]),
  ...slopeFormulas(layer, NETWORKS[layer.className as keyof typeof NETWORKS]),
];

/** And what is written out of models of them. */
function texOfModel(layer: (typeof recurrent)[number]): string[] {
  const model = sequential(
    [layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 6 }), layer, layers.dense({ units: 2 })],
    { engine: "reference" },
  );
  const ids = [3, 1, 4, 1, 5, 2];
  const { tex, terms, networks } = unroll(model, ids, { steps: 4 });
  return [
    ...[tex, ...terms.map((term) => term.tex), ...networks.flatMap((one) => [one.tex, one.expansion])],
    ...cellView(model, sentenceOfIds(ids)).series.map(({ symbol }) => symbol),
    ...explainParameters(model).layers.flatMap((one) => (one.count > 0 ? [`${one.tex} = ${one.count}`] : [])),
  ];
}

const written = [
  ...new Set([
    ...recurrent.flatMap(texOf),
    ...recurrent.filter((_, k) => k % 9 === 0 && k < 80).flatMap(texOfModel),
  ]),
].filter((tex) => tex !== "");

test("every formula that explanations write is set in each way, without a sign of TeX left", () => {
  assert.ok(written.length > 400, `only ${written.length} formulas`);
  for (const tex of written) {
    const parsed = parseTex(tex);
    assert.doesNotMatch(plainText(parsed), /[\\{}]/, tex);
    const [math] = byName(parsePage(`<!doctype html>\n${mathMarkup(tex)}`), "math");
    assert.equal(math!.attributes.get("alttext"), plainText(parsed));
    const drawn = parsePage(`<!doctype html>\n${html`<svg>${svgFormula(0, 0, tex)}</svg>`}`);
    // The same letters in the same order, but for room and for what only MathML has.
    const letters = (element: Element) =>
      textOf(element)
        .replace(/\s|\u0303|~|\u2061/gu, "")
        .replaceAll("⋅", "·");
    assert.equal([...letters(math!)].sort().join(""), [...letters(drawn)].sort().join(""), tex);
  }
});

test("broken formulas are the whole again", () => {
  for (const tex of written) {
    const parts = brokenUp(parseTex(tex));
    assert.equal(parts.map(plainText).join(" "), plainText(parseTex(tex)), tex);
  }
  assert.deepEqual(brokenUp(parseTex("a = b + \\text{c + d} \\odot (e - f)^{g + h}")).map(plainText), [
    "a",
    "= b",
    "+ c + d",
    "⊙ (e",
    "− f)^(g+h)",
  ]);
  const block = formulaBlock("x = (a + b)").source;
  assert.equal(block.split("<math").length, 4);
  assert.match(block, /<mo form="infix" lspace="0">\+<\/mo>/);
});

describe("KaTeX", () => {
  const golden = JSON.parse(
    readFileSync(new URL("../../../tests/explain/golden/formulas.json", import.meta.url), "utf8"),
  ) as { tex: string; mathml: string }[];
  /** What is set, without what only groups and what only makes room. */
  const shape = (element: Element): string[] =>
    element.children.flatMap((child) => {
      if (typeof child === "string" || child.name === "mspace") return [];
      if (["math", "mrow", "semantics"].includes(child.name)) return shape(child);
      if (!/^m[ino]$|^mtext$/.test(child.name)) return [`${child.name}(${shape(child).join(" ")})`];
      const text = textOf(child);
      // Where a function is applied, KaTeX says before its prime, and not behind it.
      if (text.trim() === "" || text === "\u2061") return [];
      // A slash and dots are an identifier there, and an operator here, or the other way round.
      return [/^[/…]$/.test(text) ? text : `${child.name} ${text.trim()}`];
    });
  for (const { tex, mathml } of golden) {
    test(`sets ${plainText(parseTex(tex))} alike`, () => {
      const theirs = shape(parsePage(`<!doctype html>\n${mathml}`));
      assert.deepEqual(shape(parsePage(`<!doctype html>\n${mathMarkup(tex, true)}`)), theirs);
    });
  }
});

test("plain text: small letters where there are some", () => {
  const plain = (tex: string) => plainText(parseTex(tex));
  assert.equal(plain("\\tilde{c}_{t-12}^{2} R_{f}^{\\top}"), "c̃ₜ₋₁₂² R_fᵀ");
  assert.equal(plain("\\frac{\\partial F}{a + b}"), "∂F/(a + b)");
  assert.equal(plain("\\prod_{s>t} f_s"), "∏_(s>t) f_s");
  assert.equal(plain("1 - (-z)"), "1 − (−z)");
  assert.equal(plain("|z| < 6{,}272"), "|z| < 6,272");
});

test("bars open and close; a minus is between two terms or a sign", () => {
  const forms = (tex: string) =>
    byName(parsePage(`<!doctype html>\n${mathMarkup(tex)}`), "mo").map(
      (mo) => `${textOf(mo)} ${mo.attributes.get("form")}`,
    );
  assert.deepEqual(forms("|z|/|x - y|"), [
    ...["| prefix", "| postfix", "/ infix", "| prefix", "− infix", "| postfix"],
  ]);
  assert.deepEqual(forms("(-z) - 1"), ["( prefix", "− prefix", ") postfix", "− infix"]);
});

describe("what is not known is an error", () => {
  for (const [tex, named] of [
    ["\\sqrt{x}", "\\sqrt"],
    ["x & y", "&"],
    ["x_{t", "{"],
    ["x}", "}"],
    ["x_", "_"],
    ["_{t}", "_"],
    ["x^{2}^{3}", "^"],
    ["{x}", "{"],
    ["\\text{a", "\\text"],
    ["\\operatorname{\\x}", "\\operatorname"],
    ["\\Bigl x", "\\Bigl"],
    ["é", "é"],
    ["\\", "\\"],
  ] as const) {
    test(tex, () => {
      assert.throws(
        () => formula(tex),
        (error: Error) => error instanceof InputError && error.message.includes(named),
      );
    });
  }

  test("scripts of scripts in drawings, which have no place for them", () => {
    assert.throws(() => svgFormula(0, 0, "x_{t_{1}}"), InputError);
    assert.match(formula("x_{t_{1}}"), /<msub><mi>x<\/mi><msub>/);
  });
});

test("nothing of a formula is obeyed as markup", () => {
  assert.match(formula("\\text{<b>} < 1"), /<mtext>&lt;b&gt;<\/mtext><mo form="infix">&lt;<\/mo>/);
});
